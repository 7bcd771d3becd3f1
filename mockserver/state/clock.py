"""The only reader of the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A world's time: real, or frozen until it is set or advanced."""

    def __init__(self, instant: datetime | None = None) -> None:
        """Frozen at ``instant``; without one, the real time."""
        self._frozen = instant
        self._shift = timedelta()

    def now(self) -> datetime:
        """The world's instant, in UTC."""
        if self._frozen is not None:
            return self._frozen
        return datetime.fromtimestamp(time.time(), UTC) + self._shift

    @property
    def frozen(self) -> bool:
        """Whether time stands still between calls of ``set`` and ``advance``."""
        return self._frozen is not None

    def set(self, instant: datetime) -> None:
        """Stand still at ``instant``."""
        self._frozen = instant

    def advance(self, seconds: float) -> None:
        """Go ``seconds`` forward, frozen or not. Raises OverflowError or ValueError past the last year."""
        there = self.now() + timedelta(seconds=seconds)
        if self._frozen is None:
            self._shift += timedelta(seconds=seconds)
        else:
            self._frozen = there

    def fork(self) -> Clock:
        """A clock of its own that shows the same time."""
        other = Clock(self._frozen)
        other._shift = self._shift
        return other


def instant(text: str) -> datetime:
    """``text`` (ISO 8601; no offset means UTC) as an instant in UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is no instant in UTC") from error


def monotonic() -> float:
    """Seconds from an arbitrary start, for measuring how long an answer took."""
    return time.perf_counter()
