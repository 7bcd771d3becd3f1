"""Sprints as the agile API shows them."""

from __future__ import annotations

from mockserver.behaviours.jira import agile
from mockserver.engine.context import Context
from mockserver.values import Json, Record

DATES = ("startDate", "endDate", "completeDate")


def shown(ctx: Context, sprint: Record) -> dict[str, Json]:
    """A sprint; dates that it does not have are left out."""
    document = {
        "id": sprint["id"],
        "self": agile.address(ctx, "sprint", sprint["id"]),
        "state": sprint["state"],
        "name": sprint["name"],
        **{name: sprint[name] for name in DATES},
        "createdDate": sprint["createdDate"],
        "originBoardId": sprint["originBoardId"],
        "goal": sprint["goal"],
    }
    return {key: value for key, value in document.items() if value is not None}
