"""With whom a filter is shared.

Stored is ``{id, type, project?, role?, group?, user?}`` with ids of what is named.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-filter-sharing/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote_plus

from mockserver.behaviours.jira import groups, projects, rights, users
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

EVERYBODY = ("global", "authenticated", "loggedin")
# What is told here of a user: less than elsewhere.
OF_USERS = ("self", "accountId", "avatarUrls", "displayName", "active")


def listed(ctx: Context) -> Outcome:
    """Everybody whom the filter is shared with."""
    return Outcome("ok", [shown(ctx, one) for one in _filter(ctx)["sharePermissions"]], ready=True)


def one(ctx: Context) -> Outcome:
    """One of those whom the filter is shared with."""
    return Outcome("ok", shown(ctx, _share(ctx)), ready=True)


def add(ctx: Context) -> Outcome:
    """The filter shared with one more; with everybody only where it is shared with nobody else."""
    record = editable(ctx, _filter(ctx))
    held = record["sharePermissions"]
    try:
        share = read(ctx, _flat(ctx.body))
    except Refused as refused:
        wrong = broken(ctx.site, "sharePermissions", refused.word, **refused.values)
        raise Problem("invalid", broken=[wrong]) from None
    if held and share["type"] in EVERYBODY:
        raise Problem("already_shared", diagnosis="global shares stand alone", type=share["type"])
    same = [item for item in held if {**item, "id": 0} == {**share, "id": 0}]
    shares = held if same else [*held, share]
    ctx.table("filter").change(record, {"sharePermissions": shares})
    return Outcome("created", [shown(ctx, item) for item in shares], ready=True)


def remove(ctx: Context) -> Outcome:
    """Share the filter with one less."""
    gone = _share(ctx)
    record = editable(ctx, _filter(ctx))
    kept = [item for item in record["sharePermissions"] if item["id"] != gone["id"]]
    ctx.table("filter").change(record, {"sharePermissions": kept})
    return Outcome("deleted")


def default_scope(ctx: Context) -> Outcome:
    """With whom new filters of the caller are shared unless they say otherwise."""
    return Outcome("ok", {"scope": ctx.caller.user.get("shareScope") or "PRIVATE"}, ready=True)


def set_default_scope(ctx: Context) -> Outcome:
    """The caller's choice from now on."""
    if not ctx.caller.anonymous:
        ctx.table("user").change(ctx.caller.user, {"shareScope": ctx.body["scope"]})
    return Outcome("ok", {"scope": ctx.body["scope"]}, ready=True)


def read_all(ctx: Context, given: Iterable[Json], key: str) -> tuple[list[Record], list[Broken]]:
    """All shares of a body, and what is wrong with them."""
    found: list[Record] = []
    wrong: list[Broken] = []
    for item in given:
        try:
            found.append(read(ctx, _nested(item)))
        except Refused as refused:
            wrong.append(broken(ctx.site, key, refused.word, **refused.values))
    return found, wrong


def read(ctx: Context, given: Mapping[str, Json]) -> Record:
    """One share out of ``{type, project, role, group, groupname, user}``. Raises Refused."""
    kind = given["type"]
    share: dict[str, Json] = {"id": 0, "type": kind}
    if kind in ("project", "projectRole"):
        project = ctx.table("project").find(str(given.get("project")))
        if project is None or not rights.visible_project(ctx, project):
            raise Refused("share_unknown", kind="project", value=given.get("project"))
        share["project"] = project["id"]
    if kind == "projectRole" or (kind == "project" and given.get("role") is not None):
        role = ctx.table("role").find(str(given.get("role")))
        if role is None:
            raise Refused("share_unknown", kind="role", value=given.get("role"))
        share.update(type="project", role=role["id"])
    if kind == "group":
        wanted = given.get("group") or given.get("groupname")
        group = ctx.table("group").find(str(wanted))
        if group is None:
            raise Refused("share_unknown", kind="group", value=wanted)
        share["group"] = group["groupId"]
    if kind == "user":
        if ctx.table("user").get(str(given.get("user"))) is None:
            raise Refused("share_unknown", kind="user", value=given.get("user"))
        share["user"] = given["user"]
    if kind == "authenticated":
        share["type"] = "loggedin"
    share["id"] = ctx.ids.number("jira/share", 10_000)
    return share


