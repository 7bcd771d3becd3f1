"""What nobody in particular may do, and what holds for every call through the gateway."""

from __future__ import annotations

import re

from mockserver.behaviours.jira import limits
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Call, Problem

GATEWAY = "/ex/jira/"
JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
READS = ("GET", "HEAD")


def admit(ctx: Context) -> None:
    """Refuse what an anonymous caller, or a caller at the wrong gateway address, cannot have.

    Who may not browse is answered as if the issue did not exist, on Cloud also after a wrong credential;
    what writes needs somebody. At the gateway even reading needs a valid token.
    Raises what ``limits.admit`` raises, and Problem
    wrong_cloud | gateway_unauthorized | no_issue | no_project | unauthorized.
    """
    gateway = GATEWAY in ctx.base + "/"
    if gateway:
        _right_cloud(ctx)
    elif ctx.caller.credential.get("client") and ctx.operation.scopes and not ctx.settings["appTokensAtSite"]:
        raise Problem("unauthorized", diagnosis="tokens of OAuth apps are taken at the gateway only")
    limits.admit(ctx)
    if not ctx.caller.anonymous:
        return
    if ctx.operation.auth == "none":
        return
    why = "the credential is wrong" if ctx.caller.rejected else "no credential was sent"
    if gateway:
        raise Problem("gateway_unauthorized", diagnosis=f"{why}; the gateway takes no anonymous calls")
    access = anonymous_access(ctx)
    if access == "none":
        hidden = f"{why}, and anonymous callers may not browse this site"
        if (issue := _named(ctx, "{issueIdOrKey}")) is not None:
            raise Problem("no_issue", diagnosis=hidden, id=issue)
        if (project := _named(ctx, "{projectIdOrKey}")) is not None:
            raise Problem("no_project", diagnosis=hidden, id=project)
    if access != "all" and ctx.call.method not in READS and ctx.operation.auth != "optional":
        raise Problem("unauthorized", diagnosis=f"{why}; writing needs somebody")


def reads(site: Site, call: Call, secret: str) -> bool:
    """Whether a bearer token that was never issued can be read: at the gateway each, at the site a JWT."""
    if site.settings["unreadableBearer"] == "anonymous" or GATEWAY in call.path:
        return True
    return JWT.fullmatch(secret) is not None


def anonymous_access(ctx: Context) -> str:
    """What an anonymous caller may do: ``all``, ``browse`` or ``none``."""
    access: str = ctx.settings["anonymousAccess"]
    unproven = ctx.caller.rejected or ctx.site.auth == "strict"
    return "none" if access == "all" and unproven else access


def _right_cloud(ctx: Context) -> None:
    given = ctx.base.rpartition(GATEWAY)[2]
    wanted = ctx.settings["cloudId"]
    if ctx.settings["checkCloudId"] and given != wanted:
        raise Problem("wrong_cloud", diagnosis=f"this site's cloudId is {wanted}, not {given!r}")


def _named(ctx: Context, placeholder: str) -> str | None:
    """What the path has in the place of ``placeholder``; counted from its end, as prefixes differ."""
    declared, given = ctx.operation.path.split("/"), ctx.call.path.split("/")
    if placeholder not in declared:
        return None
    return given[declared.index(placeholder) - len(declared)]
