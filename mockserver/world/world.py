"""One world: everything outside talks to it, and to nothing behind it."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.engine.answer import Answer, answer, marked, refusal
from mockserver.engine.context import Site
from mockserver.engine.render import exemplified, written
from mockserver.engine.seeding import seeded
from mockserver.spec.model import Operation, Service
from mockserver.spec.routes import BadPath, Match
from mockserver.spec.schemas import DIALECT
from mockserver.state.clock import Clock, instant
from mockserver.state.ids import Ids
from mockserver.state.journal import Entry, Journal
from mockserver.state.overrides import Overrides
from mockserver.state.store import Index, Store
from mockserver.values import Call, Json, Problem, Reply, dumps
from mockserver.world.errors import CommandError, NotThere, among, instant_of, near
from mockserver.world.loading import Catalogue
from mockserver.world.seeds import data_of, shipped
from mockserver.world.shown import shown_entry, shown_override, shown_routes

# The instant at which the seeds of the references live, and at which frozen worlds stand.
SEED_INSTANT = "2025-01-15T09:30:00+00:00"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
AUTH_MODES = ("any", "strict", "off")
VALIDATION_MODES = ("strict", "warn", "off")


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
        self.auth_mode = among(auth, AUTH_MODES, "auth")
        self.validation_mode = among(validation, VALIDATION_MODES, "validation")
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
            base = shipped(self.shared, service, "base")
            if base is not None:
                self._load({service: base})
        self._empty = self._kept()
        for seed in seeds:
            self._load(data_of(self.shared, seed))
        self._seeded = self._kept()
        self._modes = (self.auth_mode, self.validation_mode)

    def fork(
        self,
        name: str,
        clock: Clock | None = None,
        *,
        auth: str | None = None,
        validation: str | None = None,
    ) -> World:
        """A new world as this one was when it was made; it shares the tables until one of them writes.

        clock, auth, validation: this one's where nothing is said. Raises CommandError.
        """
        other = object.__new__(World)
        other.name = name
        other.shared = self.shared
        other.auth_mode = among(self._modes[0] if auth is None else auth, AUTH_MODES, "auth")
        mode = self._modes[1] if validation is None else validation
        other.validation_mode = among(mode, VALIDATION_MODES, "validation")
        other._modes = (other.auth_mode, other.validation_mode)
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

    def sown(self, seeds: Sequence[Json | str | Path]) -> World:
        """A world with other seeds, set as this one was when it was made. Raises CommandError."""
        auth, validation = self._modes
        clock = self._initial_clock.fork()
        return World(self.shared, seeds=seeds, clock=clock, auth=auth, validation=validation)

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
            among(to, ("seed", "empty"), "to")
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
                    f"{service} has no resource {resource!r}{near(resource, site.service.resources)}"
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
                raise NotThere(f"no snapshot {id!r}{near(id, self._snapshots)}")
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
                    meant = near(example, found.examples)
                    raise NotThere(f"{found.id} has no example {example!r}{meant} (it has: {known})")
                call = Call(found.method, found.path, root="")
                base = site.service.mount
                reply = exemplified(site, call, found.examples[example], base, base + _prefix(site.service))
            else:
                shown = {"Content-Type": "application/json", **(headers or {})}
                reply = Reply(int(status or 200), shown, written(body, shown))
            armed = self._overrides.arm(found.service, found.id, reply, example=example or "", times=times)
            return shown_override(armed)

    def forced(self) -> Json:
        """The overrides armed since the last reset, with how often each was used."""
        return {"overrides": [shown_override(one) for one in self._overrides.all()]}

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
                    errors.append(f"{service} has no setting {name!r}{near(name, declared)}")
                elif wrong := _unfit(declared[name].schema, value):
                    errors.append(f"{service}.{name}: {wrong}")
            if errors:
                raise CommandError(*errors)
            self._settings[service] = {**self._settings[service], **values}
            return dict(self._settings[service])

    def set_auth(self, mode: str) -> Json:
        """Choose who is let in: any | strict | off."""
        self.auth_mode = among(mode, AUTH_MODES, "mode")
        return {"auth": mode}

    def set_validation(self, mode: str) -> Json:
        """Choose what a broken request schema leads to: strict | warn | off."""
        self.validation_mode = among(mode, VALIDATION_MODES, "mode")
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
                self.clock.set(instant_of(to))
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
        found = [row for name in names for row in shown_routes(self._service(name))]
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
            raise NotThere(f"no service {name!r}{near(name, self.shared.services)}")
        return self.shared.services[name]

    def _operation(self, name: str, service: str | None) -> Operation:
        services = [self._service(service)] if service else list(self.shared.services.values())
        found = [one.operations[name] for one in services if name in one.operations]
        if not found:
            known = {operation: None for one in services for operation in one.operations}
            raise NotThere(f"no operation {name!r}{near(name, known)}")
        if len(found) > 1:
            names = ", ".join(one.service for one in found)
            raise CommandError(f"operation {name!r} is known to {names}: say which with 'service'")
        return found[0]

    def _load(self, data: Json) -> dict[str, dict[str, int]]:
        """Store seed data, and what was stored; the store is spoilt when this raises CommandError."""
        if not isinstance(data, Mapping):
            raise CommandError("expected records by service and resource: {service: {resource: [record, …]}}")
        counts, errors = {}, []
        for name, resources in data.items():
            if name not in self.shared.services:
                errors.append(f"{name}: no such service{near(name, self.shared.services)}")
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


def _sendable(headers: Mapping[str, str]) -> None:
    """Refuse headers that would end a line or the message. Raises CommandError."""
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise CommandError(f"'headers': {name!r} is no name of a header")
        if not isinstance(value, str) or not value.isprintable():
            raise CommandError(f"'headers': {name} must be printable text, not {value!r}")
        if name.lower() in ("content-length", "transfer-encoding"):
            raise CommandError(f"'headers': {name} is written by the server")
