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

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from uuid import UUID

from mockserver.values import Json, Record

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    Node: TypeAlias = Tree[Token]

LONGEST: Final = 8_000
"""Characters that an option may have."""

DEEPEST: Final = 60
"""Parentheses that may be open at once, those of functions included."""

# Read with the basic lexer: the contextual one would cut 'android' after an operand into 'and' and 'roid'.
# A literal that runs into the next word is refused for the same reason.
_GRAMMAR = r"""
?disjunction: conjunction ("or" conjunction)*
?conjunction: comparison ("and" comparison)*
?comparison: operand (COMPARE operand)?
?operand: group | call | negation | field | literal
negation: "not" (group | call)
?group: "(" disjunction ")"
call: PATH "(" [disjunction ("," disjunction)*] ")"
field: PATH
?literal: STRING -> text | NUMBER -> number | GUID -> guid | MOMENT -> moment
        | "true" -> true | "false" -> false | "null" -> null

orderby: order ("," order)*
order: PATH [PATH]

names: PATH ("," PATH)*

COMPARE.2: /(eq|ne|gt|ge|lt|le)(?![A-Za-z0-9_\/])/
GUID.2: /guid'[^']*'(?![\w'])/
MOMENT.2: /datetime(offset)?'[^']*'(?![\w'])/
STRING: /'([^']|'')*'(?![\w'])/
NUMBER: /-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?(?![\w.])/
PATH: /[A-Za-z_][A-Za-z0-9_]*(\/[A-Za-z_][A-Za-z0-9_]*)*/
%ignore /[ \t\r\n]+/
"""

_COMPARES: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le,
}  # fmt: skip

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)

Kind: TypeAlias = Literal["boolean", "text", "number", "guid", "date", "null", "field"]


class ODataError(ValueError):
    """A query option that is not understood: ``$filter, column 6: unknown field 'Nmae'; nearest: Name``.

    position: 1-based column in the option's text; one past its end when something is missing there.
    """

    def __init__(self, option: str, message: str, position: int) -> None:
        super().__init__(f"{option}, column {position}: {message}")
        self.option = option
        self.message = message
        self.position = position


def filtering(text: str, known: frozenset[str] | None = None) -> Callable[[Record], bool]:
    """The test that ``$filter`` describes.

    Guids compare whatever their case, dates as instants (without an offset: UTC), other text by code point.
    Only ``eq`` and ``ne`` find null. Values of different kinds are never equal and in no order.
    known: fields that a record may have, ``ExternalSystem/Name`` for one inside another; a name listed alone
    (``ExternalSystem``) admits everything inside it. None admits every name.
    Raises ODataError.
    Source: https://help.catchsoftware.com/x/TAGmAQ (OData); precedence and null as in OData v2.
    """
    term = _term(_parse("$filter", "disjunction", text), known)
    return _condition(term).value


def ordering(text: str, known: frozenset[str] | None = None) -> Callable[[Iterable[Record]], list[Record]]:
    """The sort that ``$orderby`` describes: ``Name desc, Id``; ascending unless told.

    Equal records keep their order. Nulls come last, in both directions. Values of different kinds sort as
    booleans, numbers, guids, dates, text, then lists and objects, which are all equal.
    known: as in ``filtering``. Raises ODataError.
    Source: https://help.catchsoftware.com/x/TAGmAQ (OData); the place of nulls is not documented.
    """
    orders = [_order(node, known) for node in _trees(_parse("$orderby", "orderby", text))]

    def arrange(records: Iterable[Record]) -> list[Record]:
        arranged = list(records)
        for read, descending in reversed(orders):
            arranged = _sorted(arranged, read, descending=descending)
        return arranged

    return arrange


def names(text: str, option: str = "$expand") -> tuple[str, ...]:
    """The names of a comma list, as written: ``("Configuration", "ExternalSystem")``.

    option: who is blamed in an error: ``$expand`` or ``$select``. Raises ODataError.
    Source: https://help.catchsoftware.com/display/ET66/Expand
    """
    return tuple(str(token) for token in _tokens(_parse(option, "names", text)))


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


