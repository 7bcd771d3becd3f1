"""What a world of a server elsewhere has seen: requests, routes, coverage; and how it is."""

from __future__ import annotations

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Observing(Connection):
    """The commands that change nothing but what was observed."""

    def health(self) -> Json:
        """Whether the server answers, and what keeps it from all it should do."""
        return self._ask("health")

    def ready(self) -> Json:
        """How much is loaded."""
        return self._ask("ready")

    def info(self) -> Json:
        """What this world serves and how it is set."""
        return self._ask("info")

    def openapi(self) -> Json:
        """The control endpoint as an OpenAPI 3.1 document."""
        return self._ask("openapi")

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
        return self._ask(
            "requests",
            operation=operation,
            service=service,
            method=method,
            path=path,
            status=status,
            breach=breach,
            reason=reason,
            text=text,
            after=after,
            before=before,
            limit=limit,
            order=order,
        )

    def request(self, number: int) -> Json:
        """One exchange of the journal."""
        return self._ask("request", number=number)

    def clear_requests(self) -> Json:
        """Forget all exchanges, coverage and breaches."""
        return self._ask("clear_requests")

    def routes(self, service: str | None = None) -> Json:
        """Every operation: method, path, rung, evidence, documented statuses."""
        return self._ask("routes", service=service)

    def coverage(self) -> Json:
        """The operations really exercised, with the statuses seen; how many requests broke a schema."""
        return self._ask("coverage")

    def clear_coverage(self) -> Json:
        """Forget what was exercised and how often a schema was broken; the journal stays."""
        return self._ask("clear_coverage")
