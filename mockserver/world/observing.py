"""What a world has seen: requests, routes, coverage; and how it is."""

from __future__ import annotations

from mockserver.values import Json
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere
from mockserver.world.shown import shown_clock, shown_entry, shown_routes


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
                    name: {"title": one.title, "mount": one.mount, "docs": one.docs, "env": dict(one.env)}
                    for name, one in self.shared.services.items()
                },
                "auth": self.auth_mode,
                "validation": self.validation_mode,
                "clock": shown_clock(self.clock),
                "requests": self.journal.next_number - 1,
            }

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
