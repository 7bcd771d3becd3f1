"""What a board has of projects: those that its filter reaches, and their versions.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-project-get
"""

from __future__ import annotations

from mockserver.behaviours.jira import agile, agile_issues, projects
from mockserver.behaviours.jira.rights import visible_project
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Record


def listed(ctx: Context) -> Outcome:
    """The projects of a board by name: where it is located, and those of its issues."""
    return Outcome("ok", _projects(ctx, ctx.found()), many=True)


def shown(ctx: Context, project: Record) -> dict[str, Json]:
    """A project as issues hold it, with an address of version 2."""
    return projects.brief(agile.as_version_2(ctx), project)


def versions(ctx: Context) -> Outcome:
    """The versions of a board's projects, released or not as the query says."""
    wanted = {"true": True, "false": False}.get(str(ctx.query.get("released") or "").lower())
    found = [
        one
        for project in _projects(ctx, ctx.found())
        for one in ctx.table("version").where(project=project["id"])
        if wanted is None or bool(one["released"]) == wanted
    ]
    return Outcome("ok", found, many=True)


def version_shown(ctx: Context, version: Record) -> dict[str, Json]:
    """A version as the agile API shows it: its ids are numbers, its dates are moments."""
    return {
        "self": agile.address(ctx, "version", version["id"]),
        "id": int(version["id"]),
        "projectId": int(version["project"]),
        "name": version["name"],
        "description": version.get("description") or "",
        "archived": bool(version.get("archived")),
        "released": bool(version.get("released")),
        "startDate": _midnight(version.get("startDate")),
        "releaseDate": _midnight(version.get("releaseDate")),
    }


def _projects(ctx: Context, board: Record) -> list[Record]:
    issues = agile_issues.found(ctx, board, agile_issues.on_board(ctx, board))
    ids = {board["project"], *(one["project"] for one in issues)}
    found = [one for one in ctx.table("project") if one["id"] in ids and visible_project(ctx, one)]
    return sorted(found, key=lambda one: str(one["name"]).casefold())


def _midnight(day: Json) -> Json:
    return None if not day else f"{day}T00:00:00.000Z"
