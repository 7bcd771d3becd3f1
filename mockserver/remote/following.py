"""What comes to a world elsewhere while somebody looks: awaited, followed, taken along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Following(Connection):
    """The commands about requests as they come."""

    def wait_for_requests(
        self,
        *,
        count: int = 1,
        timeout: float = 5.0,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: Mapping[str, Json] | str | None = None,
        query: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json = None,
        status: int | None = None,
        after: int = 0,
    ) -> Json:
        """Wait until ``count`` requests have come that have these parts; what came by then, if not all did.

        timeout: real seconds, at most 60; after: only requests after that number. ``satisfied`` says whether
        there were as many, ``requests`` which (the first hundred), ``last`` the number up to which was seen.
        """
        return self._ask(
            "wait_for_requests",
            count=count,
            timeout=timeout,
            operation=operation,
            service=service,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            status=status,
            after=after,
        )

    def follow(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        breach: bool | None = None,
        reason: str | None = None,
        text: str | None = None,
        after: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Json]:
        """Each exchange as it comes; filters as for ``requests``.

        after: also those after that number which came already; timeout: real seconds, None for no end. Where
        some were lost before they could be given, there is ``{"gap": how many, "after": number}`` instead.
        """
        return self._stream(
            "follow",
            operation=operation,
            service=service,
            method=method,
            path=path,
            status=status,
            breach=breach,
            reason=reason,
            text=text,
            after=after,
            timeout=timeout,
        )

    def export_requests(
        self,
        format: str = "har",
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        breach: bool | None = None,
        reason: str | None = None,
        text: str | None = None,
        after: int = 0,
    ) -> str:
        """The exchanges of the journal as a text that other tools read: HTTP Archive 1.2, or JSON Lines."""
        found: str = self._ask(
            "export_requests",
            format=format,
            operation=operation,
            service=service,
            method=method,
            path=path,
            status=status,
            breach=breach,
            reason=reason,
            text=text,
            after=after,
        )
        return found
