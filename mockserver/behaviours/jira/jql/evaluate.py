"""A query tree to a test of issues, the issues an index can narrow it to, and an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from mockserver.behaviours.jira.jql import moments, words
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.tree import (
    And,
    Clause,
    Empty,
    Function,
    Not,
    Operand,
    Or,
    Predicate,
    Query,
    Value,
    Values,
    Where,
)
from mockserver.values import Json, Record

# What a field holds for one issue, and what an operand stands for: comparable, hashable things.
Atom: TypeAlias = Json
Test: TypeAlias = Callable[[Record], bool]

EQUAL = ("=", "!=", "in", "not in", "is", "is not")
ORDERED = (*EQUAL, "<", "<=", ">", ">=")
TEXT = ("~", "!~", "is", "is not")
HISTORY = ("was", "was not", "was in", "was not in", "changed")


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of a field: atoms before and after, who made it, when."""

    at: datetime
    by: str
    before: tuple[Atom, ...]
    after: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """What a clause may be about.

    ``held``: the atoms of an issue (none: EMPTY); ``meant``: the atoms that a word of a query stands for
    (None: there is nothing of that name); ``order``: sort key of an atom; ``history``: changes of an
    issue, oldest first; ``narrow``: ids of the issues that hold an atom, from an index; ``texts``: the
    texts of an issue for ``~``; ``empties``: words that stand for
    EMPTY (``Unresolved``); ``downward``: whether ORDER BY goes
    from high to low where no direction is written; ``kind``: moment | number | text | name, for functions.
    """

    name: str
    held: Callable[[Record], Sequence[Atom]]
    meant: Callable[[str], Sequence[Atom] | None]
    operators: Sequence[str] = EQUAL
    kind: str = "name"
    order: Callable[[Atom], Json] = lambda atom: atom
    downward: bool = False
    history: Callable[[Record], Sequence[Change]] | None = None
    narrow: Callable[[Atom], Iterable[str]] | None = None
    texts: Callable[[Record], Sequence[str]] | None = None
    functions: frozenset[str] = frozenset()
    empties: frozenset[str] = frozenset()
    unknown: str = "The value '{value}' does not exist for the field '{field}'."


class Scope(Protocol):
    """What a query can see of the site it is asked of."""

    @property
    def now(self) -> datetime:
        """The instant from which periods count."""

    def field(self, clause: Clause | None, name: Json) -> Field | None:
        """The field that a tree field names; None if there is none or it may not be seen."""

    def call(self, function: Function, field: Field) -> Sequence[Atom]:
        """The atoms that a function stands for. Raises JqlError."""


@dataclass(slots=True)
class Prepared:
    """A query ready to run.

    ``ids``: the only issues that can match, None for all; ``test``: whether an issue matches;
    ``sorts``: (sort key of an issue or None for EMPTY, descending), most significant first.
    """

    test: Test
    ids: frozenset[str] | None = None
    sorts: Sequence[tuple[Callable[[Record], Json], bool]] = ()


@dataclass(slots=True)
class _Narrowed:
    test: Test
    ids: frozenset[str] | None = None


@dataclass(slots=True)
class Problems:
    """Everything that a query asks for and that does not exist, in the order it was met."""

    messages: list[str] = field(default_factory=list)


def prepare(query: Query, scope: Scope) -> Prepared:
    """``query`` made ready for the issues of ``scope``.

    Raises JqlError; its text holds every problem of the query, a line each.
    """
    problems = Problems()
    where = _where(query.where, scope, problems) if query.where is not None else _Narrowed(lambda issue: True)
    sorts = []
    for sort in query.order:
        found = scope.field(None, sort.field)
        if found is None:
            problems.messages.append(_no_field(sort.field.name))
        else:
            sorts.append(
                (_sort_key(found), sort.direction == "desc" or (not sort.direction and found.downward))
            )
    if problems.messages:
        raise JqlError("\n".join(dict.fromkeys(problems.messages)))
    return Prepared(where.test, where.ids, sorts)


def ordered(issues: Iterable[Record], sorts: Sequence[tuple[Callable[[Record], Json], bool]]) -> list[Record]:
    """``issues`` by ``sorts``; EMPTY comes last whichever way a field is sorted."""
    found = list(issues)
    for key, downward in reversed(sorts):
        keys = {id(one): key(one) for one in found}
        filled = [one for one in found if keys[id(one)] is not None]
        empty = [one for one in found if keys[id(one)] is None]
        filled.sort(key=lambda one: keys[id(one)], reverse=downward)
        found = filled + empty
    return found


