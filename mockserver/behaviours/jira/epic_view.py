"""Epics as the agile API shows them: issues of the level above, with a name, a colour, done or not."""

from __future__ import annotations

from mockserver.behaviours.jira import agile
from mockserver.engine.context import Context
from mockserver.values import Json, Record

# Where Jira keeps what only epics have.
NAME = "customfield_10011"
DONE = "customfield_10012"
COLOUR = "customfield_10013"
FIRST_COLOUR = "color_1"


def shown(ctx: Context, epic: Record) -> dict[str, Json]:
    """An epic; its name is its summary until it is given one."""
    fields = epic["fields"]
    return {
        "id": int(epic["id"]),
        "key": epic["key"],
        "self": agile.address(ctx, "epic", epic["id"]),
        "name": fields.get(NAME) or fields["summary"],
        "summary": fields["summary"],
        "color": {"key": fields.get(COLOUR) or FIRST_COLOUR},
        "done": done(epic),
    }


def done(epic: Record) -> bool:
    """Whether an epic was marked as done; its status is another matter."""
    return bool(epic["fields"].get(DONE))


def of_issue(ctx: Context, issue: Record) -> Record | None:
    """The epic of an issue: its parent, if that is one."""
    above = ctx.table("issue").get(issue["fields"].get("parent") or "")
    return above if above is not None and agile.level(ctx, above) == 1 else None
