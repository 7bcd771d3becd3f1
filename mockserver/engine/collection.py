"""The records of one resource in one world."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import is_
from typing import TYPE_CHECKING

from mockserver.spec.model import Resource
from mockserver.state.store import RowId, Table, member
from mockserver.values import Json, Record

if TYPE_CHECKING:
    from mockserver.engine.site import Site

_DIGITS = re.compile(r"[0-9]{1,18}")


class Collection:
    """The records of one resource in one world, in the order they were created."""

    __slots__ = ("_name", "_site", "resource")

    def __init__(self, site: Site, resource: Resource) -> None:
        """The collection of ``resource`` at ``site``."""
        self._site = site
        self.resource = resource
        self._name = f"{site.service.name}/{resource.name}"

    def __iter__(self) -> Iterator[Record]:
        """All records, oldest first."""
        return iter(list(self._site.store[self._name].rows.values()))

    def __len__(self) -> int:
        """How many records there are."""
        return len(self._site.store[self._name].rows)

    @property
    def table(self) -> Table:
        """The table that holds the records, to read from."""
        return self._site.store[self._name]

    def get(self, row_id: RowId) -> Record | None:
        """The record with exactly this id (an id as it is stored)."""
        return self._site.store[self._name].rows.get(row_id)

    def id_of(self, text: str) -> RowId | None:
        """An id as a path or a body writes it, the way it is stored; None if malformed."""
        style = self.resource.id.style
        if style == "integer":
            return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        if style == "uuid":
            return text.lower() if text else None
        return text or None

    def find(self, text: str) -> Record | None:
        """The record with this id, or whose keys have this value in any case."""
        row_id = self.id_of(text)
        found = None if row_id is None else self.get(row_id)
        if found is None:
            for key in self.resource.keys:
                for record in self.where(**{key: text}):
                    return record
        return found

    def where(self, **equal: Json) -> list[Record]:
        """All records whose members equal ``equal``, or hold it in a list; by index where one is declared."""
        table = self._site.store[self._name]
        names = tuple(equal)
        known = table.where(names, tuple(equal.values()))
        if known is not None:
            return known
        nearest: Sequence[RowId] | None = None
        for name in names:
            index = table.indexed((name,))
            if index is not None and index.key((equal[name],)) is not None:
                found = table.ids(index, (equal[name],))
                nearest = found if nearest is None or len(found) < len(nearest) else nearest
        if nearest is not None:
            near = [table.rows[row_id] for row_id in nearest]
            return [one for one in near if _equals(one, equal)]
        return [one for one in table.rows.values() if _equals(one, equal)]

    def ids(self, name: str, value: Json) -> Sequence[RowId]:
        """Ids of the records whose member equals ``value``, or holds it in a list; no record is touched
        where the member is indexed.
        """
        table = self._site.store[self._name]
        index = table.indexed((name,))
        if index is not None and index.key((value,)) is not None:
            return table.ids(index, (value,))
        return [record[self.resource.id.field] for record in self.where(**{name: value})]

    def under(self, parent: Record) -> list[Record]:
        """The records that belong to ``parent``."""
        return self.where(**{str(self.resource.parent): self.row_id_of_parent(parent)})

    def row_id_of_parent(self, parent: Record) -> RowId:
        """The id under which records of this resource name ``parent``."""
        above = self._site.service.resources[str(self.resource.parent)]
        found: RowId = parent[above.id.field]
        return found

    def parent_of(self, record: Record) -> Record | None:
        """The record that ``record`` belongs to."""
        name = self.resource.parent
        return None if name is None else self._site.table(name).get(record[name])

    def clash(self, record: Record) -> str | None:
        """The first member of ``record`` that must be unique and is another record's too."""
        own = record.get(self.resource.id.field)
        before = {} if own is None else self.get(own) or {}
        parent = self.resource.parent
        for name in self.resource.unique:
            value = record.get(name)
            if value is None or value == "" or value == before.get(name):
                continue
            scope = {parent: record.get(parent)} if parent else {}
            for other in self.where(**scope, **{name: value}):
                if other.get(self.resource.id.field) != own:
                    return name
        return None

    def new_id(self) -> RowId:
        """The next id, in this resource's style."""
        rule = self.resource.id
        if rule.style == "uuid":
            return self._site.ids.uuid(self._name)
        number = self._site.ids.number(self._name, rule.start)
        return number if rule.style == "integer" else f"{rule.prefix}{number}"

    def add(self, values: Record, parent: Record | None = None) -> Record:
        """Store a new record: id, parent, declared fields, time stamps; what was stored comes back.

        Members of ``values`` are kept as they are, also undeclared ones: a body is cut to the
        declared fields before (``kept``).
        """
        rule = self.resource.id
        record: dict[str, Json] = {rule.field: None}
        if parent is not None:
            record[str(self.resource.parent)] = self.row_id_of_parent(parent)
        record.update(self.resource.fields)
        for name in self.resource.stamps.get("created", ()):
            record[name] = self._site.stamp()
        record.update(values)
        if record[rule.field] is None:
            record[rule.field] = self.new_id()
        elif isinstance(record[rule.field], int):
            self._site.ids.taken(self._name, record[rule.field])
        elif rule.style == "string" and _DIGITS.fullmatch(record[rule.field].removeprefix(rule.prefix)):
            self._site.ids.taken(self._name, int(record[rule.field].removeprefix(rule.prefix)))
        self.put(record)
        return record

    def change(self, record: Record, values: Record) -> Record:
        """Store ``record`` with ``values`` over it; what was stored comes back."""
        changed = {**record}
        if stamped := self.resource.stamps.get("updated"):
            changed.update(dict.fromkeys(stamped, self._site.stamp()))
        changed.update(values)
        if _is(changed, record):
            return record
        self.put(changed)
        return changed

    def put(self, record: Record) -> None:
        """Store ``record`` as it is, in place of the one with its id."""
        self._site.store.put(self._name, record[self.resource.id.field], record)

    def drop(self, record: Record) -> None:
        """Forget ``record`` and everything that belongs to it."""
        row_id = record[self.resource.id.field]
        for child in self._site.service.children.get(self.resource.name, ()):
            below = self._site.table(child.name)
            for one in below.where(**{self.resource.name: row_id}):
                below.drop(one)
        self._site.store.drop(self._name, row_id)

    def kept(self, body: Json) -> dict[str, Json]:
        """The members of ``body`` that this resource declares; everything if it declares none."""
        fields = self.resource.fields
        if not fields or body.keys() <= fields.keys():
            return dict(body)
        return {key: value for key, value in body.items() if key in fields}


def _is(one: Record, other: Record) -> bool:
    """Whether two records have the very same members. Equal ones may differ as JSON: 1 equals true."""
    return tuple(one) == tuple(other) and all(map(is_, one.values(), other.values()))


def _equals(record: Record, equal: Mapping[str, Json]) -> bool:
    for name, value in equal.items():
        stored = member(record, name)
        if stored != value and not (isinstance(stored, list) and value in stored):
            return False
    return True
