"""Were the calls as they were expected: how many, in which order, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mockserver.exchange import Exchange
from mockserver.verification.wanted import Difference, Wanted, differences, matches, nearest, undecided

SHOWN = 10  # requests that a complaint names, the last ones


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether requests were as expected: ``complaint`` says why not, and is empty if they were.

    ``matching``: the requests that were looked for; ``near``: those that came nearest to ``wanted``.
    """

    complaint: str
    matching: Sequence[Exchange] = ()
    near: Sequence[Exchange] = ()
    wanted: Wanted | None = None


def called(
    wanted: Wanted,
    seen: Sequence[Exchange],
    evicted: int,
    times: int | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
) -> Verdict:
    """Whether the calls in ``seen`` are as many as asked. Nothing asked: at least one.

    Where entries were evicted, or what would tell was not kept, a number that this could change is never
    taken for right.
    """
    matching = [one for one in seen if matches(wanted, one)]
    count = len(matching)
    least, most = (times, times) if times is not None else (at_least, at_most)
    least = 1 if least is None and most is None else least or 0
    open_ = [] if most is None and count >= least else [one for one in seen if undecided(wanted, one)]
    if count >= least and (most is None or (count + len(open_) <= most and not evicted)):
        return Verdict("", matching)
    near = nearest(wanted, seen)
    lines = [f"{wanted}: called {_times(count)}, expected {_asked(least, most)}"]
    if evicted:
        lines.append(f"{_gone(evicted)}: the number cannot be judged")
    if open_:
        lines.append(
            f"{_times(len(open_))} more, perhaps: what would tell is a secret or was too long to be kept"
        )
    lines += [f"  called: {_named(one)}" for one in matching[-SHOWN:]]
    lines += _nearest(wanted, near, len(seen), evicted)
    return Verdict("\n".join(lines), matching, near, wanted)


def in_order(
    expected: Sequence[Wanted], seen: Sequence[Exchange], evicted: int, *, strict: bool = False
) -> Verdict:
    """Whether the calls of ``expected`` came one after the other; others between them unless ``strict``."""
    found = _run(expected, seen) if strict else _steps(expected, seen)
    if len(found) == len(expected):
        return Verdict("", found)
    missing = expected[len(found)]
    after = (
        f" right after {_number(found)}" if strict and found else f" after {_number(found)}" if found else ""
    )
    lines = [f"step {len(found) + 1} of {len(expected)} did not happen{after}: {missing}"]
    if evicted:
        lines.append(f"{_gone(evicted)}: what came before the oldest one kept cannot be judged")
    lines += [f"  step {at}: {_named(one)}" for at, one in enumerate(found, 1)]
    elsewhere = [one for one in seen if matches(missing, one) and one not in found]
    lines += [f"  but there is: {_named(one)}" for one in elsewhere[-SHOWN:]]
    later = [one for one in seen if not found or one.number > found[-1].number]
    if strict and found and later:
        lines.append(f"  instead: {_named(later[0])}")
    near = nearest(missing, later)
    return Verdict("\n".join([*lines, *_nearest(missing, near, len(seen), evicted)]), found, near, missing)


def nothing_else(expected: Sequence[Wanted], seen: Sequence[Exchange], evicted: int) -> Verdict:
    """Whether every request in ``seen`` is one of those expected."""
    others = [one for one in seen if not any(matches(wanted, one) for wanted in expected)]
    if not others and not evicted:
        return Verdict("", list(seen))
    lines = [f"{_many(len(others))} beside {', '.join(map(str, expected)) or 'none'}"]
    if evicted:
        lines.append(f"{_gone(evicted)}: whether there were others cannot be judged")
    if len(others) > SHOWN:
        lines.append(f"  … {len(others) - SHOWN} earlier")
    for one in others[-SHOWN:]:
        lines.append(f"  {_named(one)}")
        if expected:
            closest = min((differences(wanted, one) for wanted in expected), key=_distance)
            lines += [line for difference in closest for line in difference.lines()]
    lines.append(f"({len(seen)} kept, {evicted} evicted)")
    matching = [one for one in seen if one not in others]
    return Verdict("\n".join(lines), matching, others[-SHOWN:])


def _steps(expected: Sequence[Wanted], seen: Sequence[Exchange]) -> list[Exchange]:
    """The first request for each step, each after the one before, as far as there are such."""
    found: list[Exchange] = []
    for one in seen:
        if len(found) < len(expected) and matches(expected[len(found)], one):
            found.append(one)
    return found


def _run(expected: Sequence[Wanted], seen: Sequence[Exchange]) -> list[Exchange]:
    """The longest beginning of the steps that came one right after the other."""
    best: list[Exchange] = []
    for start in range(len(seen)):
        found: list[Exchange] = []
        for wanted, one in zip(expected, seen[start:], strict=False):
            if not matches(wanted, one):
                break
            found.append(one)
        if len(found) > len(best):
            best = found
    return best


def _nearest(wanted: Wanted, near: Sequence[Exchange], kept: int, evicted: int) -> Iterator[str]:
    held = f"{kept} kept, {evicted} evicted"
    if not near:
        yield f"no other requests ({held})"
        return
    yield f"nearest of the other requests ({held}):"
    for one in near:
        yield f"  {_named(one)}"
        for difference in differences(wanted, one):
            yield from difference.lines()


def _distance(found: Sequence[Difference]) -> tuple[bool, int]:
    """How far a request is from what was expected; another operation is far, whatever else is the same."""
    return any(one.where == "operation" for one in found), len(found)


def _named(one: Exchange) -> str:
    return f"#{one.number} {one}"


def _number(found: Sequence[Exchange]) -> str:
    return f"#{found[-1].number}"


def _gone(evicted: int) -> str:
    return f"{evicted} older requests were evicted from the journal"


def _many(count: int) -> str:
    return f"{count} other request{'' if count == 1 else 's'}"


def _asked(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    if most == 0:
        return "never"
    return f"exactly {most}" if least == most else f"between {least} and {most}"


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")
