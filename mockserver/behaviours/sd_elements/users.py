"""Who is calling."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Outcome


def me(ctx: Context) -> Outcome:
    """The user who is calling."""
    return Outcome("ok", ctx.caller.user)
