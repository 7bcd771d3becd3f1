"""How a world elsewhere behaves: settings, authentication, validation."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Steering(Connection):
    """The commands that change how requests are answered."""

    def settings(self, service: str | None = None) -> Json:
        """The settings of one service, or of all by service, with what each is about."""
        return self._ask("settings", service=service)

    def set_settings(self, service: str, values: Mapping[str, Json]) -> Json:
        """Change settings of one service; all or none. The values now in force come back."""
        return self._ask("set_settings", service=service, values=values)

    def set_auth(self, mode: str) -> Json:
        """Choose who is let in: any | strict | off."""
        return self._ask("set_auth", mode=mode)

    def set_validation(self, mode: str) -> Json:
        """Choose what a broken request schema leads to: strict | warn | off."""
        return self._ask("set_validation", mode=mode)
