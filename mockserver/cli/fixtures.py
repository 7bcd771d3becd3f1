"""``check`` and ``routes``: what the fixtures say, and whether it is right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli import options
from mockserver.cli.console import CONTRACT_FAILED, MISUSED, Failed, plural, say, show_json, table

if TYPE_CHECKING:
    from mockserver.contract.check import Report


@click.command("check")
@click.argument("directories", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR]...")
@options.FIXTURES
@click.option(
    "--replay/--no-replay", default=True, help="Make the call of every example and compare the reply."
)
@options.JSON
def check(directories: tuple[Path, ...], fixtures: tuple[Path, ...], replay: bool, as_json: bool) -> None:
    """Name every mistake in fixtures and schemas.

    Those are the shipped ones, and those in DIR, which add to them or override them.

    Exit code 2 where the fixtures are wrong, 1 where the mock answers otherwise than they say.
    """
    from mockserver.cli.launch import folders
    from mockserver.contract.check import as_json as as_document
    from mockserver.contract.check import check as checked

    report = checked(folders([*fixtures, *directories]), replay=replay)
    if as_json:
        show_json(as_document(report))
    code = MISUSED if report.errors else CONTRACT_FAILED if report.differences else 0
    if code:
        raise Failed(*(() if as_json else _complaints(report)), code=code)
    if not as_json:
        _praise(report)


@click.command("routes")
@click.option(
    "--service", "-s", "services", multiple=True, metavar="NAME", help="Only these; may be repeated."
)
@click.option("--missing", is_flag=True, help="Only the operations that are known but not implemented.")
@options.FIXTURES
@options.JSON
def routes(services: tuple[str, ...], missing: bool, fixtures: tuple[Path, ...], as_json: bool) -> None:
    """List every operation and its evidence.

    Rungs: example (its documented reply), verb (on stored records), call (in Python), absent (501).
    """
    from mockserver.cli.launch import Wanted, world

    known = world(Wanted(services, fixtures=fixtures))
    found = [one for one in known.routes()["routes"] if not missing or one["rung"] == "absent"]
    if as_json:
        show_json({"routes": found})
        return
    head = ("SERVICE", "METHOD", "PATH", "OPERATION", "RUNG", "EVIDENCE", "STATUSES")
    if found:
        table(
            head,
            [
                (
                    one["service"],
                    one["method"],
                    one["path"],
                    one["operation"],
                    one["rung"],
                    one["evidence"],
                    " ".join(map(str, one["statuses"])),
                )
                for one in found
            ],
        )
    counts = Counter(one["rung"] for one in found)
    rungs = ", ".join(f"{count} {rung}" for rung, count in sorted(counts.items()))
    if missing:
        say(f"{plural(len(found), 'operation')} known but not implemented", err=True)
    else:
        say(f"{plural(len(found), 'operation')}: {rungs}", err=True)


def _complaints(report: Report) -> list[str]:
    lines = [*report.errors, *report.differences]
    if report.errors:
        return [*lines, plural(len(report.errors), "error")]
    return [*lines, f"{plural(len(lines), 'difference')} in {plural(report.replayed, 'replayed example')}"]


def _praise(report: Report) -> None:
    rows = []
    for name, one in report.services.items():
        rungs = ", ".join(f"{count} {rung}" for rung, count in sorted(one.rungs.items()))
        examples = ", ".join(f"{count} {source}" for source, count in sorted(one.examples.items()))
        rows.append((name, str(one.operations), rungs, str(sum(one.examples.values())), examples))
    table(("SERVICE", "OPERATIONS", "BY RUNG", "EXAMPLES", "BY EVIDENCE"), rows)
    replayed = f"; {plural(report.replayed, 'example')} replayed" if report.replayed else ""
    operations = sum(one.operations for one in report.services.values())
    say(f"{plural(len(rows), 'service')}, {plural(operations, 'operation')}: no mistakes{replayed}")
