"""Who watches an issue.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-watchers/
"""

from __future__ import annotations

from mockserver.behaviours.jira import users
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

MANAGE = "MANAGE_WATCHERS"


def listed(ctx: Context) -> Outcome:
    """How many watch the issue, whether the caller does, and who they are if the caller may know."""
    issue = ctx.found()
    watching = ctx.table("watcher").under(issue)
    people = watching if ctx.allowed("VIEW_VOTERS_AND_WATCHERS") else [w for w in watching if _is_me(ctx, w)]
    document = {
        "self": f"{ctx.api}/issue/{issue['key']}/watchers",
        "isWatching": any(_is_me(ctx, one) for one in watching),
        "watchCount": len(watching),
        "watchers": [users.by_id(ctx, one["user"]) for one in people],
    }
    return Outcome("ok", document, ready=True)


def add(ctx: Context) -> Outcome:
    """Let the user whose account id is the body watch; the caller, if there is no body."""
    issue = ctx.found()
    account = ctx.body if isinstance(ctx.body, str) else ctx.caller.user.get("accountId")
    if account is None:
        raise Problem("unauthorized", diagnosis="nobody is known to call, and the body names nobody")
    user = users.named(ctx, account, "no_watching_user")
    _may_manage(ctx, issue, account)
    if not ctx.table("watcher").where(issue=issue["id"], user=user["accountId"]):
        ctx.table("watcher").add({"user": user["accountId"]}, issue)
    return Outcome("created")


def remove(ctx: Context) -> Outcome:
    """Let the user of ``accountId`` watch no longer; nothing happens if they did not."""
    issue = ctx.found()
    account = ctx.query.get("accountId") or ctx.query.get("username")
    if not account:
        raise Problem("watcher_missing", diagnosis="accountId is required")
    user = users.named(ctx, account, "no_watching_user")
    _may_manage(ctx, issue, account)
    for one in ctx.table("watcher").where(issue=issue["id"], user=user["accountId"]):
        ctx.table("watcher").drop(one)
    return Outcome("deleted")


def watching(ctx: Context) -> Outcome:
    """For each issue id of the body whether the caller watches; false for what is not to be seen."""
    found = {}
    for name in ctx.body["issueIds"]:
        issue = ctx.table("issue").get(name)
        seen = issue is not None and ctx.sees("issue", issue)
        found[name] = seen and any(_is_me(ctx, one) for one in ctx.table("watcher").where(issue=name))
    return Outcome("ok", {"issuesIsWatching": found}, ready=True)


def worked(ctx: Context, issue: Record) -> None:
    """Let the caller watch an issue that they make or change, where the site has it so (``autowatch``)."""
    account = ctx.caller.user.get("accountId")
    if (
        ctx.settings["autowatch"]
        and ctx.settings["watchingEnabled"]
        and account is not None
        and not ctx.table("watcher").where(issue=issue["id"], user=account)
    ):
        ctx.table("watcher").add({"user": account}, issue)


def field(ctx: Context, issue: Record) -> Json:
    """The issue's field ``watches``."""
    found = ctx.table("watcher").under(issue)
    return {
        "self": f"{ctx.api}/issue/{issue['key']}/watchers",
        "watchCount": len(found),
        "isWatching": any(_is_me(ctx, one) for one in found),
    }


def _is_me(ctx: Context, record: Record) -> bool:
    return bool(record["user"] == ctx.caller.user.get("accountId"))


def _may_manage(ctx: Context, issue: Record, account: str) -> None:
    if account != ctx.caller.user.get("accountId") and not ctx.allowed(MANAGE):
        raise Problem("may_not_manage_watchers", diagnosis=f"the caller lacks {MANAGE}", key=issue["key"])
