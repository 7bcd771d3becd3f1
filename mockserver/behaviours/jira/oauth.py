"""OAuth 2.0 (3LO): tokens for codes, rotating refresh tokens, and the sites that a token opens.

Tokens are issued as records of ``credential``; codes and refresh tokens are records of ``oauth_grant``.
Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from mockserver.behaviours.jira.site import address_of
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

OFFLINE = "offline_access"


def token(ctx: Context) -> Outcome:
    """An access token for a grant; a refresh token with it where offline access was granted."""
    body = _texts(ctx.body)
    kind = body.get("grant_type", "")
    grant = GRANTS.get(kind)
    if grant is None:
        raise Problem("bad_grant_type", diagnosis=f"unknown grant_type {kind!r}")
    _app(ctx, body)
    spent, user, scope = grant(ctx, body)
    grants = ctx.table("oauth_grant")
    if spent is not None:
        grants.drop(spent)
    lifetime = ctx.settings["accessTokenSeconds"]
    secret = "mock-access-" + ctx.ids.digest("jira/access_token")
    ctx.table("credential").add(
        {
            "scheme": "bearer",
            "secret": secret,
            "user": user,
            "scope": scope,
            "expires": (ctx.now + timedelta(seconds=lifetime)).isoformat(),
        }
    )
    document = {"access_token": secret, "expires_in": lifetime, "scope": scope, "token_type": "Bearer"}
    if OFFLINE in scope.split() and kind != "client_credentials":
        fresh = "mock-refresh-" + ctx.ids.digest("jira/refresh_token")
        grants.add({"token": fresh, "kind": "refresh", "user": user, "scope": scope})
        document["refresh_token"] = fresh
    return Outcome("ok", document, ready=True)


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


def _texts(body: Json) -> dict[str, str]:
    """The members of a JSON or form body that are texts."""
    return {key: one for key, one in body.items() if isinstance(one, str)} if isinstance(body, dict) else {}


Granted = tuple[Record | None, str, str]


def _code(ctx: Context, body: Mapping[str, str]) -> Granted:
    """A code that was seeded; while any credential is taken, any other code too."""
    code = body.get("code")
    if not code:
        raise Problem("missing_grant", diagnosis="'code' is required", name="code")
    held = ctx.table("oauth_grant").get(code)
    if held is not None and held["kind"] == "code":
        return held, held["user"], held["scope"]
    if ctx.site.auth == "strict":
        raise Problem("bad_code", diagnosis=f"no code {code!r} is seeded (auth: strict)")
    return None, str(ctx.site.service.auth.default), ctx.settings["scopes"]


def _refresh(ctx: Context, body: Mapping[str, str]) -> Granted:
    """A refresh token that was issued or seeded, and not used yet."""
    given = body.get("refresh_token")
    if not given:
        raise Problem("missing_grant", diagnosis="'refresh_token' is required", name="refresh_token")
    held = ctx.table("oauth_grant").get(given)
    if held is None or held["kind"] != "refresh":
        raise Problem("bad_refresh_token", diagnosis="the refresh token is unknown, or was used before")
    return held, held["user"], held["scope"]


def _client(ctx: Context, body: Mapping[str, str]) -> Granted:
    scope = body.get("scope") or str(ctx.settings["scopes"])
    return None, str(ctx.site.service.auth.default), scope


def _app(ctx: Context, body: Mapping[str, str]) -> None:
    """The app must be known with its secret; while any credential is taken, it must only be named."""
    client, secret = body.get("client_id"), body.get("client_secret")
    if not client or not secret:
        raise Problem("bad_client", diagnosis="'client_id' and 'client_secret' are required")
    app = ctx.table("oauth_app").get(client)
    wrong = app is None if ctx.site.auth == "strict" else False
    if wrong or (app is not None and app["client_secret"] != secret):
        raise Problem("bad_client", diagnosis="no such app, or another secret")


GRANTS: Mapping[str, Callable[[Context, Mapping[str, str]], Granted]] = {
    "authorization_code": _code,
    "refresh_token": _refresh,
    "client_credentials": _client,
}
