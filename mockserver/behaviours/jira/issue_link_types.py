"""Types of links between issues: what a link is called, seen from either end.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-link-types/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import broken, namesake
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

MEMBERS = ("name", "inward", "outward")


def create(ctx: Context) -> Outcome:
    """A new link type; name and both descriptions are required."""
    _may_administer(ctx)
    wrong = [broken(ctx.site, name, "link_type_member") for name in MEMBERS if not _text(ctx.body.get(name))]
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the link type is not complete")
    _free(ctx, ctx.body["name"], None)
    made = ctx.table("issue_link_type").add(_values(ctx.body))
    return Outcome("created", ctx.view("issue_link_type", made), ready=True)


def update(ctx: Context) -> Outcome:
    """The link type with the members of the body over it."""
    _may_administer(ctx)
    kind = ctx.found()
    given = {name: ctx.body[name] for name in MEMBERS if ctx.body.get(name) is not None}
    wrong = [broken(ctx.site, name, "link_type_member") for name, value in given.items() if not _text(value)]
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="a member of the link type is empty")
    if "name" in given:
        _free(ctx, given["name"], kind)
    changed = ctx.table("issue_link_type").change(kind, _values(given))
    return Outcome("updated", ctx.view("issue_link_type", changed), ready=True)


def delete(ctx: Context) -> Outcome:
    """Forget the link type and all links of it."""
    _may_administer(ctx)
    kind = ctx.found()
    for link in ctx.table("issue_link").where(type=kind["id"]):
        ctx.table("issue_link").drop(link)
        notice.happened(ctx, "issuelink_deleted", link=link, kind=kind, flow=notice.SECONDARY)
    ctx.table("issue_link_type").drop(kind)
    return Outcome("deleted")


def _values(given: Mapping[str, Json]) -> dict[str, str]:
    return {name: given[name].strip() for name in MEMBERS if name in given}


def _text(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _free(ctx: Context, name: str, own: Record | None) -> None:
    """Raise Problem if another type has this name; names are told apart whatever their case."""
    other = namesake(ctx.table("issue_link_type"), name.strip(), own)
    if other is not None:
        raise Problem("link_type_taken", diagnosis="the name is taken", name=other["name"])


def _may_administer(ctx: Context) -> None:
    if not ctx.allowed("ADMINISTER"):
        raise Problem("may_not_administer_link_types", diagnosis="the caller lacks ADMINISTER")
