"""What a world has seen: requests, routes, coverage; and how it is."""

from __future__ import annotations

from mockserver.values import Json
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere, among
from mockserver.world.shown import shown_clock, shown_entry, shown_routes
from mockserver.world.sought import Sought

ORDERS = ("oldest", "newest")


class Observing(Core):
    """The commands that change nothing but what was observed."""

    def health(self) -> Json:
        """Whether the server answers, and what keeps it from all it should do."""
        reasons = [f"{name}: {reason}" for name, reason in self.troubles.items()]
        return {"status": "degraded", "reasons": reasons} if reasons else {"status": "ok"}

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
                    name: {
                        "title": one.title,
                        "mount": one.mount,
                        "docs": one.docs,
                        "env": dict(one.env),
                        "schemes": list(one.auth.accepts),
                        "users": one.auth.users,
                        "session": one.auth.session,
                    }
                    for name, one in self.shared.services.items()
                },
                "auth": self.auth_mode,
                "validation": self.validation_mode,
                "clock": shown_clock(self.clock),
                "requests": self.journal.next_number - 1,
                "warnings": list(self.warnings),
            }

    def requests(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: str | None = None,
        status: int | str | None = None,
        breach: bool | None = None,
        reason: str | None = None,
        text: str | None = None,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        order: str = "oldest",
    ) -> Json:
        """Exchanges of the journal; ``after`` is the number of the last one seen, ``before`` of the first.

        path: a part of the target or, with ``*``, the whole path; status: a number or a class such as 4xx;
        reason: of the diagnosis; text: somewhere in the target or a body; order: oldest | newest first.
        """
        if limit < 1:
            raise CommandError(f"'limit' must be at least 1, not {limit}")
        among(order, ORDERS, "order")
        sought = Sought(operation, service, method, path, status, breach, reason, text)
        with self._lock:
            found = sought.among(self.journal.since(after))
            if before is not None:
                found = [line for line in found if line.number < before]
            some = found[:limit] if order == "oldest" else found[::-1][:limit]
            return {
                "requests": [shown_entry(line.entry()) for line in some],
                "total": len(found),
                "evicted": self.journal.evicted,
            }

    def request(self, number: int) -> Json:
        """One exchange of the journal."""
        try:
            with self._lock:
                return shown_entry(self.journal[number])
        except KeyError:
            gone = f"{self.journal.evicted} were evicted or cleared"
            raise NotThere(f"no request {number} in the journal ({gone})") from None

    def clear_requests(self) -> Json:
        """Forget all exchanges, coverage and breaches."""
        with self._lock:
            return {"forgotten": self._forget()}

    def routes(self, service: str | None = None) -> Json:
        """Every operation: method, path, rung, evidence, documented statuses."""
        names = [service] if service is not None else list(self.shared.services)
        found = [row for name in names for row in shown_routes(self._service(name))]
        return {"routes": found}

    def coverage(self) -> Json:
        """The operations really exercised, with the statuses seen; how many requests broke a schema."""
        with self._lock:
            seen: dict[str, dict[str, dict[str, int]]] = {}
            for (service, operation, status), count in self._tallies.coverage.items():
                seen.setdefault(service, {}).setdefault(operation, {})[str(status)] = count
            return {"operations": seen, "breaches": self._breaches}

    def clear_coverage(self) -> Json:
        """Forget what was exercised and how often a schema was broken; the journal stays."""
        with self._lock:
            gone = len(self._tallies.coverage)
            self._tallies.uncover()
            self._breaches = 0
            return {"forgotten": gone}
