"""What callers may do."""

from __future__ import annotations

from mockserver.engine.context import Context

# Listed on the page of the links. Source: https://help.catchsoftware.com/x/iQGmAQ
LIST_LINKS = (
    "Resources/ExternalLinks",
    "TestManagement/ManageRequirements/View",
    "TestManagement/ManageScripts/View",
    "TestManagement/ManageIncidents/View",
    "TestManagement/ManageExecutions/View",
)


def holds(ctx: Context, permission: str) -> bool:
    """Whether the caller has ``permission``; ``ListExternalSystemLinks`` stands for all or any of several.

    Source: the page lists five permissions for the list of links and does not say how they combine:
    the setting listPermissions.
    """
    denied = ctx.denied
    if permission != "ListExternalSystemLinks":
        return permission not in denied
    combine = all if ctx.settings["listPermissions"] == "all" else any
    return combine(one not in denied for one in LIST_LINKS)
