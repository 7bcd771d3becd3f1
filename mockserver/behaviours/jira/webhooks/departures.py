"""What is told when an issue goes, with everything that goes along with it.

Documented: the issue first, as the primary webhook; its comments, attachments and links as secondary ones.
Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#webhook-concurrency-limiting
"""

from __future__ import annotations

from mockserver.behaviours.jira.webhooks import deliver, documents
from mockserver.behaviours.jira.webhooks.events import ISSUE_DELETED
from mockserver.behaviours.jira.webhooks.notice import PRIMARY, SECONDARY, listened
from mockserver.engine.context import Context
from mockserver.values import Record

BELONGING = ("comment", "worklog", "attachment")


def leaving(ctx: Context, issue: Record, flow: str = PRIMARY) -> None:
    """Note that an issue is about to be forgotten; it is told of as it is now, to those who mean it now."""
    if not listened(ctx):
        return
    matched = deliver.matched(ctx, issue)
    document = documents.issue(documents.outside(ctx), issue)
    ctx.emit(ISSUE_DELETED, issue=issue, document=document, matched=matched, flow=flow)
    for name in BELONGING:
        for one in ctx.table(name).under(issue):
            ctx.emit(f"{name}_deleted", **{name: one}, issue=issue, matched=matched, flow=SECONDARY)
    links = ctx.table("issue_link")
    for link in (*links.where(inward=issue["id"]), *links.where(outward=issue["id"])):
        kind = ctx.table("issue_link_type").get(link["type"])
        ctx.emit("issuelink_deleted", link=link, kind=kind, flow=SECONDARY)
