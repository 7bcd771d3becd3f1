"""``serve``: the server that runs until it is told to stop."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import faint, say, strong
from mockserver.values import Json

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
    log_format: str,
    quiet: bool,
    verbose: bool,
    **wanted: Any,
) -> None:
    """Serve all services, or those named, until interrupted.

    Prints where each service is, a credential that works, a request to try and the control address.
    """
    from mockserver.cli.launch import Wanted, description, started, write_ready
    from mockserver.cli.traffic import reporter

    asked = Wanted(services, **wanted)
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    report = None if quiet else reporter(log_format, everything=verbose)
    with _told_to_stop() as stop:
        server = started(asked, report)
        try:
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
            server.stop()
            if ready_file is not None:
                ready_file.unlink(missing_ok=True)
    if not quiet and not as_json:
        say(faint("stopped"), err=True)


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
