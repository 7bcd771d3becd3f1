"""Issues to be: everything about one is known to be right before anything is stored.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from mockserver.behaviours.jira import (
    agile,
    beside,
    components,
    properties,
    ranks,
    screens,
    watchers,
    workflow,
)
from mockserver.behaviours.jira.changes import Changes, hierarchy, missing, not_assignable, read
from mockserver.behaviours.jira.fields import AUTOMATIC, FIELDS, Speech
from mockserver.behaviours.jira.fields import parent as read_parent
from mockserver.behaviours.jira.fields import project as read_project
from mockserver.behaviours.jira.rich.version import speaks_documents
from mockserver.behaviours.jira.rights import Rights
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Problem, Record

MANDATORY = {"project": "project_unknown", "issuetype": "issuetype_missing", "summary": "summary_missing"}
# What the server works out for itself, and a seed may say.
STATE = (
    "creator", "created", "updated", "status", "resolutiondate", "statuscategorychangedate", "timespent",
    "timeestimate", "timeoriginalestimate", "lastViewed", ranks.RANK,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """An issue that can be created as it is."""

    project: str
    fields: Changes
    deeds: list[beside.Deed]
    properties: list[Record]
    transition: Json = None


def planned(ctx: Context, body: Mapping[str, Json]) -> Plan:
    """The issue that ``body`` asks for. Raises Problem("invalid") with all errors, or may_not_create."""
    project = project_of(ctx.site, body)
    owner = None if project is None else ctx.table("project").get(project)
    settable = screens.permitted(ctx, screens.for_create(ctx.site, project), owner)
    rest, own = beside.split(body)
    changes, wrong = _read(ctx.site, speech(ctx), rest, settable)
    wrong += not_assignable(ctx, changes, owner)
    deeds, also = beside.planned(ctx, None, own)
    kept, unkept = properties.asked(ctx, body)
    also += unkept
    if wrong or also:
        raise _refused([*wrong, *also])
    if owner is not None and not Rights(ctx).within("CREATE_ISSUES", owner):
        raise Problem("may_not_create", diagnosis="the caller lacks CREATE_ISSUES in this project")
    chosen = changes.pop("project")
    fields = _completed(ctx.site, changes, chosen)
    return Plan(chosen, fields, deeds, kept, body.get("transition"))


def stored(ctx: Context, plan: Plan) -> Record:
    """The new issue, with everything that was planned for it but the transition."""
    now, account = ctx.stamp(), ctx.caller.user.get("accountId")
    fields = {"reporter": account, **plan.fields, "creator": account, "created": now, "updated": now}
    fields["statuscategorychangedate"] = now
    fields[ranks.RANK] = ranks.at_the_end(ctx.site)
    issue = ctx.table("issue").add(
        {"project": plan.project, "key": next_key(ctx.site, plan.project), "fields": fields}
    )
    notice.happened(ctx, "jira:issue_created", issue=issue)
    watchers.worked(ctx, issue)
    issue = beside.do(ctx, issue, plan.deeds)
    properties.store(ctx, issue, plan.properties, "issue")
    return issue


def seeded(site: Site, values: Json) -> Json:
    """A seed record with the defaults that a request would get. Raises Problem as a request would.

    Fields are written as in a request, with rich text as text or document; what the server works out for
    itself, such as ``status``, ``creator`` and ``created``, may be given as well. The project may be left
    to the key.
    """
    given = dict(values.get("fields") or {})
    state = {key: given.pop(key) for key in STATE if key in given}
    key = str(values.get("key") or "")
    project = values.get("project") or key.rpartition("-")[0]
    given.setdefault("project", {"key": project} if project else None)
    given.setdefault("issuetype", {"name": "Task"})
    changes, wrong = _read(site, Speech(text=True), {"fields": given}, None)
    if wrong:
        raise _refused(wrong)
    chosen = changes.pop("project")
    fields = {**_completed(site, changes, chosen), **state}
    if "status" in state:
        fields["status"] = _status(site, state["status"])
    _dated(site, fields)
    if fields.get(ranks.RANK) is None:
        fields[ranks.RANK] = ranks.at_the_end(site)
    if not key:
        key = next_key(site, chosen)
    elif key.rpartition("-")[2].isdigit():
        site.ids.taken(f"jira/key/{chosen}", int(key.rpartition("-")[2]))
    return {**values, "key": key, "project": chosen, "fields": fields}


def project_of(site: Site, body: Mapping[str, Json]) -> str | None:
    """The id of the project in which ``body`` wants an issue: its own, else that of the parent."""
    given = body.get("fields") or {}
    try:
        return read_project(site, Speech(), given.get("project"))
    except Refused:
        pass
    try:
        above = site.table("issue").get(read_parent(site, Speech(), given.get("parent")) or "")
    except Refused:
        return None
    return None if above is None else str(above["project"])


def next_key(site: Site, project: str) -> str:
    """The key of the next issue of a project; none is given twice."""
    owner = site.table("project").get(project) or {}
    return f"{owner['key']}-{site.ids.number(f'jira/key/{project}')}"


def assigned(site: Site, fields: Changes, project: str) -> None:
    """Put whom the components, else the project, say in the place of the automatic assignee."""
    if fields.get("assignee") == AUTOMATIC:
        owner, parts = site.table("project").get(project), fields.get("components") or ()
        fields["assignee"] = None if owner is None else components.automatic(site, owner, parts)


def speech(ctx: Context) -> Speech:
    """How the version that was called says values."""
    documents = speaks_documents(ctx)
    return Speech(documents=documents, text=not documents)


def _read(
    site: Site, said: Speech, body: Mapping[str, Json], settable: Collection[str] | None
) -> tuple[Changes, list[Broken]]:
    """The fields of an issue to be, with its project; ``settable`` None: all that there are."""
    project = project_of(site, body)
    changes, wrong = read(site, replace(said, project=project), {}, body, settable)
    if "project" not in changes and project is not None:
        changes["project"] = project
        wrong = [one for one in wrong if one.key != "project"]
    reported = {one.key for one in wrong}
    for key, word in MANDATORY.items():
        if key not in changes and key not in reported:
            wrong.append(broken(site, key, word))
    if not said.seed:
        wrong += missing(site, screens.screen_of(site, project)["required"], changes, reported)
    if not reported & {"parent", "issuetype"}:
        wrong += hierarchy(site, changes.get("project"), changes)
    return changes, wrong


def _completed(site: Site, changes: Changes, project: str) -> Changes:
    """The fields of a new issue: those given over those that every issue has."""
    usual = next((one["id"] for one in site.table("priority") if one.get("isDefault")), None)
    status = workflow.initial(site, project, changes.get("issuetype"))
    fields: Changes = {"status": status, "priority": usual, "labels": [], "assignee": AUTOMATIC, **changes}
    assigned(site, fields, project)
    fields[agile.SPRINT] = agile.sprint_of_parent(site, fields)
    return fields


def _dated(site: Site, fields: Changes) -> None:
    for name in ("created", "updated", "statuscategorychangedate"):
        fields[name] = fields.get(name) or fields.get("created") or site.stamp()
    if fields.get("resolution") is not None:
        fields["resolutiondate"] = fields.get("resolutiondate") or fields["updated"]
    fields["creator"] = fields.get("creator") or site.service.auth.default
    fields.setdefault("reporter", fields["creator"])


def _status(site: Site, value: Json) -> str:
    wanted = value.get("id", value.get("name")) if isinstance(value, Mapping) else value
    for one in site.table("status"):
        if one["id"] == str(wanted) or one["name"].casefold() == str(wanted).casefold():
            return str(one["id"])
    raise Problem("invalid", diagnosis=f"no status {wanted!r}")


def _refused(wrong: list[Broken]) -> Problem:
    """All errors, those of system fields in the order of the fields."""
    order = {key: at for at, key in enumerate(FIELDS)}
    wrong = sorted(wrong, key=lambda one: order.get(one.key, len(order)))
    return Problem("invalid", broken=wrong, diagnosis="the issue cannot be created like this")
