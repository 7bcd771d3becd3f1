"""Project roles and who plays them. An actor without a project is one that new projects begin with.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-roles/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.behaviours.jira import rights
from mockserver.behaviours.jira.groups import brief as group_brief
from mockserver.behaviours.jira.words import broken, namesake
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

USER, GROUP = "atlassian-user-role-actor", "atlassian-group-role-actor"
Wanted = list[tuple[str, str]]  # ("user", account id) or ("group", name)


def listed(ctx: Context) -> Outcome:
    """All roles, each with its default actors."""
    return Outcome("ok", [shown(ctx, one, None) for one in ctx.table("role")], ready=True)


def one(ctx: Context) -> Outcome:
    """One role with its default actors."""
    return Outcome("ok", shown(ctx, ctx.found(), None), ready=True)


def create(ctx: Context) -> Outcome:
    """A new role without actors."""
    name = str(ctx.body.get("name") or "").strip()
    _refuse(ctx, name, None)
    role = ctx.table("role").add({"name": name, "description": ctx.body.get("description") or ""})
    return Outcome("ok", shown(ctx, role, None), ready=True)


def patch(ctx: Context) -> Outcome:
    """The role with the members of the body over it: the name, else the description, as documented."""
    role, body = ctx.found(), ctx.body
    if body.get("name") is None and body.get("description") is None:
        raise Problem("role_empty", diagnosis="neither name nor description is given")
    if body.get("name") is None:
        return _changed(ctx, role, {"description": body["description"]})
    _refuse(ctx, body["name"].strip(), role)
    return _changed(ctx, role, {"name": body["name"].strip()})


def replace(ctx: Context) -> Outcome:
    """The role with a new name and description; both must be given."""
    role, body = ctx.found(), ctx.body
    if body.get("name") is None or body.get("description") is None:
        raise Problem("role_empty", diagnosis="name and description must be given")
    _refuse(ctx, body["name"].strip(), role)
    return _changed(ctx, role, {"name": body["name"].strip(), "description": body["description"]})


def delete(ctx: Context) -> Outcome:
    """Forget the role. One that is in use only with ``swap``, which takes its place everywhere."""
    role, swap = ctx.found(), ctx.query.get("swap")
    heir = None if swap is None else ctx.table("role").get(swap)
    if swap is not None and (heir is None or heir["id"] == role["id"]):
        raise Problem("no_role", diagnosis=f"no other role {swap}", id=swap)
    holder = {"type": "projectRole", "parameter": str(role["id"])}
    grants = [one for one in ctx.table("permission_grant") if one["holder"] == holder]
    if grants and heir is None:
        raise Problem("role_in_use", diagnosis="permission schemes name the role", name=role["name"])
    for grant in grants:
        named = {"type": "projectRole", "parameter": str((heir or {})["id"])}
        ctx.table("permission_grant").change(grant, {"holder": named})
    ctx.table("role").drop(role)
    return Outcome("deleted")


def addresses(ctx: Context, project: Record) -> dict[str, Json]:
    """The roles of a project as Jira lists them: name to address, an object and no array."""
    base = f"{ctx.api}/project/{project['id']}/role"
    return {one["name"]: f"{base}/{one['id']}" for one in ctx.table("role")}


def of_project(ctx: Context) -> Outcome:
    """Name and address of every role of the project."""
    return Outcome("ok", addresses(ctx, ctx.found()), ready=True)


def details(ctx: Context) -> Outcome:
    """The project's roles without their actors; only those of the caller where ``currentMember`` says so."""
    project = ctx.found()
    who = rights.caller(ctx)
    roles = [
        one
        for one in ctx.table("role")
        if not ctx.query["currentMember"] or rights.in_role(ctx, who, project, one["id"])
    ]
    return Outcome("ok", [_head(ctx, one, project) for one in roles], ready=True)


def in_project(ctx: Context) -> Outcome:
    """One role with those who play it in the project."""
    role, project = ctx.found(), ctx.parents["project"]
    return Outcome("ok", shown(ctx, role, project), ready=True)


def add(ctx: Context) -> Outcome:
    """The role with more actors in the project."""
    project = _administered(ctx)
    return _added(ctx, project, _wanted(ctx, ctx.body))


def set_all(ctx: Context) -> Outcome:
    """The role with exactly these actors in the project."""
    project = _administered(ctx)
    given = ctx.body.get("categorisedActors") or {}
    wanted = _wanted(
        ctx,
        {
            "user": given.get(USER) or (),
            "group": given.get(GROUP) or (),
            "groupId": given.get(f"{GROUP}-id") or (),
        },
    )
    for actor in actors(ctx, ctx.found(), project):
        ctx.table("role_actor").drop(actor)
    return _added(ctx, project, wanted)


def remove(ctx: Context) -> Outcome:
    """Take one actor out of the role in the project."""
    project = _administered(ctx)
    _removed(ctx, project)
    return Outcome("deleted")


def add_default(ctx: Context) -> Outcome:
    """The role with more actors for projects to come."""
    return _added(ctx, None, _wanted(ctx, ctx.body))


def remove_default(ctx: Context) -> Outcome:
    """The role with one actor less for projects to come."""
    _removed(ctx, None)
    return Outcome("ok", shown(ctx, ctx.found(), None), ready=True)


