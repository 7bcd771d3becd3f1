"""Worlds on a real socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from mockserver.server import MockServer
from mockserver.world import World, Worlds


@pytest.fixture
def worlds(documented: World, conforms: Callable[[World], None]) -> Iterator[Worlds]:
    worlds = Worlds(documented.fork("default"))
    yield worlds
    for world in worlds:
        conforms(world)


@pytest.fixture
def served(
    worlds: Worlds, aiohttp_raw_server: Any, aiohttp_client: Any
) -> Callable[..., Awaitable[TestClient[Any, Any]]]:
    """The worlds behind a socket of the test's own loop, with the options of MockServer; a client of it."""

    async def serve(**options: Any) -> TestClient[Any, Any]:
        mock = MockServer(worlds, **options)
        client: TestClient[Any, Any] = await aiohttp_client(await aiohttp_raw_server(mock.handler))
        return client

    return serve
