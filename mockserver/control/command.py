"""What a control command is: a method of World or Worlds, as HTTP knows it."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from mockserver.values import Json

CONTROL = "/__mock__"
# Parameters that may name what does not exist.
MISSING = ("service", "operation", "faults", "number")
MEDIA_TYPES = ("application/json", "application/yaml")
SEED_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a command. ``where``: path | query | body (a member) | whole (the body itself).

    ``types``: the JSON types it may have, none for any; that much is checked here. What else ``schema``
    says is for the reader: the command itself refuses what breaks it.
    """

    name: str
    where: str
    types: tuple[str, ...]
    schema: Mapping[str, Json]
    required: bool
    default: Json = None


@dataclass(frozen=True, slots=True)
class Command:
    """One control command: ``method`` and ``path`` below the control endpoint, and what carries it out.

    ``function`` takes the server's Worlds if ``server`` is set, the chosen World otherwise. ``waits``: it may
    wait for what others do, and needs a thread of its own. ``text``: the media type of its answer, if that is
    no JSON, also by its ``format``. ``streams``: the answer is what comes, as it comes.
    """

    method: str
    path: str
    function: Callable[..., Json]
    params: tuple[Param, ...]
    server: bool
    statuses: tuple[int, ...]
    waits: bool = False
    text: str | Mapping[str, str] = ""
    streams: bool = False

    @property
    def media_types(self) -> tuple[str, ...]:
        """What the answer may be, if it is no JSON."""
        return (self.text,) * bool(self.text) if isinstance(self.text, str) else tuple(self.text.values())

    @property
    def name(self) -> str:
        """The name of the method in Python."""
        return self.function.__name__

    @property
    def about(self) -> str:
        """What it does, in one sentence."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


def command(
    route: str,
    function: Callable[..., Json],
    *,
    only: Sequence[str] | None = None,
    whole: str = "",
    server: bool = False,
    waits: bool = False,
    text: str | Mapping[str, str] = "",
    streams: bool = False,
    **rules: Mapping[str, Json],
) -> Command:
    """A row. Its parameters are those of ``function`` (``only`` some), with further ``rules`` on values."""
    method, _, path = route.partition(" ")
    hints = get_type_hints(function)
    params = []
    for name, one in list(inspect.signature(function).parameters.items())[1:]:
        if only is not None and name not in only:
            continue
        inside = "{" + name + "}" in path
        where = "whole" if name == whole else "query" if whole or method in ("GET", "DELETE") else "body"
        required = inside or one.default is inspect.Parameter.empty
        kinds = _types(hints[name])
        schema = {"type": kinds[0] if len(kinds) == 1 else list(kinds)} if kinds else {}
        params.append(
            Param(
                name,
                "path" if inside else where,
                kinds,
                {**schema, **rules.get(name, {})},
                required,
                None if required else one.default,
            )
        )
    missing = any(one.where == "path" or one.name in MISSING for one in params)
    statuses = (200, *((400, 404) if missing else (400,)), *((503,) if waits or streams else ()))
    return Command(method, path, function, tuple(params), server, statuses, waits, text, streams)


def _types(hint: Any) -> tuple[str, ...]:
    """The JSON types of a Python type, as far as commands use them; none for any value."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        found = [_types(one) for one in get_args(hint)]
        return tuple(name for one in found for name in one) if all(found) else ()
    known: Mapping[Any, tuple[str, ...]] = {
        str: ("string",),
        bool: ("boolean",),
        int: ("integer",),
        float: ("number",),
        type(None): ("null",),
        Mapping: ("object",),
        Sequence: ("array",),
    }
    return known.get(origin or hint, ())


def one_of(values: Sequence[str], *, null: bool = False) -> dict[str, Json]:
    """The rule that a value is one of ``values``, or nothing if ``null``."""
    return {"enum": [*values, None] if null else list(values)}
