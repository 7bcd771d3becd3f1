"""What Kordiam judges before it looks at anything: outage, version, media type, quota, scope."""

from __future__ import annotations

import math
import re

from mockserver.engine.context import Context
from mockserver.engine.limits import SETTING, in_force
from mockserver.state.meters import Window
from mockserver.values import Problem

MINUTE = 60  # seconds in which requests are counted
_VERSION = re.compile(r"v?([0-9]+)(\.[0-9.]*)?")
_ACCEPTED = ("*/*", "application/*", "application/json")


def admits(ctx: Context) -> None:
    """Nothing, if the call may go on. Raises Problem for the first thing that stands against it.

    Source: https://docs.kordiam.app/docs/errors/ (unsupported-version, not-acceptable, too-many-requests)
    """
    outage = ctx.settings["outage"]
    if outage != "none":
        raise Problem(outage, diagnosis=f"the setting outage is {outage}")
    _check_version(ctx)
    _check_accept(ctx)
    _count(ctx)


def holds(ctx: Context, permission: str) -> bool:
    """Whether the token's scope has ``permission`` and the element belongs to the caller's organisation.

    Source: https://docs.kordiam.app/docs/errors/access-denied; which operation needs which scope is assumed,
    so that tokens are asked only where the setting enforceScopes is on.
    """
    if permission in ctx.denied:
        return False
    scope = ctx.caller.credential.get("scope")
    if ctx.settings["enforceScopes"] and scope is not None and permission not in scope.split():
        return False
    element = ctx.parents.get("element")
    if element is None or element["organisation"] == organisation(ctx):
        return True
    if ctx.settings["foreignElements"] == "not_found":
        raise Problem(
            "not_found", diagnosis="the element is another organisation's", title="Element", id=element["id"]
        )
    return False


def organisation(ctx: Context) -> int:
    """Id of the organisation that the caller works for."""
    found: int = ctx.caller.user.get("organisation", 1)
    return found


def _check_version(ctx: Context) -> None:
    """The major version in ``API-Version`` must be the one in the path; no header, no rule."""
    asked = ctx.call.headers.get("api-version", "").strip()
    if not asked:
        return
    major = _VERSION.fullmatch(asked.lower())
    if major is None or major[1].lstrip("0") != "2":
        raise Problem("unsupported_version", diagnosis="API-Version must begin with 2", version=asked)


def _check_accept(ctx: Context) -> None:
    accept = ctx.call.headers.get("accept", "").strip()
    if accept and not any(_takes_json(one) for one in accept.split(",")):
        raise Problem("not_acceptable", diagnosis=f"Accept excludes application/json: {accept}")


def _takes_json(part: str) -> bool:
    kind, *parameters = (one.strip().lower() for one in part.split(";"))
    refused = any(re.fullmatch(r"q\s*=\s*0(\.0*)?", one) for one in parameters)
    return kind in _ACCEPTED and not refused


def _count(ctx: Context) -> None:
    """Count this request for its client, in a window that opens with the first one.

    A request that is refused for that is not counted (assumed).
    """
    limits = in_force(ctx.site.service.settings[SETTING], ctx.settings[SETTING])
    if limits is None:
        return
    window = Window(limits["requestsPerMinute"], MINUTE)
    client = str(ctx.caller.user.get("id", "anonymous"))
    name = (ctx.site.service.name, "requestsPerMinute", client)
    reading = ctx.site.meters.read(name, window, ctx.now)
    if reading.left < 1:
        wait = (reading.more - ctx.now).total_seconds()
        raise Problem(
            "rate_limited",
            diagnosis=f"{client} made {window.most} requests within {MINUTE} seconds",
            retry_after=max(1, math.ceil(wait)),
        )
    ctx.site.meters.spend(name, window, ctx.now)
