"""A fault as JSON: read, judged, and refused where it could never happen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeGuard

from mockserver.engine.faults import GARBLED, KINDS, PAGES, SPREADS, WHERE, Delay, Fault
from mockserver.engine.matching import Match
from mockserver.spec.model import Operation, Service
from mockserver.state.rules import Turns
from mockserver.values import Json
from mockserver.world.errors import CommandError, NotThere, among, near
from mockserver.world.loading import Catalogue
from mockserver.world.matches import keys_of, match_of, operations_at
from mockserver.world.sendable import unsendable

MEANT = ("service", "operation", "method", "path", "match")
TURNS = ("times", "after", "every", "priority")
NAMES = (*MEANT, *KINDS, "delay", "headers", "retry_after", "perform", *TURNS, "then")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CONTROL = "/__mock__"
# Seconds: nobody waits longer for a test. Faults that may follow one another.
LONGEST, MOST_IN_TURN = 300, 20
# What each spread of a delay is made of, as it is said to people.
_SAID = {
    "seconds": "a number of seconds",
    "uniform": "a list of the least and the most seconds",
    "lognormal": "an object of median and sigma",
}


@dataclass(frozen=True, slots=True)
class Meant:
    """The calls that a fault is about. ``keys``: where it is found; ``said``: as it is shown."""

    operations: Sequence[Operation]
    services: Sequence[Service]
    keys: Sequence[Hashable]
    match: Match
    said: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Armable:
    """A fault that can be armed: on which calls, on which of them in turn, what, and what comes after it.

    ``follows``: the number of the fault that it came after.
    """

    meant: Meant
    turns: Turns
    fault: Fault
    said: Mapping[str, Json]
    then: Armable | None = None
    follows: int | None = None


def armable(
    shared: Catalogue, given: Json, find: Callable[[str, str | None], Operation], first: Meant | None = None
) -> Armable:
    """The fault that ``given`` describes; ``find``: an operation by its name and its service's.

    ``first``: the calls that the fault before it was about, for one that follows. Raises CommandError.
    """
    if not isinstance(given, Mapping):
        raise CommandError(f"a fault is an object, not {given!r}")
    said = {name: deepcopy(value) for name, value in given.items() if value is not None or name == "times"}
    errors = [
        f"a fault has no member {name!r}{near(str(name), NAMES)}" for name in given if name not in NAMES
    ]
    if first is not None:
        errors += [f"'then' is about the same calls: leave out {name!r}" for name in said if name in MEANT]
    if errors:
        raise CommandError(*errors)
    meant = first or _meant(shared, said, find)
    turns = _turns(said, meant.match.ordinal)
    fault = _fault(said, meant.services)
    then = None
    if "then" in said:
        if turns.times is None:
            raise CommandError("'then' comes after a number of 'times', not after null")
        then = armable(shared, said["then"], find, meant)
        if _length(then) > MOST_IN_TURN:
            raise CommandError(f"at most {MOST_IN_TURN} faults may follow one another")
    return Armable(meant, turns, fault, said, then)


def _length(one: Armable | None) -> int:
    count = 0
    while one is not None:
        count, one = count + 1, one.then
    return count


def _meant(
    shared: Catalogue, said: Mapping[str, Json], find: Callable[[str, str | None], Operation]
) -> Meant:
    """The calls that are meant. Raises CommandError where there are none such."""
    named = {name: said[name] for name in ("service", "operation", "method", "path") if name in said}
    for name, value in named.items():
        if not isinstance(value, str):
            raise CommandError(f"{name!r} must be a text, not {value!r}")
    if not named:
        raise CommandError("say which calls are meant: 'operation', 'path', 'method' or 'service'")
    service, operation, path = (named.get(name) for name in ("service", "operation", "path"))
    method = named["method"].upper() if "method" in named else None
    if method is not None:
        among(method, METHODS, "method")
    if service is not None and service not in shared.services:
        raise NotThere(f"no service {service!r}{near(service, shared.services)}")
    services = [shared.services[service]] if service else list(shared.services.values())
    operations: Sequence[Operation]
    if operation is not None:
        if path is not None or method is not None:
            raise CommandError("give either 'operation', or 'method' and 'path'")
        operations = [find(operation, service)]
    elif path is None and method is None:
        operations = [one for every in services for one in every.operations.values()]
    else:
        operations = _reached(shared, services, method, path or "/**")
    match = match_of(shared, operations, said.get("match"), path or "")
    whole = operation is None and path is None and method is None
    keys: list[Hashable] = [(service,)] if whole else list(keys_of(operations, match))
    names = {one.service for one in operations}
    shown = {**named, **({"method": method} if method else {})}
    if operation is not None:
        shown["service"] = operations[0].service
    return Meant(operations, [shared.services[name] for name in sorted(names)], keys, match, shown)


def _reached(
    shared: Catalogue, services: Sequence[Service], method: str | None, path: str
) -> Sequence[Operation]:
    """The operations that a path leads to. Raises NotThere."""
    if not path.startswith("/"):
        raise CommandError(f"'path' must begin with a slash, not {path!r}")
    if "?" in path:
        raise CommandError("'path' has no query: say what is in it with 'match': {'query': {…}}")
    if path.startswith(CONTROL):
        raise CommandError(f"'path': nothing goes wrong at the control endpoint {CONTROL}")
    found = operations_at(services, method, path)
    if found:
        return found
    others = sorted({one.method for one in operations_at(services, None, path)})
    if others:
        raise NotThere(f"no operation answers {method} {path}: only {', '.join(others)} here")
    close = shared.routes.nearest(method or "GET", path, 1)
    meant = f" — did you mean '{close[0] if method else close[0].partition(' ')[2]}'?" if close else ""
    raise NotThere(f"no operation answers {method or 'any method'} {path}{meant}")


def _turns(said: Mapping[str, Json], ordinal: int | None) -> Turns:
    """On which of the calls it is due. Raises CommandError."""
    errors = []
    for name, least in (("times", 1), ("after", 0), ("every", 1), ("priority", None)):
        value = said.get(name)
        if value is not None and not _is_number(value, least):
            errors.append(
                f"{name!r} must be a number{'' if least is None else f' from {least}'}, not {value!r}"
            )
    if errors:
        raise CommandError(*errors)
    times = said.get("times", 1)
    return Turns(times, said.get("after", 0), said.get("every", 1), ordinal, said.get("priority", 0))


def _fault(said: Mapping[str, Json], services: Sequence[Service]) -> Fault:
    """What goes wrong. Raises CommandError."""
    kinds = [name for name in KINDS if said.get(name, False) is not False]
    if len(kinds) > 1:
        raise CommandError(f"one thing goes wrong at a time, not both {kinds[0]!r} and {kinds[1]!r}")
    if not kinds and "delay" not in said:
        raise CommandError(f"say what goes wrong: one of {', '.join(KINDS)}, or 'delay'")
    kind = kinds[0] if kinds else ""
    errors = list(_wrong(kind, said, services))
    if errors:
        raise CommandError(*errors)
    value = said.get(kind)
    if kind == "rate_limit" and value is True:
        value = next(iter(services[0].limited))
    delay = None if "delay" not in said else _delay(said["delay"])
    if delay is not None and delay.where != "headers" and kind in ("drop", "empty"):
        raise CommandError(f"'delay': with {kind!r} there is nothing before which to wait but 'headers'")
    perform = said.get("perform", False)
    return Fault(kind, value, said.get("headers", {}), said.get("retry_after"), delay, perform)


def _wrong(kind: str, said: Mapping[str, Json], services: Sequence[Service]) -> Iterator[str]:
    """A line for each value that is none for this kind of fault."""
    value = said.get(kind)
    if kind == "status" and not (_is_number(value, 400) and value <= 599):
        yield f"'status' must be from 400 to 599, not {value!r}"
    if kind in ("drop", "empty") and value is not True:
        yield f"{kind!r} must be true, not {value!r}"
    if kind == "cut" and not _is_number(value, 0):
        yield f"'cut' must be the number of bytes that are sent, not {value!r}"
    for name, known in (("garble", GARBLED), ("html", tuple(PAGES))):
        if kind == name and value not in known:
            yield f"{name!r} must be one of {', '.join(known)}, not {value!r}{near(str(value), known)}"
    if kind == "rate_limit":
        yield from _unlimited(value, services)
    if "retry_after" in said and (kind != "rate_limit" or not _is_number(said["retry_after"], 0)):
        yield "'retry_after' must be a number of seconds, and goes with 'rate_limit'"
    if "headers" in said:
        if kind not in ("status", "html", "rate_limit"):
            yield "'headers' go with 'status', 'html' or 'rate_limit'"
        yield from unsendable(said["headers"])
    if not isinstance(said.get("perform", False), bool):
        yield f"'perform' must be true or false, not {said['perform']!r}"


def _unlimited(reason: Json, services: Sequence[Service]) -> Iterator[str]:
    """A line for each service that documents no such refusal of a call too many."""
    if reason is True and len(services) > 1:
        yield "'rate_limit' must name a reason where several services are meant"
        return
    for one in services:
        if not one.limited:
            yield f"{one.name} documents no rate limit; use 'status': 429"
        elif reason is not True and str(reason) not in one.limited:
            meant, known = near(str(reason), one.limited), ", ".join(one.limited)
            yield f"{one.name} documents no rate limit {reason!r}{meant} (known: {known})"


def _delay(given: Json) -> Delay:
    """Seconds, or an object of one spread of them and where. Raises CommandError."""
    if not isinstance(given, Mapping):
        given = {"seconds": given}
    for name in given:
        if name not in (*SPREADS, "where"):
            raise CommandError(f"'delay' has no member {name!r}{near(str(name), (*SPREADS, 'where'))}")
    where = among(given.get("where", "headers"), WHERE, "where")
    spreads = [name for name in SPREADS if name in given]
    if len(spreads) != 1:
        raise CommandError(f"'delay' must be seconds, or have one of {', '.join(SPREADS)}")
    spread, value = spreads[0], given[spreads[0]]
    numbers = _numbers(spread, value)
    if numbers is None:
        raise CommandError(f"'delay': {spread!r} must be {_SAID[spread]}, 0 to {LONGEST}, not {value!r}")
    return Delay(spread, numbers, where, LONGEST)


def _numbers(spread: str, value: Json) -> tuple[float, ...] | None:
    """What a spread is made of; None where ``value`` is not that."""
    found: Sequence[Json] = [value]
    if spread == "uniform":
        found = value if isinstance(value, (list, tuple)) and len(value) == 2 else [None]
    elif spread == "lognormal":
        named = isinstance(value, Mapping) and set(value) == {"median", "sigma"}
        found = [value["median"], value["sigma"]] if named else [None]
    if not all(map(_is_seconds, found)) or (spread == "uniform" and found[0] > found[1]):
        return None
    return tuple(float(one) for one in found)


def _is_number(value: Json, least: int | None) -> TypeGuard[int]:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and (least is None or value >= least)


def _is_seconds(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= LONGEST
