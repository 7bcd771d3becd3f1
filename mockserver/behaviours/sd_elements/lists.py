"""Lists: filtered, searched and sorted as the query asks, in the envelope with or without paging."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from mockserver.behaviours.sd_elements.shapes import names, unknown_name
from mockserver.engine.context import Context
from mockserver.engine.paging import Page
from mockserver.state.clock import instant
from mockserver.values import Broken, Json, Problem, Record

Test = Callable[[Json, Json], bool]
Read = Callable[[str], Json]
OWN = ("page", "page_size", "include", "expand", "exclude", "ordering", "search", "format")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list can be asked for.

    filters: member to its type (``number | text | flag | time``); lookups: members that also take
    ``member__lookup``; ordering: members to sort by; search: members to search through; accepted:
    whether only accepted records are listed unless the query says otherwise.
    """

    filters: Mapping[str, str]
    lookups: Mapping[str, str]
    ordering: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    accepted: bool = False


# Which members take lookups is only said in general ("on some fields"): those that can be filtered do,
# and names, times and priorities.
LISTINGS: Mapping[str, Listing] = {
    "issue_tracker_connection": Listing({"project": "number"}, {"project": "number", "alias": "text"}),
    "issue_tracker_connector": Listing({}, {"name": "text"}),
    "business_unit": Listing(
        {"name": "text"}, {"name": "text", "created": "time", "updated": "time"}, ("name",), ("name",)
    ),
    "application": Listing(
        {"business_unit": "number", "name": "text", "priority": "text", "slug": "text"},
        {
            "business_unit": "number",
            "name": "text",
            "priority": "text",
            "slug": "text",
            "created": "time",
            "updated": "time",
        },
        ("name",),
        ("name",),
    ),
    "project": Listing(
        {"application": "number", "name": "text", "slug": "text"},
        {"application": "number", "name": "text", "slug": "text", "created": "time", "updated": "time"},
        ("name", "created", "updated"),
        ("name", "profile_name"),
    ),
    "task": Listing(
        {"accepted": "flag", "relevant": "flag", "status": "text", "phase": "text", "priority": "number"},
        {"status": "text", "phase": "text", "priority": "number", "title": "text", "updated": "time"},
        accepted=True,
    ),
    "task_status": Listing({"meaning": "text"}, {"meaning": "text"}),
}
READ: Mapping[str, Read] = {
    "number": int,
    "text": str,
    "flag": lambda text: {"true": True, "1": True, "false": False, "0": False}[text.lower()],
    "time": instant,
}
UNREADABLE = {
    "number": "Enter a number.",
    "flag": "Must be a valid boolean.",
    "time": "Enter a valid date/time.",
}
LOOKUPS: Mapping[str, Test] = {
    "exact": lambda value, wanted: bool(value == wanted),
    "iexact": lambda value, wanted: str(value).casefold() == str(wanted).casefold(),
    "contains": lambda value, wanted: str(wanted) in str(value),
    "icontains": lambda value, wanted: str(wanted).casefold() in str(value).casefold(),
    "startswith": lambda value, wanted: str(value).startswith(str(wanted)),
    "istartswith": lambda value, wanted: str(value).casefold().startswith(str(wanted).casefold()),
    "endswith": lambda value, wanted: str(value).endswith(str(wanted)),
    "iendswith": lambda value, wanted: str(value).casefold().endswith(str(wanted).casefold()),
    "in": lambda value, wanted: value in wanted,
    "gt": lambda value, wanted: bool(value > wanted),
    "gte": lambda value, wanted: bool(value >= wanted),
    "lt": lambda value, wanted: bool(value < wanted),
    "lte": lambda value, wanted: bool(value <= wanted),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition on one member of a record."""

    member: str
    kind: str
    test: Test
    value: Json

    def holds(self, record: Record) -> bool:
        """Whether ``record`` meets it; a member without a value meets none."""
        value = record.get(self.member)
        if value is None:
            return False
        return self.test(instant(value) if self.kind == "time" else value, self.value)


def selected(ctx: Context, records: Sequence[Record]) -> Sequence[Record]:
    """The records that the query asks for, sorted; the page is cut afterwards.

    Raises Problem not_implemented for a lookup that is not served, invalid for values that are none,
    bad_page for a page that there is not. Source: seed-api-facts 4.1, 4.5
    """
    listing = LISTINGS[str(ctx.case.resource)]
    wanted = _conditions(ctx, listing)
    kept = [one for one in records if all(condition.holds(one) for condition in wanted)]
    if listing.accepted and not {"accepted", "relevant"} & ctx.call.query.keys():
        kept = [one for one in kept if one["accepted"]]
    kept = _found(ctx, listing, kept)
    kept = _sorted(ctx, listing, kept)
    _check_page(ctx, len(kept))
    return kept


def envelope(ctx: Context, page: Page, shown: Sequence[Json]) -> Json:
    """``{"results": […]}``; with paging ``count``, ``next`` and ``previous`` before it."""
    if not page.size:
        return {"results": shown}
    number = page.start // page.size + 1
    return {
        "count": page.total,
        "next": None if page.last else _address(ctx, number + 1),
        "previous": None if number == 1 else _address(ctx, number - 1),
        "results": shown,
    }


def envelope_with_facets(ctx: Context, page: Page, shown: Sequence[Json]) -> Json:
    """The same with an empty ``facets`` before it, as lists of tasks have it."""
    return {"facets": {}, **envelope(ctx, page, shown)}


def _conditions(ctx: Context, listing: Listing) -> list[Wanted]:
    """Every condition in the query. Raises Problem not_implemented | invalid."""
    wanted: list[Wanted] = []
    wrong: list[Broken] = []
    for name, texts in ctx.call.query.items():
        member, mark, lookup = name.partition("__")
        if name == "cursor":
            raise Problem("not_implemented", operation="paging by cursor")
        if mark and (member not in listing.lookups or lookup not in LOOKUPS):
            raise Problem("not_implemented", operation=f"the lookup {name}")
        if name in OWN or not (mark or name in listing.filters):
            continue
        kind = listing.lookups[member] if mark else listing.filters[name]
        try:
            value = _value(kind, texts[-1], lookup)
        except (ValueError, KeyError):
            wrong.append(Broken("query", (name,), name, "type", UNREADABLE[kind], got=texts[-1]))
            continue
        wanted.append(Wanted(member, kind, LOOKUPS[lookup or "exact"], value))
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the query has values of the wrong type")
    return wanted


def _value(kind: str, text: str, lookup: str) -> Json:
    """What to compare with: for ``in`` a list, for parts of a text the text itself."""
    if lookup == "in":
        return [READ[kind](part.strip()) for part in text.split(",")]
    if lookup in ("", "exact", "gt", "gte", "lt", "lte"):
        return READ[kind](text)
    return text


def _found(ctx: Context, listing: Listing, records: list[Record]) -> list[Record]:
    """The records that contain every word of ``search``."""
    words = " ".join(ctx.call.query.get("search", ())).replace(",", " ").casefold().split()
    if not words or not listing.search:
        return records
    texts = [_searched(ctx, listing, one) for one in records]
    return [one for one, text in zip(records, texts, strict=True) if all(word in text for word in words)]


def _searched(ctx: Context, listing: Listing, record: Record) -> str:
    """The text that a search looks through."""
    parts = [str(record.get(member, "")) for member in listing.search]
    profile = ctx.table("profile").get(record["profile"]) if record.get("profile") else None
    if "profile_name" in listing.search and profile is not None:
        parts.append(profile["name"])
    return "\n".join(parts).casefold()


def _sorted(ctx: Context, listing: Listing, records: list[Record]) -> list[Record]:
    """The records in the order asked for; the first name counts most, a minus turns it round."""
    for name in reversed(names(ctx, "ordering")):
        member = name.removeprefix("-")
        if member not in listing.ordering:
            unknown_name(ctx, "ordering", name)
            continue
        records = sorted(records, key=partial(_sort_key, member), reverse=name.startswith("-"))
    return records


def _sort_key(member: str, record: Record) -> str | datetime:
    value = record[member]
    return instant(value) if member in ("created", "updated") else str(value).casefold()


def _check_page(ctx: Context, total: int) -> None:
    """Raise Problem bad_page if paging is on and there is no such page; an empty list has one page."""
    size, page = ctx.query.get("page_size"), str(ctx.query.get("page", "1"))
    if size is None or not (str(size).isascii() and str(size).isdigit() and int(size)):
        return
    pages = max(1, -(-total // int(size)))
    if not (page.isascii() and page.isdigit() and len(page) < 10 and 1 <= int(page) <= pages):
        raise Problem("bad_page", diagnosis=f"there are {pages} pages, not {page}")


def _address(ctx: Context, number: int) -> str:
    """The address of another page, its parameters in alphabetical order; the first page has no number."""
    query = {name: texts for name, texts in ctx.call.query.items() if name != "page"}
    if number > 1:
        query["page"] = [str(number)]
    return f"{ctx.call.root}{ctx.call.path}?{urlencode(sorted(query.items()), doseq=True)}"
