"""The order of issues that people drag about: every issue has a rank, and moves between two others.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put
"""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.jira import agile, rank
from mockserver.behaviours.jira.history import changed
from mockserver.behaviours.jira.rights import Rights
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record

RANK = "customfield_10019"
SCHEDULE = "SCHEDULE_ISSUES"


def rank_issues(ctx: Context) -> Outcome:
    """Rank issues right before or after another one; with a status for each where some cannot be ranked."""
    issues = agile.to_move(ctx)
    before, after = pivots(ctx)
    if before is None and after is None:
        raise agile.refusal(ctx.site, "no_pivot")
    return ranked(ctx, issues, before=before, after=after)


def ranked(ctx: Context, issues: Sequence[Record], *, before: Record | None, after: Record | None) -> Outcome:
    """What ranking did: partial, with an entry for each issue, where the caller may not schedule some.

    Raises Problem("may_not_schedule") if none of them can be ranked.
    """
    free = [one for one in issues if may_schedule(ctx, one)]
    if issues and not free:
        raise Problem("may_not_schedule", diagnosis=f"the caller lacks {SCHEDULE}")
    move(ctx, free, before=before, after=after)
    if len(free) == len(issues):
        return Outcome("updated")
    entries = [_entry(ctx, one, one in free) for one in issues]
    return Outcome("partial", {"entries": entries}, ready=True)


def may_schedule(ctx: Context, issue: Record) -> bool:
    """Whether the caller may plan and rank this issue."""
    project = ctx.table("project").get(issue["project"])
    return project is not None and Rights(ctx).within(SCHEDULE, project, issue)


def pivots(ctx: Context) -> tuple[Record | None, Record | None]:
    """The issue to rank before, the one to rank after; at most one. Raises Problem("agile_refused")."""
    body = ctx.body
    before, after = body.get("rankBeforeIssue"), body.get("rankAfterIssue")
    if before is not None and after is not None:
        raise agile.refusal(ctx.site, "two_pivots")
    field = body.get("rankCustomFieldId")
    if field is not None and field != int(RANK.removeprefix("customfield_")):
        raise agile.refusal(ctx.site, ("rank_field_unknown", {"value": field}))
    found, wrong = agile.named(ctx, [one for one in (before, after) if one is not None])
    if wrong:
        raise Problem("agile_refused", broken=wrong, diagnosis="no such issue to rank by")
    return (found[0] if before is not None else None), (found[0] if after is not None else None)


def at_the_end(site: Site) -> str:
    """A rank after those of all issues there are, and of all that there were."""
    return rank.nth(site.ids.number("jira/rank", 0))


def of(issue: Record) -> str:
    """The rank of an issue; one that was stored without comes before all others."""
    return str(issue["fields"].get(RANK) or "")


def in_order(issues: Sequence[Record]) -> list[Record]:
    """The issues by rank; those of equal rank by id."""
    return sorted(issues, key=lambda one: (of(one), int(one["id"])))


def move(ctx: Context, issues: Sequence[Record], *, before: Record | None, after: Record | None) -> None:
    """Put ``issues``, in the order given, right before one issue or right after another; neither: no move."""
    pivot = before or after
    if pivot is None:
        return
    issues = [one for one in issues if one["id"] != pivot["id"]]
    moved = {one["id"] for one in issues}
    others = in_order([one for one in ctx.table("issue") if one["id"] not in moved])
    place = next((at for at, one in enumerate(others) if one["id"] == pivot["id"]), len(others))
    if before is None:
        place += 1
    low = of(others[place - 1]) if place > 0 else None
    high = of(others[place]) if place < len(others) else None
    for one in issues:
        low = at_the_end(ctx.site) if high is None else rank.between(low, high)
        changed(ctx, one, {RANK: low})


def _entry(ctx: Context, issue: Record, done: bool) -> dict[str, Json]:
    entry: dict[str, Json] = {
        "issueId": int(issue["id"]),
        "issueKey": issue["key"],
        "status": 200 if done else 403,
    }
    if not done:
        entry["errors"] = [ctx.site.service.words["may_not_rank"]]
    return entry
