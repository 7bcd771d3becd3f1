"""Custom fields that pick a group, a version or a project: stored is the id of what was picked.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-post
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import fields, groups, projects, versions
from mockserver.behaviours.jira.fields import Speech
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Record

VERSIONS = fields.parts("version")


def group(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    """The id of the group that ``{"groupId": …}`` or ``{"name": …}`` names."""
    return None if value is None else group_item(site, speech, declared, value)


def group_item(site: Site, speech: Speech, declared: Record, value: Json) -> str:
    """The same in a list, where there is no null."""
    if not isinstance(value, Mapping):
        raise Refused("not_an_object")
    wanted = value.get("groupId") or value.get("name")
    found = site.table("group").find(str(wanted)) if wanted else None
    if found is None:
        raise Refused("group_unknown", value=wanted)
    return str(found["groupId"])


def version(site: Site, speech: Speech, declared: Record, value: Json) -> Json:
    """The id of a version of the issue's project, by id or name."""
    return None if value is None else version_item(site, speech, declared, value)


def version_item(site: Site, speech: Speech, declared: Record, value: Json) -> Json:
    """The same in a list, where there is no null."""
    return VERSIONS.read(site, speech, [value])[0]


def project(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    """The id of a project given by id or key."""
    return None if value is None else fields.project(site, speech, value)


def show_group(ctx: Context, value: Json) -> Json:
    """A group by its name; null once it is gone."""
    found = ctx.table("group").get(value)
    return None if found is None else groups.brief(ctx, found)


def show_version(ctx: Context, value: Json) -> Json:
    """A version as other fields hold it; null once it is gone."""
    found = ctx.table("version").get(value)
    return None if found is None else versions.brief(ctx, found)


def show_project(ctx: Context, value: Json) -> Json:
    """A project as issues hold it; null once it is gone."""
    found = ctx.table("project").get(value)
    return None if found is None else projects.brief(ctx, found)
