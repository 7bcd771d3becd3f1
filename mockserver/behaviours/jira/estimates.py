"""The estimates of an issue in seconds: ``timeoriginalestimate``, ``timeestimate`` (left), ``timespent``.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.behaviours.jira import worktime
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Record

ORIGINAL, REMAINING, SPENT = "timeoriginalestimate", "timeestimate", "timespent"
STORED = (ORIGINAL, REMAINING, SPENT)
SETTABLE = {"originalEstimate": ORIGINAL, "remainingEstimate": REMAINING}
Show = Callable[[Context, Record], Json]


def read(site: Site, value: Json) -> dict[str, int | None]:
    """What a request's ``timetracking`` sets, by stored field. Raises Refused.

    ``{"originalEstimate": "3h", "remainingEstimate": "2h"}``, or in seconds: ``originalEstimateSeconds``.
    """
    if value is None:
        return {ORIGINAL: None, REMAINING: None}
    if not isinstance(value, Mapping):
        raise Refused("not_an_object")
    found: dict[str, int | None] = {}
    for member, field in SETTABLE.items():
        if member in value:
            given = value[member]
            found[field] = None if given in (None, "") else worktime.seconds(site, given)
        elif f"{member}Seconds" in value:
            found[field] = whole(value[f"{member}Seconds"])
    return found


def spread(changes: dict[str, Json], current: Record) -> None:
    """Put the fields that are stored in the place of ``timetracking``; one estimate stands in for another."""
    given = changes.pop("timetracking", None)
    if given is None:
        return
    if given.get(ORIGINAL) is not None and REMAINING not in given and current.get(REMAINING) is None:
        given = {**given, REMAINING: given[ORIGINAL]}
    if given.get(REMAINING) is not None and ORIGINAL not in given and current.get(ORIGINAL) is None:
        given = {**given, ORIGINAL: given[REMAINING]}
    changes.update(given)


def whole(value: Json) -> int:
    """A number of seconds. Raises Refused("bad_duration")."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= worktime.LONGEST:
        raise Refused("bad_duration", value=value)
    return int(value)


def adjusted(
    ctx: Context, query: Mapping[str, Json], issue: Record, delta: int, by: str | None
) -> tuple[int | None, list[Broken]]:
    """What remains after ``delta`` more seconds of work, as ``adjustEstimate`` says, and what is wrong.

    by: the parameter of a manual adjustment, ``reduceBy`` or ``increaseBy``; None where there is none.
    """
    site, how = ctx.site, query.get("adjustEstimate", "auto")
    remaining: int | None = issue["fields"].get(REMAINING)
    if how == "leave":
        return remaining, []
    if how == "new":
        given = query.get("newEstimate")
        if not given:
            return None, [broken(site, "newEstimate", "new_estimate_missing")]
        return _tried(site, "newEstimate", given)
    if how == "manual":
        if by is None:
            return None, [broken(site, "adjustEstimate", "no_manual_adjustment")]
        if not query.get(by):
            return None, [broken(site, by, "adjustment_missing")]
        amount, wrong = _tried(site, by, query[by])
        step = (amount or 0) * (1 if by == "increaseBy" else -1)
        return max(0, (remaining or 0) + step), wrong
    return max(0, (remaining or 0) - delta), []


def timetracking(ctx: Context, issue: Record) -> dict[str, Json]:
    """The field ``timetracking``: what is known, as text and in seconds."""
    fields = issue["fields"]
    names = {"originalEstimate": ORIGINAL, "remainingEstimate": REMAINING, "timeSpent": SPENT}
    known = {name: fields[field] for name, field in names.items() if fields.get(field) is not None}
    texts = {name: worktime.spoken(ctx.site, value) for name, value in known.items()}
    return {**texts, **{f"{name}Seconds": value for name, value in known.items()}}


def progress(ctx: Context, issue: Record) -> dict[str, Json]:
    """The field ``progress``: seconds worked out of all."""
    fields = issue["fields"]
    return _progress(fields.get(SPENT), fields.get(REMAINING))


def aggregate_progress(ctx: Context, issue: Record) -> dict[str, Json]:
    """The same of the issue and its subtasks together."""
    return _progress(aggregate(SPENT)(ctx, issue), aggregate(REMAINING)(ctx, issue))


def aggregate(name: str) -> Show:
    """The sum of a field of an issue and its subtasks; null where none of them has it."""

    def show(ctx: Context, issue: Record) -> Json:
        family = [issue]
        if below := ctx.table("issue").where(**{"fields.parent": issue["id"]}):
            subtasks = {one["id"] for one in ctx.table("issue_type") if one.get("subtask")}
            family += [one for one in below if one["fields"]["issuetype"] in subtasks]
        values = [one["fields"][name] for one in family if one["fields"].get(name) is not None]
        return sum(values) if values else None

    return show


def work_ratio(ctx: Context, issue: Record) -> int:
    """The percentage of the original estimate that was worked; -1 without one."""
    original = issue["fields"].get(ORIGINAL)
    return int((issue["fields"].get(SPENT) or 0) * 100 / original) if original else -1


def _progress(spent: Json, remaining: Json) -> dict[str, Json]:
    done, total = spent or 0, (spent or 0) + (remaining or 0)
    document = {"progress": done, "total": total}
    return {**document, "percent": done * 100 // total} if total else document


def _tried(site: Site, key: str, value: Json) -> tuple[int | None, list[Broken]]:
    try:
        return worktime.seconds(site, value), []
    except Refused as refused:
        return None, [broken(site, key, refused.word, **refused.values)]
