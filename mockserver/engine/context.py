"""What a verb or a behaviour may see of the call it answers."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from mockserver.engine.collection import Collection
from mockserver.engine.site import Site
from mockserver.engine.template import MISSING, dotted, fill
from mockserver.spec.model import Case, Operation, Resource
from mockserver.state.ids import Ids
from mockserver.values import Broken, Call, Json, Problem, Record


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


@dataclass
class Context:
    """One admitted call: what it named, what was found, and the world it may read and write.

    common: the headers that every reply to such a call has, if that was found out already.
    """

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
    common: Mapping[str, str] | None = None

    def again(self, call: Call) -> Context:
        """``call``, admitted as this one was; nothing has been done yet that it asks for."""
        other = object.__new__(Context)
        other.__dict__.update(self.__dict__)
        other.call = call
        other.notes, other.events = [], []
        other.headers = self.headers.copy()
        return other

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
        kept_back = declared.kept_back
        shown: dict[str, Json] = {}
        for name in only or record:
            if only and name in computed:
                value = self.filled(computed[name], record, declared)
                if value is not MISSING:
                    shown[name] = value
                    continue
            if name in record and name not in kept_back:
                shown[name] = record[name]
        for name, template in () if only else computed.items():
            value = self.filled(template, record, declared)
            if value is not MISSING:
                shown[name] = value
        return shown

    def filled(self, template: Json, record: Record, resource: Resource | None = None) -> Json:
        """``template`` filled from ``record``, its parent, the addresses, the settings and the caller."""
        if isinstance(template, str) and "{" not in template:
            return template

        def look_up(name: str) -> Json:
            if name == "api":
                return self.base + self.prefix
            if name == "base":
                return self.base
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


@cache
def _parted(source: str) -> tuple[str, str]:
    scope, _, name = source.partition(".")
    return scope, name


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
    scope, name = _parted(source)
    if scope == "body":
        return dotted(ctx.body, name) if isinstance(ctx.body, dict) else MISSING
    if scope == "query":
        return ctx.query.get(name, MISSING)
    if scope == "path":
        return ctx.path.get(name, MISSING)
    if scope == "header":
        return ctx.call.headers.get(name.lower(), MISSING)
    raise ValueError(f"{source!r} is none of query.x, body.x, path.x, header.x")
