"""The only reader of the time."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

# A clock shows no time outside these: a year of room at either end, for time zones and for what is reckoned
# from the present (when a token expires, where a year ends).
FIRST = datetime(2, 1, 1, tzinfo=UTC)
LAST = datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
MODES = ("real", "frozen", "ticking", "scaled")
_COURSE = re.compile(r"frozen|ticking|x[0-9]+(\.[0-9]+)?(e[0-9]+)?")


@dataclass(frozen=True, slots=True)
class _Going:
    """Time that was ``start`` when the monotonic clock read ``since``, and passes ``scale`` times as fast."""

    start: datetime
    since: float
    scale: float

    def now(self) -> datetime:
        # A scale may be so large that the product is no timedelta any more.
        passed = max(0.0, monotonic() - self.since) * self.scale
        left = (LAST - self.start).total_seconds()
        return LAST if passed >= left else self.start + timedelta(seconds=passed)


class Clock:
    """A world's time. mode: real (the machine's time) | frozen (stands still) | ticking (from an instant on,
    as fast as the real time) | scaled (from an instant on, faster or slower).

    Every instant is UTC and from FIRST to LAST; methods that would lead elsewhere raise ValueError and
    change nothing. A clock that goes stops at LAST.
    """

    def __init__(self, instant: datetime | None = None) -> None:
        """Frozen at ``instant``; without one, the real time."""
        # Replaced as a whole and never changed: a thread that reads sees the old time or the new one.
        self._course: datetime | _Going | None = None if instant is None else _possible(instant)

    def now(self) -> datetime:
        """The world's instant, in UTC."""
        course = self._course
        if course is None:
            now = datetime.fromtimestamp(time.time(), UTC)
            return now if FIRST <= now <= LAST else min(max(now, FIRST), LAST)
        return course.now() if isinstance(course, _Going) else course

    @property
    def mode(self) -> str:
        """One of MODES."""
        if isinstance(self._course, _Going):
            return "ticking" if self._course.scale == 1 else "scaled"
        return "real" if self._course is None else "frozen"

    @property
    def scale(self) -> float:
        """Seconds that pass in a real second: 0 when frozen."""
        if isinstance(self._course, _Going):
            return self._course.scale
        return 1 if self._course is None else 0

    @property
    def frozen(self) -> bool:
        """Whether time stands still between calls of ``set`` and ``advance``."""
        return isinstance(self._course, datetime)

    def set(self, instant: datetime) -> None:
        """Stand still at ``instant``."""
        self._course = _possible(instant)

    def freeze(self) -> None:
        """Stand still where the time is."""
        self._course = self.now()

    def follow(self) -> None:
        """Show the real time."""
        self._course = None

    def go(self, start: datetime | None = None, scale: float = 1) -> None:
        """Go on from ``start``, or from where the time is, ``scale`` times as fast as the real time."""
        if not (math.isfinite(scale) and scale > 0):
            raise ValueError(f"a clock's scale must be a positive number, not {scale}")
        self._course = _Going(self.now() if start is None else _possible(start), monotonic(), float(scale))

    def advance(self, seconds: float) -> None:
        """Go ``seconds`` forward; a clock that goes keeps its speed, and a real one is ticking from then on.

        Raises OverflowError or ValueError where there is no such time, or it would be in the past.
        """
        if not seconds >= 0:
            raise ValueError(f"a clock is put forward by seconds, not by {seconds}")
        there = _possible(self.now() + timedelta(seconds=seconds))
        if self.frozen:
            self._course = there
        elif seconds:
            self._course = _Going(there, monotonic(), self.scale)

    def until(self, moment: datetime) -> float | None:
        """Real seconds, 0 or more, until this clock shows ``moment``; None if it never will by itself."""
        left = (moment - self.now()).total_seconds()
        if left <= 0:
            return 0.0
        return None if self.frozen or moment > LAST else left / self.scale

    def same(self, other: Clock) -> bool:
        """Whether the two will always show the same time unless one is set or advanced."""
        return self._course == other._course

    def fork(self) -> Clock:
        """A clock of its own that shows the same time."""
        other = Clock()
        other._course = self._course
        return other

    def anew(self) -> Clock:
        """A clock of its own, as this one was when it was last set: one that goes starts there again."""
        other = self.fork()
        if isinstance(other._course, _Going):
            other._course = replace(other._course, since=monotonic())
        return other


def clock_of(text: str, start: datetime) -> Clock:
    """A clock from a word or two. Raises ValueError.

    ``real``, ``frozen``, ``ticking`` or ``xN`` (N times as fast), the last three from ``start`` on; or an
    instant, at which it stands still, and from which it goes with ``,ticking`` or ``,xN`` after it.
    """
    if text == "real":
        return Clock()
    head, _, course = text.rpartition(",")
    if not _COURSE.fullmatch(course):
        head, course = text, "frozen"
    found = Clock(start if head == "" != text else instant(head))
    if course == "ticking":
        found.go()
    elif course != "frozen":
        found.go(scale=float(course[1:]))
    return found


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


def _possible(moment: datetime) -> datetime:
    """``moment``, if a clock can show it. Raises ValueError."""
    if not FIRST <= moment <= LAST:
        raise ValueError(f"a clock shows the years 2 to 9998, not {moment.isoformat()}")
    return moment
