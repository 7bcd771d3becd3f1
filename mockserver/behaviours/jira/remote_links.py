"""How many remote links an issue may have, and which issues are near one of all such limits."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem

# What is counted for each issue: the resource, and the setting with its limit.
LIMITED = {
    "attachment": ("attachment", "attachmentLimit"),
    "comment": ("comment", "commentLimit"),
    "worklog": ("worklog", "worklogLimit"),
    "remoteIssueLinks": ("remote_link", "remoteIssueLinkLimit"),
    "issuelinks": ("issue_link", "issueLinkLimit"),
}
NEAR = 0.9


def listed(ctx: Context) -> Outcome:
    """All remote links of the issue. Raises Problem too_many_remote_links: documented here, not on the write.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/
    """
    links = ctx.table("remote_link").under(ctx.parents["issue"])
    if len(links) > ctx.settings["remoteIssueLinkLimit"]:
        raise Problem("too_many_remote_links", diagnosis="the setting remoteIssueLinkLimit")
    return Outcome("ok", [ctx.view("remote_link", link) for link in links], ready=True)


def limits(ctx: Context) -> Outcome:
    """Issues near or beyond the per-issue limits, by kind: ``{"issuelinks": {"10000": 1999}}``.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-limit-report-get
    """
    known = {kind: ctx.settings[setting] for kind, (_, setting) in LIMITED.items()}
    near: dict[str, Mapping[str, Json]] = {}
    over: dict[str, Mapping[str, Json]] = {}
    for kind, limit in known.items():
        counts = _counts(ctx, kind)
        near[kind] = {name: count for name, count in counts.items() if limit * NEAR <= count <= limit}
        over[kind] = {name: count for name, count in counts.items() if count > limit}
    document = {
        "issuesApproachingLimit": {kind: found for kind, found in near.items() if found},
        "issuesBreachingLimit": {kind: found for kind, found in over.items() if found},
        "limits": known,
    }
    return Outcome("ok", document, ready=True)


def _counts(ctx: Context, kind: str) -> dict[str, int]:
    links = ctx.table("issue_link")
    found = {}
    for issue in ctx.table("issue"):
        if kind == "issuelinks":
            count = len(links.where(inward=issue["id"])) + len(links.where(outward=issue["id"]))
        else:
            count = len(ctx.table(LIMITED[kind][0]).under(issue))
        found[issue["key" if ctx.query["isReturningKeys"] else "id"]] = count
    return found
