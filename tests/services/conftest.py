"""Worlds on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from aiohttp.test_utils import RawTestServer, TestClient
from yarl import URL

from mockserver.server import MockServer
from mockserver.world import World, Worlds


@pytest.fixture
def worlds(documented: World, conforms: Callable[[World], None]) -> Iterator[Worlds]:
    worlds = Worlds(documented.fork("default"))
    yield worlds
    for world in worlds:
        conforms(world)


class Listening(RawTestServer):
    """A mock server in the loop of a test, as a client of a test is given one."""

    def __init__(self, mock: MockServer) -> None:
        super().__init__(mock.handler)
        self.mock = mock
        self.open = False

    @property
    def started(self) -> bool:
        return self.open

    async def start_server(self, loop: asyncio.AbstractEventLoop | None = None, **_: Any) -> None:
        if not self.open:
            await self.mock.open()
            self.open, self.port, self.scheme = True, self.mock.port, "http"
            self._root = URL(self.mock.url)

    async def close(self) -> None:
        if self.open:
            self.open = False
            await self.mock.close()


@pytest.fixture(
    params=[{"direct": True}, {"direct": False}, {"direct": True, "uvloop": True}],
    ids=["at once", "by a task", "at once with uvloop"],
)
def way(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How a server with a thread of its own answers: what a client sees must be the same all ways."""
    way: dict[str, Any] = {"uvloop": False, **request.param}
    if way["uvloop"]:
        pytest.importorskip("uvloop")
    return way


@pytest.fixture(params=[True, False], ids=["at once", "by a task"])
def direct(request: pytest.FixtureRequest) -> bool:
    """How plain requests are answered: what a client sees must be the same both ways."""
    way: bool = request.param
    return way


@pytest.fixture
def served(
    worlds: Worlds, direct: bool, aiohttp_client: Any
) -> Callable[..., Awaitable[TestClient[Any, Any]]]:
    """The worlds behind a socket of the test's own loop, with the options of MockServer; a client of it."""

    async def serve(**options: Any) -> TestClient[Any, Any]:
        mock = MockServer(worlds, direct=direct, **options)
        client: TestClient[Any, Any] = await aiohttp_client(Listening(mock))
        return client

    return serve
