"""Whether a world elsewhere was asked what was expected of its clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Verifying(Connection):
    """The command that compares."""

    def verify(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: Mapping[str, Json] | str | None = None,
        query: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json = None,
        status: int | None = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        in_order: Sequence[Json] | None = None,
        strict: bool = False,
        nothing_else: Sequence[Json] | None = None,
        after: int = 0,
    ) -> Json:
        """Whether requests came as expected; if not, a complaint that shows the nearest ones."""
        return self._ask(
            "verify",
            operation=operation,
            service=service,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            status=status,
            times=times,
            at_least=at_least,
            at_most=at_most,
            in_order=in_order,
            strict=strict,
            nothing_else=nothing_else,
            after=after,
        )