def seeded(site: Site, shares: Iterable[Mapping[str, Json]]) -> list[Record]:
    """Shares of a seed as they are stored: numbered, and of the type that replies name."""
    return [
        {
            "id": site.ids.number("jira/share", 10_000),
            **share,
            "type": "loggedin" if share["type"] == "authenticated" else share["type"],
        }
        for share in shares
    ]


def open_to(ctx: Context, share: Record) -> bool:
    """Whether the caller is among those whom a share names."""
    who, kind = rights.caller(ctx), share["type"]
    if kind in EVERYBODY:
        return kind == "global" or who.known
    if kind == "user":
        return bool(share["user"] == who.account)
    if kind == "group":
        group = ctx.table("group").get(share["group"])
        return group is not None and group["name"] in who.groups
    project = ctx.table("project").get(share["project"])
    if project is None:
        return False
    if share.get("role") is not None:
        return rights.in_role(ctx, who, project, share["role"])
    return rights.Rights(ctx).within(rights.BROWSE, project)


def visible(ctx: Context, record: Record) -> bool:
    """Whether the caller owns the filter, or it is shared with them."""
    account = ctx.caller.user.get("accountId")
    shares = (*record["sharePermissions"], *record["editPermissions"])
    return record["owner"] == account or any(open_to(ctx, one) for one in shares)


def editable(ctx: Context, record: Record) -> Record:
    """The filter, for those who may change it."""
    mine = record["owner"] == ctx.caller.user.get("accountId")
    if not mine and not any(open_to(ctx, one) for one in record["editPermissions"]):
        raise Problem("may_not_change_filter", diagnosis="neither owner nor editor", id=record["id"])
    return record


def shown(ctx: Context, share: Record) -> dict[str, Json]:
    """A share with what it names."""
    document: dict[str, Json] = {"id": share["id"], "type": share["type"]}
    project = ctx.table("project").get(share.get("project") or "")
    if project is not None:
        document["project"] = projects.brief(ctx, project)
    role = ctx.table("role").get(share.get("role") or 0)
    if role is not None and project is not None:
        address = f"{ctx.api}/project/{project['id']}/role/{role['id']}"
        document["role"] = {"self": address, "name": role["name"], "id": role["id"]}
    group = ctx.table("group").get(share.get("group") or "")
    if group is not None:
        document["group"] = groups.brief(ctx, group)
    if share.get("user") is not None:
        person = users.by_id(ctx, share["user"]) or {}
        document["user"] = {name: person[name] for name in OF_USERS if name in person}
    return document


def encoded(jql: str) -> str:
    """A query as an address holds it."""
    return quote_plus(jql)


def _filter(ctx: Context) -> Record:
    """The filter that the path names; here a missing one is told otherwise than in the page of filters."""
    found = ctx.table("filter").get(ctx.path["sharedFilterId"])
    if found is None or not visible(ctx, found):
        raise Problem("no_shared_filter", diagnosis="no such filter that the caller may see")
    return found


def _share(ctx: Context) -> Record:
    wanted = ctx.path["shareId"]
    for item in _filter(ctx)["sharePermissions"]:
        if item["id"] == wanted:
            return dict(item)
    raise Problem("no_share", diagnosis=f"no share {wanted} of this filter", id=wanted)


def _flat(body: Mapping[str, Json]) -> dict[str, Json]:
    """How a share is asked for on its own: ids beside one another."""
    return {
        "type": body["type"],
        "project": body.get("projectId"),
        "role": body.get("projectRoleId"),
        "group": body.get("groupId"),
        "groupname": body.get("groupname"),
        "user": body.get("accountId"),
    }


def _nested(item: Mapping[str, Json]) -> dict[str, Json]:
    """How a filter holds its shares: with what they name inside."""

    def inner(name: str, *members: str) -> Json:
        value = item.get(name) or {}
        return next((value[one] for one in members if value.get(one) is not None), None)

    return {
        "type": item["type"],
        "project": inner("project", "id", "key"),
        "role": inner("role", "id"),
        "group": inner("group", "groupId"),
        "groupname": inner("group", "name"),
        "user": inner("user", "accountId"),
    }
