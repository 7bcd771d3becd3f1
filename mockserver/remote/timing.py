"""The time of a world elsewhere: shown, set, put forward."""

from __future__ import annotations

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Timing(Connection):
    """The commands about the clock."""

    def show_clock(self) -> Json:
        """The world's time, whether it stands still, and how fast it goes."""
        return self._ask("show_clock")

    def set_clock(self, to: str | None = None, mode: str | None = None, scale: float | None = None) -> Json:
        """Stand still at an instant, go on from there (``mode``, ``scale``), or follow the real time."""
        return self._ask("set_clock", to=to, mode=mode, scale=scale)

    def advance_clock(self, seconds: float) -> Json:
        """Go forward by a number of seconds; a ``real`` clock is ``ticking`` from then on."""
        return self._ask("advance_clock", seconds=seconds)
