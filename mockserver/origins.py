"""Who may ask: the names of this machine, the pages it serves, and what browsers are told about both.

The mocked services may be read by every page of this machine, whatever its port; the control endpoint by
pages of its own origin only. Names and origins from elsewhere are how a web page reaches into a developer's
machine (DNS rebinding, CVE-2025-24010; forged requests, CVE-2021-32827).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

from mockserver.values import Reply

_HOST = re.compile(
    r"(?P<name>127\.0\.0\.1|\[::1\]|(?:[a-z0-9_-]+\.)*localhost)(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII
)
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_DAY = "86400"


def is_loopback(host: str) -> bool:
    """Whether a Host header (name, or name and port) can only mean this machine."""
    return _HOST.fullmatch(host) is not None


def is_local(origin: str) -> bool:
    """Whether an Origin header is that of a page which this machine serves."""
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and is_loopback(host)


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks if it may send what a page wants to send."""
    return method == "OPTIONS" and "access-control-request-method" in headers and "origin" in headers


def preflight(headers: Mapping[str, str]) -> Reply:
    """What the browser is told: yes to a page of this machine, nothing to any other."""
    origin = headers["origin"]
    if not is_local(origin):
        return Reply(204, {"Vary": "Origin"})
    told = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Max-Age": _DAY,
        "Vary": "Origin, Access-Control-Request-Headers",
    }
    wanted = headers.get("access-control-request-headers")
    return Reply(204, {**told, "Access-Control-Allow-Headers": wanted} if wanted else told)


def readable(reply: Reply, origin: str) -> Reply:
    """``reply`` with every header named as readable, if ``origin`` is a page of this machine."""
    if not is_local(origin):
        return reply
    vary = reply.headers.get("Vary")
    headers = {
        **reply.headers,
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": ", ".join(reply.headers),
        "Vary": f"{vary}, Origin" if vary else "Origin",
    }
    return Reply(reply.status, headers, reply.body)


def kept_out(headers: Mapping[str, str], bound: str, token: str | None) -> tuple[int, str] | None:
    """Status and reason for which a request must not reach the control endpoint; None if it may.

    ``bound``: the host the server listens at; ``token``: the secret that callers must show, if there is one.
    A caller who shows it may use any name for this machine.
    """
    host = headers.get("host", "")
    shown = token is not None and _shows(headers, token)
    name = host.rpartition(":")[0] if re.search(r":[0-9]{1,5}$", host, re.ASCII) else host
    if not (is_loopback(host) or shown or name.strip("[]").lower() == bound.lower() != ""):
        return 421, f"the control endpoint answers at 127.0.0.1 and localhost, not at {host!r}"
    site = headers.get("sec-fetch-site", "none")
    if site not in ("none", "same-origin"):
        return 403, f"the control endpoint is closed to pages of other origins (Sec-Fetch-Site: {site})"
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
        return 403, f"the control endpoint is closed to pages of other origins (Origin: {origin})"
    if token is not None and not shown:
        return 401, "the control endpoint asks for its token: 'Authorization: Bearer …' or 'X-Mock-Token: …'"
    return None


def _shows(headers: Mapping[str, str], token: str) -> bool:
    """Whether the token is shown, found out in a time that does not depend on how much of it is right."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = headers.get("x-mock-token") or (bearer.strip() if scheme.lower() == "bearer" else "")
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())
