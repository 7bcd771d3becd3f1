"""OAuth 1.0a in three legs: a request token, somebody's consent, an access token; and signatures.

Source: https://help.catchsoftware.com/display/ET68/Authentication; what is not said there is RFC 5849's.
"""

from __future__ import annotations

from datetime import timedelta
from html import escape
from urllib.parse import urlencode, urlsplit

from mockserver.behaviours.enterprise_tester import oauth1
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.state.clock import instant
from mockserver.values import Call, Outcome, Problem, Record

OUT_OF_BAND = "oob"
HTML = "text/html; charset=utf-8"


def signed(site: Site, call: Call, held: Record) -> str:
    """What is wrong with a request that an access token, or another credential, came with; or nothing."""
    if held["scheme"] != "oauth1":
        return ""
    sent = oauth1.given(call)
    if sent.get("oauth_consumer_key") != held["name"]:
        return "the token was issued to another consumer"
    return _signature(site, call, str(held["name"]), str(held.get("token_secret") or ""))


def request_token(ctx: Context) -> Outcome:
    """A token for an app that wants somebody's consent."""
    sent = oauth1.given(ctx.call)
    consumer = _consumer(ctx, "")
    callback = sent.get("oauth_callback") or OUT_OF_BAND
    if callback != OUT_OF_BAND and not _is_address(callback):
        raise _refused(f"oauth_callback {callback!r} is no address")
    made = ctx.table("oauth_request_token").add(
        {
            "token": "mock-request-" + ctx.ids.digest("enterprise_tester/request_token"),
            "secret": "mock-secret-" + ctx.ids.digest("enterprise_tester/request_secret"),
            "consumer": consumer,
            "callback": callback,
            "expires": (ctx.now + timedelta(seconds=ctx.settings["requestTokenSeconds"])).isoformat(),
        }
    )
    return _form(
        oauth_token=made["token"], oauth_token_secret=made["secret"], oauth_callback_confirmed="true"
    )


def asked(ctx: Context) -> Outcome:
    """The page where people grant or deny access; or where the setting decides, the way back to the app."""
    pending = _pending(ctx)
    decision = ctx.settings["consent"]
    if decision == "page":
        return _page(_question(ctx, pending))
    return _decided(ctx, pending, decision == "approve", ctx.settings["consentUser"])


def answered(ctx: Context) -> Outcome:
    """The way back to the app, with a verifier if the page's form grants access."""
    form = ctx.body if isinstance(ctx.body, dict) else {}
    return _decided(ctx, _pending(ctx), form.get("decision") == "approve", str(form.get("user") or ""))


def access_token(ctx: Context) -> Outcome:
    """A token for requests in somebody's name, for a request token that was granted; that one is spent."""
    sent = oauth1.given(ctx.call)
    pending = ctx.table("oauth_request_token").get(sent.get("oauth_token", ""))
    if pending is None or ctx.now >= instant(pending["expires"]):
        raise _refused("the request token is unknown, expired or was used before")
    consumer = _consumer(ctx, pending["secret"])
    if consumer != pending["consumer"]:
        raise _refused("the request token was issued to another consumer")
    if pending["user"] is None:
        raise _refused("nobody has granted access yet")
    if sent.get("oauth_verifier") != pending["verifier"]:
        raise _refused("oauth_verifier is not the one that the consent was answered with")
    ctx.table("oauth_request_token").drop(pending)
    seconds = ctx.settings["accessTokenSeconds"]
    token = "mock-access-" + ctx.ids.digest("enterprise_tester/access_token")
    secret = "mock-secret-" + ctx.ids.digest("enterprise_tester/access_secret")
    ctx.table("credential").add(
        {
            "scheme": "oauth1",
            "name": consumer,
            "secret": token,
            "token_secret": secret,
            "user": pending["user"],
            "expires": (ctx.now + timedelta(seconds=seconds)).isoformat() if seconds else None,
        }
    )
    return _form(oauth_token=token, oauth_token_secret=secret)


