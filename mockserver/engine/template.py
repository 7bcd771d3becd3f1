"""``{dotted.name}`` in a text: the whole template language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from mockserver.values import Json, dumps

PLACEHOLDER = re.compile(r"\{([A-Za-z_$][\w$.-]*)\}")


class _Missing:
    """What a name without a value stands for."""


MISSING = _Missing()
LookUp = Callable[[str], Json]


def fill(template: Json, look_up: LookUp) -> Json:
    """``template`` with every placeholder replaced.

    A placeholder alone in a text keeps its value's type; without a value its key or item is left out,
    and the whole is MISSING where the template itself is such a text.
    """
    if isinstance(template, str):
        return _text(template, look_up) if "{" in template else template
    if isinstance(template, dict):
        filled = {key: fill(value, look_up) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value is not MISSING}
    if isinstance(template, list):
        items = [fill(value, look_up) for value in template]
        return [value for value in items if value is not MISSING]
    return template


def dotted(values: Mapping[str, Json], name: str) -> Json:
    """The value at ``a.b.c`` in nested mappings and lists; MISSING if there is none."""
    if "." not in name:
        return values.get(name, MISSING)
    found: Json = values
    for step in name.split("."):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return MISSING
    return found


@cache
def _parts(text: str) -> tuple[str, ...]:
    """Literal and name in turn: ``("a/", "name", "/b")``."""
    return tuple(PLACEHOLDER.split(text))


def _text(text: str, look_up: LookUp) -> Json:
    parts = _parts(text)
    if len(parts) == 1:
        return text
    if len(parts) == 3 and not parts[0] and not parts[2]:
        return look_up(parts[1])
    pieces = list(parts)
    values = list(map(look_up, parts[1::2]))
    for at, value in enumerate(values):
        if value is MISSING:
            return MISSING
        if type(value) is not str:
            values[at] = dumps(value).decode()
    pieces[1::2] = values
    return "".join(pieces)
