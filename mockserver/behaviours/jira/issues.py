"""Issues: create, read, edit, assign, delete. A record is ``{id, key, project, fields}``; fields hold ids.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from __future__ import annotations

from dataclasses import replace

from mockserver.behaviours.jira import (
    agile,
    beside,
    history,
    issue_view,
    new_issues,
    properties,
    screens,
    sprints,
    transitions,
    viewings,
    workflow,
    worklogs,
)
from mockserver.behaviours.jira.changes import Changes, hierarchy, missing, not_assignable, read
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.fields import person
from mockserver.behaviours.jira.webhooks import departures
from mockserver.behaviours.jira.webhooks.notice import SECONDARY
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record


def create(ctx: Context) -> Outcome:
    """A new issue: ``{id, key, self}``; every broken field is named at once."""
    return Outcome("created", created(ctx, new_issues.planned(ctx, ctx.body)), ready=True)


def created(ctx: Context, plan: new_issues.Plan) -> dict[str, Json]:
    """A planned issue, stored, as a reply tells of it; with what came of its transition if it has one."""
    issue = new_issues.stored(ctx, plan)
    if ctx.query.get("updateHistory"):
        viewings.was_in(ctx, issue["project"])
    document = {"id": issue["id"], "key": issue["key"], "self": f"{ctx.api}/issue/{issue['id']}"}
    if plan.transition is not None:
        document["transition"] = transitions.attempted(ctx, issue, plan.transition)
    return document


def get(ctx: Context) -> Outcome:
    """The issue that the path names, with the fields asked for."""
    issue = ctx.found()
    if ctx.query["updateHistory"]:
        viewings.saw(ctx, issue)
    return _shown(ctx, issue)


def edit(ctx: Context) -> Outcome:
    """The issue with its fields changed; shown only where ``returnIssue`` asks for it."""
    issue = ctx.found()
    screens.overridden(ctx)
    if not ctx.allowed("EDIT_ISSUES"):
        raise Problem("no_edit_permission", diagnosis="the caller lacks EDIT_ISSUES", key=issue["key"])
    settable = _settable(ctx, issue)
    rest, own = beside.split(ctx.body)
    changes, wrong = _read(ctx, issue, rest, settable)
    refused = [name for name in own if name not in settable]
    wrong += [broken(ctx.site, name, "unknown_field") for name in refused]
    deeds, also = beside.planned(ctx, issue, {name: own[name] for name in own if name not in refused})
    kept, unkept = properties.asked(ctx, ctx.body)
    also += unkept
    if wrong or also:
        raise Problem("invalid", broken=[*wrong, *also], diagnosis="the issue cannot be edited like this")
    way = ctx.body.get("transition")
    transition = None if way is None else transitions.named(ctx, issue, way)
    new_issues.assigned(ctx.site, changes, issue["project"])
    issue = history.changed(ctx, issue, changes)
    if agile.SPRINT in changes:
        sprints.brought_along(ctx, issue)
    issue = beside.do(ctx, issue, deeds)
    properties.store(ctx, issue, kept, "issue")
    if transition is not None:
        issue = workflow.passed(ctx, issue, transition, {})
    return _shown(ctx, issue) if ctx.query["returnIssue"] else Outcome("updated")


def assign(ctx: Context) -> Outcome:
    """The issue with another assignee: null for nobody, ``-1`` for whom the project says."""
    issue = ctx.found()
    if not ctx.allowed("ASSIGN_ISSUES"):
        raise Problem("may_not_assign", diagnosis="the caller lacks ASSIGN_ISSUES", key=issue["key"])
    try:
        changes: Changes = {"assignee": person(ctx.site, new_issues.speech(ctx), ctx.body)}
    except Refused as refused:
        wrong = [broken(ctx.site, "assignee", refused.word, **refused.values)]
        raise Problem("invalid", broken=wrong, diagnosis="no such user") from None
    new_issues.assigned(ctx.site, changes, issue["project"])
    wrong = not_assignable(ctx, changes, ctx.table("project").get(issue["project"]), issue)
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the user lacks ASSIGNABLE_USER, or is not active")
    history.changed(ctx, issue, changes)
    return Outcome("updated")


def delete(ctx: Context) -> Outcome:
    """Forget the issue, its remote links and links; its subtasks only if ``deleteSubtasks`` says so."""
    issue = ctx.found()
    below = subtasks(ctx.site, issue)
    if below and not ctx.query["deleteSubtasks"]:
        raise Problem("has_subtasks", diagnosis="deleteSubtasks=true would delete them too", key=issue["key"])
    departures.leaving(ctx, issue)
    for one in below:
        departures.leaving(ctx, one, SECONDARY)
    for one in (*below, issue):
        forget(ctx, one)
    return Outcome("deleted")


def forget(ctx: Context, issue: Record) -> None:
    """Drop an issue with all that belongs to it; what it was the parent of has none then."""
    links = ctx.table("issue_link")
    for link in (*links.where(inward=issue["id"]), *links.where(outward=issue["id"])):
        links.drop(link)
    for child in ctx.table("issue").where(**{"fields.parent": issue["id"]}):
        history.changed(ctx, child, {"parent": None})
    worklogs.forgotten(ctx, issue)
    ctx.table("issue").drop(issue)


def subtasks(site: Site, issue: Record) -> list[Record]:
    """The subtasks of an issue, oldest first."""
    kinds = {one["id"] for one in site.table("issue_type") if one.get("subtask")}
    children = site.table("issue").where(**{"fields.parent": issue["id"]})
    return [one for one in children if one["fields"]["issuetype"] in kinds]


def _settable(ctx: Context, issue: Record) -> list[str]:
    project = ctx.table("project").get(issue["project"])
    names = screens.for_edit(ctx.site, issue["project"], hidden=ctx.query["overrideScreenSecurity"])
    return screens.permitted(ctx, names, project, issue)


def _read(ctx: Context, issue: Record, body: Json, settable: list[str]) -> tuple[Changes, list[Broken]]:
    said = replace(new_issues.speech(ctx), project=issue["project"])
    changes, wrong = read(ctx.site, said, issue["fields"], body, settable)
    if "issuetype" in changes and not workflow.fits(ctx.site, issue, changes["issuetype"]):
        wrong.append(broken(ctx.site, "issuetype", "issuetype_workflow"))
    reported = {one.key for one in wrong}
    wrong += not_assignable(ctx, changes, ctx.table("project").get(issue["project"]), issue)
    required = [name for name in screens.screen_of(ctx.site, issue["project"])["required"] if name in changes]
    wrong += missing(ctx.site, required, changes, reported)
    if {"parent", "issuetype"} & changes.keys() and not reported & {"parent", "issuetype"}:
        wrong += hierarchy(ctx.site, issue["project"], {**issue["fields"], **changes})
    return changes, wrong


def _shown(ctx: Context, issue: Record) -> Outcome:
    wanted = issue_view.asked(ctx.query)
    if wanted.only_ids:  # of searches only: here it names no field, and the rest is sent
        wanted = replace(wanted, fields=("-*all",))
    return whole(issue_view.shown(ctx, issue, wanted))
