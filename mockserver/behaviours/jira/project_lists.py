"""Lists of the projects that a caller may see.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get
"""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.behaviours.jira import paged, projects, rights, viewings
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Record

LIVE = "live"
MOST_RECENT = 20
# What ``action`` asks for, as permissions of which one must be held.
ACTIONS = {
    "view": (rights.BROWSE, "ADMINISTER_PROJECTS"),
    "browse": (rights.BROWSE,),
    "edit": ("ADMINISTER_PROJECTS",),
    "create": ("CREATE_ISSUES",),
}


def everything(ctx: Context) -> Outcome:
    """All projects that the caller may see, by key.

    ``recent``: no more than that many, nor than twenty, those in which the caller was lately before others.
    """
    found = sorted(_permitted(ctx, "view"), key=lambda one: one["key"])
    wanted = ctx.query.get("recent")
    if wanted is None:
        return Outcome("ok", found, many=True)
    places = {row: at for at, row in enumerate(viewings.recent(ctx))}
    found.sort(key=lambda one: places.get(one["id"], len(places)))
    return Outcome("ok", found[: min(max(0, wanted), MOST_RECENT)], many=True)


def search(ctx: Context) -> Outcome:
    """The projects that the query asks for and the caller may see, in the order it asks for."""
    query = ctx.query
    found = paged.matching(query.get("query"), _permitted(ctx, query["action"]), "name", "key")
    if query.get("id"):
        found = [one for one in found if int(one["id"]) in query["id"]]
    if query.get("keys"):
        found = [one for one in found if one["key"] in {key.upper() for key in query["keys"]}]
    if query.get("typeKey"):
        found = [one for one in found if one["projectTypeKey"] in query["typeKey"].split(",")]
    if query.get("categoryId") is not None:
        wanted = None if query["categoryId"] == -1 else str(query["categoryId"])
        found = [one for one in found if one.get("projectCategory") == wanted]
    if query.get("status") and LIVE not in query["status"]:
        found = []
    return Outcome("ok", paged.ordered(ctx, found, _orders(ctx)), many=True)


def _permitted(ctx: Context, action: str) -> Iterator[Record]:
    held = rights.Rights(ctx)
    for one in ctx.table("project"):
        if any(held.within(permission, one) for permission in ACTIONS[action]):
            yield one


def _orders(ctx: Context) -> dict[str, paged.Key]:
    names = {one["id"]: one["name"].casefold() for one in ctx.table("project_category")}

    def owner(project: Record) -> Json:
        user = ctx.table("user").get(project["lead"])
        return None if user is None else str(user["displayName"]).casefold()

    return {
        "category": lambda one: names.get(one.get("projectCategory")),
        "key": lambda one: one["key"],
        "name": paged.text("name"),
        "owner": owner,
        "issueCount": lambda one: projects.insight(ctx, one)["totalIssueCount"],
        "lastIssueUpdatedDate": lambda one: projects.insight(ctx, one).get("lastIssueUpdateTime"),
        "archivedDate": lambda one: None,
        "deletedDate": lambda one: None,
    }
