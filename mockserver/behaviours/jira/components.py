"""Components of projects, and who is assigned issues that name them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-components/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from mockserver.behaviours.jira import holdings, paged, rights, users
from mockserver.behaviours.jira.words import NameWords, broken, broken_name
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

NAME_WORDS = NameWords("component", "component_name", "component_name_long", "component_taken")


def create(ctx: Context) -> Outcome:
    """A new component."""
    body = ctx.body
    project = holdings.named_project(ctx, {"project": body.get("project")})
    if project is not None:
        _may_change(ctx, project)
    wrong = [] if project is not None else [broken(ctx.site, "project", "component_project")]
    name = str(body.get("name") or "").strip()
    wrong += [*broken_name(ctx.site, name, project, None, NAME_WORDS), *_broken_lead(ctx.site, body)]
    if wrong or project is None:
        raise Problem("invalid", broken=wrong, diagnosis="the component cannot be made like this")
    component = ctx.table("component").add(
        {
            "project": project["id"],
            "name": name,
            "description": body.get("description"),
            "lead": _lead(body),
            "assigneeType": body.get("assigneeType") or "PROJECT_DEFAULT",
        }
    )
    return Outcome("created", component)


def update(ctx: Context) -> Outcome:
    """The component with the members of the body over it; no lead where the one given is empty."""
    component, body = ctx.found(), ctx.body
    project = holdings.project_of(ctx, component)
    _may_change(ctx, project)
    values = {name: body[name] for name in ("description", "assigneeType") if body.get(name) is not None}
    wrong = list(_broken_lead(ctx.site, body))
    if body.get("name") is not None:
        values["name"] = body["name"].strip()
        wrong += broken_name(ctx.site, values["name"], project, component, NAME_WORDS)
    if "leadAccountId" in body or "leadUserName" in body:
        values["lead"] = _lead(body)
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the component cannot be changed like this")
    return Outcome("updated", ctx.table("component").change(component, values))


def delete(ctx: Context) -> Outcome:
    """Forget the component; its issues get the one that ``moveIssuesTo`` names, or none."""
    component, wanted = ctx.found(), ctx.query.get("moveIssuesTo")
    _may_change(ctx, holdings.project_of(ctx, component))
    heir = None if wanted is None else ctx.table("component").get(wanted)
    elsewhere = heir is None or heir["project"] != component["project"] or heir["id"] == component["id"]
    if wanted is not None and elsewhere:
        raise Problem("no_component", diagnosis=f"no other component {wanted!r} in this project", id=wanted)
    holdings.swap(ctx, "components", component, heir, holdings.holders(ctx, "components", component))
    ctx.table("component").drop(component)
    return Outcome("deleted")


def related(ctx: Context) -> Outcome:
    """How many issues name the component."""
    component = ctx.found()
    document = {
        "self": f"{ctx.api}/component/{component['id']}",
        "issueCount": len(holdings.holding(ctx, "components", component)),
    }
    return Outcome("ok", document, ready=True)


def listed(ctx: Context) -> Outcome:
    """All components of the project, in the order of the alphabet; those of Compass are none."""
    return Outcome("ok", _asked(ctx), many=True)


def page(ctx: Context) -> Outcome:
    """Components of the project with the number of their issues; one page of them."""
    counts = {one["id"]: len(holdings.holding(ctx, "components", one)) for one in _asked(ctx)}
    orders = {
        "description": paged.text("description"),
        "issueCount": lambda one: counts[one["id"]],
        "lead": lambda one: one["lead"],
        "name": paged.text("name"),
    }
    found = paged.matching(ctx.query.get("query"), _asked(ctx), "name", "description")
    ordered = paged.ordered(ctx, found, orders)
    return Outcome("ok", [{**shown(ctx, one), "issueCount": counts[one["id"]]} for one in ordered], many=True)


def of_projects(ctx: Context) -> Outcome:
    """Components of the projects asked for, of all where none is; one page of them."""
    wanted = [one for text in ctx.query.get("projectIdsOrKeys") or () for one in text.split(",")]
    projects = [holdings.named_project(ctx, {"project": one}) for one in wanted]
    everything = [one for one in ctx.table("project") if rights.visible_project(ctx, one)]
    found = [row for one in projects or everything if one is not None for row in of(ctx.site, one)]
    kept = paged.matching(ctx.query.get("query"), found, "name", "description")
    orders = {"description": paged.text("description"), "name": paged.text("name")}
    return Outcome("ok", [brief(ctx, one) for one in paged.ordered(ctx, kept, orders)], many=True)


def of(site: Site, project: Record) -> list[Record]:
    """The components of a project, in the order of the alphabet."""
    return sorted(
        site.table("component").where(project=project["id"]), key=lambda one: one["name"].casefold()
    )


def shown(ctx: Context, component: Record) -> dict[str, Json]:
    """A component, with whom its issues are assigned to by default and whom they really are."""
    project = holdings.project_of(ctx, component)
    kind = component["assigneeType"]
    real = real_type(component, project)
    return {
        **brief(ctx, component),
        "lead": users.by_id(ctx, component["lead"]),
        "assigneeType": kind,
        "assignee": users.by_id(ctx, assigned(component, project, kind)),
        "realAssigneeType": real,
        "realAssignee": users.by_id(ctx, assigned(component, project, real)),
        "isAssigneeTypeValid": kind in (real, "PROJECT_DEFAULT"),
        "project": project["key"],
        "projectId": int(project["id"]),
    }


def brief(ctx: Context, component: Record) -> dict[str, Json]:
    """A component as an issue's fields hold it."""
    return {
        "self": f"{ctx.api}/component/{component['id']}",
        "id": component["id"],
        "name": component["name"],
        "description": component["description"],
    }


