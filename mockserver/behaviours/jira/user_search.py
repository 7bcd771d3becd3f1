"""Users found by a part of their name or address, and by what they may do.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.behaviours.jira import groups, rights, users
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem, Record, dumps

PICKED_MOST = 1000


def search(ctx: Context) -> Outcome:
    """Active users who match; nobody for callers who may not browse users."""
    _asked(ctx, "query", "accountId", "property")
    return Outcome("ok", _matching(ctx) if _may_browse(ctx) else [], many=True)


def assignable(ctx: Context) -> Outcome:
    """Users who can be assigned issues of the project, or this issue."""
    issue = _issue(ctx, ctx.query.get("issueKey") or ctx.query.get("issueId"))
    project = _place(ctx, issue, ctx.query.get("project"))
    if project is None:
        raise Problem("place_missing", diagnosis="neither project nor issueKey nor issueId is given")
    return Outcome("ok", _holding(ctx, ["ASSIGNABLE_USER"], [project], issue), many=True)


def assignable_in_all(ctx: Context) -> Outcome:
    """Users who can be assigned issues of every project asked for."""
    keys = [one.strip() for one in ctx.query["projectKeys"].split(",") if one.strip()]
    projects = [one for key in keys if (one := _place(ctx, None, key)) is not None]
    if not projects:
        raise Problem("place_missing", diagnosis="projectKeys names no project")
    return Outcome("ok", _holding(ctx, ["ASSIGNABLE_USER"], projects, None), many=True)


def with_permissions(ctx: Context) -> Outcome:
    """Users who hold all the permissions, in the project or for the issue."""
    wanted = [one.strip() for one in ctx.query["permissions"].split(",") if one.strip()]
    known = {one["key"] for one in ctx.table("permission")}
    wrong = [
        Broken("query", (one,), one, "enum", broken(ctx.site, one, "permission_unknown").message)
        for one in wanted
        if one not in known
    ]
    if wrong:
        raise Problem("unknown_permission", broken=wrong, diagnosis="no such permission")
    return _with(ctx, wanted)


def browsing(ctx: Context) -> Outcome:
    """Users who may browse the project or the issue."""
    _asked(ctx, "query", "accountId")
    return _with(ctx, [rights.BROWSE])


def picked(ctx: Context) -> Outcome:
    """Users who match, as a picker shows them."""
    return Outcome("ok", suggestions(ctx), ready=True)


def with_groups(ctx: Context) -> Outcome:
    """Users and groups that match, as a picker shows them.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-group-and-user-picker/
    """
    text = str(ctx.query["query"])
    document = {"users": suggestions(ctx), "groups": groups.suggestions(ctx, text)}
    return Outcome("ok", document, ready=True)


def suggestions(ctx: Context) -> dict[str, Json]:
    """What a picker of users shows."""
    text = str(ctx.query["query"])
    left_out = {*(ctx.query.get("excludeAccountIds") or ()), *(ctx.query.get("exclude") or ())}
    found = [one for one in _matching(ctx) if one["accountId"] not in left_out] if _may_browse(ctx) else []
    shown = []
    for one in found[: max(0, min(ctx.query["maxResults"], PICKED_MOST))]:
        picture = users.avatars(f"{ctx.base}/secure/useravatar?ownerId={one['accountId']}")["16x16"]
        shown.append(
            {
                "accountId": one["accountId"],
                "accountType": one.get("accountType", "atlassian"),
                "html": groups.marked(one["displayName"], text),
                "displayName": one["displayName"],
                "avatarUrl": picture if ctx.query["showAvatar"] else None,
            }
        )
    header = f"Showing {len(shown)} of {len(found)} matching users"
    return {"users": shown, "total": len(found), "header": header}


def matches(user: Record, text: str) -> bool:
    """Whether a name, a word of it or the address begins with ``text``; everybody for no text."""
    folded = text.strip().casefold()
    name = str(user.get("displayName") or "").casefold()
    words = (name, *name.split(), str(user.get("emailAddress") or "").casefold(), user["accountId"])
    return any(one.startswith(folded) for one in words)


def _matching(ctx: Context) -> list[Record]:
    account, text = ctx.query.get("accountId"), str(ctx.query.get("query") or "")
    wanted = ctx.query.get("property")
    found = [
        one
        for one in ctx.table("user")
        if one.get("active", True)
        and (account is None or one["accountId"] == account)
        and (account is not None or matches(one, text))
        and (wanted is None or _has_property(one, wanted))
    ]
    return sorted(found, key=lambda one: str(one["displayName"]).casefold())


def _has_property(user: Record, wanted: str) -> bool:
    """Whether a user has what ``key.path.to.it=value`` says; properties of users come from seeds alone."""
    path, _, text = wanted.partition("=")
    value: Json = user.get("properties")
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    spoken = value if isinstance(value, str) else dumps(value).decode()
    return value is not None and spoken == text


def _with(ctx: Context, permissions: list[str]) -> Outcome:
    issue = _issue(ctx, ctx.query.get("issueKey"))
    project = _place(ctx, issue, ctx.query.get("projectKey"))
    places = list(ctx.table("project")) if project is None else [project]
    return Outcome("ok", _holding(ctx, permissions, places, issue), many=True)


def _holding(
    ctx: Context, permissions: Iterable[str], projects: Iterable[Record], issue: Record | None
) -> list[Record]:
    """Those who match and hold every permission in every project."""
    wanted, places = list(permissions), list(projects)
    kinds = {one["key"]: one["type"] for one in ctx.table("permission")}
    found = []
    for user in _matching(ctx):
        held = rights.Rights(ctx, rights.person(user))
        if all(
            held.globally(one)
            if kinds.get(one) == "GLOBAL"
            else all(held.within(one, place, issue) for place in places)
            for one in wanted
        ):
            found.append(user)
    return found


def _may_browse(ctx: Context) -> bool:
    return rights.Rights(ctx).globally("USER_PICKER")


def _asked(ctx: Context, *names: str) -> None:
    if not any(ctx.query.get(one) is not None for one in names):
        raise Problem("query_missing", diagnosis=f"one of {', '.join(names)} must be given")


def _issue(ctx: Context, wanted: str | None) -> Record | None:
    if wanted is None:
        return None
    found = ctx.table("issue").find(wanted)
    if found is None or not rights.visible(ctx, found):
        raise Problem("no_issue", diagnosis=f"no issue {wanted!r} that the caller may see", id=wanted)
    return found


def _place(ctx: Context, issue: Record | None, wanted: str | None) -> Record | None:
    if wanted is None:
        return None if issue is None else ctx.table("project").get(issue["project"])
    found = ctx.table("project").find(wanted)
    if found is None or not rights.visible_project(ctx, found):
        raise Problem("no_project", diagnosis=f"no project {wanted!r} that the caller may see", id=wanted)
    return found
