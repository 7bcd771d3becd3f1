"""What a query sees of a site: fields, functions, saved filters and issue properties together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from mockserver.behaviours.jira.jql import functions
from mockserver.behaviours.jira.jql.evaluate import Prepared, prepare
from mockserver.behaviours.jira.jql.field import EQUAL, ORDERED, Atom, Field, Narrowed
from mockserver.behaviours.jira.jql.fields import Fields
from mockserver.behaviours.jira.jql.order import Sorting, ordered
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.jql.records import Records
from mockserver.behaviours.jira.jql.standing import standing
from mockserver.behaviours.jira.jql.tree import Clause, Function
from mockserver.behaviours.jira.jql.tree import Field as FieldName
from mockserver.behaviours.jira.sight import seeing
from mockserver.engine.context import Context
from mockserver.values import Json, Record

FILTER = frozenset({"filter", "request", "savedfilter", "searchrequest"})
PROPERTY = frozenset({"issue.property", "issue.properties"})
# Filters that name one another: how far they are followed.
DEEPEST_FILTER = 5
# How many issues one looks at in their order while one that can match is looked up, tested and sorted.
MANY = 4


class SiteScope:
    """The fields and functions of the site that ``ctx`` calls, as its caller may use them."""

    def __init__(self, ctx: Context, depth: int = 0) -> None:
        """``depth``: how many filters led here."""
        self._ctx = ctx
        self._depth = depth
        self._records = Records(ctx)
        self.fields = Fields(self._records)

    @property
    def now(self) -> datetime:
        """The world's time, on the caller's clock."""
        return self._records.now

    def field(self, clause: Clause | None, name: FieldName | str) -> Field | None:
        """The field that a query names; None if there is none."""
        if isinstance(name, str):
            return self.fields.named(name)
        if name.property_key is not None:
            return self._property(name)
        if clause is not None and name.name.casefold() in FILTER:
            return self._filter()
        return self.fields.named(name.name, name.custom_id)

    def call(self, function: Function, field: Field) -> Sequence[Atom]:
        """What a function stands for. Raises JqlError."""
        return functions.call(self._records, function, field)

    def _filter(self) -> Field:
        """A clause about a saved filter: the issues that the filter finds."""

        def meant(text: str) -> Sequence[Atom] | None:
            rows = (one for one in self._records.rows("filter") if text in (str(one["id"]), one["name"]))
            found = next((one for one in rows if self._ctx.sees("filter", one)), None)
            if found is None:
                return None
            if self._depth >= DEEPEST_FILTER:
                raise JqlError(f"The filter '{text}' refers to itself, or to too many others.")
            inner = prepare(parse(found["jql"]), SiteScope(self._ctx, self._depth + 1))
            inner.check()
            return [one["id"] for one in matching(self._ctx, inner)]

        return Field(
            "filter",
            lambda issue: (issue["id"],),
            meant,
            ("=", "!=", "in", "not in"),
            narrow=lambda atom: Narrowed(1, lambda: (str(atom),)),
        )

    def _property(self, name: FieldName) -> Field | None:
        """``issue.property[key].path``: what an issue's property holds there."""
        if name.name.casefold() not in PROPERTY or not self._records.has("issue_property"):
            return None
        key, steps = name.property_key, [one for one in name.property_path.split(".") if one]

        def held(issue: Record) -> Sequence[Atom]:
            for one in self._records.under("issue_property", issue):
                if one["key"] == key:
                    return _at(one["value"], steps)
            return ()

        def meant(text: str) -> Sequence[Atom]:
            try:
                return [text.casefold(), float(text)]
            except ValueError:
                return [{"true": True, "false": False}.get(text.casefold(), text.casefold())]

        return Field(name.name, held, meant, tuple(dict.fromkeys((*ORDERED, *EQUAL))), sortable=False)


def matching(ctx: Context, prepared: Prepared) -> list[Record]:
    """Every issue that a query finds and that the caller may see, in no order; narrowed by indexes."""
    rows, ids = ctx.table("issue").table.rows, prepared.ids
    known = rows.values() if ids is None else (rows[key] for key in ids if key in rows)
    return list(filter(seeing(ctx), filter(prepared.test, known)))


def first(ctx: Context, prepared: Prepared, most: int | None = None) -> list[Record]:
    """The first ``most`` issues that a query finds, in its order; newest first where it asks for none."""
    issues = ctx.table("issue")
    near = len(issues) if prepared.near is None else min(prepared.near.size, len(issues))
    wanted = near if most is None else most
    # Looking through all issues in their order, one finds the first few the sooner the more match. With
    # few that can match it is better to look at those, and to sort what is found; at the latest when that
    # would have been done meanwhile.
    soon = near * near * MANY >= 2 * wanted * len(issues)
    if most != 0 and soon and (name := _lasting(ctx, prepared.sorts)):
        order = standing(ctx).orders.order(issues, name, prepared.sorts)
        enough = len(order) if prepared.near is None else near * MANY
        found = list(islice(filter(seeing(ctx), filter(prepared.test, islice(order, enough))), most))
        if len(found) == most or enough >= len(order):
            return found
    return ordered(matching(ctx, prepared), prepared.sorts, most)


def _lasting(ctx: Context, sorts: Sequence[Sorting]) -> tuple[Json, ...]:
    """What tells an order of all issues from all others, and from what it was; empty if that is unknown."""
    if not all(one.lasting for one in sorts):
        return ()
    tables = [ctx.table(name).table for one in sorts for name in one.reads]
    return (
        *((one.lasting, one.downward) for one in sorts),
        *((one, one.version) for one in tables),
        "newest",
    )


def _at(value: Json, steps: Sequence[str]) -> Sequence[Atom]:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [_atom(one) for one in items if isinstance(one, (str, int, float, bool))]


def _atom(value: Json) -> Atom:
    if isinstance(value, str):
        return value.casefold()
    return value if isinstance(value, bool) else float(value)
