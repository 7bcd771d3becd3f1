"""``fault``: what goes wrong at a running server, on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import faint, plural, say, show_json, table
from mockserver.cli.group import Commands
from mockserver.cli.steering import json_of
from mockserver.cli.there import content, one_line, pair, there
from mockserver.values import Json

# The members of a fault that say what goes wrong.
HOW = ("status", "drop", "empty", "cut", "garble", "html", "rate_limit", "delay")


@click.group(cls=Commands)
def fault() -> None:
    """Let things go wrong on purpose."""


@fault.command("add")
@click.argument("operation", required=False)
@click.option("--service", metavar="NAME", help="Whose operation; alone, all calls of that service.")
@click.option("--method", metavar="METHOD", help="Calls of this method, instead of an OPERATION.")
@click.option("--path", metavar="PATH", help="Calls of this path; * is one segment of it, ** any number.")
@click.option("--match", metavar="JSON", help="Calls with this path, query, headers, body, caller, ordinal.")
@click.option("--status", type=int, metavar="STATUS", help="An error in the service's own words.")
@click.option("--drop", is_flag=True, help="The connection is reset.")
@click.option("--empty", is_flag=True, help="The connection is closed without a byte.")
@click.option("--cut", type=int, metavar="BYTES", help="The connection is closed after so much of the body.")
@click.option("--garble", metavar="HOW", help="A body that cannot be read: chunk or json.")
@click.option(
    "--html",
    metavar="PAGE",
    help="A proxy's bad_gateway, unavailable, gateway_timeout; a login wall's login, login_redirect.",
)
@click.option("--rate-limit", metavar="REASON", help="A 429 for one of the reasons that are documented.")
@click.option("--delay", metavar="SECONDS|JSON", help="The reply is late.")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header of the error.")
@click.option("--retry-after", type=int, metavar="SECONDS", help="To go with --rate-limit.")
@click.option("--perform", is_flag=True, help="The operation happens; only its reply is lost.")
@click.option("--times", type=int, metavar="N", help="For so many calls.  [default: 1]")
@click.option("--always", is_flag=True, help="For every call until the next reset.")
@click.option("--after", type=int, metavar="N", help="Let so many calls pass first.")
@click.option("--every", type=int, metavar="N", help="Only each call of so many.")
@click.option("--priority", type=int, metavar="N", help="Higher comes first.")
@click.option("--then", metavar="JSON", help="The fault that follows once this one is used up.")
@click.option(
    "--from", "file", type=click.Path(path_type=Path, exists=True, allow_dash=True), help="A file of faults."
)
@options.steering
@options.JSON
def add_fault(file: Path | None, as_json: bool, **given: Any) -> None:
    """Arm a fault: calls of OPERATION go wrong, once if nothing else is said.

    Several at once are armed with --from: a YAML or JSON file of one fault, or of a list of them.
    """
    server = there(given)
    told = _fault(given)
    if file is not None and told:
        raise click.UsageError("say what goes wrong either in the file or in options")
    done = server.fault(told if file is None else content(file))
    if as_json:
        show_json(done)
        return
    for one in done["faults"]:
        say(f"fault {one['number']}: {_calls(one)}: {_how(one)}, {_often(one)}")


@fault.command("list")
@options.steering
@options.JSON
def list_faults(as_json: bool, **where: Any) -> None:
    """List what is armed, and what has happened of it."""
    found = there(where).faults()
    if as_json:
        show_json(found)
        return
    rows = [
        (
            str(one["number"]),
            _calls(one),
            _how(one),
            "always" if one["left"] is None else str(one["left"]),
            str(one["used"]),
            str(one["seen"]),
        )
        for one in found["faults"]
    ]
    if rows:
        table(("FAULT", "CALLS", "WHAT", "LEFT", "USED", "SEEN"), rows)
    else:
        say(faint("nothing is armed"), err=True)


@fault.command("clear")
@click.argument("number", type=int, required=False)
@options.steering
@options.JSON
def clear_faults(number: int | None, as_json: bool, **where: Any) -> None:
    """Disarm every fault, or the one of that NUMBER."""
    done = there(where).clear_faults(number)
    if as_json:
        show_json(done)
    else:
        say(f"disarmed {plural(done['disarmed'], 'fault')}")


def _fault(given: dict[str, Any]) -> dict[str, Json]:
    """The fault that the options describe; flags and options that were not given are not in it."""
    found: dict[str, Json] = {}
    for name in ("operation", "service", "method", "path", "status", "cut", "garble", "html", "rate_limit"):
        found[name] = given[name]
    for name in ("retry_after", "after", "every", "priority", "times"):
        found[name] = given[name]
    for name in ("drop", "empty", "perform"):
        found[name] = given[name] or None
    for name in ("match", "then", "delay"):
        found[name] = None if given[name] is None else json_of(given[name], f"--{name}")
    found["headers"] = dict(map(pair, given["headers"])) or None
    found = {name: value for name, value in found.items() if value is not None}
    return {**found, "times": None} if given["always"] else found


def _calls(one: Json) -> str:
    named = " ".join(one[name] for name in ("service", "operation", "method", "path") if one[name])
    return f"{named} with {one_line(one['match'])}" if one.get("match") else named


def _how(one: Json) -> str:
    """What goes wrong, in a few words."""
    told = [name for name in HOW if name in one and one[name] is not False]
    parts = [name if one[name] is True else f"{name} {one_line(one[name])}" for name in told]
    return ", ".join([*parts, *(["performed"] if one.get("perform") else [])])


def _often(one: Json) -> str:
    times = one["times"]
    return "until the next reset" if times is None else "once" if times == 1 else f"{times} times"
