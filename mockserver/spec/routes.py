"""Method and path to operation, through one tree of path segments; the literal segment wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from mockserver.spec.model import Operation, Place, Service, Way
from mockserver.spec.nearest import nearest
from mockserver.spec.ways import ways_of

# Requests whose way is remembered; clients ask for the same again and again.
REMEMBERED = 4096
# Segments of a path that are looked at. A gateway prefix may precede itself, so the tree alone sets no bound.
MAX_STEPS = 64


class RouteClash(ValueError):
    """Two operations claim the same method and path; ``place`` is where the second one does."""

    place: Place | None = None


class BadPath(ValueError):
    """A path that is no valid percent-encoded UTF-8; ``service`` is the one whose routes it begins with."""

    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """An operation as reached by one of its routes; ``prefix`` is the API prefix in that route."""

    operation: Operation
    names: tuple[str, ...]
    prefix: str
    route: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a path leads to.

    ``base``: the part of the path before the service's own routes, still percent-encoded;
    ``allowed``: the methods there are when ``leaf`` is None because of the method.
    """

    service: Service | None
    leaf: Leaf | None = None
    values: Mapping[str, str] | None = None
    base: str = ""
    allowed: tuple[str, ...] = ()


class Spot(NamedTuple):
    """Where one of the routes of an operation ends."""

    service: Service
    way: Way

    def leaf(self) -> Leaf:
        """The operation itself, as reached here."""
        route = self.way.route
        return Leaf(self.service.operations[self.way.operation], _names(route), self.way.prefix, route)


class Node:
    """One segment of the tree. ``top_of`` is set where a service's own routes begin.

    What lies behind a node is planted when somebody first comes there: ``ahead`` is what waits for that.
    """

    __slots__ = ("ahead", "depth", "leaves", "literal", "service", "top_of", "wild")

    def __init__(self, depth: int, service: Service | None = None) -> None:
        """An empty node, so many segments behind the top of its routes."""
        self.depth = depth
        self.service = service
        self.top_of: Service | None = None
        self.ahead: list[tuple[Service, Sequence[Way]]] = []
        self.literal: dict[str, Node] = {}
        self.wild: Node | None = None
        self.leaves: dict[str, Spot] = {}

    def opened(self) -> Node:
        """The same node with its children. Raises RouteClash.

        Two threads may do this at once: both make the same, and it is there before ``ahead`` is gone.
        """
        if not self.ahead:
            return self
        literal: dict[str, Node] = {}
        wild: Node | None = None
        leaves: dict[str, Spot] = {}
        for service, ways in self.ahead:
            for step, those in _by_step(ways, self.depth).items():
                if step is None:
                    for way in those:
                        _plant(leaves, Spot(service, way))
                    self.service = service
                    continue
                if step.startswith("{"):
                    child = wild = wild or Node(self.depth + 1, service)
                else:
                    key = _key(step, service)
                    child = literal.get(key) or literal.setdefault(key, Node(self.depth + 1, service))
                child.ahead.append((service, those))
        self.literal, self.wild, self.leaves = literal, wild, leaves
        self.ahead = []
        return self


class Routes:
    """All routes of the given services, each at the root and under its service's mount."""

    def __init__(self, services: Iterable[Service], *, checked: bool = False) -> None:
        """Raises RouteClash when two services claim one route.

        checked: the same services were here before, and there was none; the tree grows when it is needed.
        """
        self._services = tuple(services)
        self._found: dict[tuple[str, str], Match] = {}
        if not checked:
            _open(self._root, set())

    def find(self, method: str, path: str) -> Match:
        """What ``method`` on ``path`` (percent-encoded) leads to. Raises BadPath."""
        found = self._found.get((method, path))
        if found is None:
            found = self._sought(method, path)
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            if found.leaf is not None:
                self._found[method, path] = found
        return found

    def nearest(self, method: str, path: str, count: int = 3) -> Sequence[str]:
        """Existing routes that look most like this one, best first, as ``METHOD /path``."""
        return nearest(method, path[:500].split("/")[1 : MAX_STEPS + 1], self._known, count)

    @cached_property
    def _root(self) -> Node:
        """The tree. Raises RouteClash."""
        root = Node(0)
        for service in self._services:
            top = Node(0, service)
            top.top_of = service
            top.ahead = [(service, ways_of(service))]
            root = _merged(root, top)
            root.service = None  # a path that leads nowhere is nobody's
            _graft(root, service.mount, service, top)
            for under in service.also_under:
                _graft(root, under, service, top)
                _graft(top, under, service, top)
        return root

    @cached_property
    def _known(self) -> Sequence[str]:
        """Each route there is, as ``METHOD /path``."""
        every = (way for service in self._services for way in ways_of(service))
        return tuple(dict.fromkeys(f"{way.method} {way.route}" for way in every))

    def _sought(self, method: str, path: str) -> Match:
        steps = path.split("/", MAX_STEPS + 1)[1:]
        best = _Walk()
        leaf_node, wilds, top_at = self._descend(self._root, steps, 0, (), 0, best)
        if leaf_node is None:
            return Match(best.service)
        service = leaf_node.service
        spot = leaf_node.leaves.get(method)
        if spot is None and method == "HEAD":
            spot = leaf_node.leaves.get("GET")
        base = "".join("/" + step for step in steps[:top_at])
        if spot is None:
            return Match(service, base=base, allowed=tuple(sorted(leaf_node.leaves)))
        try:
            own = [decoded(steps[at]) for at in wilds if at >= top_at]
        except BadPath as error:
            error.service = service
            raise
        leaf = spot.leaf()
        return Match(service, leaf, dict(zip(leaf.names, own, strict=True)), base)

    def _descend(
        self, node: Node, steps: Sequence[str], at: int, wilds: tuple[int, ...], top_at: int, best: _Walk
    ) -> tuple[Node | None, tuple[int, ...], int]:
        node.opened()
        if node.service is not None and at >= best.depth:
            best.depth, best.service = at, node.service
        if node.top_of is not None:
            top_at = at
        if at == len(steps):
            return (node if node.leaves else None), wilds, top_at
        step = steps[at]
        for key in (step, _FOLD + step.casefold()) if step else (step,):
            child = node.literal.get(key)
            if child is None:
                continue
            found = self._descend(child, steps, at + 1, wilds, top_at, best)
            if found[0] is not None:
                return found
        if node.wild is not None and step:
            return self._descend(node.wild, steps, at + 1, (*wilds, at), top_at, best)
        return None, wilds, top_at


