"""What boards, sprints, epics and the backlog have in common: addresses, moments, refusals, named issues.

Source: https://developer.atlassian.com/cloud/jira/software/rest/intro/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mockserver.behaviours.jira.sight import seeing
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Problem, Record

API = "/rest/agile/1.0"
SPRINT = "customfield_10020"
POINTS = "customfield_10016"
MOST_MOVED = 50
OPEN = ("active", "future")


def as_version_2(ctx: Context) -> Context:
    """The same call as if version 2 of the platform's API had been called: users, types and texts are its."""
    return replace(ctx, prefix="/rest/api/2")


def address(ctx: Context, noun: str, row_id: Json) -> str:
    """The agile address of a board, sprint, epic or issue."""
    return f"{ctx.base}{API}/{noun}/{row_id}"


def stamp(moment: datetime) -> str:
    """A moment as the agile API writes it: in UTC, with milliseconds and Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def moment(value: Json) -> str | None:
    """A given date and time as it is stored; None for none. Raises Refused("bad_moment")."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return stamp(found)
    except (TypeError, ValueError, OverflowError):
        pass
    raise Refused("bad_moment", value=value)


def refusal(site: Site, *words: str | tuple[str, dict[str, Json]], kind: str = "agile_refused") -> Problem:
    """A refusal with a message for each of ``words``: names of sentences, some with values for their gaps."""
    told = [(one, {}) if isinstance(one, str) else one for one in words]
    wrong = [broken(site, "", word, **values) for word, values in told]
    return Problem(kind, broken=wrong, diagnosis="; ".join(one.message for one in wrong))


def named(ctx: Context, names: Iterable[Json]) -> tuple[list[Record], list[Broken]]:
    """The issues with these keys or ids, each once, and a broken rule for each that the caller cannot see."""
    found: dict[str, Record] = {}
    wrong: list[Broken] = []
    sees = seeing(ctx)
    for name in names:
        issue = ctx.table("issue").find(str(name))
        if issue is None or not sees(issue):
            wrong.append(broken(ctx.site, str(name), "issue_unknown", value=name))
        else:
            found[issue["id"]] = issue
    return list(found.values()), wrong


def to_move(ctx: Context) -> list[Record]:
    """The issues that the body names, for a move of all or none.

    Raises Problem("agile_refused") for more than 50, and for each that does not exist.
    """
    names: Sequence[Json] = ctx.body["issues"]
    if len(names) > MOST_MOVED:
        raise refusal(ctx.site, ("too_many_moved", {"limit": MOST_MOVED}))
    issues, wrong = named(ctx, names)
    if wrong:
        raise Problem("agile_refused", broken=wrong, diagnosis="no such issues")
    return issues


def finished(ctx: Context, issue: Record) -> bool:
    """Whether an issue is done: its status is of the category Done, that of a board's last column."""
    status = ctx.table("status").get(issue["fields"].get("status"))
    category = None if status is None else ctx.table("status_category").get(status["category"])
    return category is not None and category["key"] == "done"


def level(ctx: Context, issue: Record) -> int:
    """How high the type of an issue stands: 1 for epics, 0 for most, -1 for sub-tasks."""
    kind = ctx.table("issue_type").get(issue["fields"].get("issuetype"))
    return 0 if kind is None else int(kind.get("hierarchyLevel") or 0)


def sprints_of(ctx: Context, issue: Record) -> list[Record]:
    """The sprints that an issue is or was in, the oldest first."""
    table = ctx.table("sprint")
    return [one for row in issue["fields"].get(SPRINT) or () if (one := table.get(row)) is not None]


def planned(ctx: Context, issue: Record) -> Record | None:
    """The active or future sprint of an issue; an issue has one at most."""
    return next((one for one in sprints_of(ctx, issue) if one["state"] in OPEN), None)


def closed_only(ctx: Context, issue: Record) -> list[int]:
    """The ids of the closed sprints of an issue: what stays when it is moved."""
    return [one["id"] for one in sprints_of(ctx, issue) if one["state"] == "closed"]


def sprint_of_parent(site: Site, fields: Record) -> Json:
    """The value of the field Sprint for a new issue: a sub-task is planned with the issue above it."""
    kind = site.table("issue_type").get(fields.get("issuetype") or "")
    above = site.table("issue").get(fields.get("parent") or "")
    if above is None or kind is None or not kind.get("subtask") or fields.get(SPRINT):
        return fields.get(SPRINT)
    found = [site.table("sprint").get(row) for row in above["fields"].get(SPRINT) or ()]
    return [one["id"] for one in found if one is not None and one["state"] in OPEN] or None
