"""The fields of an issue as Jira shows them, each out of the ids that are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from mockserver.behaviours.jira import (
    attachments,
    comments,
    components,
    custom_fields,
    estimates,
    projects,
    statuses,
    users,
    versions,
    viewings,
    votes,
    watchers,
    worklogs,
)
from mockserver.behaviours.jira.rich.version import spoken
from mockserver.engine.context import Context
from mockserver.values import Json, Record

# Fields that hold the id of a thing, and show nothing but that thing.
NAMED = frozenset(
    {"project", "status", "issuetype", "priority", "resolution", "creator", "reporter", "assignee"}
)
BRIEF = ("summary", "status", "priority", "issuetype")
Show = Callable[[Context, Record], Json]


def field(ctx: Context, issue: Record, name: str) -> Json:
    """One field as shown; null where the issue has none."""
    return showing(ctx, name)(issue)


def showing(ctx: Context, name: str) -> Callable[[Record], Json]:
    """How one field is shown of each issue of a page: what is stored alike is shown alike, and made once."""
    show = SHOWN.get(name)
    if show is not None:
        return _once(ctx, show, name) if name in NAMED else partial(show, ctx)
    declared = ctx.table("field").get(name) if name.startswith("customfield_") else None
    if declared is not None:
        return partial(custom_fields.shown, ctx, declared)
    return lambda issue: issue["fields"].get(name)


def _once(ctx: Context, show: Show, name: str) -> Callable[[Record], Json]:
    """``show``, asked once for each thing that issues name in this field."""
    made: dict[Json, Json] = {}

    def shown(issue: Record) -> Json:
        stored = issue["project"] if name == "project" else issue["fields"].get(name)
        if stored not in made:
            made[stored] = show(ctx, issue)
        return made[stored]

    return shown


def brief(ctx: Context, issue: Record) -> dict[str, Json]:
    """An issue as another one's parent, subtask or link holds it."""
    return {
        "id": issue["id"],
        "key": issue["key"],
        "self": f"{ctx.api}/issue/{issue['id']}",
        "fields": {name: field(ctx, issue, name) for name in BRIEF},
    }


def catalogued(ctx: Context, record: Record) -> dict[str, Json]:
    """A field as the catalogue lists it; the key of a system field is its id."""
    names = (
        "id",
        "key",
        "name",
        "custom",
        "orderable",
        "navigable",
        "searchable",
        "clauseNames",
        "schema",
        "scope",
    )
    found = {**record, "key": record["key"] or record["id"]}
    return {name: found[name] for name in names if name in found}


def link_head(ctx: Context, link: Record) -> dict[str, Json]:
    """A link without its issues."""
    kind = ctx.table("issue_link_type").get(link["type"])
    return {
        "id": link["id"],
        "self": f"{ctx.api}/issueLink/{link['id']}",
        "type": None if kind is None else ctx.view("issue_link_type", kind),
    }


def _viewed(name: str, resource: str) -> Show:
    def show(ctx: Context, issue: Record) -> Json:
        record = ctx.table(resource).get(issue["fields"].get(name) or "")
        return None if record is None else ctx.view(resource, record)

    return show


def _user(name: str) -> Show:
    return lambda ctx, issue: users.by_id(ctx, issue["fields"].get(name))


def _parts(name: str, resource: str, brief: Callable[[Context, Record], Json]) -> Show:
    """The records of a project that an issue holds."""

    def show(ctx: Context, issue: Record) -> Json:
        table = ctx.table(resource)
        held = issue["fields"].get(name) or ()
        return [brief(ctx, one) for key in held if (one := table.get(key)) is not None]

    return show


def _text(name: str) -> Show:
    return lambda ctx, issue: spoken(ctx, issue["fields"].get(name))


def _status(ctx: Context, issue: Record) -> Json:
    record = ctx.table("status").get(issue["fields"]["status"])
    return None if record is None else statuses.shown(ctx, record)


def _project(ctx: Context, issue: Record) -> Json:
    record = ctx.table("project").get(issue["project"])
    return None if record is None else projects.brief(ctx, record)


def _parent(ctx: Context, issue: Record) -> Json:
    record = ctx.table("issue").get(issue["fields"].get("parent") or "")
    return None if record is None else brief(ctx, record)


def _subtasks(ctx: Context, issue: Record) -> Json:
    children = ctx.table("issue").where(**{"fields.parent": issue["id"]})
    if not children:
        return []
    kinds = {one["id"] for one in ctx.table("issue_type") if one.get("subtask")}
    return [brief(ctx, one) for one in children if one["fields"]["issuetype"] in kinds]


def _links(ctx: Context, issue: Record) -> Json:
    """Links, oldest first; each with the issue at its other end."""
    links = ctx.table("issue_link")
    found = {one["id"]: one for end in ("inward", "outward") for one in links.where(**{end: issue["id"]})}
    shown = []
    for link in sorted(found.values(), key=lambda one: int(one["id"])):
        other = "outward" if link["inward"] == issue["id"] else "inward"
        far = ctx.table("issue").get(link[other])
        if far is not None:
            shown.append({**link_head(ctx, link), f"{other}Issue": brief(ctx, far)})
    return shown


SHOWN: Mapping[str, Show] = {
    "project": _project,
    "status": _status,
    "issuetype": _viewed("issuetype", "issue_type"),
    "priority": _viewed("priority", "priority"),
    "resolution": _viewed("resolution", "resolution"),
    "creator": _user("creator"),
    "reporter": _user("reporter"),
    "assignee": _user("assignee"),
    "description": _text("description"),
    "environment": _text("environment"),
    "parent": _parent,
    "subtasks": _subtasks,
    "issuelinks": _links,
    "attachment": attachments.field,
    "comment": comments.field,
    "worklog": worklogs.field,
    "votes": votes.field,
    "watches": watchers.field,
    "lastViewed": viewings.field,
    "progress": estimates.progress,
    "aggregateprogress": estimates.aggregate_progress,
    "timetracking": estimates.timetracking,
    "workratio": estimates.work_ratio,
    **{f"aggregate{name}": estimates.aggregate(name) for name in estimates.STORED},
    "components": _parts("components", "component", components.brief),
    "fixVersions": _parts("fixVersions", "version", versions.brief),
    "versions": _parts("versions", "version", versions.brief),
}
