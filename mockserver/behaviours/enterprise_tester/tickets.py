"""Tickets of external systems that a link knows."""

from __future__ import annotations

from mockserver.behaviours.enterprise_tester import lists, options, tasks
from mockserver.behaviours.enterprise_tester.documents import plain_system
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record

EXPANSIONS = ("ExternalSystem",)


def get(ctx: Context) -> Outcome:
    """The ticket in the path, known to the link in the path. Raises Problem("not_found")."""
    return Outcome("ok", _ticket(ctx))


def link(ctx: Context) -> Outcome:
    """The background task that links the ticket."""
    _ticket(ctx)
    return Outcome("accepted", tasks.start(ctx, "CreateTicketLink"))


def search(ctx: Context) -> Outcome:
    """The tickets of the project in the path whose key or summary contains ``q``, in any case."""
    text = options.asked(ctx, "q").lower()
    links = {one["Id"] for one in ctx.table("external_system_link").where(ProjectId=ctx.found()["Id"])}
    found = [
        one
        for one in ctx.table("ticket")
        if one["LinkId"] in links and text in f"{one['Key']}\n{one['Summary']}".lower()
    ]
    return lists.selected(ctx, found, _whole, "tickets#Ticket", EXPANSIONS)


def view(ctx: Context, record: Record) -> Json:
    """A ticket with the name of its system, expanded as the call asks."""
    whole = _whole(ctx, record)
    gone = {"ExternalSystem"} - set(options.expansions(ctx, EXPANSIONS))
    return {name: value for name, value in whole.items() if name not in gone}


def seeded(site: Site, values: Record) -> Record:
    """A ticket given by a person, with the system of its link. Raises Problem."""
    found = site.table("external_system_link").find(str(values.get("LinkId")))
    if found is None:
        raise Problem.field("LinkId", f"'LinkId' must name a stored link, not {values.get('LinkId')!r}")
    return {**values, "LinkId": found["Id"], "ExternalSystemId": found["ExternalSystemId"]}


def _whole(ctx: Context, record: Record) -> dict[str, Json]:
    owner = ctx.table("external_system").get(record["ExternalSystemId"])
    shown = {key: value for key, value in record.items() if key != "LinkId"}
    shown["ExternalSystemName"] = None if owner is None else owner["Name"]
    shown["ExternalSystem"] = None if owner is None else plain_system(ctx, owner)
    return shown


def _ticket(ctx: Context) -> Record:
    ticket, owner = ctx.found(), ctx.parents["external_system_link"]
    if ticket["LinkId"] != owner["Id"]:
        raise Problem("not_found", title="Ticket", resource="ticket", id=ticket["Id"])
    return ticket
