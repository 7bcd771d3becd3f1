"""A server as the options ask for it, and what a person needs to use it."""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli.console import MISUSED, PORT_TAKEN, Failed
from mockserver.cli.ports import refusal
from mockserver.values import Call, Json

if TYPE_CHECKING:
    from mockserver.server import MockServer
    from mockserver.spec.load import Folder
    from mockserver.spec.model import Service
    from mockserver.state.entry import Entry
    from mockserver.world import Catalogue, World

OnExchange = Callable[["World", "Entry"], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of a command that starts a server."""

    services: Sequence[str] = ()
    port: int = 0
    host: str = "127.0.0.1"
    seeds: Sequence[str] = ()
    fixtures: Sequence[Path] = ()
    auth: str = "any"
    validation: str = "strict"
    clock: str = "real"
    token: str | None = None
    max_body: int = 10 * 1024 * 1024
    journal_entries: int = 5000
    journal_bytes: int = 32 * 1024 * 1024
    deliver_to: Sequence[str] = ()
    uvloop: bool = True


@contextmanager
def lasting() -> Iterator[None]:
    """What is loaded and made in here stays as long as the process: no search for garbage looks at it.

    The sockets' library is loaded meanwhile, in a thread: for a good part of that OpenSSL reads certificates.
    """
    gc.disable()
    threading.Thread(target=importlib.import_module, args=["aiohttp.web"], daemon=True).start()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def started(
    wanted: Wanted,
    on_exchange: OnExchange | None = None,
    default: World | None = None,
    *,
    tell_all: bool = True,
) -> MockServer:
    """A server that listens. Raises Failed with a sentence; FixtureErrors and CommandError pass.

    default: the world that it serves, if that is made already; tell_all: also of exchanges that the mock has
    nothing to say about.
    """
    from mockserver.server import MockServer
    from mockserver.world import Worlds

    server = MockServer(
        Worlds(default or world(wanted)),
        host=wanted.host,
        port=wanted.port,
        token=wanted.token,
        max_body=wanted.max_body,
        on_exchange=on_exchange,
        tell_all=tell_all,
        uvloop=wanted.uvloop,
    )
    try:
        return server.start()
    except OSError as error:
        sentence, taken = refusal(error, wanted.host, wanted.port)
        raise Failed(sentence, code=PORT_TAKEN if taken else MISUSED) from error


def world(wanted: Wanted, *, thorough: bool | None = None, shared: Catalogue | None = None) -> World:
    """The default world. Raises FixtureErrors, UnknownFunction and CommandError.

    thorough: compile every schema now; without a word, where there are fixtures of the user's. shared: what
    the fixtures say, if that is known already.
    """
    from platformdirs import user_cache_path

    from mockserver.state.journal import Bounds
    from mockserver.world import SEED_INSTANT, World, catalogue, clock_for

    # What ships has been checked; a user's own schemas are compiled now, to be told of mistakes at once.
    thorough = bool(wanted.fixtures) if thorough is None else thorough
    shared = shared or catalogue(
        folders(wanted.fixtures),
        named(wanted.services),
        cache=user_cache_path("jira-mockserver"),
        thorough=thorough,
    )
    seeds = wanted.seeds or _documented(shared.services)
    clock = clock_for(wanted.clock, SEED_INSTANT)
    return World(
        shared,
        seeds=seeds,
        clock=clock,
        auth=wanted.auth,
        validation=wanted.validation,
        deliver_to=wanted.deliver_to,
        journal=Bounds(wanted.journal_entries, wanted.journal_bytes),
    )


def folders(fixtures: Sequence[Path]) -> list[Folder]:
    """The shipped folder, and those of the user after it."""
    from mockserver.spec.load import shipped, users

    found = [shipped(), *(users(one.resolve()) for one in fixtures)]
    return [one for at, one in enumerate(found) if one not in found[:at]]


def named(services: Sequence[str]) -> list[str]:
    """Services by the names of their folders; ``sd-elements`` is as good as ``sd_elements``."""
    return [one.replace("-", "_") for one in services]


def description(server: MockServer) -> dict[str, Json]:
    """Where everything is, as one JSON document."""
    from mockserver.world.credentials import good

    default = server.worlds.default
    services = {}
    for name, service in default.shared.services.items():
        found = good(default, name)
        services[name] = {
            "url": server.url + service.mount,
            "credential": {
                "authorization": found.authorization,
                "scheme": found.scheme,
                "name": found.name,
                "secret": found.secret,
            },
        }
    return {"url": server.url, "control": server.control, "services": services, "pid": os.getpid()}


def variables(services: Mapping[str, Service], url: str) -> dict[str, str]:
    """The environment variables that lead clients to ``url``, as the fixtures of the services name them."""
    found: dict[str, str] = {}
    for service in services.values():
        for name, value in service.env.items():
            found[name] = str(value).replace("{url}", url + service.mount)
    return found


def question(default: World) -> Call | None:
    """A request that only reads and is answered with 200, without ``root``.

    Best is one whose reply the reference prints, of the service with most operations; then the shortest.
    """
    from mockserver.world.credentials import good

    services = default.shared.services
    readings = [(service, *one) for service in services.values() for one in _readings(service)]
    best = sorted(readings, key=lambda one: (not one[1], -len(one[0].operations), *_effort(one[2])))
    for service, _, call in best:
        header = good(default, service.name).authorization
        asked = Call("GET", service.mount + call.target, {"authorization": header})
        if default.fork("question").handle(asked).status == 200:
            return asked
    return None


def write_ready(path: Path, document: Json) -> None:
    """Write the file in one step: whoever sees it sees all of it. Raises Failed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(document) + "\n")
        beside.chmod(0o600)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Failed(f"cannot write the ready file {path}: {error.strerror}") from error


def answers(url: str, seconds: float = 0.3) -> bool:
    """Whether anything listens at ``url``."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=seconds):
            return True
    except (OSError, ValueError):
        return False


def _documented(services: Mapping[str, Service]) -> Sequence[str]:
    return ["documented"] if any("documented" in one.seeds for one in services.values()) else []


def _effort(call: Call) -> tuple[bool, int]:
    """How much there is to type; a query has signs that a shell or a person may trip over."""
    return "?" in call.target, len(call.target)


def _readings(service: Service) -> Iterator[tuple[bool, Call]]:
    """The calls of examples that only read; whether the reference prints their reply."""
    from mockserver.contract.replay import request

    for operation in service.operations.values():
        for example in operation.examples.values():
            reads = operation.method == "GET" and example.status == 200 and not example.given
            if reads and example.call is not None:
                yield example.source == "documented", request(service, operation, example.call)
