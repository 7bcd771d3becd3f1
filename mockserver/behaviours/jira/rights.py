"""Who may do what: global permissions by setting, those of projects by permission scheme.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permission-schemes/#about-permission-schemes-and-grants
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from mockserver.behaviours.jira.callers import anonymous_access
from mockserver.engine.context import Context
from mockserver.values import Json, Record

BROWSE = "BROWSE_PROJECTS"
DEFAULT_SCHEME = 0
# Holders that depend on the issue. Where no issue is in sight they hold for everybody, as in Jira.
IN_ISSUE: Mapping[str, str] = {"reporter": "reporter", "assignee": "assignee"}
CUSTOM = ("userCustomField", "groupCustomField")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, or nobody (no account). known: whether grants to everybody who is logged in count."""

    account: str | None
    groups: frozenset[str]
    known: bool


def caller(ctx: Context) -> Who:
    """Who is calling; an anonymous caller of an open site is taken for somebody logged in."""
    if ctx.caller.anonymous:
        return Who(None, frozenset(), anonymous_access(ctx) in ("all", "browse"))
    return person(ctx.caller.user)


def person(user: Record) -> Who:
    """The user of a record; one who is not active is not logged in."""
    return Who(user["accountId"], frozenset(user.get("groups") or ()), user.get("active", True))


class Rights:
    """What one person may do, remembered for as long as one request lasts."""

    def __init__(self, ctx: Context, who: Who | None = None) -> None:
        """``who``: somebody else than the caller, whom the settings about callers do not concern."""
        self._ctx = ctx
        self._who = caller(ctx) if who is None else who
        self._denied: Container[str] = ctx.denied if who is None else ()
        access = anonymous_access(ctx) if who is None and ctx.caller.anonymous else "all"
        self._blind, self._only_browse = access == "none", access != "all"
        self._holders: dict[tuple[str, str], bool | list[Record]] = {}

    def globally(self, permission: str) -> bool:
        """Whether a global permission is held: by its groups where a setting names them, else by all."""
        if permission in self._denied or self._only_browse or not self._who.known:
            return False
        groups = self._ctx.settings["globalPermissions"].get(permission)
        return groups is None or bool(self._who.groups & set(groups))

    def within(self, permission: str, project: Record, issue: Record | None = None) -> bool:
        """Whether a permission of projects is held in this one, or for this issue of it."""
        if self._blind or (self._only_browse and permission != BROWSE) or self._lacks(permission, project):
            return False
        key = (permission, project["id"])
        if key not in self._holders:
            self._holders[key] = self._decided(permission, project)
        found = self._holders[key]
        if isinstance(found, bool):
            return found
        return issue is None or any(self._in_issue(holder, issue) for holder in found)

    def anywhere(self, permission: str) -> bool:
        """Whether a permission of projects is held in any of them; on a site without one, by default."""
        projects = list(self._ctx.table("project"))
        if not projects:
            return permission not in self._denied and self._who.known
        return any(self.within(permission, one) for one in projects)

    def sees(self, issue: Record) -> bool:
        """Whether this issue may be known of."""
        project = self._ctx.table("project").get(issue["project"])
        return project is not None and self.within(BROWSE, project, issue)

    def sees_in(self, project_id: str) -> bool | None:
        """Whether the issues of a project may be known of; None if it depends on the issue."""
        project = self._ctx.table("project").get(project_id)
        if project is None or not self.within(BROWSE, project):
            return False
        return None if isinstance(self._holders[BROWSE, project["id"]], list) else True

    def _lacks(self, permission: str, project: Record) -> bool:
        """Whether the setting ``denied`` takes it away, everywhere or ``in`` this project."""
        within = f" in {project['key']}"
        readonly = permission != BROWSE and f"*{within}" in self._denied
        return readonly or permission in self._denied or permission + within in self._denied

    def _decided(self, permission: str, project: Record) -> bool | list[Record]:
        """Whether it is held whatever the issue, else the holders that an issue decides about."""
        holders = grants(self._ctx, project, permission)
        if holders is None:
            return self._who.known
        if any(self._held(holder, project) for holder in holders):
            return True
        of_issues = [one for one in holders if one["type"] in IN_ISSUE or one["type"] in CUSTOM]
        return of_issues if of_issues and self._who.account is not None else False

    def _held(self, holder: Record, project: Record) -> bool:
        kind, name = holder["type"], holder.get("parameter")
        if kind == "anyone":
            return True
        if kind == "applicationRole":
            return self._who.known
        if kind == "user":
            return name is not None and name == self._who.account
        if kind == "group":
            return name in self._who.groups
        if kind == "projectLead":
            return self._who.account is not None and project["lead"] == self._who.account
        return kind == "projectRole" and in_role(self._ctx, self._who, project, str(name))

    def _in_issue(self, holder: Record, issue: Record) -> bool:
        name = IN_ISSUE.get(holder["type"], str(holder.get("parameter")))
        value: Json = issue["fields"].get(name)
        values = value if isinstance(value, list) else [value]
        return self._who.account in values or bool(self._who.groups.intersection(map(str, values)))


def grants(ctx: Context, project: Record, permission: str) -> list[Record] | None:
    """The holders of a permission in a project; None where the project has no scheme at all."""
    scheme = ctx.table("permission_scheme").get(scheme_of(project))
    if scheme is None:
        return None
    given = ctx.table("permission_grant").where(permission_scheme=scheme["id"], permission=permission)
    return [one["holder"] for one in given]


def scheme_of(project: Record) -> int:
    """The id of a project's permission scheme."""
    found = project.get("permissionScheme")
    return DEFAULT_SCHEME if found is None else int(found)


def in_role(ctx: Context, who: Who, project: Record, role: int | str) -> bool:
    """Whether somebody plays a role in a project, in person or through a group."""
    actors = [
        one for one in ctx.table("role_actor").where(project=project["id"]) if str(one["role"]) == str(role)
    ]
    return any(
        (one.get("user") is not None and one["user"] == who.account) or one.get("group") in who.groups
        for one in actors
    )


def visible(ctx: Context, issue: Record) -> bool:
    """Whether the caller may know of this issue. Of many, ask one ``Rights``."""
    return Rights(ctx).sees(issue)


def visible_project(ctx: Context, project: Record) -> bool:
    """Whether the caller may know of this project: who administers it need not browse it."""
    rights = Rights(ctx)
    return rights.within(BROWSE, project) or rights.within("ADMINISTER_PROJECTS", project)


def administers(ctx: Context, project: Record) -> bool:
    """Whether the caller may change this project."""
    rights = Rights(ctx)
    return rights.within("ADMINISTER_PROJECTS", project) or rights.globally("ADMINISTER")


def holds(ctx: Context, permission: str) -> bool:
    """Whether the caller holds ``permission`` where the call is about: an issue, a project, or the site."""
    known = ctx.table("permission").get(permission)
    if known is not None and known["type"] == "GLOBAL":
        return Rights(ctx).globally(permission)
    issue = ctx.parents.get("issue")
    project = ctx.parents.get("project")
    if issue is not None:
        project = ctx.table("project").get(issue["project"])
    elif project is None and ctx.target is not None and isinstance(ctx.target.get("project"), str):
        project = ctx.table("project").get(ctx.target["project"])
    if project is None:
        return Rights(ctx).anywhere(permission)
    return Rights(ctx).within(permission, project, issue)
