"""Which calls are looked for, and where another call differs from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from urllib.parse import unquote

from mockserver.engine.matching import NOWHERE, at, contains, has, is_pointers, pattern, text
from mockserver.exchange import REDACTED, Exchange, redacted
from mockserver.values import Json, dumps

NEAREST = 3
# Characters of a request that are compared to tell how near it is; requests compared at most.
COMPARED, CANDIDATES = 2000, 200
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The calls that are looked for: those with at least these parts.

    ``path``, ``query``, ``headers`` and ``body`` mean what they mean in ``engine.matching.Match``; empty
    parts are no condition. ``routes``: every path of the operation, with placeholders.
    """

    operation: str = ""
    method: str = ""
    routes: Sequence[str] = ()
    body: Json = None
    query: Mapping[str, Json] = field(default_factory=dict)
    path: Mapping[str, Json] | str = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    status: int | None = None
    service: str = ""

    def __str__(self) -> str:
        """The operation, and what its calls must have."""
        head = self.operation or " ".join(filter(None, [self.method, self._place()])) or "any request"
        parts = {
            "path": self.path if self.operation or not isinstance(self.path, str) else "",
            "query": self.query,
            "headers": self.headers,
            "body": self.body,
            "status": self.status,
        }
        shown = [
            f"{name} {_json(redacted(value))}" for name, value in parts.items() if value not in (None, {}, "")
        ]
        return f"{head} with {', '.join(shown)}" if shown else head

    def _place(self) -> str:
        return self.path if isinstance(self.path, str) else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a request is not what was looked for. ``got`` is a sentence where nothing is there.

    ``unkept``: what was there was not kept (a secret, the rest of a long body), so that nobody can tell.
    """

    where: str
    expected: str
    got: str
    unkept: bool = False

    def lines(self) -> Iterator[str]:
        """The difference on three lines, for people; a fourth marks the characters that differ."""
        yield f"     {self.where}"
        yield f"       expected  {self.expected}"
        yield f"       got       {self.got}"
        if self.got != NOTHING:
            same = SequenceMatcher(None, self.expected, self.got, autojunk=False).get_matching_blocks()
            marks = ["^"] * max(len(self.got), 1)
            for block in same:
                marks[block.b : block.b + block.size] = [" "] * block.size
            line = "".join(marks).rstrip()
            if line:
                yield f"                 {line}"


def differences(wanted: Wanted, exchange: Exchange) -> list[Difference]:
    """Where ``exchange`` is not what is wanted; empty if it is."""
    return list(_differences(wanted, exchange))


def matches(wanted: Wanted, exchange: Exchange) -> bool:
    """Whether ``exchange`` is what is wanted."""
    return next(_differences(wanted, exchange), None) is None


def undecided(wanted: Wanted, exchange: Exchange) -> bool:
    """Whether ``exchange`` may or may not be what is wanted: all that could tell was not kept."""
    found = differences(wanted, exchange)
    return bool(found) and all(one.unkept for one in found)


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


def nearest(wanted: Wanted, seen: Sequence[Exchange]) -> list[Exchange]:
    """The requests that look most like what is wanted but are not, best first."""
    others = [one for one in seen if not matches(wanted, one)][-CANDIDATES:]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(_look(wanted)[:COMPARED])
    scores: dict[int, tuple[bool, float]] = {}
    for one in others:
        matcher.set_seq1(_appearance(one)[:COMPARED])
        scores[one.number] = (one.operation == wanted.operation, matcher.ratio())
    return sorted(others, key=lambda one: scores[one.number], reverse=True)[:NEAREST]


def _differences(wanted: Wanted, exchange: Exchange) -> Iterator[Difference]:
    if wanted.service and exchange.service != wanted.service:
        yield Difference("service", wanted.service, exchange.service or "no service")
    if wanted.operation and exchange.operation != wanted.operation:
        yield Difference("operation", wanted.operation, exchange.operation or "no operation")
    if wanted.method and exchange.method != wanted.method:
        yield Difference("method", wanted.method, exchange.method)
    if isinstance(wanted.path, str):
        if wanted.path and not pattern("**" + wanted.path).fullmatch(exchange.path):
            yield Difference("path", wanted.path, exchange.path)
    elif wanted.path:
        values = path_values(wanted.routes, exchange.path)
        yield from _missing("path", {key: text(one) for key, one in wanted.path.items()}, values)
    for name, value in wanted.query.items():
        yield from _of_values(f"query {name}", value, value, exchange.query.get(name, []))
    for name, value in wanted.headers.items():
        given = [one for key, one in exchange.headers.items() if key.lower() == name.lower()]
        yield from _of_values(f"header {name}", redacted(value, name), value, given)
    if wanted.body is not None and exchange.cut:
        yield Difference("body", _json(redacted(wanted.body)), "a long body, kept in part", unkept=True)
    elif wanted.body is not None:
        yield from _of_body(wanted.body, exchange.body)
    if wanted.status is not None and exchange.status != wanted.status:
        yield Difference("status", str(wanted.status), str(exchange.status))


def _of_values(where: str, shown: Json, value: Json, given: Sequence[str]) -> Iterator[Difference]:
    if not has(given, value):
        texts = list(map(text, shown)) if isinstance(shown, (list, tuple)) else text(shown)
        got = NOTHING if not given else _json(given[0] if len(given) == 1 else list(given))
        unkept = value is not None and REDACTED in got
        yield Difference(where, NOTHING if value is None else _json(texts), got, unkept)


def _of_body(expected: Json, got: Json) -> Iterator[Difference]:
    """Each place where a body lacks what is expected of it: members, or values by JSON Pointer."""
    if is_pointers(expected):
        for pointer, value in expected.items():
            found = at(got, pointer)
            if found is NOWHERE:
                if value is not None:
                    name = pointer.rpartition("/")[2]
                    yield Difference(f"body{pointer}", _json(redacted(value, name)), NOTHING)
            else:
                yield from _missing(f"body{pointer}", value, found)
    else:
        yield from _missing("body", expected, got)


def _missing(where: str, expected: Json, got: Json) -> Iterator[Difference]:
    """Each place where ``got`` lacks what ``expected`` has; other members may be there."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            if key in got:
                yield from _missing(f"{where}/{key}", value, got[key])
            else:
                yield Difference(f"{where}/{key}", _json(redacted(value, str(key))), NOTHING)
    elif isinstance(expected, (list, tuple)) and isinstance(got, list) and len(expected) == len(got):
        for at, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _missing(f"{where}/{at}", one, other)
    elif not contains(got, expected):
        name = where.rpartition("/")[2]
        unkept = isinstance(got, str) and REDACTED in got
        yield Difference(where, _json(redacted(expected, name)), _json(redacted(got, name)), unkept)


def _look(wanted: Wanted) -> str:
    path = wanted.path if isinstance(wanted.path, str) else next(iter(wanted.routes), "")
    for name, value in () if isinstance(wanted.path, str) else wanted.path.items():
        path = path.replace("{" + name + "}", text(value))
    query = "&".join(f"{name}={text(value)}" for name, value in wanted.query.items())
    body = "" if wanted.body is None else _json(wanted.body)
    return f"{wanted.operation} {wanted.method} {path}?{query} {body}"


def _appearance(one: Exchange) -> str:
    query = "&".join(f"{name}={value}" for name, values in one.query.items() for value in values)
    return f"{one.operation} {one.method} {one.path}?{query} {_json(one.body)}"


def _json(value: Json) -> str:
    """``value`` as JSON; as Python shows it where it is none, such as ``unittest.mock.ANY``."""
    try:
        return dumps(value).decode()
    except TypeError:
        return repr(value)
