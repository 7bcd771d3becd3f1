"""Whether a world was asked what was expected of its clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.exchange import Exchange, shown_target
from mockserver.spec.model import Service
from mockserver.spec.ways import routes_of
from mockserver.values import Json
from mockserver.verification import Verdict, Wanted, differences, path_values, verdicts
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere, near
from mockserver.world.shown import shown_entry

# What an expected call may be told by; the same members, with the same meaning, wherever calls are named.
PARTS = ("operation", "service", "method", "path", "query", "headers", "body", "status")


class Verifying(Core):
    """The command that holds the journal against what was expected."""

    def verify(
        self,
        *,
        operation: str | None = None,
        service: str | None = None,
        method: str | None = None,
        path: Mapping[str, Json] | str | None = None,
        query: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Json = None,
        status: int | None = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        in_order: Sequence[Json] | None = None,
        strict: bool = False,
        nothing_else: Sequence[Json] | None = None,
        after: int = 0,
    ) -> Json:
        """Whether requests came as expected; if not, a complaint that shows the nearest ones.

        Three questions. How often: one call by its parts, ``times``, ``at_least`` or ``at_most`` (nothing
        said: at least once). ``in_order``: calls that came one after the other, ``strict``: with none
        between. ``nothing_else``: no request but these. ``service`` alone limits either to one service,
        ``after`` to requests after that number. Raises CommandError for a question that makes no sense.
        """
        parts: dict[str, Json] = {
            "operation": operation,
            "method": method,
            "path": path,
            "query": query,
            "headers": headers,
            "body": body,
            "status": status,
        }
        given = [name for name, value in parts.items() if value is not None]
        counts = {"times": times, "at_least": at_least, "at_most": at_most}
        _sensible(given, counts, in_order, nothing_else, strict)
        if service is not None:
            self._service(service)
        named = nothing_else if in_order is None else in_order
        wanted = [self._wanted(one, service) for one in ([parts] if named is None else named)]
        with self._lock:
            lines, evicted = self.journal.since(after), self._evicted(after)
        # Lines never change: nobody needs to wait while they are read.
        seen = [Exchange.of(shown_entry(one.entry())) for one in lines if service in (None, one.service)]
        if in_order is not None:
            verdict = verdicts.in_order(wanted, seen, evicted, strict=strict)
        elif nothing_else is not None:
            verdict = verdicts.nothing_else(wanted, seen, evicted)
        else:
            verdict = verdicts.called(wanted[0], seen, evicted, times, at_least, at_most)
        return _shown(verdict, len(seen), evicted)

    def _evicted(self, after: int) -> int:
        """How many requests after that number are gone from the journal because newer ones came."""
        return min(self.journal.evicted, max(0, self.journal.oldest - 1 - after))

    def _wanted(self, expected: Json, service: str | None) -> Wanted:
        return wanted_of(self.shared.services, expected, service)


def wanted_of(services: Mapping[str, Service], expected: Json, service: str | None = None) -> Wanted:
    """The calls that ``expected`` names: an operation's id, or parts of a call (``PARTS``).

    service: the one meant where ``expected`` names none. Raises CommandError, NotThere.
    """
    parts: Mapping[str, Json] = {"operation": expected} if isinstance(expected, str) else expected
    if not isinstance(parts, Mapping):
        raise CommandError(f"an expected call is an operation or its parts, not {type(expected).__name__}")
    strange = [f"an expected call has no {name!r}{near(name, PARTS)}" for name in parts if name not in PARTS]
    if strange:
        raise CommandError(*strange)
    told = {name: value for name, value in parts.items() if value is not None}
    _typed(told)
    service = told.get("service", service)
    if service is not None and service not in services:
        raise NotThere(f"no service {service!r}{near(service, services)}")
    among = [services[service]] if service is not None else list(services.values())
    path = told.get("path") or {}
    routes = _routes(among, told.get("operation"), service)
    if isinstance(path, Mapping) and path:
        if not routes:
            raise CommandError("values of placeholders in 'path' need an 'operation' that has them")
        known = path_values(routes[:1], routes[0])
        if missing := ", ".join(name for name in path if name not in known):
            raise CommandError(f"{told['operation']} has no {missing} in its path {routes[0]}")
    return Wanted(
        told.get("operation", ""),
        told.get("method", "").upper(),
        routes,
        told.get("body"),
        told.get("query", {}),
        path,
        told.get("headers", {}),
        told.get("status"),
        service or "",
    )


def _routes(among: Sequence[Service], operation: str | None, service: str | None) -> list[str]:
    """Every path of an operation, with placeholders; none where no operation is named. Raises NotThere."""
    if operation is None:
        return []
    having = [one for one in among if operation in one.operations]
    if not having:
        known = [name for one in among for name in one.operations]
        whose = f"{service} has no operation" if service else "no operation"
        raise NotThere(f"{whose} {operation!r}{near(operation, known)}")
    if len(having) > 1:
        names = ", ".join(one.name for one in having)
        raise CommandError(f"operation {operation!r} is known to {names}: say which with 'service'")
    return [path for _, path in routes_of(having[0], having[0].operations[operation])]


def _typed(told: Mapping[str, Json]) -> None:
    """Refuse parts of another type than they have. Raises CommandError."""
    for name, value in told.items():
        if name in ("operation", "service", "method") and not isinstance(value, str):
            raise CommandError(f"{name!r} must be text, not {value!r}")
        if name in ("query", "headers") and not isinstance(value, Mapping):
            raise CommandError(f"{name!r} must be an object, not {value!r}")
        if name == "path" and not isinstance(value, (str, Mapping)):
            raise CommandError(f"'path' must be text or an object, not {value!r}")
        if name == "status" and (isinstance(value, bool) or not isinstance(value, int)):
            raise CommandError(f"'status' must be a whole number, not {value!r}")


def _sensible(
    given: Sequence[str],
    counts: Mapping[str, int | None],
    in_order: Sequence[Json] | None,
    nothing_else: Sequence[Json] | None,
    strict: bool,
) -> None:
    """Refuse what are two questions at once, or none. Raises CommandError."""
    counted = [name for name, value in counts.items() if value is not None]
    for name, calls in (("in_order", in_order), ("nothing_else", nothing_else)):
        if calls is not None and (given or counted):
            raise CommandError(f"{name!r} names its calls itself: leave out {', '.join([*given, *counted])}")
    if in_order is not None and nothing_else is not None:
        raise CommandError("'in_order' and 'nothing_else' are two questions: ask one after the other")
    if in_order is not None and not in_order:
        raise CommandError("'in_order' names no calls")
    if strict and in_order is None:
        raise CommandError("'strict' belongs to 'in_order'")
    if counts["times"] is not None and len(counted) > 1:
        raise CommandError("'times' says it all: leave out 'at_least' and 'at_most'")
    if any(value is not None and value < 0 for value in counts.values()):
        raise CommandError(f"{', '.join(map(repr, counted))} must not be negative")
    least, most = counts["at_least"], counts["at_most"]
    if least is not None and most is not None and least > most:
        raise CommandError(f"'at_least' {least} is more than 'at_most' {most}")


def _shown(verdict: Verdict, kept: int, evicted: int) -> dict[str, Json]:
    """A verdict as JSON."""
    return {
        "satisfied": not verdict.complaint,
        "complaint": verdict.complaint,
        "requests": [one.number for one in verdict.matching],
        "nearest": [_near(one, verdict.wanted) for one in verdict.near],
        "kept": kept,
        "evicted": evicted,
    }


def _near(one: Exchange, wanted: Wanted | None) -> dict[str, Json]:
    found = [] if wanted is None else differences(wanted, one)
    return {
        "number": one.number,
        "method": one.method,
        "target": shown_target(one.target),
        "operation": one.operation,
        "status": one.status,
        "differences": [{"where": each.where, "expected": each.expected, "got": each.got} for each in found],
    }
