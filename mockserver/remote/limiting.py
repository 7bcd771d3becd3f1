"""How many calls a world elsewhere takes."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Limiting(Connection):
    """The commands about rate limits."""

    def limits(self, service: str | None = None) -> Json:
        """The rate limits of one service, or of all that have some by service, and what is used of them."""
        return self._ask("limits", service=service)

    def set_limits(self, service: str, limits: bool | Mapping[str, Json] = True) -> Json:
        """Count calls from now on and refuse those that are too many."""
        return self._ask("set_limits", service=service, limits=limits)
