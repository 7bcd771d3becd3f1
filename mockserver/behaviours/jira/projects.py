"""Projects: made, and shown in full, in lists, or as issues hold them."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.behaviours.jira import categories, components, project_boards, rights, roles, users, versions
from mockserver.behaviours.jira.project_rules import DEFAULT_SCHEME_ID, KEY
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record

EXPANDABLE = "description,lead,issueTypes,url,projectKeys,permissions,insight"
# What the templates of business projects begin with; those of software projects have every type.
BUSINESS_TYPES = ("Epic", "Task", "Sub-task")


def brief(ctx: Context, project: Record) -> dict[str, Json]:
    """A project as an issue's fields hold it."""
    document = {
        "self": f"{ctx.api}/project/{project['id']}",
        "id": project["id"],
        "key": project["key"],
        "name": project["name"],
        "projectTypeKey": project["projectTypeKey"],
        "simplified": project["simplified"],
        "avatarUrls": users.avatars(f"{ctx.base}/secure/projectavatar?pid={project['id']}"),
    }
    category = categories.shown(ctx, project)
    return document if category is None else {**document, "projectCategory": category}


def shown(ctx: Context, project: Record) -> dict[str, Json]:
    """A project in full.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
    """
    document = {
        "expand": EXPANDABLE,
        **brief(ctx, project),
        "description": project["description"],
        "lead": users.by_id(ctx, project["lead"]),
        "components": [components.shown(ctx, one) for one in components.of(ctx.site, project)],
        "issueTypes": [ctx.view("issue_type", one) for one in issue_types(ctx.site, project)],
        "url": project["url"],
        "assigneeType": project["assigneeType"],
        "versions": [versions.shown(ctx, one) for one in versions.of(ctx.site, project)],
        "roles": roles.addresses(ctx, project),
        "style": _style(project),
        "isPrivate": False,
        "properties": {},
    }
    return {**document, **_expansions(ctx, project, ("insight", "projectKeys", "permissions"))}


def listed(ctx: Context, project: Record) -> dict[str, Json]:
    """A project as lists show it: what is long only where ``expand`` asks for it."""
    document = {
        "expand": EXPANDABLE,
        **brief(ctx, project),
        "style": _style(project),
        "isPrivate": False,
        "properties": {},
    }
    return {**document, **_expansions(ctx, project, EXPANDABLE.split(","))}


def create(ctx: Context) -> Outcome:
    """A new project: its template gives the issue types, the default actors play its roles.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-post
    """
    body = ctx.body
    template = body.get("projectTemplateKey") or ""
    kind = body.get("projectTypeKey") or ("business" if "jira-core" in template else "software")
    project = ctx.table("project").add(
        {
            "key": body["key"],
            "name": body["name"].strip(),
            "description": body.get("description") or "",
            "url": body.get("url"),
            "lead": body.get("leadAccountId") or body.get("lead"),
            "assigneeType": body.get("assigneeType") or "UNASSIGNED",
            "projectTypeKey": kind,
            "simplified": "simplified" in template and "classic" not in template,
            "projectCategory": None if body.get("categoryId") is None else str(body["categoryId"]),
            "permissionScheme": body.get("permissionScheme"),
            "issueTypes": _template_types(ctx.site, kind),
        }
    )
    notice.happened(ctx, "project_created", project=project)
    roles.begin(ctx, project)
    project_boards.of_new_project(ctx, project)
    document = {
        "self": f"{ctx.api}/project/{project['id']}",
        "id": int(project["id"]),
        "key": project["key"],
    }
    return Outcome("created", document, ready=True)


def issue_types(site: Site, project: Record) -> list[Record]:
    """The issue types of a project; all of the site where it names none."""
    named = project.get("issueTypes")
    return [one for one in site.table("issue_type") if named is None or one["id"] in named]


def seeded(site: Site, values: Json) -> Json:
    """A seed record with a name and a lead. Raises Problem for a key that a request could not give."""
    if not KEY.fullmatch(str(values.get("key") or "")):
        raise Problem("invalid", broken=[broken(site, "key", "project_key")])
    lead = str(values.get("lead") or site.service.auth.default)
    if site.table("user").get(lead) is None:
        raise Problem("invalid", broken=[broken(site, "lead", "project_lead")])
    return {**values, "name": values.get("name") or values["key"], "lead": lead}


def notifications(ctx: Context) -> Outcome:
    """The notification scheme of the project: the site has one for all.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-projectkeyorid-notificationscheme-get
    """
    if not rights.administers(ctx, ctx.found()):
        raise Problem("no_project", diagnosis="the caller lacks ADMINISTER_PROJECTS", id=ctx.found()["key"])
    document = {
        "expand": "notificationSchemeEvents,user,group,projectRole,field,all",
        "id": DEFAULT_SCHEME_ID,
        "self": f"{ctx.api}/notificationscheme/{DEFAULT_SCHEME_ID}",
        "name": "Default Notification Scheme",
        "description": "Who hears of what, unless a project says otherwise.",
    }
    if ctx.query.get("expand"):
        document["notificationSchemeEvents"] = list(_events())
    return Outcome("ok", document, ready=True)


def _events() -> Iterable[Json]:
    receivers = ("CurrentAssignee", "Reporter", "AllWatchers")
    for number, name in enumerate(("Issue created", "Issue updated", "Issue assigned"), 1):
        told = [{"id": number * 10 + at, "notificationType": one} for at, one in enumerate(receivers)]
        event = {"id": number, "name": name, "description": f"{name} is the event."}
        yield {"event": event, "notifications": told}


def _style(project: Record) -> str:
    return "next-gen" if project["simplified"] else "classic"


def _template_types(site: Site, kind: str) -> list[str] | None:
    if kind != "business":
        return None
    return [one["id"] for one in site.table("issue_type") if one["name"] in BUSINESS_TYPES]


def _expansions(ctx: Context, project: Record, offered: Iterable[str]) -> dict[str, Json]:
    asked = {one.strip() for one in str(ctx.query.get("expand") or "").split(",")} & set(offered)
    found: dict[str, Json] = {}
    if "description" in asked:
        found["description"] = project["description"]
    if "lead" in asked:
        found["lead"] = users.by_id(ctx, project["lead"])
    if "issueTypes" in asked:
        found["issueTypes"] = [ctx.view("issue_type", one) for one in issue_types(ctx.site, project)]
    if "url" in asked:
        found["url"] = project["url"]
    if "projectKeys" in asked:
        found["projectKeys"] = [project["key"], *project.get("formerKeys", ())]
    if "permissions" in asked:
        found["permissions"] = {"canEdit": rights.administers(ctx, project)}
    if "insight" in asked:
        found["insight"] = insight(ctx, project)
    return found


def insight(ctx: Context, project: Record) -> dict[str, Json]:
    """How many issues a project has, and when one of them was last changed."""
    issues = ctx.table("issue").where(project=project["id"])
    document: dict[str, Json] = {"totalIssueCount": len(issues)}
    if issues:
        document["lastIssueUpdateTime"] = max(str(one["fields"].get("updated") or "") for one in issues)
    return document
