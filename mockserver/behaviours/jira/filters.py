"""Filters: saved searches, seen by their owners and by those they are shared with.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-filters/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.behaviours.jira import filter_shares, paged, users
from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import prepare
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import broken, namesake
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

NAME_LIMIT = 255
SHARES = ("sharePermissions", "editPermissions")
COLUMNS = (
    "issuetype",
    "issuekey",
    "summary",
    "assignee",
    "reporter",
    "priority",
    "status",
    "created",
    "updated",
)


def create(ctx: Context) -> Outcome:
    """A new filter of the caller; shared with nobody where the body does not say so."""
    owner, body = _somebody(ctx), ctx.body
    wrong = _broken(ctx, body, owner, None)
    shares, more = filter_shares.read_all(ctx, body.get("sharePermissions") or (), "sharePermissions")
    editors, most = filter_shares.read_all(ctx, body.get("editPermissions") or (), "editPermissions")
    if wrong or more or most:
        raise Problem("invalid", broken=[*wrong, *more, *most], diagnosis="the filter cannot be saved")
    record = ctx.table("filter").add(
        {
            "name": body["name"].strip(),
            "jql": body.get("jql") or "",
            "description": body.get("description") or "",
            "owner": owner,
            "sharePermissions": shares,
            "editPermissions": editors,
            "favourites": [owner] if _true(body.get("favourite")) else [],
        }
    )
    notice.happened(ctx, "filter_created", filter=record)
    return Outcome("ok", record)


def get(ctx: Context) -> Outcome:
    """The filter that the path names, for those who may see it."""
    return Outcome("ok", ctx.found())


def update(ctx: Context) -> Outcome:
    """The filter with what the body says in the place of its own; its owner stays."""
    record, body = filter_shares.editable(ctx, ctx.found()), ctx.body
    wrong = _broken(ctx, body, record["owner"], record)
    values: dict[str, Json] = {"name": str(body.get("name") or "").strip()}
    values.update({name: body[name] for name in ("description", "jql") if body.get(name) is not None})
    for name in SHARES:
        if body.get(name) is not None:
            values[name], more = filter_shares.read_all(ctx, body[name], name)
            wrong += more
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the filter cannot be changed like this")
    if body.get("favourite") is not None:
        values["favourites"] = _favourites(record, _somebody(ctx), _true(body["favourite"]))
    changed = ctx.table("filter").change(record, values)
    notice.happened(ctx, "filter_updated", filter=changed)
    return Outcome("ok", changed)


def delete(ctx: Context) -> Outcome:
    """Forget the filter; only its owner and administrators may."""
    record = ctx.found()
    if record["owner"] != ctx.caller.user.get("accountId") and not ctx.allowed("ADMINISTER"):
        raise Problem("no_filter", diagnosis="the caller is not the owner", id=record["id"])
    ctx.table("filter").drop(record)
    notice.happened(ctx, "filter_deleted", filter=record)
    return Outcome("deleted")


def mine(ctx: Context) -> Outcome:
    """The caller's own filters, with the favourites where the query wants them."""
    owner = _somebody(ctx)
    found = [
        one
        for one in ctx.table("filter")
        if one["owner"] == owner
        or (ctx.query["includeFavourites"] and owner in one["favourites"] and filter_shares.visible(ctx, one))
    ]
    return Outcome("ok", found, many=True)


def favourites(ctx: Context) -> Outcome:
    """The favourite filters of the caller that are still visible; none for nobody."""
    account = ctx.caller.user.get("accountId")
    found = [
        one for one in ctx.table("filter") if account in one["favourites"] and filter_shares.visible(ctx, one)
    ]
    return Outcome("ok", found, many=True)