# Marks the key of a literal segment that matches whatever its case; no real segment contains it.
_FOLD = "\0"


@dataclass(slots=True)
class _Walk:
    """How deep a walk came in the routes of a service, for the wording of a 404."""

    depth: int = 1
    service: Service | None = None


def decoded(step: str) -> str:
    """A path segment without percent-encoding. Raises BadPath for bad escapes or bad UTF-8."""
    if "%" not in step:
        return step
    hexadecimal = "0123456789abcdefABCDEF"
    for part in step.split("%")[1:]:
        if len(part) < 2 or part[0] not in hexadecimal or part[1] not in hexadecimal:
            raise BadPath(step)
    try:
        text = unquote(step, errors="strict")
    except UnicodeDecodeError as error:
        raise BadPath(step) from error
    if "\0" in text:
        raise BadPath(step)
    return text


def _names(route: str) -> tuple[str, ...]:
    return tuple(step[1:-1] for step in route.split("/") if step.startswith("{"))


def _key(step: str, service: Service) -> str:
    """What the segment is called among the literal ones of a node."""
    return _FOLD + step.casefold() if service.any_case and step else step


def _by_step(ways: Iterable[Way], depth: int) -> Mapping[str | None, list[Way]]:
    """The ways by their next segment behind ``depth`` others; None for those that end here."""
    found: dict[str | None, list[Way]] = {}
    for way in ways:
        steps = way.route.split("/", depth + 2)
        step = steps[depth + 1] if len(steps) > depth + 1 else None
        if step in found:
            found[step].append(way)
        else:
            found[step] = [way]
    return found


def _child(node: Node, step: str) -> Node:
    """The node behind a segment of a mount, which is written as it is asked for."""
    if step.startswith("{"):
        node.wild = node.wild or Node(node.depth + 1)
        return node.wild
    return node.literal.setdefault(step, Node(node.depth + 1))


def _graft(start: Node, path: str, service: Service, top: Node) -> None:
    """Let the routes of a service begin at ``path``, too. Raises RouteClash."""
    node = start.opened()
    steps = path.strip("/").split("/")
    for step in steps[:-1]:
        node = _child(node, step).opened()
    last = steps[-1]
    if last.startswith("{"):
        if node.wild is not None:
            raise RouteClash(f"{path} of {service.name} is already a route")
        node.wild = top
    else:
        if last in node.literal:
            raise RouteClash(f"{path} of {service.name} is already a route")
        node.literal[last] = top


def _merged(one: Node, other: Node) -> Node:
    """A tree with the routes of both; what only one of them has is shared with it. Raises RouteClash."""
    both = Node(one.depth, one.service or other.service)
    if one.ahead and other.ahead and one.depth == other.depth:
        both.ahead = [*one.ahead, *other.ahead]
        return both
    one.opened()
    other.opened()
    both.leaves = dict(one.leaves)
    for spot in other.leaves.values():
        _plant(both.leaves, spot)
        both.service = other.service
    both.literal = dict(one.literal)
    for key, child in other.literal.items():
        both.literal[key] = _merged(both.literal[key], child) if key in both.literal else child
    both.wild = _merged(one.wild, other.wild) if one.wild and other.wild else one.wild or other.wild
    return both


def _open(node: Node, seen: set[int]) -> None:
    """Plant all there is. Raises RouteClash."""
    if id(node) not in seen:
        seen.add(id(node))
        node.opened()
        for child in (*node.literal.values(), *([node.wild] if node.wild else ())):
            _open(child, seen)


def _plant(leaves: dict[str, Spot], spot: Spot) -> None:
    """Put an operation where its route ends. Raises RouteClash."""
    taken = leaves.setdefault(spot.way.method, spot)
    if taken is not spot:
        raise _clash(taken.leaf(), spot.leaf())


def _clash(taken: Leaf, leaf: Leaf) -> RouteClash:
    clash = RouteClash(
        f"{leaf.operation.method} {leaf.route} belongs to {taken.operation.service}.{taken.operation.id}"
        f" and to {leaf.operation.service}.{leaf.operation.id}"
    )
    clash.place = leaf.operation.place
    return clash
