"""``clock``: the time of a running server's world."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import say, show_json
from mockserver.cli.group import Commands
from mockserver.cli.there import there
from mockserver.values import Json


@click.group(cls=Commands)
def clock() -> None:
    """See, set and advance a world's time."""


@clock.command("show")
@options.steering
@options.JSON
def show_clock(as_json: bool, **where: Any) -> None:
    """Print the world's time."""
    _tell_time(there(where).show_clock(), as_json)


@clock.command("set")
@click.argument("to", metavar="real|INSTANT")
@click.option("--ticking", is_flag=True, help="Go on from INSTANT, as fast as the real time.")
@click.option("--scale", type=float, metavar="N", help="Go on from INSTANT, N times as fast.")
@options.steering
@options.JSON
def set_clock(to: str, ticking: bool, scale: float | None, as_json: bool, **where: Any) -> None:
    """Stand still at an ISO 8601 instant, go on from there, or follow the real time."""
    if ticking and scale is not None:
        raise click.UsageError("give --ticking or --scale, not both")
    _tell_time(there(where).set_clock(to, "ticking" if ticking else None, scale), as_json)


@clock.command("freeze")
@options.steering
@options.JSON
def freeze(as_json: bool, **where: Any) -> None:
    """Stand still where the time is."""
    _tell_time(there(where).set_clock(mode="frozen"), as_json)


@clock.command("tick")
@options.steering
@options.JSON
def tick(as_json: bool, **where: Any) -> None:
    """Go on from where the time is, as fast as the real time."""
    _tell_time(there(where).set_clock(mode="ticking"), as_json)


@clock.command("scale")
@click.argument("times", type=float, metavar="N")
@options.steering
@options.JSON
def scale_clock(times: float, as_json: bool, **where: Any) -> None:
    """Go on from where the time is, N times as fast as the real time."""
    _tell_time(there(where).set_clock(scale=times), as_json)


@clock.command("advance")
@click.argument("seconds", type=click.FloatRange(0))
@options.steering
@options.JSON
def advance_clock(seconds: float, as_json: bool, **where: Any) -> None:
    """Go forward by a number of SECONDS."""
    _tell_time(there(where).advance_clock(seconds), as_json)


def _tell_time(found: Json, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    scaled = f"{found['scale']:g} times as fast"
    courses = {"frozen": "standing still", "real": "the real time", "ticking": "running", "scaled": scaled}
    say(f"{found['now']} ({courses[found['mode']]})")