def search(ctx: Context) -> Outcome:
    """The filters that the query asks for and the caller may see; one page of them."""
    query = ctx.query
    everything = query["overrideSharePermissions"] and ctx.allowed("ADMINISTER")
    found = [one for one in ctx.table("filter") if everything or filter_shares.visible(ctx, one)]
    owner = query.get("accountId") or query.get("owner")
    if owner:
        found = [one for one in found if one["owner"] == owner]
    if query.get("filterName"):
        found = [one for one in found if _named(one, query["filterName"], query["isSubstringMatch"])]
    if query.get("id"):
        found = [one for one in found if int(one["id"]) in query["id"]]
    for kind, wanted in (("project", query.get("projectId")), ("group", _group(ctx))):
        if wanted is not None:
            found = [
                one
                for one in found
                if any(share.get(kind) == str(wanted) for share in one["sharePermissions"])
            ]
    return Outcome("ok", paged.ordered(ctx, found, _orders(ctx)), many=True)


def like(ctx: Context) -> Outcome:
    """The filter as a favourite of the caller."""
    return _liked(ctx, True)


def dislike(ctx: Context) -> Outcome:
    """The filter as no favourite of the caller."""
    return _liked(ctx, False)


def own(ctx: Context) -> Outcome:
    """Give the filter to another user; only its owner and administrators may."""
    record, account = ctx.found(), ctx.body["accountId"]
    if record["owner"] != ctx.caller.user.get("accountId") and not ctx.allowed("ADMINISTER"):
        raise Problem("may_not_give_filter", diagnosis="the caller is not the owner")
    if ctx.table("user").get(account) is None:
        raise Problem("no_user", diagnosis=f"no user {account!r}", id=account)
    if namesake(ctx.table("filter").where(owner=account), record["name"], record):
        raise Problem("invalid", broken=[broken(ctx.site, "filterName", "filter_taken")])
    given = ctx.table("filter").change(record, {"owner": account})
    notice.happened(ctx, "filter_updated", filter=given)
    return Outcome("deleted")


def columns(ctx: Context) -> Outcome:
    """The columns in which the filter's issues are shown."""
    names = {one["id"]: one["name"] for one in ctx.table("field")}
    chosen = ctx.found().get("columns") or COLUMNS
    labels = {"issuekey": "Key"}
    shown = [{"label": labels.get(one) or names.get(one, one), "value": one} for one in chosen]
    return Outcome("ok", shown, ready=True)


def set_columns(ctx: Context) -> Outcome:
    """Show the filter's issues in these columns."""
    record = filter_shares.editable(ctx, ctx.found())
    known = {one["id"] for one in ctx.table("field")} | {"issuekey"}
    if unknown := [one for one in ctx.body.get("columns") or () if one not in known]:
        raise Problem("no_column", diagnosis="no such field", name=unknown[0])
    ctx.table("filter").change(record, {"columns": list(ctx.body.get("columns") or ())})
    return Outcome("updated", None, ready=False)


def reset_columns(ctx: Context) -> Outcome:
    """Show the filter's issues in the usual columns."""
    ctx.table("filter").change(filter_shares.editable(ctx, ctx.found()), {"columns": None})
    return Outcome("deleted")


def shown(ctx: Context, record: Record) -> dict[str, Json]:
    """A filter with its addresses, and who it is shared with."""
    jql, account = record["jql"], ctx.caller.user.get("accountId")
    return {
        "self": f"{ctx.api}/filter/{record['id']}",
        "id": record["id"],
        "name": record["name"],
        "description": record["description"],
        "owner": users.by_id(ctx, record["owner"]),
        "jql": jql,
        "viewUrl": f"{ctx.base}/issues/?filter={record['id']}",
        "searchUrl": f"{ctx.api}/search?jql={filter_shares.encoded(jql)}",
        "favourite": account in record["favourites"],
        "favouritedCount": len(record["favourites"]),
        "sharePermissions": [filter_shares.shown(ctx, one) for one in record["sharePermissions"]],
        "editPermissions": [filter_shares.shown(ctx, one) for one in record["editPermissions"]],
        **_lists(ctx),
    }


