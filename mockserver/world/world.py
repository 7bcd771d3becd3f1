"""One world: everything outside talks to it, and to nothing behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mockserver.state.clock import Clock, instant
from mockserver.state.ids import Ids
from mockserver.state.journal import Bounds
from mockserver.state.store import Store
from mockserver.values import Json
from mockserver.world.adopting import Adopting
from mockserver.world.answering import Answering
from mockserver.world.blank import defaults, indexes
from mockserver.world.core import SEED_INSTANT
from mockserver.world.deliveries import Deliveries
from mockserver.world.explaining import Explaining
from mockserver.world.following import Following
from mockserver.world.forcing import Forcing
from mockserver.world.limiting import Limiting
from mockserver.world.loading import Catalogue
from mockserver.world.logins import Logins
from mockserver.world.observing import Observing
from mockserver.world.receivers import origins
from mockserver.world.seeds import data_of, shipped
from mockserver.world.states import States
from mockserver.world.steering import Steering
from mockserver.world.timing import Timing
from mockserver.world.verifying import Verifying


class World(
    Adopting,
    Explaining,
    Answering,
    States,
    Deliveries,
    Limiting,
    Forcing,
    Steering,
    Timing,
    Observing,
    Following,
    Verifying,
    Logins,
):
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
        deliver_to: Iterable[str] = (),
        journal: Bounds | None = None,
    ) -> None:
        """A world with ``seeds``: names of shipped seeds, files, or data by service. Raises CommandError.

        ``deliver_to``: origins besides this machine that webhooks are sent to; ``journal``: how much of the
        exchanges is kept.
        """
        started = clock or Clock(instant(SEED_INSTANT))
        self._begin(shared, name, started, auth, validation, origins(deliver_to))
        self.journal.bounds = journal or self.journal.bounds
        services = shared.services.values()
        self._store = Store(indexes(services))
        self._ids = Ids()
        self._settings = defaults(services)
        for service in shared.services:
            base = shipped(shared, service, "base")
            if base is not None:
                self._load({service: base})
        self._empty = self._present()
        for seed in seeds:
            self._load(data_of(shared, seed))
        self._seeded = self._present()

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
        other._begin(
            self.shared,
            name,
            clock or self._initial_clock.anew(),
            self._modes[0] if auth is None else auth,
            self._modes[1] if validation is None else validation,
            self.deliver_to,
        )
        other.troubles = self.troubles
        other.journal.bounds = self.journal.bounds
        other._empty, other._seeded = self._empty, self._seeded
        other._put_back(self._seeded)
        return other

    def sown(self, seeds: Sequence[Json | str | Path]) -> World:
        """A world with other seeds, set as this one was when it was made. Raises CommandError."""
        auth, validation = self._modes
        clock = self._initial_clock.anew()
        made = World(
            self.shared,
            seeds=seeds,
            clock=clock,
            auth=auth,
            validation=validation,
            deliver_to=self.deliver_to,
            journal=self.journal.bounds,
        )
        made.troubles = self.troubles
        return made
