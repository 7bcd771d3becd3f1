"""Worklogs of all issues together: which were written or deleted since when, and many at once.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import properties, restrictions
from mockserver.behaviours.jira.comments import expanded
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.worklogs import milliseconds, shown
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome

PAGE = 1000


def written(ctx: Context) -> Outcome:
    """Worklogs added or edited since, oldest first: their ids and when."""
    expand = expanded(ctx)
    found = []
    for one in ctx.table("worklog"):
        if restrictions.visible(ctx, one):
            item: dict[str, Json] = _changed(one["id"], one["updated"])
            item["properties"] = properties.listed(ctx, one, "worklog") if "properties" in expand else []
            found.append(item)
    return _page(ctx, found)


def deleted(ctx: Context) -> Outcome:
    """Worklogs deleted since, oldest first: their ids and when."""
    return _page(
        ctx,
        [{**_changed(one["id"], one["deleted"]), "properties": []} for one in ctx.table("deleted_worklog")],
    )


def by_ids(ctx: Context) -> Outcome:
    """Those of the worklogs named that exist and that the caller may see."""
    return whole([shown(ctx, one, expanded(ctx)) for one in restrictions.named(ctx, "worklog")])


def _changed(row_id: str, stamp: str) -> dict[str, Json]:
    return {"worklogId": int(row_id), "updatedTime": milliseconds(stamp)}


def _page(ctx: Context, found: list[dict[str, Json]]) -> Outcome:
    """Up to a thousand after ``since``; what happened within the last minute is not told yet."""
    since = ctx.query["since"]
    latest = round(ctx.now.timestamp() * 1000) - ctx.settings["worklogListDelay"] * 1000
    kept = [one for one in found if since < one["updatedTime"] <= latest]
    kept.sort(key=_when)
    items = kept[:PAGE]
    until = items[-1]["updatedTime"] if items else latest
    here = f"{ctx.call.root}{ctx.call.path}?since="
    document: dict[str, Json] = {
        "values": items,
        "since": since,
        "until": until,
        "self": f"{here}{since}",
        "lastPage": len(kept) <= PAGE,
    }
    if len(kept) > PAGE:
        document["nextPage"] = f"{here}{until}"
    return whole(document)


def _when(item: Mapping[str, Json]) -> tuple[int, int]:
    return item["updatedTime"], item["worklogId"]