def listed(ctx: Context, record: Record) -> dict[str, Json]:
    """A filter as the search shows it: little more than its name where ``expand`` asks for nothing."""
    document = shown(ctx, record)
    asked = {one.strip() for one in str(ctx.query.get("expand") or "").split(",")}
    always = ("self", "id", "name")
    kept = {key: value for key, value in document.items() if key in always or key in asked}
    kept["expand"] = "description,owner,jql,viewUrl,searchUrl,favourite,favouritedCount,sharePermissions"
    return {**kept, "subscriptions": []} if "subscriptions" in asked else kept


def seeded(site: Site, values: Json) -> Json:
    """A seed record with an owner and numbered shares. Raises Problem for a query that cannot be read."""
    try:
        parse(values.get("jql") or "")
    except JqlError as error:
        raise Problem("invalid", diagnosis=f"'jql': {error}") from error
    owner = values.get("owner") or site.service.auth.default
    shares = {name: filter_shares.seeded(site, values[name]) for name in SHARES if name in values}
    return {**values, **shares, "owner": owner}


def _lists(ctx: Context) -> dict[str, Json]:
    """Who a filter is shared with and who subscribed to it, counted; nobody subscribes here."""
    asked = str(ctx.query.get("expand") or "")
    empty = {"size": 0, "items": [], "max-results": 1000, "start-index": 0, "end-index": 0}
    return {name: empty for name in ("sharedUsers", "subscriptions") if name in asked or not asked}


def _liked(ctx: Context, wanted: bool) -> Outcome:
    record = ctx.found()
    return Outcome(
        "ok", ctx.table("filter").change(record, {"favourites": _favourites(record, _somebody(ctx), wanted)})
    )


def _true(value: Json) -> bool:
    """Whether a client says true; some do with a text."""
    return value in (True, "true")


def _favourites(record: Record, account: str, wanted: bool) -> list[str]:
    others = [one for one in record["favourites"] if one != account]
    return [*others, account] if wanted else others


def _somebody(ctx: Context) -> str:
    """The caller's account; for nobody on an open site, the default user's."""
    return str(ctx.caller.user.get("accountId") or ctx.site.service.auth.default)


def _group(ctx: Context) -> str | None:
    wanted, name = ctx.query.get("groupId"), ctx.query.get("groupname")
    if wanted or not name:
        return wanted
    return next((str(one["groupId"]) for one in ctx.table("group").where(name=name)), "")


def _named(record: Record, text: str, substring: bool) -> bool:
    """Whether the name holds the text, or, as Jira searches, words of it."""
    name, wanted = record["name"].casefold(), text.casefold()
    return wanted in name if substring else all(one in name for one in wanted.split())


def _orders(ctx: Context) -> Mapping[str, paged.Key]:
    account = ctx.caller.user.get("accountId")
    return {
        "description": paged.text("description"),
        "favourite_count": lambda one: len(one["favourites"]),
        "id": lambda one: int(one["id"]),
        "is_favourite": lambda one: account not in one["favourites"],
        "is_shared": lambda one: not one["sharePermissions"],
        "name": paged.text("name"),
        "owner": lambda one: str((ctx.table("user").get(one["owner"]) or {}).get("displayName")).casefold(),
    }


def _broken(ctx: Context, body: Mapping[str, Json], owner: str, own: Record | None) -> list[Broken]:
    name, found = str(body.get("name") or "").strip(), list[Broken]()
    if not name:
        found.append(broken(ctx.site, "filterName", "filter_name"))
    elif len(name) > NAME_LIMIT:
        found.append(broken(ctx.site, "filterName", "filter_name_long", limit=NAME_LIMIT))
    elif namesake(ctx.table("filter").where(owner=owner), name, own):
        found.append(broken(ctx.site, "filterName", "filter_taken"))
    return [*found, *_broken_jql(body.get("jql") or "", ctx)]


def _broken_jql(jql: str, ctx: Context) -> Iterable[Broken]:
    try:
        prepare(parse(jql), scope.SiteScope(ctx)).check()
    except JqlError as error:
        return [Broken("body", ("jql",), "jql", "state", str(error))]
    return []
