"""``ready``, ``world``, ``journal``, ``coverage``: what there is at a running server, and what it saw."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import plural, say, show_json, table
from mockserver.cli.group import Commands
from mockserver.cli.there import content, show_list, there


@click.command()
@click.option(
    "--wait", type=click.FloatRange(0, 600), default=0, metavar="SECONDS", help="Ask again so long."
)
@options.steering
@options.JSON
def ready(wait: float, as_json: bool, **where: Any) -> None:
    """Say whether a server answers.

    Exit code 3 where none does.
    """
    from mockserver.remote import Unreachable

    until = time.monotonic() + wait
    while True:
        try:
            found = there(where).ready()
            break
        except Unreachable:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
    if as_json:
        show_json(found)
        return
    counts = ", ".join(f"{name} {count}" for name, count in found["operations"].items())
    say(f"{found['status']}: operations of {counts}")


@click.group(cls=Commands)
def world() -> None:
    """Make, see and drop worlds.

    Each has its own records, clock and journal.
    """


@world.command("list")
@options.steering
@options.JSON
def worlds(as_json: bool, **where: Any) -> None:
    """Name all worlds."""
    show_list(there(where).worlds(), "worlds", as_json)


@world.command("show")
@click.argument("name", default="default")
@options.steering
def show_world(name: str, **where: Any) -> None:
    """Print what the world NAME serves and how it is set, as JSON."""
    show_json(there(where).world(name))


@world.command("create")
@click.argument("name")
@click.option("--seed", "seeds", multiple=True, metavar="NAME|FILE", help="As for serve; may be repeated.")
@click.option("--clock", metavar="real|INSTANT", help="The world's time. [default: the server's]")
@click.option("--auth", type=click.Choice(["any", "strict", "off"]))
@click.option("--validation", type=click.Choice(["strict", "warn", "off"]))
@options.steering
@options.JSON
def create_world(
    name: str,
    seeds: tuple[str, ...],
    clock: str | None,
    auth: str | None,
    validation: str | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Make the world NAME, like the default one where nothing else is said."""
    server = there(where)
    given = [content(Path(one)) if one.endswith((".yaml", ".yml", ".json")) else one for one in seeds]
    done = server.create_world(name, seeds=given or None, clock=clock, auth=auth, validation=validation)
    if as_json:
        show_json(done)
        return
    say(f"{'replaced' if done['replaced'] else 'created'} {name}: {server.server_url}/~{name}")


@world.command("drop")
@click.argument("name")
@options.steering
@options.JSON
def drop_world(name: str, as_json: bool, **where: Any) -> None:
    """Forget the world NAME and everything in it."""
    done = there(where).drop_world(name)
    if as_json:
        show_json(done)
        return
    say(f"dropped {done['dropped']}")


@click.group(cls=Commands)
def coverage() -> None:
    """See which operations were really exercised."""


@coverage.command("report")
@click.option("--service", metavar="NAME", help="Only this service.")
@click.option("--all", "everything", is_flag=True, help="Also the operations nobody called.")
@options.steering
@options.JSON
def report(service: str | None, everything: bool, as_json: bool, **where: Any) -> None:
    """List the operations called, with the statuses seen and not seen."""
    server = there(where)
    seen, known = server.coverage(), server.routes(service)["routes"]
    if as_json:
        show_json(seen)
        return
    rows, called = [], 0
    for one in known:
        found = seen["operations"].get(one["service"], {}).get(one["operation"], {})
        called += bool(found)
        if found or everything:
            statuses = " ".join(f"{status}×{times}" for status, times in found.items())
            open_ = " ".join(str(status) for status in one["statuses"] if str(status) not in found)
            rows.append((one["service"], one["operation"], statuses or "-", open_ or "-"))
    if rows:
        table(("SERVICE", "OPERATION", "SEEN", "NOT SEEN"), rows)
    say(f"{called} of {plural(len(known), 'operation')}, {plural(seen['breaches'], 'breach')}", err=True)


@coverage.command("clear")
@options.steering
def clear_coverage(**where: Any) -> None:
    """Forget what was exercised; the journal stays."""
    there(where).clear_coverage()
    say("coverage cleared")
