"""``limits``: how many calls a running server takes."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import faint, say, show_json, table
from mockserver.cli.group import Commands
from mockserver.cli.steering import assigned
from mockserver.cli.there import one_line, there
from mockserver.values import Json


@click.group(cls=Commands)
def limits() -> None:
    """See and change the rate limits."""


@limits.command("show")
@click.argument("service", required=False)
@options.steering
@options.JSON
def show_limits(service: str | None, as_json: bool, **where: Any) -> None:
    """List the limits and what is used of them, of all services that have some or of one."""
    found = there(where).limits(service)
    if as_json:
        show_json(found)
        return
    by_service = {service: found} if service else found
    rows = [
        (name, "on" if one["on"] else "off", limit, one_line(value))
        for name, one in by_service.items()
        for limit, value in one["limits"].items()
    ]
    table(("SERVICE", "COUNTED", "LIMIT", "VALUE"), rows)
    used = [
        (name, one["limit"], one["of"], f"{one['left']} of {one['most']}", one["more"])
        for name, service_limits in by_service.items()
        for one in service_limits["counted"]
    ]
    if used:
        say("")
        table(("SERVICE", "LIMIT", "OF", "LEFT", "MORE AT"), used)


@limits.command("on")
@click.argument("service")
@click.argument("numbers", nargs=-1, metavar="[NAME=VALUE...]")
@options.steering
@options.JSON
def limit(service: str, numbers: tuple[str, ...], as_json: bool, **where: Any) -> None:
    """Refuse calls to SERVICE that are too many.

    By the documented numbers, or by others: burst.GET=2 lets two GETs of an operation through each second.
    """
    given: dict[str, Json] = {}
    for text in numbers:
        name, value = assigned(text)
        outer, _, inner = name.partition(".")
        given[outer] = {**_mapping(given.get(outer)), inner: value} if inner else value
    _tell(service, there(where).set_limits(service, given or True), as_json)


@limits.command("off")
@click.argument("service")
@options.steering
@options.JSON
def unlimit(service: str, as_json: bool, **where: Any) -> None:
    """Take as many calls to SERVICE as come."""
    _tell(service, there(where).set_limits(service, False), as_json)


def _mapping(value: Json) -> Json:
    return value if isinstance(value, dict) else {}


def _tell(service: str, found: Json, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    say(f"{service}: calls are {'counted from now on' if found['on'] else faint('not counted')}")
