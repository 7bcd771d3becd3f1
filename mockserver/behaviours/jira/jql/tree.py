"""The parts of a parsed query. Positions are 1-based, as Jira prints them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class At:
    """Where a part begins."""

    line: int = 1
    character: int = 1


@dataclass(frozen=True, slots=True)
class Field:
    """What a clause is about: a field's name or id, or ``entity.property[key].path``."""

    name: str
    at: At = At()
    property_key: str | None = None
    property_path: str = ""

    @property
    def custom_id(self) -> str | None:
        """The digits of ``cf[10010]``; None for any other name."""
        return self.name[3:-1] if self.name.startswith("cf[") and self.name.endswith("]") else None


@dataclass(frozen=True, slots=True)
class Value:
    """A word, a number or a quoted string. ``quoted``: it was written in quotation marks."""

    text: str
    quoted: bool = False
    at: At = At()


@dataclass(frozen=True, slots=True)
class Empty:
    """``EMPTY`` or ``NULL``."""

    word: str = "EMPTY"
    at: At = At()


@dataclass(frozen=True, slots=True)
class Function:
    """A function with its arguments, as texts."""

    name: str
    arguments: tuple[str, ...] = ()
    at: At = At()


@dataclass(frozen=True, slots=True)
class Values:
    """A list of operands in parentheses."""

    items: tuple[Value | Function | Empty | Values, ...]
    at: At = At()


Operand: TypeAlias = Value | Values | Function | Empty


@dataclass(frozen=True, slots=True)
class Predicate:
    """A restriction on history. ``name``: after | before | by | during | from | on | to."""

    name: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Clause:
    """``field operator operand``, with predicates for ``was`` and ``changed``.

    operator: ``= != ~ !~ < > <= >=``, in, not in, is, is not, was, was not, was in, was not in, changed.
    """

    field: Field
    operator: str
    operand: Operand | None = None
    predicates: tuple[Predicate, ...] = ()


@dataclass(frozen=True, slots=True)
class And:
    """All of the clauses."""

    clauses: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the clauses."""

    clauses: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not the clause."""

    clause: Where


Where: TypeAlias = Clause | And | Or | Not


@dataclass(frozen=True, slots=True)
class Sort:
    """One field of ``ORDER BY``. ``direction`` is asc, desc, or empty where none was written."""

    field: Field
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; ``where`` is None when it restricts nothing."""

    where: Where | None = None
    order: tuple[Sort, ...] = ()
