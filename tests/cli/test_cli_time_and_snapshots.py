"""The clock and the snapshots of a running server, on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.launch import Wanted
from mockserver.cli.launch import world as made
from mockserver.server import MockServer

LINK = '{"jira": {"remote_link": [{"issue": "MKY-1", "object": {"title": "A", "url": "http://a.example"}}]}}'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show",), "2025-01-15T09:30:00+00:00 (standing still)"),
        (("set", "2030-01-01"), "2030-01-01T00:00:00+00:00 (standing still)"),
        (("advance", "90.5"), "2025-01-15T09:31:30.500000+00:00 (standing still)"),
        (("freeze",), "2025-01-15T09:30:00+00:00 (standing still)"),
    ],
)
def test_a_clock_that_stands_still_says_so(steer: Any, arguments: tuple[str, ...], said: str) -> None:
    assert steer("clock", *arguments).stdout == said + "\n"


@pytest.mark.parametrize(
    ("arguments", "course"),
    [
        (("set", "2030-01-01", "--ticking"), "(running)"),
        (("set", "2030-01-01", "--scale", "60"), "(60 times as fast)"),
        (("set", "real"), "(the real time)"),
        (("tick",), "(running)"),
        (("scale", "0.5"), "(0.5 times as fast)"),
    ],
)
def test_a_clock_that_goes_says_how(steer: Any, arguments: tuple[str, ...], course: str) -> None:
    assert steer("clock", *arguments).stdout.rstrip().endswith(course)


def test_a_clock_is_shown_as_json(steer: Any) -> None:
    shown = json.loads(steer("clock", "scale", "60", "--json").stdout)

    assert (shown["mode"], shown["scale"], shown["frozen"]) == ("scaled", 60, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "noon"),
        ("set", "real", "--scale", "2"),
        ("set", "2030-01-01", "--scale", "2", "--ticking"),
        ("scale", "0"),
        ("scale", "nan"),
        ("advance", "-1"),
        ("advance", "nan"),
        ("advance", "1e300"),
    ],
)
def test_a_time_that_makes_no_sense_is_misuse(
    steer: Any, server: MockServer, arguments: tuple[str, ...]
) -> None:
    result = steer("clock", *arguments)

    assert result.exit_code == 2
    assert result.stderr
    assert server.worlds.default.show_clock()["now"] == "2025-01-15T09:30:00+00:00"


def test_what_differs_is_shown_as_text_and_as_json(steer: Any) -> None:
    steer("snapshot", "save", "before")
    steer("seed", "-", stdin=LINK)

    shown = steer("snapshot", "diff", "before")
    data = json.loads(steer("snapshot", "diff", "before", "now", "--json").stdout)

    service, resource, line = shown.stdout.splitlines()
    assert (service, resource) == ("jira", "  remote_link")
    assert re.fullmatch(r"    \+ \d+ of MKY-1", line)
    assert len(data["records"]["jira"]["remote_link"]["added"]) == 1


def test_what_is_the_same_is_said_on_stderr(steer: Any) -> None:
    result = steer("snapshot", "diff", "seed", "now")

    assert (result.stdout, result.stderr) == ("", "seed and now are the same\n")


def test_a_snapshot_is_dropped(steer: Any) -> None:
    steer("snapshot", "save", "before")

    assert steer("snapshot", "drop", "before").stdout == "dropped before\n"
    assert steer("snapshot", "drop", "before").exit_code == 2


def test_a_world_goes_through_a_file(steer: Any, server: MockServer, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    world = server.worlds.default
    steer("seed", "-", stdin=LINK)
    state = world.state()
    steer("snapshot", "export", str(file))
    steer("reset")

    result = steer("snapshot", "import", str(file))

    assert result.exit_code == 0
    assert "jira" in result.stdout
    assert world.state() == state


def test_a_world_goes_through_a_pipe(steer: Any, server: MockServer) -> None:
    steer("snapshot", "save", "before")
    exported = steer("snapshot", "export", "-", "--service", "jira", "--snapshot", "before")

    result = steer("snapshot", "import", "-", stdin=exported.stdout)

    assert json.loads(exported.stdout)["services"].keys() == {"jira"}
    assert result.exit_code == 0


def test_a_file_that_cannot_be_written_is_one_sentence(steer: Any, tmp_path: Path) -> None:
    result = steer("snapshot", "export", str(tmp_path / "nowhere" / "world.json"))

    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_a_file_that_is_no_export_is_misuse(steer: Any, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text(LINK)

    result = steer("snapshot", "import", str(file))

    assert result.exit_code == 2
    assert "not an export of a world" in result.stderr


def test_the_time_is_real_where_a_person_serves_and_stands_still_in_the_demo() -> None:
    assert made(Wanted(["kordiam"])).show_clock()["mode"] == "real"
    assert made(Wanted(["kordiam"], clock="frozen")).show_clock() == {
        "now": "2025-01-15T09:30:00+00:00",
        "mode": "frozen",
        "scale": 0,
        "frozen": True,
    }
    source = (Path(__file__).parents[2] / "mockserver" / "cli" / "demo.py").read_text()
    assert 'Wanted(clock="frozen")' in source


@pytest.mark.parametrize(
    ("word", "mode"), [("x60", "scaled"), ("2030-01-01,ticking", "ticking"), ("ticking", "ticking")]
)
def test_a_server_is_started_with_any_clock(word: str, mode: str) -> None:
    assert made(Wanted(["kordiam"], clock=word)).show_clock()["mode"] == mode
