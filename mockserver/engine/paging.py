"""One page of a list, in the service's envelope."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from mockserver.engine.context import Context
from mockserver.engine.template import MISSING, fill
from mockserver.spec.model import Paging
from mockserver.values import Broken, Json, Problem, Record


@dataclass(frozen=True, slots=True)
class Page:
    """A cut of a list. start: 0-based; size: as asked for after clamping, None for no limit."""

    items: Sequence[Json]
    start: int
    size: int | None
    total: int

    @property
    def last(self) -> bool:
        """Whether nothing comes after it."""
        return self.start + len(self.items) >= self.total


def cut(ctx: Context, style: Paging, records: Sequence[Record]) -> tuple[Page, Sequence[Record]]:
    """The page asked for, and the records before the cut after filtering and sorting.

    Sizes above the style's ``most`` are cut to it, never refused. Raises Problem("bad_page") for a
    token or number that is none.
    """
    if style.select is not None:
        records = ctx.site.functions[style.select](ctx, records)
    size = _number(ctx, style, "size")
    if size is None:
        size = style.default
    elif style.most is not None:
        size = min(size, style.most)
    start = _start(ctx, style, size)
    end = None if size is None else start + size
    return Page(records[start:end], start, size, len(records)), records


def envelope(ctx: Context, style: Paging, page: Page, shown: Sequence[Json]) -> Json:
    """The items as documented: in the style's envelope."""
    if style.envelope_function is not None:
        return ctx.site.functions[style.envelope_function](ctx, page, list(shown))
    # A page of no items leads nowhere: its next one would be the same again.
    following = None if page.last or not page.size else page.start + page.size
    before = None if page.start == 0 or not page.size else max(0, page.start - page.size)
    values: dict[str, Json] = {
        "items": list(shown),
        "start": page.start,
        "size": MISSING if page.size is None else page.size,
        "total": page.total,
        "last": page.last,
        "more": not page.last,
        "here": _address(ctx, style, page, page.start),
        "next": MISSING if following is None else _address(ctx, style, page, following),
        "next_or_null": None if following is None else _address(ctx, style, page, following),
        "previous_or_null": None if before is None else _address(ctx, style, page, before),
        "token": MISSING if following is None else token(following),
        "token_or_null": None if following is None else token(following),
    }
    asked = any(name in ctx.call.query for name in style.ask.values())
    template = style.envelope if asked or style.plain is None else style.plain
    return fill(template, lambda name: values.get(name, MISSING))


def token(start: int) -> str:
    """An opaque cursor for the record at ``start``."""
    return "v1." + base64.urlsafe_b64encode(f"start:{start}".encode()).decode().rstrip("=")


def start_of(text: str) -> int | None:
    """The position that a cursor stands for; None if it is none of ours."""
    version, _, rest = text.partition(".")
    try:
        name, _, number = base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4)).decode().partition(":")
    except ValueError:
        return None
    plain = number.isascii() and number.isdigit() and len(number) < 10
    return int(number) if version == "v1" and name == "start" and plain else None


def _start(ctx: Context, style: Paging, size: int | None) -> int:
    if "token" in style.ask and (text := ctx.query.get(style.ask["token"])):
        found = start_of(str(text))
        if found is None:
            raise Problem("bad_page", diagnosis="no such cursor", name=style.ask["token"], value=text)
        return found
    if "page" in style.ask:
        number = _number(ctx, style, "page")
        if number == 0:
            raise Problem("bad_page", diagnosis="pages start at 1", name=style.ask["page"], value=0)
        return 0 if number is None or size is None else (number - 1) * size
    return _number(ctx, style, "start") or 0


def _number(ctx: Context, style: Paging, part: str) -> int | None:
    """The number asked for, None if none was asked for."""
    name = style.ask.get(part)
    value = ctx.query.get(name) if name else None
    if value is None or value == "":
        return None
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Problem("bad_value", scope="query", name=name, value=value, type="integer")
    if int(value) < 0:
        message = f"{name} must not be negative"
        broken = [Broken("query", (str(name),), str(name), "minimum", message)]
        raise Problem("bad_page", broken=broken, name=name, value=value, type="integer")
    return int(value)


def _address(ctx: Context, style: Paging, page: Page, start: int) -> str:
    """The address of the same list from ``start`` on."""
    kept = [(key, one) for key, many in ctx.call.query.items() for one in many]
    asked = {style.ask[part] for part in ("start", "token", "page", "size") if part in style.ask}
    pairs = [(key, value) for key, value in kept if key not in asked]
    if "size" in style.ask and page.size is not None:
        pairs.append((style.ask["size"], str(page.size)))
    if "start" in style.ask:
        pairs.append((style.ask["start"], str(start)))
    elif "page" in style.ask and page.size:
        pairs.append((style.ask["page"], str(start // page.size + 1)))
    elif "token" in style.ask and start:
        pairs.append((style.ask["token"], token(start)))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{ctx.call.root}{ctx.call.path}{query}"
