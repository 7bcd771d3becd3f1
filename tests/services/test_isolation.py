"""Two hundred worlds live their lives by turns, and each lives as if it were alone.

What a world does is drawn from a seed of its own: documented calls of all services, links and comments of its
own, settings, time, forced replies, faults, snapshots, resets. Every answer is compared with what the same
life gives in a world that nobody else is beside.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence

import pytest

from mockserver.contract.replay import request
from mockserver.state.journal import Bounds
from mockserver.values import Call, Json, dumps
from mockserver.world import Catalogue, CommandError, World

WORLDS = 200
SIGNED = {"authorization": "Basic bW9jazptb2Nr", "content-type": "application/json"}
SWITCHES = ("issueLinkingEnabled", "votingEnabled", "watchingEnabled", "attachmentsEnabled")


@pytest.fixture(scope="module")
def template(shared: Catalogue) -> World:
    return World(shared, journal=Bounds(entries=5))


@pytest.fixture(scope="module")
def calls(shared: Catalogue) -> Sequence[Call]:
    """Every documented call."""
    return [
        request(service, operation, example.call)
        for service in shared.services.values()
        for operation in service.operations.values()
        for example in operation.examples.values()
        if example.call is not None
    ]


def life(world: World, calls: Sequence[Call], seed: int) -> Iterator[int]:
    """One step after the other, and a checksum of what came of each, for ever."""
    drawn = random.Random(seed)
    while True:
        try:
            found = step(world, calls, drawn)
        except CommandError as error:
            found = str(error).encode()
        yield zlib.crc32(found)


def step(world: World, calls: Sequence[Call], drawn: random.Random) -> bytes:
    """What came of one step. Raises CommandError."""
    kind = drawn.random()
    if kind < 0.5:
        return answered(world, drawn.choice(calls))
    if kind < 0.9:
        return answered(world, own(drawn))
    return dumps(command(world, drawn))


def answered(world: World, call: Call) -> bytes:
    """Everything that a client sees."""
    reply = world.handle(call)
    return b"%d %r %s" % (reply.status, dict(reply.headers), reply.body)


def own(drawn: random.Random) -> Call:
    """A call with content that no other world sends."""
    text = f"{drawn.random():.6f}"
    link = {
        "globalId": f"case={drawn.randrange(20)}",
        "object": {"title": text, "url": f"http://a.example/{text}"},
    }
    links, comments = "/rest/api/3/issue/MKY-1/remotelink", "/rest/api/2/issue/MKY-1/comment"
    method, path, body = drawn.choice(
        (
            ("POST", links, link),
            ("POST", links, {"object": link["object"]}),
            ("GET", links, None),
            ("DELETE", f"{links}/{10000 + drawn.randrange(10)}", None),
            ("POST", comments, {"body": text}),
            ("GET", comments, None),
            ("PUT", "/rest/api/3/issue/MKY-1", {"fields": {"summary": text}}),
            ("GET", "/rest/api/3/issue/MKY-1?fields=summary,comment", None),
        )
    )
    return Call(method, path, SIGNED, b"" if body is None else dumps(body), "http://localhost")


def command(world: World, drawn: random.Random) -> Json:
    """What a tester's command answers. Raises CommandError."""
    kind = drawn.randrange(12)
    if kind == 0:
        return world.set_settings("jira", {drawn.choice(SWITCHES): drawn.random() < 0.5})
    if kind == 1:
        return world.advance_clock(drawn.randrange(100_000))
    if kind == 2:
        return world.force(
            "getRemoteIssueLinks", status=drawn.randrange(400, 599), body={"n": drawn.random()}
        )
    if kind == 3:
        return world.fault({"service": "jira", "status": 503, "after": drawn.randrange(5)})
    if kind == 4:
        return world.snapshot(f"s{drawn.randrange(3)}")
    if kind == 5:
        return world.restore(f"s{drawn.randrange(3)}")
    if kind == 6:
        return world.login("jira")
    if kind == 7:
        return world.set_limits(
            "jira", {"burst": {"GET": drawn.randrange(1, 5)}} if drawn.random() < 0.3 else False
        )
    if kind == 8:
        return world.seed({"jira": {"project": [{"key": f"P{drawn.randrange(50)}", "name": "P"}]}})
    if kind == 9:
        return world.reset(drawn.choice(("seed", "seed", "seed", "empty")))
    if kind == 10:
        return world.deliveries(limit=5)
    return [world.show_clock(), world.coverage(), world.info()["requests"], world.forced(), world.faults()]


@pytest.mark.parametrize("steps", [8_000, pytest.param(1_000_000, marks=pytest.mark.full)])
def test_a_world_among_others_lives_as_if_it_were_alone(
    template: World, calls: Sequence[Call], steps: int
) -> None:
    bystander = template.fork("bystander")
    others = [template.fork(f"w{number}") for number in range(WORLDS)]
    lives = [life(world, calls, number) for number, world in enumerate(others)]
    among: list[list[int]] = [[] for _ in others]
    turns = random.Random(4)
    for _ in range(steps):
        turn = turns.randrange(WORLDS)
        among[turn].append(next(lives[turn]))

    for number, world in enumerate(others):
        alone = template.fork("alone")
        own_life = life(alone, calls, number)
        assert [next(own_life) for _ in among[number]] == among[number], f"world {number}"
        assert dumps(alone.export_state()) == dumps(world.export_state()), f"world {number}"

    for one in (template, bystander):
        assert one.diff("seed", "now") == {"from": "seed", "to": "now", "records": {}, "settings": {}}
        assert one.info()["requests"] == 0
    assert len({tuple(one) for one in among}) == WORLDS
