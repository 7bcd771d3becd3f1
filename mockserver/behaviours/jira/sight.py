"""Which issues the caller may see: what is hidden is answered as if it did not exist."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.behaviours.jira.rights import Rights
from mockserver.engine.context import Context
from mockserver.values import Record


def visible(ctx: Context, issue: Record) -> bool:
    """Whether the caller may see this issue."""
    return seeing(ctx)(issue)


def seeing(ctx: Context) -> Callable[[Record], bool]:
    """A test of many issues, whether the caller may see them; what holds for all is worked out once."""
    rights = Rights(ctx)
    known: dict[str, bool | None] = {}

    def sees(issue: Record) -> bool:
        project = issue["project"]
        if project not in known:
            known[project] = rights.sees_in(project)
        found = known[project]
        return rights.sees(issue) if found is None else found

    return sees
