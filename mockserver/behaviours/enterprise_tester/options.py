"""The query options of Enterprise Tester, and the refusal of those that are not understood."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.enterprise_tester import odata
from mockserver.engine.context import Context
from mockserver.values import Problem

# Which status the service has for them is not documented: a setting chooses between two wordings.
_REFUSALS = {400: "bad_option", 403: "bad_option_forbidden"}


def asked(ctx: Context, name: str) -> str:
    """The text of a query option without the space around it; empty if it was not sent."""
    return str(ctx.query.get(name, "")).strip()


def refusal(ctx: Context, message: str) -> Problem:
    """The problem of an option that is not understood; ``message`` names it and the place."""
    return Problem(_REFUSALS[ctx.settings["badFilterStatus"]], message=message, diagnosis=message)


def expansions(ctx: Context, available: Sequence[str]) -> tuple[str, ...]:
    """Those of ``available`` that ``$expand`` asks for, whatever their case.

    Raises Problem where the option is not understood; an operation that writes asks before it does.
    Source: https://help.catchsoftware.com/display/ET66/Expand; what an unknown name leads to is not
    documented: the setting unknownExpansion.
    """
    text = asked(ctx, "$expand")
    if not text:
        return ()
    try:
        wanted = [name.lower() for name in odata.names(text)]
    except odata.ODataError as error:
        raise refusal(ctx, str(error)) from error
    known = {name.lower() for name in available}
    if ctx.settings["unknownExpansion"] == "refuse":
        for name in wanted:
            if name not in known:
                raise refusal(ctx, f"$expand: '{name}' is none of {', '.join(available) or 'nothing'}")
    return tuple(name for name in available if name.lower() in wanted)
