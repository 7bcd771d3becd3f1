"""The bodies of webhooks: what is told of each kind of event.

Documented is the body of an event about an issue, and of every other one that it holds what the event is
about, in the shape that the API has for it. The shapes of links, sprints, comments and projects are recorded.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#webhook-execution
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mockserver.behaviours.jira import (
    agile,
    attachments,
    categories,
    comments,
    filters,
    issue_view,
    sprint_view,
    users,
    versions,
    worklogs,
)
from mockserver.behaviours.jira.site import address_of
from mockserver.behaviours.jira.webhooks.events import ISSUE_CREATED, ISSUE_DELETED, ISSUE_UPDATED
from mockserver.engine.context import Context
from mockserver.values import Json, Record

About = Mapping[str, Json]
# What the members of a user are without in webhooks, as documented.
PRIVATE = ("locale", "emailAddress", "groups", "applicationRoles")
# Fields of the issue beside a comment, as recorded.
BRIEF = ("summary", "issuetype", "project", "assignee", "priority", "status")
ASSIGNEES = {
    "PROJECT_LEAD": "admin.assignee.type.project.lead",
    "UNASSIGNED": "admin.assignee.type.unassigned",
}


def outside(ctx: Context) -> Context:
    """The same call as the site itself would see it: version 2, the site's own address, nothing asked for."""
    return replace(ctx, base=address_of(ctx), prefix="/rest/api/2", query={}, body=None)


def body(ctx: Context, event: str, about: About) -> dict[str, Json]:
    """The body of a webhook, without the ids of the registrations that it answers."""
    members = MEMBERS[event.removeprefix("jira:").partition("_")[0]]
    moment = int(ctx.now.timestamp() * 1000)
    return {"timestamp": moment, "webhookEvent": event, **members(outside(ctx), event, about)}


def issue(ctx: Context, record: Record) -> dict[str, Json]:
    """An issue as it is shown where nothing is to be expanded."""
    return issue_view.shown(ctx, record, issue_view.Asked())


def actor(ctx: Context) -> dict[str, Json]:
    """The member ``user``: who did it; none for nobody."""
    user = users.by_id(ctx, ctx.caller.user.get("accountId"))
    if user is None:
        return {}
    return {"user": {name: value for name, value in user.items() if name not in PRIVATE}}


def _issue(ctx: Context, event: str, about: About) -> dict[str, Json]:
    found: dict[str, Json] = {"issue_event_type_name": _kind(ctx, event, about), **actor(ctx)}
    if event == ISSUE_DELETED:
        return {**found, "issue": about["document"]}
    found["issue"] = issue(ctx, ctx.table("issue").get(about["issue"]["id"]) or about["issue"])
    if event == ISSUE_UPDATED and about["changes"]:
        items = [item for change in about["changes"] for item in change["items"]]
        found["changelog"] = {"id": about["changes"][-1]["id"], "items": items}
    if about.get("comment") is not None:
        found["comment"] = comments.shown(ctx, about["comment"])
    return found


def _kind(ctx: Context, event: str, about: About) -> str:
    """What Jira's own event is called: an edit, a move through the workflow, a comment and the rest."""
    if event != ISSUE_UPDATED:
        return event.removeprefix("jira:")
    if about.get("kind"):
        return str(about["kind"])
    changed = {item["fieldId"]: item for change in about["changes"] for item in change["items"]}
    if "status" in changed:
        return "issue_generic"
    if ctx.operation.id == "assignIssue":
        return "issue_assigned"
    if (work := changed.get("WorklogId")) is not None:
        gone = "WorklogTimeSpent" in changed
        return "issue_work_logged" if work["to"] else f"issue_worklog_{'deleted' if gone else 'updated'}"
    return "issue_updated"


def _property(ctx: Context, event: str, about: About) -> dict[str, Json]:
    told = {key: about["property"][key] for key in ("key", "value")}
    return {**actor(ctx), "issue": _brief(ctx, about["issue"]), "property": told}


def _comment(ctx: Context, event: str, about: About) -> dict[str, Json]:
    found = {"comment": comments.shown(ctx, about["comment"]), "issue": _brief(ctx, about["issue"])}
    return {**found, "eventType": "primaryAction"}


