"""What can be set where, out of what create and edit take: createmeta, editmeta, fields of transitions.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-get
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from mockserver.behaviours.jira import custom_fields, projects, screens, workflow
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.new_issues import MANDATORY
from mockserver.behaviours.jira.rights import Rights
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

MOST = 200
BESIDE_VERBS: Mapping[str, list[str]] = {
    "comment": ["add", "edit", "remove"],
    "worklog": ["add", "remove"],
    "issuelinks": ["add"],
}
Allowed = Callable[[Context, str], Iterable[Json]]


def created_with(ctx: Context) -> Outcome:
    """All projects in which the caller can create issues, with their types, and with fields if expanded.

    What the filters name and does not exist is passed over.
    """
    query = ctx.query
    expand = str(query.get("expand") or "")
    found = []
    for project in ctx.table("project"):
        ids, keys = query.get("projectIds") or (), query.get("projectKeys") or ()
        wanted = not (ids or keys) or project["id"] in ids or project["key"].casefold() in _folded(keys)
        if wanted and _may_create(ctx, project):
            kinds = [_type(ctx, project, one, "fields" in expand) for one in _types(ctx, project, query)]
            found.append(_project(ctx, project, kinds))
    return whole({"expand": "projects", "projects": found})


def types(ctx: Context) -> Outcome:
    """One page of the issue types that can be created in the project."""
    project = _creatable(ctx)
    kinds = [ctx.view("issue_type", one) for one in projects.issue_types(ctx.site, project)]
    return _page(ctx, "issueTypes", kinds)


def fields_of_type(ctx: Context) -> Outcome:
    """One page of the fields with which an issue of the type can be created in the project."""
    project = _creatable(ctx)
    kind = ctx.table("issue_type").get(ctx.path["issueTypeId"])
    if kind is None or kind not in projects.issue_types(ctx.site, project):
        raise Problem("no_create_type", diagnosis="no such issue type", id=ctx.path["issueTypeId"])
    found = [{**one, "fieldId": name} for name, one in for_create(ctx, project, kind).items()]
    return _page(ctx, "fields", found)


def edited_with(ctx: Context) -> Outcome:
    """The fields of the issue that the caller can edit: none without the permission to edit it."""
    screens.overridden(ctx)
    return whole({"fields": for_edit(ctx, ctx.found())})


def for_create(ctx: Context, project: Record, kind: Record) -> dict[str, Json]:
    """The fields that an issue of this type can be created with, described, by id."""
    names = screens.for_type(ctx.site, screens.for_create(ctx.site, project["id"]), kind)
    names = screens.permitted(ctx, names, project)
    required = {*MANDATORY, *screens.screen_of(ctx.site, project["id"])["required"]}
    if kind.get("subtask"):
        required.add("parent")
    return {name: described(ctx, name, project["id"], None, name in required, kind) for name in names}


def for_edit(ctx: Context, issue: Record) -> dict[str, Json]:
    """The fields of an issue that the caller can edit, described, by id."""
    project = ctx.table("project").get(issue["project"])
    if project is None or not Rights(ctx).within("EDIT_ISSUES", project, issue):
        return {}
    kind = ctx.table("issue_type").get(issue["fields"]["issuetype"]) or {}
    hidden = bool(ctx.query.get("overrideScreenSecurity"))
    names = screens.for_type(ctx.site, screens.for_edit(ctx.site, project["id"], hidden=hidden), kind)
    names = screens.permitted(ctx, names, project, issue)
    required = {"issuetype", "summary", *screens.screen_of(ctx.site, project["id"])["required"]}
    return {name: described(ctx, name, project["id"], issue, name in required) for name in names}


def described(
    ctx: Context, name: str, project: str, issue: Record | None, required: bool, kind: Record | None = None
) -> dict[str, Json]:
    """What a client must know to set a field: its schema, verbs and allowed values."""
    declared = ctx.table("field").get(name) or {"name": name, "schema": {"type": "any"}, "key": name}
    field = custom_fields.field_of(ctx.site, name)
    verbs = BESIDE_VERBS.get(name) if field is None else list(field.verbs)
    document: dict[str, Json] = {
        "required": required,
        "schema": declared["schema"],
        "name": declared["name"],
        "key": declared["key"] or name,
        "hasDefaultValue": issue is None and name in DEFAULTS,
        "operations": verbs or ["set"],
    }
    if name == "issuetype" and kind is not None:
        document["allowedValues"] = [ctx.view("issue_type", kind)]
    elif name == "issuetype" and issue is not None:
        kinds = _types_of_project(ctx, project)
        document["allowedValues"] = [one for one in kinds if workflow.fits(ctx.site, issue, one["id"])]
    elif name in ALLOWED:
        document["allowedValues"] = list(ALLOWED[name](ctx, project))
    elif (own := custom_fields.kind_of(declared)) is not None and own.options:
        document["allowedValues"] = _options(ctx, name)
    elif own is not None and "version" in (own.type, own.items):
        document["allowedValues"] = list(ALLOWED["versions"](ctx, project))
    if issue is None and name == "priority":
        usual = [one for one in ctx.table("priority") if one.get("isDefault")]
        document["defaultValue"] = ctx.view("priority", usual[0]) if usual else None
    if name in ADDRESSES:
        document["autoCompleteUrl"] = f"{ctx.api}{ADDRESSES[name]}"
    return document


def _options(ctx: Context, name: str) -> list[Json]:
    """The options that can be chosen, each with those below it."""
    rows = ctx.table("field_option").where(field=name)
    found = []
    for one in rows:
        if one["optionId"] or one["disabled"]:
            continue
        document = custom_fields.option_shown(ctx, one)
        below = [two for two in rows if two["optionId"] == one["id"] and not two["disabled"]]
        if below:
            document["children"] = [custom_fields.option_shown(ctx, two) for two in below]
        found.append(document)
    return found


def _views(resource: str) -> Allowed:
    return lambda ctx, project: [ctx.view(resource, one) for one in ctx.table(resource)]


def _in_project(resource: str) -> Allowed:
    """The records of a project; none where this server has no such records."""

    def found(ctx: Context, project: str) -> list[Json]:
        if resource not in ctx.site.service.resources:
            return []
        rows = ctx.table(resource).where(project=project)
        return [ctx.view(resource, one) for one in rows if not one.get("archived")]

    return found


def _this_project(ctx: Context, project: str) -> list[Json]:
    found = ctx.table("project").get(project)
    return [] if found is None else [projects.brief(ctx, found)]


def _types_of_project(ctx: Context, project: str) -> list[Json]:
    found = ctx.table("project").get(project)
    return (
        []
        if found is None
        else [ctx.view("issue_type", one) for one in projects.issue_types(ctx.site, found)]
    )


ALLOWED: Mapping[str, Allowed] = {
    "project": _this_project,
    "issuetype": _types_of_project,
    "priority": _views("priority"),
    "resolution": _views("resolution"),
    "components": _in_project("component"),
    "fixVersions": _in_project("version"),
    "versions": _in_project("version"),
}
DEFAULTS = frozenset({"priority", "reporter"})
ADDRESSES: Mapping[str, str] = {
    "assignee": "/user/assignable/search?query=",
    "reporter": "/user/recommend?context=Reporter&query=",
    "labels": "/label?query=",
    "issuelinks": "/issue/picker?showSubTaskParent=true&showSubTasks=true&query=",
}


def _types(ctx: Context, project: Record, query: Mapping[str, Json]) -> list[Record]:
    ids, names = query.get("issuetypeIds") or (), query.get("issuetypeNames") or ()
    return [
        one
        for one in projects.issue_types(ctx.site, project)
        if not (ids or names) or one["id"] in ids or one["name"].casefold() in _folded(names)
    ]


def _type(ctx: Context, project: Record, kind: Record, fields: bool) -> Json:
    document = dict(ctx.view("issue_type", kind))
    if fields:
        document["expand"] = "fields"
        document["fields"] = for_create(ctx, project, kind)
    return document


def _project(ctx: Context, project: Record, kinds: list[Json]) -> dict[str, Json]:
    shown = projects.brief(ctx, project)
    names = ("self", "id", "key", "name", "avatarUrls")
    return {"expand": "issuetypes", **{name: shown[name] for name in names}, "issuetypes": kinds}


def _creatable(ctx: Context) -> Record:
    """The project that the path names. Raises Problem where the caller cannot create issues in it."""
    project = ctx.parents["project"]
    if not _may_create(ctx, project):
        raise Problem("no_create_project", diagnosis="the caller lacks CREATE_ISSUES", id=project["key"])
    return project


def _may_create(ctx: Context, project: Record) -> bool:
    return ctx.sees("project", project) and Rights(ctx).within("CREATE_ISSUES", project)


def _page(ctx: Context, member: str, found: list[Json]) -> Outcome:
    start, size = max(0, ctx.query["startAt"]), min(max(1, ctx.query["maxResults"]), MOST)
    page = found[start : start + size]
    return whole({"maxResults": size, "startAt": start, "total": len(found), member: page})


def _folded(values: Collection[str]) -> set[str]:
    return {one.casefold() for one in values}
