"""The text of a query to its tree; whatever is not understood is refused in Jira's words, with its place."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mockserver.behaviours.jira.jql.tree import (
    And,
    At,
    Clause,
    Empty,
    Field,
    Function,
    Not,
    Operand,
    Or,
    Predicate,
    Query,
    Sort,
    Value,
    Values,
    Where,
)
from mockserver.values import Json

if TYPE_CHECKING:
    from lark import Lark, Token

MOST_SORTS = 7
LONGEST = 100_000  # characters
DEEPEST = 100  # NOTs and parentheses inside one another
OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"
# Source: https://support.atlassian.com/jira-software-cloud/docs/jql-reserved-words-and-characters/
_RESERVED = """
abort access add after alias all alter and any are as asc at audit avg be before begin between
boolean break but by byte catch cf changed char character check checkpoint collate collation column
commit connect continue count create current date decimal declare decrement default defaults define
delete delimiter desc difference distinct divide do double drop else empty encoding end equals
escape exclusive exec execute exists explain false fetch field file first float for from function go
goto grant greater group having identified if immediate in increment index initial inner inout input
insert int integer intersect intersection into is isempty isnull it join last left less like limit
lock long max min minus mode modify modulo more multiply next no noaudit not notin nowait null
number object of on option or order outer output power previous prior privileges public raise raw
remainder rename resource return returns revoke right row rowid rownum rows select session set share
size sqrt start strict string subtract such sum synonym table that the their then there these they
this to trans transaction trigger true uid union unique update user validate values view was when
whenever where while will with
"""
RESERVED = frozenset(_RESERVED.split())
_NESTING = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[()]|!(?![=~])|[^\s()!"']+|\S""", re.S)


