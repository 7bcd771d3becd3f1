"""A query tree to a test of issues, the issues an index can narrow it to, and an order."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mockserver.behaviours.jira.jql import words
from mockserver.behaviours.jira.jql.field import (
    HISTORY,
    Atom,
    Field,
    Held,
    Narrowed,
    Scope,
    UnknownValue,
    united,
)
from mockserver.behaviours.jira.jql.history import past
from mockserver.behaviours.jira.jql.operands import members, one_value, with_empty, written
from mockserver.behaviours.jira.jql.order import Sorting, sorting
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.tree import (
    And,
    Clause,
    Empty,
    Not,
    Operand,
    Or,
    Query,
    Value,
    Values,
    Where,
)
from mockserver.state.store import RowId
from mockserver.values import Json, Record

Test: TypeAlias = Callable[[Record], bool]


@dataclass(slots=True)
class Problems:
    """Everything a query asks for and cannot have; ``unknown``: values that there are not."""

    errors: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def messages(self) -> Sequence[str]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.errors, *self.unknown)))


@dataclass(slots=True)
class Prepared:
    """A query ready to run.

    ``near``: the only issues that can match, None for all; ``test``: whether an issue matches; a clause
    with a problem matches nothing; ``sorts``: most significant first.
    """

    test: Test
    near: Narrowed | None = None
    sorts: Sequence[Sorting] = ()
    problems: Problems = field(default_factory=Problems)

    @property
    def ids(self) -> Sequence[RowId] | None:
        """Ids of the only issues that can match, each once; None for all."""
        return None if self.near is None else tuple(dict.fromkeys(self.near.ids()))

    def check(self) -> None:
        """Raise JqlError if the query has problems; its text holds every one, a line each."""
        if self.problems.messages:
            raise JqlError("\n".join(self.problems.messages))


@dataclass(slots=True)
class _Part:
    """A part of a query: its test, and the only issues that can pass it, None for all."""

    test: Test
    near: Narrowed | None = None


def prepare(query: Query, scope: Scope) -> Prepared:
    """``query`` made ready for the issues of ``scope``, with everything that is wrong with it."""
    problems = Problems()
    where = _Part(_everything) if query.where is None else _where(query.where, scope, problems)
    sorts = []
    for sort in query.order:
        found = scope.field(None, sort.field)
        if found is None:
            problems.errors.append(no_field(sort.field.name))
        elif not found.sortable:
            problems.errors.append(f"Not able to sort using field '{sort.field.name}'.")
        else:
            sorts.append(sorting(found, sort.direction))
    return Prepared(where.test, where.near, sorts, problems)


def no_field(name: str) -> str:
    """Jira's words for a field that there is not."""
    return f"Field '{name}' does not exist or you do not have permission to view it."


def _everything(issue: Record) -> bool:
    return True


def _nothing(issue: Record) -> bool:
    return False


def _where(where: Where, scope: Scope, problems: Problems) -> _Part:
    if isinstance(where, And):
        parts = [_where(one, scope, problems) for one in where.clauses]
        known = [one.near for one in parts if one.near is not None]
        # The clause that an index narrows most; the tests of the others see to the rest.
        near = min(known, key=lambda one: one.size, default=None)
        return _Part(_all([one.test for one in parts]), near)
    if isinstance(where, Or):
        parts = [_where(one, scope, problems) for one in where.clauses]
        known = [one.near for one in parts if one.near is not None]
        whole = united(known) if len(known) == len(parts) else None
        return _Part(_any([one.test for one in parts]), whole)
    if isinstance(where, Not):
        return _negated(where.clause, scope, problems)
    return _clause(where, scope, problems)


