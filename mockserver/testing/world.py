"""A world as a test holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path

from mockserver.exchange import Exchange, exchanges
from mockserver.findings import breaches, unexpected, unmet, unused
from mockserver.testing.clock import MockClock
from mockserver.testing.face import Face
from mockserver.testing.service import ServiceMock
from mockserver.values import Json, Record
from mockserver.webhooks import Webhooks
from mockserver.world import read_text


class MockWorld:
    """A world on a running server, with a view of each of its services.

    ``world`` has every control command; ``url``: where the server answers for this world.
    """

    def __init__(self, world: Face, server: str) -> None:
        """A view of ``world``, which the server at the URL ``server`` serves under its name."""
        self.world = world
        self.name = world.name
        self.url = f"{server}/~{world.name}"
        about = world.info()
        self._services: Mapping[str, Mapping[str, Json]] = about["services"]
        self._judged: int = about["requests"]
        self._breaches: list[str] = []
        self._unexpected: list[str] = []

    @property
    def jira(self) -> ServiceMock:
        """Jira Cloud in this world."""
        return self.service("jira")

    @property
    def enterprise_tester(self) -> ServiceMock:
        """Enterprise Tester in this world."""
        return self.service("enterprise_tester")

    @property
    def kordiam(self) -> ServiceMock:
        """Kordiam in this world."""
        return self.service("kordiam")

    @property
    def sd_elements(self) -> ServiceMock:
        """SD Elements in this world."""
        return self.service("sd_elements")

    def service(self, name: str) -> ServiceMock:
        """One service in this world, by the name of its fixtures. Raises NotThere."""
        if name not in self._services:
            self.world.settings(name)
            self._services = self.world.info()["services"]
        return ServiceMock(self, name, self._services[name])

    @property
    def journal(self) -> list[Exchange]:
        """The exchanges of this world, oldest first."""
        return list(exchanges(self.world))

    @property
    def webhooks(self) -> Webhooks:
        """What this world told others, or would have."""
        return Webhooks(self.world)

    @property
    def last(self) -> int:
        """The number of the last exchange; 0 before the first."""
        number: int = self.world.info()["requests"]
        return number

    @property
    def clock(self) -> MockClock:
        """This world's time."""
        return MockClock(self.world)

    def seed(self, data: Mapping[str, Mapping[str, Sequence[Record]]] | Path) -> Json:
        """Store records by service and resource, or those of a file, all or none; how many, by resource."""
        # What was stored must not change with what the test does to its own data afterwards.
        given = read_text(data.read_bytes()) if isinstance(data, Path) else deepcopy(data)
        return self.world.seed(given)["seeded"]

    def reset(self, to: str = "seed") -> None:
        """Back to the world as it was made (``seed``), or to one without anybody's work (``empty``)."""
        self._look()
        self.world.reset(to)

    def findings(self) -> list[str]:
        """What the client did wrong since this was last asked, a line each."""
        found, elsewhere = self.judged()
        return [*found, *elsewhere]

    def judged(self) -> tuple[list[str], list[str]]:
        """What ``breaches`` and ``unexpected`` would tell, by one look at the journal."""
        self._look()
        found, elsewhere = self._breaches, self._unexpected
        self._breaches, self._unexpected = [], []
        return found, elsewhere

    def breaches(self) -> list[str]:
        """The rules of request schemas that were broken since this was last asked, a line each."""
        self._look()
        found, self._breaches = self._breaches, []
        return found

    def unexpected(self) -> list[str]:
        """The calls since this was last asked that nothing is declared for, a line each."""
        self._look()
        found, self._unexpected = self._unexpected, []
        return found

    def unused(self) -> list[str]:
        """The overrides and faults that were armed and never met a call, a line each."""
        return [*unused(self.world.forced()["overrides"]), *unmet(self.world.faults()["faults"])]

    def _look(self) -> None:
        """Note what was done wrong since the last look."""
        for one in exchanges(self.world, after=self._judged):
            self._judged = one.number
            self._breaches.extend(breaches(one))
            self._unexpected.extend(unexpected(one))
