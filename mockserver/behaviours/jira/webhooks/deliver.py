"""Who is told of an event, and how the message to each of them looks.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from mockserver.behaviours.jira.webhooks import addresses, documents, filters
from mockserver.behaviours.jira.webhooks.events import (
    FILTERED,
    ISSUE_CREATED,
    ISSUE_UPDATED,
    PROPERTY_DELETED,
    PROPERTY_SET,
    VERSION_DELETED,
    VERSION_MERGED,
)
from mockserver.behaviours.jira.webhooks.notice import PRIMARY
from mockserver.engine.context import Context
from mockserver.state.delivery import Message
from mockserver.values import Json, Record, dumps

About = Mapping[str, Json]
AGENT = "Atlassian Webhook HTTP Client"
TRACE = "x-atlassian-webhook-trace"
LIFETIME = 180  # seconds that the token of a webhook to an app is valid


def messages(ctx: Context, event: str, about: About) -> Iterable[Message]:
    """One message for each administrator's webhook that listens, one for each address of an app."""
    if event in (ISSUE_CREATED, ISSUE_UPDATED) and ctx.table("issue").get(about["issue"]["id"]) is None:
        return
    admin = [one for one in ctx.table("webhook") if one["enabled"] and _listens(ctx, one, event, about)]
    apps = list(_by_app(ctx, event, about))
    if not admin and not apps:
        return
    document = documents.body(ctx, event, about)
    for one in admin:
        raw = b"" if one["excludeBody"] else dumps(document)
        yield _message(ctx, f"webhook:{one['id']}", one["url"], event, about, raw, _signed(one, raw))
    for rows in apps:
        raw = dumps({**document, "matchedWebhookIds": [one["id"] for one in rows]})
        name = subscription(rows[0])
        yield _message(ctx, name, rows[0]["url"], event, about, raw, _authorized(ctx, rows[0]))


def subscription(registration: Record) -> str:
    """What all webhooks of one app and user are called together."""
    return f"app:{registration['app'] or '-'}:{registration['user'] or '-'}"


def alive(ctx: Context, registration: Record) -> bool:
    """Whether the webhook of an app has not expired yet."""
    return datetime.fromisoformat(registration["expires"]) > ctx.now


def matched(ctx: Context, issue: Record) -> list[str]:
    """The registrations that mean an issue, by kind and id: asked before the issue is forgotten."""
    return [
        f"{kind}:{one['id']}"
        for kind in ("webhook", "dynamic_webhook")
        for one in ctx.table(kind)
        if filters.meant(ctx, one, issue)
    ]


def _by_app(ctx: Context, event: str, about: About) -> Iterator[list[Record]]:
    """The webhooks of apps that listen, those together that are sent as one."""
    found: dict[tuple[str, str], list[Record]] = {}
    for one in ctx.table("dynamic_webhook"):
        if alive(ctx, one) and _listens(ctx, one, event, about):
            found.setdefault((subscription(one), one["url"]), []).append(one)
    yield from found.values()


def _listens(ctx: Context, registration: Record, event: str, about: About) -> bool:
    events = registration["events"]
    if event not in events:
        return False
    if event == VERSION_DELETED and about.get("heir") is not None and VERSION_MERGED in events:
        return False  # told as a merge
    return _filtered(registration, event, about) and _meant(ctx, registration, event, about)


def _filtered(registration: Record, event: str, about: About) -> bool:
    """Whether the fields, or the key of the property, are among those asked for."""
    fields, keys = registration.get("fieldIdsFilter"), registration.get("issuePropertyKeysFilter")
    if event == ISSUE_UPDATED and fields is not None:
        return any(item["fieldId"] in fields for change in about["changes"] for item in change["items"])
    if event in (PROPERTY_SET, PROPERTY_DELETED) and keys is not None:
        return about["property"]["key"] in keys
    return True


def _meant(ctx: Context, registration: Record, event: str, about: About) -> bool:
    if event not in FILTERED:
        return True
    if about.get("matched") is not None:
        kind = "dynamic_webhook" if "jqlFilter" in registration else "webhook"
        return f"{kind}:{registration['id']}" in about["matched"]
    issue = about["issue"]
    return filters.meant(ctx, registration, ctx.table("issue").get(issue["id"]) or issue)


def _message(
    ctx: Context, name: str, url: str, event: str, about: About, raw: bytes, extra: Mapping[str, str]
) -> Message:
    identifier = str(ctx.ids.uuid("jira/webhook/delivery"))
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": AGENT,
        "X-Atlassian-Webhook-Identifier": identifier,
        "X-Atlassian-Webhook-Flow": about.get("flow") or PRIMARY,
        **extra,
    }
    if trace := ctx.call.headers.get(TRACE):
        headers["X-Atlassian-Webhook-Trace"] = trace
    return Message(name, addresses.filled(ctx, url, about), event, raw, headers, identifier=identifier)


def _signed(registration: Record, raw: bytes) -> dict[str, str]:
    """The signature of the body, where a secret was given.

    Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
    """
    secret = registration["secret"]
    if not secret:
        return {}
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}


def _authorized(ctx: Context, registration: Record) -> dict[str, str]:
    """A token signed with the secret of the app, as its users report; none for an app that is not seeded."""
    app = ctx.table("oauth_app").get(registration["app"] or "")
    if app is None or not app["client_secret"]:
        return {}
    now = int(ctx.now.timestamp())
    claims = {"iss": app["client_id"], "iat": now, "exp": now + LIFETIME, "sub": registration["user"]}
    parts = b".".join(_coded(dumps(one)) for one in ({"alg": "HS256", "typ": "JWT"}, claims))
    signature = hmac.new(app["client_secret"].encode(), parts, hashlib.sha256).digest()
    return {"Authorization": f"Bearer {(parts + b'.' + _coded(signature)).decode()}"}


def _coded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
