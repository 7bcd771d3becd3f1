"""What is written for people: colour where it is wanted, tables, JSON; and how a command fails."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence

import click

from mockserver.values import Json

FINE, CONTRACT_FAILED, MISUSED, NOT_READY, PORT_TAKEN = 0, 1, 2, 3, 4
DEFECT = 70  # what sysexits.h calls an internal software error


class Failed(click.ClickException):
    """The end of a command: its lines go to stderr, its code to the caller."""

    def __init__(self, *lines: str, code: int = MISUSED) -> None:
        super().__init__("\n".join(lines))
        self.code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click reads it from the instance
        """What the caller gets."""
        return self.code

    def show(self, file: Json = None) -> None:
        """Write the lines as they are; they are sentences already."""
        if self.message:
            say(self.message, err=True)


def colour() -> bool | None:
    """Whether to write colours: never with NO_COLOR, else where the output is a terminal."""
    return False if os.environ.get("NO_COLOR") else None


def say(text: str = "", *, err: bool = False) -> None:
    """Write one text and a line's end, to stdout or to stderr."""
    click.echo(text, err=err, color=colour())


def show_json(value: Json) -> None:
    """Write a document to stdout, indented."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def strong(text: str) -> str:
    """``text`` in bold."""
    return click.style(text, bold=True)


def faint(text: str) -> str:
    """``text`` in the background."""
    return click.style(text, dim=True)


def coloured(status: int) -> str:
    """A status in the colour of its class; 0 is no reply at all."""
    colour = "red" if not 0 < status < 500 else "green" if status < 400 else "yellow"
    return click.style(str(status or "no reply"), fg=colour)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows below their heads in columns as wide as needed."""
    lines = [list(row) for row in rows]
    widths = [max(len(row[at]) for row in [list(head), *lines]) for at in range(len(head))]
    say(strong(_row(head, widths)))
    for line in lines:
        say(_row(line, widths))


def plural(count: int, noun: str) -> str:
    """``1 breach``, ``2 breaches``."""
    more = "es" if noun.endswith(("ch", "s", "x")) else "s"
    return f"{count:,} {noun if count == 1 else noun + more}"


def printable(text: str) -> str:
    """``text`` on one line and without what could steer a terminal."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
