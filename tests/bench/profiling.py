"""Where the time goes: the five places that take most of it by themselves.

Of W1 and W2 from the bytes of a request to those of its reply, of others in the world.
"""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable
from pathlib import Path

import calls
import search
from edge import Edge
from in_process import asking, inquiring

from mockserver.world import World

TOP = Path(__file__).resolve().parents[2]
PLACES = 5

WORKS: dict[str, tuple[Callable[[], Callable[[], object]], int]] = {
    "W1": (lambda: Edge("W1").whole, 50_000),
    "W1-each-different": (lambda: Edge("W1-each-different").whole, 20_000),
    "W1-unheard": (lambda: calls.unheard(calls.documented()), 5_000),
    "W1-after-write": (lambda: _written(calls.documented()), 10_000),
    "W2": (lambda: Edge("W2").whole, 50_000),
    "W2-each-different": (lambda: Edge("W2-each-different").whole, 10_000),
    "search": (lambda: asking(calls.filled(10_000), search.INDEXED, search.FIELDS), 1_000),
    "search-each-different": (lambda: inquiring(calls.filled(10_000), search.NEW["indexed"]), 1_000),
}


def _written(world: World) -> Callable[[], object]:
    write, read = calls.changing(world), calls.w1(world)

    def both() -> None:
        write()
        read()

    return both


def profiled(name: str) -> list[tuple[str, float, int]]:
    """Place, part of the whole time, and calls for each ``work``; the hottest first."""
    make, times = WORKS[name]
    work = make()
    for _ in range(100):
        work()
    profile = cProfile.Profile(time.process_time)  # what other programs take is not counted
    profile.enable()
    for _ in range(times):
        work()
    profile.disable()
    stats = pstats.Stats(profile)
    rows = [(own, place, made) for place, (_, made, own, _, _) in stats.stats.items()]  # type: ignore[attr-defined]
    whole = sum(own for own, _, _ in rows)
    found = []
    for own, (file, line, function), made in sorted(rows, reverse=True)[:PLACES]:
        path = Path(file)
        shown = path.relative_to(TOP) if path.is_relative_to(TOP) else path.name
        place = function if file == "~" else f"{shown}:{line} {function}"
        found.append((place, own / whole, round(made / times)))
    return found