@cache
def _parser() -> Lark:
    from lark import Lark

    starts = ["disjunction", "orderby", "names"]
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", start=starts, propagate_positions=True)


def _parse(option: str, start: str, text: str) -> Node:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    _bound(option, text)
    try:
        return _parser().parse(text, start=start)
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        message, position = _unreadable(text[at]), at + 1
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        found = "the end" if ended else repr(error.token.value[:40])
        message = f"expected {_wanted(start, error.expected, found)}, found {found}"
        position = len(text.rstrip()) + 1 if ended else _column(error.token)
    raise ODataError(option, message, position)


def _bound(option: str, text: str) -> None:
    """Raises ODataError for a text that is too long, or so deep that walking it could exhaust the stack."""
    if len(text) > LONGEST:
        raise ODataError(option, f"longer than {LONGEST} characters ({len(text)})", LONGEST + 1)
    depth = 0
    for found in re.finditer(r"'[^']*'|[()]", text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth > DEEPEST:
            raise ODataError(option, f"more than {DEEPEST} open parentheses", found.start() + 1)


def _unreadable(character: str) -> str:
    if character == "'":
        return "text without a closing quote, or run into the next word"
    if character in "-0123456789":
        return "not a number, or one that runs into the next word"
    return f"unexpected character {character!r}"


def _wanted(start: str, expected: set[str], found: str) -> str:
    """What could stand there, in words: ``an operator or the end``."""
    if start != "disjunction":
        if expected == {"PATH"}:
            return "a name"
        return "'asc', 'desc', ',' or the end" if "PATH" in expected else "',' or the end"
    if "STRING" in expected:
        return "a field, a value, a function, 'not' or '('"
    if "PATH" in expected or expected == {"LPAR"}:
        return "parentheses or a function after 'not'"
    return " or ".join(words for words in ("an operator", "')'", "the end") if words != found)


def _term(node: Node, known: frozenset[str] | None) -> _Term:
    match node.data:
        case "disjunction":
            return _joined(any, node, known)
        case "conjunction":
            return _joined(all, node, known)
        case "negation":
            inner = _condition(_term(_trees(node)[0], known)).value
            return _Term(lambda record: not inner(record), "boolean", node)
        case "comparison":
            return _comparison(node, known)
        case "call":
            return _call(node, known)
        case "field":
            return _Term(_reader("$filter", _tokens(node)[0], known), "field", node)
    kind, value = _literal(node)
    return _Term(lambda record: value, kind, node)


def _joined(join: Callable[[Iterable[bool]], bool], node: Node, known: frozenset[str] | None) -> _Term:
    tests = [_condition(_term(child, known)).value for child in _trees(node)]
    return _Term(lambda record: join(test(record) for test in tests), "boolean", node)


def _condition(term: _Term) -> _Term:
    """The same term; raises ODataError when it is a value and no condition."""
    if term.kind == "boolean":
        return term
    if term.kind == "field":
        name = _tokens(term.node)[0]
        raise _refusal(term.node, f"'{name}' alone is not a condition; write '{name} eq true'")
    raise _refusal(term.node, f"expected a condition, found a {term.kind} value")


def _comparison(node: Node, known: frozenset[str] | None) -> _Term:
    left, right = (_term(child, known).value for child in _trees(node))
    operator = _tokens(node)[0].value
    return _Term(lambda record: _holds(operator, left(record), right(record)), "boolean", node)


def _holds(operator: str, left: Json, right: Json) -> bool:
    """Whether ``left operator right``; null equals null, other kinds only their own."""
    if left is None and right is None:
        return operator == "eq"
    pair = _alike(left, right)
    return operator == "ne" if pair is None else _COMPARES[operator](*pair)


def _call(node: Node, known: frozenset[str] | None) -> _Term:
    name, arguments = _tokens(node)[0], [_term(child, known) for child in _trees(node)]
    function = _FUNCTIONS.get(name)
    if function is None:
        raise ODataError("$filter", f"unknown function '{name}'{_nearest(name, _FUNCTIONS)}", _column(name))
    if len(arguments) != function.takes:
        message = f"{name} takes {function.takes} arguments, found {len(arguments)}"
        raise ODataError("$filter", message, _column(name))
    for argument in arguments:
        if argument.kind not in ("text", "field"):
            raise _refusal(argument.node, f"{name} takes text or a field, found a {argument.kind} value")

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
    raw = _tokens(node)[0].value
    inside = raw[raw.find("'") + 1 : -1]
    match node.data:
        case "text":
            return "text", inside.replace("''", "'")
        case "number":
            return "number", _finite(node, raw)
        case "guid":
            if (guid := _guid(inside)) is None:
                raise _refusal(node, "expected a guid as '3afb1d3c-0000-4000-8000-00000000000a'")
            return "guid", guid
    if (moment := _moment(inside)) is None:
        raise _refusal(node, "expected a date as '2012-01-01' or '2012-01-01T14:04:07Z'")
    return "date", moment


def _finite(node: Node, raw: str) -> int | float:
    number = float(raw) if re.search("[.eE]", raw) else int(raw)
    if math.isinf(number):
        raise _refusal(node, f"number too large: {raw}")
    return number


def _order(node: Node, known: frozenset[str] | None) -> tuple[Callable[[Record], Json], bool]:
    """How to read the field, and whether the largest comes first."""
    field, *direction = _tokens(node)
    if direction and direction[0] not in ("asc", "desc"):
        raise ODataError(
            "$orderby", f"expected 'asc' or 'desc', found '{direction[0]}'", _column(direction[0])
        )
    return _reader("$orderby", field, known), direction == ["desc"]


def _sorted(records: Sequence[Record], read: Callable[[Record], Json], *, descending: bool) -> list[Record]:
    present = [record for record in records if read(record) is not None]
    absent = [record for record in records if read(record) is None]
    return sorted(present, key=lambda record: _rank(read(record)), reverse=descending) + absent


def _reader(option: str, path: Token, known: frozenset[str] | None) -> Callable[[Record], Json]:
    """How to read ``ExternalSystem/Name`` from a record; raises ODataError when no record could have it."""
    if known is not None and not _admits(known, path):
        raise ODataError(option, f"unknown field '{path}'{_nearest(path, known)}", _column(path))
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


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Json) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _guid(value: Json) -> UUID | None:
    if isinstance(value, UUID):
        return value
    return UUID(value) if isinstance(value, str) and _GUID.fullmatch(value) else None


