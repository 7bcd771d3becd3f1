"""The order of what a query finds; where only the first few are wanted, no more is sorted than that."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mockserver.behaviours.jira.jql.field import Field
from mockserver.values import Json, Record

Key = Callable[[Record], Json]


@dataclass(frozen=True, slots=True)
class Sorting:
    """``key``: the sort key of an issue, None for EMPTY, which comes last in either direction.

    lasting, reads: as the field has them.
    """

    key: Key
    downward: bool
    lasting: str = ""
    reads: Sequence[str] = ()


def sorting(field: Field, direction: str) -> Sorting:
    """How ``field`` sorts; of several values the first one counts. ``direction``: asc, desc or empty."""
    held, order = field.held, field.order

    def key(issue: Record) -> Json:
        atoms = held(issue)
        if not atoms:
            return None
        return order(atoms[0]) if len(atoms) == 1 else min(order(one) for one in atoms)

    downward = direction == "desc" or (not direction and field.downward)
    return Sorting(key, downward, field.lasting, field.reads)


def ordered(issues: Iterable[Record], sorts: Sequence[Sorting], most: int | None = None) -> list[Record]:
    """The first ``most`` (None: all) issues by ``sorts``; newest first where nothing else decides."""
    found = list(issues)
    if most is not None and len(sorts) <= 1:
        return _first(found, sorts[0], most) if sorts else _newest(found, most)
    found.sort(key=newest, reverse=True)
    for sort in reversed(sorts):
        filled, empty = _parted(found, sort.key)
        filled.sort(key=lambda pair: pair[0], reverse=sort.downward)
        found = [issue for _, issue in filled] + empty
    return found[:most]


def placed(issues: Sequence[Record], issue: Record, sorts: Sequence[Sorting]) -> int:
    """Where ``issue`` is among others that are ordered by ``sorts``, or where it belongs."""
    return bisect_left(issues, _Place(issue, sorts), key=lambda other: _Place(other, sorts))


class _Place:
    """An issue, which is less than another one if it comes first."""

    __slots__ = ("_issue", "_sorts")

    def __init__(self, issue: Record, sorts: Sequence[Sorting]) -> None:
        self._issue = issue
        self._sorts = sorts

    def __lt__(self, other: _Place) -> bool:
        for sort in self._sorts:
            own, its = sort.key(self._issue), sort.key(other._issue)
            if own is None or its is None:
                if own is not its:
                    return its is None
            elif own != its:
                return bool(own > its if sort.downward else own < its)
        return newest(self._issue) > newest(other._issue)


def newest(issue: Record) -> tuple[float, int]:
    """Sort key by creation: the later, the higher."""
    return (_instant(issue["fields"].get("created") or ""), int(issue["id"]))


@lru_cache(maxsize=50_000)
def _instant(created: str) -> float:
    return datetime.fromisoformat(created).timestamp() if created else 0.0


def _newest(issues: Sequence[Record], most: int) -> list[Record]:
    return heapq.nlargest(most, issues, key=newest)


def _first(issues: Sequence[Record], sort: Sorting, most: int) -> list[Record]:
    filled, empty = _parted(issues, sort.key)
    if 0 < most < len(filled):
        # Only what is as good as the last one that is wanted needs to be sorted.
        keys, down = [key for key, _ in filled], sort.downward
        last = (heapq.nlargest if down else heapq.nsmallest)(most, keys)[-1]
        filled = [pair for pair in filled if (pair[0] >= last if down else pair[0] <= last)]
    filled.sort(key=lambda pair: newest(pair[1]), reverse=True)
    filled.sort(key=lambda pair: pair[0], reverse=sort.downward)
    found = [issue for _, issue in filled[:most]]
    return found if len(found) == most else found + _newest(empty, most - len(found))


def _parted(issues: Iterable[Record], key: Key) -> tuple[list[tuple[Json, Record]], list[Record]]:
    """The issues that have a key, each with it, and those that have none."""
    filled: list[tuple[Json, Record]] = []
    empty: list[Record] = []
    for one in issues:
        found = key(one)
        if found is None:
            empty.append(one)
        else:
            filled.append((found, one))
    return filled, empty
