"""``env`` and ``exec``: somebody else's program, led to the mock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import options
from mockserver.cli.console import CONTRACT_FAILED, Failed, faint, plural, printable, say, strong

if TYPE_CHECKING:
    from mockserver.server import MockServer
    from mockserver.world import World

NOT_FOUND, NOT_RUNNABLE, SIGNALLED = 127, 126, 128  # as shells have it
LISTED = 50  # findings


@click.command("env")
@click.argument("service")
@options.URL
@options.WORLD
@options.FIXTURES
def env(service: str, url: str, world: str | None, fixtures: tuple[Path, ...]) -> None:
    """Print the environment variables of SERVICE.

    Meant for `eval "$(jira-mockserver env jira)"`: only export lines go to stdout; everything else to stderr.
    """
    from mockserver.cli.launch import answers, folders, named, variables
    from mockserver.spec.load import load

    services = load(folders(fixtures), named([service])).services
    found = variables(services, _of_world(url.rstrip("/"), world))
    if not found:
        raise Failed(f"the fixtures of {service} name no environment variables ('env' in service.yaml)")
    for name, value in found.items():
        say(f"export {name}={_quoted(value)}")
    if not answers(url):
        say(faint(f"# nothing answers at {url} yet: start it with `jira-mockserver serve`"), err=True)


@click.command("exec", context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False})
@options.serving(default_port=0)
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="NAME",
    help="Serve only these; may be repeated. [default: all]",
)
@click.option(
    "--contract",
    envvar="MOCKSERVER_CONTRACT",
    show_envvar=True,
    type=click.Choice(["strict", "warn", "off"]),
    default="strict",
    show_default=True,
    help="Requests that break their schema: fail, only report, say nothing.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def execute(command: tuple[str, ...], services: tuple[str, ...], contract: str, **wanted: Any) -> None:
    """Run COMMAND against a server of its own.

    The command finds the variables of all services and MOCKSERVER_URL in its environment. Afterwards
    the requests that broke a schema or went nowhere are listed, and the operations exercised. The
    command's exit code is passed through; where it succeeded although the contract was broken, it is 1.
    """
    from mockserver.cli.launch import Wanted, started, variables

    server = started(Wanted(services, **wanted))
    try:
        shared = server.worlds.default.shared
        surroundings = {**os.environ, **variables(shared.services, server.url), "MOCKSERVER_URL": server.url}
        if server.token:
            surroundings["MOCKSERVER_TOKEN"] = server.token
        code = _run(command, surroundings)
    finally:
        server.stop()
    kept = contract == "off" or _report(server)
    if code == 0 and not kept and contract == "strict":
        code = CONTRACT_FAILED
    sys.exit(code)


def _of_world(url: str, world: str | None) -> str:
    return url if world in (None, "", "default") else f"{url}/~{world}"


def _quoted(value: str) -> str:
    """``value`` as a shell takes it literally, whatever it holds."""
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _run(command: tuple[str, ...], surroundings: Mapping[str, str]) -> int:
    """The exit code of the command, as a shell would give it. Raises Failed where it cannot be run."""
    try:
        child = subprocess.Popen(command, env=surroundings)
    except FileNotFoundError as error:
        raise Failed(f"{command[0]}: command not found", code=NOT_FOUND) from error
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}", code=NOT_RUNNABLE) from error
    with _passing_signals_to(child):
        code = child.wait()
    return code if code >= 0 else SIGNALLED - code


@contextmanager
def _passing_signals_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """While the command runs it is the one to decide what a signal means.

    What a terminal sends reaches the whole group, the command included: only the rest is passed on.
    """

    def forward(number: int, frame: object) -> None:
        if not (number == signal.SIGINT and _in_front()):
            child.send_signal(number)

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {one: signal.signal(one, forward) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _in_front() -> bool:
    """Whether this process belongs to what the terminal shows."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


def _report(server: MockServer) -> bool:
    """Write what broke the contract and what was asked for; whether it was kept comes back."""
    from mockserver.exchange import exchanges
    from mockserver.findings import findings

    worlds = list(server.worlds)
    found = [line for world in worlds for line in findings(exchanges(world))]
    say(strong(f"contract: {plural(len(found), 'finding')}" if found else "contract: kept"), err=True)
    for line in found[:LISTED]:
        say("  " + printable(line), err=True)
    if len(found) > LISTED:
        say(faint(f"  … and {len(found) - LISTED} more"), err=True)
    say("exercised: " + _exercised(worlds), err=True)
    return not found


def _exercised(worlds: list[World]) -> str:
    """``jira 3 of 6 operations, …``: what was really asked for, of each service."""
    parts = []
    for name, service in worlds[0].shared.services.items():
        seen = {operation for world in worlds for operation in world.coverage()["operations"].get(name, {})}
        served = sum(one.rung != "absent" for one in service.operations.values())
        parts.append(f"{name} {len(seen)} of {plural(served, 'operation')}")
    return ", ".join(parts)
