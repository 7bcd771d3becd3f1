"""Links between two issues, seen from both ends.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import comments, history, rights
from mockserver.behaviours.jira.field_view import brief, link_head
from mockserver.behaviours.jira.fields import named
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record


def create(ctx: Context) -> Outcome:
    """A link between the two issues of the body; linking the same two again changes nothing.

    A comment of the same request goes to the outward issue; where it is refused, nothing is linked.
    """
    body = ctx.body
    kind = kind_of(ctx, body["type"])
    inward, outward = issue_of(ctx, body["inwardIssue"]), issue_of(ctx, body["outwardIssue"])
    check(ctx, kind, inward, outward)
    values = None
    if body.get("comment"):
        values, wrong = comments.read(ctx, body["comment"])
        if wrong:
            raise Problem("invalid", broken=wrong, diagnosis="the comment cannot be added")
    link = stored(ctx, kind, inward, outward)
    if values is not None:
        # Linking has changed the issue: comment on it as it is now.
        comments.stored(ctx, issue_of(ctx, {"id": outward["id"]}), values)
    return Outcome("created", extra={"id": link["id"]})


def check(ctx: Context, kind: Record, inward: Record, outward: Record) -> None:
    """Raise Problem if the caller may not link these issues, they are one, or one of them is full."""
    for one in (inward, outward):
        if not _may_link(ctx, one):
            raise Problem("may_not_link", diagnosis="the caller lacks LINK_ISSUES", key=one["key"])
    if inward["id"] == outward["id"]:
        raise Problem("link_to_itself", diagnosis="both ends are the same issue")
    same = ctx.table("issue_link").where(type=kind["id"], inward=inward["id"], outward=outward["id"])
    if not same and any(_count(ctx, one) >= ctx.settings["issueLinkLimit"] for one in (inward, outward)):
        raise Problem("too_many_issue_links", diagnosis="the setting issueLinkLimit")


def stored(ctx: Context, kind: Record, inward: Record, outward: Record) -> Record:
    """The link, told in the history of both issues; the one that was there if there was one."""
    ends = {"type": kind["id"], "inward": inward["id"], "outward": outward["id"]}
    same = ctx.table("issue_link").where(**ends)
    if same:
        return same[0]
    link = ctx.table("issue_link").add(ends)
    notice.happened(ctx, "issuelink_created", link=link, kind=kind)
    for one, far, words in ((inward, outward, kind["outward"]), (outward, inward, kind["inward"])):
        line = history.item(ctx, "issuelinks", None, None, far["key"], f"This issue {words} {far['key']}")
        history.changed(ctx, one, {}, also=[line])
    return link


def forgotten(ctx: Context, link: Record) -> None:
    """Drop a link, told in the history of both issues."""
    ctx.table("issue_link").drop(link)
    kind = ctx.table("issue_link_type").get(link["type"]) or {"inward": "", "outward": ""}
    notice.happened(ctx, "issuelink_deleted", link=link, kind=kind)
    ends = {end: ctx.table("issue").get(link[end]) for end in ("inward", "outward")}
    for end, other in (("inward", "outward"), ("outward", "inward")):
        one, far = ends[end], ends[other]
        if one is not None and far is not None:
            text = f"This issue {kind[other]} {far['key']}"
            history.changed(
                ctx, one, {}, also=[history.item(ctx, "issuelinks", far["key"], text, None, None)]
            )


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


def visible(ctx: Context, link: Record) -> bool:
    """Whether the caller may see both issues of a link."""
    issues = [ctx.table("issue").get(link[end]) for end in ("inward", "outward")]
    return all(one is not None and ctx.sees("issue", one) for one in issues)


def delete(ctx: Context) -> Outcome:
    """Forget the link that the path names; both its issues must be open to linking."""
    link = ctx.found()
    ends = [one for end in ("inward", "outward") if (one := ctx.table("issue").get(link[end])) is not None]
    if not all(_may_link(ctx, one) for one in ends):
        raise Problem("no_issue_link", diagnosis="the caller lacks LINK_ISSUES", id=link["id"])
    forgotten(ctx, link)
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


def kind_of(ctx: Context, value: Mapping[str, Json]) -> Record:
    """The link type that ``{"id": …}`` or ``{"name": …}`` names. Raises Problem("no_such_link_type")."""
    try:
        return named(ctx.site, "issue_link_type", value, "")
    except Refused as refused:
        wanted = refused.values.get("value")
        raise Problem("no_such_link_type", diagnosis="no such link type", name=wanted) from None


def issue_of(ctx: Context, value: Mapping[str, Json]) -> Record:
    """The issue that ``{"id": …}`` or ``{"key": …}`` names. Raises Problem("no_issue")."""
    wanted = value.get("id", value.get("key"))
    found = None if wanted is None else ctx.table("issue").find(str(wanted))
    if found is None or not ctx.sees("issue", found):
        raise Problem("no_issue", diagnosis=f"no issue {wanted!r} in this world")
    return found


def _may_link(ctx: Context, issue: Record) -> bool:
    project = ctx.table("project").get(issue["project"])
    return project is not None and rights.Rights(ctx).within("LINK_ISSUES", project, issue)


def _count(ctx: Context, issue: Record) -> int:
    links = ctx.table("issue_link")
    return len(links.where(inward=issue["id"])) + len(links.where(outward=issue["id"]))
