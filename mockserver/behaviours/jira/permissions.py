"""What the caller may do.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem


def mine(ctx: Context) -> Outcome:
    """The permissions asked for, each with ``havePermission``, at a project or issue that must exist."""
    wanted = [one.strip() for one in str(ctx.query.get("permissions") or "").split(",") if one.strip()]
    if not wanted:
        raise Problem("permissions_missing", diagnosis="the parameter 'permissions' is required")
    known = {one["key"]: one for one in ctx.table("permission")}
    unknown = [
        Broken("query", (key,), key, "enum", ctx.site.service.words["permission_unknown"])
        for key in wanted
        if key not in known
    ]
    if unknown:
        raise Problem("unknown_permission", broken=unknown, diagnosis="no such permission")
    if ctx.query.get("commentId") is not None and wanted != ["BROWSE_PROJECTS"]:
        raise Problem("comment_permission", diagnosis="with commentId only BROWSE_PROJECTS can be asked for")
    _exists(ctx, "issue", ctx.query.get("issueId") or ctx.query.get("issueKey"), "no_issue")
    _exists(ctx, "project", ctx.query.get("projectId") or ctx.query.get("projectKey"), "no_project")
    shown: dict[str, Json] = {
        key: {**ctx.plain("permission", known[key]), "havePermission": ctx.allowed(key)} for key in wanted
    }
    return Outcome("ok", {"permissions": shown}, ready=True)


def _exists(ctx: Context, resource: str, wanted: str | None, otherwise: str) -> None:
    if wanted is not None and ctx.table(resource).find(wanted) is None:
        raise Problem(otherwise, diagnosis=f"no {resource} {wanted!r} in this world", id=wanted)