def _moment(value: Json) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:  # the 30th of February
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


_KINDS: Final[Sequence[Callable[[Json], Json]]] = (_flag, _number, _guid, _moment, _text)


def _alike(left: Json, right: Json) -> tuple[Json, Json] | None:
    """Both values as the first kind that both have; None when they have none in common."""
    for kind in _KINDS:
        one, other = kind(left), kind(right)
        if one is not None and other is not None:
            return one, other
    return None


def _rank(value: Json) -> tuple[int, Json]:
    for rank, kind in enumerate(_KINDS):
        if (comparable := kind(value)) is not None:
            return rank, comparable
    return len(_KINDS), 0


def _trees(node: Node) -> list[Node]:
    return [child for child in node.children if child is not None and not isinstance(child, str)]


def _tokens(node: Node) -> list[Token]:
    return [child for child in node.children if isinstance(child, str)]


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _refusal(node: Node, message: str) -> ODataError:
    return ODataError("$filter", message, node.meta.start_pos + 1)


def _nearest(name: str, candidates: Iterable[str]) -> str:
    spelt = {candidate.lower(): candidate for candidate in sorted(candidates)}
    near = [spelt[match] for match in difflib.get_close_matches(name.lower(), spelt)]
    return f"; nearest: {', '.join(near)}" if near else ""
