"""A fresh world for every test, and a client that needs no socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.contract.replay import credential
from mockserver.values import Call, Reply, dumps
from mockserver.world import Catalogue, World, catalogue

pytest_plugins = ["pytester"]


class Client:
    """Calls one service of a world; no socket is involved."""

    def __init__(self, world: World, service: str) -> None:
        self.world = world
        self.service = service
        self.authorization: str | None = credential(world.shared.services[service])

    def __call__(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        text: str | bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        raw = b"" if body is None else dumps(body)
        if text is not None:
            raw = text.encode() if isinstance(text, str) else text
        sent = {"content-type": "application/json"} if raw else {}
        if self.authorization is not None:
            sent["authorization"] = self.authorization
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        return self.world.handle(Call(method, target, sent, raw, "http://localhost:8080"))

    def diagnosis(self) -> dict[str, Any]:
        """The diagnosis of the last exchange."""
        return self.world.requests(limit=1_000_000)["requests"][-1]["diagnosis"]


@pytest.fixture(scope="session")
def shared() -> Catalogue:
    return catalogue()


@pytest.fixture(scope="session")
def documented(shared: Catalogue) -> World:
    return World(shared)


@pytest.fixture
def world(documented: World) -> World:
    return documented.fork("test")


@pytest.fixture
def client(world: World) -> Callable[[str], Client]:
    return lambda service: Client(world, service)
