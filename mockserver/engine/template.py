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
# What a text shows as Python does.
_PLAIN = frozenset((str, int))
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
def _parted(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with ``%s`` for each name, and the names."""
    parts = PLACEHOLDER.split(text)
    return "%s".join(part.replace("%", "%%") for part in parts[::2]), tuple(parts[1::2])


def _text(text: str, look_up: LookUp) -> Json:
    form, names = _parted(text)
    if form == "%s":
        return look_up(names[0])
    values = tuple(map(look_up, names))
    if not _PLAIN.issuperset(map(type, values)):
        if MISSING in values:
            return MISSING
        values = tuple(one if isinstance(one, str) else dumps(one).decode() for one in values)
    return form % values
