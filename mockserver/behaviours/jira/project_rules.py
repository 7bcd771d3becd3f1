"""What a project's key, name and other members must be; all that is wrong is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mockserver.behaviours.jira.words import broken, namesake
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

KEY = re.compile(r"[A-Z][A-Z0-9]{1,9}")
KEY_LIMIT = 10
NAME_LIMIT = 80
DEFAULT_SCHEME_ID = 10_000


def of_new(ctx: Context, body: Json) -> list[Broken]:
    """What no schema can say about a project to be; a member of the wrong type is the schema's to refuse."""
    if not isinstance(body, dict):
        return []
    found = [*_key(ctx.site, _text(body, "key"), None), *_name(ctx.site, _text(body, "name"), None)]
    return [*found, *_lead(ctx.site, body, required=True), *_references(ctx.site, body)]


def of_change(ctx: Context, project: Record, body: Mapping[str, Json]) -> list[Broken]:
    """The same about the members of a change."""
    found: list[Broken] = []
    if body.get("key") is not None:
        found += _key(ctx.site, body["key"], project)
    if body.get("name") is not None:
        found += _name(ctx.site, body["name"], project)
    return [*found, *_lead(ctx.site, body, required=False), *_references(ctx.site, body)]


def valid_key(ctx: Context) -> Outcome:
    """The errors of a key, in the envelope of errors but as a success.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-key-and-name-validation/
    """
    wrong = {one.key: one.message for one in _key(ctx.site, str(ctx.query.get("key") or ""), None)}
    return Outcome("ok", {"errorMessages": [], "errors": wrong}, ready=True)


def usable_key(ctx: Context) -> Outcome:
    """The key asked for if it can be used, else one made of it; empty where none can be."""
    wanted = "".join(
        sign for sign in str(ctx.query.get("key") or "").upper() if sign.isascii() and sign.isalnum()
    )
    wanted = wanted.lstrip("0123456789")[:KEY_LIMIT]
    taken = {key for one in ctx.table("project") for key in (one["key"], *one.get("formerKeys", ()))}
    if len(wanted) == 1:
        wanted += wanted
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted[: KEY_LIMIT - len(str(number))]}{number}"
    return Outcome("ok", found if KEY.fullmatch(found) else "", ready=True)


def usable_name(ctx: Context) -> Outcome:
    """The name asked for if it can be used, else one with a number after it; empty where none can be."""
    wanted = ctx.query["name"].strip()
    if not wanted:
        raise Problem("name_missing", diagnosis="the parameter 'name' is empty")
    taken = {one["name"].casefold() for one in ctx.table("project")}
    found, number = wanted, 1
    while found.casefold() in taken:
        number += 1
        found = f"{wanted} {number}"
    return Outcome("ok", found if len(found) <= NAME_LIMIT else "", ready=True)


def _key(site: Site, key: str, own: Record | None) -> Iterator[Broken]:
    others = [one for one in site.table("project") if one["id"] != (own or {}).get("id")]
    if not KEY.fullmatch(key):
        yield broken(site, "projectKey", "project_key")
    elif any(key in (one["key"], *one.get("formerKeys", ())) for one in others):
        yield broken(site, "projectKey", "project_key_taken", value=key)


def _name(site: Site, name: str, own: Record | None) -> Iterator[Broken]:
    name = name.strip()
    if not name:
        yield broken(site, "projectName", "project_name")
    elif len(name) > NAME_LIMIT:
        yield broken(site, "projectName", "project_name_long", limit=NAME_LIMIT)
    elif namesake(site.table("project"), name, own):
        yield broken(site, "projectName", "project_name_taken")


def _lead(site: Site, body: Mapping[str, Json], *, required: bool) -> Iterator[Broken]:
    lead = _text(body, "leadAccountId") or _text(body, "lead")
    if (required or lead) and site.table("user").get(lead) is None:
        yield broken(site, "projectLead", "project_lead")


def _references(site: Site, body: Mapping[str, Json]) -> Iterator[Broken]:
    category, scheme = body.get("categoryId"), body.get("permissionScheme")
    if (
        isinstance(category, int)
        and category != -1
        and site.table("project_category").get(str(category)) is None
    ):
        yield broken(site, "categoryId", "category_unknown", value=category)
    if isinstance(scheme, int) and site.table("permission_scheme").get(scheme) is None:
        yield broken(site, "permissionScheme", "scheme_unknown", value=scheme)


def _text(body: Mapping[str, Json], member: str) -> str:
    value = body.get(member)
    return value if isinstance(value, str) else ""
