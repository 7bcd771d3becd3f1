"""``explain``, ``verify``, ``metrics``: what would be answered, what was asked, what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import CONTRACT_FAILED, Failed, coloured, faint, say, show_json, strong
from mockserver.cli.there import content, one_line, pair, there
from mockserver.values import Json

MARKS = {True: "✓", False: "✗", None: "·"}


@click.command()
@click.argument("method")
@click.argument("path")
@click.argument("body", required=False, metavar="[@BODY]")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header; may be repeated.")
@click.option("--anonymous", is_flag=True, help="Send no credential.")
@options.SEED
@options.FIXTURES
@options.AUTH
@options.VALIDATION
@options.EXPLAIN_URL
@options.WORLD
@options.TOKEN
@options.JSON
def explain(
    method: str,
    path: str,
    body: str | None,
    headers: tuple[str, ...],
    anonymous: bool,
    seeds: tuple[str, ...],
    fixtures: tuple[Path, ...],
    auth: str,
    validation: str,
    as_json: bool,
    **where: Any,
) -> None:
    """Tell what would be answered to a request, and why.

    Nothing is changed. PATH as a client sends it; @BODY is @FILE, @- for stdin, or JSON as it is.

    With --url: asks that server. Without: a world of its own.
    """
    from mockserver.cli.launch import Wanted, world

    data = _body(body)
    given: dict[str, str] | None = None
    if headers or anonymous:
        given = {"Content-Type": "application/json"} if data is not None else {}
        given |= dict(pair(one) for one in headers)
    if where["url"]:
        found = there(where).explain(method, path, data, headers=given)
    else:
        wanted = Wanted(seeds=seeds, fixtures=fixtures, auth=auth, validation=validation, clock="frozen")
        found = world(wanted).explain(method, path, data, headers=given)
    if as_json:
        show_json(found)
        return
    _explained(found)


@click.command()
@click.argument("operations", nargs=-1, metavar="[OPERATION]...")
@click.option("--times", type=click.IntRange(0), metavar="N", help="Exactly so often; 0 for never.")
@click.option("--at-least", type=click.IntRange(0), metavar="N", help="So often or more.")
@click.option("--at-most", type=click.IntRange(0), metavar="N", help="So often or less.")
@click.option("--in-order", is_flag=True, help="The OPERATIONs came one after the other.")
@click.option("--strict", is_flag=True, help="With --in-order: and nothing between them.")
@click.option("--nothing-else", is_flag=True, help="Nothing came but the OPERATIONs.")
@click.option("--service", metavar="NAME", help="Only calls of this service.")
@click.option("--method", metavar="METHOD", help="Calls with this method.")
@click.option("--path", metavar="PATH", help="Calls whose path ends so; * is anything without a slash.")
@click.option("--query", multiple=True, metavar="NAME=VALUE", help="With this parameter; may be repeated.")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="With this header.")
@click.option("--body", metavar="JSON", help="With these members in the body.")
@click.option("--status", type=int, help="Answered with this status.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only requests after this number.")
@options.steering
@options.JSON
def verify(
    operations: tuple[str, ...],
    in_order: bool,
    strict: bool,
    nothing_else: bool,
    query: tuple[str, ...],
    headers: tuple[str, ...],
    body: str | None,
    as_json: bool,
    url: str,
    world: str | None,
    token: str | None,
    **question: Any,
) -> None:
    """Hold the journal against what was expected.

    Exit code 1 where it was not so, with the nearest requests.
    """
    if in_order:
        question |= {"in_order": list(operations), "strict": strict}
    elif nothing_else:
        question |= {"nothing_else": list(operations)}
    elif len(operations) > 1:
        raise click.UsageError("several operations need --in-order or --nothing-else")
    else:
        question["operation"] = operations[0] if operations else None
        question |= {
            "query": dict(pair(one) for one in query) or None,
            "headers": dict(pair(one) for one in headers) or None,
            "body": _body(body),
        }
    found = there({"url": url, "world": world, "token": token}).verify(**question)
    if as_json:
        show_json(found)
    if not found["satisfied"]:
        raise Failed(*(() if as_json else found["complaint"].splitlines()), code=CONTRACT_FAILED)
    if not as_json:
        numbers = ", ".join(f"#{number}" for number in found["requests"]) or "none"
        say(f"satisfied: {numbers}")


@click.command()
@options.steering
def metrics(**where: Any) -> None:
    """Print what all worlds have counted, as Prometheus reads it."""
    say(there(where).metrics().rstrip("\n"))


def _body(text: str | None) -> Json:
    """A body as data: of ``@FILE``, of ``@-``, or JSON as it is."""
    import json

    if text is None:
        return None
    if text.startswith("@"):
        return content(Path(text[1:]))
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"neither @FILE nor JSON: {error}", param_hint="'BODY'") from error


def _explained(found: Mapping[str, Json]) -> None:
    """Write an explanation for people."""
    from mockserver.world.changes import told

    diagnosis, reply = found["diagnosis"], found["reply"]
    say(f"{strong(found['request'])} → {coloured(reply['status'])}")
    if "route" in found:
        values = ", ".join(f"{name} = {value}" for name, value in found["path"].items())
        _line("operation", f"{found['service']} {found['operation']}: {found['title']}")
        _line("route", found["route"] + (f" with {values}" if values else ""))
        _line("fixture", f"{found['fixture']} ({found['evidence']})")
        _line("docs", found["docs"])
    for route in found.get("closest", ()):
        _line("closest", route)
    if "case" in found:
        case = found["case"]
        what = case["function"] if case["does"] == "call" else f"{case['does']} {case['resource'] or ''}"
        why = f" (because of {case['if']})" if case["if"] else ""
        _line("does", what.strip() + why)
        _line("caller", _caller(found["caller"]))
    if any(one["passed"] is not None for one in found["checks"]):
        _line("checks", "  ".join(f"{MARKS[one['passed']]} {one['check']}" for one in found["checks"]))
    if diagnosis["message"]:
        _line("because", f"{diagnosis['message']} {faint('[' + diagnosis['reason'] + ']')}")
    _broken(diagnosis["broken"])
    for line in told({"records": found["changes"], "settings": {}}):
        say(f"  {line}")
    for hook in found["webhooks"]:
        _line("webhook", f"{hook['event']} to {hook['url']}")
    if found["effect"] is not None:
        _line("then", ", ".join(f"{name} {value}" for name, value in found["effect"].items() if value))
    _line("answer", str(reply["status"]))
    for name, value in reply["headers"].items():
        say(faint(f"            {name}: {value}"))
    if reply["body"] is not None:
        show_json(reply["body"])


def _caller(caller: Mapping[str, Json]) -> str:
    if caller["rejected"]:
        return "nobody: the credential was rejected"
    return "nobody" if caller["anonymous"] else f"{caller['id']} ({caller['scheme']})"


def _broken(rules: Sequence[Mapping[str, Json]]) -> None:
    for one in rules:
        facts = [f"{name} {one_line(one[name])}" for name in ("expected", "got") if one[name] is not None]
        told = f" ({', '.join(facts)})" if facts else ""
        say(f"            {one['scope']} {one['pointer'] or '/'} — {one['rule']}: {one['message']}{told}")


def _line(name: str, text: str) -> None:
    say(f"  {name:<9} {text}")
