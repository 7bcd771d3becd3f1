"""Sprints: future, then active, then closed; in which of them an issue is.

A record is ``{id, name, state, goal, originBoardId, sequence}`` with four dates, from ``createdDate`` on.
An issue is in one active or future sprint at most. It keeps the closed ones it was in: closing a sprint
changes no issue, and those not finished are in the backlog again, as they are in no active or future one.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.behaviours.jira import agile, sprint_view
from mockserver.behaviours.jira.agile import SPRINT, refusal
from mockserver.behaviours.jira.history import changed
from mockserver.behaviours.jira.rights import Rights
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record

Word = str | tuple[str, dict[str, Json]]
DATES = ("startDate", "endDate")
STATES = ("future", "active", "closed")
# What a closed sprint still takes; other changes are passed over.
AFTER_THE_END = ("name", "goal")
MANAGE = "MANAGE_SPRINTS_PERMISSION"


def listed(ctx: Context) -> Outcome:
    """The sprints of a board in the states asked for: closed, active, future, each in their own order."""
    board = ctx.found()
    needs_sprints(ctx, board)
    wanted = ctx.query.get("state") or STATES
    unknown = [one for one in wanted if one not in STATES]
    if unknown:
        raise refusal(ctx.site, ("sprint_state_unknown", {"value": ", ".join(unknown)}))
    rank = {"closed": 0, "active": 1, "future": 2}
    found = [one for one in ctx.table("sprint").where(originBoardId=board["id"]) if one["state"] in wanted]
    return Outcome("ok", sorted(found, key=lambda one: (rank[one["state"]], one["sequence"])), many=True)


def create(ctx: Context) -> Outcome:
    """A new future sprint. Raises Problem("agile_refused") with everything that is wrong."""
    body = ctx.body
    board = ctx.table("board").get(body["originBoardId"])
    if board is None or not ctx.sees("board", board):
        raise Problem("no_board", diagnosis=f"no board {body['originBoardId']}")
    needs_sprints(ctx, board)
    _may_manage(ctx, board)
    values, wrong = _read(body)
    if not values.get("name"):
        wrong.append("sprint_name")
    wrong += _wrong_dates(values)
    if wrong:
        raise refusal(ctx.site, *wrong)
    sprint = ctx.table("sprint").add(completed(ctx.site, {**values, "originBoardId": board["id"]}))
    notice.happened(ctx, "sprint_created", sprint=sprint)
    return Outcome("created", sprint)


def completed(site: Site, values: Mapping[str, Json]) -> dict[str, Json]:
    """A sprint to be, with what every sprint has."""
    place = site.ids.number("jira/sprint/sequence")
    now = agile.stamp(site.clock.now())
    return {"state": "future", "createdDate": now, **values, "sequence": place}


def replace(ctx: Context) -> Outcome:
    """The sprint as the body says: what it leaves out is unset, but for what no sprint can be without."""
    sprint = ctx.found()
    left_out = {name: None for name in (*DATES, "goal") if name not in ctx.body}
    return _changed(ctx, sprint, {**ctx.body, **left_out})


def merge(ctx: Context) -> Outcome:
    """The sprint with the members of the body over it."""
    return _changed(ctx, ctx.found(), ctx.body)


def delete(ctx: Context) -> Outcome:
    """Forget a sprint; its issues leave it, the open ones for the backlog."""
    sprint = ctx.found()
    _may_manage(ctx, ctx.table("board").get(sprint["originBoardId"]))
    for issue in issues_of(ctx, sprint):
        left = [row for row in issue["fields"][SPRINT] if row != sprint["id"]]
        changed(ctx, issue, {SPRINT: left or None})
    ctx.table("sprint").drop(sprint)
    notice.happened(ctx, "sprint_deleted", sprint=sprint)
    return Outcome("deleted")


def swap(ctx: Context) -> Outcome:
    """Two sprints in each other's places."""
    sprint, other = ctx.found(), ctx.table("sprint").get(ctx.body["sprintToSwapWith"])
    if other is None or not visible(ctx, other):
        raise Problem("no_sprint", diagnosis=f"no sprint {ctx.body['sprintToSwapWith']}")
    _may_manage(ctx, ctx.table("board").get(sprint["originBoardId"]))
    ctx.table("sprint").change(sprint, {"sequence": other["sequence"]})
    ctx.table("sprint").change(other, {"sequence": sprint["sequence"]})
    return Outcome("updated")


def put_into(ctx: Context, issue: Record, sprint: Record | None) -> None:
    """Move an issue, with its sub-tasks, into a sprint or, with None, out of the one it is planned for."""
    for one in (issue, *_below(ctx, issue)):
        kept = agile.closed_only(ctx, one)
        changed(ctx, one, {SPRINT: [*kept, *([] if sprint is None else [sprint["id"]])] or None})


def brought_along(ctx: Context, issue: Record) -> None:
    """Plan the sub-tasks of an issue like the issue itself, whose field Sprint was set."""
    own = agile.planned(ctx, issue)
    for one in _below(ctx, issue):
        kept = agile.closed_only(ctx, one)
        changed(ctx, one, {SPRINT: [*kept, *([] if own is None else [own["id"]])] or None})


