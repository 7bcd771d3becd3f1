"""What ``update`` does to an issue beside its fields: comments, worklogs and links.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.behaviours.jira import comments, estimates, issue_links, restrictions, worklogs
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Record

Deed = Callable[[Context, Record], None]
Planned = tuple[list[Deed], list[Broken]]


def split(body: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The body without what this module does, and what this module does."""
    update = body.get("update") or {}
    own = {key: steps for key, steps in update.items() if key in PLANS}
    rest = {key: steps for key, steps in update.items() if key not in PLANS}
    return {**body, "update": rest}, own


def planned(ctx: Context, issue: Record | None, update: Mapping[str, Json]) -> Planned:
    """What is to be done once everything is known to be right, and what is wrong with it.

    issue: None while it is being created. Raises Problem for links to what does not exist.
    """
    deeds: list[Deed] = []
    wrong: list[Broken] = []
    for key, steps in update.items():
        if not isinstance(steps, list) or not all(isinstance(one, Mapping) for one in steps):
            wrong.append(broken(ctx.site, key, "not_an_array"))
            continue
        for step in steps:
            for verb, operand in step.items():
                more, also = _step(ctx, issue, key, verb, operand)
                deeds += more
                wrong += also
    return deeds, wrong


def do(ctx: Context, issue: Record, deeds: list[Deed]) -> Record:
    """The issue after all deeds, in their order; each finds it as the one before has left it."""
    for deed in deeds:
        deed(ctx, _now(ctx, issue))
    return _now(ctx, issue)


def _step(ctx: Context, issue: Record | None, key: str, verb: str, operand: Json) -> Planned:
    verbs = PLANS[key]
    if verb not in verbs:
        return [], [broken(ctx.site, key, "unknown_verb", verb=verb)]
    if not isinstance(operand, Mapping):
        return [], [broken(ctx.site, key, "not_an_object")]
    return verbs[verb](ctx, issue, operand)


def _comment(ctx: Context, issue: Record | None, given: Mapping[str, Json]) -> Planned:
    values, wrong = comments.read(ctx, given)
    return [lambda ctx, issue: _ignored(comments.stored(ctx, issue, values))], wrong


def _recomment(ctx: Context, issue: Record | None, given: Mapping[str, Json]) -> Planned:
    found = _own(ctx, issue, "comment", given)
    if found is None:
        return [], [broken(ctx.site, "comment", "no_such_comment", id=given.get("id"))]
    restrictions.check_change(ctx, found, "edit", "comment")
    values, wrong = comments.read(ctx, given, found)

    def deed(ctx: Context, issue: Record) -> None:
        # A step before this one may have changed the comment, or removed it.
        comment = ctx.table("comment").get(found["id"])
        if comment is not None:
            comments.rewritten(ctx, comment, values)

    return [deed], wrong


def _uncomment(ctx: Context, issue: Record | None, given: Mapping[str, Json]) -> Planned:
    found = _own(ctx, issue, "comment", given)
    if found is None:
        return [], [broken(ctx.site, "comment", "no_such_comment", id=given.get("id"))]
    restrictions.check_change(ctx, found, "delete", "comment")
    return [lambda ctx, issue: comments.removed(ctx, found)], []


def _log(ctx: Context, issue: Record | None, given: Mapping[str, Json]) -> Planned:
    values, wrong = worklogs.read(ctx, given)
    spent = values.get("timeSpentSeconds", 0)
    blank: Record = {"fields": {}}
    wrong = [*wrong, *estimates.adjusted(ctx, given, issue or blank, spent, "reduceBy")[1]]

    def deed(ctx: Context, issue: Record) -> None:
        remaining, _ = estimates.adjusted(ctx, given, issue, spent, "reduceBy")
        worklogs.stored(ctx, issue, values, remaining)

    return [deed], wrong


def _unlog(ctx: Context, issue: Record | None, given: Mapping[str, Json]) -> Planned:
    found = _own(ctx, issue, "worklog", given)
    if found is None or issue is None:
        return [], [broken(ctx.site, "worklog", "no_such_worklog", id=given.get("id"))]
    restrictions.check_change(ctx, found, "delete", "worklog")
    spent = found["timeSpentSeconds"]
    _, wrong = estimates.adjusted(ctx, given, issue, -spent, "increaseBy")

    def deed(ctx: Context, issue: Record) -> None:
        if ctx.table("worklog").get(found["id"]) is not None:  # once, however often it is asked for
            remaining, _ = estimates.adjusted(ctx, given, issue, -spent, "increaseBy")
            worklogs.removed(ctx, issue, found, remaining)

    return [deed], wrong


def _link(ctx: Context, issue: Record | None, given: Mapping[str, Json]) -> Planned:
    ends = [end for end in ("inwardIssue", "outwardIssue") if isinstance(given.get(end), Mapping)]
    if len(ends) != 1 or not isinstance(given.get("type"), Mapping):
        return [], [broken(ctx.site, "issuelinks", "link_ends")]
    kind, far = issue_links.kind_of(ctx, given["type"]), issue_links.issue_of(ctx, given[ends[0]])

    def ordered(issue: Record) -> tuple[Record, Record]:
        return (issue, far) if ends[0] == "outwardIssue" else (far, issue)

    def deed(ctx: Context, issue: Record) -> None:
        issue_links.stored(ctx, kind, *(_now(ctx, one) for one in ordered(issue)))

    if issue is not None:
        issue_links.check(ctx, kind, *ordered(issue))
    return [deed], []


def _own(ctx: Context, issue: Record | None, resource: str, given: Mapping[str, Json]) -> Record | None:
    found = ctx.table(resource).get(str(given.get("id")))
    mine = issue is not None and found is not None and found["issue"] == issue["id"]
    return found if mine and found is not None and ctx.sees(resource, found) else None


def _now(ctx: Context, issue: Record) -> Record:
    return ctx.table("issue").get(issue["id"]) or issue


def _ignored(result: Json) -> None:
    """Nothing: for deeds whose result nobody asks for."""


Plan = Callable[[Context, "Record | None", Mapping[str, Json]], Planned]
PLANS: Mapping[str, Mapping[str, Plan]] = {
    "comment": {"add": _comment, "edit": _recomment, "remove": _uncomment},
    "worklog": {"add": _log, "remove": _unlog},
    "issuelinks": {"add": _link},
}
