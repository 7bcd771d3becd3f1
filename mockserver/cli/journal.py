"""``journal``: what a running server was asked and what it answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from mockserver.cli import options
from mockserver.cli.console import CONTRACT_FAILED, Failed, faint, plural, say, show_json
from mockserver.cli.group import Commands
from mockserver.cli.there import there
from mockserver.values import Json

F = TypeVar("F", bound=Callable[..., Any])
FILTERS = (
    click.option("--service", metavar="NAME", help="Only calls of this service."),
    click.option("--operation", metavar="ID", help="Only calls of this operation."),
    click.option("--method", metavar="NAME", help="Only calls with this method."),
    click.option("--path", metavar="TEXT", help="Only targets with this in them, or whole paths like a/*/b."),
    click.option("--status", metavar="N|4xx", help="Only those answered with this status or class."),
    click.option("--breach", is_flag=True, default=None, help="Only requests that broke their schema."),
    click.option("--reason", metavar="WORD", help="Only those whose diagnosis has this reason."),
    click.option("--text", metavar="TEXT", help="Only those with this in the target or in a body."),
)


def filtering(command: F) -> F:
    """The options that pick out exchanges."""
    for one in reversed(FILTERS):
        command = one(command)
    return command


class _Journal(Commands):
    """``journal 5`` is ``journal show 5``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, ["show", *args] if args[0].isdigit() else args)


@click.group(cls=_Journal, invoke_without_command=True)
@click.option(
    "-n", "count", type=click.IntRange(min=0), default=20, show_default=True, help="The last so many."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with each exchange that comes, until interrupted.")
@click.option(
    "--for", "seconds", type=click.FloatRange(min=0), metavar="SECONDS", help="Follow for so long only."
)
@filtering
@click.option("--clear", is_flag=True, help="Forget all exchanges, coverage and breaches.")
@options.steering
@options.JSON
@click.pass_context
def journal(
    ctx: click.Context,
    /,
    count: int,
    follow: bool,
    seconds: float | None,
    clear: bool,
    as_json: bool,
    url: str,
    world: str | None,
    token: str | None,
    **filters: Any,
) -> None:
    """List the last exchanges; follow, show or export them.

    With a number: all of that one, as JSON. With -f and --json: a line of JSON each.
    """
    if ctx.invoked_subcommand is not None:
        return
    server = there({"url": url, "world": world, "token": token})
    if clear:
        say(f"forgot {plural(server.clear_requests()['forgotten'], 'exchange')}")
        return
    found = server.requests(**filters, limit=max(count, 1), order="newest")
    shown = found["requests"][:count][::-1]
    following = follow or seconds is not None
    if as_json and not following:
        show_json({**found, "requests": shown})
        return
    for one in shown:
        _tell(one, as_json)
    if not following:
        evicted = f", {found['evicted']:,} older ones are gone" if found["evicted"] else ""
        say(faint(f"{len(shown)} of {plural(found['total'], 'exchange')}{evicted}"), err=True)
        return
    last = shown[-1]["number"] if shown else found["requests"][0]["number"] if found["requests"] else None
    with suppress(KeyboardInterrupt):
        for one in server.follow(**filters, after=last, timeout=seconds):
            _tell(one, as_json)


@journal.command("show")
@click.argument("number", type=int)
@options.steering
def show(number: int, **where: Any) -> None:
    """Print all that is kept of the exchange NUMBER, as JSON."""
    show_json(there(where).request(number))


@journal.command("export")
@click.option("--har", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="HTTP Archive.")
@click.option("--jsonl", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="JSON Lines.")
@filtering
@options.steering
def export(
    har: Path | None,
    jsonl: Path | None,
    url: str,
    world: str | None,
    token: str | None,
    **filters: Any,
) -> None:
    """Write the journal to FILE, as other tools read it; ``-`` is stdout.

    Secrets were taken out when the requests came.
    """
    wanted = [(name, path) for name, path in (("har", har), ("jsonl", jsonl)) if path is not None]
    if not wanted:
        raise click.UsageError("say in which format and where: --har FILE or --jsonl FILE")
    server = there({"url": url, "world": world, "token": token})
    for format, path in wanted:
        text = server.export_requests(format, **filters)
        if str(path) == "-":
            say(text.rstrip("\n"))
            continue
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Failed(f"cannot write {path}: {error.strerror}") from error
        say(f"wrote {path}", err=True)


@journal.command("wait")
@click.option("--operation", metavar="ID", help="Calls of this operation.")
@click.option("--service", metavar="NAME", help="Calls of this service.")
@click.option("--method", metavar="NAME", help="Calls with this method.")
@click.option("--path", metavar="TEXT", help="Calls whose path ends with this; * is anything in a step.")
@click.option("--status", type=int, help="Calls answered with this status.")
@click.option("--body", metavar="JSON", help="Calls whose body has at least these members.")
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="So many.")
@click.option("--timeout", type=click.FloatRange(0, 60), default=5.0, show_default=True, metavar="SECONDS")
@click.option("--after", type=int, default=0, metavar="NUMBER", help="Only calls after that one.")
@options.steering
@options.JSON
def wait(
    as_json: bool, body: str | None, url: str, world: str | None, token: str | None, **wanted: Any
) -> None:
    """Wait until such calls have come.

    Exit code 1 where they have not when the time is over.
    """
    try:
        members = None if body is None else json.loads(body)
    except ValueError as error:
        raise click.BadParameter(f"no JSON: {error}", param_hint="'--body'") from error
    server = there({"url": url, "world": world, "token": token})
    found = server.wait_for_requests(**wanted, body=members)
    if as_json:
        show_json(found)
    else:
        for one in found["requests"]:
            _tell(one, as_json)
        say(faint(f"{found['count']} of {plural(wanted['count'], 'call')}"), err=True)
    if not found["satisfied"]:
        raise Failed(code=CONTRACT_FAILED)


@journal.command("clear")
@options.steering
def clear(**where: Any) -> None:
    """Forget all exchanges, coverage and breaches."""
    say(f"forgot {plural(there(where).clear_requests()['forgotten'], 'exchange')}")


def _tell(shown: Json, as_json: bool) -> None:
    """Write one exchange after its number, or what was lost in its place."""
    if as_json:
        say(json.dumps(shown, ensure_ascii=False))
        return
    if "gap" in shown:
        say(faint(f"  …    {plural(shown['gap'], 'exchange')} came too fast to be read"))
        return
    from mockserver.cli.traffic import told
    from mockserver.exchange import Exchange

    number = f"{shown['number']:>5}"
    for line in told(Exchange.of(shown)):
        say(f"{number}  {line}")
        number = " " * len(number)
