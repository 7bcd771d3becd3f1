"""What a benchmark finds: figures with their noise, and the run that they are found in."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

# Real seconds that a batch of an in-process measurement should take; rounds of it.
BATCH, ROUNDS = 0.03, 9


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``unit``: what it is a multiple of; ``low``, ``high``: of rounds; ``here``: absolute."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    here: str = ""


@dataclass
class Run:
    """One run of the suite: how thorough it is, and what it has found."""

    quick: bool = False
    full: bool = False
    figures: list[Figure] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, values: Sequence[float], unit: str, here: str = "") -> None:
        """Keep the median of ``values``, one of each round."""
        self.figures.append(Figure(name, statistics.median(values), unit, min(values), max(values), here))

    def note(self, line: str) -> None:
        """Say something about the run."""
        self.notes.append(line)

    def skip(self, name: str, why: str) -> None:
        """Say that figures whose names begin with ``name`` cannot be had here."""
        self.skipped[name] = why

    def rounds(self, most: int = ROUNDS) -> range:
        """The rounds of a measurement."""
        return range(max(3, most // 2) if self.quick else most)

    @cached_property
    def bare(self) -> Mapping[str, float]:
        """Seconds of CPU that a bare aiohttp server takes for a request, by its method."""
        from over_sockets import bare_costs

        return bare_costs(self)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without a collection of garbage in between, but for those that are asked for, of what is made here."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def seconds(work: Callable[[], object], times: int) -> float:
    """Seconds of this process's CPU for one ``work``, over so many of them."""
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times


def repetitions(work: Callable[[], object]) -> int:
    """How many of ``work`` make a batch; it has been done some times when this comes back."""
    work()
    times = 1
    while (each := seconds(work, times)) * times < BATCH / 4 and times < 100_000:
        times *= 4
    return max(1, round(BATCH / max(each, 1e-7)))


def side_by_side(run: Run, works: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Seconds of CPU of each, round by round, in turns: what slows the machine down slows all of them."""
    times = {name: repetitions(work) for name, work in works.items()}
    found: dict[str, list[float]] = {name: [] for name in works}
    with undisturbed():
        for number in run.rounds():
            order = list(works)[number % len(works) :] + list(works)[: number % len(works)]
            for name in order:
                gc.collect()
                found[name].append(seconds(works[name], times[name]))
    return found


def ratios(some: Sequence[float], others: Sequence[float]) -> list[float]:
    """Each of ``some`` in parts of what was measured beside it."""
    return [one / other for one, other in zip(some, others, strict=True)]


def shown(value: float) -> str:
    """Seconds, for the eye."""
    if value < 1e-3:
        return f"{value * 1e6:.1f} µs"
    return f"{value * 1e3:.1f} ms" if value < 1 else f"{value:.2f} s"
