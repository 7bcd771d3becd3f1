"""Epics: what they are called and what belongs to them; they are the parents of their issues.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-epic/
"""

from __future__ import annotations

from mockserver.behaviours.jira import agile, agile_issues, epic_view, ranks
from mockserver.behaviours.jira.epic_view import COLOUR, DONE, NAME
from mockserver.behaviours.jira.history import changed
from mockserver.behaviours.jira.rights import Rights
from mockserver.behaviours.jira.sight import seeing
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

SUMMARY_LIMIT = 255


def of_board(ctx: Context) -> Outcome:
    """The epics that the filter of the board in the path finds, done or not as the query says."""
    board = ctx.found()
    done = {"true": True, "false": False}.get(str(ctx.query.get("done") or "").lower())
    epics = agile_issues.found(ctx, board, lambda one: agile.level(ctx, one) == 1)
    return Outcome("ok", [one for one in epics if done is None or epic_view.done(one) == done], many=True)


def get(ctx: Context) -> Outcome:
    """The epic that the path names, by id or key."""
    return Outcome("ok", _epic(ctx, ctx.path["epicIdOrKey"]))


def merge(ctx: Context) -> Outcome:
    """The epic with name, summary, colour and whether it is done as the body says."""
    epic = _epic(ctx, ctx.path["epicIdOrKey"])
    _may_edit(ctx, epic)
    body = ctx.body
    fields: dict[str, Json] = {}
    if body.get("summary") is not None:
        fields["summary"] = body["summary"].strip()
        if not fields["summary"] or len(fields["summary"]) > SUMMARY_LIMIT:
            raise agile.refusal(ctx.site, "summary_missing")
    if body.get("name") is not None:
        fields[NAME] = body["name"]
    if body.get("color") is not None:
        fields[COLOUR] = body["color"]["key"]
    if body.get("done") is not None:
        fields[DONE] = body["done"]
    return Outcome("updated", changed(ctx, epic, fields))


def issues(ctx: Context) -> Outcome:
    """A page of the issues of the epic that the path names, of a board if it names one too."""
    epic = _epic(ctx, ctx.path.get("epicIdOrKey", ctx.path.get("epicId")))
    found = agile_issues.found(
        ctx, ctx.parents.get("board"), lambda one: one["fields"].get("parent") == epic["id"]
    )
    return agile_issues.page(ctx, found)


def issues_without(ctx: Context) -> Outcome:
    """A page of the issues that could have an epic and have none."""

    def loose(issue: Record) -> bool:
        return agile.level(ctx, issue) == 0 and epic_view.of_issue(ctx, issue) is None

    return agile_issues.page(ctx, agile_issues.found(ctx, ctx.parents.get("board"), loose))


def take(ctx: Context) -> Outcome:
    """Move issues into the epic that the path names. All of them, or none."""
    epic = _epic(ctx, ctx.path["epicIdOrKey"])
    for issue in _to_move(ctx):
        changed(ctx, issue, {"parent": epic["id"]})
    return Outcome("updated")


def release(ctx: Context) -> Outcome:
    """Take issues out of their epics. All of them, or none."""
    for issue in _to_move(ctx):
        if epic_view.of_issue(ctx, issue) is not None:
            changed(ctx, issue, {"parent": None})
    return Outcome("updated")


def rank(ctx: Context) -> Outcome:
    """Rank the epic right before or after another one."""
    epic = _epic(ctx, ctx.path["epicIdOrKey"])
    before, after = ctx.body.get("rankBeforeEpic"), ctx.body.get("rankAfterEpic")
    if (before is None) == (after is None):
        raise agile.refusal(ctx.site, "no_pivot" if before is None else "two_pivots")
    other = _epic(ctx, before if before is not None else after)
    ranks.ranked(
        ctx,
        [epic],
        before=other if before is not None else None,
        after=other if before is None else None,
    )
    return Outcome("updated")


def _to_move(ctx: Context) -> list[Record]:
    """The issues that the body names, each of which may have an epic."""
    moved = agile.to_move(ctx)
    wrong = [one["key"] for one in moved if agile.level(ctx, one) != 0]
    if wrong:
        raise agile.refusal(ctx.site, *(("epic_of_such", {"value": key}) for key in wrong))
    for one in moved:
        _may_edit(ctx, one)
    return moved


def _epic(ctx: Context, name: Json) -> Record:
    """The epic with this id or key. Raises Problem("no_epic")."""
    found = ctx.table("issue").find(str(name))
    if found is None or not seeing(ctx)(found) or agile.level(ctx, found) != 1:
        raise Problem("no_epic", diagnosis=f"no epic {name!r}", id=name)
    return found


def _may_edit(ctx: Context, issue: Record) -> None:
    project = ctx.table("project").get(issue["project"])
    if project is None or not Rights(ctx).within("EDIT_ISSUES", project, issue):
        raise Problem("may_not_edit_epic", diagnosis="the caller lacks EDIT_ISSUES")
