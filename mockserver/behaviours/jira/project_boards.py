"""The board that a new software project comes with."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira.webhooks import notice
from mockserver.engine.context import Context
from mockserver.values import Record

# What a template of a project says about its board; a team-managed one is of the type simple.
TEMPLATES: Mapping[str, tuple[str, bool]] = {
    "agility-scrum": ("simple", True),
    "agility-kanban": ("simple", False),
    "scrum": ("scrum", True),
    "kanban": ("kanban", False),
    "basic": ("kanban", False),
}


def of_new_project(ctx: Context, project: Record) -> None:
    """Make the board that comes with a new software project; the template named in the request says which.

    Without a template there is none.
    """
    template = str((ctx.body or {}).get("projectTemplateKey") or "")
    if project["projectTypeKey"] != "software":
        return
    found = next((what for part, what in TEMPLATES.items() if part in template), None)
    if found is None:
        return
    kind, sprints = found
    name = f"{project['key']} board"
    query = {"name": f"Filter for {name}", "jql": f"project = {project['key']} ORDER BY Rank ASC"}
    chooser = ctx.table("filter").add({**query, "owner": ctx.caller.user.get("accountId")})
    board = ctx.table("board").add(
        {"name": name, "type": kind, "sprints": sprints, "filter": chooser["id"], "project": project["id"]}
    )
    notice.happened(ctx, "board_created", board=board, flow=notice.SECONDARY)
