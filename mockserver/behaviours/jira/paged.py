"""Lists that a query filters and orders before a page of them is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mockserver.engine.context import Context
from mockserver.engine.paging import Page
from mockserver.values import Json, Problem, Record

Key = Callable[[Record], Json]


def matching(text: Json, records: Iterable[Record], *members: str) -> list[Record]:
    """The records one of whose members contains ``text`` in any case; all of them for no text."""
    folded = str(text or "").casefold()
    return [one for one in records if any(folded in str(one.get(name) or "").casefold() for name in members)]


def ordered(ctx: Context, records: Iterable[Record], keys: Mapping[str, Key]) -> list[Record]:
    """The records as ``orderBy`` asks: ``name``, ``+name`` or ``-name``; what has no value comes last.

    Raises Problem("bad_order_by") for anything else.
    """
    kept = list(records)
    asked = ctx.query.get("orderBy")
    if not asked:
        return kept
    name = str(asked).removeprefix("-").removeprefix("+").strip()
    key = keys.get(name)
    if key is None:
        known = ", ".join(keys)
        raise Problem("bad_order_by", diagnosis=f"orderBy: one of {known}", known=known, value=asked)
    present = sorted(
        (one for one in kept if key(one) is not None), key=key, reverse=str(asked).startswith("-")
    )
    return [*present, *(one for one in kept if key(one) is None)]


def text(member: str) -> Key:
    """Sort key: a member that is text, in any case."""
    return lambda record: str(record.get(member) or "").casefold()


def number(text: Json) -> int | None:
    """A number written as text; None if it is none."""
    return int(text) if str(text).isascii() and str(text).isdigit() else None


def bare(ctx: Context, page: Page, shown: Sequence[Json]) -> Json:
    """A page without an envelope: an array."""
    return list(shown)
