"""Worklogs: who worked on an issue, when and for how long; the issue's estimates move along.

A record is ``{id, issue, author, updateAuthor, comment, started, timeSpentSeconds, created, updated,
visibility}``.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from mockserver.behaviours.jira import estimates, history, properties, restrictions, users, worktime
from mockserver.behaviours.jira.comments import expanded
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.estimates import REMAINING, SPENT
from mockserver.behaviours.jira.fields import Speech, rich_text
from mockserver.behaviours.jira.rich.version import speaks_documents, spoken
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site, formatted
from mockserver.values import Broken, Json, Outcome, Problem, Record

MOST = 5000
IN_FIELD = 20  # how many the issue's own field holds
SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}[+-]\d{2}[0-5]\d", re.ASCII)


def page(ctx: Context) -> Outcome:
    """One page of the worklogs that the caller may see, by when the work started.

    startedAfter, startedBefore: milliseconds since 1970, both excluded.
    """
    found = under(ctx, ctx.found())
    after, before = ctx.query.get("startedAfter"), ctx.query.get("startedBefore")
    found = [
        one
        for one in found
        if (after is None or milliseconds(one["started"]) > after)
        and (before is None or milliseconds(one["started"]) < before)
    ]
    start, size = max(0, ctx.query["startAt"]), min(max(1, ctx.query["maxResults"]), MOST)
    items = [shown(ctx, one, expanded(ctx)) for one in found[start : start + size]]
    return whole({"startAt": start, "maxResults": size, "total": len(found), "worklogs": items})


def get(ctx: Context) -> Outcome:
    """The worklog that the path names."""
    return whole(shown(ctx, ctx.found(), expanded(ctx)))


def add(ctx: Context) -> Outcome:
    """A new worklog of the caller; what remains of the issue changes as ``adjustEstimate`` says."""
    issue = ctx.found()
    values, wrong = read(ctx, ctx.body)
    spent = values.get("timeSpentSeconds", 0)
    remaining, also = estimates.adjusted(ctx, ctx.query, issue, spent, "reduceBy")
    if wrong or also:
        raise Problem("invalid", broken=[*wrong, *also], diagnosis="the worklog cannot be added")
    if len(ctx.table("worklog").under(issue)) >= ctx.settings["worklogLimit"]:
        raise Problem("too_many_worklogs", diagnosis="the setting worklogLimit")
    return whole(shown(ctx, stored(ctx, issue, values, remaining), expanded(ctx)), "created")


def update(ctx: Context) -> Outcome:
    """The worklog with what the request names over it; a manual adjustment is refused here."""
    worklog, issue = ctx.found(), ctx.parents["issue"]
    restrictions.check_change(ctx, worklog, "edit", "worklog")
    values, wrong = read(ctx, ctx.body, worklog)
    delta = values.get("timeSpentSeconds", worklog["timeSpentSeconds"]) - worklog["timeSpentSeconds"]
    remaining, also = estimates.adjusted(ctx, ctx.query, issue, delta, None)
    if wrong or also:
        raise Problem("invalid", broken=[*wrong, *also], diagnosis="the worklog cannot be edited")
    given = dict(values)
    properties.store(ctx, worklog, given.pop("properties"), "worklog")
    now = {"updateAuthor": ctx.caller.user.get("accountId"), "updated": ctx.stamp()}
    changed = ctx.table("worklog").change(worklog, {**given, **now})
    _moved(ctx, issue, remaining, [history.item(ctx, "WorklogId", worklog["id"], worklog["id"], None, None)])
    notice.happened(ctx, "worklog_updated", worklog=changed, issue=issue)
    return whole(shown(ctx, changed, expanded(ctx)), "updated")


def delete(ctx: Context) -> Outcome:
    """Forget the worklog; what remains of the issue changes as ``adjustEstimate`` says."""
    worklog, issue = ctx.found(), ctx.parents["issue"]
    restrictions.check_change(ctx, worklog, "delete", "worklog")
    spent = worklog["timeSpentSeconds"]
    remaining, wrong = estimates.adjusted(ctx, ctx.query, issue, -spent, "increaseBy")
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the worklog cannot be deleted")
    removed(ctx, issue, worklog, remaining)
    return Outcome("deleted")


def under(ctx: Context, issue: Record) -> list[Record]:
    """The worklogs of an issue that the caller may see, by when the work started."""
    found = [one for one in ctx.table("worklog").under(issue) if restrictions.open_to(ctx, one, issue)]
    return sorted(found, key=lambda one: (one["started"], int(one["id"])))


def field(ctx: Context, issue: Record) -> Json:
    """The issue's field ``worklog``: the first twenty and how many there are."""
    found = under(ctx, issue)
    items = [shown(ctx, one) for one in found[:IN_FIELD]]
    return {"startAt": 0, "maxResults": IN_FIELD, "total": len(found), "worklogs": items}


def shown(ctx: Context, worklog: Record, expand: frozenset[str] = frozenset()) -> dict[str, Json]:
    """A worklog in the form of the version called."""
    spent = worklog["timeSpentSeconds"]
    document = {
        "self": f"{ctx.api}/issue/{worklog['issue']}/worklog/{worklog['id']}",
        "author": users.by_id(ctx, worklog["author"]),
        "updateAuthor": users.by_id(ctx, worklog["updateAuthor"]),
        "comment": spoken(ctx, worklog.get("comment")),
        "created": worklog["created"],
        "updated": worklog["updated"],
        "visibility": worklog.get("visibility"),
        "started": worklog["started"],
        "timeSpent": worktime.spoken(ctx.site, spent),
        "timeSpentSeconds": spent,
        "id": worklog["id"],
        "issueId": worklog["issue"],
    }
    if "properties" in expand:
        document["properties"] = properties.listed(ctx, worklog, "worklog")
    return {key: value for key, value in document.items() if value is not None}


