"""Links between two issues, seen from both ends.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira.field_view import brief, link_head
from mockserver.behaviours.jira.fields import named
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.context import Context, Site
from mockserver.values import Json, Outcome, Problem, Record


def create(ctx: Context) -> Outcome:
    """A link between the two issues of the body; linking the same two again changes nothing."""
    body = ctx.body
    if body.get("comment"):
        raise Problem("not_implemented", operation=f"'comment' in {ctx.operation.id}")
    kind = _kind(ctx, body["type"])
    inward, outward = _issue(ctx, body["inwardIssue"]), _issue(ctx, body["outwardIssue"])
    if not ctx.allowed("LINK_ISSUES"):
        raise Problem("may_not_link", diagnosis="the caller lacks LINK_ISSUES", key=inward["key"])
    if inward["id"] == outward["id"]:
        raise Problem("link_to_itself", diagnosis="both ends are the same issue")
    ends = {"type": kind["id"], "inward": inward["id"], "outward": outward["id"]}
    links = ctx.table("issue_link")
    same = links.where(**ends)
    if not same and any(_count(ctx, one) >= ctx.settings["issueLinkLimit"] for one in (inward, outward)):
        raise Problem("too_many_issue_links", diagnosis="the setting issueLinkLimit")
    link = same[0] if same else links.add(ends)
    return Outcome("created", extra={"id": link["id"]})


def types(ctx: Context) -> Outcome:
    """All issue link types, in the envelope that only this list has."""
    shown = [ctx.view("issue_link_type", one) for one in ctx.table("issue_link_type")]
    return Outcome("ok", {"issueLinkTypes": shown}, ready=True)


def shown(ctx: Context, link: Record) -> dict[str, Json]:
    """A link with both its issues."""
    ends = {
        f"{end}Issue": brief(ctx, issue)
        for end in ("inward", "outward")
        if (issue := ctx.table("issue").get(link[end])) is not None
    }
    return {**link_head(ctx, link), **ends}


def delete(ctx: Context) -> Outcome:
    """Forget the link that the path names; both its issues must be open to linking."""
    link = ctx.found()
    if not ctx.allowed("LINK_ISSUES"):
        raise Problem("no_issue_link", diagnosis="the caller lacks LINK_ISSUES", id=link["id"])
    ctx.table("issue_link").drop(link)
    return Outcome("deleted")


def seeded(site: Site, values: Json) -> Json:
    """A seed record with ids in the place of keys and names. Raises Problem for what does not exist."""
    found = dict(values)
    for end in ("inward", "outward"):
        issue = site.table("issue").find(str(values.get(end)))
        if issue is None:
            raise Problem("invalid", diagnosis=f"'{end}' must name an issue, not {values.get(end)!r}")
        found[end] = issue["id"]
    kind = str(values.get("type"))
    known = [one for one in site.table("issue_link_type") if kind in (one["id"], one["name"])]
    if not known:
        raise Problem("invalid", diagnosis=f"'type' must name an issue link type, not {kind!r}")
    found["type"] = known[0]["id"]
    return found


def _kind(ctx: Context, value: Mapping[str, Json]) -> Record:
    try:
        return named(ctx.site, "issue_link_type", value, "")
    except Refused as refused:
        wanted = refused.values.get("value")
        raise Problem("no_such_link_type", diagnosis="no such link type", name=wanted) from None


def _issue(ctx: Context, value: Mapping[str, Json]) -> Record:
    wanted = value.get("id", value.get("key"))
    found = None if wanted is None else ctx.table("issue").find(str(wanted))
    if found is None:
        raise Problem("no_issue", diagnosis=f"no issue {wanted!r} in this world")
    return found


def _count(ctx: Context, issue: Record) -> int:
    links = ctx.table("issue_link")
    return len(links.where(inward=issue["id"])) + len(links.where(outward=issue["id"]))
