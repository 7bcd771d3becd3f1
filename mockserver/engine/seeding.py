"""Records given by a person or a file, checked like requests before they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from difflib import get_close_matches

from mockserver.engine.admit import broken_rules
from mockserver.engine.collection import Collection
from mockserver.engine.garbage import no_collecting
from mockserver.engine.site import Site
from mockserver.spec.model import Resource
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
        bed = _bed(site, name)
        with no_collecting():
            for at, values in enumerate(records):
                wrong: Sequence[str] = ()
                try:
                    _store(bed, values)
                except _Unfit as unfit:
                    wrong = unfit.args
                except Problem as problem:
                    wrong = [one.message for one in problem.broken] or [problem.diagnosis or problem.kind]
                errors.extend(f"{site.service.name}.{name}[{at}]: {message}" for message in wrong)
        if records:
            counts[name] = counts.get(name, 0) + len(records)
    return counts, errors


class _Unfit(Exception):
    """A record that cannot be stored; ``args``: a sentence for each thing that is wrong with it."""


@dataclass(slots=True)
class _Bed:
    """Where the records of one resource go.

    own: members that the service gives a record itself; known: all that it may have; parents: those that
    were found, by what they were called.
    """

    site: Site
    table: Collection
    resource: Resource
    own: Set[str]
    known: Set[str]
    parents: dict[Json, Record] = field(default_factory=dict)


def _bed(site: Site, name: str) -> _Bed:
    resource = site.service.resources[name]
    stamps = {member for members in resource.stamps.values() for member in members}
    own = {resource.id.field, *stamps, *resource.hidden, *resource.keys, *resource.index}
    return _Bed(site, site.table(name), resource, own, {*own, *resource.fields})


def _store(bed: _Bed, values: Json) -> None:
    """Store one record. Raises _Unfit or Problem where something is wrong with it; then nothing is stored."""
    if not isinstance(values, dict):
        raise _Unfit("expected a record")
    given = dict(values)
    parent = _taken_parent(bed, given)
    _type_id(bed, given)
    _check_members(bed, given)
    _check_schema(bed, given)
    if bed.resource.seed is not None:
        given = bed.site.functions[bed.resource.seed](bed.site, given)
    _check_unique(bed, given, parent)
    bed.table.add(given, parent)


def _taken_parent(bed: _Bed, given: dict[str, Json]) -> Record | None:
    """The record that ``given`` names as its parent, which is no member of it any more."""
    resource = bed.resource.parent
    if resource is None:
        return None
    name = given.pop(resource, None)
    parent = None if name is None else _parent(bed, resource, str(name))
    if parent is None:
        raise _Unfit(f"'{resource}' must name an existing {resource}, not {name!r}")
    return parent


def _parent(bed: _Bed, resource: str, name: str) -> Record | None:
    """The record that others of its resource belong to; most often the one before has the same."""
    found = bed.parents.get(name)
    if found is None:
        found = bed.site.table(resource).find(name)
        if found is not None and resource != bed.resource.name:
            bed.parents[name] = found
    return found


def _type_id(bed: _Bed, given: dict[str, Json]) -> None:
    """Have the id, if one is given, as ids of this resource are stored."""
    rule = bed.resource.id
    row_id = given.get(rule.field)
    if row_id is not None:
        given[rule.field] = bed.table.id_of(str(row_id))
        if given[rule.field] is None:
            raise _Unfit(f"'{rule.field}' must be {rule.style}, not {row_id!r}")


def _check_members(bed: _Bed, given: Record) -> None:
    unknown = [key for key in given if key not in bed.known] if bed.resource.fields else ()
    if unknown:
        raise _Unfit(*(f"unknown member '{key}'{_near(key, bed.known)}" for key in unknown))


def _check_schema(bed: _Bed, given: Record) -> None:
    """Hold what a request may set against the schema of the resource; the rest only a seed can say."""
    schema, fields = bed.resource.accepts, bed.resource.fields
    if schema is None:
        return
    checked = {key: value for key, value in given.items() if key not in bed.own or key in fields}
    if not bed.site.schemas.valid(schema, checked):
        broken = broken_rules(bed.site, schema, checked, "record")
        if broken:
            raise _Unfit(*(f"{one.pointer or '/'}: {one.message}" for one in broken))


def _check_unique(bed: _Bed, given: Record, parent: Record | None) -> None:
    scoped = dict(given)
    if parent is not None:
        scoped[str(bed.resource.parent)] = bed.table.row_id_of_parent(parent)
    clash = bed.table.clash(scoped)
    if clash is not None:
        raise _Unfit(f"'{clash}' is taken: {given[clash]!r}")


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" — did you mean '{near[0]}'?" if near else ""
