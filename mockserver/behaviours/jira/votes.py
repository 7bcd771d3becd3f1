"""Votes for issues.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-votes/
"""

from __future__ import annotations

from mockserver.behaviours.jira import users
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record


def get(ctx: Context) -> Outcome:
    """How many voted, whether the caller did, and who they are if the caller may know."""
    issue = ctx.found()
    document = field(ctx, issue)
    if ctx.allowed("VIEW_VOTERS_AND_WATCHERS"):
        voters = [users.by_id(ctx, one["user"]) for one in ctx.table("vote").under(issue)]
        document["voters"] = [one for one in voters if one is not None]
    else:
        document["voters"] = []
    return Outcome("ok", document, ready=True)


def add(ctx: Context) -> Outcome:
    """The caller's vote; voting again changes nothing. Raises Problem for one's own and resolved issues."""
    issue = ctx.found()
    account = _account(ctx)
    _open(issue, account)
    if not ctx.table("vote").where(issue=issue["id"], user=account):
        ctx.table("vote").add({"user": account}, issue)
    return Outcome("created")


def remove(ctx: Context) -> Outcome:
    """Take the caller's vote back. Raises Problem("no_vote") where there is none."""
    issue = ctx.found()
    found = ctx.table("vote").where(issue=issue["id"], user=_account(ctx))
    if not found:
        raise Problem("no_vote", diagnosis="the caller has not voted for this issue")
    ctx.table("vote").drop(found[0])
    return Outcome("deleted")


def field(ctx: Context, issue: Record) -> dict[str, Json]:
    """The issue's field ``votes``."""
    found = ctx.table("vote").under(issue)
    account = ctx.caller.user.get("accountId")
    return {
        "self": f"{ctx.api}/issue/{issue['key']}/votes",
        "votes": len(found),
        "hasVoted": any(one["user"] == account for one in found),
    }


def _account(ctx: Context) -> str:
    account = ctx.caller.user.get("accountId")
    if account is None:
        raise Problem("unauthorized", diagnosis="nobody is known to call, so nobody can vote")
    return str(account)


def _open(issue: Record, account: str) -> None:
    if issue["fields"].get("reporter") == account:
        raise Problem("own_issue", diagnosis="the caller reported this issue")
    if issue["fields"].get("resolution") is not None:
        raise Problem("resolved_issue", diagnosis="the issue is resolved")
