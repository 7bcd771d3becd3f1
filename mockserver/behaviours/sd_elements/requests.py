"""What every request is held against before anything is looked up."""

from __future__ import annotations

from mockserver.behaviours.sd_elements.shapes import Shape, names, unknown_name
from mockserver.behaviours.sd_elements.views import SHAPES
from mockserver.engine.context import Context
from mockserver.values import Problem

TAKEN = ("application/json", "application/*", "*/*")


def admitted(ctx: Context) -> None:
    """Let the call pass, or raise Problem not_acceptable | not_found | not_implemented | invalid.

    XML is not served, although the product has it.
    """
    accept = ctx.call.headers.get("accept", "")
    kinds = [kind.partition(";")[0].strip().lower() for kind in accept.split(",") if kind.strip()]
    if kinds and not any(kind in TAKEN for kind in kinds):
        raise Problem("not_acceptable", diagnosis=f"only JSON is served, not {accept}")
    if any(name != "json" for name in ctx.call.query.get("format", ())):
        raise Problem("not_found", diagnosis="only format=json is served")
    _check_names(ctx)


def _check_names(ctx: Context) -> None:
    """Raise Problem not_implemented for a documented name that is not served.

    What an unknown name leads to is a setting: nothing, or Problem invalid.
    """
    shape = SHAPES.get(ctx.operation.page, Shape())
    for parameter, known in (("include", shape.include), ("expand", shape.expand)):
        for name in names(ctx, parameter):
            if name in shape.unserved:
                raise Problem("not_implemented", operation=f"{parameter}={name}")
            if name not in known and name not in shape.aliases:
                unknown_name(ctx, parameter, name)
