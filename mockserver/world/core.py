"""What all parts of a world share: its state, and the way from a service's name to the service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from mockserver.engine.remembered import Memory
from mockserver.engine.seeding import seeded
from mockserver.engine.site import Site
from mockserver.spec.model import Operation, Service
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.journal import Journal
from mockserver.state.meters import Meters
from mockserver.state.outbox import Outbox
from mockserver.state.store import Store
from mockserver.state.tallies import Tallies
from mockserver.values import Json
from mockserver.world.armed import Armed
from mockserver.world.errors import CommandError, NotThere, among, near
from mockserver.world.loading import Catalogue
from mockserver.world.receivers import barred
from mockserver.world.waiting import Waiting

# The instant at which the seeds of the references live, and at which frozen worlds stand.
SEED_INSTANT = "2025-01-15T09:30:00+00:00"
REAL_TOKEN = (
    "A REQUEST HELD WHAT LOOKS LIKE A REAL API TOKEN (ATATT3…). The mock needs none: any will do. It was not"
    " kept, but it went through an unencrypted connection: find out where it came from, and revoke it."
)
AUTH_MODES = ("any", "strict", "off")
VALIDATION_MODES = ("strict", "warn", "off")


@dataclass(slots=True)
class State:
    """What reset, snapshot and restore put back."""

    store: Store
    ids: Ids
    settings: dict[str, dict[str, Json]]


class Core(Waiting):
    """The state of one world. Each part of a world (its commands about one area) builds on this."""

    name: str
    shared: Catalogue
    clock: Clock
    journal: Journal
    auth_mode: str
    validation_mode: str
    deliver_to: frozenset[str]

    def _begin(
        self,
        shared: Catalogue,
        name: str,
        clock: Clock,
        auth: str,
        validation: str,
        deliver_to: frozenset[str] = frozenset(),
    ) -> None:
        """Everything but records, ids and settings, as it is in a new world. Raises CommandError."""
        self.name = name
        self.shared = shared
        self.auth_mode = among(auth, AUTH_MODES, "auth")
        self.validation_mode = among(validation, VALIDATION_MODES, "validation")
        self._modes = (self.auth_mode, self.validation_mode)
        self.clock = clock
        self._initial_clock = clock.fork()
        self._begin_waiting()
        self.warnings: list[str] = []
        # Nothing in a world leads back to it: once it is dropped it is gone, without a collection of garbage.
        self.journal = Journal(on_token=partial(_real_token, name, self.warnings))
        self._rules = Armed()
        self._snapshots: dict[str, State] = {}
        self._tallies = Tallies()
        self._breaches = 0
        self.deliver_to = deliver_to
        self.outbox = Outbox(partial(barred, deliver_to))
        self._sender: Callable[[], None] | None = None
        self.meters = Meters()
        # What keeps the server from all it should do, by what it is about; the worlds of a server share it.
        self.troubles: dict[str, str] = {}
        self._sites: dict[str, Site] = {}
        self._memory = Memory()
        self._store: Store
        self._ids: Ids
        self._settings: dict[str, dict[str, Json]]
        self._empty: State
        self._seeded: State

    def _site(self, service: Service, number: int = 0) -> Site:
        """The service with the state that this world has now; ``number``: the journal's for the exchange."""
        state = (self._store, self._ids, self.clock, self._settings[service.name])
        found = self._sites.get(service.name)
        if found is not None and found.service is service:
            return found.at(*state, self.auth_mode, self.validation_mode, number)
        functions = self.shared.functions[service.name]
        found = Site(
            service,
            self.shared.schemas,
            functions,
            *state,
            self.auth_mode,
            self.validation_mode,
            number,
            self.outbox,
            self.meters,
        )
        self._sites[service.name] = found
        return found

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

    def _present(self) -> State:
        """What this world holds now; nothing is copied but references to its tables."""
        return State(self._store.fork(), self._ids.fork(), dict(self._settings))

    def _put_back(self, state: State) -> None:
        """Hold what ``state`` says; it can be put back again."""
        self._store = state.store.fork()
        self._ids = state.ids.fork()
        self._settings = dict(state.settings)  # those of one service are replaced, never changed

    def _counts(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for service in self.shared.services.values():
            site = self._site(service)
            counts = {name: len(site.table(name)) for name in service.resources}
            found[service.name] = {name: count for name, count in counts.items() if count}
        return found

    def retire(self) -> None:
        """Nobody will ask this world any more: nothing is sent, nobody waits."""
        with self._lock:
            self._forget_deliveries()
            self.tell(None)
        self.wake()

    def tell(self, sender: Callable[[], None] | None) -> None:
        """Call ``sender``, from any thread, whenever there may be deliveries to be sent; None: nobody."""
        with self._lock:
            self._sender = sender
            self._stir()

    def _stir(self) -> None:
        """Say to those who wait and who send that deliveries, or the time, have changed."""
        self.outbox.news = False
        if self._waiting:
            self._notify()
        if self._sender is not None and self.outbox.last:
            self._sender()

    def _forget_deliveries(self) -> int:
        """No webhooks, no faults upon them; how many webhooks there were."""
        self.outbox.disarm()
        gone = self.outbox.clear()
        self._stir()
        return gone

    def _forget(self) -> int:
        """No exchanges, no coverage, no breaches; how many exchanges there were."""
        gone = len(self.journal)
        self.journal.clear()
        self._tallies.uncover()
        self._breaches = 0
        return gone


def _real_token(world: str, warnings: list[str]) -> None:
    """Somebody uses a world with what looks like a real API token: said once, and loudly."""
    warnings.append(REAL_TOKEN)
    logging.getLogger("mockserver").warning("world %s: %s", world, REAL_TOKEN)
