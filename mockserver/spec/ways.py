"""The ways to an operation: every route at which it answers, under whatever prefix of its API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.spec.model import Operation, Service, Way

Shapes = frozenset[tuple[str, ...]]


def shapes_of(service: Service) -> Shapes:
    """Method and segments of every declared route, whatever its placeholders are called."""
    return frozenset(shape(one.method, one.path) for one in service.operations.values())


def routes_of(
    service: Service, operation: Operation, declared: Shapes | None = None
) -> Iterator[tuple[str, str]]:
    """Each (API prefix, path) at which ``operation`` answers, the declared one first.

    declared: ``shapes_of(service)``, to be worked out once by who asks for many operations. A route that
    a file of fixtures declares itself is no alias of another operation.
    """
    declared = shapes_of(service) if declared is None else declared
    for prefix, others in service.same_as.items():
        if operation.path.startswith(prefix + "/"):
            yield prefix, operation.path
            for other in others:
                path = other + operation.path[len(prefix) :]
                if shape(operation.method, path) not in declared:
                    yield other, path
            return
        for other in others:
            if operation.path.startswith(other + "/"):
                yield other, operation.path
                return
    yield next(iter(service.same_as), ""), operation.path


def ways_of(service: Service) -> Sequence[Way]:
    """Each way to each operation of a service."""
    if service.ways is not None:
        return service.ways()
    declared = shapes_of(service)
    return [
        Way(one.id, one.method, prefix, route)
        for one in service.operations.values()
        for prefix, route in routes_of(service, one, declared)
    ]


def shape(method: str, path: str) -> tuple[str, ...]:
    """A route whatever its placeholders are called: two of one shape would be one route."""
    return (method, *("{}" if step.startswith("{") else step for step in path.split("/")))
