"""Which of the routes there are a path that leads nowhere may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches


def nearest(method: str, steps: Sequence[str], known: Iterable[str], count: int) -> list[str]:
    """The known routes, as ``METHOD /path``, that look most like a path of these segments, best first.

    A placeholder looks like whatever the path has in its place, counted from the end.
    """
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2("/".join(steps))
    words = {step.lower() for step in steps if step}
    there: dict[str, bool] = {}  # whether a name of routes is nearly one of the path
    found: list[tuple[float, bool, str]] = []
    for route in known:
        verb, _, pattern = route.partition(" ")
        names = pattern.split("/")[1:]
        missing = len(steps) - len(names)
        if not -2 < missing < 3:  # a mount may precede, and a prefix be forgotten
            continue
        last = next((name for name in reversed(names) if name[:1] != "{"), "").lower()
        if last not in there:
            there[last] = last in words or bool(get_close_matches(last, words, n=1, cutoff=0.6))
        if not there[last]:
            continue
        filled = [
            steps[at + missing] if name[:1] == "{" and 0 <= at + missing < len(steps) else name
            for at, name in enumerate(names)
        ]
        matcher.set_seq1("/".join(filled))
        if matcher.real_quick_ratio() < 0.6 or matcher.quick_ratio() < 0.6:
            continue
        # A name that is only nearly right is nearer than an id where a name should be.
        score = matcher.ratio() - 0.03 * sum(name[:1] == "{" for name in names)
        if score >= 0.55:
            found.append((score + 0.05 * (verb == method), verb == method, route))
    found.sort(key=lambda one: (-one[0], not one[1]))
    return [route for _, _, route in found[:count]]
