"""A world's time, as a test sees and sets it."""

from __future__ import annotations

from datetime import datetime, timedelta

from mockserver.testing.face import Face
from mockserver.values import Json


class MockClock:
    """A world's time, as a test sees and sets it."""

    def __init__(self, world: Face) -> None:
        """The clock of ``world``, whichever it has at the moment."""
        self._world = world

    @property
    def now(self) -> datetime:
        """The world's instant, in UTC."""
        return self._told(self._world.show_clock())

    @property
    def mode(self) -> str:
        """Frozen, real, ticking or scaled."""
        return str(self._world.show_clock()["mode"])

    def advance(self, seconds: float | timedelta) -> datetime:
        """Go forward; the instant that is reached. Raises CommandError."""
        by = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        return self._told(self._world.advance_clock(by))

    def set(self, to: str | datetime) -> datetime:
        """Stand still at an instant (one without an offset is UTC), or follow the time with ``real``."""
        return self._told(self._world.set_clock(to.isoformat() if isinstance(to, datetime) else to))

    def freeze(self) -> datetime:
        """Stand still where the time is."""
        return self._told(self._world.set_clock(mode="frozen"))

    def tick(self) -> datetime:
        """Go on from where the time is, as fast as the real time."""
        return self._told(self._world.set_clock(mode="ticking"))

    def scale(self, times: float) -> datetime:
        """Go on from where the time is, so many times as fast as the real time. Raises CommandError."""
        return self._told(self._world.set_clock(scale=times))

    def _told(self, shown: Json) -> datetime:
        return datetime.fromisoformat(shown["now"])
