"""The page about what real sites do: no fact is left out, and every test that it names is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PAGE = (TOP / "docs" / "services" / "jira-behaviour.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| 3.")
]
NAMED = sorted(set(re.findall(r"`(tests/[^`]+\.py)::(\w+)`", PAGE)))
# How many numbered facts each section of the reference has; that about JQL has none that are numbered.
NUMBERED = {"3.1": 8, "3.2": 7, "3.4": 7, "3.5": 16, "3.6": 10}


@cache
def names_in(path: str) -> frozenset[str]:
    source = (TOP / path).read_text()
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)\(", source, re.MULTILINE))


def test_no_fact_is_left_out() -> None:
    wanted = {f"{section}.{number}" for section, most in NUMBERED.items() for number in range(1, most + 1)}

    assert {row[0] for row in ROWS} == wanted | {"3.3"}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}"[:40] for row in ROWS])
def test_every_fact_has_a_state_and_what_shows_it(row: list[str]) -> None:
    assert len(row) == 4
    assert row[2] in ("behaves", "setting", "not here")
    assert row[3]
    assert row[2] == "not here" or "`tests/" in row[3]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in names_in(path)
