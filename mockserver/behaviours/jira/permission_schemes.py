"""Permission schemes and their grants, and which project uses which.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permission-schemes/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockserver.behaviours.jira.rights import DEFAULT_SCHEME, scheme_of
from mockserver.behaviours.jira.words import broken, namesake
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem, Record

EXPANDABLE = "permissions,user,group,projectRole,field,all"
# Kinds of holder that name somebody, and the resource in which.
NAMED = {"group": "group", "projectRole": "role", "user": "user"}
HOLDERS = (
    *NAMED,
    "anyone",
    "applicationRole",
    "assignee",
    "groupCustomField",
    "projectLead",
    "reporter",
    "sd.customer.portal.only",
    "userCustomField",
)


def listed(ctx: Context) -> Outcome:
    """All schemes, in the envelope of this list."""
    schemes = [shown(ctx, one) for one in ctx.table("permission_scheme")]
    return Outcome("ok", {"permissionSchemes": schemes}, ready=True)


def shown(ctx: Context, scheme: Record) -> dict[str, Json]:
    """A scheme; with its grants if any of the expansions is asked for."""
    document: dict[str, Json] = {
        "expand": EXPANDABLE,
        "id": scheme["id"],
        "self": f"{ctx.api}/permissionscheme/{scheme['id']}",
        "name": scheme["name"],
        "description": scheme["description"],
    }
    if asked(ctx) & set(EXPANDABLE.split(",")):
        grants = ctx.table("permission_grant").under(scheme)
        document["permissions"] = [grant_shown(ctx, one) for one in grants]
    return document


def asked(ctx: Context) -> set[str]:
    """What ``expand`` asks for."""
    return {one.strip() for one in str(ctx.query.get("expand") or "").split(",")} - {""}


def create(ctx: Context) -> Outcome:
    """A new scheme with its grants."""
    _refuse(ctx, ctx.body, None)
    body = ctx.body
    scheme = ctx.table("permission_scheme").add(
        {"name": body["name"].strip(), "description": body.get("description") or ""}
    )
    _give(ctx, scheme, body.get("permissions") or [])
    return Outcome("created", _with_grants(ctx, scheme), ready=True)


def update(ctx: Context) -> Outcome:
    """The scheme under its new name; grants are replaced only where the body has some."""
    scheme, body = ctx.found(), ctx.body
    _refuse(ctx, body, scheme)
    scheme = ctx.table("permission_scheme").change(
        scheme, {"name": body["name"].strip(), "description": body.get("description") or ""}
    )
    if body.get("permissions") is not None:
        for grant in ctx.table("permission_grant").under(scheme):
            ctx.table("permission_grant").drop(grant)
        _give(ctx, scheme, body["permissions"])
    return Outcome("updated", _with_grants(ctx, scheme), ready=True)


def delete(ctx: Context) -> Outcome:
    """Forget the scheme; projects that used it use the default one, which stays."""
    scheme = ctx.found()
    if scheme["id"] == DEFAULT_SCHEME:
        raise Problem("default_scheme", diagnosis="the default permission scheme cannot be deleted")
    for project in ctx.table("project"):
        if scheme_of(project) == scheme["id"]:
            ctx.table("project").change(project, {"permissionScheme": None})
    ctx.table("permission_scheme").drop(scheme)
    return Outcome("deleted")


def grants(ctx: Context) -> Outcome:
    """All grants of the scheme that the path names."""
    found = ctx.table("permission_grant").under(ctx.found())
    document = {
        "permissions": [grant_shown(ctx, one) for one in found],
        "expand": "user,group,projectRole,field,all",
    }
    return Outcome("ok", document, ready=True)


def grant_shown(ctx: Context, grant: Record) -> dict[str, Json]:
    """One grant; who is named by it is told by id and, for groups, by name."""
    holder = dict(grant["holder"])
    if holder["type"] == "group":
        group = ctx.table("group").find(str(holder.get("parameter")))
        holder["value"] = None if group is None else group["groupId"]
    elif holder.get("parameter") is not None:
        holder["value"] = holder["parameter"]
    if holder["type"] in NAMED:
        holder["expand"] = holder["type"]
    address = f"{ctx.api}/permissionscheme/{grant['permission_scheme']}/permission/{grant['id']}"
    return {"id": grant["id"], "self": address, "holder": holder, "permission": grant["permission"]}


def grant(ctx: Context) -> Outcome:
    """A new grant; the same one again changes nothing."""
    scheme = ctx.parents["permission_scheme"]
    wrong = list(_broken_grant(ctx, ctx.body, ""))
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the permission cannot be granted like this")
    return Outcome("created", grant_shown(ctx, _give(ctx, scheme, [ctx.body])[0]), ready=True)


def revoke(ctx: Context) -> Outcome:
    """Forget one grant."""
    ctx.table("permission_grant").drop(ctx.found())
    return Outcome("deleted")


def assigned(ctx: Context) -> Outcome:
    """The scheme of the project that the path names."""
    scheme = ctx.table("permission_scheme").get(scheme_of(ctx.found()))
    if scheme is None:
        raise Problem("not_found", title="Permission scheme", diagnosis="the project's scheme is gone")
    return Outcome("ok", shown(ctx, scheme), ready=True)


def assign(ctx: Context) -> Outcome:
    """The scheme that the project uses from now on."""
    scheme = ctx.table("permission_scheme").get(ctx.body["id"])
    if scheme is None:
        raise Problem("no_scheme", diagnosis=f"no permission scheme {ctx.body['id']}", id=ctx.body["id"])
    ctx.table("project").change(ctx.found(), {"permissionScheme": scheme["id"]})
    return Outcome("updated", shown(ctx, scheme), ready=True)


def _with_grants(ctx: Context, scheme: Record) -> dict[str, Json]:
    found = ctx.table("permission_grant").under(scheme)
    return {**shown(ctx, scheme), "permissions": [grant_shown(ctx, one) for one in found]}


def _give(ctx: Context, scheme: Record, grants: list[Json]) -> list[Record]:
    table = ctx.table("permission_grant")
    given = []
    for one in grants:
        values = {"permission": one["permission"], "holder": _holder(ctx, one["holder"])}
        same = table.where(permission_scheme=scheme["id"], **values)
        given.append(same[0] if same else table.add(values, scheme))
    return given


def _holder(ctx: Context, holder: Mapping[str, Json]) -> dict[str, Json]:
    """A holder as stored: its kind and whom it names; groups by name."""
    kind, name = holder["type"], holder.get("parameter") or holder.get("value")
    if kind == "group":
        found = ctx.table("group").find(str(holder.get("value") or holder.get("parameter")))
        name = None if found is None else found["name"]
    return {"type": kind, "parameter": name} if name is not None else {"type": kind}


def _refuse(ctx: Context, body: Mapping[str, Json], own: Record | None) -> None:
    """Raise Problem("invalid") with everything that is wrong in a scheme."""
    wrong: list[Broken] = []
    name = str(body.get("name") or "").strip()
    if not name:
        wrong.append(broken(ctx.site, "name", "scheme_name"))
    elif namesake(ctx.table("permission_scheme"), name, own):
        wrong.append(broken(ctx.site, "name", "scheme_taken"))
    for at, grant in enumerate(body.get("permissions") or []):
        wrong += _broken_grant(ctx, grant, f"permissions[{at}].")
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the scheme cannot be stored like this")


def _broken_grant(ctx: Context, grant: Mapping[str, Json], prefix: str) -> Iterator[Broken]:
    known = ctx.table("permission").get(str(grant.get("permission")))
    if known is None or known["type"] != "PROJECT":
        yield broken(ctx.site, f"{prefix}permission", "permission_unknown")
    holder = grant.get("holder") or {}
    kind, name = holder.get("type"), holder.get("value") or holder.get("parameter")
    if kind not in HOLDERS:
        yield broken(ctx.site, f"{prefix}holder", "holder_unknown", value=kind)
    elif kind in NAMED and ctx.table(NAMED[kind]).find(str(name)) is None:
        yield broken(ctx.site, f"{prefix}holder", "holder_missing", value=name, kind=kind)
