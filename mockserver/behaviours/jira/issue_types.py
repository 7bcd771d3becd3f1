"""Issue types: made, renamed, taken away; which of them a project has.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-types/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import history, projects
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import namesake
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

SUBTASK_LEVEL = -1
SUBTASK_AVATAR, AVATAR = 10316, 10300


def create(ctx: Context) -> Outcome:
    """A new issue type: a standard one unless the body says subtask, by type or by level."""
    body = ctx.body
    _free(ctx, body["name"])
    level = body.get("hierarchyLevel")
    if level is None:
        level = SUBTASK_LEVEL if body.get("type") == "subtask" else 0
    record = ctx.table("issue_type").add(
        {
            "name": body["name"].strip(),
            "description": body.get("description") or "",
            "subtask": level == SUBTASK_LEVEL,
            "hierarchyLevel": level,
            "avatarId": SUBTASK_AVATAR if level == SUBTASK_LEVEL else AVATAR,
        }
    )
    notice.happened(ctx, "issuetype_created", issue_type=record)
    return Outcome("created", ctx.view("issue_type", record), ready=True)


def update(ctx: Context) -> Outcome:
    """The issue type with what the body names over it."""
    record = _found(ctx)
    body: Mapping[str, Json] = ctx.body
    if body.get("name") is not None:
        _free(ctx, body["name"], record)
    known = {name: body[name] for name in ("name", "description", "avatarId") if body.get(name) is not None}
    changed = ctx.table("issue_type").change(record, known)
    notice.happened(ctx, "issuetype_updated", issue_type=changed)
    return Outcome("ok", ctx.view("issue_type", changed), ready=True)


def delete(ctx: Context) -> Outcome:
    """Forget the issue type; its issues become of the alternative one. Raises Problem where there is none."""
    record = _found(ctx)
    table = ctx.table("issue")
    used = table.where(**{"fields.issuetype": record["id"]})
    wanted = ctx.query.get("alternativeIssueTypeId")
    other = None if wanted is None else ctx.table("issue_type").get(wanted)
    if wanted is not None and (other is None or other not in _alternatives(ctx, record)):
        raise Problem("no_alternative", diagnosis=f"{wanted!r} cannot stand in for this type")
    if used and other is None:
        raise Problem("type_in_use", diagnosis=f"{len(used)} issues are of this type")
    for issue in used:
        history.changed(ctx, issue, {"issuetype": str(wanted)})
    ctx.table("issue_type").drop(record)
    notice.happened(ctx, "issuetype_deleted", issue_type=record)
    return Outcome("deleted")


def alternatives(ctx: Context) -> Outcome:
    """The issue types that can stand in for this one."""
    found = [ctx.view("issue_type", one) for one in _alternatives(ctx, _found(ctx))]
    return Outcome("ok", found, ready=True)


def of_project(ctx: Context) -> Outcome:
    """The issue types of a project, of one level if ``level`` names it."""
    wanted, level = str(ctx.query["projectId"]), ctx.query.get("level")
    project = ctx.table("project").get(wanted)
    if project is None or not ctx.sees("project", project):
        raise Problem("no_project", diagnosis=f"no project {wanted!r} in this world", id=wanted)
    kinds = projects.issue_types(ctx.site, project)
    found = [one for one in kinds if level is None or one["hierarchyLevel"] == level]
    return Outcome("ok", [ctx.view("issue_type", one) for one in found], ready=True)


def _alternatives(ctx: Context, record: Record) -> list[Record]:
    """Types of the same level."""
    level = record["hierarchyLevel"]
    return [
        one for one in ctx.table("issue_type") if one["hierarchyLevel"] == level and one["id"] != record["id"]
    ]


def _found(ctx: Context) -> Record:
    record = ctx.table("issue_type").get(ctx.path["id"])
    if record is None:
        raise Problem("not_found", title="Issue type", diagnosis="no such issue type", id=ctx.path["id"])
    return record


def _free(ctx: Context, name: str, own: Record | None = None) -> None:
    """Raise Problem("type_taken") if another type has this name in any case."""
    if namesake(ctx.table("issue_type"), name.strip(), own):
        raise Problem("type_taken", diagnosis="names of issue types differ")
