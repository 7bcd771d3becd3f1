"""How often each operation was answered, and in which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Service, operation, status, and why the mock answered so (empty where the operation did).
Way = tuple[str, str, int, str]


@dataclass(slots=True)
class Tally:
    """Calls that were answered in one way: all of them, and those that exercised the operation."""

    count: int = 0
    covered: int = 0


class Tallies:
    """A tally for each way in which there were answers."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        """No call was answered yet."""
        self._kept: dict[Way, Tally] = {}

    def __getitem__(self, way: Way) -> Tally:
        """The tally of one way, to be counted on; it stays the same one."""
        found = self._kept.get(way)
        if found is None:
            found = self._kept[way] = Tally()
        return found

    def __iter__(self) -> Iterator[tuple[Way, int]]:
        """Every way with all its calls, sorted."""
        return iter(sorted((way, tally.count) for way, tally in self._kept.copy().items()))

    @property
    def coverage(self) -> dict[tuple[str, str, int], int]:
        """Service, operation and status, sorted, with how often that was exercised."""
        found: dict[tuple[str, str, int], int] = {}
        for (service, operation, status, _), tally in sorted(self._kept.items()):
            if tally.covered:
                way = (service, operation, status)
                found[way] = found.get(way, 0) + tally.covered
        return found

    def uncover(self) -> None:
        """Nothing was exercised; what was answered stays."""
        for tally in self._kept.values():
            tally.covered = 0
