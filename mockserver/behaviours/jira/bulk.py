"""Many issues in one request.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulk-post
"""

from __future__ import annotations

from mockserver.behaviours.jira import issue_view, issues, new_issues
from mockserver.behaviours.jira.documents import whole
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem

MOST_NEW = 50
MOST_READ = 100
REFUSALS = {
    "may_not_create": (403, "You do not have permission to create issues in this project."),
    "no_issue": (404, "Issue does not exist or you do not have permission to see it."),
}


def create(ctx: Context) -> Outcome:
    """New issues, and what was wrong with each of those that could not be created.

    Raises Problem where none could, and where there are none or too many.
    """
    wanted = ctx.body.get("issueUpdates") or []
    if not 1 <= len(wanted) <= MOST_NEW:
        raise Problem("bad_bulk", diagnosis=f"1 to {MOST_NEW} issueUpdates", most=MOST_NEW)
    made: list[Json] = []
    failed: list[Json] = []
    for at, body in enumerate(wanted):
        try:
            made.append(issues.created(ctx, new_issues.planned(ctx, body)))
        except Problem as problem:
            failed.append(_failure(at, problem))
    if not made:
        raise Problem("none_created", errors=failed, diagnosis="none of the issues can be created")
    return Outcome("created", {"issues": made, "errors": failed}, ready=True)


def fetch(ctx: Context) -> Outcome:
    """The issues named that the caller may see, in the order of their ids, and the names of none."""
    body = ctx.body
    names = list(dict.fromkeys(str(one) for one in body["issueIdsOrKeys"]))
    if not 1 <= len(names) <= MOST_READ:
        raise Problem("bad_fetch", diagnosis=f"1 to {MOST_READ} issueIdsOrKeys", most=MOST_READ)
    wanted = issue_view.asked({"fields": ["*navigable"], **{key: one for key, one in body.items() if one}})
    found, unknown = {}, []
    for name in names:
        issue = ctx.table("issue").find(name)
        if issue is None or not ctx.sees("issue", issue):
            unknown.append({"id": name, "errorMessage": REFUSALS["no_issue"][1]})
        else:
            found[int(issue["id"])] = issue
    shown = list(map(issue_view.showing(ctx, wanted), (found[key] for key in sorted(found))))
    document = {"expand": issue_view.EXPANDABLE, "issues": shown, "issueErrors": unknown}
    return whole(document)


def _failure(at: int, problem: Problem) -> dict[str, Json]:
    status, message = REFUSALS.get(problem.kind, (400, problem.diagnosis))
    errors = {one.key: one.message for one in problem.broken}
    messages = [] if errors else [message]
    return {
        "status": status,
        "elementErrors": {"errorMessages": messages, "errors": errors},
        "failedElementNumber": at,
    }
