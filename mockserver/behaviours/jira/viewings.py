"""What people looked at, where a request says that it counts (``updateHistory``).

A ``viewing`` is ``{id, issue, user, seen}``, a ``recent_project`` ``{id, project, user, seen}``; one of each
for a user, the latest last.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
"""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Json, Record


def saw(ctx: Context, issue: Record) -> None:
    """Note that the caller looked at an issue and was in its project; nothing for nobody."""
    account = ctx.caller.user.get("accountId")
    if account is not None:
        for one in ctx.table("viewing").where(issue=issue["id"], user=account):
            ctx.table("viewing").drop(one)
        ctx.table("viewing").add({"user": account, "seen": ctx.stamp()}, issue)
        was_in(ctx, issue["project"])


def was_in(ctx: Context, project: str) -> None:
    """Note that the caller was in a project; nothing for nobody."""
    account = ctx.caller.user.get("accountId")
    if account is not None:
        table = ctx.table("recent_project")
        for one in table.where(project=project, user=account):
            table.drop(one)
        table.add({"project": project, "user": account, "seen": ctx.stamp()})


def recent(ctx: Context) -> list[str]:
    """The ids of the projects in which the caller was, the latest first."""
    account = ctx.caller.user.get("accountId")
    return [one["project"] for one in ctx.table("recent_project").where(user=account)][::-1]


def field(ctx: Context, issue: Record) -> Json:
    """The issue's field ``lastViewed``: when the caller looked at it, else what was seeded."""
    account = ctx.caller.user.get("accountId")
    for one in ctx.table("viewing").where(issue=issue["id"], user=account):
        return one["seen"]
    return issue["fields"].get("lastViewed")