class JqlError(ValueError):
    """A query that Jira would not take; the text is Jira's own."""


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """The tree of ``text``; an empty query for blank text.

    Raises JqlError in the recorded words, with line and character.
    Source: https://support.atlassian.com/jira-software-cloud/docs/what-is-advanced-search-in-jira-cloud/
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

    if len(text) > LONGEST:
        raise JqlError("The query is too long.")
    _check_nesting(text)
    try:
        query = _parser().parse(text)
    except UnexpectedToken as error:
        raise _unexpected(error.token, set(error.accepts or error.expected)) from None
    except UnexpectedCharacters as error:
        raise _unreadable(text, error.pos_in_stream or 0, error.line, error.column) from None
    except VisitError as error:
        if isinstance(error.orig_exc, JqlError):
            raise error.orig_exc from None
        raise
    if not isinstance(query, Query):
        raise TypeError("the grammar's start rule must build a Query")
    if len(query.order) > MOST_SORTS:
        raise JqlError(f"JQL can be ordered by at most {MOST_SORTS} fields.")
    return query


@cache
def _parser() -> Lark:
    """The parser, built on first use: the grammar takes some 50 ms."""
    from lark import Lark, Transformer, v_args

    @v_args(inline=True)
    class Build(Transformer):  # type: ignore[type-arg]
        """Tree nodes out of the rules, from the bottom up, so that depth needs no recursion."""

        def start(self, where: Where | None = None, order: tuple[Sort, ...] | None = None) -> Query:
            return Query(where, order or ())

        def where(self, *clauses: Where) -> Where:
            return clauses[0] if len(clauses) == 1 else Or(clauses)

        def conjunction(self, *clauses: Where) -> Where:
            return clauses[0] if len(clauses) == 1 else And(clauses)

        def negated(self, _word: Token, clause: Where) -> Where:
            return Not(clause)

        def clause(self, field: Field, comparison: tuple[Json, ...] | str) -> Clause:
            # A bare CHANGED arrives as the word alone: the grammar inlines a rule of one part.
            comparison = (comparison,) if isinstance(comparison, str) else comparison
            words = " ".join(part.lower() for part in comparison if isinstance(part, str))
            operands = [one for one in comparison if not isinstance(one, (str, Predicate))]
            predicates = tuple(one for one in comparison if isinstance(one, Predicate))
            return Clause(field, words, operands[0] if operands else None, predicates)

        def comparison(self, *parts: Json) -> tuple[Json, ...]:
            return parts

        def predicate(self, word: Token, operand: Operand) -> Predicate:
            return Predicate(word.lower(), operand)

        def empty(self, word: Token) -> Empty:
            return Empty(str(word), _at(word))

        def list(self, *items: Operand) -> Values:
            return Values(items, items[0].at)

        def function(self, name: Value, *arguments: str | None) -> Function:
            given = tuple(one for one in arguments if one is not None)
            return Function(name.text, given, name.at)

        def argument(self, one: Value | Token) -> str:
            return one.text if isinstance(one, Value) else str(one)

        def field(self, name: Value) -> Field:
            return Field(name.text, name.at)

        def custom_field(self, word: Token, number: Token) -> Field:
            return Field(f"cf[{number}]", _at(word))

        def property_field(self, name: Value, key: Value, *path: Token) -> Field:
            return Field(name.text, name.at, key.text, "".join(path).removeprefix("."))

        def order(self, _order: Token, _by: Token, *sorts: Sort) -> tuple[Sort, ...]:
            return sorts

        def sort(self, field: Field, direction: Token | None = None) -> Sort:
            return Sort(field, "" if direction is None else direction.lower())

        def text(self, token: Token) -> Value:
            quoted = token.type != "WORD"
            raw = token[1:-1] if quoted else str(token)
            if not quoted and raw.lower() in RESERVED:
                raise _reserved(raw, _at(token))
            return Value(_unescaped(raw, _at(token)), quoted, _at(token))

    grammar = (files(__package__) / "grammar.lark").read_text()
    return Lark(grammar, parser="lalr", lexer="basic", transformer=Build(), maybe_placeholders=True)


def _at(token: Token) -> At:
    return At(token.line or 1, token.column or 1)


def _check_nesting(text: str) -> None:
    """Raise JqlError for a query whose clauses are nested deeper than anything could work with."""
    depth = nots = 0
    for match in _NESTING.finditer(text):
        word = match[0].lower()
        depth += 1 if word == "(" else -1 if word == ")" else 0
        nots = nots + 1 if word in ("not", "!") else nots if word in "()" else 0
        if depth + nots > DEEPEST:
            raise JqlError("Error in the JQL Query: The query is nested too deeply.")


def _unescaped(raw: str, at: At) -> str:
    """``raw`` without its backslashes. Raises JqlError for an escape that there is not."""
    if "\\" not in raw:
        return raw
    plain = {"n": "\n", "t": "\t", "r": "\r", " ": " ", '"': '"', "'": "'", "\\": "\\"}

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] in plain:
            return plain[match[2]]
        # Kept with its backslash: text searches escape their own special characters this way.
        return match[0]

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, raw, flags=re.S)


def _place(at: At) -> str:
    return f"(line {at.line}, character {at.character})"


def _reserved(word: str, at: At) -> JqlError:
    return JqlError(
        f"Error in the JQL Query: '{word}' is a reserved JQL word. You must surround it in quotation marks"
        f" to use it as a field or value. {_place(at)}"
    )


def _unreadable(text: str, position: int, line: int, column: int) -> JqlError:
    """The refusal of a character that begins nothing: an open quotation, or a reserved character."""
    character, at = text[position], At(line, column)
    if character in "\"'":
        rest = text[position + 1 :]
        return JqlError(
            f"Error in the JQL Query: The quoted string '{rest}' has not been completed. {_place(at)}"
        )
    if character == "\\":
        return JqlError(
            f"Error in the JQL Query: '{text[position : position + 2]}' is an illegal JQL escape sequence."
            " The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX where X is a"
            f" hexadecimal digit. {_place(at)}"
        )
    return JqlError(
        f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must enclose"
        f" it in a string or use the escape '\\u{ord(character):04x}' instead. {_place(at)}"
    )


def _unexpected(token: Token, expected: set[str]) -> JqlError:
    """Jira's refusal of a part where something else should stand."""
    end, at, got = token.type == "$END", _at(token), str(token)
    where = "" if end else f" {_place(at)}"
    if "OPERATOR" in expected:
        found = "operator before the end of the query" if end else f"operator but got '{got}'"
        return JqlError(
            f"Error in the JQL Query: Expecting {found}. The valid operators are {OPERATORS}.{where}"
        )
    if "BANG" in expected or ("CF" in expected and "WORD" in expected):
        if end:
            return JqlError("Error in the JQL Query: Expecting a field name at the end of the query.")
        return JqlError(
            f"Error in the JQL Query: Expecting a field name but got '{got}'. You must surround '{got}' in"
            f" quotation marks to use it as a field name.{where}"
        )
    if "EMPTY" in expected or "QUOTED" in expected:
        if end:
            return JqlError(
                "Error in JQL Query: Expecting either a value, list or function before the end of the query."
            )
        return JqlError(
            f"Error in JQL Query: Expecting either a value, list or function but got '{got}'. You must"
            f" surround '{got}' in quotation marks to use it as a value.{where}"
        )
    if got == ")" or ("_AND" in expected and not (end and "RPAR" in expected)):
        return JqlError(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{got}'.{where}")
    if end and "RPAR" in expected:
        return JqlError("Error in the JQL Query: Expecting ')' before the end of the query.")
    if "COMMA" in expected and "RPAR" in expected:
        return JqlError(f"Error in the JQL Query: Expecting either ')' or ',' but got '{got}'.{where}")
    wanted = " or ".join(f"'{name}'" for name in sorted(_shown(one) for one in expected if one != "$END"))
    found = "before the end of the query" if end else f"but got '{got}'"
    return JqlError(f"Error in the JQL Query: Expecting {wanted} {found}.{where}")


def _shown(terminal: str) -> str:
    return {"COMMA": ",", "RPAR": ")", "LPAR": "(", "LSQB": "[", "RSQB": "]"}.get(terminal, terminal)
