"""The shape of a representation as ``include``, ``expand`` and ``exclude`` ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Problem, Record

Part = Callable[[Context, Record], Json]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page's representations can be asked for.

    include: members that are shown on request; expand: members that are shown in full on request;
    aliases: other names for them; unserved: documented names that are not implemented here.
    """

    include: Mapping[str, Part] = field(default_factory=dict)
    expand: Mapping[str, Part] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    unserved: tuple[str, ...] = ()


def names(ctx: Context, parameter: str) -> tuple[str, ...]:
    """The names in a comma-separated query parameter; several parameters add up."""
    texts = ctx.call.query.get(parameter, ())
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def shaped(ctx: Context, record: Record, shown: Mapping[str, Json], shape: Shape) -> dict[str, Json]:
    """``shown`` with what was asked for, in the order include, expand, exclude."""
    found = dict(shown)
    for name in names(ctx, "include"):
        if name in shape.include:
            found[name] = shape.include[name](ctx, record)
    for asked in names(ctx, "expand"):
        name = shape.aliases.get(asked, asked)
        if name in shape.expand and name in found:
            found[name] = shape.expand[name](ctx, record)
    for name in names(ctx, "exclude"):
        found.pop(name, None)
    return found


def unknown_name(ctx: Context, parameter: str, name: str) -> None:
    """Ignore a name that means nothing, or raise Problem invalid, as the world is set."""
    if ctx.settings["unknown_names"] == "refuse":
        message = f'"{name}" is not a valid choice.'
        raise Problem("invalid", broken=[Broken("query", (parameter,), parameter, "enum", message, got=name)])
