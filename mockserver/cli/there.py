"""What the control commands share: the running server, and how its answers are shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.console import Failed, faint, plural, say, show_json
from mockserver.values import Json

if TYPE_CHECKING:
    from mockserver.remote import RemoteWorld


def there(where: dict[str, Any]) -> RemoteWorld:
    """The world that the options ``--url``, ``--world`` and ``--token`` name; nothing is sent yet."""
    from mockserver.remote import RemoteWorld

    world = RemoteWorld(where["url"], where["world"] or "default", where["token"])
    click.get_current_context().call_on_close(world.close)
    return world


def content(file: Path) -> Json:
    """The data of a file or of stdin. Raises Failed with its name, line and column."""
    from mockserver.spec.load import read_yaml
    from mockserver.world import CommandError, read_text

    errors: list[str] = []
    found: Json = None
    if str(file) != "-":
        found = read_yaml(file, errors)
    else:
        try:
            found = read_text(sys.stdin.buffer.read())
        except CommandError as error:
            errors.append(f"stdin:{error}")
    if errors:
        raise Failed(*errors)
    return found


def pair(text: str) -> tuple[str, str]:
    """Name and value of ``NAME=VALUE``. Raises BadParameter."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"expected NAME=VALUE, not '{text}'")
    return name, value


def one_line(value: Json) -> str:
    """A value as JSON on one line."""
    import json

    return json.dumps(value, ensure_ascii=False)


def show_list(found: Json, name: str, as_json: bool) -> None:
    """Write the names in one member of an answer, a line each; or the answer itself."""
    if as_json:
        show_json(found)
        return
    for one in found[name]:
        say(one)
    if not found[name]:
        say(faint(f"no {name}"), err=True)


def counted(records: Json) -> str:
    """How many records of each service an answer names."""
    parts = [f"{name} {plural(sum(counts.values()), 'record')}" for name, counts in records.items()]
    return ", ".join(parts) or "no records"
