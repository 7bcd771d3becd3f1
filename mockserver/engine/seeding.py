"""Records given by a person or a file, checked like requests before they are stored."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
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
        bed = _bed(site.table(name))
        with _no_collecting():
            for at, values in enumerate(records):
                try:
                    wrong = list(_stored(site, bed, values))
                except Problem as problem:
                    wrong = [one.message for one in problem.broken] or [problem.diagnosis or problem.kind]
                errors.extend(f"{site.service.name}.{name}[{at}]: {message}" for message in wrong)
        if records:
            counts[name] = counts.get(name, 0) + len(records)
    return counts, errors


@dataclass(slots=True)
class _Bed:
    """Where the records of one resource go.

    own: members that the service gives a record itself; known: all that it may have; parents: those that
    were found, by what they were called.
    """

    table: Collection
    own: Set[str]
    known: Set[str]
    parents: dict[Json, Record] = field(default_factory=dict)


def _bed(table: Collection) -> _Bed:
    resource = table.resource
    stamps = {name for names in resource.stamps.values() for name in names}
    own = {resource.id.field, *stamps, *resource.hidden, *resource.keys, *resource.index}
    return _Bed(table, own, {*own, *resource.fields})


@contextmanager
def _no_collecting() -> Iterator[None]:
    """No collection of garbage meanwhile: there is none, and to look through all records takes its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _stored(site: Site, bed: _Bed, values: Json) -> Iterator[str]:
    """Store one record; yields what is wrong with it, in which case nothing is stored."""
    table, resource = bed.table, bed.table.resource
    if not isinstance(values, dict):
        yield "expected a record"
        return
    parent: Record | None = None
    given = dict(values)
    if resource.parent is not None:
        name = given.pop(resource.parent, None)
        parent = None if name is None else _parent(site, bed, resource.parent, str(name))
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
    unknown = [key for key in given if key not in bed.known] if resource.fields else ()
    for key in unknown:
        yield f"unknown member '{key}'{_near(key, bed.known)}"
    if unknown:
        return
    if resource.accepts is not None:
        checked = {key: value for key, value in given.items() if key not in bed.own or key in resource.fields}
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


def _parent(site: Site, bed: _Bed, resource: str, name: str) -> Record | None:
    """The record that others of its resource belong to; most often the one before has the same."""
    found = bed.parents.get(name)
    if found is None:
        found = site.table(resource).find(name)
        if found is not None and resource != bed.table.resource.name:
            bed.parents[name] = found
    return found


def _near(word: str, known: Mapping[str, Json] | Set[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" — did you mean '{near[0]}'?" if near else ""
