"""System events: what happened while links were synchronized."""

from __future__ import annotations

from mockserver.behaviours.enterprise_tester import lists, options
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

# Query parameter of DELETE, member of the event.
CRITERIA = {"linkId": "LinkId", "documentId": "DocumentId"}


def listing(ctx: Context) -> Outcome:
    """All events that the query options select."""
    return lists.selected(ctx, ctx.table("system_event"), view, "system_events#SystemEvent")


def create(ctx: Context) -> Outcome:
    """A new event, of now."""
    table = ctx.table("system_event")
    return Outcome("created", table.add(seeded(ctx.site, table.kept(ctx.body))))


def clear(ctx: Context) -> Outcome:
    """Forget the events of one link or of one document. Raises Problem("invalid") if neither is named."""
    wanted = {
        member: options.asked(ctx, name).lower()
        for name, member in CRITERIA.items()
        if options.asked(ctx, name)
    }
    if not wanted:
        text = "You must specify a valid linkId or documentId."
        raise Problem("invalid", broken=[Broken("query", ("linkId",), "linkId", "required", text)])
    table = ctx.table("system_event")
    for event in table.where(**wanted):
        table.drop(event)
    return Outcome("deleted")


def view(ctx: Context, record: Record) -> Json:
    """An event with its address."""
    return ctx.plain("system_event", record)


def seeded(site: Site, values: Record) -> Record:
    """An event with the ids it names in lower case, as they are looked up."""
    lowered = {name: str(values[name]).lower() for name in CRITERIA.values() if values.get(name) is not None}
    return {**values, **lowered}
