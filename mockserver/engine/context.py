"""What a verb or a behaviour may see of the call it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mockserver.engine.template import MISSING, dotted, fill
from mockserver.spec.model import Case, Operation, Resource, Service
from mockserver.spec.schemas import Schemas
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.meters import Meters
from mockserver.state.outbox import Outbox
from mockserver.state.store import RowId, Store, member
from mockserver.values import Broken, Call, Json, Problem, Record

Function = Callable[..., Json]
_DIGITS = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling. ``user`` is a record, or empty for nobody; ``rejected``: a credential was wrong."""

    user: Record = field(default_factory=dict)
    scheme: str = ""
    rejected: bool = False
    credential: Record = field(default_factory=dict)

    @property
    def anonymous(self) -> bool:
        """Whether nobody is known to be calling."""
        return not self.user


class Site:
    """One service in one world, as it is for the request that is being answered.

    auth: any | strict | off; validation: strict | warn | off; number: the journal's for this exchange;
    passing: whether something was looked at that changes by itself or with every look, the time or ids.
    """

    __slots__ = (
        "_clock",
        "_collections",
        "_ids",
        "_outbox",
        "auth",
        "functions",
        "meters",
        "number",
        "passing",
        "remembered",
        "schemas",
        "service",
        "settings",
        "store",
        "validation",
    )

    def __init__(
        self,
        service: Service,
        schemas: Schemas,
        functions: Mapping[str, Function],
        store: Store,
        ids: Ids,
        clock: Clock,
        settings: dict[str, Json],
        auth: str = "any",
        validation: str = "strict",
        number: int = 0,
        outbox: Outbox | None = None,
        meters: Meters | None = None,
    ) -> None:
        """``service`` with the state of one world."""
        self.service = service
        self.schemas = schemas
        self.functions = functions
        self._outbox = Outbox() if outbox is None else outbox
        self.meters = Meters() if meters is None else meters
        self.passing = False
        # What engine.remembered keeps from one call to the next.
        self.remembered: dict[object, Json] = {}
        self._collections: dict[str, Collection] = {}
        self.at(store, ids, clock, settings, auth, validation, number)

    def at(
        self,
        store: Store,
        ids: Ids,
        clock: Clock,
        settings: dict[str, Json],
        auth: str,
        validation: str,
        number: int,
    ) -> Site:
        """The same service with the state that the world has now."""
        self.store = store
        self._ids = ids
        self._clock = clock
        self.settings = settings
        self.auth = auth
        self.validation = validation
        self.number = number
        return self

    @property
    def clock(self) -> Clock:
        """The world's clock."""
        self.passing = True
        return self._clock

    @property
    def ids(self) -> Ids:
        """The world's source of ids."""
        self.passing = True
        return self._ids

    @property
    def outbox(self) -> Outbox:
        """The world's deliveries, as they are at its time."""
        self._outbox.settle(self.clock.now())
        return self._outbox

    def table(self, name: str) -> Collection:
        """The records of one resource. Raises KeyError for an unknown resource."""
        found = self._collections.get(name)
        if found is None:
            found = self._collections[name] = Collection(self, self.service.resources[name])
        return found

    def stamp(self) -> str:
        """The world's time as this service writes it."""
        return formatted(self.clock.now(), self.service.dates)


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
        names, values = tuple(equal), tuple(equal.values())
        index = table.indexed(names)
        if index is not None and index.key(values) is not None:
            return [table.rows[row_id] for row_id in table.ids(index, values)]
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
        stamps = {name: self._site.stamp() for name in self.resource.stamps.get("updated", ())}
        changed = {**record, **stamps, **values}
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
        return {key: value for key, value in body.items() if not fields or key in fields}


