"""Elements with their tasks and publications: writing them as a whole, and finding them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time

from mockserver.behaviours.kordiam import export
from mockserver.behaviours.kordiam.access import organisation
from mockserver.behaviours.kordiam.bindings import projected
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

# Members that only the server writes; in a body they are passed over.
OWN = ("id", "organisation", "creationTime", "modificationDate", "externalElement")
NESTED = {"tasks": "task", "publications": "publication"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Test = Callable[[Record], bool]


def created(ctx: Context) -> Outcome:
    """A new element with its tasks and publications.

    Members of a body that are not known here are kept.
    Source: https://docs.kordiam.app/api/platform/elements
    """
    values = _numbered(ctx.site, _given(ctx.body), {})
    element = ctx.table("element").add({**values, "organisation": organisation(ctx)})
    export.noted(ctx, export.CREATED, element)
    return Outcome("created", element)


def replaced(ctx: Context) -> Outcome:
    """The element with nothing of what it had but its id, its organisation and its creation.

    Source: https://docs.kordiam.app/docs/guides/api-conventions/write-semantics
    """
    record = ctx.found()
    values = _numbered(ctx.site, _given(ctx.body), record)
    return stored(ctx, {name: record[name] for name in OWN if name in record}, values)


def patched(ctx: Context) -> Outcome:
    """The element with what the body names: set where it has a value, cleared where it is null.

    Source: https://docs.kordiam.app/docs/guides/api-conventions/write-semantics
    """
    record = ctx.found()
    values = _numbered(ctx.site, _given(ctx.body), record)
    cleared = {name for name, value in ctx.body.items() if name not in OWN and value is None}
    return stored(ctx, {name: value for name, value in record.items() if name not in cleared}, values)


def deleted(ctx: Context) -> Outcome:
    """Forget the element, with its bindings."""
    record = ctx.found()
    export.noted(ctx, export.DELETED, record)
    ctx.table("element").drop(record)
    return Outcome("deleted")


def custom_fields(ctx: Context) -> Outcome:
    """The element with the named custom fields set, or cleared where their value is null.

    Source: https://docs.kordiam.app/docs/migration-from-v1/elements; the shape of the body is assumed.
    """
    record = ctx.found()
    named = [one["id"] for one in ctx.body["customFields"]]
    kept = [one for one in nested_in(record, "customFields") if one.get("id") not in named]
    kept += [one for one in ctx.body["customFields"] if one.get("value") is not None]
    return stored(ctx, record, {"customFields": kept})


def selected(ctx: Context, records: Sequence[Record]) -> Sequence[Record]:
    """Those of the caller's organisation that every filter of the query lets through.

    Raises Problem for a filter that is unknown, incomplete or no date.
    Source: https://docs.kordiam.app/api/platform/elements (List elements)
    """
    query = ctx.query
    _check_query(ctx)
    own = organisation(ctx)
    tests = [
        *_member_tests(query),
        *_range_test(query, "modificationDate", lambda one: one["modificationDate"]),
        *_range_test(query, "creationDate", lambda one: one["creationTime"]),
        *_range_test(
            query, "date", lambda one: [each.get("schedule") for each in nested_in(one, "publications")]
        ),
    ]
    if "userId" in query:
        tests.append(_task_test(query))
    return [one for one in records if one["organisation"] == own and all(test(one) for test in tests)]


def view(ctx: Context, record: Record) -> Json:
    """The element with the projection of one of its bindings; without one the member is left out."""
    shown = ctx.plain("element", record)
    binding = projected(ctx, record)
    return shown if binding is None else {**shown, "externalElement": binding}


def seeded(site: Site, values: Record) -> Record:
    """A seed's element, of organisation 1 unless it says otherwise, with its nested ids. Raises Problem."""
    own = {name: value for name, value in values.items() if name in OWN}
    if own.get("organisation", 1) not in [one["id"] for one in site.table("organisation")]:
        raise Problem("invalid", diagnosis=f"'organisation' must name one, not {own['organisation']!r}")
    nested = {key: [one for one in values.get(key) or () if "id" in one] for key in NESTED}
    return {"organisation": 1, **_numbered(site, _given(values), nested), **own}


def moment(text: str, *, end: bool = False) -> datetime | None:
    """The instant that a day (its ``end`` or its start, UTC) or a date-time with offset names; None if none.

    Source: https://docs.kordiam.app/docs/guides/api-conventions/querying-lists (Date Formats)
    """
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time.max if end else time.min, UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None and "T" in text else None


def _given(body: Record) -> dict[str, Json]:
    """What a client may write, without what it leaves unset by null."""
    return {name: value for name, value in body.items() if name not in OWN and value is not None}


