"""Bearer tokens and the refresh tokens that come with them."""

from __future__ import annotations

from datetime import timedelta

from mockserver.engine.context import Context
from mockserver.state.clock import instant
from mockserver.values import Json, Outcome, Problem

SCOPE = "api.read api.write"


def issued(ctx: Context) -> Outcome:
    """A pair of tokens for client credentials; only mode ``strict`` asks whether they are known.

    Source: https://docs.kordiam.app/docs/getting-started/authentication
    """
    client_id, secret = ctx.body["client_id"], ctx.body["client_secret"]
    client = ctx.table("client").get(client_id)
    known = client is not None and client["secret"] == secret
    if not (client_id and secret):
        raise Problem("wrong_client", diagnosis="client_id and client_secret must not be empty")
    if ctx.site.auth == "strict" and not known:
        raise Problem("wrong_client", diagnosis=f"no client {client_id!r} with that secret (auth: strict)")
    name = str(ctx.site.service.auth.default) if client is None else client["id"]
    return Outcome("ok", _pair(ctx, name), ready=True)


def refreshed(ctx: Context) -> Outcome:
    """A new pair for a refresh token, which is spent with it.

    Source: https://docs.kordiam.app/docs/getting-started/authentication
    """
    table = ctx.table("refresh_token")
    found = table.where(secret=ctx.body["refresh_token"])
    if not found:
        raise Problem("wrong_refresh", diagnosis="the refresh token was never issued, or is spent")
    held = found[0]
    if ctx.now >= instant(held["expires"]):
        raise Problem("wrong_refresh", diagnosis=f"the refresh token expired at {held['expires']}")
    credentials = ctx.table("credential")
    old = credentials.get(held["credential"])
    if old is not None and old["refused"]:
        raise Problem("wrong_refresh", diagnosis="the access token that came with it was revoked")
    table.drop(held)
    if old is not None and ctx.settings["refreshRevokes"]:
        credentials.change(old, {"refused": "token_revoked"})
    return Outcome("ok", _pair(ctx, held["client"]), ready=True)


def _pair(ctx: Context, client: str) -> Json:
    """New tokens for ``client``; shaped like a JWT, and plainly none."""
    number = ctx.ids.number("token")
    access, refresh = f"mock.access-{number}.unsigned", f"mock.refresh-{number}.unsigned"
    lifetime = ctx.settings["tokenLifetime"]
    credential = ctx.table("credential").add(
        {"secret": access, "user": client, "scope": SCOPE, "expires": _in(ctx, lifetime)}
    )
    ctx.table("refresh_token").add(
        {
            "secret": refresh,
            "client": client,
            "credential": credential["id"],
            "expires": _in(ctx, ctx.settings["refreshTokenLifetime"]),
        }
    )
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": SCOPE,
        "refresh_token": refresh,
    }


def _in(ctx: Context, seconds: int) -> str:
    return (ctx.now + timedelta(seconds=seconds)).isoformat()