def begin(ctx: Context, project: Record) -> None:
    """Give a new project the default actors of every role."""
    table = ctx.table("role_actor")
    for one in table:
        if one["project"] is None:
            role = ctx.table("role").get(one["role"])
            table.add({"project": project["id"], "user": one["user"], "group": one["group"]}, role)


def actors(ctx: Context, role: Record, project: Record | None) -> list[Record]:
    """The actors of a role in a project, or by default; oldest first."""
    place = None if project is None else project["id"]
    return [one for one in ctx.table("role_actor").under(role) if one["project"] == place]


def shown(ctx: Context, role: Record, project: Record | None) -> dict[str, Json]:
    """A role with its actors in a project, or its default ones."""
    place = "" if project is None else f"/project/{project['id']}"
    found = actors(ctx, role, project)
    if project is not None and ctx.query.get("excludeInactiveUsers"):
        inactive = {one["accountId"] for one in ctx.table("user") if not one.get("active", True)}
        found = [one for one in found if one["user"] not in inactive]
    return {
        "self": f"{ctx.api}{place}/role/{role['id']}",
        "name": role["name"],
        "id": role["id"],
        "description": role["description"],
        "actors": [document for one in found if (document := _actor(ctx, one)) is not None],
    }


def _head(ctx: Context, role: Record, project: Record) -> dict[str, Json]:
    return {
        "self": f"{ctx.api}/project/{project['id']}/role/{role['id']}",
        "name": role["name"],
        "id": role["id"],
        "description": role["description"],
        "admin": role["name"] == "Administrators",
        "default": False,
        "roleConfigurable": True,
        "translatedName": role["name"],
    }


def _actor(ctx: Context, actor: Record) -> dict[str, Json] | None:
    if actor["user"] is not None:
        user = ctx.table("user").get(actor["user"])
        if user is None:
            return None
        account = user["accountId"]
        return {
            "id": actor["id"],
            "displayName": user["displayName"],
            "type": USER,
            "actorUser": {"accountId": account},
            "avatarUrl": f"{ctx.base}/secure/useravatar?ownerId={account}&size=16x16",
        }
    [group] = ctx.table("group").where(name=actor["group"])
    named = group_brief(ctx, group)
    return {
        "id": actor["id"],
        "displayName": group["name"],
        "type": GROUP,
        "name": group["name"],
        "actorGroup": {"name": group["name"], "displayName": group["name"], "groupId": named["groupId"]},
    }


def _administered(ctx: Context) -> Record:
    project = ctx.parents["project"]
    if not rights.administers(ctx, project):
        raise Problem("no_project", diagnosis="the caller lacks ADMINISTER_PROJECTS", id=project["key"])
    return project


def _wanted(ctx: Context, given: Mapping[str, Sequence[str]]) -> Wanted:
    """Everybody whom a body names. Raises Problem actor_missing | no_actor."""
    users, groups = list(given.get("user") or ()), list(given.get("group") or ())
    for one in given.get("groupId") or ():
        found = ctx.table("group").get(str(one).lower())
        groups.append(str(one) if found is None else found["name"])
    wanted: Wanted = []
    for account in users:
        if ctx.table("user").get(account) is None:
            raise Problem("no_actor", diagnosis=f"no user {account!r}", name=account)
        wanted.append(("user", account))
    for name in groups:
        same = ctx.table("group").where(name=name)
        if not same:
            raise Problem("no_actor", diagnosis=f"no group {name!r}", name=name)
        wanted.append(("group", same[0]["name"]))
    return wanted


def _added(ctx: Context, project: Record | None, wanted: Wanted) -> Outcome:
    if not wanted and ctx.operation.method == "POST":
        raise Problem("actor_missing", diagnosis="nobody is named")
    role, table = ctx.found(), ctx.table("role_actor")
    held = {(one["user"], one["group"]) for one in actors(ctx, role, project)}
    for kind, name in wanted:
        pair = (name, None) if kind == "user" else (None, name)
        if pair not in held:
            held.add(pair)
            place = None if project is None else project["id"]
            table.add({"project": place, "user": pair[0], "group": pair[1]}, role)
    return Outcome("ok", shown(ctx, role, project), ready=True)


def _removed(ctx: Context, project: Record | None) -> None:
    asked = {key: [ctx.query[key]] for key in ("user", "group", "groupId") if ctx.query.get(key)}
    if len(asked) != 1:
        raise Problem("actor_missing", diagnosis="one of user, group and groupId must be given")
    [(kind, name)] = _wanted(ctx, asked)
    for one in actors(ctx, ctx.found(), project):
        if one[kind] == name:
            ctx.table("role_actor").drop(one)
            return
    raise Problem("no_actor", diagnosis="not an actor of this role", name=name)


def _changed(ctx: Context, role: Record, values: Record) -> Outcome:
    return Outcome("ok", shown(ctx, ctx.table("role").change(role, values), None), ready=True)


def _refuse(ctx: Context, name: str, own: Record | None) -> None:
    if not name:
        raise Problem("invalid", broken=[broken(ctx.site, "name", "role_name")])
    if namesake(ctx.table("role"), name, own):
        raise Problem("role_taken", diagnosis="there is a role of this name", name=name)