def _brief(ctx: Context, record: Record) -> dict[str, Json]:
    shown = issue_view.shown(ctx, record, issue_view.Asked(fields=BRIEF))
    return {name: shown[name] for name in ("id", "self", "key", "fields")}


def _worklog(ctx: Context, event: str, about: About) -> dict[str, Json]:
    return {"worklog": worklogs.shown(ctx, about["worklog"])}


def _attachment(ctx: Context, event: str, about: About) -> dict[str, Json]:
    return {"attachment": attachments.shown(ctx, about["attachment"])}


def _link(ctx: Context, event: str, about: About) -> dict[str, Json]:
    link = about["link"]
    kind = ctx.table("issue_link_type").get(link["type"]) or about["kind"]
    told = {
        "id": int(link["id"]),
        "sourceIssueId": int(link["inward"]),
        "destinationIssueId": int(link["outward"]),
        "issueLinkType": {
            "id": int(kind["id"]),
            "name": kind["name"],
            "outwardName": kind["outward"],
            "inwardName": kind["inward"],
            "isSubTaskLinkType": False,
            "isSystemLinkType": False,
        },
        "systemLink": False,
    }
    return {"issueLink": told}


def _issue_type(ctx: Context, event: str, about: About) -> dict[str, Json]:
    return {"issueType": ctx.view("issue_type", about["issue_type"])}


def _project(ctx: Context, event: str, about: About) -> dict[str, Json]:
    project = about["project"]
    address = f"{ctx.base}/secure/projectavatar?pid={project['id']}"
    told = {
        "self": f"{ctx.api}/project/{project['id']}",
        "id": int(project["id"]),
        "key": project["key"],
        "name": project["name"],
        "avatarUrls": users.avatars(address),
        "projectCategory": categories.shown(ctx, project),
        "projectLead": _public(users.by_id(ctx, project["lead"])),
        "assigneeType": ASSIGNEES.get(project["assigneeType"], project["assigneeType"]),
    }
    return {"project": {name: value for name, value in told.items() if value is not None}}


def _public(user: dict[str, Json] | None) -> dict[str, Json] | None:
    return None if user is None else {name: one for name, one in user.items() if name not in PRIVATE}


def _version(ctx: Context, event: str, about: About) -> dict[str, Json]:
    found = {"version": _told(versions.shown(ctx, about["version"]))}
    if about.get("heir") is not None:
        found["mergedTo"] = _told(versions.shown(ctx, about["heir"]))
    return found


def _told(document: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in document.items() if value is not None}


def _filter(ctx: Context, event: str, about: About) -> dict[str, Json]:
    return {"filter": filters.shown(ctx, about["filter"])}


def _user(ctx: Context, event: str, about: About) -> dict[str, Json]:
    return {"user": users.shown(ctx, about["user"])}


def _sprint(ctx: Context, event: str, about: About) -> dict[str, Json]:
    found = {"sprint": sprint_view.shown(ctx, about["sprint"])}
    if about.get("before") is not None:
        found["oldValue"] = sprint_view.shown(ctx, about["before"])
    return found


def _board(ctx: Context, event: str, about: About) -> dict[str, Json]:
    board = about["board"]
    told = {"id": board["id"], "self": agile.address(ctx, "board", board["id"])}
    return {"board": {**told, "name": board["name"], "type": board["type"]}}


def _issue_or_property(ctx: Context, event: str, about: About) -> dict[str, Json]:
    known = (ISSUE_CREATED, ISSUE_UPDATED, ISSUE_DELETED)
    return _issue(ctx, event, about) if event in known else _property(ctx, event, about)


# By the first word of the event's name.
MEMBERS: Mapping[str, Callable[[Context, str, About], dict[str, Json]]] = {
    "issue": _issue_or_property,
    "comment": _comment,
    "worklog": _worklog,
    "attachment": _attachment,
    "issuelink": _link,
    "issuetype": _issue_type,
    "project": _project,
    "version": _version,
    "filter": _filter,
    "user": _user,
    "sprint": _sprint,
    "board": _board,
}
