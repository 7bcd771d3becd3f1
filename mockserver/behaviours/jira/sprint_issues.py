"""The issues of a sprint, listed, and others taken into it.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
"""

from __future__ import annotations

from mockserver.behaviours.jira import agile, agile_issues, ranks, sprints
from mockserver.behaviours.jira.agile import SPRINT, refusal
from mockserver.engine.context import Context
from mockserver.values import Outcome, Problem


def listed(ctx: Context) -> Outcome:
    """A page of the issues that are or were in the sprint; of a board only, if the path names one."""
    sprint = ctx.parents["sprint"]
    board = ctx.parents.get("board")
    if board is not None:
        sprints.needs_sprints(ctx, board)
    inside = sprint["id"]
    found = agile_issues.found(ctx, board, lambda one: inside in (one["fields"].get(SPRINT) or ()))
    return agile_issues.page(ctx, found)


def take(ctx: Context) -> Outcome:
    """Move issues into the sprint, and rank them if the body says where. All of them, or none."""
    sprint = ctx.found()
    if sprint["state"] == "closed":
        raise refusal(ctx.site, "closed_sprint")
    moved = agile.to_move(ctx)
    if not all(ranks.may_schedule(ctx, one) for one in moved):
        raise Problem("may_not_schedule", diagnosis=f"the caller lacks {ranks.SCHEDULE}")
    wrong = sprints.subtasks_among(ctx, moved)
    wrong += [("sprint_of_epic", {"value": one["key"]}) for one in moved if agile.level(ctx, one) > 0]
    if wrong:
        raise refusal(ctx.site, *wrong)
    before, after = ranks.pivots(ctx)
    for issue in moved:
        sprints.put_into(ctx, issue, sprint)
    rows = [one for issue in moved if (one := ctx.table("issue").get(issue["id"])) is not None]
    ranks.move(ctx, rows, before=before, after=after)
    return Outcome("updated")
