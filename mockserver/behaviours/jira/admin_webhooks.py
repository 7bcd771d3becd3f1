"""Webhooks of administrators: registered by name, for as long as they are not removed.

A record is ``{id, name, url, events, filters, excludeBody, enabled, secret, user, lastUpdated}``.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#registering-a-webhook-using-the-jira-rest-api--other-integrations-
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import users
from mockserver.behaviours.jira.webhooks import filters
from mockserver.behaviours.jira.webhooks.events import KNOWN
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

MEMBERS = {
    "name": str,
    "description": str,
    "url": str,
    "events": list,
    "filters": dict,
    "excludeBody": bool,
    "enabled": bool,
}


def listed(ctx: Context) -> Outcome:
    """All webhooks of administrators, oldest first."""
    return Outcome("ok", [shown(ctx, one) for one in ctx.table("webhook")], ready=True)


def get(ctx: Context) -> Outcome:
    """The webhook that the path names."""
    return Outcome("ok", shown(ctx, ctx.found()), ready=True)


def create(ctx: Context) -> Outcome:
    """A new webhook."""
    _check(ctx)
    secret = _secret(ctx.body.get("secret"))
    record = ctx.table("webhook").add({**_read(ctx.body), "secret": secret, **_now(ctx)})
    return Outcome("created", shown(ctx, record), ready=True)


def replace(ctx: Context) -> Outcome:
    """The webhook as the body says; its secret stays where the body is silent about it."""
    _check(ctx)
    record = ctx.found()
    secret = _secret(ctx.body.get("secret", record["secret"]))
    values = {**ctx.table("webhook").resource.fields, **_read(ctx.body), "secret": secret, **_now(ctx)}
    return Outcome("updated", shown(ctx, ctx.table("webhook").change(record, values)), ready=True)


def delete(ctx: Context) -> Outcome:
    """Forget the webhook; what was to be sent is sent."""
    ctx.table("webhook").drop(ctx.found())
    return Outcome("deleted")


def shown(ctx: Context, record: Record) -> dict[str, Json]:
    """A webhook with whether it is signed, never with its secret."""
    user = users.by_id(ctx, record["user"])
    document: dict[str, Json] = {
        **{name: record[name] for name in MEMBERS},
        "self": f"{ctx.base}/rest/webhooks/1.0/webhook/{record['id']}",
        "lastUpdatedUser": record["user"],
        "lastUpdatedDisplayName": None if user is None else user["displayName"],
        "lastUpdated": record["lastUpdated"],
        "isSigned": bool(record["secret"]),
    }
    return {name: value for name, value in document.items() if value is not None}


def seeded(site: Site, values: Json) -> Json:
    """A seed record with whose it is. Raises Problem for an event that there is not."""
    if unknown := [one for one in values.get("events") or () if one not in KNOWN]:
        raise Problem("invalid", diagnosis=f"no event {unknown[0]!r}")
    moment = int(site.clock.now().timestamp() * 1000)
    name = values.get("name") or values["url"]
    usual = {"user": site.service.auth.default, "lastUpdated": moment}
    return {**usual, **values, "name": name}


def _check(ctx: Context) -> None:
    """Raise Problem for an event that there is not, or a query that cannot be asked."""
    wrong: list[Broken] = [
        broken(ctx.site, "events", "event_unknown", value=one)
        for one in ctx.body["events"]
        if one not in KNOWN
    ]
    jql = filters.query_of(ctx.body)
    if jql.strip():
        wrong += [
            Broken("body", ("filters", filters.SECTION), "filters", "state", message)
            for message in filters.wrong(ctx, jql)
        ]
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the webhook cannot be registered like this")


def _read(body: Mapping[str, Json]) -> dict[str, Json]:
    """The members of a body; those of another type, which only a lax mode of validation lets in, are none."""
    values = {name: body[name] for name, kind in MEMBERS.items() if isinstance(body.get(name), kind)}
    return {**values, "url": values["url"], "events": list(dict.fromkeys(values["events"]))}


def _secret(given: Json) -> str | None:
    """A secret; none for null, or for an empty one."""
    return str(given) if given else None


def _now(ctx: Context) -> dict[str, Json]:
    return {"user": ctx.caller.user.get("accountId"), "lastUpdated": int(ctx.now.timestamp() * 1000)}
