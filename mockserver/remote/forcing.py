"""Forced replies of a world elsewhere, armed, listed and disarmed."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Forcing(Connection):
    """The commands about overrides."""

    def force(
        self,
        operation: str,
        example: str | None = None,
        *,
        status: int | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        service: str | None = None,
        match: Mapping[str, Json] | None = None,
        priority: int = 0,
    ) -> Json:
        """Answer the next ``times`` calls of ``operation`` with a documented example or a given reply."""
        return self._ask(
            "force",
            operation=operation,
            example=example,
            status=status,
            body=body,
            headers=headers,
            times=times,
            service=service,
            match=match,
            priority=priority,
        )

    def forced(self) -> Json:
        """The overrides armed since the last reset, with how often each was used."""
        return self._ask("forced")

    def unforce(self) -> Json:
        """Disarm every override."""
        return self._ask("unforce")
