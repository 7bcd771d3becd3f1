"""What the caller, or somebody else, may do.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.behaviours.jira import rights
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem, Record


def mine(ctx: Context) -> Outcome:
    """The permissions asked for, each with ``havePermission``, at a project or issue that must be visible.

    Without either, a permission of projects is held by whoever holds it in any project.
    """
    wanted = [one.strip() for one in str(ctx.query.get("permissions") or "").split(",") if one.strip()]
    if not wanted:
        raise Problem("permissions_missing", diagnosis="the parameter 'permissions' is required")
    _known(ctx, wanted)
    if ctx.query.get("commentId") is not None and wanted != [rights.BROWSE]:
        raise Problem("comment_permission", diagnosis="with commentId only BROWSE_PROJECTS can be asked for")
    issue = _visible(ctx, "issue", ctx.query.get("issueId") or ctx.query.get("issueKey"), "no_issue")
    project = _visible(
        ctx, "project", ctx.query.get("projectId") or ctx.query.get("projectKey"), "no_project"
    )
    if issue is not None:
        project = ctx.table("project").get(issue["project"])
    held = rights.Rights(ctx)
    known = {one["key"]: one for one in ctx.table("permission")}
    shown: dict[str, Json] = {
        key: {
            **ctx.plain("permission", known[key]),
            "havePermission": _held(held, known[key], project, issue),
        }
        for key in wanted
    }
    return Outcome("ok", {"permissions": shown}, ready=True)


def everything(ctx: Context) -> Outcome:
    """All permissions that there are, by key."""
    shown = {one["key"]: ctx.plain("permission", one) for one in ctx.table("permission")}
    return Outcome("ok", {"permissions": shown}, ready=True)


def check(ctx: Context) -> Outcome:
    """Which of the permissions asked for are held, globally and for which projects and issues.

    ``accountId`` asks about somebody else, which takes the permission ADMINISTER.
    """
    body = ctx.body
    account = body.get("accountId")
    held = rights.Rights(ctx)
    if account is not None and account != ctx.caller.user.get("accountId"):
        user = ctx.table("user").get(account)
        if not ctx.allowed("ADMINISTER") or user is None:
            raise Problem("forbidden", diagnosis="only administrators ask about others, and about users")
        held = rights.Rights(ctx, rights.person(user))
    asked = body.get("projectPermissions") or []
    _known(
        ctx, [*(body.get("globalPermissions") or ()), *(key for one in asked for key in one["permissions"])]
    )
    granted = [
        {
            "permission": key,
            "issues": [one for one in group.get("issues") or () if _in_issue(ctx, held, key, one)],
            "projects": [one for one in group.get("projects") or () if _in_project(ctx, held, key, one)],
        }
        for group in asked
        for key in group["permissions"]
    ]
    globally = [one for one in body.get("globalPermissions") or () if held.globally(one)]
    return Outcome("ok", {"projectPermissions": granted, "globalPermissions": globally}, ready=True)


def permitted(ctx: Context) -> Outcome:
    """The projects in which the caller holds all the permissions asked for."""
    wanted, held = ctx.body["permissions"], rights.Rights(ctx)
    _known(ctx, wanted)
    found = [
        {"id": int(one["id"]), "key": one["key"]}
        for one in ctx.table("project")
        if all(held.within(key, one) for key in wanted)
    ]
    return Outcome("ok", {"projects": found}, ready=True)


def _held(held: rights.Rights, permission: Record, project: Record | None, issue: Record | None) -> bool:
    if permission["type"] == "GLOBAL":
        return held.globally(permission["key"])
    if project is None:
        return held.anywhere(permission["key"])
    return held.within(permission["key"], project, issue)


def _in_issue(ctx: Context, held: rights.Rights, permission: str, number: int) -> bool:
    issue = ctx.table("issue").get(str(number))
    project = None if issue is None else ctx.table("project").get(issue["project"])
    return project is not None and held.within(permission, project, issue)


def _in_project(ctx: Context, held: rights.Rights, permission: str, number: int) -> bool:
    project = ctx.table("project").get(str(number))
    return project is not None and held.within(permission, project)


def _known(ctx: Context, wanted: Iterable[str]) -> None:
    """Raise Problem("unknown_permission") with every key that there is no permission of."""
    known, text = (
        {one["key"] for one in ctx.table("permission")},
        ctx.site.service.words["permission_unknown"],
    )
    unknown = [Broken("query", (key,), key, "enum", text) for key in wanted if key not in known]
    if unknown:
        raise Problem("unknown_permission", broken=unknown, diagnosis="no such permission")


def _visible(ctx: Context, resource: str, wanted: str | None, otherwise: str) -> Record | None:
    if wanted is None:
        return None
    found = ctx.table(resource).find(wanted)
    sees = rights.visible if resource == "issue" else rights.visible_project
    if found is None or not sees(ctx, found):
        raise Problem(otherwise, diagnosis=f"no {resource} {wanted!r} that the caller may see", id=wanted)
    return found
