"""Versions of projects: made, shown, listed, changed.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from mockserver.behaviours.jira import holdings, paged, rights
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import NameWords, broken, broken_name
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

NAME_WORDS = NameWords("version", "version_name", "version_name_long", "version_taken")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ORDERS = {
    "description": paged.text("description"),
    "name": paged.text("name"),
    "releaseDate": lambda one: one["releaseDate"],
    "sequence": lambda one: one["sequence"],
    "startDate": lambda one: one["startDate"],
}


def create(ctx: Context) -> Outcome:
    """A new version, last of its project."""
    body = ctx.body
    project = holdings.named_project(ctx, body)
    values = {name: body.get(name) for name in ("startDate", "releaseDate")}
    wrong = [] if project is not None else [broken(ctx.site, "projectId", "version_project")]
    name = str(body.get("name") or "").strip()
    wrong += broken_name(ctx.site, name, project, None, NAME_WORDS)
    wrong += _broken_dates(ctx.site, values)
    if wrong or project is None:
        raise Problem("invalid", broken=wrong, diagnosis="the version cannot be made like this")
    _may_change(ctx, project)
    version = ctx.table("version").add(
        {
            **values,
            "project": project["id"],
            "name": name,
            "description": body.get("description"),
            "archived": bool(body.get("archived")),
            "released": bool(body.get("released")),
            "driver": body.get("driver"),
            "sequence": 1 + max((one["sequence"] for one in of(ctx.site, project)), default=0),
        }
    )
    notice.happened(ctx, "jira:version_created", version=version)
    return Outcome("created", version)


def update(ctx: Context) -> Outcome:
    """The version with the members of the body over it.

    With ``moveUnfixedIssuesTo``, the address of another version, its unresolved issues go there.
    """
    version, body = ctx.found(), ctx.body
    project = holdings.project_of(ctx, version)
    _may_change(ctx, project)
    names = ("description", "archived", "released", "startDate", "releaseDate", "driver")
    values = {name: body[name] for name in names if name in body}
    wrong: list[Broken] = []
    if "name" in body:
        values["name"] = str(body["name"] or "").strip()
        wrong += broken_name(ctx.site, values["name"], project, version, NAME_WORDS)
    wrong += _broken_dates(ctx.site, {**version, **values})
    heir = None
    if body.get("moveUnfixedIssuesTo"):
        heir = ctx.table("version").get(str(body["moveUnfixedIssuesTo"]).rstrip("/").rpartition("/")[2])
        if heir is None or heir["project"] != version["project"]:
            wrong.append(broken(ctx.site, "moveUnfixedIssuesTo", "version_elsewhere"))
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the version cannot be changed like this")
    changed = ctx.table("version").change(version, values)
    notice.version_changed(ctx, version, changed)
    if heir is not None:
        open_ones = [one for one in holdings.holders(ctx, "fixVersions", version) if unresolved(one)]
        holdings.swap(ctx, "fixVersions", version, heir, open_ones)
    return Outcome("updated", changed)


def listed(ctx: Context) -> Outcome:
    """All versions of the project, in their order."""
    return Outcome("ok", of(ctx.site, ctx.found()), many=True)


def page(ctx: Context) -> Outcome:
    """Versions of the project by ``query`` and ``status``, as ``orderBy`` says; one page of them."""
    found = paged.matching(ctx.query.get("query"), of(ctx.site, ctx.found()), "name", "description")
    if statuses := {one.strip() for one in str(ctx.query.get("status") or "").split(",")} - {""}:
        found = [one for one in found if state(one) in statuses]
    return Outcome("ok", paged.ordered(ctx, found, ORDERS), many=True)


def of(site: Site, project: Record) -> list[Record]:
    """The versions of a project, in their order."""
    return sorted(site.table("version").where(project=project["id"]), key=lambda one: one["sequence"])


def state(version: Record) -> str:
    """What ``status`` calls a version: archived, released or unreleased."""
    return "archived" if version["archived"] else "released" if version["released"] else "unreleased"


def shown(ctx: Context, version: Record) -> dict[str, Json]:
    """A version; ``overdue`` is told where it has a day of release."""
    released_on, today = version["releaseDate"], ctx.now.date().isoformat()
    overdue = None if released_on is None else not version["released"] and released_on < today
    document: dict[str, Json] = {
        **brief(ctx, version),
        "startDate": version["startDate"],
        "overdue": overdue,
        "userStartDate": _for_people(version["startDate"]),
        "userReleaseDate": _for_people(released_on),
        "projectId": int(version["project"]),
        "driver": version["driver"],
    }
    expand = {one.strip() for one in str(ctx.query.get("expand") or "").split(",")}
    if "operations" in expand:
        document["operations"] = []
    if "approvers" in expand:
        document["approvers"] = []
    if "issuesstatus" in expand:
        document["issuesStatusForFixVersion"] = _progress(ctx, version)
    return document


def brief(ctx: Context, version: Record) -> dict[str, Json]:
    """A version as an issue's fields hold it."""
    return {
        "self": f"{ctx.api}/version/{version['id']}",
        "id": version["id"],
        "description": version["description"],
        "name": version["name"],
        "archived": version["archived"],
        "released": version["released"],
        "releaseDate": version["releaseDate"],
    }


