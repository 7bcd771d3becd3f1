"""``serve``: the server that runs until it is told to stop."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mockserver.cli import options
from mockserver.cli.console import faint, printable, say, strong
from mockserver.values import Json

if TYPE_CHECKING:
    from mockserver.server.statefile import StateFile
    from mockserver.world import World

PORT = 8080


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@options.serving(default_port=PORT)
@options.JSON
@click.option(
    "--ready-file",
    envvar="MOCKSERVER_READY_FILE",
    show_envvar=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Written as soon as the server listens, with the document of --json; removed at the end.",
)
@click.option(
    "--state",
    envvar="MOCKSERVER_STATE",
    show_envvar=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the default world in this file: read at the start, written whenever the world has changed.",
)
@click.option(
    "--watch",
    envvar="MOCKSERVER_WATCH",
    show_envvar=True,
    is_flag=True,
    help="Read fixtures and seeds again when their files change.",
)
@click.option(
    "--log-format",
    envvar="MOCKSERVER_LOG_FORMAT",
    show_envvar=True,
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How exchanges are reported on stderr.",
)
@click.option("-q", "--quiet", is_flag=True, help="Report nothing but failures to start.")
@click.option("-v", "--verbose", is_flag=True, help="Report every exchange, not only those with a diagnosis.")
def serve(
    services: tuple[str, ...],
    as_json: bool,
    ready_file: Path | None,
    state: Path | None,
    watch: bool,
    log_format: str,
    quiet: bool,
    verbose: bool,
    **wanted: Any,
) -> None:
    """Serve all services, or those named, until interrupted.

    Prints where each service is, a credential that works, a request to try and the control address.
    """
    from mockserver.cli.launch import Wanted, description, lasting, started, world, write_ready
    from mockserver.cli.traffic import reporter
    from mockserver.cli.watch import Watch, prints

    asked = Wanted(services, **wanted)
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    report = None if quiet else reporter(log_format, everything=verbose)
    seen = prints(asked) if watch else {}
    with _told_to_stop() as stop:
        with lasting():
            default = world(asked)
            kept = None if state is None else _kept(state, default)
            server = started(asked, report, default, tell_all=verbose)
        watching = Watch(asked, server.worlds, _tell, seen) if watch else None
        try:
            for one in (kept, watching):
                if one is not None:
                    one.start()
            document = description(server)
            if server.token != asked.token:
                document["token"] = server.token  # made up, because other machines can reach this one
            if ready_file is not None:
                write_ready(ready_file, document)
            if as_json:
                say(json.dumps(document))
            elif not quiet:
                _greet(document, server.worlds.default)
            while not stop.wait(1):
                pass
        finally:
            if watching is not None:
                watching.stop()
            server.stop()
            if kept is not None:
                kept.stop()
            if ready_file is not None:
                ready_file.unlink(missing_ok=True)
    if not quiet and not as_json:
        say(faint("stopped"), err=True)


def _kept(file: Path, default: World) -> StateFile:
    """The file that keeps a world, read already. Raises CommandError."""
    from mockserver.server.statefile import StateFile

    found = StateFile(file, default, _tell)
    # A clock that was asked for is not the one of the last run.
    asked = click.get_current_context().get_parameter_source("clock")
    found.load(clock=asked is ParameterSource.DEFAULT)
    return found


def _tell(line: str) -> None:
    with suppress(OSError, ValueError):  # a log that nobody reads any more stops no server
        say(printable(line), err=True)


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """An event that is set by the signals that end a program; their handlers are put back afterwards."""
    stop = threading.Event()
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {one: signal.signal(one, lambda number, frame: stop.set()) for one in signals}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _greet(document: Json, default: Json) -> None:
    from mockserver.cli.launch import question

    width = max(len(name) for name in document["services"])
    for name, one in document["services"].items():
        authorization = one["credential"]["authorization"]
        say(f"{strong(name.ljust(width))}  {one['url']}")
        say(f"{' ' * width}  {faint('Authorization: ' + authorization)}")
    say(f"{strong('control'.ljust(width))}  {document['control']}")
    if "token" in document:
        say(f"{' ' * width}  X-Mock-Token: {document['token']}  {faint('(made up for this run)')}")
    call = question(default)
    if call is not None:
        say()
        header = f"Authorization: {call.headers['authorization']}"
        say(f"Try:  curl -s -H '{header}' '{document['url']}{call.target}'")
    say(faint("Ctrl-C stops it. Requests that the mock has something to say about appear below."))
