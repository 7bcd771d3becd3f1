"""Mappings whose values are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lazy(Mapping[K, V]):
    """What ``make`` makes of each of ``sources``, by the same key; each value is made once."""

    __slots__ = ("_made", "_make", "_sources")

    def __init__(self, sources: Mapping[K, object], make: Callable[[K], V]) -> None:
        """Nothing is made yet; only the keys of ``sources`` are looked at."""
        self._sources = sources
        self._make = make
        self._made: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        try:
            return self._made[key]
        except KeyError:
            if key not in self._sources:
                raise
        # Of two threads that make it at once the first one's is kept by both.
        return self._made.setdefault(key, self._make(key))

    def __contains__(self, key: object) -> bool:
        return key in self._sources

    def __iter__(self) -> Iterator[K]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)
