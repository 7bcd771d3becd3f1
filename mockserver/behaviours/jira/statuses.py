"""Statuses and their categories."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record


def shown(ctx: Context, status: Record) -> dict[str, Json]:
    """A status with its category.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflow-statuses/
    """
    category = ctx.table("status_category").get(status["category"])
    return {
        "self": f"{ctx.api}/status/{status['id']}",
        "description": status.get("description", ""),
        "iconUrl": f"{ctx.base}/images/icons/statuses/generic.png",
        "name": status["name"],
        "id": status["id"],
        "statusCategory": None if category is None else ctx.plain("status_category", category),
    }


def one(ctx: Context) -> Outcome:
    """The status that the path names by id, or by name in any case."""
    wanted = ctx.path["idOrName"]
    found = ctx.table("status").get(wanted)
    if found is None:
        same = [one for one in ctx.table("status") if one["name"].casefold() == wanted.casefold()]
        if not same:
            raise Problem("no_status", diagnosis=f"no status {wanted!r} in this world", id=wanted)
        found = same[0]
    return Outcome("ok", shown(ctx, found), ready=True)


def category(ctx: Context) -> Outcome:
    """The status category that the path names by id or by key.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflow-status-categories/
    """
    wanted = ctx.path["idOrKey"]
    for one in ctx.table("status_category"):
        if wanted in (str(one["id"]), one["key"]):
            return Outcome("ok", ctx.plain("status_category", one), ready=True)
    raise Problem("no_status_category", diagnosis=f"no status category {wanted!r} in this world", id=wanted)