def stored(ctx: Context, kept: Record, values: Record) -> Outcome:
    """The element ``kept`` with ``values`` over it, modified now."""
    record = {**kept, **values, "modificationDate": ctx.stamp()}
    ctx.table("element").put(record)
    export.noted(ctx, export.UPDATED, record)
    return Outcome("updated", record)


def _numbered(site: Site, values: dict[str, Json], before: Record) -> dict[str, Json]:
    """``values`` with an id for every new task and publication. Raises Problem for ids of no such thing."""
    unknown = []
    for name in NESTED:
        known = [one["id"] for one in nested_in(before, name)]
        for at, one in enumerate(values.get(name, ())):
            if one.get("id") is not None and one["id"] not in known:
                path = (name, at, "id")
                unknown.append(Broken("body", path, "id", "unknown", "does not exist", got=one["id"]))
    if unknown:
        raise Problem("invalid", broken=unknown, diagnosis="tasks or publications of another element")
    for name, kind in NESTED.items():
        for one in values.get(name, ()):
            if one.get("id") is not None:
                site.ids.taken(kind, one["id"])
        if name in values:
            values[name] = [with_id(site, kind, one) for one in values[name]]
    return values


def with_id(site: Site, kind: str, item: Record) -> Record:
    """``item``, numbered if it is new."""
    if item.get("id") is not None:
        return item
    return {**item, "id": site.ids.number(kind)}


def _check_query(ctx: Context) -> None:
    """Raise Problem for what the list cannot be asked, rather than pass over a filter in silence."""
    query = ctx.query
    for name in ("page", "sort"):
        if name in query:
            raise Problem("bad_page", diagnosis=f"this list knows no {name}, only cursor and size", name=name)
    if "userId" not in query:
        for name in ("deadlineFrom", "deadlineTo", "formatIds", "done"):
            if name in query:
                raise Problem("missing_parameter", diagnosis=f"{name} requires userId", name="userId")
    schema = ctx.site.schemas.resolved(ctx.operation.accepts.query) if ctx.operation.accepts.query else {}
    unknown = [name for name in query if name not in schema.get("properties", {})]
    if unknown and ctx.settings["unknownFilters"] == "refuse":
        raise Problem(
            "not_implemented",
            diagnosis=f"{unknown[0]} may be a filter, and is none that this server knows",
            operation=f"the query parameter {unknown[0]} of {ctx.operation.id}",
        )


def _member_tests(query: Mapping[str, Json]) -> Iterator[Test]:
    if "groupIds" in query:
        groups = query["groupIds"]
        yield lambda one: any(each in groups for each in _items(one, "groupIds"))
    if "platformId" in query:
        platform = query["platformId"]
        yield lambda one: any(each.get("platformId") == platform for each in nested_in(one, "publications"))


def _task_test(query: Mapping[str, Json]) -> Test:
    """Whether one and the same task is the user's and meets the other filters on tasks."""
    tests: list[Test] = [lambda task: _reference(task, "user") == query["userId"]]
    if "formatIds" in query:
        tests.append(lambda task: task.get("formatId") in query["formatIds"])
    tests.extend(_range_test(query, "deadline", lambda task: task.get("deadline")))
    return lambda one: any(all(test(task) for test in tests) for task in nested_in(one, "tasks"))


def _range_test(query: Mapping[str, Json], name: str, dates: Callable[[Record], Json]) -> Iterator[Test]:
    """A test of ``nameFrom`` and ``nameTo``, both inclusive; none if neither is asked."""
    start, end = _bound(query, f"{name}From"), _bound(query, f"{name}To", end=True)
    if start is not None or end is not None:
        yield lambda one: any(
            (start is None or start <= each) and (end is None or each <= end) for each in _moments(dates(one))
        )


def _bound(query: Mapping[str, Json], name: str, *, end: bool = False) -> datetime | None:
    if name not in query:
        return None
    found = moment(query[name], end=end)
    if found is None:
        raise Problem("bad_date", diagnosis=f"{name} is no ISO 8601 date", name=name, value=query[name])
    return found


def _moments(value: Json) -> Iterator[datetime]:
    """Every date in a text, a list or an object: the shapes of schedules and deadlines are not known."""
    if isinstance(value, str):
        found = moment(value)
        if found is not None:
            yield found
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _moments(one)


def nested_in(record: Record, name: str) -> Sequence[Record]:
    """The records in the list under ``name``."""
    return [one for one in _items(record, name) if isinstance(one, dict)]


def _items(record: Record, name: str) -> Sequence[Json]:
    """The list under ``name``; empty for anything else, which only a lax mode of validation lets in."""
    found = record.get(name)
    return found if isinstance(found, list) else ()


def _reference(record: Record, name: str) -> Json:
    """The id under ``nameId``, or inside the object ``name``."""
    inner = record.get(name)
    return record.get(f"{name}Id", inner.get("id") if isinstance(inner, dict) else None)
