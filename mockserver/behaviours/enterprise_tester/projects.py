"""Projects, and the organisations they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.enterprise_tester import lists, tasks
from mockserver.behaviours.enterprise_tester.bodies import fault, member
from mockserver.behaviours.enterprise_tester.links import forget
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record


def listing(ctx: Context) -> Outcome:
    """All projects that the query options select."""
    return lists.selected(ctx, ctx.table("project"), view, "projects#Project")


def create(ctx: Context) -> Outcome:
    """A new project. Raises Problem("conflict") where another one has its name."""
    values = _values(ctx)
    return Outcome("created", ctx.table("project").add(values))


def replace(ctx: Context) -> Outcome:
    """The project with everything as the body says. Raises Problem("conflict") for a taken name."""
    return Outcome("updated", ctx.table("project").change(ctx.found(), _values(ctx, ctx.found())))


def delete(ctx: Context) -> Outcome:
    """The background task that deletes the project and its links; their events are kept."""
    project = ctx.found()
    for link in ctx.table("external_system_link").where(ProjectId=project["Id"]):
        forget(ctx, link, keep_references=True)
    ctx.table("project").drop(project)
    return Outcome("accepted", tasks.start(ctx, "DeleteProject"))


def view(ctx: Context, record: Record) -> Json:
    """A project with its address."""
    return ctx.plain("project", record)


def faults(ctx: Context, body: Json) -> Sequence[Broken]:
    """What no schema can say of a project: is its organisation there?"""
    named = member(body, "OrganisationId")
    if named is None or ctx.table("organisation").find(str(named)) is not None:
        return ()
    return [fault(("OrganisationId",), named)]


def seeded(site: Site, values: Record) -> Record:
    """A project given by a person: without an organisation it belongs to the only one. Raises Problem."""
    return {**values, "OrganisationId": _organisation(site, values)}


def organisations(ctx: Context) -> Outcome:
    """All organisations that the query options select."""
    return lists.selected(ctx, ctx.table("organisation"), organisation_view, "organisations#Organisation")


def organisation_view(ctx: Context, record: Record) -> Json:
    """An organisation with its address."""
    return ctx.plain("organisation", record)


def _values(ctx: Context, own: Record | None = None) -> dict[str, Json]:
    name = ctx.body.get("Name")
    for other in ctx.table("project"):
        if other is not own and str(other["Name"]).casefold() == str(name).casefold():
            text = f"A project named '{name}' already exists."
            raise Problem("conflict", message=text, diagnosis=f"project {other['Id']} has that name")
    return {
        "Name": name,
        "Description": ctx.body.get("Description"),
        "OrganisationId": _organisation(ctx.site, ctx.body),
    }


def _organisation(site: Site, values: Record) -> Json:
    named = values.get("OrganisationId")
    if named is None:
        return next((one["Id"] for one in site.table("organisation")), None)
    found = site.table("organisation").find(str(named))
    if found is None:
        raise Problem.field("OrganisationId", f"'OrganisationId' must name a stored record, not {named!r}")
    return found["Id"]
