"""Lists: filtered, sorted and paged by OData options, in the documented envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from mockserver.behaviours.enterprise_tester import odata, options
from mockserver.engine.context import Context
from mockserver.engine.paging import Page
from mockserver.spec.model import SchemaName
from mockserver.values import Json, Outcome, Record


def selected(
    ctx: Context,
    records: Iterable[Record],
    whole: Callable[[Context, Record], Record],
    item: str,
    expansions: Sequence[str] = (),
) -> Outcome:
    """The records that ``$filter`` lets through, as ``$orderby`` sorts them; the engine cuts the page.

    whole: a record as the options see it, with every member that it can be shown with;
    item: ``page#Name`` of the schema of one item, whose properties are the fields there are.
    Raises Problem for an option that is not understood.
    Source: https://help.catchsoftware.com/x/TAGmAQ (OData)
    """
    for name in ("$top", "$skip"):
        _check_number(ctx, name)
    _counted(ctx)
    options.expansions(ctx, expansions)
    wanted, order = options.asked(ctx, "$filter"), options.asked(ctx, "$orderby")
    if not wanted and not order:
        return Outcome("ok", list(records), many=True)
    page, _, name = item.partition("#")
    known = frozenset(ctx.site.schemas.resolved(SchemaName(ctx.site.service.name, page, name))["properties"])
    pairs = [(record, whole(ctx, record)) for record in records]
    try:
        if wanted:
            passes = odata.filtering(wanted, known)
            pairs = [pair for pair in pairs if passes(pair[1])]
        if order:
            pairs = odata.ordering(order, known).of(pairs, itemgetter(1))
    except odata.ODataError as error:
        raise options.refusal(ctx, str(error)) from error
    return Outcome("ok", [record for record, _ in pairs], many=True)


def envelope(ctx: Context, page: Page, shown: list[Json]) -> Json:
    """The items alone, or with Skip, Top and Total where ``$inlinecount`` or its default says so."""
    document: dict[str, Json] = {}
    if _counted(ctx):
        document = {"Skip": page.start, "Top": page.size, "Total": page.total}
    document["Items"] = shown
    self = ctx.settings["collectionSelf"]
    if self == "always" or (self == "filtered" and options.asked(ctx, "$filter")):
        document["Self"] = _address(ctx)
    return document


def envelope_or_array(ctx: Context, page: Page, shown: list[Json]) -> Json:
    """The envelope, or the bare items, as the setting systemLinksBody says."""
    return shown if ctx.settings["systemLinksBody"] == "array" else envelope(ctx, page, shown)


def _counted(ctx: Context) -> bool:
    """Whether the total is wanted. Raises Problem for anything but allpages and none."""
    text = options.asked(ctx, "$inlinecount") or ctx.settings["inlineCount"]
    if text.lower() not in ("allpages", "none"):
        raise options.refusal(ctx, f"$inlinecount must be allpages or none, not '{text}'")
    return bool(text.lower() == "allpages")


def _check_number(ctx: Context, name: str) -> None:
    text = str(ctx.query.get(name, ""))
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise options.refusal(ctx, f"{name} must be a whole number from 0 to 999999999, not '{text[:40]}'")


def _address(ctx: Context) -> str:
    """The address of the list as it was asked for; decoded, as the documented sample shows it."""
    query = "&".join(f"{name}={value}" for name, values in ctx.call.query.items() for value in values)
    address = f"{ctx.call.root}{ctx.call.path}"
    return f"{address}?{query}" if query else address
