"""Every option that several commands share, each with its environment variable: one table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_URL = "http://127.0.0.1:8080"


def _option(*names: str, env: str, **rules: Any) -> Callable[[F], F]:
    """An option that can also be given as ``MOCKSERVER_<env>``; its help names the variable."""
    return click.option(*names, envvar=f"MOCKSERVER_{env}", show_envvar=True, **rules)


HOST = _option("--host", env="HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
SEED = _option(
    "--seed",
    "seeds",
    env="SEED",
    multiple=True,
    metavar="NAME[:SIZE]|FILE",
    help="What the world holds at the start: a shipped seed or a YAML or JSON file; may be repeated. "
    "[default: documented]",
)
FIXTURES = _option(
    "--fixtures",
    env="FIXTURES",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="A folder of fixtures that adds to the shipped ones or overrides them; may be repeated.",
)
AUTH = _option(
    "--auth",
    env="AUTH",
    type=click.Choice(["any", "strict", "off"]),
    default="any",
    show_default=True,
    help="Who is let in: any well-formed credential, only seeded or issued ones, everybody.",
)
VALIDATION = _option(
    "--validation",
    env="VALIDATION",
    type=click.Choice(["strict", "warn", "off"]),
    default="strict",
    show_default=True,
    help="What a request that breaks its schema leads to: a refusal, a warning, nothing.",
)
CLOCK = _option(
    "--clock",
    env="CLOCK",
    default="real",
    show_default=True,
    metavar="real|frozen|ticking|xN|INSTANT[,ticking|,xN]",
    help="The world's time: the real one; standing still, ticking or N times as fast from the seed's instant "
    "on, or from another ISO 8601 instant.",
)
MAX_BODY = _option(
    "--max-body",
    env="MAX_BODY",
    type=click.IntRange(min=1),
    default=10 * 1024 * 1024,
    show_default=True,
    metavar="BYTES",
    help="The longest request body that is read.",
)
DELIVER_TO = _option(
    "--deliver-to",
    env="DELIVER_TO",
    multiple=True,
    metavar="ORIGIN",
    help="Where webhooks may be sent besides this machine, such as http://app:8000; may be repeated.",
)
JOURNAL_ENTRIES = _option(
    "--journal-entries",
    env="JOURNAL_ENTRIES",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    metavar="N",
    help="Exchanges that each world's journal keeps.",
)
JOURNAL_BYTES = _option(
    "--journal-bytes",
    env="JOURNAL_BYTES",
    type=click.IntRange(min=1),
    default=32 * 1024 * 1024,
    show_default=True,
    metavar="BYTES",
    help="What all of them may take together.",
)
UVLOOP = _option(
    "--uvloop/--no-uvloop",
    env="UVLOOP",
    default=True,
    help="Run on uvloop where it is installed, which is faster, or never.  [default: where it is installed]",
)
TOKEN = _option("--token", env="TOKEN", help="The word that the control endpoint asks for.")
URL = _option(
    "--url", env="URL", default=DEFAULT_URL, show_default=True, help="Address of the running server."
)
EXPLAIN_URL = _option(
    "--url", env="URL", help="Address of the running server to ask. [default: a world of its own]"
)
WORLD = _option("--world", env="WORLD", metavar="NAME", help="The world meant. [default: the default world]")
JSON = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")


def port(default: int) -> Callable[[F], F]:
    """``--port`` with the default of one command."""
    return _option(
        "--port",
        env="PORT",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="Port to listen on; 0 is any free one.",
    )


def serving(default_port: int) -> Callable[[F], F]:
    """The options of a command that starts a server."""

    def with_options(command: F) -> F:
        each = [
            port(default_port),
            HOST,
            SEED,
            FIXTURES,
            AUTH,
            VALIDATION,
            CLOCK,
            TOKEN,
            MAX_BODY,
            DELIVER_TO,
            JOURNAL_ENTRIES,
            JOURNAL_BYTES,
            UVLOOP,
        ]
        for one in reversed(each):
            command = one(command)
        return command

    return with_options


def steering(command: F) -> F:
    """The options of a command for a running server."""
    for one in (TOKEN, WORLD, URL):
        command = one(command)
    return command
