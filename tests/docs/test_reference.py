"""The reference of command line and plugin names all there is, and nothing that is not there."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mockserver import pytest_plugin
from mockserver.cli import cli
from mockserver.pytest_plugin.options import KEYWORDS
from mockserver.testing import MockWorld, ServiceMock

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
COMMANDS = (REFERENCE / "command-line.md").read_text()
PLUGIN = (REFERENCE / "plugin.md").read_text()
SOURCE = inspect.getsource(pytest_plugin) + inspect.getsource(pytest_plugin.options)


def commands(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its full name."""
    if isinstance(command, click.Group):
        if command.invoke_without_command:
            yield name, command
        for part, inner in command.commands.items():
            yield from commands(inner, f"{name} {part}".strip())
    else:
        yield name, command


def options() -> Iterator[tuple[str, click.Option]]:
    for name, command in commands(cli):
        for param in command.params:
            if isinstance(param, click.Option):
                yield name, param


@pytest.mark.parametrize("name", [name for name, _ in commands(cli)])
def test_every_command_is_on_its_page(name):
    assert re.search(rf"^(### `{name}`|\| `{name}[ `\[])", COMMANDS, re.MULTILINE)


def test_every_option_and_every_variable_is_on_the_page_of_the_command_line():
    missing = [
        f"{name} {word}"
        for name, option in options()
        for word in (*option.opts, option.envvar)
        if isinstance(word, str) and f"`{word}" not in COMMANDS
    ]

    assert missing == []


def test_every_option_on_the_page_of_the_command_line_exists():
    known = {word for _, option in options() for word in (*option.opts, *option.secondary_opts)}

    assert set(re.findall(r"`(--[a-z-]+)", COMMANDS)) <= known


def test_every_variable_on_the_page_of_the_command_line_exists():
    known = {option.envvar for _, option in options()}

    assert set(re.findall(r"`(MOCKSERVER_[A-Z_]+)`", COMMANDS)) <= known


def test_every_fixture_of_the_plugin_is_on_its_page():
    fixtures = set(re.findall(r"@pytest\.fixture.*\ndef (\w+)", SOURCE))

    assert len(fixtures) >= 15
    assert [name for name in sorted(fixtures) if f"`{name}`" not in PLUGIN] == []


def test_every_option_and_every_ini_key_of_the_plugin_is_on_its_page():
    known = set(re.findall(r'"(--mock-[a-z-]+)"', SOURCE)) | set(re.findall(r'addini\("(\w+)"', SOURCE))

    assert len(known) >= 10
    assert [name for name in sorted(known) if f"| `{name}` |" not in PLUGIN] == []


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_argument_of_the_marker_is_on_the_page_of_the_plugin(keyword):
    assert f"| `{keyword}` |" in PLUGIN


@pytest.mark.parametrize("kind", [ServiceMock, MockWorld], ids=lambda kind: kind.__name__)
def test_every_member_that_a_test_may_use_is_on_the_page_of_the_plugin(kind):
    names = [name for name in vars(kind) if not name.startswith("_")]

    assert [name for name in names if not re.search(rf"`{name}[`(]", PLUGIN)] == []


def test_every_member_on_the_page_of_the_plugin_exists():
    table = PLUGIN.split("## A service in a test")[1].split("```")[0]
    own = {*vars(ServiceMock), "name", "world", "url"}

    assert set(re.findall(r"^\| `(\w+)", table, re.MULTILINE)) <= own
