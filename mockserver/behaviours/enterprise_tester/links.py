"""External system links: created, copied, switched, deleted, searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.behaviours.enterprise_tester import lists, options
from mockserver.behaviours.enterprise_tester.bodies import fault, member
from mockserver.behaviours.enterprise_tester.documents import (
    LINK_EXPANSIONS,
    PACKAGES,
    whole_links,
)
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

DESTINATION = "Synchronization"
ITEM = "external_system_links#ExternalSystemLink"


def listing(ctx: Context) -> Outcome:
    """All links that the query options select.

    Source: https://help.catchsoftware.com/x/iQGmAQ
    """
    return lists.selected(ctx, ctx.table("external_system_link"), whole_links(), ITEM, LINK_EXPANSIONS)


def of_system(ctx: Context) -> Outcome:
    """The links of the external system in the path."""
    found = ctx.table("external_system_link").where(ExternalSystemId=ctx.found()["Id"])
    return lists.selected(ctx, found, whole_links(), ITEM, LINK_EXPANSIONS)


def search(ctx: Context) -> Outcome:
    """The links of the project in the path whose name contains ``query``, in any case.

    With ``valuesqry`` the query is a list of ids instead, separated by ``|``. GET sends both in the query,
    POST as form fields.
    Source: the API's own description (searchlinks); which members are searched is inferred.
    """
    given = ctx.body if isinstance(ctx.body, dict) else ctx.query
    text = str(given.get("query") or "").lower()
    found = ctx.table("external_system_link").where(ProjectId=ctx.found()["Id"])
    if str(given.get("valuesqry", "")).lower() == "true":
        ids = {one.strip() for one in text.split("|")}
        kept = [one for one in found if one["Id"] in ids]
    else:
        kept = [one for one in found if text in str(one["Name"]).lower()]
    return lists.selected(ctx, kept, whole_links(), ITEM, LINK_EXPANSIONS)


def create(ctx: Context) -> Outcome:
    """A new link between the ends that the body names; it has not been synchronized yet.

    Source: https://help.catchsoftware.com/x/iQGmAQ
    """
    options.expansions(ctx, LINK_EXPANSIONS)
    return Outcome("created", ctx.table("external_system_link").add(_values(ctx, ctx.body)))


def copy(ctx: Context) -> Outcome:
    """A new link with the ends of the link in the path, where the body does not name its own.

    Source: the API's own description; that the ends may be left out is inferred from Name being required.
    """
    options.expansions(ctx, LINK_EXPANSIONS)
    values = _values(ctx, _with_ends_of(ctx.found(), ctx.body))
    return Outcome("created", ctx.table("external_system_link").add(values))


def switch(ctx: Context) -> Outcome:
    """The link, enabled or disabled; nothing else can be changed."""
    options.expansions(ctx, LINK_EXPANSIONS)
    changed = {"Enabled": ctx.body["Enabled"]}
    return Outcome("updated", ctx.table("external_system_link").change(ctx.found(), changed))


def delete(ctx: Context) -> Outcome:
    """Forget the link, and with ``keepReferences=false`` its events and tickets too.

    Source: https://help.catchsoftware.com/x/8QUf
    """
    link = ctx.found()
    forget(ctx, link, keep_references=ctx.query["keepReferences"])
    return Outcome("deleted", link)


def forget(ctx: Context, link: Record, *, keep_references: bool) -> None:
    """Forget one link, and unless they are to be kept everything that refers to it."""
    ctx.table("external_system_link").drop(link)
    if keep_references:
        return
    for name in ("system_event", "ticket"):
        table = ctx.table(name)
        for one in table.where(LinkId=link["Id"]):
            table.drop(one)


def faults(ctx: Context, body: Json) -> Sequence[Broken]:
    """What no schema can say of a new link: do its ends exist, and do they fit together?"""
    return list(_faults(ctx.site, body))


def faults_of_copy(ctx: Context, body: Json) -> Sequence[Broken]:
    """The same for a copy, which takes the ends it does not name from the link in the path."""
    link = ctx.found()
    found = list(_faults(ctx.site, _with_ends_of(link, body)))
    named = member(body, "CopyFromLinkId")
    if named is not None and str(named).lower() != link["Id"]:
        found.append(fault(("CopyFromLinkId",), named, "CopyFromLinkId must be the link in the address."))
    return found


def field(ctx: Context) -> Outcome:
    """The values of one field at the other end of the link: ``{"Identifier": "1", "Text": "High"}``.

    ``query`` is a part of the text, or with ``valuesqry`` identifiers separated by ``|``.
    Raises Problem("not_found") for a field that the external system does not have.
    """
    system = ctx.table("external_system").get(ctx.found()["ExternalSystemId"]) or {}
    wanted = str(ctx.path["fieldName"]).lower()
    values = next((one for name, one in system.get("Fields", {}).items() if name.lower() == wanted), None)
    if values is None:
        raise Problem("not_found", title="Field", resource="field", id=ctx.path["fieldName"])
    text = str(ctx.query.get("query") or "").lower()
    if ctx.query.get("valuesqry"):
        ids = {one.strip() for one in text.split("|")}
        kept = [one for one in values if one["Identifier"].lower() in ids]
    else:
        kept = [one for one in values if text in one["Text"].lower()]
    return lists.selected(ctx, kept, lambda _, value: value, "external_system_links#FieldValue")


def seeded(site: Site, values: Record) -> Record:
    """A link given by a person: its ids in lower case, its ends filled in. Raises Problem."""
    system = site.table("external_system").find(str(values.get("ExternalSystemId")))
    project = site.table("project").find(str(values.get("ProjectId")))
    if system is None or project is None:
        name = "ExternalSystemId" if system is None else "ProjectId"
        raise Problem.field(name, f"'{name}' must name a stored record, not {values.get(name)!r}")
    keys = [one["Key"] for one in site.table("external_source")]
    if values.get("Type") not in keys:
        raise Problem.field("Type", f"'Type' must be one of {', '.join(keys)}, not {values.get('Type')!r}")
    there = values.get("DefectTrackerProjectId") or system["Name"]
    source = {"Key": values.get("Type"), "Id": None, "FieldValues": {"ProjectId": project["Id"]}}
    destination = {"Key": DESTINATION, "Id": system["Id"], "FieldValues": {"ProjectId": there}}
    ends = {"Source": source, "Destination": destination}
    return {**ends, **values, "ExternalSystemId": system["Id"], "ProjectId": project["Id"]}


def _faults(site: Site, body: Json) -> Iterator[Broken]:
    key, project = member(body, "Source", "Key"), member(body, "Source", "FieldValues", "ProjectId")
    system_id = member(body, "Destination", "Id")
    keys = [one["Key"] for one in site.table("external_source")]
    if key not in keys:
        yield fault(("Source", "Key"), key, f"Source.Key must be one of {', '.join(keys)}.")
    if not isinstance(project, str) or site.table("project").find(project) is None:
        yield fault(("Source", "FieldValues", "ProjectId"), project)
    if member(body, "Destination", "Key") != DESTINATION:
        path = ("Destination", "Key")
        yield fault(path, member(body, *path), f"Destination.Key must be {DESTINATION}.")
    if member(body, "Destination", "FieldValues", "ProjectId") in (None, ""):
        yield fault(("Destination", "FieldValues", "ProjectId"), None)
    system = site.table("external_system").find(system_id) if isinstance(system_id, str) else None
    if system is None:
        yield fault(("Destination", "Id"), system_id)
        return
    kind = site.table("external_system_type").find(system["Type"]) or {}
    if key in keys and key not in kind.get("SourceKeys", ()):
        text = f"A link of type {key} is not compatible with {system['Name']}."
        yield fault(("Destination",), None, text)


def _values(ctx: Context, body: Json) -> dict[str, Json]:
    """The record of a new link; ``body`` has passed ``faults``."""
    source, destination = body["Source"], body["Destination"]
    system = ctx.table("external_system").find(destination["Id"]) or {}
    project = ctx.table("project").find(source["FieldValues"]["ProjectId"]) or {}
    there = str(destination["FieldValues"]["ProjectId"])
    packages = {name: source["FieldValues"].get(name) for name in PACKAGES}
    if source["Key"] == "Incident":
        packages["DefectTrackerProjectId"] = there
    return {
        "ExternalSystemId": system["Id"],
        "ProjectId": project["Id"],
        "Type": source["Key"],
        "Name": body.get("Name"),
        "Enabled": body.get("Enabled", True),
        **packages,
        "Source": source,
        "Destination": destination,
    }


def _with_ends_of(link: Record, body: Json) -> Json:
    if not isinstance(body, dict):
        return body
    return {"Source": link["Source"], "Destination": link["Destination"], **body}
