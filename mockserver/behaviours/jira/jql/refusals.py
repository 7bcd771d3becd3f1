"""What Jira says of a query that it does not understand, and of which place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.behaviours.jira.jql.tree import At

if TYPE_CHECKING:
    from lark import Token

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


class JqlError(ValueError):
    """A query that Jira would not take; the text is Jira's own."""


def at(token: Token) -> At:
    """Where a token begins."""
    return At(token.line or 1, token.column or 1)


def reserved(word: str, place: At) -> JqlError:
    """The refusal of a reserved word that is not in quotation marks."""
    return JqlError(
        f"Error in the JQL Query: '{word}' is a reserved JQL word. You must surround it in quotation marks"
        f" to use it as a field or value. {_told(place)}"
    )


def unreadable(text: str, position: int, line: int, column: int) -> JqlError:
    """The refusal of a character that begins nothing: an open quotation, or a reserved character."""
    character, where = text[position], _told(At(line, column))
    if character in "\"'":
        rest = text[position + 1 :]
        return JqlError(f"Error in the JQL Query: The quoted string '{rest}' has not been completed. {where}")
    if character == "\\":
        return JqlError(
            f"Error in the JQL Query: '{text[position : position + 2]}' is an illegal JQL escape sequence."
            " The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX where X is a"
            f" hexadecimal digit. {where}"
        )
    return JqlError(
        f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must enclose"
        f" it in a string or use the escape '\\u{ord(character):04x}' instead. {where}"
    )


def unexpected(token: Token, expected: set[str]) -> JqlError:
    """Jira's refusal of a part where something else should stand."""
    end, got = token.type == "$END", str(token)
    where = "" if end else f" {_told(at(token))}"
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


def _told(place: At) -> str:
    return f"(line {place.line}, character {place.character})"
