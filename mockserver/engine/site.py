"""One service in one world, as verbs and behaviours reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from mockserver.engine.collection import Collection
from mockserver.spec.model import Service
from mockserver.spec.schemas import Schemas
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.meters import Meters
from mockserver.state.outbox import Outbox
from mockserver.state.store import Store
from mockserver.values import Json

Function = Callable[..., Json]


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
        "schemas",
        "service",
        "settings",
        "standing",
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
        # What behaviours have worked out from records; theirs to drop once these have changed.
        self.standing: dict[str, Json] = {}
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

    def begin(self) -> None:
        """Begin to note what is read, and whether anything is written or looked at that changes by itself."""
        self.store.watch()
        self.passing = False

    def table(self, name: str) -> Collection:
        """The records of one resource. Raises KeyError for an unknown resource."""
        found = self._collections.get(name)
        if found is None:
            found = self._collections[name] = Collection(self, self.service.resources[name])
        return found

    def stamp(self) -> str:
        """The world's time as this service writes it."""
        return formatted(self.clock.now(), self.service.dates)


def formatted(moment: datetime, pattern: str) -> str:
    """``moment`` by ``strftime`` pattern, with ``%3f`` for milliseconds and ``%z`` without a colon."""
    # strftime writes years before 1000 with fewer than four digits on some systems.
    full = pattern.replace("%Y", f"{moment.year:04d}").replace("%3f", f"{moment.microsecond // 1000:03d}")
    return moment.strftime(full)
