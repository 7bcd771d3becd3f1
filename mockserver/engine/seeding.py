"""Records given by a person or a file, checked like requests before they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from mockserver.engine.admit import broken_rules
from mockserver.engine.collection import Collection
from mockserver.engine.site import Site
from mockserver.values import Json, Problem, Record


def seeded(site: Site, data: Json) -> tuple[dict[str, int], list[str]]:
    """How many records of each resource were stored, and what is wrong, a line for each bad record.

    ``data``: resource to list of records, stored in the order given; a record with the id of a stored
    one replaces it. Where anything is wrong the caller must throw the site's store away.
    """
    counts: dict[str, int] = {}
    errors: list[str] = []
    if not isinstance(data, Mapping):
        return counts, [f"{site.service.name}: expected resources with lists of records"]
    for name, records in data.items():
        if name not in site.service.resources:
            errors.append(
                f"{site.service.name}.{name}: no such resource{_near(name, site.service.resources)}"
            )
            continue
        if not isinstance(records, list):
            errors.append(f"{site.service.name}.{name}: expected a list of records")
            continue
        for at, values in enumerate(records):
            where = f"{site.service.name}.{name}[{at}]"
            try:
                wrong = list(_stored(site, site.table(name), values))
            except Problem as problem:
                wrong = [one.message for one in problem.broken] or [problem.diagnosis or problem.kind]
            errors.extend(f"{where}: {message}" for message in wrong)
            counts[name] = counts.get(name, 0) + 1
    return counts, errors


def _stored(site: Site, table: Collection, values: Json) -> Iterator[str]:
    """Store one record; yields what is wrong with it, in which case nothing is stored."""
    resource = table.resource
    if not isinstance(values, dict):
        yield "expected a record"
        return
    parent: Record | None = None
    given = dict(values)
    if resource.parent is not None:
        name = given.pop(resource.parent, None)
        parent = None if name is None else site.table(resource.parent).find(str(name))
        if parent is None:
            yield f"'{resource.parent}' must name an existing {resource.parent}, not {name!r}"
            return
    row_id = given.get(resource.id.field)
    if row_id is not None:
        typed = table.id_of(str(row_id))
        if typed is None:
            yield f"'{resource.id.field}' must be {resource.id.style}, not {row_id!r}"
            return
        given[resource.id.field] = typed
    stamps = {name for names in resource.stamps.values() for name in names}
    own = {resource.id.field, *stamps, *resource.hidden, *resource.keys, *resource.index}
    known = {*own, *resource.fields}
    unknown = [key for key in given if resource.fields and key not in known]
    for key in unknown:
        yield f"unknown member '{key}'{_near(key, known)}"
    if unknown:
        return
    if resource.accepts is not None:
        checked = {key: value for key, value in given.items() if key not in own or key in resource.fields}
        broken = []
        if not site.schemas.valid(resource.accepts, checked):
            broken = broken_rules(site, resource.accepts, checked, "record")
        for one in broken:
            yield f"{one.pointer or '/'}: {one.message}"
        if broken:
            return
    if resource.seed is not None:
        given = site.functions[resource.seed](site, given)
    scoped = dict(given)
    if parent is not None:
        scoped[str(resource.parent)] = table.row_id_of_parent(parent)
    clash = table.clash(scoped)
    if clash is not None:
        yield f"'{clash}' is taken: {given[clash]!r}"
        return
    table.add(given, parent)


def _near(word: str, known: Mapping[str, Json] | set[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" — did you mean '{near[0]}'?" if near else ""
