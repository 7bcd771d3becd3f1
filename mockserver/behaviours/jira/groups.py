"""Groups and who belongs to them. A user's record names its groups; a group knows nobody.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-groups/
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from mockserver.behaviours.jira import users
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

PICKED = 20
MOST = 50  # members that an expansion shows
PAGE = re.compile(r"\busers\b(?:\[([0-9]{1,9}):([0-9]{1,9})\])?")


def create(ctx: Context) -> Outcome:
    """A new group without members."""
    name = ctx.body["name"].strip()
    if not name:
        raise Problem("invalid", broken=[broken(ctx.site, "name", "group_name")])
    if ctx.table("group").where(name=name):
        raise Problem("group_taken", diagnosis="there is a group of this name", name=name)
    return Outcome("created", shown(ctx, ctx.table("group").add({"name": name})), ready=True)


def get(ctx: Context) -> Outcome:
    """The group that the query names; its members where ``expand`` wants them."""
    return Outcome("ok", shown(ctx, named(ctx)), ready=True)


def remove(ctx: Context) -> Outcome:
    """Forget the group: nobody is in it, plays a role or holds a permission through it any more.

    What was granted or shown to it passes to the group that ``swapGroup`` or ``swapGroupId`` names.
    """
    group = named(ctx)
    heir = named(ctx, "swapGroup", "swapGroupId") if _given(ctx, "swapGroup", "swapGroupId") else None
    for user in members(ctx, group):
        _belongs(ctx, user, [one for one in user["groups"] if one != group["name"]])
    for actor in ctx.table("role_actor").where(group=group["name"]):
        ctx.table("role_actor").drop(actor)
    grants = ctx.table("permission_grant")
    for grant in grants:
        if grant["holder"] == {"type": "group", "parameter": group["name"]}:
            if heir is None:
                grants.drop(grant)
            else:
                grants.change(grant, {"holder": {"type": "group", "parameter": heir["name"]}})
    _pass_on(ctx, group, heir)
    ctx.table("group").drop(group)
    return Outcome("deleted")


def listed_members(ctx: Context) -> Outcome:
    """The members of the group that the query names, one page of them."""
    found = members(ctx, named(ctx))
    if not ctx.query["includeInactiveUsers"]:
        found = [one for one in found if one.get("active", True)]
    return Outcome("ok", found, many=True)


def join(ctx: Context) -> Outcome:
    """The group with one more member."""
    group, account = named(ctx), ctx.body["accountId"]
    user = users.named(ctx, account)
    if group["name"] in (user.get("groups") or ()):
        raise Problem("already_member", diagnosis="already a member", user=account, name=group["name"])
    _belongs(ctx, user, [*(user.get("groups") or ()), group["name"]])
    return Outcome("created", shown(ctx, group), ready=True)


def leave(ctx: Context) -> Outcome:
    """Take one member out of the group."""
    group, account = named(ctx), ctx.query["accountId"]
    user = users.named(ctx, account)
    if group["name"] not in (user.get("groups") or ()):
        raise Problem("no_member", diagnosis="not a member", user=account, name=group["name"])
    if _would_leave_no_administrator(ctx, user, group):
        raise Problem("last_administrator", diagnosis="nobody else holds ADMINISTER", name=group["name"])
    _belongs(ctx, user, [one for one in user["groups"] if one != group["name"]])
    return Outcome("deleted")


def listed(ctx: Context) -> Outcome:
    """The groups with the ids or names asked for, all of them where none is; one page of them."""
    ids, names = ctx.query.get("groupId") or (), [one.casefold() for one in ctx.query.get("groupName") or ()]
    found = [
        {"name": one["name"], "groupId": one["groupId"]}
        for one in ctx.table("group")
        if not (ids or names) or one["groupId"] in ids or one["name"].casefold() in names
    ]
    return Outcome("ok", found, many=True)


def picked(ctx: Context) -> Outcome:
    """Groups whose name contains the text, with the place marked where it does."""
    return Outcome("ok", suggestions(ctx, str(ctx.query.get("query") or "")), ready=True)


def suggestions(ctx: Context, text: str) -> dict[str, Json]:
    """What a picker of groups shows for ``text``."""
    left_out = {one.casefold() for one in ctx.query.get("exclude") or ()}
    ids = set(ctx.query.get("excludeId") or ())
    account = ctx.query.get("accountId")
    user = None if account is None else ctx.table("user").get(account)
    groups = [
        one
        for one in sorted(ctx.table("group"), key=lambda one: one["name"].casefold())
        if text.casefold() in one["name"].casefold()
        and one["name"].casefold() not in left_out
        and one["groupId"] not in ids
        and (account is None or one["name"] in ((user or {}).get("groups") or ()))
    ]
    size = ctx.query.get("maxResults")
    cut = groups[: PICKED if size is None else max(0, min(size, 1000))]
    items = [
        {"name": one["name"], "html": marked(one["name"], text), "labels": [], "groupId": one["groupId"]}
        for one in cut
    ]
    header = f"Showing {len(items)} of {len(groups)} matching groups"
    return {"header": header, "total": len(groups), "groups": items}


def marked(name: str, text: str) -> str:
    """``name`` as HTML, with the first place where ``text`` is in it in bold."""
    at = name.casefold().find(text.casefold()) if text else -1
    if at < 0:
        return html.escape(name)
    end = at + len(text)
    return f"{html.escape(name[:at])}<b>{html.escape(name[at:end])}</b>{html.escape(name[end:])}"


def shown(ctx: Context, group: Record) -> dict[str, Json]:
    """A group with the number of its members; their details where ``expand`` wants ``users``.

    ``users[50:99]`` is a page of its own: from the first to the last index, at most fifty.
    """
    found = members(ctx, group)
    asked = PAGE.search(str(ctx.query.get("expand") or ""))
    start, last = 0, 0
    if asked is not None:
        start = int(asked[1] or 0)
        last = min(int(asked[2] or start + MOST - 1), start + MOST - 1, len(found) - 1)
    items = [users.shown(ctx, one) for one in found[start : last + 1]] if asked is not None else []
    people = {"size": len(found), "items": items, "max-results": MOST}
    people |= {"start-index": start, "end-index": max(last, 0)}
    return {**brief(ctx, group), "users": people, "expand": "users"}


def brief(ctx: Context, group: Record) -> dict[str, Json]:
    """A group as users and filters name it."""
    address = f"{ctx.api}/group?groupId={group['groupId']}"
    return {"name": group["name"], "groupId": group["groupId"], "self": address}


def of_user(ctx: Context, user: Record) -> list[dict[str, Json]]:
    """The groups a user belongs to."""
    known = {one["name"]: one for one in ctx.table("group")}
    return [brief(ctx, known[name]) for name in user.get("groups") or () if name in known]


def members(ctx: Context, group: Record) -> list[Record]:
    """The users in a group, oldest first."""
    return [one for one in ctx.table("user") if group["name"] in (one.get("groups") or ())]


def named(ctx: Context, name: str = "groupname", group_id: str = "groupId") -> Record:
    """The group that the query names. Raises Problem group_missing | no_group | no_group_id."""
    if not _given(ctx, name, group_id):
        raise Problem("group_missing", diagnosis=f"neither {name} nor {group_id} is given")
    table, wanted = ctx.table("group"), ctx.query.get(group_id)
    if wanted:
        found = table.get(str(wanted).lower())
        if found is None:
            raise Problem("no_group_id", diagnosis=f"no group {wanted!r} in this world", id=wanted)
        return found
    same = table.where(name=ctx.query[name])
    if not same:
        raise Problem("no_group", diagnosis="no such group in this world", name=ctx.query[name])
    return same[0]


def _given(ctx: Context, *names: str) -> bool:
    return any(ctx.query.get(one) for one in names)


def _would_leave_no_administrator(ctx: Context, user: Record, group: Record) -> bool:
    """Whether only this user administers, and only through this group; never where everybody may."""
    groups = set(ctx.settings["globalPermissions"].get("ADMINISTER", ()))
    if group["name"] not in groups:
        return False
    others = [one for one in ctx.table("user") if one["accountId"] != user["accountId"] and one["active"]]
    return not groups & {name for name in user["groups"] if name != group["name"]} and not any(
        groups & set(one["groups"]) for one in others
    )


def _belongs(ctx: Context, user: Record, names: Sequence[str]) -> None:
    ctx.table("user").change(user, {"groups": list(names)})


def _pass_on(ctx: Context, group: Record, heir: Record | None) -> None:
    """What filters share with a group, shared with its heir or with nobody."""
    for one in ctx.table("filter"):
        changes = {
            name: _shared(one.get(name) or (), group, heir)
            for name in ("sharePermissions", "editPermissions")
        }
        if any(one.get(name) != value for name, value in changes.items()):
            ctx.table("filter").change(one, changes)


def _shared(shares: Iterable[Record], group: Record, heir: Record | None) -> list[Record]:
    kept = []
    for one in shares:
        if one.get("group") != group["groupId"]:
            kept.append(one)
        elif heir is not None:
            kept.append({**one, "group": heir["groupId"]})
    return kept
