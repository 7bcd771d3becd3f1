"""The text of a query to its tree; whatever is not understood is refused in Jira's words, with its place."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mockserver.behaviours.jira.jql.refusals import RESERVED, JqlError, unexpected, unreadable
from mockserver.behaviours.jira.jql.tree import Query

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["RESERVED", "JqlError", "parse"]

MOST_SORTS = 7
LONGEST = 100_000  # characters
DEEPEST = 100  # NOTs and parentheses inside one another
_NESTING = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[()]|!(?![=~])|[^\s()!"']+|\S""", re.S)


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
        raise unexpected(error.token, set(error.accepts or error.expected)) from None
    except UnexpectedCharacters as error:
        raise unreadable(text, error.pos_in_stream or 0, error.line, error.column) from None
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
    from lark import Lark

    from mockserver.behaviours.jira.jql.builder import Builder

    grammar = (files(__package__) / "grammar.lark").read_text()
    return Lark(grammar, parser="lalr", lexer="basic", transformer=Builder(), maybe_placeholders=True)


def _check_nesting(text: str) -> None:
    """Raise JqlError for a query whose clauses are nested deeper than anything could work with."""
    depth = nots = 0
    for match in _NESTING.finditer(text):
        word = match[0].lower()
        depth += 1 if word == "(" else -1 if word == ")" else 0
        nots = nots + 1 if word in ("not", "!") else nots if word in "()" else 0
        if depth + nots > DEEPEST:
            raise JqlError("Error in the JQL Query: The query is nested too deeply.")
