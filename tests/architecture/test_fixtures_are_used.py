"""What a fixture declares is used somewhere, and what Python asks a fixture for is declared."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.spec import yaml12
from mockserver.spec.load import load, shipped
from mockserver.spec.model import ENGINE_PROBLEMS, Service

PACKAGE = Path(__file__).resolve().parents[2] / "mockserver"
SERVICES = list(load().services.values())
OPTIONAL = {"no_content", "wrong_credential", "bad_page", "bad_path"}  # the engine has another kind for them
each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)


def behaviours(service: Service) -> list[ast.Module]:
    """The Python of one service."""
    return [ast.parse(file.read_text()) for file in (PACKAGE / "behaviours" / service.name).rglob("*.py")]


def said(tree: ast.AST) -> Iterator[str]:
    """A pattern for each text in the source: what is filled in may be any word, if not all of it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            literal = [str(one.value) if isinstance(one, ast.Constant) else None for one in node.values]
            if re.search(r"[a-zA-Z]{2}", "".join(one or " " for one in literal)):
                yield "".join(r"\w+" if one is None else re.escape(one) for one in literal)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)


def values_in(document: Any) -> Iterator[str]:
    """Each text in a document that is no key."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for one in document.values() if isinstance(document, dict) else document:
            yield from values_in(one)


def uses(service: Service) -> list[re.Pattern[str]]:
    """What the service's Python, the engine and the service's fixtures mention."""
    trees = [
        *behaviours(service),
        *(ast.parse(file.read_text()) for file in (PACKAGE / "engine").glob("*.py")),
    ]
    found = {pattern for tree in trees for pattern in said(tree)}
    for file in (shipped().fixtures / service.name).rglob("*.yaml"):
        for text in values_in(yaml12.parse(file.read_bytes())):
            found.add(re.escape(text))
            found.update(re.findall(r"\{settings\.(\w+)", text))
    return [re.compile(one) for one in found if len(one) < 100]


def schemas(service: Service) -> dict[str, str]:
    """The text of each page of schemas."""
    return {file.stem: file.read_text() for file in (shipped().schemas / service.name).glob("*.json")}


@each_service
def test_every_declared_word_problem_setting_and_paging_is_used(service: Service) -> None:
    known, pages = uses(service), "".join(schemas(service).values())

    own = set(service.problems).difference(ENGINE_PROBLEMS)
    names = [*service.words, *own, *service.settings, *service.paging, *service.codes]
    unused = [
        name for name in names if f'"{name}"' not in pages and not any(one.fullmatch(name) for one in known)
    ]
    assert unused == []


@each_service
def test_every_declared_schema_is_used(service: Service) -> None:
    pages = schemas(service)
    python = (PACKAGE / "behaviours" / service.name).rglob("*.py")
    fixtures = (shipped().fixtures / service.name).rglob("*.yaml")
    mentioned = set(re.findall(r"\$defs/(\w+)", "".join(pages.values())))
    mentioned.update(re.findall(r"\b[A-Z]\w*", "".join(file.read_text() for file in (*python, *fixtures))))

    unused = [
        f"{page}#{name}"
        for page, text in pages.items()
        for name in json.loads(text).get("$defs", {})
        if name not in mentioned
    ]
    assert unused == []


@each_service
def test_every_problem_that_python_raises_is_worded(service: Service) -> None:
    calls = [node for tree in behaviours(service) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    raised = {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Name) and node.func.id == "Problem" and node.args
        if isinstance(node.args[0], ast.Constant)
    }

    assert raised - OPTIONAL - set(service.problems) == set()


@each_service
def test_every_setting_that_python_reads_is_declared(service: Service) -> None:
    nodes = [node for tree in behaviours(service) for node in ast.walk(tree)]
    read = {
        node.slice.value
        for node in nodes
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "settings"
        and isinstance(node.slice, ast.Constant)
    }

    assert read - set(service.settings) == set()


def test_every_word_that_python_refuses_with_is_declared() -> None:
    """Where a word is named outright: in ``Refused(word)`` and ``broken(site, key, word)``."""
    jira = next(one for one in SERVICES if one.name == "jira")
    calls = [node for tree in behaviours(jira) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    place = {"Refused": 0, "broken": 2}
    asked = {
        node.args[place[node.func.id]].value
        for node in calls
        if isinstance(node.func, ast.Name) and len(node.args) > place.get(node.func.id, 99)
        if isinstance(node.args[place[node.func.id]], ast.Constant)
    }

    assert len(asked) > 50
    assert asked - set(jira.words) == set()
