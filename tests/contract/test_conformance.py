"""Replies of Jira against the schemas of Atlassian's own OpenAPI documents, where these are at hand.

Beside the examples judged here, ``world`` (tests/conftest.py) judges every exchange of a test at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from mockserver.contract.replay import replayed
from mockserver.spec.load import load
from mockserver.values import Reply, dumps
from mockserver.world import World

from ..openapi import FILES, METHODS, WHY_NOT, Deviation, deviations, documents, meant, unmeant

pytestmark = pytest.mark.skipif(not documents().there, reason=WHY_NOT)

JIRA = load().services["jira"]


@cache
def shown() -> list[Deviation]:
    """How the replies printed in the fixtures deviate."""
    found = []
    for operation in JIRA.operations.values():
        for example in operation.examples.values():
            if not isinstance(example.body, str):  # a text, or a file: no JSON
                body = b"" if example.body is None else dumps(example.body)
                found += documents().judged(operation, Reply(example.status, example.headers, body))
    return found


@pytest.fixture(scope="module")
def given(documented: World) -> list[Deviation]:
    """How the replies to the examples' calls deviate; what is read, in both versions of the API."""
    return list(_given(documented))


def _given(documented: World) -> Iterator[Deviation]:
    for operation in JIRA.operations.values():
        for example in operation.examples.values():
            if example.call is None:
                continue
            world = documented.fork("replay")
            replayed(world, operation, example)
            *_, entry = world.journal
            if operation.method == "GET":
                target = entry.call.target.replace("/rest/api/3/", "/rest/api/2/")
                # The journal keeps no secrets: at version 2 it is always the same who asks.
                world.handle(
                    replace(entry.call, target=target, headers={"authorization": "Bearer mock-token"})
                )
            yield from deviations(world)


def test_every_example_is_as_documented() -> None:
    assert [str(one) for one in unmeant(shown())] == []


def test_every_reply_to_the_call_of_an_example_is_as_documented(given: list[Deviation]) -> None:
    assert sorted({str(one) for one in unmeant(given)}) == []


def test_every_exception_is_still_needed(given: list[Deviation]) -> None:
    found = [*shown(), *given]

    assert [one for one in meant() if not any(one.covers(each) for each in found)] == []


def test_a_reply_of_another_shape_is_found_with_its_place() -> None:
    issue = JIRA.operations["getIssue"]
    body = {"id": 10002, "fields": {}, "colour": "red"}

    found = documents().judged(issue, Reply(200, {"Content-Type": "application/json"}, dumps(body)))

    assert {(one.at, one.rule) for one in found} == {("/id", "type"), ("/colour", "additionalProperties")}


def test_a_reply_without_the_documented_body_is_found() -> None:
    issue = JIRA.operations["getIssue"]

    found = documents().judged(issue, Reply(200, {}, b""))

    assert [one.rule for one in found] == ["body"]


def test_the_older_version_is_judged_by_its_own_document() -> None:
    issue = JIRA.operations["getIssue"]

    names = [
        documents().find(issue, f"/jira/rest/api/{version}/issue/MKY-1") for version in ("3", "2", "latest")
    ]

    assert [one and one.document for one in names] == ["jira-v3", "jira-v2", "jira-v2"]


@pytest.mark.parametrize("name", FILES)
def test_every_documented_schema_can_be_held_against_a_reply(name: str) -> None:
    for one in documents().of(name):
        assert one.method.lower() in METHODS
        for status in filter(str.isdigit, one.said["responses"]):
            operation = replace(JIRA.operations["getIssue"], id=one.id, method=one.method, path=one.path)
            documents().judged(operation, Reply(int(status), {}, b"{}"))
