"""Issues: create, read, edit, delete. A record is ``{id, key, project, fields}``; fields hold ids.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import issue_view, ranks
from mockserver.behaviours.jira.changes import Changes, hierarchy, read
from mockserver.behaviours.jira.fields import AUTOMATIC, FIELDS, Speech
from mockserver.behaviours.jira.rich.version import speaks_documents
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context, Site
from mockserver.values import Broken, Json, Outcome, Problem, Record, dumps

CREATABLE = set(FIELDS)
EDITABLE = CREATABLE - {"project"}
MANDATORY = {"project": "project_unknown", "issuetype": "issuetype_missing", "summary": "summary_missing"}
# What a request may ask besides, and this server does not do yet: refused, not passed over.
UNSERVED = ("transition", "properties")


def create(ctx: Context) -> Outcome:
    """A new issue: ``{id, key, self}``; every broken field is named at once."""
    _served(ctx)
    values = new(ctx.site, _speech(ctx), ctx.body)
    fields, now = values["fields"], ctx.stamp()
    account = ctx.caller.user.get("accountId")
    fields.update(creator=account, created=now, updated=now, statuscategorychangedate=now)
    fields.setdefault("reporter", account)
    issue = ctx.table("issue").add({**values, "key": _next_key(ctx.site, values["project"])})
    document = {"id": issue["id"], "key": issue["key"], "self": f"{ctx.api}/issue/{issue['id']}"}
    return Outcome("created", document, ready=True)


def get(ctx: Context) -> Outcome:
    """The issue that the path names, with the fields asked for."""
    return _shown(ctx, ctx.found())


def edit(ctx: Context) -> Outcome:
    """The issue with its fields changed; shown only where ``returnIssue`` asks for it."""
    if (ctx.query["overrideScreenSecurity"] or ctx.query["overrideEditableFlag"]) and not ctx.allowed(
        "ADMINISTER"
    ):
        raise Problem("forbidden", diagnosis="the override parameters need the permission ADMINISTER")
    _served(ctx)
    issue = ctx.found()
    if not ctx.allowed("EDIT_ISSUES"):
        raise Problem("no_edit_permission", diagnosis="the caller lacks EDIT_ISSUES", key=issue["key"])
    changes, wrong = read(ctx.site, _speech(ctx), issue["fields"], ctx.body, EDITABLE)
    if {"parent", "issuetype"} & changes.keys() and not {one.key for one in wrong} & {"parent", "issuetype"}:
        wrong += hierarchy(ctx.site, issue["project"], {**issue["fields"], **changes})
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the issue cannot be edited like this")
    if changes:
        _assign(ctx.site, changes, issue["project"])
        fields = {**issue["fields"], **changes, "updated": ctx.stamp()}
        issue = ctx.table("issue").change(issue, {"fields": fields})
    return _shown(ctx, issue) if ctx.query["returnIssue"] else Outcome("updated")


def delete(ctx: Context) -> Outcome:
    """Forget the issue, its remote links and links; its subtasks only if ``deleteSubtasks`` says so."""
    issue = ctx.found()
    below = subtasks(ctx.site, issue)
    if below and not ctx.query["deleteSubtasks"]:
        raise Problem("has_subtasks", diagnosis="deleteSubtasks=true would delete them too", key=issue["key"])
    for one in (*below, issue):
        _forget(ctx.site, one)
    return Outcome("deleted")


def seeded(site: Site, values: Json) -> Json:
    """A seed record with the defaults that a request would get. Raises Problem as a request would.

    Fields are written as in a request, with rich text as text or document; ``status``, ``creator``,
    ``created`` and ``updated`` may be given as well. The project may be left to the key.
    """
    given = dict(values.get("fields") or {})
    state = {key: given.pop(key) for key in ("creator", "created", "updated", "status") if key in given}
    key = str(values.get("key") or "")
    project = values.get("project") or key.rpartition("-")[0]
    given.setdefault("project", {"key": project} if project else None)
    given.setdefault("issuetype", {"name": "Task"})
    made = new(site, Speech(text=True), {"fields": given})
    fields = made["fields"]
    status = state.pop("status", None)
    if status is not None:
        fields["status"] = _status(site, status)
    for name in ("created", "updated", "statuscategorychangedate"):
        fields[name] = state.get(name) or state.get("created") or site.stamp()
    fields["creator"] = state.get("creator") or site.service.auth.default
    fields.setdefault("reporter", fields["creator"])
    if not key:
        key = _next_key(site, made["project"])
    elif key.rpartition("-")[2].isdigit():
        site.ids.taken(f"jira/key/{made['project']}", int(key.rpartition("-")[2]))
    return {**values, "key": key, "project": made["project"], "fields": fields}


def new(site: Site, speech: Speech, body: Mapping[str, Json]) -> dict[str, Json]:
    """``{project, fields}`` of an issue to be, with defaults. Raises Problem("invalid") with all errors."""
    changes, wrong = read(site, speech, {}, body, CREATABLE)
    above = changes.get("parent")
    if "project" not in changes and above is not None:
        changes["project"] = (site.table("issue").get(above) or {})["project"]
        wrong = [one for one in wrong if one.key != "project"]
    reported = {one.key for one in wrong}
    for key, word in MANDATORY.items():
        if key not in changes and key not in reported:
            wrong.append(broken(site, key, word))
    if not reported & {"parent", "issuetype"}:
        wrong += hierarchy(site, changes.get("project"), changes)
    if wrong:
        raise Problem("invalid", broken=_in_order(wrong), diagnosis="the issue cannot be created like this")
    project = changes.pop("project")
    return {"project": project, "fields": _completed(site, changes, project)}


def subtasks(site: Site, issue: Record) -> list[Record]:
    """The subtasks of an issue, oldest first."""
    kinds = {one["id"] for one in site.table("issue_type") if one.get("subtask")}
    children = (one for one in site.table("issue") if one["fields"].get("parent") == issue["id"])
    return [one for one in children if one["fields"]["issuetype"] in kinds]


def _completed(site: Site, changes: Changes, project: str) -> Changes:
    """The fields of a new issue: those given over those that every issue has."""
    usual = next((one["id"] for one in site.table("priority") if one.get("isDefault")), None)
    status = next((one["id"] for one in site.table("status")), None)
    fields: Changes = {"status": status, "priority": usual, "labels": [], "assignee": AUTOMATIC, **changes}
    fields[ranks.RANK] = ranks.at_the_end(site)
    _assign(site, fields, project)
    return fields


def _assign(site: Site, fields: Changes, project: str) -> None:
    """Put whom the project says in the place of the automatic assignee."""
    if fields.get("assignee") == AUTOMATIC:
        owner = site.table("project").get(project) or {}
        fields["assignee"] = owner.get("lead") if owner.get("assigneeType") == "PROJECT_LEAD" else None


def _next_key(site: Site, project: str) -> str:
    owner = site.table("project").get(project) or {}
    return f"{owner['key']}-{site.ids.number(f'jira/key/{project}')}"


def _status(site: Site, value: Json) -> str:
    wanted = value.get("id", value.get("name")) if isinstance(value, Mapping) else value
    for one in site.table("status"):
        if one["id"] == str(wanted) or one["name"].casefold() == str(wanted).casefold():
            return str(one["id"])
    raise Problem("invalid", diagnosis=f"no status {wanted!r}")


def _forget(site: Site, issue: Record) -> None:
    links = site.table("issue_link")
    for link in (*links.where(inward=issue["id"]), *links.where(outward=issue["id"])):
        links.drop(link)
    site.table("issue").drop(issue)


def _in_order(wrong: list[Broken]) -> list[Broken]:
    order = {key: at for at, key in enumerate(FIELDS)}
    return sorted(wrong, key=lambda one: order.get(one.key, len(order)))


def _served(ctx: Context) -> None:
    for member in UNSERVED:
        if ctx.body.get(member):
            raise Problem("not_implemented", operation=f"'{member}' in {ctx.operation.id}")


def _shown(ctx: Context, issue: Record) -> Outcome:
    # As bytes: unlike the rest of Cloud, an issue is sent with the fields that are null.
    return Outcome("ok", dumps(issue_view.shown(ctx, issue)), ready=True)


def _speech(ctx: Context) -> Speech:
    documents = speaks_documents(ctx)
    return Speech(documents=documents, text=not documents)
