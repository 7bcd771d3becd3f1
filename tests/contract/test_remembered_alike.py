"""What is remembered of a call is what would be worked out: of two worlds that live the same, one forgets."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from mockserver.contract.replay import request
from mockserver.values import Call, Reply
from mockserver.world import World


def calls(world: World) -> list[Call]:
    """The call of every example, in an order that is mixed up but always the same."""
    found = [
        request(service, operation, example.call)
        for service in world.shared.services.values()
        for operation in service.operations.values()
        for example in operation.examples.values()
        if example.call is not None
    ]
    return sorted(found, key=lambda one: hashlib.sha256(repr(one).encode()).hexdigest())


def told(reply: Reply, root: str = "http://00000000") -> str:
    """Everything of a reply but the address that it was asked at."""
    text = f"{reply.status} {dict(reply.headers)} {reply.body!r}"
    return text.replace(root, "http://00000000")


def test_a_world_that_remembers_answers_as_one_that_does_not(documented: World) -> None:
    remembering, forgetful = documented.fork("remembering"), documented.fork("forgetful")
    sent = 0
    looks = [one for one in calls(documented) if one.method == "GET"][::7]

    for call in calls(documented):
        for one in (call, call, looks[sent % len(looks)], looks[sent // 2 % len(looks)]):
            sent += 1
            # What is remembered is remembered by address: another one each time is another call each time.
            unlike = replace(one, root=f"http://{sent:08}")
            here, there = remembering.handle(replace(one, root="http://00000000")), forgetful.handle(unlike)
            assert told(here) == told(there, f"http://{sent:08}"), (one.method, one.target)

    assert sent > 5_000
    assert remembering.state() == forgetful.state()
