"""``settings``, ``force``, ``auth``, ``validation``: how a running server behaves."""

from __future__ import annotations

import json
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import faint, plural, say, show_json, table
from mockserver.cli.group import Commands
from mockserver.cli.there import one_line, pair, there
from mockserver.values import Json


@click.group(cls=Commands)
def settings() -> None:
    """See and change what differs between sites."""


@settings.command("get")
@click.argument("service", required=False)
@options.steering
@options.JSON
def get_settings(service: str | None, as_json: bool, **where: Any) -> None:
    """List the settings, of all services or of one."""
    found = there(where).settings(service)
    if as_json:
        show_json(found)
        return
    by_service = {service: found} if service else found
    rows = [
        (name, key, one_line(one["value"]), one_line(one["default"]), one["about"])
        for name, declared in by_service.items()
        for key, one in declared.items()
    ]
    table(("SERVICE", "SETTING", "VALUE", "DEFAULT", "ABOUT"), rows)


@settings.command("set")
@click.argument("service")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
@options.steering
@options.JSON
def set_settings(service: str, values: tuple[str, ...], as_json: bool, **where: Any) -> None:
    """Change settings of SERVICE, all or none; a VALUE is JSON, or else a word."""
    given = dict(assigned(one) for one in values)
    done = there(where).set_settings(service, given)
    if as_json:
        show_json(done)
        return
    for name in given:
        say(f"{service}.{name} = {one_line(done[name])}")


@click.command()
@click.argument("operation", required=False)
@click.argument("example", required=False)
@click.option(
    "--status", type=click.IntRange(200, 599), help="Answer with this status instead of an example."
)
@click.option("--body", metavar="JSON", help="The body to go with --status.")
@click.option(
    "--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header to go with --status."
)
@click.option("--times", type=click.IntRange(min=1), default=1, show_default=True, help="For so many calls.")
@click.option("--always", is_flag=True, help="For every call until the next reset.")
@click.option("--service", metavar="NAME", help="Whose operation, where several services have it.")
@click.option("--match", metavar="JSON", help="Calls with this path, query, headers, body, caller, ordinal.")
@click.option("--priority", type=int, default=0, metavar="N", help="Higher comes first.  [default: 0]")
@click.option("--list", "listed", is_flag=True, help="List what is armed.")
@click.option("--clear", is_flag=True, help="Disarm everything.")
@options.steering
@options.JSON
def force(
    operation: str | None,
    example: str | None,
    status: int | None,
    body: str | None,
    headers: tuple[str, ...],
    times: int,
    always: bool,
    service: str | None,
    match: str | None,
    priority: int,
    listed: bool,
    clear: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Choose how the next calls are answered.

    OPERATION then answers its documented EXAMPLE, or what --status, --body and --header say.
    """
    server = there(where)
    if listed or clear:
        _armed(server.unforce() if clear else server.forced(), clear=clear, as_json=as_json)
        return
    if operation is None:
        raise click.UsageError("name an OPERATION, or say --list or --clear")
    done = server.force(
        operation,
        example,
        status=status,
        body=None if body is None else json_of(body),
        headers=dict(pair(one) for one in headers) or None,
        times=None if always else times,
        service=service,
        match=None if match is None else json_of(match, "--match"),
        priority=priority,
    )
    if as_json:
        show_json(done)
        return
    often = "until the next reset" if always else "once" if times == 1 else f"{times} times"
    what = done["example"] or "a reply of your own"
    say(f"{done['service']} {done['operation']} answers {done['status']} ({what}) {often}")


@click.command()
@click.argument("mode", type=click.Choice(["any", "strict", "off"]))
@options.steering
def auth(mode: str, **where: Any) -> None:
    """Choose who is let in from now on."""
    say(f"auth: {there(where).set_auth(mode)['auth']}")


@click.command()
@click.argument("mode", type=click.Choice(["strict", "warn", "off"]))
@options.steering
def validation(mode: str, **where: Any) -> None:
    """Choose what a broken request schema leads to from now on."""
    say(f"validation: {there(where).set_validation(mode)['validation']}")


def assigned(text: str) -> tuple[str, Json]:
    """Name and value of ``NAME=VALUE``; the value is JSON, or else a word. Raises BadParameter."""
    name, value = pair(text)
    try:
        return name, json_of(value)
    except click.BadParameter:
        return name, value


def json_of(text: str, option: str = "--body") -> Json:
    """The data in the value of an option. Raises BadParameter."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint=f"'{option}'") from error


def _armed(done: Json, *, clear: bool, as_json: bool) -> None:
    """Say what is armed, or was until now."""
    if as_json:
        show_json(done)
    elif clear:
        say(f"disarmed {plural(done['disarmed'], 'forced reply').replace('replys', 'replies')}")
    else:
        _forced(done["overrides"])


def _forced(overrides: Json) -> None:
    rows = [
        (
            one["service"],
            one["operation"],
            str(one["status"]),
            one["example"] or "-",
            "always" if one["left"] is None else str(one["left"]),
            str(one["used"]),
        )
        for one in overrides
    ]
    if rows:
        table(("SERVICE", "OPERATION", "STATUS", "EXAMPLE", "LEFT", "USED"), rows)
    else:
        say(faint("nothing is armed"), err=True)
