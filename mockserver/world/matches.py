"""Which calls a tester means: read from JSON, and refused where no call could ever be meant."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields
from fnmatch import fnmatchcase
from itertools import chain

from mockserver.engine.matching import Match, text
from mockserver.spec.model import Operation, Service
from mockserver.spec.ways import routes_of, shapes_of
from mockserver.values import Json
from mockserver.world.errors import CommandError, near
from mockserver.world.loading import Catalogue

NAMES = tuple(one.name for one in fields(Match) if one.name != "route")


def match_of(shared: Catalogue, operations: Sequence[Operation], given: Json, route: str = "") -> Match:
    """What ``given`` says of the calls of ``operations``; ``route``: the path that they must have.

    Raises CommandError where a name is none of a Match's, of the path's placeholders or of the query's
    parameters in any of these operations.
    """
    if given is None:
        return Match(route)
    if not isinstance(given, Mapping):
        raise CommandError(f"'match' must be an object, not {given!r}")
    errors = [f"'match' has no member {name!r}{near(name, NAMES)}" for name in given if name not in NAMES]
    for name in ("query", "headers"):
        if not isinstance(given.get(name, {}), Mapping):
            errors.append(f"'match': {name!r} must be an object, not {given[name]!r}")
    path, query = given.get("path", {}), given.get("query", {})
    if isinstance(path, Mapping):
        errors += _strange("placeholder", path, [_placeholders(one) for one in operations])
    elif not isinstance(path, str):
        errors.append("'match': 'path' must be an object of placeholders, or a text that the path ends with")
    if isinstance(query, Mapping):
        errors += _strange("query parameter", query, [_parameters(shared, one) for one in operations])
    if not isinstance(given.get("caller", ""), str):
        errors.append(f"'match': 'caller' must be a text, not {given['caller']!r}")
    ordinal = given.get("ordinal")
    if ordinal is not None and (not isinstance(ordinal, int) or isinstance(ordinal, bool) or ordinal < 1):
        errors.append(f"'match': 'ordinal' must be a number from 1, not {ordinal!r}")
    if errors:
        raise CommandError(*errors)
    # The tester's own data may change after this.
    return Match(route, **deepcopy(dict(given)))


def keys_of(operations: Sequence[Operation], match: Match) -> Iterator[Hashable]:
    """Where a rule about calls of these operations is found: there are some of ``keys_for`` each call."""
    for one in operations:
        if isinstance(match.path, Mapping):
            for name, value in match.path.items():
                yield one.service, one.id, name, text(value)
                break
            else:
                yield one.service, one.id
        else:
            yield one.service, one.id


def keys_for(service: str, operation: str, values: Mapping[str, str]) -> list[Hashable]:
    """Where rules that may be due on a call are found; ``values``: of its path's placeholders."""
    found: list[Hashable] = [(service,), (service, operation)]
    found.extend((service, operation, name, value) for name, value in values.items())
    return found


def operations_at(services: Sequence[Service], method: str | None, path: str) -> list[Operation]:
    """Every operation that a call of this method (None: any) and path may reach.

    path: with the service's mount or without, ``{}`` or ``*`` for what has no slash, ``**`` for anything.
    """
    found = []
    for service in services:
        shapes = shapes_of(service)
        tops = ["", service.mount, *service.also_under]
        tops += [service.mount + one for one in service.also_under]
        for one in service.operations.values():
            if method in (None, one.method):
                routes = [route for _, route in routes_of(service, one, shapes)]
                paths = (_steps(top + route, service.any_case) for top in tops for route in routes)
                wanted = _steps(path, service.any_case)
                if any(_meet(wanted, steps) for steps in paths):
                    found.append(one)
    return found


def _meet(wanted: Sequence[str], steps: Sequence[str]) -> bool:
    """Whether some path is both: steps with wild cards, and those of a route with placeholders."""
    if not wanted:
        return not steps
    if wanted[0] == "**":
        return any(_meet(wanted[1:], steps[at:]) for at in range(len(steps) + 1))
    if not steps:
        return False
    one, other = wanted[0], steps[0]
    same = other.startswith("{") or one.startswith("{") or fnmatchcase(other, one.replace("[", "[[]"))
    return same and _meet(wanted[1:], steps[1:])


def _steps(path: str, any_case: bool) -> list[str]:
    """The segments of a path, ``**`` always one of its own."""
    parts = re.sub(r"[^/]*\*\*[^/]*", "**", path).strip("/").split("/")
    return [one.casefold() if any_case else one for one in parts]


def _strange(what: str, given: Mapping[str, Json], known: Sequence[set[str]]) -> Iterator[str]:
    """A line for each name that none of the operations knows."""
    names = set(chain.from_iterable(known))
    for name in given:
        if name not in names:
            there = f" (known: {', '.join(sorted(names))})" if names else " (there is none)"
            yield f"'match': no {what} {name!r} in any of the calls meant{near(name, names) or there}"


def _placeholders(operation: Operation) -> set[str]:
    return set(re.findall(r"\{([^/{}]+)\}", operation.path))


def _parameters(shared: Catalogue, operation: Operation) -> set[str]:
    """The query parameters that an operation knows."""
    found = set()
    service = shared.services[operation.service]
    if operation.accepts.query is not None:
        found.update(shared.schemas.resolved(operation.accepts.query).get("properties", {}))
    sources: list[str | None] = []
    for case in operation.cases:
        sources += [case.when, *case.by.values(), *case.where.values()]
        if case.reply.paging in service.paging:
            ask = service.paging[str(case.reply.paging)].ask
            found.update(ask.values())
    found.update(one.removeprefix("query.") for one in sources if one and one.startswith("query."))
    return found
