"""What the parts of Jira say when something has happened. It costs nothing while nobody listens.

Records are noted as they are now; how they are told is worked out once the call has succeeded.
"""

from __future__ import annotations

from mockserver.behaviours.jira.webhooks.events import ISSUE_CREATED, ISSUE_UPDATED
from mockserver.engine.context import Context
from mockserver.values import Json, Record

REGISTRATIONS = ("webhook", "dynamic_webhook")
PRIMARY, SECONDARY = "Primary", "Secondary"


def listened(ctx: Context) -> bool:
    """Whether anybody has asked to be told of anything."""
    return any(name in ctx.site.service.resources and len(ctx.table(name)) for name in REGISTRATIONS)


def happened(ctx: Context, event: str, **about: Json) -> None:
    """Note an event; ``about`` holds the records that it is about, by what they are."""
    if listened(ctx):
        ctx.emit(event, **about)


def issue_updated(ctx: Context, issue: Record, change: Record) -> None:
    """Note that an issue changed: once for a request, with all that it changed.

    A new issue is told of as it is in the end, so that its own request updates nothing.
    """
    if not listened(ctx):
        return
    for event, about in ctx.events:
        if event in (ISSUE_CREATED, ISSUE_UPDATED) and about["issue"]["id"] == issue["id"]:
            if event == ISSUE_UPDATED:
                about["changes"].append(change)
            return
    ctx.emit(ISSUE_UPDATED, issue=issue, changes=[change])


def sprint_changed(ctx: Context, before: Record, after: Record) -> None:
    """Note that a sprint was started, closed or otherwise changed."""
    steps = {"active": "sprint_started", "closed": "sprint_closed"}
    moved = before["state"] != after["state"]
    event = steps.get(after["state"], "sprint_updated") if moved else "sprint_updated"
    happened(ctx, event, sprint=after, before=before)


def version_changed(ctx: Context, before: Record, after: Record) -> None:
    """Note that a version was released, taken back, or otherwise changed; both if both were done."""
    names = {name for name in after if after[name] != before.get(name)}
    if "released" in names:
        event = "jira:version_released" if after["released"] else "jira:version_unreleased"
        happened(ctx, event, version=after)
    if not names <= {"released"} or not names:
        happened(ctx, "jira:version_updated", version=after)


def commented(ctx: Context, event: str, comment: Record) -> None:
    """Note what became of a comment; on sites where comments update issues, also that."""
    issue = ctx.table("issue").get(comment["issue"])
    if issue is None or not listened(ctx):
        return
    ctx.emit(event, comment=comment, issue=issue)
    if not ctx.settings["commentsUpdateIssues"]:
        return
    for other, about in ctx.events:
        if other in (ISSUE_CREATED, ISSUE_UPDATED) and about["issue"]["id"] == issue["id"]:
            return
    kind = {"comment_created": "issue_commented", "comment_updated": "issue_comment_edited"}
    name = kind.get(event, "issue_comment_deleted")
    ctx.emit(ISSUE_UPDATED, issue=issue, changes=[], comment=comment, kind=name)