def read(ctx: Context, given: Json, before: Record | None = None) -> tuple[dict[str, Json], list[Broken]]:
    """What a request makes of a worklog, and everything that is wrong with it.

    before: the worklog to be edited; what the request leaves out stays as it was.
    """
    site = ctx.site
    if before is None and not ctx.allowed("WORK_ON_ISSUES"):
        return {}, [broken(site, "worklog", "may_not_log_work")]
    if not isinstance(given, Mapping):
        return {}, [broken(site, "worklog", "not_an_object")]
    documents = speaks_documents(ctx)
    readers: Mapping[str, tuple[str, Callable[[], Json]]] = {
        "timeLogged": ("timeSpentSeconds", lambda: _spent(site, given, before)),
        "started": ("started", lambda: started(site, given["started"])),
        "comment": (
            "comment",
            lambda: rich_text(site, Speech(documents=documents, text=not documents), given["comment"]),
        ),
        "visibility": ("visibility", lambda: restrictions.read(site, given["visibility"])),
        "properties": ("properties", lambda: properties.read(ctx, given.get("properties"))),
    }
    usual = {"started": site.stamp(), "comment": None, "visibility": None}
    values: dict[str, Json] = {} if before is not None else usual
    wrong: list[Broken] = []
    for key, (member, reader) in readers.items():
        if member in usual and given.get(member) is None:
            continue
        try:
            values[member] = reader()
        except Refused as refused:
            wrong.append(broken(site, key, refused.word, **refused.values))
    return values, wrong


def started(site: Site, value: Json) -> str:
    """When work started, in UTC. Raises Refused for anything not written exactly as Jira writes it."""
    if not isinstance(value, str) or not SHAPE.fullmatch(value):
        raise Refused("bad_started", value=value)
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("bad_started", value=value) from None
    return formatted(moment, site.service.dates)


def stored(ctx: Context, issue: Record, values: Mapping[str, Json], remaining: int | None) -> Record:
    """A new worklog out of what ``read`` found; the issue's times move along."""
    author, given = ctx.caller.user.get("accountId"), dict(values)
    kept = given.pop("properties")
    worklog = ctx.table("worklog").add({"author": author, "updateAuthor": author, **given}, issue)
    properties.store(ctx, worklog, kept, "worklog")
    _moved(ctx, issue, remaining, [history.item(ctx, "WorklogId", None, None, worklog["id"], worklog["id"])])
    notice.happened(ctx, "worklog_created", worklog=worklog, issue=issue)
    return worklog


def removed(ctx: Context, issue: Record, worklog: Record, remaining: int | None) -> None:
    """Forget a worklog and remember when; the issue's times move along."""
    ctx.table("worklog").drop(worklog)
    _remember(ctx, worklog)
    text = worktime.spoken(ctx.site, worklog["timeSpentSeconds"])
    items = [
        history.item(ctx, "WorklogId", worklog["id"], worklog["id"], None, None),
        history.item(ctx, "WorklogTimeSpent", str(worklog["timeSpentSeconds"]), text, None, None),
    ]
    _moved(ctx, issue, remaining, items)
    notice.happened(ctx, "worklog_deleted", worklog=worklog, issue=issue)


def forgotten(ctx: Context, issue: Record) -> None:
    """Remember that the worklogs of an issue go with it, which is about to be forgotten."""
    for one in ctx.table("worklog").under(issue):
        _remember(ctx, one)


def seeded(site: Site, values: Json) -> Json:
    """A seed record; ``timeSpent`` as text or seconds, the comment as text or document. Raises Problem."""
    given = {key: value for key, value in values.items() if value is not None and key != "timeSpent"}
    try:
        found = {
            "timeSpentSeconds": _spent(site, values, None),
            "comment": rich_text(site, Speech(text=True), values.get("comment")),
            "visibility": restrictions.read(site, values.get("visibility")),
            "started": started(site, values["started"]) if values.get("started") else site.stamp(),
        }
    except Refused as refused:
        raise Problem("invalid", broken=[broken(site, "worklog", refused.word, **refused.values)]) from None
    author = values.get("author") or site.service.auth.default
    created = values.get("created") or found["started"]
    made = {"author": author, "updateAuthor": author, "created": created, "updated": created}
    return {**made, **given, **found}


def milliseconds(stamp: str) -> int:
    """A stored time in milliseconds since 1970."""
    return round(datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)


def _spent(site: Site, given: Mapping[str, Json], before: Record | None) -> int:
    """The time worked, in whole seconds. Both ways to say it may be used where they say the same."""
    text, number = given.get("timeSpent"), given.get("timeSpentSeconds")
    if text is None and number is None:
        if before is None:
            raise Refused("time_missing")
        return int(before["timeSpentSeconds"])
    found = {worktime.seconds(site, text)} if text is not None else set()
    if number is not None:
        found.add(estimates.whole(int(number) if isinstance(number, str) and number.isdecimal() else number))
    if len(found) > 1:
        raise Refused("time_twice")
    if min(found) < worktime.MINUTE:
        raise Refused("time_short")
    return found.pop()


def _remember(ctx: Context, worklog: Record) -> None:
    ctx.table("deleted_worklog").add({"id": worklog["id"], "deleted": ctx.stamp()})


def _moved(ctx: Context, issue: Record, remaining: int | None, items: list[Record]) -> None:
    total = sum(one["timeSpentSeconds"] for one in ctx.table("worklog").under(issue))
    history.changed(ctx, issue, {REMAINING: remaining, SPENT: total or None}, also=items)
