"""Mails about an issue. None is sent: what would have been is kept as a ``notification`` of the issue.

A record is ``{id, issue, author, created, subject, textBody, htmlBody, to, restrict, recipients}``;
recipients are account ids.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-notify-post
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem, Record

SINGLE = ("assignee", "reporter")
MANY = {"watchers": "watcher", "voters": "vote"}


def send(ctx: Context) -> Outcome:
    """Keep the mail and whom it would have reached. Raises Problem if that is nobody."""
    issue = ctx.found()
    if not ctx.settings["outgoingMail"]:
        raise Problem("no_mail", diagnosis="the setting outgoingMail")
    to = ctx.body.get("to") or {}
    wrong = _unknown(ctx, to)
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="'to' names what does not exist")
    recipients = list(dict.fromkeys(_recipients(ctx, issue, to)))
    kept = _restricted(ctx, recipients, ctx.body.get("restrict") or {})
    others = [one for one in kept if one != ctx.caller.user.get("accountId")]
    if not others:
        raise Problem("no_recipients", diagnosis="nobody but the caller would get this mail")
    subject = ctx.body.get("subject") or f"({issue['key']}) {issue['fields'].get('summary')}"
    values = {
        "author": ctx.caller.user.get("accountId"),
        "subject": subject,
        "textBody": ctx.body.get("textBody"),
        "htmlBody": ctx.body.get("htmlBody"),
        "to": to,
        "restrict": ctx.body.get("restrict"),
        "recipients": others,
    }
    ctx.table("notification").add(values, issue)
    return Outcome("created")


def _unknown(ctx: Context, to: Mapping[str, Json]) -> list[Broken]:
    accounts = [one.get("accountId") for one in to.get("users") or ()]
    unknown = [one for one in accounts if one is None or ctx.table("user").get(one) is None]
    return [broken(ctx.site, "users", "user_unknown", value=unknown[0])] if unknown else []


def _recipients(ctx: Context, issue: Record, to: Mapping[str, Json]) -> Iterable[str]:
    for name in SINGLE:
        account = issue["fields"].get(name)
        if to.get(name) and account is not None:
            yield account
    for name, resource in MANY.items():
        if to.get(name):
            yield from (one["user"] for one in ctx.table(resource).under(issue))
    yield from (one["accountId"] for one in to.get("users") or ())
    yield from _members(ctx, to)


def _members(ctx: Context, named: Mapping[str, Json]) -> Iterable[str]:
    """Account ids of everybody in the ``groups`` and ``groupIds`` named."""
    wanted = {one.get("name") for one in named.get("groups") or ()} | set(named.get("groupIds") or ())
    wanted |= {one.get("groupId") for one in named.get("groups") or ()}
    if "group" in ctx.site.service.resources:
        ids = {one.get("groupId"): one["name"] for one in ctx.table("group")}
        wanted |= {ids[one] for one in wanted if one in ids}
    for user in ctx.table("user"):
        if wanted & set(user.get("groups") or ()):
            yield user["accountId"]


def _restricted(ctx: Context, recipients: list[str], restrict: Mapping[str, Json]) -> list[str]:
    """The recipients that are in one of the groups of ``restrict``; its permissions restrict nobody here."""
    if not restrict.get("groups") and not restrict.get("groupIds"):
        return recipients
    members = set(_members(ctx, restrict))
    return [one for one in recipients if one in members]
