"""Categories of projects.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-categories/
"""

from __future__ import annotations

from mockserver.behaviours.jira.words import broken, namesake
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record


def create(ctx: Context) -> Outcome:
    """A new category."""
    name = str(ctx.body.get("name") or "").strip()
    _refuse(ctx, name, None)
    values = {"name": name, "description": ctx.body.get("description") or ""}
    return Outcome("created", ctx.table("project_category").add(values))


def update(ctx: Context) -> Outcome:
    """The category with the members of the body over it."""
    category, values = ctx.found(), {}
    if ctx.body.get("name") is not None:
        values["name"] = ctx.body["name"].strip()
        _refuse(ctx, values["name"], category)
    if ctx.body.get("description") is not None:
        values["description"] = ctx.body["description"]
    return Outcome("updated", ctx.table("project_category").change(category, values))


def delete(ctx: Context) -> Outcome:
    """Forget the category; its projects are in none."""
    category, projects = ctx.found(), ctx.table("project")
    for project in projects:
        if project.get("projectCategory") == category["id"]:
            projects.change(project, {"projectCategory": None})
    ctx.table("project_category").drop(category)
    return Outcome("deleted")


def shown(ctx: Context, project: Record) -> dict[str, Json] | None:
    """The category of a project as shown; None for none."""
    found = ctx.table("project_category").get(project.get("projectCategory") or "")
    return None if found is None else ctx.plain("project_category", found)


def _refuse(ctx: Context, name: str, own: Record | None) -> None:
    if not name:
        raise Problem("invalid", broken=[broken(ctx.site, "name", "category_name")])
    if namesake(ctx.table("project_category"), name, own):
        raise Problem("category_taken", diagnosis="there is a category of this name", name=name)


def plain(ctx: Context, category: Record) -> dict[str, Json]:
    """A category with its address."""
    return ctx.plain("project_category", category)
