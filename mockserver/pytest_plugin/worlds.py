"""The server of a run and the worlds on it, as options and markers want them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from mockserver.pytest_plugin.judging import WATCHED, Watched, judge
from mockserver.pytest_plugin.options import chosen, instant_of, marked, seeds_of

if TYPE_CHECKING:
    from mockserver.remote import RemoteServer
    from mockserver.server import MockServer
    from mockserver.testing import MockWorld
    from mockserver.values import Json

# The server of this run: in a thread of this process, or in that of the one who started this worker.
AnyServer: TypeAlias = "MockServer | RemoteServer"


def server_of(config: pytest.Config) -> MockServer:
    """A server as the options say; nothing listens yet. Raises ValueError with all that is wrong."""
    from platformdirs import user_cache_path

    from mockserver.server import MockServer
    from mockserver.spec.load import FixtureErrors, shipped, users
    from mockserver.world import CommandError, UnknownFunction, World, Worlds, catalogue

    folders = [shipped()]
    for one in chosen(config, "mock_fixtures"):
        folders.append(users(config.invocation_params.dir / one))
    try:
        default = World(
            catalogue(folders, cache=user_cache_path("jira-mockserver"), thorough=len(folders) > 1),
            seeds=seeds_of(chosen(config, "mock_seed"), config, config.rootpath),
            auth=chosen(config, "mock_auth"),
            validation=chosen(config, "mock_validation"),
        )
    except (FixtureErrors, UnknownFunction, CommandError) as error:
        raise ValueError(f"the mock server cannot start:\n{error}") from None
    return MockServer(Worlds(default))


def shared(config: pytest.Config, url: str) -> Iterator[RemoteServer]:
    """The server of all workers, with a world of this worker's own for its default one."""
    from contextlib import closing

    from mockserver.remote import RemoteServer, RemoteWorld

    name: str = told_worker(config, "workerid")
    with closing(RemoteWorld(url)) as first:
        first.create_world(name)
    server = RemoteServer(url, name)

    def leave() -> None:
        server.worlds.drop_world(name)
        server.close()

    watched = watch(config, server, name, leave, own=False)
    yield server
    watched.gone = True


def watch(
    config: pytest.Config, server: AnyServer, name: str, drop: Callable[[], object], *, own: bool
) -> Watched:
    """A world of the server as the hooks see it from now on."""
    from mockserver.testing import MockWorld

    root = getattr(server, "server_url", server.url)
    made = Watched(MockWorld(server.worlds.named(name), root), drop, own=own)
    config.stash[WATCHED].append(made)
    return made


def told_worker(config: pytest.Config, name: str) -> Any:
    """What the process that started this worker of pytest-xdist told it; None if this is no worker."""
    return getattr(config, "workerinput", {}).get(name)


def world_of(request: pytest.FixtureRequest, server: AnyServer) -> Iterator[MockWorld]:
    """A world made as the marker says, until the fixture's scope ends."""
    says = marked(request.node)
    made = made_world(
        request,
        server,
        name_of(request),
        says.get("seed"),
        says.get("freeze"),
        says.get("auth"),
        says.get("validation"),
        says.get("faults"),
    )
    yield made.mock
    ended(request, made)


def made_world(
    request: pytest.FixtureRequest,
    server: AnyServer,
    name: str,
    seed: Json,
    clock: Json,
    auth: str | None,
    validation: str | None,
    faults: Json = None,
) -> Watched:
    """A world of the server, made as the arguments say; a test that asks for what cannot be fails."""
    from mockserver.world import CommandError

    seeds = None if seed is None else seed if isinstance(seed, (list, tuple)) else [seed]
    if seeds is not None:
        seeds = seeds_of(seeds, request.config, request.path.parent if request.scope != "session" else None)
    try:
        server.worlds.create_world(
            name, seeds=seeds, clock=instant_of(clock), auth=auth, validation=validation
        )
        if faults is not None:
            server.worlds.named(name).fault(faults)
    except CommandError as error:
        raise pytest.fail.Exception(f"the mock world cannot be made: {error}", pytrace=False) from None
    drop = partial(server.worlds.drop_world, name)
    return watch(request.config, server, name, drop, own=request.scope == "function")


def ended(request: pytest.FixtureRequest, made: Watched) -> None:
    """Let a world go; fail for what its client did after the test was judged, or for what nobody used."""
    made.gone = True
    judge(request.node, [made], [] if made.own or made.forgiven else [made])


def name_of(request: pytest.FixtureRequest) -> str:
    """A world's name from that of a test: readable, the same in every run, another for every test.

    On a server that workers share, another for every worker too: two may run tests of one module.
    """
    import hashlib

    nodeid = request.node.nodeid
    digest = hashlib.sha256(nodeid.encode()).hexdigest()[:8]
    words = re.sub(r"[^A-Za-z0-9]+", "-", nodeid.rpartition("::")[2] or "session").strip("-")
    name = f"{words[-60:].strip('-')}-{digest}"
    return (
        f"{name}-{told_worker(request.config, 'workerid')}"
        if told_worker(request.config, "mock_server")
        else name
    )
