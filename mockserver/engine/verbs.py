"""The closed list of what a declared operation can do with stored records."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.engine.admit import matching
from mockserver.engine.collection import Collection
from mockserver.engine.context import Context, sources
from mockserver.values import Broken, Json, Outcome, Problem, Record

Verb = Callable[[Context], Outcome]


def get(ctx: Context) -> Outcome:
    """The record that the path, or ``by``, names."""
    return Outcome("ok", ctx.found())


def list_(ctx: Context) -> Outcome:
    """All records under the path's parent that ``where`` lets through, oldest first."""
    table = ctx.table(str(ctx.case.resource))
    parent = _parent(ctx, table)
    found = list(table) if parent is None else table.under(parent)
    wanted = sources(ctx, ctx.case.where)
    kept = [one for one in found if all(one.get(key) == value for key, value in wanted.items())]
    if table.resource.visible is not None:
        kept = [one for one in kept if ctx.sees(table.resource.name, one)]
    return Outcome("ok", kept, many=True)


def create(ctx: Context) -> Outcome:
    """A new record out of the body."""
    table = ctx.table(str(ctx.case.resource))
    values = table.kept(ctx.body)
    parent = _parent(ctx, table)
    check_unique(ctx, table, values, parent)
    record = table.add(values, parent)
    ctx.did("created", record)
    return Outcome("created", record)


def upsert(ctx: Context) -> Outcome:
    """The record that ``by`` names, replaced by the body; a new one if there is none."""
    table = ctx.table(str(ctx.case.resource))
    found = matching(ctx, ctx.case, table)
    return _replaced(ctx, table, found[0]) if found else create(ctx)


def replace(ctx: Context) -> Outcome:
    """The record in the path, with everything that the body leaves out back at its declared value."""
    return _replaced(ctx, ctx.table(str(ctx.case.resource)), ctx.found())


def merge(ctx: Context) -> Outcome:
    """The record in the path with the members of the body over it."""
    table = ctx.table(str(ctx.case.resource))
    values = table.kept(ctx.body)
    record = ctx.found()
    check_unique(ctx, table, values, before=record)
    return _changed(ctx, table, record, values)


def delete(ctx: Context) -> Outcome:
    """Forget the record in the path, or every one that ``by`` names, with all that belongs to it."""
    table = ctx.table(str(ctx.case.resource))
    gone = matching(ctx, ctx.case, table) if ctx.case.by else [ctx.found()]
    for record in gone:
        table.drop(record)
        ctx.did("deleted", record)
    return Outcome("deleted", gone[0])


VERBS: Mapping[str, Verb] = {
    "get": get,
    "list": list_,
    "create": create,
    "upsert": upsert,
    "replace": replace,
    "merge": merge,
    "delete": delete,
}


def check_unique(
    ctx: Context,
    table: Collection,
    values: Record,
    parent: Record | None = None,
    before: Record | None = None,
) -> None:
    """Raise Problem("invalid") if a member of ``values`` that must be unique is taken under ``parent``.

    ``before``: the record that is to have these values; what it has already is not taken.
    """
    scoped = dict(values)
    if before is not None:
        for name in table.resource.unique:
            if values.get(name) != before.get(name):
                break
        else:
            return
        scoped = {**before, **values}
        parent = table.parent_of(before)
    if parent is not None:
        scoped[str(table.resource.parent)] = table.row_id_of_parent(parent)
    taken = table.clash(scoped)
    if taken is not None:
        words = ctx.site.service.words.get("unique", "{name} must be unique")
        text = words.replace("{name}", taken).replace("{got}", str(values[taken]))
        raise Problem("invalid", broken=[Broken("body", (taken,), taken, "unique", text, got=values[taken])])


def _replaced(ctx: Context, table: Collection, record: Record) -> Outcome:
    values: dict[str, Json] = {**table.resource.fields, **table.kept(ctx.body)}
    check_unique(ctx, table, values, before=record)
    return _changed(ctx, table, record, values)


def _changed(ctx: Context, table: Collection, record: Record, values: Record) -> Outcome:
    changed = table.change(record, values)
    ctx.did("updated", changed)
    return Outcome("updated", changed)


def _parent(ctx: Context, table: Collection) -> Record | None:
    return ctx.parents.get(str(table.resource.parent))
