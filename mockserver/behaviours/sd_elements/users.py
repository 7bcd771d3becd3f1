"""Who is calling."""

from __future__ import annotations

from mockserver.behaviours.sd_elements.references import check_seed
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Outcome, Record


def me(ctx: Context) -> Outcome:
    """The user who is calling."""
    return Outcome("ok", ctx.caller.user)


def seeded(site: Site, values: Record) -> Record:
    """The values of a seeded user. Raises Problem for groups that do not exist."""
    check_seed(site, "groups", "group", values.get("groups", ()))
    return values


def seeded_credential(site: Site, values: Record) -> Record:
    """The values of a seeded credential. Raises Problem if its user does not exist."""
    check_seed(site, "user", "user", [values["user"]])
    return values
