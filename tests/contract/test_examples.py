"""Every example of the fixtures: it keeps its schemas, and its call is answered as documented."""

import pytest

from mockserver.contract.replay import judged, replayed, undemonstrated
from mockserver.spec.load import load
from mockserver.world import World

LOADED = load()
CALLS = [
    pytest.param(operation, example, id=f"{service.name}-{operation.id}-{example.name}")
    for service in LOADED.services.values()
    for operation in service.operations.values()
    for example in operation.examples.values()
    if example.call is not None
]


@pytest.mark.parametrize(("operation", "example"), CALLS)
def test_the_call_of_an_example_is_answered_as_documented(documented: World, operation, example) -> None:
    differences = replayed(documented.fork("replay"), operation, example)

    assert differences == []


@pytest.mark.parametrize("service", LOADED.services.values(), ids=LOADED.services)
def test_every_example_keeps_the_schemas_of_its_operation(service) -> None:
    assert [f"{one.id}.{example.name}: {why}" for one, example, why in judged(service, LOADED.schemas)] == []


@pytest.mark.parametrize("service", LOADED.services.values(), ids=LOADED.services)
def test_every_documented_status_has_an_example(service) -> None:
    assert [f"{operation.id} {status}" for operation, status in undemonstrated(service)] == []
