"""Projects: made, and shown in full or as issues hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mockserver.behaviours.jira import users
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context, Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

KEY = re.compile(r"[A-Z][A-Z0-9]{1,9}")
NAME_LIMIT = 80


def brief(ctx: Context, project: Record) -> dict[str, Json]:
    """A project as an issue's fields hold it."""
    return {
        "self": f"{ctx.api}/project/{project['id']}",
        "id": project["id"],
        "key": project["key"],
        "name": project["name"],
        "projectTypeKey": project["projectTypeKey"],
        "simplified": project["simplified"],
        "avatarUrls": users.avatars(f"{ctx.base}/secure/projectavatar?pid={project['id']}"),
    }


def shown(ctx: Context, project: Record) -> dict[str, Json]:
    """A project in full.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
    """
    return {
        "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
        **brief(ctx, project),
        "description": project["description"],
        "lead": users.by_id(ctx, project["lead"]),
        "components": [],
        "issueTypes": [ctx.view("issue_type", one) for one in ctx.table("issue_type")],
        "url": project["url"],
        "assigneeType": project["assigneeType"],
        "versions": [],
        "roles": {},
        "style": "next-gen" if project["simplified"] else "classic",
        "isPrivate": False,
        "properties": {},
    }


def create(ctx: Context) -> Outcome:
    """A new project.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-post
    """
    body = ctx.body
    project = ctx.table("project").add(
        {
            "key": body["key"],
            "name": body["name"].strip(),
            "description": body.get("description") or "",
            "url": body.get("url"),
            "lead": body.get("leadAccountId") or body.get("lead"),
            "assigneeType": body.get("assigneeType") or "UNASSIGNED",
            "projectTypeKey": body.get("projectTypeKey") or "software",
            "simplified": "simplified" in (body.get("projectTemplateKey") or ""),
        }
    )
    document = {
        "self": f"{ctx.api}/project/{project['id']}",
        "id": int(project["id"]),
        "key": project["key"],
    }
    return Outcome("created", document, ready=True)


def seeded(site: Site, values: Json) -> Json:
    """A seed record with a name and a lead. Raises Problem for a key that a request could not give."""
    if not KEY.fullmatch(str(values.get("key") or "")):
        raise Problem("invalid", broken=[broken(site, "key", "project_key")])
    lead = str(values.get("lead") or site.service.auth.default)
    if site.table("user").get(lead) is None:
        raise Problem("invalid", broken=[broken(site, "lead", "project_lead")])
    return {**values, "name": values.get("name") or values["key"], "lead": lead}


def broken_rules(ctx: Context, body: Json) -> list[Broken]:
    """What no schema can say about a project to be; a member of the wrong type is the schema's to refuse."""
    return list(_broken(ctx, body)) if isinstance(body, dict) else []


def _broken(ctx: Context, body: Mapping[str, Json]) -> Iterator[Broken]:
    table = ctx.table("project")
    key, name = _text(body, "key"), _text(body, "name").strip()
    if not KEY.fullmatch(key):
        yield broken(ctx.site, "projectKey", "project_key")
    elif table.where(key=key):
        yield broken(ctx.site, "projectKey", "project_key_taken", value=key)
    if not name:
        yield broken(ctx.site, "projectName", "project_name")
    elif len(name) > NAME_LIMIT:
        yield broken(ctx.site, "projectName", "project_name_long", limit=NAME_LIMIT)
    elif any(one["name"].casefold() == name.casefold() for one in table):
        yield broken(ctx.site, "projectName", "project_name_taken")
    lead = _text(body, "leadAccountId") or _text(body, "lead")
    if ctx.table("user").get(lead) is None:
        yield broken(ctx.site, "projectLead", "project_lead")


def _text(body: Mapping[str, Json], member: str) -> str:
    value = body.get(member)
    return value if isinstance(value, str) else ""
