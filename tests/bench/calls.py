"""The calls of the reference workloads, as they come from a socket: with texts of their own each time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from search import issues

from mockserver.spec.load import shipped
from mockserver.values import Call, Reply, dumps
from mockserver.world import Catalogue, World, Worlds, catalogue

ROOT = "http://127.0.0.1:8080"
AUTHORIZATION = "Basic bWlhQGV4YW1wbGUuY29tOm1vY2stdG9rZW4="
LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
ISSUE = "/jira/rest/api/3/issue/MKY-1"
SEARCH = "/jira/rest/api/3/search/jql"
HEADERS = {"host": "127.0.0.1:8080", "authorization": AUTHORIZATION}
NUMBERS = itertools.count(1)


@cache
def shared() -> Catalogue:
    """All services, parsed once."""
    return catalogue([shipped()], thorough=False)


@cache
def link() -> Mapping[str, Any]:
    """The body that the reference prints for the upsert of a remote link."""
    operation = shared().services["jira"].operations["createOrUpdateRemoteIssueLink"]
    call = operation.examples["updated"].call
    assert call is not None
    body: Mapping[str, Any] = call["body"]
    return body


def get(target: str = LINKS, headers: Mapping[str, str] = HEADERS) -> Call:
    """A request without a body."""
    return Call("GET", target, dict(headers), b"", ROOT)


def post(body: bytes, target: str = LINKS, method: str = "POST") -> Call:
    """A request with a body of JSON."""
    more = {"content-type": "application/json", "content-length": str(len(body))}
    return Call(method, target, {**HEADERS, **more}, body, ROOT)


def w1(world: World) -> Callable[[], Reply]:
    """W1: the list of the documented two remote links."""
    assert len(answered(world, get()).json()) == 2
    return lambda: world.handle(get())


def w2(world: World) -> Callable[[], Reply]:
    """W2: the validated upsert of the documented body."""
    body = dumps(link())
    answered(world, post(body))
    return lambda: world.handle(post(body))


def titled(number: int) -> bytes:
    """The body of W2 with another title for each number, and as long for each."""
    return _around()[0] + b"%09d" % number + _around()[1]


@cache
def _around() -> tuple[bytes, bytes]:
    """What stands before and after the number in a title."""
    before, title, after = dumps(link()).partition(b'"TSTSUP-111"')
    assert title
    return before + b'"TSTSUP-', b'"' + after


def changing(world: World) -> Callable[[], Reply]:
    """W2 with another title each time: a write that changes what is read."""
    answered(world, post(titled(next(NUMBERS))))
    return lambda: world.handle(post(titled(next(NUMBERS))))


def traced(world: World) -> Callable[[], Reply]:
    """W1 with a header that is another each time, as clients send that trace their calls."""
    w1(world)
    return lambda: world.handle(get(headers={**HEADERS, "x-request-id": f"{next(NUMBERS):09}"}))


def unheard(world: World, target: str = LINKS, headers: Mapping[str, str] = HEADERS) -> Callable[[], Reply]:
    """A request without a body that nobody sent before: a parameter that no operation reads is another."""
    extended = f"{target}{'&' if '?' in target else '?'}number=%09d"
    answered(world, get(extended % next(NUMBERS), headers))
    return lambda: world.handle(get(extended % next(NUMBERS), headers))


def answered(world: World, call: Call) -> Reply:
    """The reply to a call that must be answered."""
    reply = world.handle(call)
    assert reply.status in (200, 201, 204), f"{call.method} {call.target}: {reply.status} {reply.body!r}"
    return reply


def documented() -> World:
    """A world of its own, with what the reference prints in it."""
    return _documented().fork("bench")


@cache
def _documented() -> World:
    return World(shared())


def filled(count: int) -> World:
    """A world with so many issues more than the documented ones."""
    return _filled(count).fork("bench")


@cache
def _filled(count: int) -> World:
    return World(shared(), seeds=["documented", {"jira": {"issue": issues(count)}}])


def only(service: str) -> Catalogue:
    """One service without the others."""
    return catalogue([shipped()], [service], thorough=False)


def worlds() -> Worlds:
    """The worlds of a server, as yet only one."""
    return Worlds(World(shared()))


def timed(work: Callable[[], object]) -> float:
    """Seconds of real time that one ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
