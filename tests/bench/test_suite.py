"""The suite itself: what it says of floors. No figure is measured here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCH = str(Path(__file__).parent)


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module ``run``, found as a script finds it."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(BENCH)
    import run

    yield run
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(BENCH):
            del sys.modules[name]


@pytest.fixture
def running(
    suite: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, Any], dict[str, float], list[str]], int]:
    """Runs the suite with floors and figures of a test."""

    def run(floors: dict[str, Any], figures: dict[str, float], asked: list[str]) -> int:
        def find(one: Any) -> None:
            for name, value in figures.items():
                one.add(name, [value], "bare aiohttp")

        monkeypatch.setattr(suite, "groups", lambda: {"some": find})
        monkeypatch.setattr(suite, "floors", lambda: floors)
        monkeypatch.setattr(sys, "argv", ["run.py", *asked])
        code = suite.main()
        assert isinstance(code, int)
        return code

    return run


def test_figures_within_their_floors_pass(running: Any) -> None:
    floors = {"some.rate": {"least": 1.5}, "some.cost": {"most": 2}}

    assert running(floors, {"some.rate": 1.5, "some.cost": 0.1}, ["--check"]) == 0


def test_a_figure_beyond_its_floor_fails_and_is_named(running: Any, capsys: Any) -> None:
    floors = {"some.rate": {"least": 1.5}, "some.cost": {"most": 2}}

    code = running(floors, {"some.rate": 1.2, "some.cost": 0.1}, ["--check"])

    assert code == 1
    offending = [line for line in capsys.readouterr().err.splitlines() if "FLOOR" in line]
    assert offending == ["BEYOND ITS FLOOR  some.rate: 1.20 (1.20–1.20), must be ≥ 1.5"]


def test_without_check_nothing_fails(running: Any) -> None:
    assert running({"some.rate": {"least": 1.5}}, {"some.rate": 1.2}, []) == 0


def test_a_figure_with_a_floor_that_was_not_measured_fails(running: Any, capsys: Any) -> None:
    floors = {"some.rate": {"least": 1.5}, "some.long": {"least": 1, "in": "full"}}

    code = running(floors, {}, ["--check"])

    assert code == 1
    assert "NOT MEASURED  some.rate" in capsys.readouterr().err


def test_only_what_was_asked_for_is_compared(running: Any) -> None:
    floors = {"some.rate": {"least": 1.5}, "some.cost": {"most": 2}}

    assert running(floors, {"some.rate": 1.2, "some.cost": 0.1}, ["--check", "--only", "some.cost"]) == 0


def test_json_holds_each_figure_with_its_floor_and_what_is_beyond(running: Any, capsys: Any) -> None:
    running({"some.rate": {"least": 1.5, "aim": 2}}, {"some.rate": 1.2}, ["--json"])

    said = json.loads(capsys.readouterr().out)
    assert said["beyond"] == ["some.rate"]
    assert said["figures"]["some.rate"] == {
        "value": 1.2,
        "low": 1.2,
        "high": 1.2,
        "unit": "bare aiohttp",
        "here": "",
        "least": 1.5,
        "aim": 2,
    }


def test_every_floor_is_a_number_for_a_figure_of_a_group(suite: ModuleType) -> None:
    wrong = [
        name
        for name, floor in suite.floors().items()
        if name.split(".")[0] not in suite.groups()
        or not set(floor) <= {"least", "most", "aim", "in"}
        or ("least" in floor) == ("most" in floor)
    ]

    assert wrong == []


def test_the_hottest_places_of_a_call_are_shown_with_their_lines(suite: ModuleType, capsys: Any) -> None:
    import profiling

    profiling.WORKS["W1"] = (profiling.WORKS["W1"][0], 200)

    assert suite.profile("W1") == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert any("mockserver/" in line for line in lines)
