"""What a world elsewhere would answer, and why."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Explaining(Connection):
    """The command that tries a request out."""

    def explain(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """What would be answered to a request and why; nothing is changed, counted or kept."""
        return self._ask("explain", method=method, path=path, body=body, text=text, headers=headers)
