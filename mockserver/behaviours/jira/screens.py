"""Which fields a request may set: those on the screen of the project that the caller may set.

A screen is ``{id, name, fields, required}``; ``fields`` null stands for everything but what only workflows
set. A project names its screen; whoever names none has the default screen.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira.custom_fields import EPIC_LINK, field_of
from mockserver.behaviours.jira.rights import Rights
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Problem, Record

DEFAULT = "1"
ALWAYS = ("project", "issuetype", "summary")
# What a screen without a list leaves out: a resolution is set on the way to Done.
BY_WORKFLOW = frozenset({"resolution"})
# Fields that take a permission beside that of creating or editing.
PERMISSION: Mapping[str, str] = {
    "reporter": "MODIFY_REPORTER",
    "duedate": "SCHEDULE_ISSUES",
    "assignee": "ASSIGN_ISSUES",
    "issuelinks": "LINK_ISSUES",
    "comment": "ADD_COMMENTS",
    "worklog": "WORK_ON_ISSUES",
}
# What only a change of an issue can do: these are kept beside the issue, not in it.
BESIDE = ("comment", "worklog", "issuelinks")


def screen_of(site: Site, project: str | None) -> Record:
    """The screen on which issues of a project are created and edited."""
    owner = site.table("project").get(project or "") or {}
    named = site.table("screen").get(owner.get("screen") or DEFAULT)
    return named or {"id": DEFAULT, "name": "Default Screen", "fields": None, "required": []}


def on_screen(site: Site, screen: Record, extra: tuple[str, ...] = ()) -> list[str]:
    """Ids of the fields on a screen that anything can be done to, in the order of the catalogue."""
    known = [one["id"] for one in site.table("field") if field_of(site, one["id"]) or one["id"] in extra]
    wanted = screen["fields"]
    if wanted is None:
        return [name for name in known if name not in BY_WORKFLOW]
    return [name for name in known if name in wanted or name in ALWAYS]


def for_create(site: Site, project: str | None) -> list[str]:
    """The fields that an issue of this project can be created with."""
    return on_screen(site, screen_of(site, project))


def for_edit(site: Site, project: str, *, hidden: bool = False) -> list[str]:
    """The fields of an issue of this project that can be edited; ``hidden``: whatever its screen says."""
    screen: Record = {"fields": None} if hidden else screen_of(site, project)
    return [name for name in on_screen(site, screen, BESIDE) if name != "project"]


def permitted(
    ctx: Context, names: list[str], project: Record | None, issue: Record | None = None
) -> list[str]:
    """Those of the fields for which the caller has the permission that they take."""
    if project is None:
        return names
    rights = Rights(ctx)
    return [
        name for name in names if name not in PERMISSION or rights.within(PERMISSION[name], project, issue)
    ]


def for_type(site: Site, names: list[str], kind: Record) -> list[str]:
    """Those of the fields that issues of this type have: what has nothing above it has no parent."""
    level = kind.get("hierarchyLevel", 0)
    above = {one.get("hierarchyLevel", 0) for one in site.table("issue_type")}
    return [
        name
        for name in names
        if (name != "parent" or level + 1 in above) and (level == 0 or not is_epic_link(site, name))
    ]


def is_epic_link(site: Site, name: str) -> bool:
    """Whether this is the field that names an epic by its key."""
    declared = site.table("field").get(name)
    return declared is not None and (declared["schema"] or {}).get("custom") == EPIC_LINK


def overridden(ctx: Context) -> None:
    """Raise Problem where the query overrides what it takes an administrator to override."""
    if (ctx.query["overrideScreenSecurity"] or ctx.query["overrideEditableFlag"]) and not ctx.allowed(
        "ADMINISTER"
    ):
        raise Problem("forbidden", diagnosis="the override parameters need the permission ADMINISTER")