def seeded(site: Site, values: Json) -> Json:
    """A seed record with the id of its project and a place in its order. Raises Problem."""
    project = site.table("project").find(str(values.get("project")))
    if project is None:
        raise Problem("invalid", diagnosis=f"'project' must name a project, not {values.get('project')!r}")
    wrong = [
        *broken_name(site, str(values.get("name") or ""), project, values, NAME_WORDS),
        *_broken_dates(site, values),
    ]
    if wrong:
        raise Problem("invalid", broken=wrong)
    place = 1 + max((one["sequence"] for one in of(site, project)), default=0)
    return {"sequence": place, **values, "project": project["id"]}


def unresolved(issue: Record) -> bool:
    """Whether an issue has no resolution."""
    return issue["fields"].get("resolution") is None


def may_change(ctx: Context, version: Record) -> None:
    """Raise Problem("no_version") for callers who do not administer the version's project."""
    if not rights.administers(ctx, holdings.project_of(ctx, version)):
        raise Problem("no_version", diagnosis="the caller lacks ADMINISTER_PROJECTS", id=version["id"])


def _may_change(ctx: Context, project: Record) -> None:
    if not rights.administers(ctx, project):
        raise Problem("no_project", diagnosis="the caller lacks ADMINISTER_PROJECTS", id=project["key"])


def _progress(ctx: Context, version: Record) -> dict[str, int]:
    """How many issues to be fixed in it are in each category of status."""
    names = {2: "toDo", 4: "inProgress", 3: "done"}
    category = {one["id"]: one["category"] for one in ctx.table("status")}
    found = dict.fromkeys(("unmapped", *names.values()), 0)
    for issue in holdings.holding(ctx, "fixVersions", version):
        found[names.get(category.get(issue["fields"]["status"], 1), "unmapped")] += 1
    return found


def _broken_dates(site: Site, values: Mapping[str, Json]) -> Iterable[Broken]:
    found: list[Broken] = []
    for name in ("startDate", "releaseDate"):
        if values.get(name) is not None and _day(values[name]) is None:
            found.append(broken(site, name, "bad_date", value=values[name]))
    start, release = _day(values.get("startDate")), _day(values.get("releaseDate"))
    if not found and start is not None and release is not None and start > release:
        found.append(broken(site, "startDate", "version_dates"))
    return found


def _day(value: Json) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _for_people(value: Json) -> str | None:
    day = _day(value)
    return None if day is None else f"{day.day}/{MONTHS[day.month - 1]}/{day.year}"
