"""What nobody in particular may do, and what holds for every call through the gateway."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Problem

GATEWAY = "/ex/jira/"
READS = ("GET", "HEAD")


def admit(ctx: Context) -> None:
    """Refuse what an anonymous caller, or a caller at the wrong gateway address, cannot have.

    A site that does not let everybody browse answers an anonymous caller as if the issue did not exist;
    what writes needs somebody. At the gateway even reading needs a valid token.
    Raises Problem wrong_cloud | gateway_unauthorized | no_issue | no_project | unauthorized.
    """
    gateway = GATEWAY in ctx.base + "/"
    if gateway:
        _right_cloud(ctx)
    if not ctx.caller.anonymous or ctx.operation.auth == "none":
        return
    why = "the credential is wrong" if ctx.caller.rejected else "no credential was sent"
    if gateway:
        raise Problem("gateway_unauthorized", diagnosis=f"{why}; the gateway takes no anonymous calls")
    if not ctx.settings["anonymousBrowse"]:
        hidden = f"{why}: an anonymous caller sees nothing while the setting anonymousBrowse is off"
        if (issue := _named(ctx, "{issueIdOrKey}")) is not None:
            raise Problem("no_issue", diagnosis=hidden, id=issue)
        if (project := _named(ctx, "{projectIdOrKey}")) is not None:
            raise Problem("no_project", diagnosis=hidden, id=project)
    if ctx.call.method not in READS:
        raise Problem("unauthorized", diagnosis=f"{why}; writing needs somebody")


def holds(ctx: Context, permission: str) -> bool:
    """Whether the caller holds ``permission``: everybody holds all but the ``denied``, nobody only reads."""
    if ctx.caller.anonymous:
        return permission == "BROWSE_PROJECTS" and bool(ctx.settings["anonymousBrowse"])
    return permission not in ctx.settings["denied"]


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
