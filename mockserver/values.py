"""What crosses every boundary: a call, a reply, an outcome, a problem. Nothing here knows a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qsl

import orjson

# A JSON value. Not the recursive union: with that, every look-up in a document would need a cast.
Json: TypeAlias = Any
Record: TypeAlias = Mapping[str, Json]
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, init=False)
class Call:
    """One request as it arrived: percent-encoded target, header names in lower case, raw body.

    ``root`` is how the client addressed this world, without a trailing slash
    (``http://127.0.0.1:8080/~blue``); every link in a reply starts with it.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    root: str

    def __init__(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] = NOTHING,
        body: bytes = b"",
        root: str = "http://localhost",
    ) -> None:
        """A request; the one that dataclass would write takes three times as long, for every request."""
        self.__dict__.update(method=method, target=target, headers=headers, body=body, root=root)

    @cached_property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> Mapping[str, Sequence[str]]:
        """Decoded query parameters, in order; each name with all its values."""
        found: dict[str, list[str]] = {}
        text = self.target.partition("?")[2]
        if text:
            for name, value in parse_qsl(text, keep_blank_values=True):
                found.setdefault(name, []).append(value)
        return found

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters; empty if none was given."""
        return _media_type(self.headers.get("content-type", ""))


class Reply(NamedTuple):
    """One answer: status, headers in the order they are sent, body."""

    status: int
    headers: Mapping[str, str] = NOTHING
    body: bytes = b""

    def json(self) -> Json:
        """The body read as JSON; None for an empty body."""
        return orjson.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What the socket does to a reply on its way.

    delay: seconds; where: headers (before them) | body (after the headers) | dribble (all over the body);
    ending: drop (reset) | empty (closed without a byte) | cut (closed after the reply's body, though
    ``length`` bytes were promised) | chunk (closed after a malformed chunk); empty for a reply that is whole.
    """

    delay: float = 0.0
    where: str = "headers"
    ending: str = ""
    length: int = 0


class Outcome(NamedTuple):
    """What an operation did, in words that know no HTTP.

    kind: ok | created | updated | deleted | accepted | partial | moved. ``value`` is a record, a list of
    records (``many``), or a finished document (``ready``: no view is applied to it).
    """

    kind: str = "ok"
    value: Json = None
    many: bool = False
    ready: bool = False
    extra: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True)
class Retry:
    """When a service sends a webhook again: after ``waits`` seconds each, if it met one of ``statuses``.

    ``errors``: also if it met no answer at all; ``header``: the name of one that counts the retries.
    """

    waits: tuple[float, ...] = ()
    statuses: tuple[str, ...] = ()
    errors: bool = True
    header: str = ""

    def again(self, status: int | None) -> bool:
        """Whether this answer (None: no answer) is a reason to send again. ``5xx`` is every 500 to 599."""
        if status is None:
            return self.errors
        return str(status) in self.statuses or f"{status // 100}xx" in self.statuses


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken rule of a schema or a constraint.

    ``scope``: body | query | path | header; ``path``: keys and indexes from the scope's top;
    ``key``: the name under which the service reports it; ``rule``: the JSON Schema keyword.
    """

    scope: str
    path: tuple[str | int, ...]
    key: str
    rule: str
    message: str
    expected: Json = None
    got: Json = None

    @property
    def pointer(self) -> str:
        """JSON Pointer to the offending place."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)


class Problem(Exception):
    """A refusal by name; the service's words and status for it are in its fixtures.

    ``values`` fill the placeholders of that wording, ``broken`` lists every broken rule at once,
    ``diagnosis`` is for the journal and the console, never for the body.
    """

    def __init__(
        self, kind: str, *, broken: Sequence[Broken] = (), diagnosis: str = "", **values: Json
    ) -> None:
        super().__init__(kind, values)
        self.kind = kind
        self.values = values
        self.broken = tuple(broken)
        self.diagnosis = diagnosis

    @classmethod
    def field(cls, key: str, message: str, *, kind: str = "invalid", rule: str = "state") -> Problem:
        """A refusal of one body member, worded as the service words invalid input."""
        return cls(kind, broken=[Broken("body", (key,), key, rule, message)])


@lru_cache(maxsize=64)
def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def dumps(value: Json, *, indent: bool = False) -> bytes:
    """``value`` as compact UTF-8 JSON, keys in their own order."""
    # A copy: orjson gives bytes in a place of 4 KiB or more, which would be kept as long as they are.
    return bytes(memoryview(orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else 0)))
