"""The facade: a world has every power a tester has; everything outside talks to it and to nothing behind."""

from __future__ import annotations

import importlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from mockserver.engine.answer import Answer, answer, marked, refusal
from mockserver.engine.context import Function, Site
from mockserver.engine.render import exemplified, written
from mockserver.engine.seeding import seeded
from mockserver.spec.cache import Cache
from mockserver.spec.load import Folder, load, read_yaml, shown
from mockserver.spec.model import Operation, Service
from mockserver.spec.routes import BadPath, Match, Routes, routes_of, shapes_of
from mockserver.spec.schemas import DIALECT, Schemas
from mockserver.spec.yaml12 import YamlError
from mockserver.spec.yaml12 import parse as parse_yaml
from mockserver.state.clock import Clock, instant
from mockserver.state.ids import Ids
from mockserver.state.journal import Diagnosis, Entry, Journal
from mockserver.state.overrides import Override, Overrides
from mockserver.state.store import Index, Store
from mockserver.values import Call, Json, Problem, Reply, dumps

# The instant at which the seeds of the references live, and at which frozen worlds stand.
SEED_INSTANT = "2025-01-15T09:30:00+00:00"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
AUTH_MODES = ("any", "strict", "off")
VALIDATION_MODES = ("strict", "warn", "off")


class CommandError(ValueError):
    """A control command that cannot be carried out; nothing was changed. ``lines``: every reason."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class NotThere(CommandError):
    """A control command about something that does not exist."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What all worlds share: services, schemas, routes, and the functions that fixtures name."""

    services: Mapping[str, Service]
    schemas: Schemas
    routes: Routes
    functions: Mapping[str, Mapping[str, Function]]
    cache: Cache


def catalogue(
    folders: Sequence[Folder] = (),
    only: Sequence[str] = (),
    *,
    cache: Path | None = None,
    thorough: bool = True,
) -> Catalogue:
    """Everything the fixtures say, ready to serve.

    ``cache``: a folder for what was parsed, which makes the next start quicker; ``thorough``: compile
    every schema now. Raises FixtureErrors, UnknownFunction.
    """
    kept = Cache(cache)
    loaded = load(folders, only, cache=kept, thorough=thorough)
    functions = {name: _functions(service) for name, service in loaded.services.items()}
    return Catalogue(loaded.services, loaded.schemas, loaded.routes, functions, kept)


class UnknownFunction(LookupError):
    """A fixture names a Python function that does not exist."""


@dataclass(slots=True)
class _State:
    """What reset, snapshot and restore put back."""

    store: Store
    ids: Ids
    settings: Mapping[str, Mapping[str, Json]]


