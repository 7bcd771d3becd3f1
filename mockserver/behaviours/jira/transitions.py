"""Transitions: where an issue can go from its status, and the way there.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-get
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockserver.behaviours.jira import beside, meta, new_issues, properties, screens, statuses, workflow
from mockserver.behaviours.jira.changes import Changes, missing, not_assignable, read
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

CLEAN: Mapping[str, Json] = {"errorMessages": [], "errors": {}}


def page(ctx: Context) -> Outcome:
    """The transitions out of the issue's status that the caller can make; or all, if the query says so."""
    issue = ctx.found()
    expand = {one.strip() for one in str(ctx.query.get("expand") or "").split(",")}
    found = listed(
        ctx,
        issue,
        fields="transitions.fields" in expand,
        unavailable=ctx.query["includeUnavailableTransitions"],
        only=ctx.query.get("transitionId"),
        by_status=ctx.query["sortByOpsBarAndStatus"],
    )
    return whole({"expand": "transitions", "transitions": found})


def listed(
    ctx: Context,
    issue: Record,
    *,
    fields: bool = False,
    unavailable: bool = False,
    only: str | None = None,
    by_status: bool = False,
) -> list[dict[str, Json]]:
    """The transitions of an issue as shown; none for who may not transition it.

    only: the id of the one wanted. by_status: in the order of the statuses they lead to.
    """
    if not workflow.may_transition(ctx, issue):
        return []
    found = [
        one
        for one in workflow.leaving(ctx.site, issue)
        if (only is None or one["id"] == only) and (unavailable or workflow.open_to(ctx, issue, one))
    ]
    if by_status:
        places = {one["id"]: at for at, one in enumerate(ctx.table("status"))}
        found.sort(key=lambda one: places.get(one["to"], len(places)))
    return [_shown(ctx, issue, one, fields) for one in found]


def perform(ctx: Context) -> Outcome:
    """The issue sent through a transition, with its fields set on the way. Raises Problem with all errors."""
    issue = ctx.found()
    transition = named(ctx, issue, ctx.body.get("transition"))
    rest, own = beside.split(ctx.body)
    settable = _settable(ctx, issue, transition)
    said = replace(new_issues.speech(ctx), project=issue["project"])
    changes, wrong = read(ctx.site, said, issue["fields"], rest, settable)
    project = ctx.table("project").get(issue["project"])
    wrong += not_assignable(ctx, changes, project, issue)
    reported = {one.key for one in wrong}
    wrong += missing(ctx.site, _required(ctx, transition), {**_kept(issue, transition), **changes}, reported)
    # A comment can always be made: what has no screen has none to refuse it.
    allowed = {name: steps for name, steps in own.items() if name in (*settable, "comment")}
    wrong += [broken(ctx.site, name, "unknown_field") for name in own if name not in allowed]
    deeds, also = beside.planned(ctx, issue, allowed)
    kept, unkept = properties.asked(ctx, ctx.body)
    also += unkept
    if wrong or also:
        raise Problem("invalid", broken=[*wrong, *also], diagnosis="the transition cannot be made like this")
    new_issues.assigned(ctx.site, changes, issue["project"])
    issue = workflow.passed(ctx, issue, transition, changes)
    issue = beside.do(ctx, issue, deeds)
    properties.store(ctx, issue, kept, "issue")
    return Outcome("updated")


def attempted(ctx: Context, issue: Record, wanted: Json) -> dict[str, Json]:
    """What comes of a transition asked for in a request that creates or edits: a status and its errors."""
    try:
        transition = named(ctx, issue, wanted)
        lacking = missing(ctx.site, _required(ctx, transition), _kept(issue, transition), ())
    except Problem as problem:
        text = [str(problem.values.get("message", problem.diagnosis))]
        return {"status": 400, "errorCollection": {"errorMessages": text, "errors": {}}}
    if lacking:
        errors = {one.key: one.message for one in lacking}
        return {"status": 400, "errorCollection": {"errorMessages": [], "errors": errors}}
    workflow.passed(ctx, issue, transition, {})
    return {"status": 200, "errorCollection": CLEAN}


def named(ctx: Context, issue: Record, given: Json) -> Record:
    """The transition that ``{"id": 21}`` names, as number or text. Raises Problem("bad_transition")."""
    words = ctx.site.service.words
    wanted = given.get("id") if isinstance(given, Mapping) else None
    if wanted is None or wanted == "":
        raise Problem("bad_transition", message=words["transition_missing"])
    text = str(wanted)
    if isinstance(wanted, (bool, float)) or not (text.isascii() and text.isdigit()):
        raise Problem("bad_transition", message=words["transition_number"])
    known = (workflow.of_issue(ctx.site, issue) or {}).get("transitions", ())
    found: Record | None = next((one for one in known if one["id"] == text), None)
    if found is None:
        message = f"Transition id '{text}' is not valid for this issue."
        raise Problem("bad_transition", message=message, diagnosis="the workflow has no such transition")
    left = workflow.leads_from(found, issue["fields"].get("status"))
    if not left or not workflow.may_transition(ctx, issue) or not workflow.open_to(ctx, issue, found):
        message = words["transition_closed"].replace("{value}", found["name"]).replace("{key}", issue["key"])
        why = "the caller lacks a permission" if left else "the issue has another status"
        raise Problem("bad_transition", message=message, diagnosis=why)
    return found


def _shown(ctx: Context, issue: Record, transition: Record, fields: bool) -> dict[str, Json]:
    status = ctx.table("status").get(transition["to"])
    document = {
        "id": transition["id"],
        "name": transition["name"],
        "to": None if status is None else statuses.shown(ctx, status),
        "hasScreen": transition.get("screen") is not None,
        "isGlobal": not transition.get("from"),
        "isInitial": False,
        "isAvailable": workflow.open_to(ctx, issue, transition),
        "isConditional": transition.get("permission") is not None,
        "looped": transition["to"] in (transition.get("from") or ()),
    }
    if fields:
        required = _required(ctx, transition)
        document["fields"] = {
            name: meta.described(ctx, name, issue["project"], issue, name in required)
            for name in _settable(ctx, issue, transition)
        }
    return document


def _settable(ctx: Context, issue: Record, transition: Record) -> list[str]:
    """The fields on the screen of a transition; none without a screen."""
    screen = None if transition.get("screen") is None else ctx.table("screen").get(transition["screen"])
    if screen is None:
        return list(transition.get("required") or ())
    names = screens.on_screen(ctx.site, screen, screens.BESIDE)
    if screen["fields"] is not None:
        names = [name for name in names if name in screen["fields"]]
    return screens.permitted(ctx, names, ctx.table("project").get(issue["project"]), issue)


def _required(ctx: Context, transition: Record) -> list[str]:
    screen = ctx.table("screen").get(transition.get("screen") or "") or {}
    return [*(screen.get("required") or ()), *(transition.get("required") or ())]


def _kept(issue: Record, transition: Record) -> Changes:
    """What the issue has already of the fields that a transition needs."""
    return {**issue["fields"], **(transition.get("set") or {})}