def subtasks_among(ctx: Context, issues: Sequence[Record]) -> list[Word]:
    """A refusal for each sub-task: it is planned with the issue above it, never by itself."""
    return [("sprint_of_subtask", {"value": one["key"]}) for one in issues if agile.level(ctx, one) < 0]


def issues_of(ctx: Context, sprint: Record) -> list[Record]:
    """All issues that are or were in a sprint, whoever may see them."""
    return ctx.table("issue").where(**{f"fields.{SPRINT}": sprint["id"]})


def visible(ctx: Context, sprint: Record) -> bool:
    """Whether the caller may see a sprint: that of a board that is gone, or may be seen."""
    board = ctx.table("board").get(sprint["originBoardId"])
    return board is None or ctx.sees("board", board)


def seeded(site: Site, values: Json) -> Json:
    """A seed record with its dates as they are stored. Raises Problem for dates that are none."""
    try:
        dates = {name: agile.moment(values.get(name)) for name in sprint_view.DATES}
    except Refused as refused:
        raise Problem(
            "invalid", diagnosis=f"no date and time with a zone: {refused.values['value']!r}"
        ) from None
    return completed(site, {**values, **dates})


def _changed(ctx: Context, sprint: Record, body: Mapping[str, Json]) -> Outcome:
    board = ctx.table("board").get(sprint["originBoardId"])
    _may_manage(ctx, board)
    values, wrong = _read(body)
    if sprint["state"] == "closed":
        values = {name: value for name, value in values.items() if name in AFTER_THE_END}
        wrong = [one for one in wrong if one == "sprint_name"]
    else:
        wrong += _wrong_dates({**sprint, **values})
        values, wrong = _relocated(ctx, sprint, body, values, wrong)
    if "name" in values and not values["name"]:
        wrong.append("sprint_name")
    wrong += _wrong_step(ctx, sprint, {**sprint, **values})
    if wrong:
        raise refusal(ctx.site, *wrong)
    if values.get("state") == "closed" and sprint["state"] == "active":
        values["completeDate"] = agile.stamp(ctx.now)
    after = ctx.table("sprint").change(sprint, values)
    notice.sprint_changed(ctx, sprint, after)
    return Outcome("updated", after)


def _read(body: Mapping[str, Json]) -> tuple[dict[str, Json], list[Word]]:
    """What a body sets, as it is stored, and what is wrong with it. No name or state: none is set."""
    values: dict[str, Json] = {}
    wrong: list[Word] = []
    if body.get("name") is not None:
        values["name"] = str(body["name"]).strip()
    if body.get("state") is not None:
        values["state"] = str(body["state"]).lower()
        if values["state"] not in STATES:
            wrong.append(("sprint_state_unknown", {"value": body["state"]}))
    if "goal" in body:
        values["goal"] = body["goal"]
    for name in DATES:
        if name in body:
            try:
                values[name] = agile.moment(body[name])
            except Refused as refused:
                wrong.append((refused.word, refused.values))
    return values, wrong


def _relocated(
    ctx: Context, sprint: Record, body: Mapping[str, Json], values: dict[str, Json], wrong: list[Word]
) -> tuple[dict[str, Json], list[Word]]:
    """The same with the board that the sprint is to belong to, if the body names another one."""
    row = body.get("originBoardId")
    if row is None or row == sprint["originBoardId"]:
        return values, wrong
    board = ctx.table("board").get(row)
    if board is None or not ctx.sees("board", board):
        return values, [*wrong, ("board_unknown", {"value": row})]
    if not board["sprints"]:
        return values, [*wrong, "no_sprints"]
    return {**values, "originBoardId": row}, wrong


def _wrong_dates(values: Mapping[str, Json]) -> list[Word]:
    start, end = values.get("startDate"), values.get("endDate")
    return ["sprint_dates"] if start and end and end <= start else []


def _wrong_step(ctx: Context, sprint: Record, values: Mapping[str, Json]) -> list[Word]:
    """What is wrong with the state: only from future to active to closed, and a start needs both dates."""
    before, after = sprint["state"], values["state"]
    if before == after or after not in STATES:
        return []
    if (before, after) == ("future", "active"):
        found: list[Word] = [] if all(values.get(name) for name in DATES) else ["sprint_start_dates"]
        others = ctx.table("sprint").where(originBoardId=sprint["originBoardId"], state="active")
        if others and not ctx.settings["parallelSprints"]:
            found.append("sprint_active_already")
        return found
    if (before, after) == ("active", "closed"):
        return []
    return [("sprint_step", {"before": before, "after": after})]


def needs_sprints(ctx: Context, board: Record) -> None:
    """Raise Problem("agile_refused") if the board is of a kind that has no sprints."""
    if not board["sprints"]:
        raise refusal(ctx.site, "no_sprints")


def _may_manage(ctx: Context, board: Record | None) -> None:
    project = None if board is None else ctx.table("project").get(board["project"] or "")
    held = Rights(ctx).within(MANAGE, project) if project is not None else ctx.allowed(MANAGE)
    if not held:
        raise Problem("may_not_manage_sprints", diagnosis=f"the caller lacks {MANAGE}")


def _below(ctx: Context, issue: Record) -> list[Record]:
    """The sub-tasks of an issue: they are planned with it."""
    children = ctx.table("issue").where(**{"fields.parent": issue["id"]})
    return [one for one in children if agile.level(ctx, one) < 0]
