"""``seed``, ``reset``, ``state``, ``snapshot``: the records of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import faint, say, show_json
from mockserver.cli.group import Commands
from mockserver.cli.there import content, counted, show_list, there


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Check the records, store none.")
@options.steering
@options.JSON
def seed(file: Path, dry_run: bool, as_json: bool, **where: Any) -> None:
    """Store the records of a file, all or none.

    FILE (- for stdin) holds {service: {resource: [record, ...]}} as YAML or JSON. Every bad record is named.
    """
    data = content(file)
    done = there(where).seed(data, dry_run)
    if as_json:
        show_json(done)
        return
    for service, counts in done["seeded"].items():
        stored = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"
        say(f"{service}: {stored}")
    if dry_run:
        say(faint("nothing was stored (--dry-run)"), err=True)


@click.command()
@click.option("--to", type=click.Choice(["seed", "empty"]), default="seed", show_default=True)
@options.steering
@options.JSON
def reset(to: str, as_json: bool, **where: Any) -> None:
    """Go back to the seed, or to a site without anybody's work."""
    done = there(where).reset(to)
    if as_json:
        show_json(done)
        return
    say(f"reset to {to}: {counted(done['records'])}")


@click.command()
@click.argument("service", required=False)
@click.argument("resource", required=False)
@options.steering
def state(service: str | None, resource: str | None, **where: Any) -> None:
    """Print the stored records as JSON.

    All of them, those of one SERVICE, or those of one of its RESOURCEs.
    """
    show_json(there(where).state(service, resource))


@click.group(cls=Commands)
def snapshot() -> None:
    """Remember a world's records and settings, and go back to them."""


@snapshot.command("save")
@click.argument("name", required=False)
@options.steering
@options.JSON
def save(name: str | None, as_json: bool, **where: Any) -> None:
    """Remember the records and settings as they are, under NAME or a new one."""
    done = there(where).snapshot(name)
    if as_json:
        show_json(done)
        return
    say(f"saved {done['id']}: {counted(done['records'])}")


@snapshot.command("restore")
@click.argument("name")
@options.steering
@options.JSON
def restore(name: str, as_json: bool, **where: Any) -> None:
    """Go back to the snapshot NAME, which stays."""
    done = there(where).restore(name)
    if as_json:
        show_json(done)
        return
    say(f"restored {done['restored']}: {counted(done['records'])}")


@snapshot.command("list")
@options.steering
@options.JSON
def snapshots(as_json: bool, **where: Any) -> None:
    """Name the snapshots taken."""
    show_list(there(where).snapshots(), "snapshots", as_json)
