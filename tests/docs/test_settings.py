"""The page of settings has all of them, and each open fact has a setting that is there or a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.contract.pages import allowed
from mockserver.spec.load import load

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md").read_text()
SERVICES = load().services
BY_NAME = {
    "Enterprise Tester": "enterprise_tester",
    "Jira": "jira",
    "Kordiam": "kordiam",
    "SD Elements": "sd_elements",
}
OPEN = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.partition("## What the references leave open")[2].splitlines()
    if line.startswith("| ") and not line.startswith("| service")
]


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_on_the_page(service: str) -> None:
    section = PAGE.partition(f"### {SERVICES[service].title}\n")[2].partition("\n##")[0]

    named = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))

    assert named == set(SERVICES[service].settings)


@pytest.mark.parametrize("row", OPEN, ids=[f"{row[0]} {row[1]}"[:40] for row in OPEN])
def test_what_is_open_is_a_setting_or_fixed_for_a_reason(row: list[str]) -> None:
    service, fact, decided = row

    assert fact
    if not decided.startswith("fixed"):
        names = re.findall(r"`(\w+)`", decided)
        assert names
        assert set(names) <= set(SERVICES[BY_NAME[service]].settings)


def test_every_service_has_open_facts() -> None:
    assert {row[0] for row in OPEN} == {"all", *BY_NAME}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"enum": ["a", 1]}, "`a`, `1`"),
        ({"type": "boolean"}, "true or false"),
        ({"type": "integer", "minimum": 1, "maximum": 5}, "a whole number from 1 to 5"),
        ({"type": ["integer", "null"], "minimum": 0}, "null, or a whole number from 0"),
        ({"type": "number", "exclusiveMinimum": 0}, "a number above 0"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "a list of `a`, `b`"),
        ({"type": "string", "pattern": "^a$"}, "a text like `^a$`"),
        ({}, "anything"),
    ],
)
def test_what_a_setting_may_be_is_said_in_words(rule: dict[str, object], words: str) -> None:
    assert allowed(rule) == words
