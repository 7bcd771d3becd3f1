"""Every documented parameter and body member of an operation that is made is declared in its schemas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.spec.load import load
from mockserver.spec.model import Operation, SchemaName
from mockserver.values import Json

from ..openapi import JSON, WHY_NOT, Documented, documents

pytestmark = pytest.mark.skipif(not documents().there, reason=WHY_NOT)

LOADED = load()
MADE = [one for one in LOADED.services["jira"].operations.values() if one.rung != "absent"]
# Operation, then what is documented and not declared: and why it is not.
UNTAKEN = {
    "assignIssue": {
        "key": "of users before they had account ids; the reference says that it is no longer available",
        "name": "of users before they had account ids; the reference says that it is no longer available",
    },
}


def described() -> Iterator[tuple[Operation, Documented]]:
    """The operations that are made and documented."""
    for one in MADE:
        found = documents().find(one)
        if found is not None:
            yield one, found


def members(name: SchemaName | None) -> frozenset[str]:
    """The members that a schema of ours declares; in any of its alternatives."""
    if name is None:
        return frozenset()
    return frozenset(_members(name, LOADED.schemas.resolved(name)))


def _members(name: SchemaName, schema: Json) -> Iterator[str]:
    yield from schema.get("properties", {})
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, ()):
            file, _, path = part.get("$ref", "").rpartition("#")
            if path:
                page = file.removesuffix(".json") or name.page
                yield from members(SchemaName(name.service, page, path.rsplit("/", 1)[-1]))
            yield from _members(name, part)


def documented_members(document: str, schema: Json) -> Iterator[str]:
    """The members that a client may send, by a schema of a document; in any of its alternatives."""
    schema = documents().followed(document, schema)
    yield from (name for name, rule in schema.get("properties", {}).items() if not rule.get("readOnly"))
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, ()):
            yield from documented_members(document, part)


def undeclared(operation: Operation, documented: Documented) -> Iterator[str]:
    """What is documented of a request and not declared in the fixtures."""
    known = members(operation.accepts.query)
    parameters = documented.said.get("parameters", ())
    yield from (one["name"] for one in parameters if one["in"] == "query" and one["name"] not in known)
    content = documented.said.get("requestBody", {}).get("content", {})
    body = content.get(JSON, {}).get("schema", {})
    known = members(operation.accepts.body)
    yield from (name for name in documented_members(documented.document, body) if name not in known)


def test_every_documented_parameter_is_declared_or_listed_with_a_reason() -> None:
    found = {one.id: sorted(undeclared(one, documented)) for one, documented in described()}

    assert {name: each for name, each in found.items() if each} == {
        name: sorted(each) for name, each in UNTAKEN.items()
    }


def test_parameters_are_found_in_query_and_body() -> None:
    create = documents().find(next(one for one in MADE if one.id == "createIssue"))
    remote = next(one for one in MADE if one.id == "getRemoteIssueLinks")

    assert create is not None
    assert set(undeclared(remote, create)) == {"updateHistory", "fields", "historyMetadata", "properties"} | {
        "transition",
        "update",
    }
