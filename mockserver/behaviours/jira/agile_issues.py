"""Issues as the agile API shows and lists them: with sprint, epic and flag, in the order of their ranks.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from mockserver.behaviours.jira import agile, epic_view, issue_view, sprint_view, viewings
from mockserver.behaviours.jira.boards import jql_of
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.history import changed
from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import prepare
from mockserver.behaviours.jira.jql.tree import And, Field, Query, Sort
from mockserver.behaviours.jira.search import bad_jql, parsed, start_asked
from mockserver.engine.context import Context
from mockserver.engine.paging import token
from mockserver.values import Json, Outcome, Problem, Record

DEFAULT_SIZE = 50
MOST = 5000
EXPANDABLE = "operations,versionedRepresentations,editmeta,changelog,renderedFields"
# Fields that only this API shows.
EXTRA = ("sprint", "closedSprints", "flagged", "epic")
EVERYTHING = ("*all", "*navigable")
BY_RANK = Query(None, (Sort(Field("Rank"), "asc"),))
Keep = Callable[[Record], bool]


def get(ctx: Context) -> Outcome:
    """The issue that the path names, with the fields asked for; all that are navigable if none are."""
    if ctx.query.get("updateHistory"):
        viewings.saw(ctx, ctx.found())
    return whole(shown(ctx, ctx.found(), _wanted(ctx)))


def shown(ctx: Context, issue: Record, wanted: issue_view.Asked) -> dict[str, Json]:
    """An issue as version 2 shows it, with an agile address and the fields that only this API has."""
    return showing(ctx, wanted)(issue)


def showing(ctx: Context, wanted: issue_view.Asked) -> Callable[[Record], dict[str, Json]]:
    """How each issue of a page is shown like that."""
    inner = issue_view.showing(agile.as_version_2(ctx), wanted)

    def show(issue: Record) -> dict[str, Json]:
        document = inner(issue)
        document["expand"] = EXPANDABLE
        document["self"] = agile.address(ctx, "issue", issue["id"])
        document["fields"] = {**_extra(ctx, issue, wanted.fields), **document["fields"]}
        return document

    return show


def found(ctx: Context, board: Record | None, keep: Keep) -> list[Record]:
    """The issues of a board (of the site if None) that ``jql`` finds and ``keep`` lets through, in order.

    The order of ``jql`` goes before that of the board's filter, that before the order of ranks.
    Raises Problem("bad_jql"), unless ``validateQuery`` is false: then what is wrong finds nothing.
    """
    own = BY_RANK if board is None else parsed(jql_of(ctx, board))
    asked = parsed(ctx.query.get("jql"))
    wheres = tuple(one for one in (own.where, asked.where) if one is not None)
    query = Query(And(wheres) if wheres else None, asked.order or own.order or BY_RANK.order)
    prepared = prepare(query, scope.SiteScope(ctx))
    if prepared.problems.messages and ctx.query.get("validateQuery", True):
        raise bad_jql(prepared.problems.messages)
    test = prepared.test
    return scope.first(ctx, replace(prepared, test=lambda issue: test(issue) and keep(issue)))


def on_board(ctx: Context, board: Record) -> Keep:
    """Whether an issue can be on a board: epics are not on those with sprints."""
    return (lambda issue: agile.level(ctx, issue) <= 0) if board["sprints"] else (lambda issue: True)


def of_board(ctx: Context) -> Outcome:
    """A page of the issues of the board in the path."""
    board = ctx.found()
    return page(ctx, found(ctx, board, on_board(ctx, board)))


def count_of_board(ctx: Context) -> Outcome:
    """How many issues the board in the path has."""
    board = ctx.found()
    return Outcome("ok", {"count": len(found(ctx, board, on_board(ctx, board)))}, ready=True)


def page(ctx: Context, issues: Sequence[Record]) -> Outcome:
    """One page: with a start and a total, or for the software API with the token of the next one."""
    wanted = _wanted(ctx)
    by_token = "/rest/software/" in ctx.operation.path
    size = ctx.query.get("maxResults")
    size = DEFAULT_SIZE if size is None else min(max(size, 0), MOST)
    start = start_asked(ctx.query) if by_token else max(ctx.query.get("startAt") or 0, 0)
    rows = list(map(showing(ctx, wanted), issues[start : start + size]))
    described = issue_view.described(agile.as_version_2(ctx), wanted)
    document: dict[str, Json] = {"expand": "schema,names"}
    if not by_token:
        document.update(startAt=start, maxResults=size, total=len(issues))
    document.update(issues=rows, **described)
    if by_token:
        last = start + len(rows) >= len(issues) or not size
        document.update({"isLast": True} if last else {"isLast": False, "nextPageToken": token(start + size)})
    return whole(document)


def estimation(ctx: Context) -> Outcome:
    """What an issue is estimated at, as its board estimates."""
    _estimating_board(ctx)
    return Outcome("ok", _estimate(ctx.found()), ready=True)


def estimate(ctx: Context) -> Outcome:
    """The estimate, changed. Raises Problem("agile_refused") for a value that is no number."""
    _estimating_board(ctx)
    issue = ctx.found()
    if not ctx.allowed("EDIT_ISSUES"):
        raise Problem("may_not_estimate", diagnosis="the caller lacks EDIT_ISSUES")
    given = ctx.body.get("value")
    try:
        value = None if given in (None, "") else float(given)
    except ValueError:
        raise agile.refusal(ctx.site, ("bad_estimate", {"value": given})) from None
    if value is not None and not 0 <= value < float("inf"):
        raise agile.refusal(ctx.site, ("bad_estimate", {"value": given}))
    return Outcome("updated", _estimate(changed(ctx, issue, {agile.POINTS: value})), ready=True)


def _estimate(issue: Record) -> dict[str, Json]:
    value = issue["fields"].get(agile.POINTS)
    return {"fieldId": agile.POINTS, "value": None if value is None else str(float(value))}


def _estimating_board(ctx: Context) -> Record:
    row = ctx.query.get("boardId")
    if row is None:
        raise agile.refusal(ctx.site, "board_missing")
    board = ctx.table("board").get(row)
    if board is None or not ctx.sees("board", board):
        raise Problem("no_board", diagnosis=f"no board {row}")
    if not board["sprints"]:
        raise agile.refusal(ctx.site, "no_estimation")
    return board


def _wanted(ctx: Context) -> issue_view.Asked:
    """What is to be shown; a request for ids alone gets keys and addresses too, unlike a search's."""
    fields = ctx.query.get("fields") or ["*navigable"]
    return issue_view.asked({**ctx.query, "fields": [*fields, "key"] if fields == ["id"] else fields})


def _extra(ctx: Context, issue: Record, asked: Sequence[str]) -> dict[str, Json]:
    """The agile fields that ``asked`` names, or all of them."""
    everything = any(one in EVERYTHING for one in asked) or all(one.startswith("-") for one in asked)
    chosen = [one for one in EXTRA if (everything or one in asked) and f"-{one}" not in asked]
    found: dict[str, Json] = {}
    closed = [one for one in agile.sprints_of(ctx, issue) if one["state"] == "closed"]
    planned = agile.planned(ctx, issue)
    above = epic_view.of_issue(ctx, issue)
    if "sprint" in chosen:
        found["sprint"] = None if planned is None else sprint_view.shown(ctx, planned)
    if "closedSprints" in chosen and closed:
        found["closedSprints"] = [sprint_view.shown(ctx, one) for one in closed]
    if "flagged" in chosen:
        found["flagged"] = False
    if "epic" in chosen:
        found["epic"] = None if above is None else epic_view.shown(ctx, above)
    return found