def _sort_key(field: Field) -> Callable[[Record], Json]:
    def key(issue: Record) -> Json:
        atoms = field.held(issue)
        return min(field.order(one) for one in atoms) if atoms else None

    return key


def _where(where: Where, scope: Scope, problems: Problems) -> _Narrowed:
    if isinstance(where, And):
        parts = [_where(one, scope, problems) for one in where.clauses]
        tests = [one.test for one in parts]
        known = [one.ids for one in parts if one.ids is not None]
        ids = frozenset.intersection(*known) if known else None
        return _Narrowed(lambda issue: all(test(issue) for test in tests), ids)
    if isinstance(where, Or):
        parts = [_where(one, scope, problems) for one in where.clauses]
        tests = [one.test for one in parts]
        sets = [one.ids for one in parts]
        united = None if any(one is None for one in sets) else frozenset().union(*(one or () for one in sets))
        return _Narrowed(lambda issue: any(test(issue) for test in tests), united)
    if isinstance(where, Not):
        return _negated(where.clause, scope, problems)
    return _clause(where, scope, problems)


_PAIRS = (("=", "!="), ("in", "not in"), ("is", "is not"), ("~", "!~"))
_OPPOSITE = {**dict(_PAIRS), **{negative: positive for positive, negative in _PAIRS}}


def _negated(where: Where, scope: Scope, problems: Problems) -> _Narrowed:
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
    test = _clause(where, scope, problems).test
    found = scope.field(where, where.field)
    if where.operator in HISTORY or found is None:
        return _Narrowed(lambda issue: not test(issue))
    held = found.held
    return _Narrowed(lambda issue: bool(held(issue)) and not test(issue))


def _clause(clause: Clause, scope: Scope, problems: Problems) -> _Narrowed:
    nothing = _Narrowed(lambda issue: False)
    found = scope.field(clause, clause.field)
    if found is None:
        problems.messages.append(_no_field(clause.field.name))
        return nothing
    operator = clause.operator
    supported = (*found.operators, *(HISTORY if found.history is not None else ()))
    if operator not in supported:
        if operator in HISTORY:
            text = f"History searches do not support the '{clause.field.name}' field."
        else:
            text = f"The operator '{operator}' is not supported by the '{clause.field.name}' field."
        problems.messages.append(text)
        return nothing
    try:
        if operator in HISTORY:
            return _Narrowed(_history(clause, found, scope))
        if operator in ("~", "!~"):
            return _Narrowed(_text(clause, found))
        return _compared(clause, found, scope)
    except JqlError as error:
        problems.messages.append(str(error))
        return nothing


def _no_field(name: str) -> str:
    return f"Field '{name}' does not exist or you do not have permission to view it."


def _compared(clause: Clause, field: Field, scope: Scope) -> _Narrowed:
    operator, operand, held = clause.operator, _with_empty(clause.operand, field), field.held
    if operator in ("is", "is not"):
        if not isinstance(operand, Empty):
            raise JqlError(
                f"The operator '{operator}' in '{clause.field.name}' only supports the value EMPTY or NULL."
            )
        return _Narrowed(_emptiness(held, operator == "is"))
    if operator in ("in", "not in") and isinstance(operand, Value):
        raise JqlError(
            f"Operator '{operator}' does not support the non-list value '{_written(operand)}' for field"
            f" '{clause.field.name}'."
        )
    if operator not in ("in", "not in") and isinstance(operand, Values):
        raise JqlError(
            f"Operator '{operator}' does not support the list value {_written(operand)} for field"
            f" '{clause.field.name}'."
        )
    if isinstance(operand, Empty):
        if operator in ("=", "!="):
            return _Narrowed(_emptiness(held, operator == "="))
        raise JqlError(f"The operator '{operator}' does not support searching for an empty value.")
    if operator in ("<", "<=", ">", ">="):
        return _Narrowed(_ranked(operator, _atoms(clause, operand, field, scope), field))
    wanted, empty = _members(clause, operand, field, scope)
    if operator in ("=", "in"):
        narrow = field.narrow
        ids = None
        if narrow is not None and not empty:
            ids = frozenset(one for atom in wanted for one in narrow(atom))
        return _Narrowed(
            lambda issue: any(one in wanted for one in held(issue)) or (empty and not held(issue)), ids
        )
    return _Narrowed(lambda issue: bool(held(issue)) and not any(one in wanted for one in held(issue)))


