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


def told(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    return reply.status, dict(reply.headers), reply.body


def test_a_world_that_remembers_answers_as_one_that_does_not(documented: World) -> None:
    remembering, forgetful = documented.fork("remembering"), documented.fork("forgetful")
    sent = 0
    looks = [one for one in calls(documented) if one.method == "GET"][::7]

    for call in calls(documented):
        for one in (call, call, looks[sent % len(looks)], looks[sent // 2 % len(looks)]):
            sent += 1
            # A header that nobody reads makes a call unlike all others.
            unlike = replace(one, headers={**one.headers, "x-unlike": str(sent)})
            assert told(remembering.handle(one)) == told(forgetful.handle(unlike)), (one.method, one.target)

    assert sent > 5_000
    assert remembering.state() == forgetful.state()
