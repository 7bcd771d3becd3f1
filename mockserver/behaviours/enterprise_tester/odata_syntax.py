"""The text of OData query options: its grammar, its tree, and the error for what is not understood."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

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


class ODataError(ValueError):
    """A query option that is not understood: ``$filter, column 6: unknown field 'Nmae'; nearest: Name``.

    position: 1-based column in the option's text; one past its end when something is missing there.
    """

    def __init__(self, option: str, message: str, position: int) -> None:
        super().__init__(f"{option}, column {position}: {message}")
        self.option = option
        self.message = message
        self.position = position


@cache
def _parser() -> Lark:
    from lark import Lark

    starts = ["disjunction", "orderby", "names"]
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", start=starts, propagate_positions=True)


def parse(option: str, start: str, text: str) -> Node:
    """The tree of ``text``, read from the rule ``start``. Raises ODataError that blames ``option``."""
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
        position = len(text.rstrip()) + 1 if ended else column(error.token)
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


def trees(node: Node) -> list[Node]:
    """The parts of a node that have parts themselves."""
    return [child for child in node.children if child is not None and not isinstance(child, str)]


def tokens(node: Node) -> list[Token]:
    """The words of a node."""
    return [child for child in node.children if isinstance(child, str)]


def column(token: Token) -> int:
    """Where a word begins, 1-based."""
    return (token.start_pos or 0) + 1


def refusal(node: Node, message: str) -> ODataError:
    """The error of a part of ``$filter``."""
    return ODataError("$filter", message, node.meta.start_pos + 1)


def nearest(name: str, candidates: Iterable[str]) -> str:
    """``; nearest: Name`` for the candidates that look like ``name``; empty if none does."""
    spelt = {candidate.lower(): candidate for candidate in sorted(candidates)}
    near = [spelt[match] for match in difflib.get_close_matches(name.lower(), spelt)]
    return f"; nearest: {', '.join(near)}" if near else ""
