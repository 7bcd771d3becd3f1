"""A fresh world for every test, and a client that needs no socket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from platformdirs import user_cache_path

from mockserver.contract.replay import credential
from mockserver.values import Call, Reply, dumps
from mockserver.world import Catalogue, World, catalogue

from . import openapi

pytest_plugins = ["pytester"]

# Generated examples are the same in each run and on each machine, and no machine is too slow for them.
settings.register_profile("mock", deadline=None, derandomize=True)
settings.load_profile("mock")

# The many programs that tests start compile the package once, not each of them anew, and not in the checkout.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(user_cache_path("jira-mockserver") / "compiled"))


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: some tests wait for other programs."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Somebody else's project. Where CI is set pytest would write longer reports than at a terminal."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    return pytester


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
    return World(shared, journal=openapi.WHOLE)


@pytest.fixture(scope="session")
def conforms() -> Callable[[World], None]:
    """Fails for replies of a world that are not as Atlassian documents them, where the documents are."""

    def check(world: World) -> None:
        found = openapi.unmeant(openapi.deviations(world)) if openapi.documents().there else []
        if found:
            told = "\n".join(dict.fromkeys(map(str, found)))
            pytest.fail(
                f"not as documented; fix it or list it in {openapi.MEANT.name}:\n{told}", pytrace=False
            )

    return check


@pytest.fixture
def world(documented: World, conforms: Callable[[World], None]) -> Iterator[World]:
    world = documented.fork("test")
    yield world
    conforms(world)


@pytest.fixture
def client(world: World) -> Callable[[str], Client]:
    return lambda service: Client(world, service)
