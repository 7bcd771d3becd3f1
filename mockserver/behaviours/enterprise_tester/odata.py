"""OData v2 query options on JSON records: the subset that Enterprise Tester takes.

    wanted = filtering("Type eq 'Incident' and ProjectId eq guid'3AFB1D3C-0000-4000-8000-000000000001'")
    by_name = ordering("Name desc, Id")
    page = by_name(record for record in records if wanted(record))

Fields are found whatever their case, the exact spelling first; a field that a record lacks is null. Keywords
and functions are lower-case only. What is not understood raises ``ODataError``, it is never passed over.

The reference prints ``eq``, ``and``, ``substringof``, ``guid'…'`` and ``Name desc``. The rest is OData v2's;
arithmetic, ``concat`` and a bare field as a condition (``$filter=Enabled``) are refused.

Source: https://help.catchsoftware.com/x/TAGmAQ (OData)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from mockserver.behaviours.enterprise_tester.odata_syntax import (
    DEEPEST,
    LONGEST,
    ODataError,
    column,
    nearest,
    parse,
    refusal,
    tokens,
    trees,
)
from mockserver.behaviours.enterprise_tester.odata_values import guid, holds, moment, rank
from mockserver.values import Json, Record

if TYPE_CHECKING:
    from lark import Token, Tree

    Node: TypeAlias = Tree[Token]

__all__ = ["DEEPEST", "LONGEST", "ODataError", "Ordering", "filtering", "names", "ordering"]

Item = TypeVar("Item")
Kind: TypeAlias = Literal["boolean", "text", "number", "guid", "date", "null", "field"]


def filtering(text: str, known: frozenset[str] | None = None) -> Callable[[Record], bool]:
    """The test that ``$filter`` describes.

    Guids compare whatever their case, dates as instants (without an offset: UTC), other text by code point.
    Only ``eq`` and ``ne`` find null. Values of different kinds are never equal and in no order.
    known: fields that a record may have, ``ExternalSystem/Name`` for one inside another; a name listed alone
    (``ExternalSystem``) admits everything inside it. None admits every name.
    Raises ODataError.
    Source: https://help.catchsoftware.com/x/TAGmAQ (OData); precedence and null as in OData v2.
    """
    term = _term(parse("$filter", "disjunction", text), known)
    return _condition(term).value


def ordering(text: str, known: frozenset[str] | None = None) -> Ordering:
    """The sort that ``$orderby`` describes: ``Name desc, Id``; ascending unless told.

    Equal records keep their order. Nulls come last, in both directions. Values of different kinds sort as
    booleans, numbers, guids, dates, text, then lists and objects, which are all equal.
    known: as in ``filtering``. Raises ODataError.
    Source: https://help.catchsoftware.com/x/TAGmAQ (OData); the place of nulls is not documented.
    """
    return Ordering([_order(node, known) for node in trees(parse("$orderby", "orderby", text))])


@dataclass(frozen=True)
class Ordering:
    """A sort. ``keys``: how to read each field, most important first, and whether the largest comes first."""

    keys: Sequence[tuple[Callable[[Record], Json], bool]]

    def __call__(self, records: Iterable[Record]) -> list[Record]:
        """The records, sorted."""
        return self.of(records, lambda record: record)

    def of(self, items: Iterable[Item], record: Callable[[Item], Record]) -> list[Item]:
        """Anything, sorted by the record that ``record`` makes of each."""
        arranged = list(items)
        for read, descending in reversed(self.keys):
            arranged = _sorted([(read(record(one)), one) for one in arranged], descending=descending)
        return arranged


def names(text: str, option: str = "$expand") -> tuple[str, ...]:
    """The names of a comma list, as written: ``("Configuration", "ExternalSystem")``.

    option: who is blamed in an error: ``$expand`` or ``$select``. Raises ODataError.
    Source: https://help.catchsoftware.com/display/ET66/Expand
    """
    return tuple(str(token) for token in tokens(parse(option, "names", text)))


# ``value`` reads a record; ``kind`` is what is known before there is one; ``node`` tells where it stands.
@dataclass(frozen=True)
class _Term:
    value: Callable[[Record], Json]
    kind: Kind
    node: Node


@dataclass(frozen=True)
class _Function:
    takes: int
    gives: Kind
    does: Callable[..., Json]


_FUNCTIONS: Final[Mapping[str, _Function]] = {
    "startswith": _Function(2, "boolean", str.startswith),
    "endswith": _Function(2, "boolean", str.endswith),
    "substringof": _Function(2, "boolean", lambda needle, haystack: needle in haystack),
    "tolower": _Function(1, "text", str.lower),
    "toupper": _Function(1, "text", str.upper),
    "trim": _Function(1, "text", str.strip),
    "length": _Function(1, "number", len),
    "indexof": _Function(2, "number", str.find),
}


def _term(node: Node, known: frozenset[str] | None) -> _Term:
    match node.data:
        case "disjunction":
            return _joined(any, node, known)
        case "conjunction":
            return _joined(all, node, known)
        case "negation":
            inner = _condition(_term(trees(node)[0], known)).value
            return _Term(lambda record: not inner(record), "boolean", node)
        case "comparison":
            return _comparison(node, known)
        case "call":
            return _call(node, known)
        case "field":
            return _Term(_reader("$filter", tokens(node)[0], known), "field", node)
    kind, value = _literal(node)
    return _Term(lambda record: value, kind, node)


def _joined(join: Callable[[Iterable[bool]], bool], node: Node, known: frozenset[str] | None) -> _Term:
    tests = [_condition(_term(child, known)).value for child in trees(node)]
    return _Term(lambda record: join(test(record) for test in tests), "boolean", node)


def _condition(term: _Term) -> _Term:
    """The same term; raises ODataError when it is a value and no condition."""
    if term.kind == "boolean":
        return term
    if term.kind == "field":
        name = tokens(term.node)[0]
        raise refusal(term.node, f"'{name}' alone is not a condition; write '{name} eq true'")
    raise refusal(term.node, f"expected a condition, found a {term.kind} value")


def _comparison(node: Node, known: frozenset[str] | None) -> _Term:
    left, right = (_term(child, known).value for child in trees(node))
    operator = tokens(node)[0].value
    return _Term(lambda record: holds(operator, left(record), right(record)), "boolean", node)


def _call(node: Node, known: frozenset[str] | None) -> _Term:
    name, arguments = tokens(node)[0], [_term(child, known) for child in trees(node)]
    function = _FUNCTIONS.get(name)
    if function is None:
        raise ODataError("$filter", f"unknown function '{name}'{nearest(name, _FUNCTIONS)}", column(name))
    if len(arguments) != function.takes:
        message = f"{name} takes {function.takes} arguments, found {len(arguments)}"
        raise ODataError("$filter", message, column(name))
    for argument in arguments:
        if argument.kind not in ("text", "field"):
            raise refusal(argument.node, f"{name} takes text or a field, found a {argument.kind} value")

    def value(record: Record) -> Json:
        texts = [argument.value(record) for argument in arguments]
        if all(isinstance(text, str) for text in texts):
            return function.does(*texts)
        return False if function.gives == "boolean" else None

    return _Term(value, function.gives, node)


def _literal(node: Node) -> tuple[Kind, Json]:
    match node.data:
        case "true" | "false":
            return "boolean", node.data == "true"
        case "null":
            return "null", None
    raw = tokens(node)[0].value
    inside = raw[raw.find("'") + 1 : -1]
    match node.data:
        case "text":
            return "text", inside.replace("''", "'")
        case "number":
            return "number", _finite(node, raw)
        case "guid":
            if (found := guid(inside)) is None:
                raise refusal(node, "expected a guid as '3afb1d3c-0000-4000-8000-00000000000a'")
            return "guid", found
    if (instant := moment(inside)) is None:
        raise refusal(node, "expected a date as '2012-01-01' or '2012-01-01T14:04:07Z'")
    return "date", instant


def _finite(node: Node, raw: str) -> int | float:
    number = float(raw) if re.search("[.eE]", raw) else int(raw)
    if math.isinf(number):
        raise refusal(node, f"number too large: {raw}")
    return number


def _order(node: Node, known: frozenset[str] | None) -> tuple[Callable[[Record], Json], bool]:
    """How to read the field, and whether the largest comes first."""
    field, *direction = tokens(node)
    if direction and direction[0] not in ("asc", "desc"):
        raise ODataError(
            "$orderby", f"expected 'asc' or 'desc', found '{direction[0]}'", column(direction[0])
        )
    return _reader("$orderby", field, known), direction == ["desc"]


def _sorted(valued: Sequence[tuple[Json, Item]], *, descending: bool) -> list[Item]:
    """What has a value, by that, and then what has none."""
    present = [pair for pair in valued if pair[0] is not None]
    present.sort(key=lambda pair: rank(pair[0]), reverse=descending)
    return [*(one for _, one in present), *(one for value, one in valued if value is None)]


def _reader(option: str, path: Token, known: frozenset[str] | None) -> Callable[[Record], Json]:
    """How to read ``ExternalSystem/Name`` from a record; raises ODataError when no record could have it."""
    if known is not None and not _admits(known, path):
        raise ODataError(option, f"unknown field '{path}'{nearest(path, known)}", column(path))
    steps = path.split("/")

    def read(record: Record) -> Json:
        found: Json = record
        for step in steps:
            found = _member(found, step)
        return found

    return read


def _admits(known: frozenset[str], path: str) -> bool:
    wanted, listed = path.lower(), {name.lower() for name in known}
    if wanted in listed:
        return True
    first = wanted.split("/")[0]
    return first in listed and not any(name.startswith(first + "/") for name in listed)


def _member(holder: Json, name: str) -> Json:
    if not isinstance(holder, Mapping):
        return None
    if name in holder:
        return holder[name]
    return next((value for key, value in holder.items() if key.lower() == name.lower()), None)
