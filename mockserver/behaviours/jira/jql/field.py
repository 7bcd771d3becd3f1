"""What a clause may be about, as the evaluator sees it, and where it gets its fields and functions from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeAlias

from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.tree import Clause, Function
from mockserver.behaviours.jira.jql.tree import Field as FieldName
from mockserver.state.store import RowId
from mockserver.values import Json, Record

# What a field holds for one issue, and what an operand stands for: comparable, hashable things.
Atom: TypeAlias = Json
Held: TypeAlias = Callable[[Record], Sequence[Atom]]
Meant: TypeAlias = Callable[[str], Sequence[Atom] | None]

EQUAL = ("=", "!=", "in", "not in", "is", "is not")
ORDERED = (*EQUAL, "<", "<=", ">", ">=")
TEXT = ("~", "!~", "is", "is not")
HISTORY = ("was", "was not", "was in", "was not in", "changed")


class UnknownValue(JqlError):
    """A well-formed query about something that there is not."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of a field: atoms before and after, who made it, when."""

    at: datetime
    by: str
    before: tuple[Atom, ...]
    after: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field can have: as a query writes it, and as a person reads it."""

    value: str
    shown: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The issues that an index knows: about how many there are, and their ids once somebody asks."""

    size: int
    ids: Callable[[], Sequence[RowId]]


@dataclass(frozen=True, slots=True)
class Field:
    """What a clause may be about.

    ``held``: the atoms of an issue (none: EMPTY); ``meant``: the atoms that a word of a query stands for
    (None: there is nothing of that name); ``kind``: moment | number | text | person | name, for functions;
    ``order``: sort key of an atom; ``downward``: whether ORDER BY goes from high to low where no direction
    is written; ``sortable``: whether it may be ordered by; ``history``: changes of an issue, oldest first;
    ``narrow``: the issues that hold an atom, from an index; ``lasting``: a name for its sort keys if they
    follow from nothing but an issue's own record and the records of ``reads``; ``texts``: the texts for
    ``~``; ``empties``: words that stand for EMPTY (``Unresolved``); ``unknown``: Jira's words for a value
    that there is not; ``choices``: the values that it can have, for suggestions.
    """

    name: str
    held: Held
    meant: Meant
    operators: Sequence[str] = EQUAL
    kind: str = "name"
    order: Callable[[Atom], Json] = lambda atom: atom
    downward: bool = False
    sortable: bool = True
    history: Callable[[Record], Sequence[Change]] | None = None
    narrow: Callable[[Atom], Narrowed] | None = None
    lasting: str = ""
    reads: Sequence[str] = ()
    texts: Callable[[Record], Sequence[str]] | None = None
    empties: frozenset[str] = frozenset()
    unknown: str = "The value '{value}' does not exist for the field '{field}'."
    choices: Callable[[], Iterable[Choice]] | None = None

    @property
    def supported(self) -> Sequence[str]:
        """Every operator that it can be used with."""
        return (*self.operators, *(HISTORY if self.history is not None else ()))

    def called(self, name: str) -> Field:
        """The same field under another name."""
        return replace(self, name=name)


def united(found: Sequence[Narrowed]) -> Narrowed:
    """The issues of all; some may be there twice."""
    if len(found) == 1:
        return found[0]
    return Narrowed(sum(one.size for one in found), lambda: [key for one in found for key in one.ids()])


class Scope(Protocol):
    """What a query can see of the site it is asked of."""

    @property
    def now(self) -> datetime:
        """The instant from which periods count, in the time zone in which dates are read."""

    def field(self, clause: Clause | None, name: FieldName | str) -> Field | None:
        """The field that a query names; None if there is none or it may not be seen."""

    def call(self, function: Function, field: Field) -> Sequence[Atom]:
        """The atoms that a function stands for. Raises JqlError."""


def natural(key: str) -> tuple[str, int]:
    """Sort key of an issue key: by project, then by number."""
    match = re.fullmatch(r"(.*)-(\d+)", key)
    return (match[1], int(match[2])) if match else (key, 0)
