"""The tree of a query, out of what the grammar finds in it; imports the parser's library."""

from __future__ import annotations

import re

from lark import Token, Transformer, v_args

from mockserver.behaviours.jira.jql.refusals import RESERVED, at, reserved
from mockserver.behaviours.jira.jql.tree import (
    And,
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


@v_args(inline=True)
class Builder(Transformer):  # type: ignore[type-arg]
    """A method for each rule of grammar.lark, called from the bottom up, so that depth needs no recursion."""

    def start(self, where: Where | None = None, order: tuple[Sort, ...] | None = None) -> Query:
        """``project = MKY ORDER BY key``."""
        return Query(where, order or ())

    def where(self, *clauses: Where) -> Where:
        """``a = 1 AND b = 2 OR c = 3``."""
        return clauses[0] if len(clauses) == 1 else Or(clauses)

    def conjunction(self, *clauses: Where) -> Where:
        """``a = 1 AND b = 2``."""
        return clauses[0] if len(clauses) == 1 else And(clauses)

    def negated(self, _word: Token, clause: Where) -> Where:
        """``NOT a = 1``."""
        return Not(clause)

    def clause(self, field: Field, comparison: tuple[Json, ...] | str) -> Clause:
        """``status WAS NOT Done BY ann``."""
        # A bare CHANGED arrives as the word alone: the grammar inlines a rule of one part.
        comparison = (comparison,) if isinstance(comparison, str) else comparison
        words = " ".join(part.lower() for part in comparison if isinstance(part, str))
        operands = [one for one in comparison if not isinstance(one, (str, Predicate))]
        predicates = tuple(one for one in comparison if isinstance(one, Predicate))
        return Clause(field, words, operands[0] if operands else None, predicates)

    def comparison(self, *parts: Json) -> tuple[Json, ...]:
        """``WAS NOT Done BY ann``, part by part."""
        return parts

    def predicate(self, word: Token, operand: Operand) -> Predicate:
        """``BY ann``."""
        return Predicate(word.lower(), operand)

    def empty(self, word: Token) -> Empty:
        """``EMPTY``."""
        return Empty(str(word), at(word))

    def list(self, *items: Operand) -> Values:
        """``(1, two, three())``."""
        return Values(items, items[0].at)

    def function(self, name: Value, *arguments: str | None) -> Function:
        """``startOfDay(-1d)``."""
        given = tuple(one for one in arguments if one is not None)
        return Function(name.text, given, name.at)

    def argument(self, one: Value | Token) -> str:
        """``-1d``."""
        return one.text if isinstance(one, Value) else str(one)

    def field(self, name: Value) -> Field:
        """``"Story Points"``."""
        return Field(name.text, name.at)

    def custom_field(self, word: Token, number: Token) -> Field:
        """``cf[10016]``."""
        return Field(f"cf[{number}]", at(word))

    def property_field(self, name: Value, key: Value, *path: Token) -> Field:
        """``issue.property[deploy].stage``."""
        return Field(name.text, name.at, key.text, "".join(path).removeprefix("."))

    def order(self, _order: Token, _by: Token, *sorts: Sort) -> tuple[Sort, ...]:
        """``ORDER BY priority DESC, key``."""
        return sorts

    def sort(self, field: Field, direction: Token | None = None) -> Sort:
        """``priority DESC``."""
        return Sort(field, "" if direction is None else direction.lower())

    def text(self, token: Token) -> Value:
        """``Done``, ``"In progress"``. Raises JqlError for a reserved word."""
        quoted = token.type != "WORD"
        raw = token[1:-1] if quoted else str(token)
        if not quoted and raw.lower() in RESERVED:
            raise reserved(raw, at(token))
        return Value(_unescaped(raw), quoted, at(token))


def _unescaped(raw: str) -> str:
    """``raw`` without the backslashes of its escapes; one that is no escape stays."""
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