def real_type(component: Record, project: Record) -> str:
    """Whom issues go to in the end: a lead that is not there is as good as the project's default."""
    kind: str = component["assigneeType"]
    if kind == "PROJECT_DEFAULT" or (kind == "COMPONENT_LEAD" and component["lead"] is None):
        return str(project["assigneeType"])
    return kind


def assigned(component: Record, project: Record, kind: str) -> str | None:
    """The account that a type of assignee stands for; None for nobody."""
    if kind == "PROJECT_DEFAULT":
        kind = project["assigneeType"]
    found = {"COMPONENT_LEAD": component["lead"], "PROJECT_LEAD": project["lead"]}.get(kind)
    return None if found is None else str(found)


def automatic(site: Site, project: Record, ids: Collection[str]) -> str | None:
    """Whom an issue with these components is assigned to where it names nobody; None for nobody.

    The first component, by name, that has a rule of its own decides, else the project.
    """
    for one in of(site, project):
        if one["id"] in ids and one["assigneeType"] != "PROJECT_DEFAULT":
            return assigned(one, project, real_type(one, project))
    return assigned({"lead": None}, project, "PROJECT_DEFAULT")


def seeded(site: Site, values: Json) -> Json:
    """A seed record with the id of its project. Raises Problem for what a request could not say."""
    project = site.table("project").find(str(values.get("project")))
    if project is None:
        raise Problem("invalid", diagnosis=f"'project' must name a project, not {values.get('project')!r}")
    wrong = broken_name(site, str(values.get("name") or ""), project, values, NAME_WORDS)
    if wrong:
        raise Problem("invalid", broken=list(wrong))
    return {**values, "project": project["id"]}


def _asked(ctx: Context) -> list[Record]:
    return [] if ctx.query["componentSource"] == "compass" else of(ctx.site, ctx.found())


def _lead(body: Mapping[str, Json]) -> str | None:
    return body.get("leadAccountId") or body.get("leadUserName") or None


def _may_change(ctx: Context, project: Record) -> None:
    if not rights.administers(ctx, project):
        raise Problem("may_not_change_components", diagnosis="the caller lacks ADMINISTER_PROJECTS")


def _broken_lead(site: Site, body: Mapping[str, Json]) -> Iterable[Broken]:
    lead = _lead(body)
    if lead is not None and site.table("user").get(lead) is None:
        return [broken(site, "leadAccountId", "user_unknown", value=lead)]
    return []
