"""Values of records as OData compares them: five kinds, each only with its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Final
from uuid import UUID

from mockserver.values import Json

_COMPARES: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le,
}  # fmt: skip

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)


def holds(operator: str, left: Json, right: Json) -> bool:
    """Whether ``left operator right``; null equals null, other kinds only their own."""
    if left is None and right is None:
        return operator == "eq"
    pair = alike(left, right)
    return operator == "ne" if pair is None else _COMPARES[operator](*pair)


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Json) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def guid(value: Json) -> UUID | None:
    """The value as a guid; None if it is none."""
    if isinstance(value, UUID):
        return value
    return UUID(value) if isinstance(value, str) and _GUID.fullmatch(value) else None


def moment(value: Json) -> datetime | None:
    """The value as an instant, UTC unless it says otherwise; None if it is none."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:  # the 30th of February
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


_KINDS: Final[Sequence[Callable[[Json], Json]]] = (_flag, _number, guid, moment, _text)


def alike(left: Json, right: Json) -> tuple[Json, Json] | None:
    """Both values as the first kind that both have; None when they have none in common."""
    for kind in _KINDS:
        one, other = kind(left), kind(right)
        if one is not None and other is not None:
            return one, other
    return None


def rank(value: Json) -> tuple[int, Json]:
    """What the value is sorted by: its kind, then itself; lists and objects come last and are equal."""
    for place, kind in enumerate(_KINDS):
        if (comparable := kind(value)) is not None:
            return place, comparable
    return len(_KINDS), 0
