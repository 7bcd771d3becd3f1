"""What is counted against limits: windows and buckets over a world's time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# (since when, how much): of a window what was used, of a bucket how many millionths are missing.
Count = tuple[datetime, int]

MILLION = 1_000_000
# So many names are kept at least; past that, those that count nothing any more are forgotten now and then.
FEW = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is left of a limit of ``most``, and from when on there is more again."""

    most: int
    left: int
    more: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """So many in so many seconds, counted from the first one; ``aligned``: from full multiples of them."""

    most: int
    seconds: int
    aligned: bool = False

    def counted(self, kept: Count | None, now: datetime) -> Count:
        """What stands at ``now``: a window that is over counts nothing."""
        if kept is not None and timedelta() <= now - kept[0] < timedelta(seconds=self.seconds):
            return kept
        if not self.aligned:
            return now, 0
        return now - (now - _EPOCH) % timedelta(seconds=self.seconds), 0

    def spent(self, count: Count, amount: int) -> Count:
        """The count after ``amount`` more."""
        return count[0], count[1] + amount

    def read(self, count: Count) -> Reading:
        """What the count leaves."""
        return Reading(self.most, max(0, self.most - count[1]), count[0] + timedelta(seconds=self.seconds))


@dataclass(frozen=True, slots=True)
class Bucket:
    """``size`` tokens at most, of which ``rate`` come back each second, evenly."""

    size: int
    rate: int

    def counted(self, kept: Count | None, now: datetime) -> Count:
        """What is missing at ``now``. Whole numbers all through: a second gives back exactly its rate."""
        if kept is None or now < kept[0]:
            return now, 0
        passed = (now - kept[0]) // timedelta(microseconds=1)
        return now, max(0, kept[1] - passed * self.rate)

    def spent(self, count: Count, amount: int) -> Count:
        """The count after ``amount`` more; nobody owes more than a full bucket."""
        return count[0], min(count[1] + amount * MILLION, self.size * MILLION)

    def read(self, count: Count) -> Reading:
        """What the count leaves; more comes with the next whole token."""
        left = self.size + -count[1] // MILLION
        lacking = count[1] - (self.size - left - 1) * MILLION if count[1] else 0
        return Reading(self.size, left, count[0] + timedelta(microseconds=-(-lacking // self.rate)))


class Meters:
    """The counts of one world, by name. Who counts says which limit a name stands for."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._counts: dict[tuple[str, ...], tuple[Window | Bucket, Count]] = {}
        self._room = FEW

    def read(self, name: tuple[str, ...], limit: Window | Bucket, now: datetime) -> Reading:
        """What is left of a limit at ``now``."""
        return limit.read(limit.counted(self._kept(name), now))

    def spend(self, name: tuple[str, ...], limit: Window | Bucket, now: datetime, amount: int = 1) -> Reading:
        """Count ``amount`` more, whether or not so much is left; what is left then."""
        count = limit.spent(limit.counted(self._kept(name), now), amount)
        self._counts[name] = limit, count
        if len(self._counts) > self._room:
            used = {one for one, _ in self.readings(now)}
            self._counts = {one: kept for one, kept in self._counts.items() if one in used}
            self._room = max(FEW, 2 * len(self._counts))
        return limit.read(count)

    def __len__(self) -> int:
        """How many names are kept."""
        return len(self._counts)

    def readings(self, now: datetime) -> Iterator[tuple[tuple[str, ...], Reading]]:
        """Every name of which something is counted at ``now``, in the order they were first counted."""
        for name, (limit, count) in self._counts.items():
            reading = limit.read(limit.counted(count, now))
            if reading.left < reading.most:
                yield name, reading

    def clear(self, owner: str | None = None) -> None:
        """Count from nothing again, everything or what the names of ``owner`` count (their first part)."""
        for name in [one for one in self._counts if owner in (None, one[0])]:
            del self._counts[name]

    def _kept(self, name: tuple[str, ...]) -> Count | None:
        found = self._counts.get(name)
        return None if found is None else found[1]