def _with_empty(operand: Operand | None, field: Field) -> Operand | None:
    """``operand`` with EMPTY in the place of the words that stand for it."""
    if isinstance(operand, Value) and operand.text.casefold() in field.empties:
        return Empty(at=operand.at)
    if isinstance(operand, Values) and field.empties:
        return Values(tuple(_with_empty(one, field) or one for one in operand.items), operand.at)
    return operand


def _emptiness(held: Callable[[Record], Sequence[Atom]], wanted: bool) -> Test:
    return lambda issue: (not held(issue)) is wanted


def _ranked(operator: str, atoms: Sequence[Atom], field: Field) -> Test:
    bounds = [field.order(one) for one in atoms]
    held, order = field.held, field.order
    compare: Mapping[str, Callable[[Json, Json], bool]] = {
        "<": lambda left, right: left < right,
        "<=": lambda left, right: left <= right,
        ">": lambda left, right: left > right,
        ">=": lambda left, right: left >= right,
    }
    check = compare[operator]

    def fits(left: Json, right: Json) -> bool:
        # Text and numbers, where a property may hold either, are never compared with one another.
        return type(left) is type(right) and check(left, right)

    return lambda issue: any(fits(order(one), bound) for one in held(issue) for bound in bounds)


def _members(
    clause: Clause, operand: Operand | None, field: Field, scope: Scope
) -> tuple[frozenset[Atom], bool]:
    """The atoms of an operand, and whether EMPTY is among them."""
    items = operand.items if isinstance(operand, Values) else (operand,)
    empty = any(isinstance(one, Empty) for one in items)
    plain = [one for one in items if not isinstance(one, Empty)]
    return frozenset(atom for one in plain for atom in _atoms(clause, one, field, scope)), empty


def _atoms(clause: Clause, operand: Operand | None, field: Field, scope: Scope) -> Sequence[Atom]:
    """What one operand stands for. Raises JqlError for a name without a thing."""
    if isinstance(operand, Values):
        return [atom for one in operand.items for atom in _atoms(clause, one, field, scope)]
    if isinstance(operand, Function):
        return scope.call(operand, field)
    if not isinstance(operand, Value):
        return []
    found = field.meant(operand.text)
    if found is None:
        raise JqlError(field.unknown.format(value=operand.text, field=clause.field.name))
    return found


def _text(clause: Clause, field: Field) -> Test:
    if not isinstance(clause.operand, Value) or field.texts is None:
        raise JqlError(
            f"The operator '{clause.operator}' does not support this operand for the field"
            f" '{clause.field.name}'."
        )
    texts = field.texts
    query = clause.operand.text
    try:
        matches = words.matcher(query)
    except words.BadText as error:
        raise JqlError(f"The text query '{query}' for the field '{clause.field.name}' {error}.") from error
    if clause.operator == "~":
        return lambda issue: matches(texts(issue))
    return lambda issue: any(texts(issue)) and not matches(texts(issue))


def _history(clause: Clause, field: Field, scope: Scope) -> Test:
    """Whether a field was or became something in the time that the predicates allow."""
    history = field.history
    if history is None:
        raise JqlError(f"History searches do not support the '{clause.field.name}' field.")
    rule = _Past(clause, field, scope)
    if clause.operator == "changed":
        return lambda issue: any(rule.changed(one) for one in history(issue))
    wanted, empty = _members(clause, clause.operand, field, scope)
    negative = "not" in clause.operator
    held = field.held

    def was(issue: Record) -> bool:
        spells = _spells(history(issue), tuple(held(issue)))
        return any(
            rule.overlaps(spell)
            and (any(one in wanted for one in spell.atoms) or (empty and not spell.atoms))
            for spell in spells
        )

    return (lambda issue: not was(issue)) if negative else was


@dataclass(frozen=True, slots=True)
class _Spell:
    """A time during which a field held the same atoms; ``by``: who began it."""

    atoms: tuple[Atom, ...]
    since: datetime | None
    until: datetime | None
    by: str


