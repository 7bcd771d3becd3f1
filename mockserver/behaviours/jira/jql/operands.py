"""Operands of a clause: from what a query writes to the things it stands for."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.jira.jql.field import Atom, Field, Scope, UnknownValue
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.tree import Clause, Empty, Function, Operand, Value, Values


def with_empty(operand: Operand | None, field: Field) -> Operand | None:
    """``operand`` with EMPTY in the place of the words that stand for it."""
    if isinstance(operand, Value) and operand.text.casefold() in field.empties:
        return Empty(at=operand.at)
    if isinstance(operand, Values) and field.empties:
        return Values(tuple(with_empty(one, field) or one for one in operand.items), operand.at)
    return operand


def members(
    clause: Clause, operand: Operand | None, field: Field, scope: Scope
) -> tuple[frozenset[Atom], bool]:
    """The atoms of an operand, and whether EMPTY is among them. Raises JqlError."""
    found: set[Atom] = set()
    empty = False
    for one in _flat(with_empty(operand, field)):
        if isinstance(one, Empty):
            empty = True
        else:
            found.update(_atoms(clause, one, field, scope))
    return frozenset(found), empty


def one_value(clause: Clause, operand: Operand | None, field: Field, scope: Scope) -> Sequence[Atom]:
    """The atoms that a single value or function stands for. Raises JqlError."""
    return [] if operand is None or isinstance(operand, Empty) else _atoms(clause, operand, field, scope)


def written(operand: Operand | None) -> str:
    """An operand as a query writes it."""
    if isinstance(operand, Values):
        return "(" + ", ".join(written(one) for one in operand.items) + ")"
    if isinstance(operand, Function):
        return f"{operand.name}({', '.join(operand.arguments)})"
    if isinstance(operand, Value):
        return operand.text
    return operand.word if isinstance(operand, Empty) else ""


def _flat(operand: Operand | None) -> Sequence[Operand]:
    """The operands of a list, also of lists in it; in the order they are written."""
    if operand is None:
        return ()
    found: list[Operand] = []
    waiting: list[Operand] = [operand]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Values):
            waiting.extend(reversed(one.items))
        else:
            found.append(one)
    return found


def _atoms(clause: Clause, operand: Operand, field: Field, scope: Scope) -> Sequence[Atom]:
    if isinstance(operand, Function):
        return scope.call(operand, field)
    if not isinstance(operand, Value):
        raise JqlError(f"A list cannot be used like this with the field '{clause.field.name}'.")
    found = field.meant(operand.text)
    if found is None:
        raise UnknownValue(field.unknown.format(value=operand.text, field=clause.field.name))
    return found
