"""OAuth 2.0 (3LO): tokens for codes, rotating refresh tokens, and the sites that a token opens.

Tokens are issued as records of ``credential``; codes and refresh tokens are records of ``oauth_grant``,
which stay when they are spent, so that nobody takes them for new ones.
Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mockserver.behaviours.jira.site import address_of
from mockserver.engine.context import Context
from mockserver.state.clock import instant
from mockserver.values import Json, Outcome, Problem, Record

OFFLINE = "offline_access"
# An access token outlives the exchange of its refresh token by so many seconds.
# Source: https://community.developer.atlassian.com/t/83103
GRACE = 600


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token may be issued for. ``spent``: the code or refresh token that pays for it."""

    user: str
    scope: str
    spent: Record | None = None


def token(ctx: Context) -> Outcome:
    """An access token for a grant; a refresh token with it where offline access was granted."""
    body = _texts(ctx.body)
    kind = body.get("grant_type", "")
    grant = GRANTS.get(kind)
    if grant is None:
        raise Problem("bad_grant_type", diagnosis=f"unknown grant_type {kind!r}")
    _app(ctx, body)
    granted = grant(ctx, body)
    if granted.spent is not None:
        _spend(ctx, granted.spent)
    lifetime = ctx.settings["accessTokenSeconds"]
    secret = "mock-access-" + ctx.ids.digest("jira/access_token")
    held = ctx.table("credential").add(
        {
            "scheme": "bearer",
            "secret": secret,
            "user": granted.user,
            "client": body["client_id"],
            "scope": granted.scope,
            "expires": _in(ctx, lifetime),
        }
    )
    document = {
        "access_token": secret,
        "expires_in": lifetime,
        "scope": granted.scope,
        "token_type": "Bearer",
    }
    if OFFLINE in granted.scope.split() and kind != "client_credentials":
        document["refresh_token"] = _refresh_token(ctx, body["client_id"], granted, held)
    return Outcome("ok", document, ready=True)


def revoked(ctx: Context) -> Outcome:
    """Nothing; an access or refresh token is good for nothing any more, and neither is its companion.

    Unknown tokens are no error. Source: RFC 7009, section 2.2; that Atlassian's server has this is assumed.
    """
    body = _texts(ctx.body)
    _app(ctx, body)
    given = body.get("token")
    if not given:
        raise Problem("missing_grant", diagnosis="'token' is required", name="token")
    credentials = ctx.table("credential")
    grant = ctx.table("oauth_grant").get(given)
    found = credentials.where(secret=given, scheme="bearer")
    if grant is not None and grant["kind"] == "refresh":
        ctx.table("oauth_grant").change(grant, {"spent": grant["spent"] or ctx.now.isoformat()})
        companion = credentials.get(grant["credential"]) if grant["credential"] else None
        found = [] if companion is None else [companion]
    for one in found:
        credentials.change(one, {"refused": ctx.site.service.auth.revoked})
    return Outcome("ok", b"", ready=True)


def resources(ctx: Context) -> Outcome:
    """The one site of this world, with the scopes that the token holds."""
    if ctx.caller.anonymous:
        raise Problem("gateway_unauthorized", diagnosis="a valid access token is needed")
    scope = ctx.caller.credential.get("scope") or ctx.settings["scopes"]
    site = {
        "id": ctx.settings["cloudId"],
        "url": address_of(ctx),
        "name": "mock",
        "scopes": [one for one in scope.split() if one != OFFLINE],
        "avatarUrl": f"{address_of(ctx)}/secure/projectavatar?avatarId=10400",
    }
    return Outcome("ok", [site], ready=True)


def me(ctx: Context) -> Outcome:
    """Who granted access, whatever site it is for."""
    if ctx.caller.anonymous:
        raise Problem("gateway_unauthorized", diagnosis="a valid access token is needed")
    user = ctx.caller.user
    document = {
        "account_type": "atlassian",
        "account_id": user["accountId"],
        "email": user.get("emailAddress"),
        "name": user.get("displayName"),
        "picture": f"{address_of(ctx)}/secure/useravatar?size=48",
        "account_status": "active",
        "nickname": user.get("displayName"),
        "zoneinfo": "Etc/UTC",
        "locale": "en-US",
    }
    return Outcome("ok", document, ready=True)


def _texts(body: Json) -> dict[str, str]:
    """The members of a JSON or form body that are texts."""
    return {key: one for key, one in body.items() if isinstance(one, str)} if isinstance(body, dict) else {}


def _in(ctx: Context, seconds: float) -> str:
    return (ctx.now + timedelta(seconds=seconds)).isoformat()


def _past(ctx: Context, moment: str | None) -> bool:
    return moment is not None and ctx.now >= instant(moment)


