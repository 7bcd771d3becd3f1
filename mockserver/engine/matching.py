"""Which calls are meant: one description, for faults, forced replies and whatever else picks out calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import orjson

from mockserver.values import Call, Json

ANONYMOUS = "anonymous"
NOWHERE = object()  # what a pointer leads to where nothing is
_WILD = re.compile(r"\*\*|\*|\{[^/{}]*\}")


@dataclass(frozen=True, slots=True)
class Match:
    """What a call must have to be meant; what is not said here may be anything.

    route: the whole path, with the service's mount or without; path: values of placeholders by name, or a
    text that the path ends with. In both texts ``*`` stands for anything up to the next slash and ``**`` for
    anything.
    query, headers: a value by name, or all values in order; None where there must be none.
    body: what must be in it, where other members may be too; or, if every key begins with a slash, values
    by JSON Pointer. None for any body.
    caller: the id of the user who is calling, or another text of that record, such as an address;
    ``anonymous`` for nobody.
    ordinal: 1 for the first of the calls that have all the other parts. ``fits`` does not judge it: who
    counts the calls does.
    """

    route: str = ""
    path: Mapping[str, Json] | str = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, Json] = field(default_factory=dict)
    body: Json = None
    caller: str = ""
    ordinal: int | None = None


class Asked:
    """One call, with what a Match asks of it; each part is worked out once, and only if it is asked for."""

    def __init__(
        self,
        call: Call,
        values: Mapping[str, str],
        callers: Callable[[], frozenset[str]] = frozenset,
        base: str = "",
    ) -> None:
        """``values``: of the path's placeholders; ``callers``: every name of who is calling.

        ``base``: the part of the path before the service's own routes.
        """
        self.call = call
        self.values = values
        self.base = base
        self._callers = callers

    @cached_property
    def body(self) -> Json:
        """The body: JSON as data, anything else as text, None if there was none."""
        try:
            return orjson.loads(self.call.body) if self.call.body else None
        except ValueError:
            return self.call.body.decode(errors="replace")

    @cached_property
    def callers(self) -> frozenset[str]:
        """Every name of who is calling; empty for nobody."""
        return self._callers() or frozenset((ANONYMOUS,))


def fits(match: Match, asked: Asked) -> bool:
    """Whether the call has every part of ``match``, its ordinal apart."""
    if match.route and not _is_at(match.route, asked):
        return False
    path = match.path
    if isinstance(path, str):
        if path and not pattern("**" + path).fullmatch(asked.call.path):
            return False
    elif any(asked.values.get(name) != text(value) for name, value in path.items()):
        return False
    if match.query and not all(has(asked.call.query.get(key, ()), one) for key, one in match.query.items()):
        return False
    for name, value in match.headers.items():
        given = asked.call.headers.get(name.lower())
        if not has(() if given is None else (given,), value):
            return False
    if match.body is not None and not holds(asked.body, match.body):
        return False
    return not match.caller or match.caller in asked.callers


def has(given: Sequence[str], wanted: Json) -> bool:
    """Whether ``wanted`` is among the values given; all of them in order for a list, none for None."""
    if wanted is None:
        return not given
    if isinstance(wanted, (list, tuple)):
        return list(given) == [text(one) for one in wanted]
    return text(wanted) in given


def holds(body: Json, wanted: Json) -> bool:
    """Whether ``body`` has what is wanted of it: members that must be there, or values by JSON Pointer."""
    if is_pointers(wanted):
        return all(_holds_at(body, pointer, value) for pointer, value in wanted.items())
    return contains(body, wanted)


def is_pointers(wanted: Json) -> bool:
    """Whether every key is a JSON Pointer: begins with a slash."""
    return isinstance(wanted, Mapping) and bool(wanted) and all(str(one).startswith("/") for one in wanted)


def contains(got: Json, wanted: Json) -> bool:
    """Whether ``got`` has every member of ``wanted``, at any depth; lists have the same length."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return all(key in got and contains(got[key], value) for key, value in wanted.items())
    if isinstance(wanted, (list, tuple)) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(contains, got, wanted))
    if isinstance(wanted, bool) is not isinstance(got, bool) and isinstance(wanted, int):
        return False  # true is no 1
    return bool(wanted == got)


def text(value: Json) -> str:
    """``value`` as a path, a query or a header writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(1024)
def pattern(path: str) -> re.Pattern[str]:
    """A path with ``*`` and ``{placeholder}`` for what has no slash, and ``**`` for anything."""
    literals = [re.escape(one) for one in _WILD.split(path)]
    wilds = [".*" if one == "**" else "[^/]+" if one[0] == "{" else "[^/]*" for one in _WILD.findall(path)]
    return re.compile("".join(one for pair in zip(literals, [*wilds, ""], strict=True) for one in pair), re.S)


def _is_at(route: str, asked: Asked) -> bool:
    """Whether the call's path, or the part of it that follows the base, is ``route``, in any case."""
    wanted, path = pattern(route.lower()), asked.call.path.lower()
    return bool(wanted.fullmatch(path) or (asked.base and wanted.fullmatch(path[len(asked.base) :])))


def at(body: Json, pointer: str) -> Json:
    """What a JSON Pointer leads to; NOWHERE where there is nothing."""
    found = body
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isascii() and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            return NOWHERE
    return found


def _holds_at(body: Json, pointer: str, wanted: Json) -> bool:
    """Whether what ``pointer`` leads to has what is wanted; nothing there for None."""
    found = at(body, pointer)
    return wanted is None if found is NOWHERE else contains(found, wanted)
