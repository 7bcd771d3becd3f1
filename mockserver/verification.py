"""Was an operation called, and if not: which requests came nearest, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from urllib.parse import unquote

from mockserver.exchange import Exchange, redacted
from mockserver.values import Json, dumps

NEAREST = 3
# Characters of a request that are compared to tell how near it is; requests compared at most.
COMPARED, CANDIDATES = 2000, 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """The calls that are looked for: those of ``operation`` with at least these parts.

    ``routes``: every path of the operation, with placeholders; ``body``: members that must be there, None
    for any body; ``query``: parameters; ``path``: values of placeholders, or the path's end.
    """

    operation: str
    method: str
    routes: Sequence[str]
    body: Json = None
    query: Mapping[str, Json] = field(default_factory=dict)
    path: Mapping[str, Json] | str = field(default_factory=dict)

    def __str__(self) -> str:
        """The operation, and what its calls must have."""
        parts = {"path": self.path, "query": self.query, "body": self.body}
        shown = [
            f"{name} {_json(redacted(value))}" for name, value in parts.items() if value not in (None, {}, "")
        ]
        return f"{self.operation} with {', '.join(shown)}" if shown else self.operation


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a request is not what was looked for. ``got`` is a sentence where nothing is there."""

    where: str
    expected: str
    got: str


def differences(wanted: Wanted, exchange: Exchange) -> list[Difference]:
    """Where ``exchange`` is not what is wanted; empty if it is."""
    found = []
    if exchange.operation != wanted.operation:
        operation = exchange.operation or "no operation"
        found.append(Difference("operation", wanted.operation, operation))
    if isinstance(wanted.path, str):
        if not exchange.path.endswith(wanted.path):
            found.append(Difference("path", wanted.path, exchange.path))
    else:
        values = path_values(wanted.routes, exchange.path)
        found.extend(_missing("path", {key: str(one) for key, one in wanted.path.items()}, values))
    for name, value in wanted.query.items():
        texts = list(map(_text, value)) if isinstance(value, (list, tuple)) else _text(value)
        given = exchange.query.get(name, [])
        if texts != given and texts not in given:
            got = "nothing" if not given else _json(given[0] if len(given) == 1 else given)
            found.append(Difference(f"query {name}", _json(texts), got))
    if wanted.body is not None:
        found.extend(_missing("body", wanted.body, exchange.body))
    return found


def path_values(routes: Sequence[str], path: str) -> dict[str, str]:
    """The decoded values of the placeholders of the first route that ``path`` ends with."""
    steps = path.split("/")[1:]
    for route in routes:
        names = route.split("/")[1:]
        tail = steps[len(steps) - len(names) :]
        pairs = list(zip(names, tail, strict=False))
        if len(tail) == len(names) and all(
            name.startswith("{") or name.casefold() == step.casefold() for name, step in pairs
        ):
            return {name[1:-1]: unquote(step) for name, step in pairs if name.startswith("{")}
    return {}


def verdict(
    wanted: Wanted,
    seen: Sequence[Exchange],
    evicted: int,
    times: int | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
) -> str:
    """Why the calls in ``seen`` are not as many as asked; empty if they are.

    Nothing asked: at least one. Where older entries were evicted, a number that they could change is
    never taken for right.
    """
    count = sum(not differences(wanted, one) for one in seen)
    least, most = (times, times) if times is not None else (at_least, at_most)
    least = 1 if least is None and most is None else least or 0
    enough, few = count >= least, most is None or count <= most
    if enough and few and not (evicted and most is not None):
        return ""
    return "\n".join(_complaint(wanted, seen, evicted, count, _asked(least, most)))


def _complaint(
    wanted: Wanted, seen: Sequence[Exchange], evicted: int, count: int, asked: str
) -> Iterator[str]:
    yield f"{wanted}: called {_times(count)}, expected {asked}"
    if evicted:
        yield f"{evicted} older requests were evicted from the journal: the number cannot be judged"
    matching = [one for one in seen if not differences(wanted, one)]
    for one in matching[-10:]:
        yield f"  called: #{one.number} {one}"
    others = nearest(wanted, seen)
    kept = f"{len(seen)} kept, {evicted} evicted"
    if not others:
        yield f"no other requests ({kept})"
        return
    yield f"nearest of the other requests ({kept}):"
    for one in others:
        yield f"  #{one.number} {one}"
        for difference in differences(wanted, one):
            yield from _marked(difference)


def nearest(wanted: Wanted, seen: Sequence[Exchange]) -> list[Exchange]:
    """The requests that look most like what is wanted but are not, best first."""
    others = [one for one in seen if differences(wanted, one)][-CANDIDATES:]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(_look(wanted)[:COMPARED])
    scores: dict[int, tuple[bool, float]] = {}
    for one in others:
        matcher.set_seq1(_appearance(one)[:COMPARED])
        scores[one.number] = (one.operation == wanted.operation, matcher.ratio())
    return sorted(others, key=lambda one: scores[one.number], reverse=True)[:NEAREST]


def _missing(where: str, expected: Json, got: Json) -> Iterator[Difference]:
    """Each place where ``got`` lacks what ``expected`` has; other members may be there."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            if key in got:
                yield from _missing(f"{where}/{key}", value, got[key])
            else:
                yield Difference(f"{where}/{key}", _json(redacted(value, str(key))), "nothing")
    elif isinstance(expected, (list, tuple)) and isinstance(got, list) and len(expected) == len(got):
        for at, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _missing(f"{where}/{at}", one, other)
    elif expected != got or (
        isinstance(expected, bool) is not isinstance(got, bool) and isinstance(expected, int)
    ):
        name = where.rpartition("/")[2]
        yield Difference(where, _json(redacted(expected, name)), _json(redacted(got, name)))


def _marked(one: Difference) -> Iterator[str]:
    """A difference on three lines; the third marks the characters that differ."""
    yield f"     {one.where}"
    yield f"       expected  {one.expected}"
    yield f"       got       {one.got}"
    if one.got != "nothing":
        same = SequenceMatcher(None, one.expected, one.got, autojunk=False).get_matching_blocks()
        marks = ["^"] * max(len(one.got), 1)
        for block in same:
            marks[block.b : block.b + block.size] = [" "] * block.size
        line = "".join(marks).rstrip()
        if line:
            yield f"                 {line}"


def _look(wanted: Wanted) -> str:
    path = wanted.path if isinstance(wanted.path, str) else wanted.routes[0]
    for name, value in () if isinstance(wanted.path, str) else wanted.path.items():
        path = path.replace("{" + name + "}", str(value))
    query = "&".join(f"{name}={_text(value)}" for name, value in wanted.query.items())
    body = "" if wanted.body is None else _json(wanted.body)
    return f"{wanted.operation} {wanted.method} {path}?{query} {body}"


def _appearance(one: Exchange) -> str:
    query = "&".join(f"{name}={value}" for name, values in one.query.items() for value in values)
    return f"{one.operation} {one.method} {one.path}?{query} {_json(one.body)}"


def _asked(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"exactly {most}" if least == most else f"between {least} and {most}"


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(value: Json) -> str:
    """``value`` as JSON; as Python shows it where it is none, such as ``unittest.mock.ANY``."""
    try:
        return dumps(value).decode()
    except TypeError:
        return repr(value)