def _consumer(ctx: Context, token_secret: str) -> str:
    """The app that sent the request; only mode ``strict`` asks whether it is known and has signed."""
    key = oauth1.given(ctx.call).get("oauth_consumer_key", "")
    if not key:
        raise _refused("oauth_consumer_key must be given")
    if ctx.site.auth == "strict":
        wrong = _signature(ctx.site, ctx.call, key, token_secret)
        if wrong:
            raise _refused(wrong)
    return key


def _signature(site: Site, call: Call, consumer: str, token_secret: str) -> str:
    """What is wrong with a signature or with its time, if anything is."""
    known = site.table("oauth_consumer").get(consumer)
    if known is None:
        return f"no consumer {consumer!r} is registered"
    most = site.settings["oauthTimestampSeconds"]
    if most:
        stamp = oauth1.given(call).get("oauth_timestamp", "")
        if (
            not stamp.isascii()
            or not stamp.isdigit()
            or abs(site.clock.now().timestamp() - int(stamp)) > most
        ):
            return f"oauth_timestamp {stamp!r} is not within {most} seconds of the world's time"
    return oauth1.wrong(call, known["secret"], token_secret)


def _pending(ctx: Context) -> Record:
    """The request token that somebody is asked about."""
    names = ctx.call.query.get("oauth_token", [""])
    found = ctx.table("oauth_request_token").get(names[0])
    if found is None or ctx.now >= instant(found["expires"]):
        raise _refused("the request token is unknown, expired or was used before")
    return found


def _decided(ctx: Context, pending: Record, granted: bool, user: str) -> Outcome:
    callback = pending["callback"]
    if not granted:
        ctx.table("oauth_request_token").drop(pending)
        if callback == OUT_OF_BAND:
            return _page("<h1>Access was denied</h1>")
        return _back(callback, {"oauth_token": pending["token"], "denied": "true"})
    wanted = user or str(ctx.site.service.auth.default)
    found = ctx.table("user").find(wanted)
    if found is None:
        raise _refused(f"no user {wanted!r}")
    verifier = "mock-verifier-" + ctx.ids.digest("enterprise_tester/verifier")
    ctx.table("oauth_request_token").change(pending, {"user": found["Id"], "verifier": verifier})
    if callback == OUT_OF_BAND:
        return _page(f"<h1>Access was granted</h1>\n<p>Enter <code>{escape(verifier)}</code> in the app.</p>")
    return _back(callback, {"oauth_token": pending["token"], "oauth_verifier": verifier})


def _question(ctx: Context, pending: Record) -> str:
    default = ctx.site.service.auth.default
    options = "".join(
        f'<option value="{escape(one["Id"])}"{" selected" if one["Id"] == default else ""}>'
        f"{escape(str(one.get('UserName') or one['Id']))}</option>"
        for one in ctx.table("user")
    )
    return f"""<h1>{escape(pending["consumer"])} asks for access</h1>
<p>This is a mock server: nobody is really asked.</p>
<form method="post">
<p><label>as <select name="user">{options}</select></label></p>
<p><button name="decision" value="approve">Grant</button>
<button name="decision" value="deny">Deny</button></p>
</form>"""


def _page(inner: str) -> Outcome:
    head = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Access (mock)</title></head>'
    page = f"{head}\n<body>\n{inner}\n</body></html>\n"
    return Outcome("ok", page.encode(), ready=True, extra={"type": HTML})


def _back(callback: str, answer: dict[str, str]) -> Outcome:
    joint = "&" if urlsplit(callback).query else "?"
    return Outcome("moved", b"", ready=True, extra={"place": callback + joint + urlencode(answer)})


def _form(**values: str) -> Outcome:
    return Outcome("ok", urlencode(values).encode(), ready=True, extra={"type": oauth1.FORM})


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _refused(why: str) -> Problem:
    return Problem("oauth_refused", diagnosis=why, reason=why)
