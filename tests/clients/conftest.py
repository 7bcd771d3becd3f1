"""What a client got in a test is judged when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mockserver.server import MockServer
from mockserver.world import World, Worlds


@pytest.fixture(autouse=True)
def held(conforms: Callable[[World], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every reply of the servers that a test started is as Atlassian documents it."""
    started: list[MockServer] = []
    start = MockServer.start

    def starting(server: MockServer) -> MockServer:
        started.append(server)
        return start(server)

    monkeypatch.setattr(MockServer, "start", starting)
    yield
    for server in started:
        for world in server.worlds:
            conforms(world)


@pytest.fixture
def server(documented: World) -> Iterator[MockServer]:
    """A server whose callers are those that are seeded."""
    server = MockServer(Worlds(documented.fork("default")))
    server.worlds.default.set_auth("strict")
    with server:
        yield server
