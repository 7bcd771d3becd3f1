"""Tables of records, indexed; a record is never changed in place, so a fork shares them all."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import NamedTuple

from mockserver.values import Json, Record

RowId = str | int
Key = tuple[Json, ...]
RECENT = 64  # writes of which a store still knows where they went


class Index(NamedTuple):
    """Which fields, together, a table can be asked by without a scan; ``fold`` ignores case.

    A dotted name (``fields.status``) is a field of a field.
    """

    fields: tuple[str, ...]
    fold: bool = False

    def key(self, values: Sequence[Json]) -> Key | None:
        """The look-up key for ``values``; None when one of them is missing or cannot be indexed."""
        for value in values:
            if not isinstance(value, (str, int, float)):
                return None
        if self.fold:
            return tuple([one.casefold() if isinstance(one, str) else one for one in values])
        return tuple(values)

    def keys(self, record: Record) -> frozenset[Key]:
        """The keys under which ``record`` is found: for a list, one for each of its items."""
        values = [member(record, name) for name in self.fields]
        if len(values) == 1 and isinstance(values[0], list):
            return frozenset(key for item in values[0] if (key := self.key([item])) is not None)
        key = self.key(values)
        return frozenset() if key is None else frozenset((key,))

    def alike(self, one: Record, other: Record) -> bool:
        """Whether two records are found under the same keys, as far as that is quickly told."""
        for name in self.fields:
            before, after = member(one, name), member(other, name)
            if before is not after and not (isinstance(after, str) and before == after):
                return False
        return True


def member(record: Record, name: str) -> Json:
    """What ``record`` holds under a name, which may be dotted; None where it holds nothing."""
    if "." not in name:
        return record.get(name)
    found: Json = record
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


Bucket = dict[RowId, None]
# Tables by name, each with the version it had when it was seen.
Seen = tuple[tuple[str, "Table", int], ...]


class Table:
    """Rows in the order they came, with their indexes. ``version`` changes with every write.

    ``owner`` is the store that may write to it; a store that does not own a table copies it first.
    Buckets of an index are shared after a copy, and copied one by one when they are written to.
    """

    __slots__ = ("_buckets", "_indexes", "_members", "_next", "_own", "_places", "owner", "rows", "version")

    def __init__(self, owner: object, indexes: Sequence[Index] = ()) -> None:
        """An empty table of ``owner``."""
        self.owner: object = owner
        self.rows: dict[RowId, Record] = {}
        self.version = 0
        self._places: dict[RowId, int] = {}
        self._next = 0
        self._indexes: Mapping[tuple[str, ...], Index] = {index.fields: index for index in reversed(indexes)}
        # Members of a record on which its place in the indexes depends.
        self._members = tuple({name.partition(".")[0] for index in indexes for name in index.fields})
        self._buckets: dict[Index, dict[Key, Bucket]] = {index: {} for index in indexes}
        self._own: set[tuple[Index, Key]] = set()

    def copy(self, owner: object) -> Table:
        """The same rows, to be written by ``owner``; no record is copied."""
        other = Table(owner)
        other.rows = dict(self.rows)
        other._places, other._next = dict(self._places), self._next
        other._indexes, other._members = self._indexes, self._members
        other._buckets = {index: dict(buckets) for index, buckets in self._buckets.items()}
        self._own = set()
        return other

    @property
    def indexes(self) -> tuple[Index, ...]:
        """The indexes it is kept by."""
        return tuple(self._buckets)

    def ids(self, index: Index, values: Sequence[Json]) -> Sequence[RowId]:
        """Ids of the rows whose ``index`` fields equal ``values``, in the order they came."""
        key = index.key(values)
        if key is None:
            return ()
        return tuple(self._buckets[index].get(key, ()))

    def where(self, fields: tuple[str, ...], values: Sequence[Json]) -> list[Record] | None:
        """The rows whose ``fields`` equal ``values``, in the order they came; None if no index tells."""
        index = self._indexes.get(fields)
        key = None if index is None else index.key(values)
        if index is None or key is None:
            return None
        rows = self.rows
        return [rows[row_id] for row_id in self._buckets[index].get(key, ())]

    def indexed(self, fields: tuple[str, ...]) -> Index | None:
        """The index over exactly ``fields``, if there is one."""
        return self._indexes.get(fields)

    def put(self, row_id: RowId, record: Record) -> None:
        """Store ``record`` in place of what had ``row_id``, which keeps its position."""
        old = self.rows.get(row_id)
        self.version += 1
        if old is None:
            self._places[row_id] = self._next
            self._next += 1
        for index in self._buckets if old is None or self._moved(old, record) else ():
            if old is not None and index.alike(old, record):
                continue
            new_keys = index.keys(record)
            old_keys = frozenset() if old is None else index.keys(old)
            for key in old_keys - new_keys:
                self._leave(index, key, row_id)
            for key in new_keys - old_keys:
                self._enter(index, key, row_id)
        self.rows[row_id] = record

    def drop(self, row_id: RowId) -> None:
        """Forget the row; nothing happens if there is none."""
        old = self.rows.pop(row_id, None)
        if old is None:
            return
        self.version += 1
        del self._places[row_id]
        for index in self._buckets:
            for key in index.keys(old):
                self._leave(index, key, row_id)

    def _moved(self, old: Record, new: Record) -> bool:
        """Whether a record may belong elsewhere in the indexes, now that it has changed."""
        for name in self._members:
            before, after = old.get(name), new.get(name)
            if before is not after and (isinstance(after, dict) or before != after):
                return True
        return False

    def _enter(self, index: Index, key: Key, row_id: RowId) -> None:
        """Put a row into its bucket, before the rows that came after it."""
        bucket = self._bucket(index, key)
        last = next(reversed(bucket), None)
        bucket[row_id] = None
        if last is not None and self._places[last] > self._places[row_id]:
            ordered = sorted(bucket, key=self._places.__getitem__)
            self._buckets[index][key] = dict.fromkeys(ordered)

    def _leave(self, index: Index, key: Key, row_id: RowId) -> None:
        """Take a row out of its bucket, and an empty bucket out of the index."""
        bucket = self._bucket(index, key)
        bucket.pop(row_id, None)
        if not bucket:
            del self._buckets[index][key]
            self._own.discard((index, key))

    def _bucket(self, index: Index, key: Key) -> Bucket:
        """The bucket to write to, copied first if another table may share it."""
        buckets = self._buckets[index]
        if (index, key) not in self._own:
            buckets[key] = dict(buckets.get(key, ()))
            self._own.add((index, key))
        return buckets[key]


class Store:
    """All tables of one world. A fork shares them all; its first write to one copies that, and no other.

    It notes what is read and where anything is written, for who remembers what was made of its tables.
    """

    def __init__(self, indexes: Mapping[str, Sequence[Index]]) -> None:
        """Empty tables, named and indexed as ``indexes`` says."""
        self._tables = {name: Table(self, rules) for name, rules in indexes.items()}
        # Whether forks share the very table of references; then none of the tables is this store's own.
        self._lent = False
        # How often anything was written, and to which tables the last times: with so few to be looked at it
        # is soon known whether something else is as it was.
        self.writes = 0
        self._latest: deque[str] = deque(maxlen=RECENT)
        # What was read since ``watch``, and how often anything had been written by then.
        self._read: dict[str, Table] = {}
        self._began = 0

    def __getitem__(self, name: str) -> Table:
        """The table of that name, to read from. Raises KeyError."""
        found = self._read[name] = self._tables[name]
        return found

    def __iter__(self) -> Iterator[str]:
        """Names of all tables."""
        return iter(self._tables)

    def __contains__(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self._tables

    def watch(self) -> None:
        """Begin to note which tables are read, and whether anything is written (``written``)."""
        self._read = {}
        self._began = self.writes

    @property
    def written(self) -> bool:
        """Whether anything was written since ``watch``."""
        return self.writes != self._began

    def seen(self) -> Seen:
        """The tables read since ``watch``, as they are now."""
        return tuple((name, table, table.version) for name, table in self._read.items())

    def unchanged(self, seen: Seen) -> bool:
        """Whether each of these tables is still as it was seen."""
        tables = self._tables
        for name, table, version in seen:
            if tables[name] is not table or table.version != version:
                return False
        return True

    def spared(self, names: Set[str], writes: int) -> bool:
        """Whether no write has gone to one of these tables since ``writes``; False if that is long ago."""
        count = self.writes - writes
        if count == 1:
            return self._latest[-1] not in names
        return 0 <= count <= len(self._latest) and names.isdisjoint(islice(reversed(self._latest), count))

    def put(self, name: str, row_id: RowId, record: Record) -> None:
        """Store ``record`` under ``row_id``. It must not be changed afterwards."""
        self.writes += 1
        self._latest.append(name)
        table = self._tables[name]
        (table if table.owner is self else self._writable(name)).put(row_id, record)

    def drop(self, name: str, row_id: RowId) -> None:
        """Forget one row."""
        self.writes += 1
        self._latest.append(name)
        self._writable(name).drop(row_id)

    def replace(self, name: str, table: Table) -> None:
        """Put ``table``, which nobody may write to any more, in place of the one of that name."""
        self.writes += 1
        self._latest.append(name)
        table.owner = None
        self._own_tables()
        self._tables[name] = table

    def same(self, other: Store) -> bool:
        """Whether both stores share all tables: where one is a fork, whether neither was written to since."""
        if self._tables is other._tables:
            return True
        return self._tables.keys() == other._tables.keys() and all(
            table is other._tables[name] for name, table in self._tables.items()
        )

    def fork(self) -> Store:
        """A store with the same content; neither sees what the other writes from now on."""
        other = Store({})
        if not self._lent:
            for table in self._tables.values():
                table.owner = None
        other._tables = self._tables
        self._lent = other._lent = True
        return other

    def _writable(self, name: str) -> Table:
        table = self._tables[name]
        if table.owner is not self:
            self._own_tables()
            table = self._tables[name] = table.copy(self)
        return table

    def _own_tables(self) -> None:
        """Have a table of references that nobody shares."""
        if self._lent:
            self._tables = dict(self._tables)
            self._lent = False