def _code(ctx: Context, body: Mapping[str, str]) -> Granted:
    """A code that was issued or seeded; while any credential is taken, any other code too."""
    code = body.get("code")
    if not code:
        raise Problem("missing_grant", diagnosis="'code' is required", name="code")
    held = ctx.table("oauth_grant").get(code)
    if held is None:
        if ctx.site.auth == "strict":
            raise Problem("bad_code", diagnosis=f"no code {code!r} was issued or seeded (auth: strict)")
        return Granted(str(ctx.site.service.auth.default), ctx.settings["scopes"])
    if held["kind"] != "code" or held["spent"] or _past(ctx, held["expires"]):
        raise Problem("bad_code", diagnosis="the code was used before, expired, or is none")
    if held["client"] not in (None, body["client_id"]):
        raise Problem("bad_code", diagnosis="the code was issued to another app")
    if held["redirect_uri"] not in (None, body.get("redirect_uri")):
        raise Problem("bad_redirect", diagnosis=f"the code was sent to {held['redirect_uri']}")
    return Granted(held["user"], held["scope"], held)


def _refresh(ctx: Context, body: Mapping[str, str]) -> Granted:
    """A refresh token that was issued or seeded and, but for a leeway, not used yet.

    Source: https://community.developer.atlassian.com/t/54172 (90 days without use, 365 days at all).
    """
    given = body.get("refresh_token")
    if not given:
        raise Problem("missing_grant", diagnosis="'refresh_token' is required", name="refresh_token")
    held = ctx.table("oauth_grant").get(given)
    wrong = "it is unknown" if held is None or held["kind"] != "refresh" else _unfit(ctx, held, body)
    if held is None or wrong:
        kind = (
            "bad_refresh_token" if ctx.settings["refreshError"] == "invalid_grant" else "bad_refresh_client"
        )
        raise Problem(kind, diagnosis=f"the refresh token cannot be used: {wrong}")
    return Granted(held["user"], held["scope"], held)


def _unfit(ctx: Context, held: Record, body: Mapping[str, str]) -> str:
    """Why a refresh token is of no use, if it is not."""
    if held["client"] not in (None, body["client_id"]):
        return "it was issued to another app"
    if held["spent"]:
        leeway = timedelta(seconds=ctx.settings["refreshLeeway"])
        if ctx.now >= instant(held["spent"]) + leeway:
            return f"it was used at {held['spent']}"
    if _past(ctx, held["expires"]):
        return f"it expired at {held['expires']}"
    companion = ctx.table("credential").get(held["credential"]) if held["credential"] else None
    return "the grant was withdrawn" if companion is not None and companion["refused"] else ""


def _client(ctx: Context, body: Mapping[str, str]) -> Granted:
    return Granted(str(ctx.site.service.auth.default), body.get("scope") or str(ctx.settings["scopes"]))


def _app(ctx: Context, body: Mapping[str, str]) -> None:
    """The app must be known with its secret; while any credential is taken, it must only be named."""
    client, secret = body.get("client_id"), body.get("client_secret")
    if not client or not secret:
        raise Problem("bad_client", diagnosis="'client_id' and 'client_secret' are required")
    app = ctx.table("oauth_app").get(client)
    wrong = app is None if ctx.site.auth == "strict" else False
    if wrong or (app is not None and app["client_secret"] != secret):
        raise Problem("bad_client", diagnosis="no such app, or another secret")


def _spend(ctx: Context, grant: Record) -> None:
    """A code or refresh token is used; the access token that came with it has little time left."""
    ctx.table("oauth_grant").change(grant, {"spent": grant["spent"] or ctx.now.isoformat()})
    credentials = ctx.table("credential")
    old = credentials.get(grant["credential"]) if grant["credential"] else None
    if old is not None and old["expires"] is not None:
        credentials.change(
            old, {"expires": min(instant(old["expires"]), instant(_in(ctx, GRACE))).isoformat()}
        )


def _refresh_token(ctx: Context, client: str, granted: Granted, held: Record) -> str:
    """A new refresh token; it lasts no longer than a year from when somebody consented."""
    fresh = "mock-refresh-" + ctx.ids.digest("jira/refresh_token")
    began = (granted.spent or {}).get("began") or ctx.now.isoformat()
    idle = instant(_in(ctx, ctx.settings["refreshTokenSeconds"]))
    last = instant(began) + timedelta(seconds=ctx.settings["consentSeconds"])
    ctx.table("oauth_grant").add(
        {
            "token": fresh,
            "kind": "refresh",
            "user": granted.user,
            "scope": granted.scope,
            "client": client,
            "credential": held["id"],
            "began": began,
            "expires": min(idle, last).isoformat(),
        }
    )
    return fresh


GRANTS: Mapping[str, Callable[[Context, Mapping[str, str]], Granted]] = {
    "authorization_code": _code,
    "refresh_token": _refresh,
    "client_credentials": _client,
}
