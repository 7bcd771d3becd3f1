"""``seed``, ``reset``, ``state``, ``snapshot``: the records of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import Failed, faint, printable, say, show_json
from mockserver.cli.group import Commands
from mockserver.cli.there import content, counted, show_list, there
from mockserver.values import Json


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


@snapshot.command("diff")
@click.argument("a")
@click.argument("b", default="now")
@options.steering
@options.JSON
def diff(a: str, b: str, as_json: bool, **where: Any) -> None:
    """Show what differs between A and B.

    Each is a snapshot, or `now`, `seed` or `empty`; B is `now` where nothing is said.
    """
    from mockserver.world.changes import told

    found = there(where).diff(a, b)
    if as_json:
        show_json(found)
        return
    lines = list(told(found))
    for line in lines:
        say(printable(line))
    if not lines:
        say(faint(f"{a} and {b} are the same"), err=True)


@snapshot.command("drop")
@click.argument("name")
@options.steering
@options.JSON
def drop(name: str, as_json: bool, **where: Any) -> None:
    """Forget the snapshot NAME; the world stays as it is."""
    done = there(where).drop_snapshot(name)
    if as_json:
        show_json(done)
        return
    say(f"dropped {done['dropped']}")


@snapshot.command("export")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE")
@click.option("--snapshot", "name", metavar="NAME", default="now", help="A snapshot instead of the present.")
@click.option("--service", metavar="NAME", help="Only this service.")
@options.steering
def export(file: Path, name: str, service: str | None, **where: Any) -> None:
    """Write records, ids, settings and time to FILE (- for stdout), for `snapshot import`."""
    from mockserver.world.portable import written

    found = there(where).export_state(service, name)
    try:
        with click.open_file(str(file), "wb") as out:
            out.writelines(written(found))
    except OSError as error:
        raise Failed(f"cannot write {file}: {error.strerror}") from error
    records = {name: _numbers(one["records"]) for name, one in found["services"].items()}
    say(f"exported {counted(records)}", err=True)


@snapshot.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE")
@options.steering
@options.JSON
def import_(file: Path, as_json: bool, **where: Any) -> None:
    """Put what FILE (- for stdin) holds in place of what its services hold, all of it or nothing."""
    done = there(where).import_state(content(file))
    if as_json:
        show_json(done)
        return
    say(f"imported {counted(done['imported'])}")


def _numbers(records: Json) -> dict[str, int]:
    return {name: len(each) for name, each in records.items()}


@snapshot.command("list")
@options.steering
@options.JSON
def snapshots(as_json: bool, **where: Any) -> None:
    """Name the snapshots taken."""
    show_list(there(where).snapshots(), "snapshots", as_json)