@dataclass(slots=True)
class Context:
    """One admitted call: what it named, what was found, and the world it may read and write."""

    site: Site
    call: Call
    operation: Operation
    case: Case
    prefix: str
    base: str
    caller: Caller
    path: Mapping[str, Json] = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    body: Json = None
    parents: Mapping[str, Record] = field(default_factory=dict)
    target: Record | None = None
    notes: list[Broken] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    events: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)

    @property
    def api(self) -> str:
        """Absolute address of the API version that was called, for links in replies."""
        return self.base + self.prefix

    @property
    def settings(self) -> Mapping[str, Json]:
        """The service's settings in this world."""
        return self.site.settings

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.site.clock.now()

    @property
    def ids(self) -> Ids:
        """The world's source of ids."""
        return self.site.ids

    def stamp(self) -> str:
        """The world's time as this service writes it."""
        return self.site.stamp()

    def emit(self, event: str, **about: Json) -> None:
        """Note that something happened; the service's subscribers are told once the call has succeeded."""
        self.events.append((event, about))

    def did(self, kind: str, record: Record | None) -> None:
        """Note the event as which the fixture announces that ``record`` was created, updated or deleted."""
        event = self.case.emits.get(kind)
        if event is not None:
            self.emit(event, record=record)

    def table(self, name: str) -> Collection:
        """The records of one resource."""
        return self.site.table(name)

    def found(self) -> Record:
        """The record that the path names last. Raises Problem("not_found") if the path names none."""
        if self.target is None:
            raise Problem("not_found")
        return self.target

    def allowed(self, permission: str) -> bool:
        """Whether the caller holds ``permission``: the service's own rule, else the ``denied`` setting."""
        rule = self.site.service.auth.holds
        if rule is not None:
            return bool(self.site.functions[rule](self, permission))
        return permission not in self.denied

    @property
    def denied(self) -> Container[str]:
        """What the caller lacks by the setting ``denied``: a list for everybody, or lists by user.

        A user is named by id or by another member that is a text, such as an address; ``*`` is everybody.
        """
        setting: Json = self.site.settings.get("denied", ())
        if not isinstance(setting, dict):
            found: Container[str] = setting
            return found
        names = {"*", *(str(one) for one in self.caller.user.values() if isinstance(one, str | int))}
        return {one for name, lacking in setting.items() if name in names for one in lacking}

    def sees(self, resource: str, record: Record) -> bool:
        """Whether the caller may know of ``record``; everything is seen where the resource has no rule."""
        rule = self.site.service.resources[resource].visible
        return rule is None or bool(self.site.functions[rule](self, record))

    def view(self, resource: str, record: Record, function: str | None = None) -> Json:
        """``record`` as the service shows it."""
        declared = self.site.service.resources[resource]
        name = function or declared.view
        if name is not None:
            return self.site.functions[name](self, record)
        return self.plain(resource, record)

    def plain(self, resource: str, record: Record, only: Sequence[str] = ()) -> dict[str, Json]:
        """``record`` without what is hidden, and with its computed members; or ``only`` some of that."""
        declared = self.site.service.resources[resource]
        computed = declared.computed
        if only:
            shown = {name: record.get(name) for name in only if name in record or name in computed}
            computed = {name: template for name, template in computed.items() if name in only}
        else:
            shown = dict(record)
        for name in declared.kept_back:
            shown.pop(name, None)
        for name, template in computed.items():
            value = self.filled(template, record, declared)
            if value is not MISSING:
                shown[name] = value
            elif only and name not in record:
                del shown[name]
        return shown

    def filled(self, template: Json, record: Record, resource: Resource | None = None) -> Json:
        """``template`` filled from ``record``, its parent, the addresses, the settings and the caller."""
        if isinstance(template, str) and "{" not in template:
            return template

        def look_up(name: str) -> Json:
            if name == "base":
                return self.base
            if name == "api":
                return self.base + self.prefix
            if name in record:
                return record[name]
            head, _, rest = name.partition(".")
            if head == "parent" and resource is not None:
                parent = self.table(resource.name).parent_of(record)
                return MISSING if parent is None else dotted(parent, rest)
            if head == "caller":
                return dotted(self.caller.user, rest)
            if head == "settings":
                return dotted(self.site.settings, rest)
            if head == "path" and rest:
                return dotted(self.path, rest)
            return dotted(record, name)

        return fill(template, look_up)


def _equals(record: Record, equal: Mapping[str, Json]) -> bool:
    for name, value in equal.items():
        stored = member(record, name)
        if stored != value and not (isinstance(stored, list) and value in stored):
            return False
    return True


def formatted(moment: datetime, pattern: str) -> str:
    """``moment`` by ``strftime`` pattern, with ``%3f`` for milliseconds and ``%z`` without a colon."""
    # strftime writes years before 1000 with fewer than four digits on some systems.
    full = pattern.replace("%Y", f"{moment.year:04d}").replace("%3f", f"{moment.microsecond // 1000:03d}")
    return moment.strftime(full)


def sources(ctx: Context, wanted: Mapping[str, str]) -> dict[str, Json]:
    """Values of ``query.x``, ``body.x``, ``path.x`` or ``header.x``; those that are absent are left out."""
    found = {}
    for key, source in wanted.items():
        value = source_of(ctx, source)
        if value is not MISSING:
            found[key] = value
    return found


def source_of(ctx: Context, source: str) -> Json:
    """The value of one ``query.x``, ``body.x``, ``path.x`` or ``header.x``; MISSING if absent."""
    scope, _, name = source.partition(".")
    if scope == "query":
        return ctx.query.get(name, MISSING)
    if scope == "body":
        return dotted(ctx.body, name) if isinstance(ctx.body, dict) else MISSING
    if scope == "path":
        return ctx.path.get(name, MISSING)
    if scope == "header":
        return ctx.call.headers.get(name.lower(), MISSING)
    raise ValueError(f"{source!r} is none of query.x, body.x, path.x, header.x")
