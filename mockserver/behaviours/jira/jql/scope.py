"""What a query sees of a site: fields, functions, saved filters and issue properties together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from mockserver.behaviours.jira.jql.evaluate import EQUAL, ORDERED, Atom, Field, ordered, prepare
from mockserver.behaviours.jira.jql.fields import Fields
from mockserver.behaviours.jira.jql.functions import Functions
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.jql.tree import Clause, Function, Query
from mockserver.behaviours.jira.jql.tree import Field as FieldName
from mockserver.engine.context import Context
from mockserver.values import Json, Record

# Filters that name one another: how far they are followed.
DEEPEST_FILTER = 5


class SiteScope:
    """The fields and functions of the site that ``ctx`` calls, as its caller may use them."""

    def __init__(self, ctx: Context, depth: int = 0) -> None:
        """``depth``: how many filters led here."""
        self._ctx = ctx
        self._depth = depth
        self.fields = Fields(ctx)
        self.functions = Functions(ctx, self.fields)

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self._ctx.now

    def field(self, clause: Clause | None, name: FieldName | str) -> Field | None:
        """The field that a query names; None if there is none."""
        if isinstance(name, str):
            return self.fields.named(name)
        if name.property_key is not None:
            return self._property(name)
        if (
            name.name.casefold() in ("filter", "request", "savedfilter", "searchrequest")
            and clause is not None
        ):
            return self._filter()
        return self.fields.named(name.name, name.custom_id)

    def call(self, function: Function, field: Field) -> Sequence[Atom]:
        """What a function stands for. Raises JqlError."""
        return self.functions.call(function, field)

    def _filter(self) -> Field:
        """A clause about a saved filter: the issues that the filter finds."""

        def meant(text: str) -> Sequence[Atom] | None:
            rows = list(self.fields.rows("filter"))
            found = next((one for one in rows if text in (str(one["id"]), one["name"])), None)
            if found is None:
                return None
            if self._depth >= DEEPEST_FILTER:
                raise JqlError(f"The filter '{text}' refers to itself, or to too many others.")
            inner = prepare(parse(found["jql"]), SiteScope(self._ctx, self._depth + 1))
            return [one["id"] for one in self._ctx.table("issue") if inner.test(one)]

        return Field("filter", lambda issue: (issue["id"],), meant, ("=", "!=", "in", "not in"))

    def _property(self, name: FieldName) -> Field | None:
        """``issue.property[key].path``: what an issue's property holds there."""
        if name.name.casefold() not in ("issue.property", "issue.properties"):
            return None
        key, steps = name.property_key, [one for one in name.property_path.split(".") if one]

        def held(issue: Record) -> Sequence[Atom]:
            for one in self.fields.table("issue_property").under(issue):
                if one["key"] == key:
                    return _at(one["value"], steps)
            return ()

        def meant(text: str) -> Sequence[Atom]:
            try:
                return [text.casefold(), float(text)]
            except ValueError:
                return [{"true": True, "false": False}.get(text.casefold(), text.casefold())]

        if "issue_property" not in self._ctx.site.service.resources:
            return None
        return Field(name.name, held, meant, (*ORDERED, *EQUAL))


def found(ctx: Context, query: Query) -> list[Record]:
    """The issues that a query finds, in the order it asks for; newest first where it asks for none.

    Raises JqlError with every problem of the query, a line each.
    """
    prepared = prepare(query, SiteScope(ctx))
    table = ctx.table("issue")
    rows: Iterable[Record] = table
    if prepared.ids is not None:
        rows = [one for key in prepared.ids if (one := table.get(key)) is not None]
    kept = sorted((one for one in rows if prepared.test(one)), key=_newest, reverse=True)
    return ordered(kept, prepared.sorts)


def _newest(issue: Record) -> Json:
    return (issue["fields"].get("created") or "", int(issue["id"]))


def _at(value: Json, steps: Sequence[str]) -> Sequence[Atom]:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [_atom(one) for one in items if isinstance(one, (str, int, float, bool))]


def _atom(value: Json) -> Atom:
    if isinstance(value, str):
        return value.casefold()
    return value if isinstance(value, bool) else float(value)
