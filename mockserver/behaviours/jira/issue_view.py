"""An issue as Jira shows it: the fields asked for, each in the form of the version called."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.jira.field_view import field
from mockserver.behaviours.jira.richtext import html_of
from mockserver.engine.context import Context
from mockserver.values import Json, Record

EXPANDABLE = "renderedFields,names,schema"


def shown(ctx: Context, issue: Record) -> dict[str, Json]:
    """An issue with the fields, properties and expansions that the query asks for."""
    chosen = selected(ctx, ctx.query.get("fields") or ["*all"])
    document = {
        "expand": EXPANDABLE,
        "id": issue["id"],
        "self": f"{ctx.api}/issue/{issue['id']}",
        "key": issue["key"],
        "fields": {name: field(ctx, issue, name) for name in chosen},
    }
    catalogue = {one["id"]: one for one in ctx.table("field")}
    expand = {one.strip() for one in str(ctx.query.get("expand") or "").split(",")}
    if "renderedFields" in expand:
        document["renderedFields"] = {name: _rendered(issue, name) for name in chosen}
    if "names" in expand:
        document["names"] = {name: catalogue[name]["name"] for name in chosen}
    if "schema" in expand:
        document["schema"] = {name: catalogue[name]["schema"] for name in chosen}
    if ctx.query.get("properties"):
        document["properties"] = {}
    return document


def selected(ctx: Context, asked: Sequence[str]) -> list[str]:
    """Ids of the fields that ``asked`` names: ``*all``, ``*navigable``, ``x``, ``-x``; others name none.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
    """
    known = {one["id"]: one for one in ctx.table("field")}
    names = [one.strip() for one in asked]
    chosen: dict[str, None] = {}
    if all(name.startswith("-") for name in names):
        chosen = dict.fromkeys(known)
    for name in names:
        if name == "*all":
            chosen.update(dict.fromkeys(known))
        elif name == "*navigable":
            chosen.update(dict.fromkeys(key for key, one in known.items() if one["navigable"]))
        elif name in known:
            chosen[name] = None
    for name in names:
        if name.startswith("-"):
            chosen.pop(name[1:], None)
    return list(chosen)


def _rendered(issue: Record, name: str) -> Json:
    document = issue["fields"].get(name)
    return html_of(document) if document is not None and name in ("description", "environment") else None
