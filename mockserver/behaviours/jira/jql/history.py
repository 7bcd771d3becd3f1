"""Clauses about the past: what a field was, and when and by whom it was changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mockserver.behaviours.jira.jql import moments
from mockserver.behaviours.jira.jql.field import Atom, Change, Field, Scope
from mockserver.behaviours.jira.jql.operands import members, written
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.tree import Clause, Function, Operand, Predicate, Value, Values
from mockserver.values import Record

INSTANT = timedelta(microseconds=1)
NOT_LISTS = ("was", "was not")


def past(clause: Clause, field: Field, scope: Scope) -> Callable[[Record], bool]:
    """Whether a field was or became something in the time that the predicates allow. Raises JqlError.

    Source: https://support.atlassian.com/jira-software-cloud/docs/jql-operators/#WAS
    """
    history = field.history
    if history is None:
        raise JqlError(f"History searches do not support the '{clause.field.name}' field.")
    rule = _rule(clause, field, scope)
    if clause.operator == "changed":
        return lambda issue: any(rule.changed(one) for one in history(issue))
    _check_list(clause)
    wanted, empty = members(clause, clause.operand, field, scope)
    held = field.held

    def was(issue: Record) -> bool:
        return any(
            rule.overlaps(spell) and _holds(wanted, empty, spell.atoms)
            for spell in _spells(history(issue), tuple(held(issue)))
        )

    return (lambda issue: not was(issue)) if "not" in clause.operator else was


@dataclass(frozen=True, slots=True)
class _Spell:
    """A time during which a field held the same atoms; ``by``: who began it."""

    atoms: tuple[Atom, ...]
    since: datetime | None
    until: datetime | None
    by: str


@dataclass(slots=True)
class _Rule:
    """The predicates of one history clause, ready to be asked; what is None restricts nothing."""

    after: datetime | None = None
    before: datetime | None = None
    by: frozenset[Atom] | None = None
    begin: tuple[frozenset[Atom], bool] | None = None
    end: tuple[frozenset[Atom], bool] | None = None

    def changed(self, change: Change) -> bool:
        """Whether this change is one that the clause asks for."""
        return (
            (self.after is None or change.at > self.after)
            and (self.before is None or change.at < self.before)
            and (self.by is None or change.by in self.by)
            and (self.begin is None or _holds(*self.begin, change.before))
            and (self.end is None or _holds(*self.end, change.after))
        )

    def overlaps(self, spell: _Spell) -> bool:
        """Whether the field held this while the clause looks."""
        return (
            (self.after is None or spell.until is None or spell.until > self.after)
            and (self.before is None or spell.since is None or spell.since < self.before)
            and (self.by is None or spell.by in self.by)
        )

    def between(self, after: datetime | None, before: datetime | None) -> None:
        """Look only between the two; a bound that is there already stays if it is tighter."""
        if after is not None:
            self.after = after if self.after is None else max(self.after, after)
        if before is not None:
            self.before = before if self.before is None else min(self.before, before)


def _rule(clause: Clause, field: Field, scope: Scope) -> _Rule:
    rule = _Rule()
    for one in clause.predicates:
        if one.name in ("after", "before", "on", "during"):
            rule.between(*_times(one, scope))
        elif one.name == "by":
            people = scope.field(None, "assignee")
            rule.by = frozenset() if people is None else members(clause, one.operand, people, scope)[0]
        elif clause.operator != "changed":
            raise JqlError(f"The predicate '{one.name}' can only be used with the 'changed' operator.")
        elif one.name == "from":
            rule.begin = members(clause, one.operand, field, scope)
        else:
            rule.end = members(clause, one.operand, field, scope)
    return rule


def _times(predicate: Predicate, scope: Scope) -> tuple[datetime | None, datetime | None]:
    """The instants after which and before which a predicate looks."""
    operand = predicate.operand
    items = list(operand.items) if isinstance(operand, Values) else [operand]
    if predicate.name == "during":
        if len(items) != 2:
            raise JqlError("The 'during' predicate needs a list of two dates.")
        after, before = (_instant(one, scope) for one in items)
        whole = isinstance(items[1], Value) and moments.whole_day(items[1].text)
        return after - INSTANT, before + (timedelta(days=1) if whole else INSTANT)
    if len(items) != 1:
        raise JqlError(f"The '{predicate.name}' predicate needs one date.")
    found = _instant(items[0], scope)
    if predicate.name == "after":
        return found, None
    if predicate.name == "before":
        return None, found
    day = found.astimezone(scope.now.tzinfo).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - INSTANT, day + timedelta(days=1)


def _instant(operand: Operand, scope: Scope) -> datetime:
    if isinstance(operand, Function):
        created = scope.field(None, "created")
        atoms = [] if created is None else scope.call(operand, created)
        if len(atoms) == 1 and isinstance(atoms[0], datetime):
            return atoms[0]
        raise JqlError(f"The function '{operand.name}' does not give a date.")
    found = moments.moment(operand.text, scope.now) if isinstance(operand, Value) else None
    if found is None:
        raise JqlError(moments.bad_date(written(operand), "the predicate"))
    return found


def _check_list(clause: Clause) -> None:
    """Raise JqlError where a list stands for one value, or one value for a list."""
    several = isinstance(clause.operand, Values)
    if several and clause.operator in NOT_LISTS:
        raise JqlError(
            f"Operator '{clause.operator}' does not support the list value {written(clause.operand)} for"
            f" field '{clause.field.name}'."
        )
    if isinstance(clause.operand, Value) and clause.operator not in NOT_LISTS:
        raise JqlError(
            f"Operator '{clause.operator}' does not support the non-list value"
            f" '\"{written(clause.operand)}\"' for field '{clause.field.name}'."
        )


def _spells(changes: Sequence[Change], now_held: tuple[Atom, ...]) -> list[_Spell]:
    if not changes:
        return [_Spell(now_held, None, None, "")]
    found = [_Spell(changes[0].before, None, changes[0].at, "")]
    for at, change in enumerate(changes):
        until = changes[at + 1].at if at + 1 < len(changes) else None
        found.append(_Spell(change.after, change.at, until, change.by))
    return found


def _holds(wanted: frozenset[Atom], empty: bool, atoms: Sequence[Atom]) -> bool:
    return any(one in wanted for one in atoms) or (empty and not atoms)
