"""What a site has on offer for issues: resolutions, priorities, labels."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Record


def resolutions(ctx: Context) -> Outcome:
    """Resolutions with the ids asked for, or only the default one; one page of them.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-resolutions/
    """
    shown = [
        {**ctx.view("resolution", one), "default": one["isDefault"]} for one in _wanted(ctx, "resolution")
    ]
    return Outcome("ok", shown, many=True)


def priorities(ctx: Context) -> Outcome:
    """Priorities with the ids asked for and the name's part, or only the default one; one page of them.

    Every project has all priorities, so ``projectId`` leaves out none; unknown projects are passed over.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-priorities/
    """
    part = str(ctx.query.get("priorityName") or "").casefold()
    found = [one for one in _wanted(ctx, "priority") if part in one["name"].casefold()]
    return Outcome("ok", [ctx.view("priority", one) for one in found], many=True)


def labels(ctx: Context) -> Outcome:
    """Every label that an issue has, in the order of the alphabet; one page of them.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-labels/
    """
    found: set[str] = set()
    for issue in ctx.table("issue"):
        found.update(issue["fields"].get("labels") or ())
    document: list[Json] = sorted(found, key=lambda one: (one.casefold(), one))
    return Outcome("ok", document, many=True)


def _wanted(ctx: Context, resource: str) -> list[Record]:
    ids = ctx.query.get("id") or ()
    return [
        one
        for one in ctx.table(resource)
        if (not ids or one["id"] in ids) and (one["isDefault"] or not ctx.query["onlyDefault"])
    ]