class World:
    """An isolated set of services with their state, clock, ids, journal and overrides.

    ``handle`` answers requests; every other public method is a control command that takes and gives
    JSON, and raises CommandError without having changed anything.
    """

    def __init__(
        self,
        shared: Catalogue,
        *,
        name: str = "default",
        seeds: Sequence[Json | str | Path] = ("documented",),
        clock: Clock | None = None,
        auth: str = "any",
        validation: str = "strict",
    ) -> None:
        """A world with ``seeds``: names of shipped seeds, files, or data by service. Raises CommandError."""
        self.name = name
        self.shared = shared
        self.auth_mode = _among(auth, AUTH_MODES, "auth")
        self.validation_mode = _among(validation, VALIDATION_MODES, "validation")
        self.clock = clock or Clock(instant(SEED_INSTANT))
        self._initial_clock = self.clock.fork()
        self._lock = threading.RLock()
        self.journal = Journal()
        self._overrides = Overrides()
        self._snapshots: dict[str, _State] = {}
        self._coverage: Counter[tuple[str, str, int]] = Counter()
        self._breaches = 0
        self._store = Store(_indexes(shared.services.values()))
        self._ids = Ids()
        self._settings = _defaults(shared.services.values())
        for service in shared.services:
            base = self._shipped(service, "base")
            if base is not None:
                self._load({service: base})
        self._empty = self._kept()
        for seed in seeds:
            self._load(self._data(seed))
        self._seeded = self._kept()
        self._modes = (self.auth_mode, self.validation_mode)

    def fork(self, name: str, clock: Clock | None = None) -> World:
        """A new world as this one was when it was made; it shares the tables until one of them writes."""
        other = object.__new__(World)
        other.name = name
        other.shared = self.shared
        other.auth_mode, other.validation_mode = other._modes = self._modes
        other.clock = clock or self._initial_clock.fork()
        other._initial_clock = other.clock.fork()
        other._lock = threading.RLock()
        other.journal = Journal()
        other._overrides = Overrides()
        other._snapshots = {}
        other._coverage = Counter()
        other._breaches = 0
        other._empty, other._seeded = self._empty, self._seeded
        other._put_back(self._seeded)
        return other

    # ---- requests

    def handle(self, call: Call) -> Reply:
        """The reply to one request; never raises, does no I/O."""
        return self.exchange(call).reply

    def exchange(self, call: Call, refused: Problem | None = None) -> Entry:
        """The reply to one request, with everything that the journal keeps of it.

        ``refused``: why nobody can answer it, whatever it asks for; its service words that.
        """
        with self._lock:
            number = self.journal.next_number
            if refused is None:
                service, operation, result = self._answer(call, number)
            else:
                service, operation, result = self._refusal(call, number, refused)
            if operation and refused is None and result.diagnosis.reason not in ("override", "broken"):
                self._coverage[service, operation, result.reply.status] += 1
            self._breaches += result.diagnosis.breach
            return self.journal.add(
                self.clock.now(), service, operation, call, result.reply, result.diagnosis
            )

    def _answer(self, call: Call, number: int) -> tuple[str, str, Answer]:
        """Service, operation id and answer; the first two are empty where nothing was found."""
        try:
            match = self.shared.routes.find(call.method, call.path)
        except BadPath as error:
            problem = Problem("bad_path", diagnosis=f"{call.path} is no valid percent-encoded UTF-8")
            return self._nowhere(call, number, error.service, problem)
        if match.service is None:
            return self._nowhere(call, number, None, Problem("no_route", diagnosis=self._lost(call)))
        site = self._site(match.service, number)
        if match.leaf is None or match.values is None:
            return match.service.name, "", self._unrouted(site, match, call)
        operation = match.leaf.operation
        base = call.root + match.base
        override = self._overrides.take(operation.service, operation.id) if self._overrides else None
        if override is not None:
            what = f"forced example {override.example}" if override.example else "forced reply"
            return operation.service, operation.id, marked(override.reply, "override", what, number)
        return operation.service, operation.id, answer(site, call, match.leaf, match.values, base)

    def _refusal(self, call: Call, number: int, problem: Problem) -> tuple[str, str, Answer]:
        """The words of the service that is asked; where none is, what a call without body would meet."""
        try:
            match = self.shared.routes.find(call.method, call.path)
        except BadPath:
            match = Match(None)
        if match.service is None:
            return self._answer(call, number)
        operation = match.leaf.operation.id if match.leaf else ""
        return match.service.name, operation, refusal(self._site(match.service, number), call, problem)

    def _unrouted(self, site: Site, match: Match, call: Call) -> Answer:
        if match.allowed:
            diagnosis = f"{call.method} {call.path} — only {', '.join(match.allowed)} here"
            allow = ", ".join(match.allowed)
            problem = Problem("wrong_method", diagnosis=diagnosis, allowed=list(match.allowed), allow=allow)
        else:
            problem = Problem("no_route", diagnosis=self._lost(call))
        return refusal(site, call, problem)

    def _nowhere(
        self, call: Call, number: int, owner: Service | None, problem: Problem
    ) -> tuple[str, str, Answer]:
        """The refusal of a path that leads nowhere: its owner's, or the mock's own where it has none."""
        owner = owner or self._owner(call.path)
        if owner is not None:
            return owner.name, "", refusal(self._site(owner, number), call, problem)
        message = problem.diagnosis
        mounts = {name: service.mount for name, service in self.shared.services.items()}
        body = dumps({"message": message, "services": mounts, "control": "/__mock__"})
        reply = Reply(404, {"Content-Type": "application/json"}, body)
        return "", "", marked(reply, "unknown-route", message, number)

    def _owner(self, path: str) -> Service | None:
        """The service under whose mount or routes a path that leads nowhere begins."""
        head = "/" + path.lstrip("/").partition("/")[0]
        return next((one for one in self.shared.services.values() if one.mount == head), None)

    def _lost(self, call: Call) -> str:
        near = self.shared.routes.nearest(call.method, call.path)
        closest = f" Closest: {', '.join(near)}" if near else ""
        return f"{call.method} {call.path} — no such operation.{closest}"

    # ---- life

    def health(self) -> Json:
        """Whether the server answers."""
        return {"status": "ok"}

    def ready(self) -> Json:
        """How much is loaded."""
        services = self.shared.services.values()
        operations = {one.name: len(one.operations) for one in services}
        return {"status": "ready", "world": self.name, "operations": operations}

    def info(self) -> Json:
        """What this world serves and how it is set."""
        with self._lock:
            return {
                "name": self.name,
                "services": {
                    name: {"title": one.title, "mount": one.mount, "docs": one.docs, "env": dict(one.env)}
                    for name, one in self.shared.services.items()
                },
                "auth": self.auth_mode,
                "validation": self.validation_mode,
                "clock": self.show_clock(),
                "requests": self.journal.next_number - 1,
            }

    # ---- state

    def reset(self, to: str = "seed") -> Json:
        """Back to the world as it was made (``seed``), or to one without anybody's work (``empty``)."""
        with self._lock:
            _among(to, ("seed", "empty"), "to")
            self._put_back(self._seeded if to == "seed" else self._empty)
            self.auth_mode, self.validation_mode = self._modes
            self.clock = self._initial_clock.fork()
            self._overrides.clear()
            forgotten = len(self.journal)
            self.clear_requests()
            return {"reset": to, "records": self._counts(), "requests_forgotten": forgotten}

    def seed(self, data: Json, dry_run: bool = False) -> Json:
        """Store records by service and resource, all or none; what was stored, by number."""
        with self._lock:
            before = self._kept()
            try:
                counts = self._load(data)
            except CommandError:
                self._put_back(before)
                raise
            if dry_run:
                self._put_back(before)
            return {"dry_run": dry_run, "seeded": counts}

    def state(self, service: str | None = None, resource: str | None = None) -> Json:
        """The stored records by service and resource; of one service, or of one resource."""
        with self._lock:
            if service is None:
                return {name: self.state(name) for name in self.shared.services}
            site = self._site(self._service(service))
            if resource is None:
                return {name: list(site.table(name)) for name in site.service.resources}
            if resource not in site.service.resources:
                raise NotThere(
                    f"{service} has no resource {resource!r}{_near(resource, site.service.resources)}"
                )
            return list(site.table(resource))

    def snapshots(self) -> Json:
        """The ids of the snapshots taken."""
        return {"snapshots": list(self._snapshots)}

    def snapshot(self, id: str | None = None) -> Json:
        """Remember records, ids and settings under ``id``, or under a new name."""
        with self._lock:
            free = (f"s{number}" for number in range(1, len(self._snapshots) + 2))
            name = id or next(one for one in free if one not in self._snapshots)
            self._snapshots[name] = self._kept()
            return {"id": name, "records": self._counts()}

    def restore(self, id: str) -> Json:
        """Back to a snapshot, which stays."""
        with self._lock:
            if id not in self._snapshots:
                raise NotThere(f"no snapshot {id!r}{_near(id, self._snapshots)}")
            self._put_back(self._snapshots[id])
            return {"restored": id, "records": self._counts()}

    # ---- behaviour

    def force(
        self,
        operation: str,
        example: str | None = None,
        *,
        status: int | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        service: str | None = None,
    ) -> Json:
        """Answer the next ``times`` calls of ``operation`` with a documented example or a given reply.

        ``times`` null: until reset. Forced replies count neither as coverage nor as proof.
        """
        with self._lock:
            found = self._operation(operation, service)
            if (example is None) == (status is None):
                raise CommandError("give either 'example' or 'status'")
            if times is not None and times < 1:
                raise CommandError("'times' must be at least 1, or null for ever")
            if status is not None and not 200 <= status <= 599:
                raise CommandError(f"'status' must be from 200 to 599, not {status}")
            _sendable(headers or {})
            site = self._site(self.shared.services[found.service])
            if example is not None:
                if example not in found.examples:
                    known = ", ".join(found.examples) or "none"
                    near = _near(example, found.examples)
                    raise NotThere(f"{found.id} has no example {example!r}{near} (it has: {known})")
                call = Call(found.method, found.path, root="")
                base = site.service.mount
                reply = exemplified(site, call, found.examples[example], base, base + _prefix(site.service))
            else:
                shown = {"Content-Type": "application/json", **(headers or {})}
                reply = Reply(int(status or 200), shown, written(body, shown))
            armed = self._overrides.arm(found.service, found.id, reply, example=example or "", times=times)
            return _override(armed)

    def forced(self) -> Json:
        """The overrides armed since the last reset, with how often each was used."""
        return {"overrides": [_override(one) for one in self._overrides.all()]}

    def unforce(self) -> Json:
        """Disarm every override."""
        with self._lock:
            gone = len(self._overrides.all())
            self._overrides.clear()
            return {"disarmed": gone}

    def settings(self, service: str | None = None) -> Json:
        """The settings of one service, or of all by service, with what each is about."""
        if service is None:
            return {name: self.settings(name) for name in self.shared.services}
        declared = self._service(service).settings
        values = self._settings[service]
        return {
            name: {
                "value": values[name],
                "default": one.default,
                "about": one.about,
                "source": one.source,
                **one.schema,
            }
            for name, one in declared.items()
        }

    def set_settings(self, service: str, values: Mapping[str, Json]) -> Json:
        """Change settings of one service; all or none. The values now in force come back."""
        with self._lock:
            declared = self._service(service).settings
            errors = []
            for name, value in values.items():
                if name not in declared:
                    errors.append(f"{service} has no setting {name!r}{_near(name, declared)}")
                elif wrong := _unfit(declared[name].schema, value):
                    errors.append(f"{service}.{name}: {wrong}")
            if errors:
                raise CommandError(*errors)
            self._settings[service] = {**self._settings[service], **values}
            return dict(self._settings[service])

    def set_auth(self, mode: str) -> Json:
        """Choose who is let in: any | strict | off."""
        self.auth_mode = _among(mode, AUTH_MODES, "mode")
        return {"auth": mode}

    def set_validation(self, mode: str) -> Json:
        """Choose what a broken request schema leads to: strict | warn | off."""
        self.validation_mode = _among(mode, VALIDATION_MODES, "mode")
        return {"validation": mode}

    def show_clock(self) -> Json:
        """The world's time, and whether it stands still."""
        return {"now": self.clock.now().isoformat(), "frozen": self.clock.frozen}

    def set_clock(self, to: str) -> Json:
        """Stand still at an ISO 8601 instant, or follow the real time (``real``)."""
        with self._lock:
            if to == "real":
                self.clock = Clock()
            else:
                self.clock.set(_instant(to))
            return self.show_clock()

    def advance_clock(self, seconds: float) -> Json:
        """Go forward by a number of seconds."""
        with self._lock:
            if seconds < 0:
                raise CommandError("'seconds' must not be negative")
            try:
                self.clock.advance(seconds)
            except (OverflowError, ValueError) as error:
                raise CommandError(f"'seconds' leads beyond the year 9999: {seconds}") from error
            return self.show_clock()

    # ---- observation

    def requests(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        breach: bool | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Json:
        """Exchanges of the journal, oldest first; ``after`` is the number of the last one seen."""
        if limit < 1:
            raise CommandError(f"'limit' must be at least 1, not {limit}")
        with self._lock:
            found = [
                entry
                for entry in self.journal
                if entry.number > after
                and operation in (None, entry.operation)
                and service in (None, entry.service)
                and method in (None, entry.call.method)
                and (path is None or path in entry.call.target)
                and status in (None, entry.reply.status)
                and breach in (None, entry.diagnosis.breach)
            ]
            return {
                "requests": [shown_entry(entry) for entry in found[:limit]],
                "total": len(found),
                "evicted": self.journal.evicted,
            }

    def request(self, number: int) -> Json:
        """One exchange of the journal."""
        with self._lock:
            for entry in self.journal:
                if entry.number == number:
                    return shown_entry(entry)
        raise NotThere(f"no request {number} in the journal ({self.journal.evicted} were evicted or cleared)")

    def clear_requests(self) -> Json:
        """Forget all exchanges, coverage and breaches."""
        with self._lock:
            gone = len(self.journal)
            self.journal.clear()
            self._coverage.clear()
            self._breaches = 0
            return {"forgotten": gone}

    def routes(self, service: str | None = None) -> Json:
        """Every operation: method, path, rung, evidence, documented statuses."""
        names = [service] if service is not None else list(self.shared.services)
        found = []
        for name in names:
            declared = self._service(name)
            shapes = shapes_of(declared)
            for one in declared.operations.values():
                found.append(
                    {
                        "service": name,
                        "operation": one.id,
                        "method": one.method,
                        "path": one.path,
                        "also": [path for _, path in routes_of(declared, one, shapes) if path != one.path],
                        "rung": one.rung,
                        "evidence": one.evidence,
                        "statuses": sorted(statuses_of(one)),
                        "examples": list(one.examples),
                        "docs": one.docs,
                    }
                )
        return {"routes": found}

    def coverage(self) -> Json:
        """The operations really exercised, with the statuses seen; how many requests broke a schema."""
        with self._lock:
            seen: dict[str, dict[str, dict[str, int]]] = {}
            for (service, operation, status), count in sorted(self._coverage.items()):
                seen.setdefault(service, {}).setdefault(operation, {})[str(status)] = count
            return {"operations": seen, "breaches": self._breaches}

    def clear_coverage(self) -> Json:
        """Forget what was exercised and how often a schema was broken; the journal stays."""
        with self._lock:
            gone = len(self._coverage)
            self._coverage.clear()
            self._breaches = 0
            return {"forgotten": gone}

    # ---- behind the commands

    def _site(self, service: Service, number: int = 0) -> Site:
        return Site(
            service,
            self.shared.schemas,
            self.shared.functions[service.name],
            self._store,
            self._ids,
            self.clock,
            self._settings[service.name],
            self.auth_mode,
            self.validation_mode,
            number,
        )

    def _service(self, name: str) -> Service:
        if name not in self.shared.services:
            raise NotThere(f"no service {name!r}{_near(name, self.shared.services)}")
        return self.shared.services[name]

    def _operation(self, name: str, service: str | None) -> Operation:
        services = [self._service(service)] if service else list(self.shared.services.values())
        found = [one.operations[name] for one in services if name in one.operations]
        if not found:
            known = {operation: None for one in services for operation in one.operations}
            raise NotThere(f"no operation {name!r}{_near(name, known)}")
        if len(found) > 1:
            names = ", ".join(one.service for one in found)
            raise CommandError(f"operation {name!r} is known to {names}: say which with 'service'")
        return found[0]

    def _data(self, seed: Json | str | Path) -> Json:
        """Seed data by service, from a shipped name, a file, or as given."""
        if isinstance(seed, str) and not seed.endswith((".yaml", ".yml", ".json")):
            found = {name: self._shipped(name, seed) for name in self.shared.services}
            data = {name: content for name, content in found.items() if content is not None}
            if not data:
                names = {stem for one in self.shared.services.values() for stem in one.seeds}
                raise NotThere(f"no seed {seed!r}{_near(seed, names)}")
            return data
        if isinstance(seed, (str, Path)):
            return _read(Path(seed), self.shared.cache)
        return seed

    def _shipped(self, service: str, seed: str) -> Json:
        file = self.shared.services[service].seeds.get(seed)
        return None if file is None else _read(file, self.shared.cache)

    def _load(self, data: Json) -> dict[str, dict[str, int]]:
        """Store seed data, and what was stored; the store is spoilt when this raises CommandError."""
        if not isinstance(data, Mapping):
            raise CommandError("expected records by service and resource: {service: {resource: [record, …]}}")
        counts, errors = {}, []
        for name, resources in data.items():
            if name not in self.shared.services:
                errors.append(f"{name}: no such service{_near(name, self.shared.services)}")
                continue
            counts[name], wrong = seeded(self._site(self.shared.services[name]), resources)
            errors.extend(wrong)
        if errors:
            raise CommandError(*errors)
        return counts

    def _kept(self) -> _State:
        settings = {name: dict(values) for name, values in self._settings.items()}
        return _State(self._store.fork(), self._ids.fork(), settings)

    def _put_back(self, state: _State) -> None:
        self._store = state.store.fork()
        self._ids = state.ids.fork()
        self._settings = {name: dict(values) for name, values in state.settings.items()}

    def _counts(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for service in self.shared.services.values():
            site = self._site(service)
            counts = {name: len(site.table(name)) for name in service.resources}
            found[service.name] = {name: count for name, count in counts.items() if count}
        return found


class Worlds:
    """The worlds of one server, by name; ``default`` always exists."""

    def __init__(self, default: World) -> None:
        """``default`` answers whenever no world is named; new worlds are made like it."""
        self._worlds = {default.name: default}
        self.default = default
        self._lock = threading.Lock()
        self._made: dict[str, World] = {}

    def get(self, name: str) -> World | None:
        """The world of that name."""
        return self._worlds.get(name)

    def __iter__(self) -> Iterator[World]:
        """All worlds, oldest first."""
        return iter(list(self._worlds.values()))

    def worlds(self) -> Json:
        """The names of all worlds."""
        return {"worlds": list(self._worlds)}

    def world(self, name: str) -> Json:
        """What one world serves and how it is set."""
        return self.named(name).info()

    def create_world(
        self,
        name: str,
        *,
        seeds: Sequence[Json] | None = None,
        clock: str | None = None,
        auth: str | None = None,
        validation: str | None = None,
    ) -> Json:
        """Make a world, like the default one where nothing else is said; one of that name is replaced."""
        if not name or not all(one.isalnum() or one in "-_." for one in name) or len(name) > 100:
            raise CommandError(f"a world's name has letters, digits, '-', '_' and '.', not {name!r}")
        time = None if clock is None else Clock() if clock == "real" else Clock(_instant(clock))
        model = self.default if seeds is None else self._model(seeds)
        made = model.fork(name, time)
        if auth is not None:
            made.auth_mode = _among(auth, AUTH_MODES, "auth")
        if validation is not None:
            made.validation_mode = _among(validation, VALIDATION_MODES, "validation")
        made._modes = (made.auth_mode, made.validation_mode)
        with self._lock:
            replaced = name in self._worlds
            if name == self.default.name:
                raise CommandError(f"the world {name!r} cannot be replaced; reset it instead")
            self._worlds[name] = made
        return {"created": name, "replaced": replaced}

    def drop_world(self, name: str) -> Json:
        """Forget a world and everything in it; the default one cannot be dropped."""
        with self._lock:
            if name == self.default.name:
                raise CommandError(f"the world {name!r} cannot be dropped; reset it instead")
            self.named(name)
            del self._worlds[name]
        return {"dropped": name}

    def named(self, name: str) -> World:
        """The world of that name. Raises NotThere."""
        found = self._worlds.get(name)
        if found is None:
            raise NotThere(
                f"no world {name!r}{_near(name, self._worlds)}; create it with PUT /__mock__/worlds/{name}"
            )
        return found

    def _model(self, seeds: Sequence[Json]) -> World:
        """A world with these seeds, made once and forked from then on."""
        key = dumps([str(one) if isinstance(one, Path) else one for one in seeds]).decode()
        found = self._made.get(key)
        if found is None:
            like = self.default
            auth, validation = like._modes
            found = World(
                like.shared, seeds=seeds, clock=like._initial_clock.fork(), auth=auth, validation=validation
            )
            self._made[key] = found
        return found


def statuses_of(operation: Operation) -> set[int]:
    """Every status that the operation is documented to answer."""
    return set(operation.returns).union(*(case.returns for case in operation.cases))


def shown_entry(entry: Entry) -> dict[str, Json]:
    """A journal entry as JSON; bodies as text where they are UTF-8."""
    diagnosis: Diagnosis = entry.diagnosis
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "service": entry.service,
        "operation": entry.operation,
        "method": entry.call.method,
        "target": entry.call.target,
        "headers": dict(entry.call.headers),
        "body": entry.call.body.decode(errors="replace"),
        "reply": {
            "status": entry.reply.status,
            "headers": dict(entry.reply.headers),
            "body": entry.reply.body.decode(errors="replace"),
        },
        "diagnosis": {
            "reason": diagnosis.reason,
            "message": diagnosis.message,
            "breach": diagnosis.breach,
            "broken": [
                {
                    "scope": one.scope,
                    "pointer": one.pointer,
                    "rule": one.rule,
                    "expected": one.expected,
                    "got": one.got,
                    "message": one.message,
                }
                for one in diagnosis.broken
            ],
        },
    }


def _override(one: Override) -> dict[str, Json]:
    return {
        "number": one.number,
        "service": one.service,
        "operation": one.operation,
        "example": one.example or None,
        "status": one.reply.status,
        "left": one.left,
        "used": one.used,
    }


def _functions(service: Service) -> dict[str, Function]:
    """Every function that the service's fixtures name, resolved. Raises UnknownFunction."""
    names = {
        case.function for one in service.operations.values() for case in one.cases if case.does == "call"
    }
    names |= {case.reply.view for one in service.operations.values() for case in one.cases}
    names |= {one.view for one in service.resources.values()} | {
        one.seed for one in service.resources.values()
    }
    names |= {one.visible for one in service.resources.values()}
    names |= {one.select for one in service.paging.values()}
    names |= {one.envelope_function for one in service.paging.values()}
    names |= {one.accepts.checks for one in service.operations.values()}
    names |= {service.auth.holds, service.admits}
    found: dict[str, Function] = {}
    for name in sorted(one for one in names if one):
        found[name] = resolved(service.name, name)
    return found


def resolved(service: str, name: str) -> Function:
    """The Python function that a fixture of ``service`` calls ``name``. Raises UnknownFunction."""
    module, dot, function = name.rpartition(".")
    if not dot:
        raise UnknownFunction(f"fixtures of {service} name {name!r}: expected MODULE.FUNCTION")
    path = f"mockserver.behaviours.{service}.{module}"
    try:
        found: Callable[..., Json] = getattr(importlib.import_module(path), function)
    except (ImportError, AttributeError) as error:
        raise UnknownFunction(f"fixtures of {service} name {name!r}: {error}") from error
    return found


def _indexes(services: Iterator[Service] | Sequence[Service] | Json) -> dict[str, list[Index]]:
    found: dict[str, list[Index]] = {}
    for service in services:
        for one in service.resources.values():
            rules = [Index((key,), fold=True) for key in one.keys]
            rules += [Index((name,)) for name in one.index]
            if one.parent:
                rules.append(Index((one.parent,)))
                rules += [Index((one.parent, name)) for name in one.unique]
            else:
                rules += [Index((name,)) for name in one.unique if name not in one.keys]
            found[f"{service.name}/{one.name}"] = rules
    return found


def _defaults(services: Json) -> dict[str, dict[str, Json]]:
    return {one.name: {key: setting.default for key, setting in one.settings.items()} for one in services}


def _prefix(service: Service) -> str:
    return next(iter(service.same_as), "")


def _unfit(schema: Mapping[str, Json], value: Json) -> str:
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator({"$schema": DIALECT, **schema}).iter_errors(value)
    return "; ".join(error.message for error in errors)


def _read(file: Path, cache: Cache) -> Json:
    errors: list[str] = []
    data = read_yaml(file, errors, cache)
    if errors:
        raise CommandError(*errors)
    if data is None:
        raise CommandError(f"{shown(file)}:1:1 the file is empty")
    return data


def read_text(text: str | bytes) -> Json:
    """JSON or YAML text as data. Raises CommandError with line and column."""
    try:
        return parse_yaml(text)
    except YamlError as error:
        raise CommandError(str(error)) from error


def _sendable(headers: Mapping[str, str]) -> None:
    """Refuse headers that would end a line or the message. Raises CommandError."""
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise CommandError(f"'headers': {name!r} is no name of a header")
        if not isinstance(value, str) or not value.isprintable():
            raise CommandError(f"'headers': {name} must be printable text, not {value!r}")
        if name.lower() in ("content-length", "transfer-encoding"):
            raise CommandError(f"'headers': {name} is written by the server")


def _instant(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise CommandError(f"not an ISO 8601 instant: {text!r}") from error


def _among(value: str, known: Sequence[str], name: str) -> str:
    if value not in known:
        raise CommandError(
            f"{name!r} must be one of {', '.join(known)}, not {value!r}{_near(str(value), known)}"
        )
    return value


def _near(word: str, known: Sequence[str] | Mapping[str, Json] | set[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" — did you mean '{near[0]}'?" if near else ""
