"""Whatever of the demo's data is read, in either version, the answer is as documented and never a defect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest

from mockserver.contract.replay import ROOT, credential
from mockserver.spec.load import load
from mockserver.spec.model import Operation
from mockserver.values import Call
from mockserver.world import Catalogue, World

from ..openapi import WHOLE

JIRA = load().services["jira"]
READ = [one for one in JIRA.operations.values() if one.method == "GET" and one.rung != "absent"]
EACH = 4  # records of a resource, from both ends of its table
ALL = (
    "expand=renderedFields,names,schema,transitions,editmeta,operations,changelog,groups,description,lead,"
    "issueTypes,properties,issuesstatus,owner,jql,sharePermissions,viewUrl,favourite"
)


@pytest.fixture(scope="module")
def demo(shared: Catalogue) -> World:
    return World(shared, seeds=["demo"], journal=WHOLE)


def addresses(demo: World, operation: Operation) -> Iterator[str]:
    """The operation's path with names of things that are there, some alone and some with all expanded."""
    names = re.findall(r"\{(\w+)\}", operation.path)
    for values in product(*(_known(demo, name) for name in names)):
        path = operation.path
        for name, value in zip(names, values, strict=True):
            path = path.replace("{" + name + "}", value)
        for version in ("/rest/api/3/", "/rest/api/2/") if "/rest/api/3/" in path else ("",):
            target = path.replace("/rest/api/3/", version) if version else path
            yield from (target, f"{target}?{ALL}")


def _known(demo: World, param: str) -> list[str]:
    resource = JIRA.resource_for(param)
    if resource is None:
        return ["1"]
    records = demo.state("jira", resource.name)
    some = records[: EACH // 2] + records[EACH // 2 :][-EACH // 2 :]
    return [str(record[resource.id.field]) for record in some] or ["1"]


@pytest.mark.parametrize("operation", READ, ids=lambda one: one.id)
def test_what_is_read_of_the_demo_is_as_documented(demo: World, conforms, operation: Operation) -> None:
    world = demo.fork("read")
    headers = {"authorization": credential(JIRA)}

    replies = [world.handle(Call("GET", one, headers, b"", ROOT)) for one in addresses(demo, operation)]

    assert [one.status for one in replies if one.status >= 500] == []
    conforms(world)
