"""A call whose schema is not enforced may be answered or refused, but never breaks the server."""

from __future__ import annotations

import pytest

from mockserver.contract.replay import request
from mockserver.values import dumps
from mockserver.world import World


@pytest.mark.parametrize("mode", ["warn", "off"])
def test_what_a_schema_asks_for_may_be_missing(documented: World, mode: str) -> None:
    broken, sent = [], 0
    for service in documented.shared.services.values():
        for operation in service.operations.values():
            called = [one.call for one in operation.examples.values() if one.call is not None]
            if operation.absent or not called:
                continue
            for less in (
                {"query": {}},
                {"body": {}},
                {"body": None},
                {"body": {"fields": []}, "query": {"x": "y"}},
            ):
                call = {key: value for key, value in {**called[0], **less}.items() if key != "text"}
                call["headers"] = {**called[0].get("headers", {}), "X-Mock-Validation": mode}
                world = documented.fork("unchecked")
                reply = world.handle(request(service, operation, call))
                sent += 1
                # What is known but not made says so whatever it is sent.
                if reply.status == 500:
                    broken.append((operation.id, dumps(less), reply.body))

    assert not broken
    assert sent > 1_000