def _all(tests: Sequence[Test]) -> Test:
    """Whether an issue passes all of some tests; most often there are two."""
    first, *rest = tests
    if not rest:
        return first
    if len(rest) == 1:
        second = rest[0]
        return lambda issue: first(issue) and second(issue)
    return lambda issue: all(test(issue) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    """Whether an issue passes any of some tests."""
    first, *rest = tests
    if not rest:
        return first
    if len(rest) == 1:
        second = rest[0]
        return lambda issue: first(issue) or second(issue)
    return lambda issue: any(test(issue) for test in tests)


_PAIRS = (("=", "!="), ("in", "not in"), ("is", "is not"), ("~", "!~"))
_OPPOSITE = {**dict(_PAIRS), **{negative: positive for positive, negative in _PAIRS}}


def _negated(where: Where, scope: Scope, problems: Problems) -> _Part:
    """NOT of a clause: the opposite operator where there is one, so that EMPTY never matches.

    Source: the documented ``NOT sprint in openSprints()``, which drops issues without a sprint.
    """
    if isinstance(where, Not):
        return _where(where.clause, scope, problems)
    if isinstance(where, And):
        return _where(Or(tuple(Not(one) for one in where.clauses)), scope, problems)
    if isinstance(where, Or):
        return _where(And(tuple(Not(one) for one in where.clauses)), scope, problems)
    if where.operator in _OPPOSITE:
        opposite = Clause(where.field, _OPPOSITE[where.operator], where.operand, where.predicates)
        return _clause(opposite, scope, problems)
    before = len(problems.messages)
    test = _clause(where, scope, problems).test
    found = scope.field(where, where.field)
    if found is None or len(problems.messages) > before:
        return _Part(_nothing)
    if where.operator in HISTORY:
        return _Part(lambda issue: not test(issue))
    held = found.held
    return _Part(lambda issue: bool(held(issue)) and not test(issue))


def _clause(clause: Clause, scope: Scope, problems: Problems) -> _Part:
    try:
        found = scope.field(clause, clause.field)
        if found is None:
            raise JqlError(no_field(clause.field.name))
        _check_operator(clause, found)
        if clause.operator in HISTORY:
            return _Part(past(clause, found, scope))
        if clause.operator in ("~", "!~"):
            return _Part(_text(clause, found))
        return _compared(clause, found, scope)
    except UnknownValue as error:
        problems.unknown.append(str(error))
    except JqlError as error:
        problems.errors.extend(str(error).split("\n"))
    return _Part(_nothing)


def _check_operator(clause: Clause, found: Field) -> None:
    """Raise JqlError for an operator that the field does not have, or an operand of the wrong form."""
    symbol, name, operand = clause.operator, clause.field.name, clause.operand
    if symbol in ("in", "not in") and isinstance(operand, Value):
        quoted = f"'\"{written(operand)}\"'"
        raise JqlError(
            f"Operator '{symbol}' does not support the non-list value {quoted} for field '{name}'."
        )
    if symbol in found.supported:
        return
    if symbol in HISTORY:
        raise JqlError(f"History searches do not support the '{name}' field.")
    raise JqlError(f"The operator '{symbol}' is not supported by the '{name}' field.")


def _compared(clause: Clause, found: Field, scope: Scope) -> _Part:
    symbol, operand, held = clause.operator, with_empty(clause.operand, found), found.held
    if symbol in ("is", "is not"):
        if not isinstance(operand, Empty):
            name = clause.field.name
            raise JqlError(f"The operator '{symbol}' in '{name}' only supports the value EMPTY or NULL.")
        return _Part(_emptiness(held, symbol == "is"))
    if symbol not in ("in", "not in") and isinstance(operand, Values):
        raise JqlError(
            f"Operator '{symbol}' does not support the list value {written(operand)} for field"
            f" '{clause.field.name}'."
        )
    if isinstance(operand, Empty):
        if symbol in ("=", "!="):
            return _Part(_emptiness(held, symbol == "="))
        raise JqlError(f"The operator '{symbol}' does not support searching for an empty value.")
    if symbol in _RANKED:
        return _Part(_ranked(_RANKED[symbol], one_value(clause, operand, found, scope), found))
    return _among(clause, operand, found, scope)


def _among(clause: Clause, operand: Operand | None, found: Field, scope: Scope) -> _Part:
    """Whether an issue holds one of some atoms, or (``!=``, ``not in``) something, but none of them."""
    wanted, empty = members(clause, operand, found, scope)
    held, narrow = found.held, found.narrow
    if clause.operator not in ("=", "in"):
        return _Part(lambda issue: bool(atoms := held(issue)) and wanted.isdisjoint(atoms))
    if empty:
        return _Part(lambda issue: not (atoms := held(issue)) or not wanted.isdisjoint(atoms))
    near = None if narrow is None else united([narrow(atom) for atom in wanted])
    none_of = wanted.isdisjoint
    return _Part(lambda issue: not none_of(held(issue)), near)


def _emptiness(held: Held, wanted: bool) -> Test:
    return lambda issue: (not held(issue)) is wanted


_RANKED: Mapping[str, Callable[[Json, Json], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _ranked(check: Callable[[Json, Json], bool], atoms: Sequence[Atom], found: Field) -> Test:
    bounds = [found.order(one) for one in atoms]
    held, order = found.held, found.order

    def fits(left: Json, right: Json) -> bool:
        # Text and numbers, where a property may hold either, are never compared with one another.
        return type(left) is type(right) and check(left, right)

    return lambda issue: any(fits(order(one), bound) for one in held(issue) for bound in bounds)


def _text(clause: Clause, found: Field) -> Test:
    symbol, name, texts = clause.operator, clause.field.name, found.texts
    if not isinstance(clause.operand, Value) or texts is None:
        raise JqlError(f"The operator '{symbol}' does not support this operand for the field '{name}'.")
    query = clause.operand.text
    try:
        matches = words.matcher(query)
    except words.BadText as error:
        raise JqlError(f"The text query '{query}' for the field '{name}' {error}.") from error
    if symbol == "~":
        return lambda issue: matches(texts(issue))
    return lambda issue: any(said := texts(issue)) and not matches(said)
