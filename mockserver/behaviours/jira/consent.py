"""OAuth 2.0 (3LO): an app asks for access, somebody grants or denies it, and a code goes back to the app.

Source: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from urllib.parse import urlencode, urlsplit

from mockserver.engine.context import Context
from mockserver.values import Outcome, Problem, Record

AUDIENCE = "api.atlassian.com"
DENIED = {"error": "access_denied", "error_description": "User did not authorize the request"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks for; ``wrong`` is what it is told where it asks for it wrongly."""

    client: str
    name: str
    redirect: str
    scope: str
    state: str | None
    wrong: Mapping[str, str]


def asked(ctx: Context) -> Outcome:
    """The page where people grant or deny access; or where the setting decides, the way back to the app."""
    request = _asked(ctx)
    decision = ctx.settings["consent"]
    if request.wrong:
        return _back(request, request.wrong)
    if decision == "page":
        return Outcome(
            "ok", _page(ctx, request).encode(), ready=True, extra={"type": "text/html;charset=UTF-8"}
        )
    return _decided(ctx, request, decision == "approve", ctx.settings["consentUser"])


def answered(ctx: Context) -> Outcome:
    """The way back to the app, with a code if the page's form grants access."""
    request = _asked(ctx)
    if request.wrong:
        return _back(request, request.wrong)
    form = ctx.body if isinstance(ctx.body, dict) else {}
    return _decided(ctx, request, form.get("decision") == "approve", str(form.get("user") or ""))


def _asked(ctx: Context) -> Asked:
    """What is asked for. Raises Problem bad_authorization where there is nobody to send the answer to.

    Not even an error is sent to an address that is not the app's own. While any credential is taken, so is
    every app with any address.
    """
    given = {name: texts[0] for name, texts in ctx.call.query.items()}
    client, redirect = given.get("client_id", ""), given.get("redirect_uri", "")
    app = ctx.table("oauth_app").get(client)
    strict = ctx.site.auth == "strict"
    if not client or (app is None and strict):
        raise Problem("bad_authorization", diagnosis=f"no app {client!r} is registered", name="client_id")
    parts = urlsplit(redirect)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.fragment or "#" in redirect:
        raise Problem("bad_authorization", diagnosis=f"{redirect!r} is no address", name="redirect_uri")
    if app is not None and strict and redirect not in app["redirect_uris"]:
        known = ", ".join(app["redirect_uris"]) or "none"
        why = f"{redirect!r} is not registered for {client!r} (it has: {known})"
        raise Problem("bad_authorization", diagnosis=why, name="redirect_uri")
    scope = " ".join(given.get("scope", "").split())
    wrong = _wrong(given, scope, app)
    name = str((app or {}).get("name") or client)
    return Asked(client, name, redirect, scope, given.get("state"), wrong)


def _wrong(given: Mapping[str, str], scope: str, app: Record | None) -> Mapping[str, str]:
    """The error that goes back to the app, as RFC 6749 names it; the sentences are assumed."""
    if given.get("response_type") != "code":
        return {"error": "unsupported_response_type", "error_description": "response_type must be code"}
    if given.get("audience") != AUDIENCE:
        return {"error": "invalid_request", "error_description": f"audience must be {AUDIENCE}"}
    if not scope:
        return {"error": "invalid_scope", "error_description": "scope is required"}
    known = (app or {}).get("scopes") or scope.split()
    if strange := [one for one in scope.split() if one not in known]:
        return {
            "error": "invalid_scope",
            "error_description": f"not a scope of this app: {' '.join(strange)}",
        }
    return {}


def _decided(ctx: Context, request: Asked, granted: bool, user: str) -> Outcome:
    if not granted:
        return _back(request, DENIED)
    account = _user(ctx, user)["accountId"]
    code = "mock-code-" + ctx.ids.digest("jira/authorization_code")
    ctx.table("oauth_grant").add(
        {
            "token": code,
            "kind": "code",
            "user": account,
            "scope": request.scope,
            "client": request.client,
            "redirect_uri": request.redirect,
            "expires": (ctx.now + timedelta(seconds=ctx.settings["codeSeconds"])).isoformat(),
        }
    )
    return _back(request, {"code": code})


def _user(ctx: Context, text: str) -> Record:
    """Who grants: by account id or address, the default user where nobody is named."""
    wanted = text or str(ctx.site.service.auth.default)
    users = ctx.table("user")
    found = users.get(wanted) or next(iter(users.where(emailAddress=wanted)), None)
    if found is None or not found.get("active", True):
        raise Problem("bad_authorization", diagnosis=f"no active user {wanted!r}", name="user")
    return found


def _back(request: Asked, answer: Mapping[str, str]) -> Outcome:
    """The app's address with the answer and the state it sent along."""
    told = {**answer, **({} if request.state is None else {"state": request.state})}
    joint = "&" if urlsplit(request.redirect).query else "?"
    return Outcome("moved", b"", ready=True, extra={"place": request.redirect + joint + urlencode(told)})


def _page(ctx: Context, request: Asked) -> str:
    """A page with a form that is sent to where the page came from, so that the query comes along."""
    default = ctx.site.service.auth.default
    options = "".join(
        f'<option value="{escape(one["accountId"])}"{" selected" if one["accountId"] == default else ""}>'
        f"{escape(str(one.get('displayName') or one['accountId']))}</option>"
        for one in ctx.table("user")
        if one.get("active", True)
    )
    scopes = "".join(f"<li><code>{escape(one)}</code></li>" for one in request.scope.split())
    host = escape(urlsplit(request.redirect).netloc)
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Allow access? (mock)</title>
<style>body {{ font: 1rem/1.5 sans-serif; max-width: 32rem; margin: 3rem auto }}</style></head>
<body>
<h1>{escape(request.name)} asks for access</h1>
<p>This is a mock server: nobody is really asked. The app at <code>{host}</code> would get</p>
<ul>{scopes}</ul>
<form method="post">
<p><label>as <select name="user">{options}</select></label></p>
<p><button name="decision" value="approve">Accept</button>
<button name="decision" value="deny">Cancel</button></p>
</form>
</body>
</html>
"""