def _spells(changes: Sequence[Change], now_held: tuple[Atom, ...]) -> list[_Spell]:
    if not changes:
        return [_Spell(now_held, None, None, "")]
    found = [_Spell(changes[0].before, None, changes[0].at, "")]
    for at, change in enumerate(changes):
        until = changes[at + 1].at if at + 1 < len(changes) else None
        found.append(_Spell(change.after, change.at, until, change.by))
    return found


class _Past:
    """The predicates of one history clause, ready to be asked."""

    def __init__(self, clause: Clause, field: Field, scope: Scope) -> None:
        """Resolve every operand. Raises JqlError."""
        self.before: datetime | None = None
        self.after: datetime | None = None
        self.by: frozenset[Atom] | None = None
        self.begin: frozenset[Atom] | None = None
        self.end: frozenset[Atom] | None = None
        self.from_empty = self.to_empty = False
        for one in clause.predicates:
            if one.name in ("after", "before", "on", "during"):
                self._times(one, scope)
            elif one.name == "by":
                people = scope.field(None, "assignee")
                self.by = frozenset() if people is None else _members(clause, one.operand, people, scope)[0]
            elif clause.operator != "changed":
                raise JqlError(f"The predicate '{one.name}' can only be used with the 'changed' operator.")
            elif one.name == "from":
                self.begin, self.from_empty = _members(clause, one.operand, field, scope)
            else:
                self.end, self.to_empty = _members(clause, one.operand, field, scope)

    def changed(self, change: Change) -> bool:
        """Whether this change is one that the clause asks for."""
        return (
            (self.after is None or change.at > self.after)
            and (self.before is None or change.at < self.before)
            and (self.by is None or change.by in self.by)
            and _holds(self.begin, self.from_empty, change.before)
            and _holds(self.end, self.to_empty, change.after)
        )

    def overlaps(self, spell: _Spell) -> bool:
        """Whether the field held this while the clause looks."""
        return (
            (self.after is None or spell.until is None or spell.until > self.after)
            and (self.before is None or spell.since is None or spell.since < self.before)
            and (self.by is None or spell.by in self.by)
        )

    def _times(self, predicate: Predicate, scope: Scope) -> None:
        operand = predicate.operand
        items = list(operand.items) if isinstance(operand, Values) else [operand]
        if predicate.name == "during":
            if len(items) != 2:
                raise JqlError("The 'during' predicate needs a list of two dates.")
            self.after, self.before = (_instant(one, scope) for one in items)
            if isinstance(items[1], Value) and moments.whole_day(items[1].text) and self.before is not None:
                self.before += timedelta(days=1)
            return
        if len(items) != 1:
            raise JqlError(f"The '{predicate.name}' predicate needs one date.")
        found = _instant(items[0], scope)
        if predicate.name == "after":
            self.after = found
        elif predicate.name == "before":
            self.before = found
        else:
            self.after = found.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(microseconds=1)
            self.before = self.after + timedelta(days=1, microseconds=1)


def _holds(wanted: frozenset[Atom] | None, empty: bool, atoms: tuple[Atom, ...]) -> bool:
    if wanted is None:
        return True
    return any(one in wanted for one in atoms) or (empty and not atoms)


def _instant(operand: Operand, scope: Scope) -> datetime:
    if isinstance(operand, Function):
        created = scope.field(None, "created")
        atoms = [] if created is None else scope.call(operand, created)
        if len(atoms) == 1 and isinstance(atoms[0], datetime):
            return atoms[0]
        raise JqlError(f"The function '{operand.name}' does not give a date.")
    if isinstance(operand, Value):
        found = moments.moment(operand.text, scope.now)
        if found is not None:
            return found
    raise JqlError(bad_date(_written(operand), "the predicate"))


def bad_date(value: str, field: str) -> str:
    """Jira's words for a text that is no date."""
    return (
        f"Date value '{value}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
        " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _written(operand: Operand | None) -> str:
    """An operand as a query writes it."""
    if isinstance(operand, Values):
        return "(" + ", ".join(_written(one) for one in operand.items) + ")"
    if isinstance(operand, Function):
        return f"{operand.name}({', '.join(operand.arguments)})"
    if isinstance(operand, Value):
        return operand.text
    return operand.word if isinstance(operand, Empty) else ""


def natural(key: str) -> tuple[str, int]:
    """Sort key of an issue key: by project, then by number."""
    match = re.fullmatch(r"(.*)-(\d+)", key)
    return (match[1], int(match[2])) if match else (key, 0)
