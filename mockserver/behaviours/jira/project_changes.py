"""Projects changed and deleted, with everything that depends on their key or on them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectidorkey-put
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import project_rules, projects, rights, worklogs
from mockserver.behaviours.jira.history import changed
from mockserver.behaviours.jira.webhooks import departures, notice
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

# What belongs to a project without being its child in the store.
BELONGING = ("version", "component", "role_actor", "project_property", "board", "recent_project")


def update(ctx: Context) -> Outcome:
    """The project with the members of the body over it; a new key renames its issues too.

    The keys of before still name the project and its issues.
    """
    project, body = ctx.found(), ctx.body
    if not rights.administers(ctx, project):
        raise Problem("may_not_change_project", diagnosis="the caller lacks ADMINISTER_PROJECTS")
    wrong = project_rules.of_change(ctx, project, body)
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the project cannot be changed like this")
    if body.get("key") not in (None, project["key"]) and not rights.Rights(ctx).globally("ADMINISTER"):
        raise Problem("may_not_change_project", diagnosis="a new key needs the permission ADMINISTER")
    values = _values(body)
    if renamed := body.get("key") not in (None, project["key"]):
        former = (*project.get("formerKeys", ()), project["key"])
        values["formerKeys"] = [one for one in former if one != body["key"]]
    project = ctx.table("project").change(project, values)
    notice.happened(ctx, "project_updated", project=project)
    if renamed:
        _rename(ctx, project)
    return Outcome("updated", projects.shown(ctx, project), ready=True)


def delete(ctx: Context) -> Outcome:
    """Forget the project with its issues, versions, components and actors; undone it cannot be here.

    Whoever may not delete is told that there is no such project, as documented.
    """
    project = ctx.found()
    if not ctx.allowed("ADMINISTER"):
        raise Problem("no_project", diagnosis="the caller lacks ADMINISTER", id=project["key"])
    # In the trash nothing but the project is gone: its issues are told of only where there is no undoing.
    trash = ctx.query["enableUndo"]
    notice.happened(ctx, "project_soft_deleted" if trash else "project_deleted", project=project)
    for issue in ctx.table("issue").where(project=project["id"]):
        if not trash:
            departures.leaving(ctx, issue, notice.SECONDARY)
        _forget(ctx, issue)
    for name in BELONGING:
        if name in ctx.site.service.resources:
            for one in ctx.table(name).where(project=project["id"]):
                ctx.table(name).drop(one)
    for one in ctx.table("filter"):
        kept = [share for share in one["sharePermissions"] if share.get("project") != project["id"]]
        if kept != one["sharePermissions"]:
            ctx.table("filter").change(one, {"sharePermissions": kept})
    ctx.table("project").drop(project)
    return Outcome("deleted")


def _values(body: Mapping[str, Json]) -> dict[str, Json]:
    plain = ("key", "description", "url", "assigneeType", "permissionScheme")
    values = {name: body[name] for name in plain if body.get(name) is not None}
    if body.get("name") is not None:
        values["name"] = body["name"].strip()
    if lead := body.get("leadAccountId") or body.get("lead"):
        values["lead"] = lead
    if body.get("categoryId") is not None:
        values["projectCategory"] = None if body["categoryId"] == -1 else str(body["categoryId"])
    return values


def _rename(ctx: Context, project: Record) -> None:
    for issue in ctx.table("issue").where(project=project["id"]):
        key = f"{project['key']}-{issue['key'].rpartition('-')[2]}"
        former = [one for one in (*issue.get("formerKeys", ()), issue["key"]) if one != key]
        changed(ctx, issue, {}, key=key, formerKeys=former)


def _forget(ctx: Context, issue: Record) -> None:
    """Drop an issue, its links, and what other projects' issues say of it as their parent."""
    links = ctx.table("issue_link")
    for link in (*links.where(inward=issue["id"]), *links.where(outward=issue["id"])):
        links.drop(link)
    for child in ctx.table("issue").where(**{"fields.parent": issue["id"]}):
        if child["project"] != issue["project"]:
            changed(ctx, child, {"parent": None})
    worklogs.forgotten(ctx, issue)
    ctx.table("issue").drop(issue)
