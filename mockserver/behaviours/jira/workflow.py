"""Workflows: from which status an issue can go where, what that takes, and what it does to the issue.

A workflow is data: ``{id, name, initial, transitions}``, a transition ``{id, name, to, from, screen,
permission, required, set, clear}``. ``from`` lists statuses, or is left out for all of them; ``screen`` names
the fields that may be set on the way; ``set`` and ``clear`` are what happens to fields by itself.

Source: https://support.atlassian.com/jira-cloud-administration/docs/configure-advanced-issue-workflows/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import history
from mockserver.behaviours.jira.rights import Rights
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Problem, Record

MEMBERS = ("id", "name", "to", "from", "screen", "permission", "required", "set", "clear")


def of(site: Site, project: str | None, kind: str | None) -> Record | None:
    """The workflow of issues of a type in a project; the first one where the project names none."""
    owner = site.table("project").get(project or "") or {}
    named = owner.get("workflow")
    if isinstance(named, Mapping):
        named = named.get(str(kind), named.get("default"))
    found = None if named is None else site.table("workflow").get(named)
    return found or next(iter(site.table("workflow")), None)


def of_issue(site: Site, issue: Record) -> Record | None:
    """The workflow that an issue goes through."""
    return of(site, issue["project"], issue["fields"].get("issuetype"))


def initial(site: Site, project: str | None, kind: str | None) -> str | None:
    """The status of a new issue."""
    found = of(site, project, kind)
    status = None if found is None else found["initial"]
    return status or next((str(one["id"]) for one in site.table("status")), None)


def fits(site: Site, issue: Record, kind: str) -> bool:
    """Whether the workflow of another issue type has the status in which the issue is."""
    found, status = of(site, issue["project"], kind), issue["fields"].get("status")
    if found is None or found == of_issue(site, issue) or status == found["initial"]:
        return True
    return any(status == one["to"] or status in (one.get("from") or ()) for one in found["transitions"])


def leaving(site: Site, issue: Record) -> list[Record]:
    """The transitions out of the status of an issue, whoever asks."""
    found = of_issue(site, issue)
    status = issue["fields"].get("status")
    return [one for one in (found or {}).get("transitions", ()) if leads_from(one, status)]


def leads_from(transition: Record, status: Json) -> bool:
    """Whether a transition starts at this status."""
    return not transition.get("from") or status in transition["from"]


def open_to(ctx: Context, issue: Record, transition: Record) -> bool:
    """Whether the caller meets the conditions of a transition."""
    project = ctx.table("project").get(issue["project"])
    wanted = transition.get("permission")
    return wanted is None or (project is not None and Rights(ctx).within(wanted, project, issue))


def may_transition(ctx: Context, issue: Record) -> bool:
    """Whether the caller may send this issue through its workflow at all."""
    project = ctx.table("project").get(issue["project"])
    return project is not None and Rights(ctx).within("TRANSITION_ISSUES", project, issue)


def passed(ctx: Context, issue: Record, transition: Record, fields: Mapping[str, Json]) -> Record:
    """The issue in its new status, with ``fields`` as they were set and what the workflow does by itself."""
    done = {**(transition.get("set") or {}), **fields, **dict.fromkeys(transition.get("clear") or (), None)}
    return history.changed(ctx, issue, {**done, "status": transition["to"]})


def seeded(site: Site, values: Json) -> Json:
    """A seed record, checked. Raises Problem for what no issue could go through."""
    problems = list(_wrong(site, values))
    if problems:
        raise Problem("invalid", diagnosis="; ".join(problems))
    return values


def _wrong(site: Site, values: Record) -> list[str]:
    found = []
    if values.get("initial") is not None and site.table("status").get(values["initial"]) is None:
        found.append(f"initial: no status {values['initial']!r}")
    for at, one in enumerate(values.get("transitions") or ()):
        where = f"transitions[{at}]"
        if unknown := set(one) - set(MEMBERS):
            found.append(f"{where}: unknown members {sorted(unknown)}; known are {', '.join(MEMBERS)}")
        if not str(one.get("id", "")).isdigit() or not isinstance(one.get("id"), str) or not one.get("name"):
            found.append(f"{where}: a transition has an id, digits as text, and a name")
        for status in (one.get("to"), *(one.get("from") or ())):
            if site.table("status").get(status) is None:
                found.append(f"{where}: no status {status!r}")
        if one.get("screen") is not None and site.table("screen").get(one["screen"]) is None:
            found.append(f"{where}: no screen {one['screen']!r}")
    return found
