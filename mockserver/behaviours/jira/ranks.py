"""The order of issues that people drag about: every issue has a rank, and moves between two others.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put
"""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.jira import rank
from mockserver.behaviours.jira.history import changed
from mockserver.engine.context import Context, Site
from mockserver.values import Record

RANK = "customfield_10019"


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
