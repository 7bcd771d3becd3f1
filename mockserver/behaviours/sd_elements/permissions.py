"""Who may do what."""

from __future__ import annotations

from mockserver.engine.context import Context

EDIT_CONNECTIONS = "Edit Issue Tracker connections"
# Any one of these is enough to add, edit or test a connection; who is a member of what is not modelled.
CONNECTIONS = ("Edit all projects", "Sync with Issue Tracker tools", EDIT_CONNECTIONS)


def holds(ctx: Context, permission: str) -> bool:
    """Whether the caller holds ``permission``; ``issue tracker connections`` stands for any of three.

    Source: seed-api-facts 4.4
    """
    denied = ctx.denied
    if permission == "issue tracker connections":
        return any(name not in denied for name in CONNECTIONS)
    return permission not in denied
