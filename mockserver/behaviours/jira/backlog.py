"""The backlog: what is not finished and not in an active or future sprint.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-backlog/
"""

from __future__ import annotations

from mockserver.behaviours.jira import agile, agile_issues, ranks, sprints
from mockserver.engine.context import Context
from mockserver.values import Outcome, Problem, Record


def issues(ctx: Context) -> Outcome:
    """A page of the backlog of the board in the path."""
    return agile_issues.page(ctx, _waiting(ctx))


def count(ctx: Context) -> Outcome:
    """How many issues the backlog of the board in the path has."""
    return Outcome("ok", {"count": len(_waiting(ctx))}, ready=True)


def move(ctx: Context) -> Outcome:
    """Take issues out of their active or future sprints. All of them, or none."""
    moved = agile.to_move(ctx)
    _may_move(ctx, moved)
    for issue in moved:
        sprints.put_into(ctx, issue, None)
    return Outcome("updated")


def move_of_board(ctx: Context) -> Outcome:
    """The same for issues of one board, ranked if the body says where."""
    board = ctx.found()
    moved = agile.to_move(ctx)
    there = {one["id"] for one in agile_issues.found(ctx, board, agile_issues.on_board(ctx, board))}
    elsewhere = [one["key"] for one in moved if one["id"] not in there]
    if elsewhere:
        raise agile.refusal(ctx.site, *(("not_on_board", {"value": key}) for key in elsewhere))
    before, after = ranks.pivots(ctx)
    _may_move(ctx, [one for one in moved if agile.planned(ctx, one) is not None])
    for issue in moved:
        sprints.put_into(ctx, issue, None)
    rows = [one for issue in moved if (one := ctx.table("issue").get(issue["id"])) is not None]
    if before is None and after is None:
        return Outcome("updated")
    return ranks.ranked(ctx, rows, before=before, after=after)


def _waiting(ctx: Context) -> list[Record]:
    """What waits on a board with sprints; one without has none, its first column is where work begins."""
    board = ctx.found()
    if not board["sprints"]:
        return []
    fits = agile_issues.on_board(ctx, board)

    def waits(issue: Record) -> bool:
        return fits(issue) and not agile.finished(ctx, issue) and agile.planned(ctx, issue) is None

    return agile_issues.found(ctx, board, waits)


def _may_move(ctx: Context, issues: list[Record]) -> None:
    wrong = sprints.subtasks_among(ctx, issues)
    if wrong:
        raise agile.refusal(ctx.site, *wrong)
    if not all(ranks.may_schedule(ctx, one) for one in issues):
        raise Problem("may_not_schedule", diagnosis=f"the caller lacks {ranks.SCHEDULE}")
