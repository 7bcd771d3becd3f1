"""A call that a fault or a forced reply picks out is one that verification picks out by the same parts."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.engine.matching import Asked, Match, fits
from mockserver.exchange import exchanges
from mockserver.values import Call, dumps
from mockserver.verification import differences
from mockserver.world import World
from mockserver.world.verifying import wanted_of

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
BODY = {"a": {"b": [1, 2], "c": True}, "d/e": "x", "n": 1}
CALLS = [
    Call("GET", LINKS),
    Call("GET", LINKS + "?globalId=a%20b"),
    Call("GET", LINKS + "?globalId=1&globalId=2"),
    Call("GET", "/rest/api/2/issue/M%4BY-1/remotelink", {"x-run": "7"}),
    Call("POST", LINKS, {"content-type": "application/json"}, dumps(BODY)),
    Call("POST", LINKS, {"content-type": "application/json"}, b"[]"),
    Call("POST", LINKS, {"content-type": "text/plain", "x-run": "8"}, b"text"),
]
PARTS: list[dict[str, Any]] = [
    {"path": "/issue/*/remotelink"},
    {"path": "/rest/*"},
    {"path": "/rest/**"},
    {"path": "/{any}/remotelink"},
    {"path": LINKS},
    {"path": {"issueIdOrKey": "MKY-1"}},
    {"path": {"issueIdOrKey": "MKY-2"}},
    {"query": {"globalId": "a b"}},
    {"query": {"globalId": 2}},
    {"query": {"globalId": ["1", "2"]}},
    {"query": {"globalId": ["2", "1"]}},
    {"query": {"globalId": None}},
    {"headers": {"X-Run": "7"}},
    {"headers": {"X-Run": None}},
    {"headers": {"x-run": ["8"]}},
    {"body": {"a": {"c": True}}},
    {"body": {"a": {"c": 1}}},
    {"body": {"n": True}},
    {"body": {"/a/b/1": 2}},
    {"body": {"/d~1e": "x"}},
    {"body": {"/nothing": None}},
    {"body": {"/a/b": [1]}},
    {"body": []},
    {"body": "text"},
]


@pytest.mark.parametrize("parts", PARTS, ids=str)
def test_the_same_parts_mean_the_same_calls(world: World, parts: dict[str, Any]) -> None:
    for call in CALLS:
        world.handle(call)

    picked = [fits(Match(**parts), _asked(world, call)) for call in CALLS]
    verified = [
        not differences(_wanted(world, one.operation, parts), one) for one in exchanges(world, service="jira")
    ]

    assert verified == picked


def test_these_parts_pick_out_some_calls_and_not_others(world: World) -> None:
    picked = [[fits(Match(**parts), _asked(world, call)) for call in CALLS] for parts in PARTS]

    assert len([one for one in picked if any(one) and not all(one)]) >= len(PARTS) // 2


def _asked(world: World, call: Call) -> Asked:
    found = world.shared.routes.find(call.method, call.path)
    return Asked(call, found.values or {}, base=found.base)


def _wanted(world: World, operation: str, parts: dict[str, Any]) -> Any:
    return wanted_of(world.shared.services, {"operation": operation, **parts})
