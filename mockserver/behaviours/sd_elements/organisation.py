"""Business units, applications and projects: created and changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from mockserver.behaviours.sd_elements.references import (
    broken,
    check_seed,
    missing,
    unknown_groups,
    unknown_users,
)
from mockserver.engine.collection import Collection
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Record


def unit_checks(ctx: Context, body: Json) -> Sequence[Broken]:
    """What is wrong with the users and groups of a business unit."""
    found = [
        *unknown_users(ctx, body, "users"),
        *unknown_users(ctx, body, "default_users"),
        *unknown_groups(ctx, body, "groups"),
        *unknown_groups(ctx, body, "default_groups"),
    ]
    if isinstance(body, dict) and body.get("all_users") is True and (body.get("users") or body.get("groups")):
        found.append(broken("all_users", "This field cannot be combined with users or groups."))
    return found


def create_unit(ctx: Context) -> Outcome:
    """A new business unit."""
    table = ctx.table("business_unit")
    body = ctx.body
    values = {
        "name": body["name"],
        "slug": free_slug(table, body["name"]),
        "all_users": body.get("all_users", False),
        "users": _users(ctx, body.get("users", ())),
        "default_users": _users(ctx, body.get("default_users", ())),
        "groups": _groups(body.get("groups", ())),
        "default_groups": _groups(body.get("default_groups", ())),
    }
    return Outcome("created", table.add(values))


def application_checks(ctx: Context, body: Json) -> Sequence[Broken]:
    """The broken rule if there is no such business unit."""
    return list(missing(ctx, body, "business_unit", "business_unit"))


def create_application(ctx: Context) -> Outcome:
    """A new application of an existing business unit."""
    table = ctx.table("application")
    unit = ctx.table("business_unit").get(int(ctx.body["business_unit"]))
    values = {name: ctx.body[name] for name in ("name", "priority", "tags") if name in ctx.body}
    values["slug"] = free_slug(table, ctx.body["name"])
    return Outcome("created", table.add(values, unit))


def project_checks(ctx: Context, body: Json) -> Sequence[Broken]:
    """What is wrong with the application, the profile, the users and the groups that a body names."""
    return [
        *missing(ctx, body, "application", "application"),
        *missing(ctx, body, "profile", "profile"),
        *unknown_users(ctx, body, "users"),
        *unknown_groups(ctx, body, "groups"),
    ]


def create_project(ctx: Context) -> Outcome:
    """A new project of an existing application; who calls is its creator."""
    table = ctx.table("project")
    values = _project_values(ctx, {"locked": False})
    above = ctx.table("application").get(values.pop("application"))
    values["slug"] = free_slug(table, values["name"])
    values["creator"] = ctx.caller.user["id"]
    return Outcome("created", table.add(values, above))


def change_project(ctx: Context) -> Outcome:
    """The project with what the body has; its slug stays."""
    record = ctx.found()
    return Outcome("updated", ctx.table("project").change(record, _project_values(ctx, record)))


def seeded_project(site: Site, values: Record) -> Record:
    """The values of a seeded project. Raises Problem for anything it names that does not exist."""
    check_seed(site, "creator", "user", [values.get("creator")])
    check_seed(site, "profile", "profile", [values.get("profile")])
    _check_members(site, values, "users", "groups")
    return with_slug(site.table("project"), values)


def seeded_application(site: Site, values: Record) -> Record:
    """The values of a seeded application, with a slug."""
    return with_slug(site.table("application"), values)


def seeded_unit(site: Site, values: Record) -> Record:
    """The values of a seeded business unit, with a slug. Raises Problem for unknown users and groups."""
    _check_members(site, values, "users", "groups")
    _check_members(site, values, "default_users", "default_groups")
    return with_slug(site.table("business_unit"), values)


def with_slug(table: Collection, values: Record) -> Record:
    """``values`` with a slug made of the name where there is none."""
    return values if values.get("slug") else {**values, "slug": free_slug(table, values["name"])}


def free_slug(table: Collection, name: str) -> str:
    """``name`` in lower case with hyphens; numbered where another record has that slug."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "untitled"
    taken = {one["slug"] for one in table}
    number = 2
    found = slug
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    return found


def _project_values(ctx: Context, before: Record) -> dict[str, Json]:
    """The members of the body that a project stores; locking remembers when and by whom."""
    body = ctx.body
    names = (
        "name",
        "application",
        "profile",
        "description",
        "archived",
        "tags",
        "locked",
        "risk_policy",
        "custom_attributes",
    )
    values = {name: body[name] for name in names if name in body}
    if "application" in values:
        values["application"] = int(values["application"])
    if "users" in body:
        values["users"] = _users(ctx, body["users"])
    if "groups" in body:
        values["groups"] = _groups(body["groups"])
    if values.get("locked", before["locked"]) != before["locked"]:
        on = values["locked"]
        values["locked_on"] = ctx.stamp() if on else None
        values["locked_by"] = ctx.caller.user["id"] if on else None
    return values


def _check_members(site: Site, values: Record, users: str, groups: str) -> None:
    """Raise Problem unless the users ``[{user, role}]`` and groups ``[{group, role}]`` exist."""
    check_seed(site, users, "user", [one.get("user") for one in values.get(users, ())])
    check_seed(site, groups, "group", [one.get("group") for one in values.get(groups, ())])


def _users(ctx: Context, members: Sequence[Mapping[str, Json]]) -> list[Json]:
    """``[{email, role}]`` with the ids of the users, as they are stored."""
    table = ctx.table("user")
    found = [(table.where(email=one["email"])[0]["id"], one) for one in members]
    return [{"user": row_id, "role": one.get("role")} for row_id, one in found]


def _groups(members: Sequence[Mapping[str, Json]]) -> list[Json]:
    """``[{id, role}]`` as they are stored."""
    return [{"group": one["id"], "role": one.get("role")} for one in members]
