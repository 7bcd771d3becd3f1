"""docs/reference/fixture-format.md says everything that the format knows, and its examples are fixtures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mockserver.contract.replay import judged, replayed, undemonstrated
from mockserver.spec.load import Folder, shipped
from mockserver.spec.model import ENGINE_PROBLEMS, VERBS
from mockserver.spec.yaml12 import parse
from mockserver.world import World, catalogue

TOP = Path(__file__).resolve().parents[2]
PAGE = (TOP / "docs" / "reference" / "fixture-format.md").read_text()
RULES = json.loads((shipped().schemas / "fixture.json").read_text())["$defs"]
BLOCKS = re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SECTIONS = {
    "service": "## `service.yaml`",
    "page": "## A page",
    "resource": "## A resource",
    "operation": "## An operation",
    "case": "## A case",
    "reply": "## `reply`",
    "example": "## An example",
}
FILES = ("service.yaml", "books.yaml", "books.json", "documented.yaml")


def keys(rules: dict[str, Any], before: str = "") -> Iterator[str]:
    """Every key that ``rules`` know, with dots between the levels and a star for a name of one's own."""
    for key, inner in rules.get("properties", {}).items():
        yield before + key
        yield from keys(inner, f"{before}{key}.")
    for inner in [*rules.get("anyOf", ()), *([rules["items"]] if "items" in rules else [])]:
        yield from keys(inner, before)
    own = rules.get("additionalProperties")
    if isinstance(own, dict):
        yield from keys(own, f"{before}*.")


def section(heading: str) -> str:
    return PAGE.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


@pytest.mark.parametrize("kind", SECTIONS)
def test_every_key_has_a_row_and_every_row_is_a_key(kind):
    wanted = set(keys(RULES[kind]))
    if kind == "service":
        wanted |= {f"problems.{key}" for key in keys(RULES["problems"])} | {"settings.*.default"}
    told = rows(section(SECTIONS[kind]).split("The verbs:")[0])

    assert sorted(told) == sorted(wanted)


def test_every_verb_has_a_row_and_every_row_is_a_verb():
    told = [row.split(" ")[0] for row in rows(section("## A case").split("The verbs:")[1])]

    assert sorted(told) == sorted(VERBS)


def test_every_problem_of_the_engine_is_named():
    assert [kind for kind in ENGINE_PROBLEMS if f"`{kind}`" not in PAGE] == []


def test_every_key_of_our_own_in_schemas_is_named():
    folders = [TOP / "mockserver" / name for name in ("spec", "engine")]
    sources = [file.read_text() for folder in folders for file in folder.glob("*.py")]
    known = {key for text in sources for key in re.findall(r'"(x-[a-z]+)"', text)}

    assert known == set(rows(section("## In schemas")))


def test_every_word_that_a_key_may_be_is_named():
    lists = re.findall(r'"enum": \[([^]]+)\]', json.dumps(RULES))
    words = {word for one in lists for word in json.loads(f"[{one}]")}

    assert [word for word in words if f"`{word}`" not in PAGE] == []


@pytest.fixture
def library(tmp_path) -> World:
    """The service of the first section, loaded."""
    found = {name: text for _, name, text in BLOCKS if name in FILES}
    files = {
        "fixtures/library/service.yaml": found["service.yaml"],
        "fixtures/library/books.yaml": found["books.yaml"],
        "fixtures/library/seeds/documented.yaml": found["documented.yaml"],
        "schemas/library/books.json": found["books.json"],
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return World(catalogue([Folder(tmp_path / "fixtures", tmp_path / "schemas")]))


def test_the_whole_service_answers_as_its_examples_say(library):
    service = library.shared.services["library"]
    calls = [
        (operation, example)
        for operation in service.operations.values()
        for example in operation.examples.values()
        if example.call is not None
    ]

    assert len(calls) == 5
    assert [replayed(library.fork("x"), operation, example) for operation, example in calls] == [[]] * 5
    assert list(judged(service, library.shared.schemas)) == []
    assert list(undemonstrated(service)) == []


PARTS = [pytest.param(kind, text, id=kind) for language, kind, text in BLOCKS if kind not in FILES]


@pytest.mark.parametrize(("kind", "text"), PARTS)
def test_every_other_block_keeps_the_format(kind, text):
    rules = RULES["service"]["properties"].get(kind) or RULES[kind]
    if kind in ("resource", "operation"):
        rules = {"additionalProperties": rules}

    assert list(Draft202012Validator({**rules, "$defs": RULES}).iter_errors(parse(text))) == []


def test_every_block_says_what_it_is():
    fences = re.findall(r"^```(.+)$", PAGE, re.MULTILINE)

    assert fences == [f"{language} {name}" for language, name, _ in BLOCKS]
    assert len(PARTS) >= 6


def test_every_row_with_an_example_shows_yaml():
    shown = re.findall(r"^\| `[^`]+` \| .* \| `(.+)` \|$", PAGE, re.MULTILINE)

    assert len(shown) > 80
    for text in shown:
        parse(f"key: {text}")
