"""Webhooks of apps: registered by the app, for thirty days unless they are refreshed.

A record is ``{id, app, user, url, events, jqlFilter, fieldIdsFilter, issuePropertyKeysFilter, expires}``.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from mockserver.behaviours.jira.webhooks import filters
from mockserver.behaviours.jira.webhooks.deliver import alive, subscription
from mockserver.behaviours.jira.webhooks.events import DYNAMIC
from mockserver.engine.context import Context
from mockserver.engine.site import formatted
from mockserver.state.delivery import Delivery
from mockserver.values import Json, Outcome, Problem, Record

LIFETIME = timedelta(days=30)
KEPT = timedelta(hours=72)  # how long a failure is told
MOST_FAILED = 100
OPTIONAL = ("fieldIdsFilter", "issuePropertyKeysFilter")


def register(ctx: Context) -> Outcome:
    """What became of each webhook of the body, in their order: the id of the new one, or why not."""
    app, user = _owner(ctx)
    found = [_registered(ctx, app, user, one) for one in ctx.body["webhooks"]]
    return Outcome("ok", {"webhookRegistrationResult": found}, ready=True)


def listed(ctx: Context) -> Outcome:
    """The webhooks of the app that have not expired, one page of them."""
    return Outcome("ok", [_shown(ctx, one) for one in _own(ctx)], many=True)


def delete(ctx: Context) -> Outcome:
    """Forget those of the webhooks named that are the app's own."""
    wanted = set(ctx.body["webhookIds"])
    for one in _own(ctx):
        if one["id"] in wanted:
            ctx.table("dynamic_webhook").drop(one)
    return Outcome("accepted", None, ready=False)


def refresh(ctx: Context) -> Outcome:
    """Until when those of the webhooks named that are the app's own are kept alive now."""
    wanted = set(ctx.body["webhookIds"])
    expires = _expiry(ctx)
    for one in _own(ctx):
        if one["id"] in wanted:
            ctx.table("dynamic_webhook").change(one, {"expires": expires})
    return Outcome("ok", {"expirationDate": expires}, ready=True)


def failed(ctx: Context) -> Outcome:
    """The deliveries to the app that failed in the last three days, the first failure first.

    Failures of one moment are never torn apart, so that a page may be longer than asked for.
    """
    name = _name(ctx)
    since = max(_after(ctx.query), int((ctx.now - KEPT).timestamp() * 1000) - 1)
    size = min(max(1, ctx.query.get("maxResults") or MOST_FAILED), MOST_FAILED)
    rows = sorted(
        (
            (moment, one)
            for moment, one in _failures(ctx)
            if moment > since and one.message.subscription == name
        ),
        key=lambda row: (row[0], row[1].id),
    )
    page = [row for at, row in enumerate(rows) if at < size or row[0] == rows[size - 1][0]]
    document: dict[str, Json] = {
        "values": [_failure(moment, one) for moment, one in page],
        "maxResults": size,
    }
    if page:
        here = f"{ctx.api}/webhook/failed"
        document["next"] = f"{here}?failedAfter={page[-1][0]}&maxResults={size}"
    return Outcome("ok", document, ready=True)


def app_only(ctx: Context, body: Json) -> tuple[()]:
    """Raise Problem for a caller who is no app."""
    _owner(ctx)
    return ()


def _registered(ctx: Context, app: str, user: str | None, given: Mapping[str, Json]) -> dict[str, Json]:
    wrong = [f"The event {one} is unsupported" for one in given["events"] if one not in DYNAMIC]
    wrong += filters.unsupported(ctx, given["jqlFilter"])
    own, url = _own(ctx), str(ctx.body["url"])
    other = next((one["url"] for one in own if one["url"] != url), None)
    if other is not None:
        wrong.insert(
            0,
            "Only a single URL per user is allowed to be registered via REST API."
            f" The currently used URL: {other}",
        )
    limit = ctx.settings["webhooksPerUser"]
    if not wrong and len(own) >= limit:
        wrong = [f"The maximum number of webhooks that can be registered is {limit}"]
    if wrong:
        return {"errors": wrong}
    values = {name: list(given[name]) for name in OPTIONAL if given.get(name) is not None}
    record = ctx.table("dynamic_webhook").add(
        {
            "app": app,
            "user": user,
            "url": url,
            "events": list(dict.fromkeys(given["events"])),
            "jqlFilter": given["jqlFilter"],
            "expires": _expiry(ctx),
            **values,
        }
    )
    return {"createdWebhookId": record["id"]}


def _owner(ctx: Context) -> tuple[str, str | None]:
    """The app that calls, and for whom. Raises Problem("no_app" | "no_connect_app")."""
    taken = ctx.settings["webhookCallers"]
    if taken != "all":
        if ctx.caller.scheme != "bearer" or ctx.caller.anonymous:
            raise Problem("no_app", diagnosis="an OAuth 2.0 access token is needed; see webhookCallers")
        if ctx.operation.id == "getFailedWebhooks" and taken == "documented":
            raise Problem("no_connect_app", diagnosis="documented: Connect apps only; see webhookCallers")
    return str(ctx.caller.credential.get("client") or ""), ctx.caller.user.get("accountId")


def _name(ctx: Context) -> str:
    app, user = _owner(ctx)
    return subscription({"app": app, "user": user})


def _own(ctx: Context) -> list[Record]:
    app, user = _owner(ctx)
    found = ctx.table("dynamic_webhook").where(app=app, user=user)
    return [one for one in found if alive(ctx, one)]


def _expiry(ctx: Context) -> str:
    return formatted(ctx.now + LIFETIME, ctx.site.service.dates)


def _shown(ctx: Context, record: Record) -> dict[str, Json]:
    document = {
        "id": record["id"],
        "jqlFilter": record["jqlFilter"],
        "events": record["events"],
        "url": record["url"],
        "expirationDate": record["expires"],
        **{name: record[name] for name in OPTIONAL},
    }
    return {name: value for name, value in document.items() if value is not None}


def _after(query: Mapping[str, Json]) -> int:
    """The moment after which failures are asked for; the address of the next page calls it differently."""
    return max(query.get("after") or 0, query.get("failedAfter") or 0)


def _failures(ctx: Context) -> Iterator[tuple[int, Delivery]]:
    """When a delivery of this service failed for good, and which."""
    for one in ctx.site.outbox:
        if one.state == "failed" and one.service == ctx.site.service.name and one.attempts:
            yield int(one.attempts[-1].at.timestamp() * 1000), one


def _failure(moment: int, delivery: Delivery) -> dict[str, Json]:
    message = delivery.message
    document = {"id": message.identifier, "url": message.url, "failureTime": moment}
    return {**document, "body": message.body.decode()} if message.body else document
