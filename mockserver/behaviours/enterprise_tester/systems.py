"""External systems: created, replaced, switched, deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.behaviours.enterprise_tester import lists, options
from mockserver.behaviours.enterprise_tester.bodies import fault, member
from mockserver.behaviours.enterprise_tester.documents import SYSTEM_EXPANSIONS, whole_system
from mockserver.behaviours.enterprise_tester.links import forget
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

# Members of the system that are configured through FieldValues; the names in there are not documented.
CONFIGURED = ("ConnectionType", "ConnectionString", "DisplayUrl", "UserName", "Password")


def listing(ctx: Context) -> Outcome:
    """All external systems that the query options select."""
    item = "external_systems#ExternalSystem"
    return lists.selected(ctx, ctx.table("external_system"), whole_system, item, SYSTEM_EXPANSIONS)


def create(ctx: Context) -> Outcome:
    """A new external system of a known type; without an organisation it belongs to the only one."""
    options.expansions(ctx, SYSTEM_EXPANSIONS)
    return Outcome("created", ctx.table("external_system").add(_values(ctx.site, ctx.body)))


def replace(ctx: Context) -> Outcome:
    """The system with everything as the body says; a password that it leaves out stays.

    That it stays is assumed: nobody could send back what is never shown.
    """
    options.expansions(ctx, SYSTEM_EXPANSIONS)
    system, values = ctx.found(), _values(ctx.site, ctx.body)
    if values["Password"] is None:
        values["Password"] = system["Password"]
    return Outcome("updated", ctx.table("external_system").change(system, values))


def switch(ctx: Context) -> Outcome:
    """The system, enabled or disabled; nothing else can be changed."""
    options.expansions(ctx, SYSTEM_EXPANSIONS)
    changed = {"Enabled": ctx.body["Enabled"]}
    return Outcome("updated", ctx.table("external_system").change(ctx.found(), changed))


def delete(ctx: Context) -> Outcome:
    """Forget the system and its links; with ``keepReferences=false`` also what refers to those."""
    system = ctx.found()
    for link in ctx.table("external_system_link").where(ExternalSystemId=system["Id"]):
        forget(ctx, link, keep_references=ctx.query["keepReferences"])
    ctx.table("external_system").drop(system)
    return Outcome("deleted", system)


def faults(ctx: Context, body: Json) -> Sequence[Broken]:
    """What no schema can say of a system: are its type and its organisation there?"""
    return list(_faults(ctx.site, body))


def seeded(site: Site, values: Record) -> Record:
    """A system given by a person, as a request would have made it. Raises Problem."""
    broken = list(_faults(site, values))
    if broken:
        raise Problem("invalid", broken=broken)
    configured = {name: values[name] for name in CONFIGURED if name in values}
    return {**_values(site, values), **configured, **_own(values)}


def types(ctx: Context) -> Outcome:
    """All kinds of external system that the query options select."""
    item = "external_systems#ExternalSystemType"
    return lists.selected(ctx, ctx.table("external_system_type"), type_view, item)


def type_view(ctx: Context, record: Record) -> Json:
    """A kind of external system: ``{"Id": "Jira", "Name": "Atlassian JIRA", "Categories": […]}``."""
    return ctx.plain("external_system_type", record)


def _faults(site: Site, body: Json) -> Iterator[Broken]:
    kind, organisation = member(body, "Type"), member(body, "OrganisationId")
    if not isinstance(kind, str) or site.table("external_system_type").find(kind) is None:
        known = ", ".join(str(one["Id"]) for one in site.table("external_system_type"))
        yield fault(("Type",), kind, f"Type must be one of {known}.")
    if organisation is not None and site.table("organisation").find(str(organisation)) is None:
        yield fault(("OrganisationId",), organisation)


def _values(site: Site, body: Json) -> dict[str, Json]:
    """The record of a system; ``body`` has passed ``faults``."""
    given = body.get("FieldValues")
    configured = given if isinstance(given, dict) else {}
    kind = site.table("external_system_type").find(body["Type"]) or {}
    return {
        "OrganisationId": _organisation(site, body),
        "Name": body.get("Name"),
        "Type": kind["Id"],
        "Enabled": body.get("Enabled", True),
        **{name: configured.get(name) for name in CONFIGURED},
        "FieldValues": {key: value for key, value in configured.items() if key != "Password"},
    }


def _organisation(site: Site, body: Json) -> Json:
    """The id of the organisation that ``body`` names, else of the only one."""
    table, named = site.table("organisation"), body.get("OrganisationId")
    found = next(iter(table), None) if named is None else table.find(str(named))
    return None if found is None else found["Id"]


def _own(values: Record) -> dict[str, Json]:
    """What only a seed says: its id, and the fields of the system at the other end."""
    return {name: values[name] for name in ("Id", "Fields") if name in values}
