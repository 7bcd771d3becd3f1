"""Every operation of Jira that Atlassian documents is known: it is made, or it says that it is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.spec import yaml12
from mockserver.spec.load import load, shipped
from mockserver.spec.model import Operation
from mockserver.spec.ways import routes_of, shape

from ..openapi import FOLDER, WHY_NOT, documents

DOCUMENTS = ("jira-v3", "jira-software", "jira-jsm")
JIRA = load().services["jira"]
SHAPES = {shape(one.method, one.path): one for one in JIRA.operations.values()}
ABSENT = [one for one in JIRA.operations.values() if one.rung == "absent"]
PAGES = sorted((shipped().fixtures / "jira").glob("*.yaml"))
reads = pytest.mark.skipif(not documents().there, reason=WHY_NOT)


def addressed(operation: Operation) -> Iterator[str]:
    """Each address of an operation, with names that nothing has."""
    for _, route in routes_of(JIRA, operation):
        yield re.sub(r"\{\w+\}", "nothing-has-this-name", route)


@reads
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_documented_operation_is_known(name: str) -> None:
    missing = [one for one in documents().of(name) if shape(one.method, one.path) not in SHAPES]

    assert [f"{one.group}: {one.id}: {one.method} {one.path}" for one in missing] == []


@reads
@pytest.mark.parametrize("name", DOCUMENTS)
def test_ids_are_those_that_are_published(name: str) -> None:
    """Where an id is published twice, all but one have their group, a dot and a word of theirs before it."""
    pairs = [(one.id, SHAPES[shape(one.method, one.path)].id) for one in documents().of(name)]
    published = [one.id for each in DOCUMENTS for one in documents().of(each)]

    wrong = [
        f"{ours}, published as {theirs}"
        for theirs, ours in pairs
        if ours != theirs and not (ours.endswith(f".{theirs}") and published.count(theirs) > 1)
    ]
    assert wrong == []


@pytest.mark.parametrize("operation", ABSENT, ids=lambda one: one.id)
def test_what_is_absent_says_so_whatever_it_is_asked(client, operation: Operation) -> None:
    jira = client("jira")

    for address in addressed(operation):
        reply = jira(operation.method, address)

        assert reply.status == 501
        assert reply.headers["X-Mock-Reason"] == "not-implemented"
        assert list(reply.json()) == ["errorMessages", "errors"]
        assert operation.id in reply.json()["errorMessages"][0]


@pytest.mark.parametrize("file", PAGES, ids=lambda one: one.stem)
def test_nothing_is_listed_as_absent_that_is_made(file: Path) -> None:
    """A made operation wins over its line under ``absent``; the line is then to be removed."""
    listed = yaml12.parse(file.read_bytes()).get("absent", {})

    stale = {}
    for name, route in listed.items():
        known = SHAPES[shape(*route.split(" ", 1))]
        if (known.id, known.place.file, known.rung) != (name, file, "absent"):
            stale[name] = f"{known.id} in {known.place.file.name}"
    assert stale == {}


@pytest.mark.skipif(not (FOLDER.parent / "jira-tiers.json").is_file(), reason=WHY_NOT)
def test_every_operation_of_the_first_tier_is_made() -> None:
    tiers = json.loads((FOLDER.parent / "jira-tiers.json").read_bytes())

    routes = [route for route, tier in tiers.items() if tier == "T1"]
    known = [(route, SHAPES.get(shape(*route.split(" ", 1)))) for route in routes]
    assert [route for route, one in known if one is None or one.rung == "absent"] == []
