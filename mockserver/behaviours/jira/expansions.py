"""What ``expand`` adds to an issue: rendered fields, operations, versions of values.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from mockserver.behaviours.jira import transitions
from mockserver.behaviours.jira.field_view import field
from mockserver.behaviours.jira.rich.shown import to_html
from mockserver.behaviours.jira.rights import Rights
from mockserver.engine.context import Context
from mockserver.values import Json, Record

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Links of the bar above an issue: id, label, title, page, the permission it takes.
BAR = (
    ("edit-issue", "Edit", "Edit this issue", "EditIssue!default.jspa", "EDIT_ISSUES"),
    ("comment-issue", "Add comment", "Comment on this issue", "AddComment!default.jspa", "ADD_COMMENTS"),
    ("assign-issue", "Assign", "Assign this issue to someone", "AssignIssue!default.jspa", "ASSIGN_ISSUES"),
    ("link-issue", "Link", "Link this issue to another", "LinkJiraIssue!default.jspa", "LINK_ISSUES"),
    ("delete-issue", "Delete", "Delete this issue", "DeleteIssue!default.jspa", "DELETE_ISSUES"),
)


def rendered(ctx: Context, issue: Record, name: str) -> Json:
    """A field as HTML or as a date that people read; null for what needs no rendering."""
    declared = ctx.table("field").get(name) or {}
    schema = declared.get("schema") or {}
    value = issue["fields"].get(name)
    if name == "comment":
        return _comments(ctx, issue)
    if value is None:
        return None
    if isinstance(value, dict) and value.get("type") == "doc":
        return to_html(value)
    if schema.get("type") == "datetime":
        return moment(ctx, str(value))
    if schema.get("type") == "date":
        return day(str(value))
    return None


def moment(ctx: Context, stamp: str) -> str:
    """A time in the caller's time zone, as Jira writes it: ``15/Jan/25 9:30 AM``."""
    found = datetime.fromisoformat(stamp).astimezone(_zone(ctx))
    hour = found.hour % 12 or 12
    half = "AM" if found.hour < 12 else "PM"
    return f"{day(found.date().isoformat())} {hour}:{found.minute:02d} {half}"


def day(text: str) -> str:
    """A day as Jira writes it: ``15/Jan/25``."""
    year, month, number = text.split("-")
    return f"{number}/{MONTHS[int(month) - 1]}/{year[2:]}"


def operations(ctx: Context, issue: Record) -> dict[str, Json]:
    """The links above an issue that the caller can follow, the transitions among them."""
    project = ctx.table("project").get(issue["project"])
    rights = Rights(ctx)
    links = [
        _link(at, one[0], one[1], one[2], f"/secure/{one[3]}?id={issue['id']}")
        for at, one in enumerate(BAR)
        if project is not None and rights.within(one[4], project, issue)
    ]
    ways = [
        _link(
            at,
            f"action_id_{one['id']}",
            one["name"],
            one["name"],
            f"/secure/WorkflowUIDispatcher.jspa?id={issue['id']}&action={one['id']}",
        )
        for at, one in enumerate(transitions.listed(ctx, issue))
    ]
    bar = {
        "id": "view.issue.opsbar",
        "links": [],
        "groups": [
            {"id": "opsbar-operations", "weight": 10, "links": links, "groups": []},
            {"id": "opsbar-transitions_all", "weight": 20, "links": ways, "groups": []},
        ],
    }
    return {"linkGroups": [bar]}


def versioned(ctx: Context, issue: Record, names: Iterable[str]) -> dict[str, Json]:
    """Each field under the number of its representation; there is one of each."""
    return {name: {"1": field(ctx, issue, name)} for name in names}


def _link(at: int, name: str, label: str, title: str, address: str) -> dict[str, Json]:
    style = f"issueaction-{name}"
    return {
        "id": name,
        "styleClass": style,
        "label": label,
        "title": title,
        "href": address,
        "weight": at + 1,
    }


def _comments(ctx: Context, issue: Record) -> Json:
    """The comments with their bodies as HTML."""
    page = field(ctx, issue, "comment")
    rows = {one["id"]: one for one in ctx.table("comment").under(issue)}
    shown = [
        {
            **one,
            "body": to_html(rows[one["id"]]["body"]),
            "created": moment(ctx, one["created"]),
            "updated": moment(ctx, one["updated"]),
        }
        for one in page["comments"]
        if one["id"] in rows
    ]
    return {**page, "comments": shown}


def _zone(ctx: Context) -> tzinfo:
    try:
        return ZoneInfo(str(ctx.caller.user.get("timeZone") or "UTC"))
    except (KeyError, ValueError, OSError):
        return UTC
