"""Method and path to operation: the literal segment wins, and each service answers at all its addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver.spec.model import Auth, Case, Operation, Place, Service
from mockserver.spec.routes import BadPath, RouteClash, Routes, decoded
from mockserver.spec.ways import routes_of

NOWHERE = Place(Path("tiny.yaml"))


def service(name: str, *routes: str, **more: Any) -> Service:
    """A service whose operations are called by their routes."""
    operations = {}
    for route in routes:
        method, _, path = route.partition(" ")
        operations[route] = Operation(
            id=route,
            service=name,
            page="page",
            method=method,
            path=path,
            place=NOWHERE,
            cases=(Case("absent"),),
        )
    return Service(
        name=name, title=name, docs="", mount=f"/{name}", auth=Auth(), operations=operations, **more
    )


def found(routes: Routes, method: str, path: str) -> str | None:
    match = routes.find(method, path)
    return None if match.leaf is None else match.leaf.operation.id


def test_an_operation_answers_at_the_root_and_under_its_mount():
    routes = Routes([service("tiny", "GET /rest/things/{id}")])

    at_root, mounted = routes.find("GET", "/rest/things/7"), routes.find("GET", "/tiny/rest/things/7")

    assert (at_root.base, mounted.base) == ("", "/tiny")
    assert at_root.values == mounted.values == {"id": "7"}
    assert at_root.leaf is not None
    assert mounted.leaf is not None
    assert at_root.leaf.operation.id == mounted.leaf.operation.id


def test_a_literal_segment_beats_a_placeholder_wherever_it_is_declared():
    for order in (["GET /things/{id}", "GET /things/mine"], ["GET /things/mine", "GET /things/{id}"]):
        routes = Routes([service("tiny", *order)])

        assert found(routes, "GET", "/things/mine") == "GET /things/mine"
        assert found(routes, "GET", "/things/7") == "GET /things/{id}"


def test_a_literal_segment_that_leads_nowhere_gives_way_to_the_placeholder():
    routes = Routes([service("tiny", "GET /things/mine/first", "GET /things/{id}/last")])

    assert found(routes, "GET", "/things/mine/last") == "GET /things/{id}/last"
    assert routes.find("GET", "/things/mine/last").values == {"id": "mine"}


def test_placeholders_of_one_place_may_have_different_names():
    routes = Routes([service("tiny", "GET /things/{id}", "GET /things/{thingId}/parts/{id}")])

    assert routes.find("GET", "/things/7").values == {"id": "7"}
    assert routes.find("GET", "/things/7/parts/8").values == {"thingId": "7", "id": "8"}


def test_values_are_decoded_and_a_slash_may_be_encoded():
    routes = Routes([service("tiny", "GET /things/{id}")])

    assert routes.find("GET", "/things/a%2Fb%20%C3%A9+").values == {"id": "a/b é+"}


def test_the_other_methods_of_a_path_are_named():
    routes = Routes([service("tiny", "GET /things", "POST /things", "DELETE /things/{id}")])

    match = routes.find("PUT", "/things")

    assert match.leaf is None
    assert match.allowed == ("GET", "POST")


def test_head_is_answered_where_get_is():
    routes = Routes([service("tiny", "GET /things", "POST /others")])

    assert found(routes, "HEAD", "/things") == "GET /things"
    assert found(routes, "HEAD", "/others") is None


@pytest.mark.parametrize("path", ["/things/", "/things//", "//things", "/Things", "/things/7/", "/", "", "*"])
def test_a_path_is_matched_exactly(path):
    routes = Routes([service("tiny", "GET /things", "GET /things/{id}")])

    assert found(routes, "GET", path) is None


def test_a_trailing_slash_may_be_part_of_a_route():
    routes = Routes([service("tiny", "GET /things/", "GET /things/{id}/")])

    assert found(routes, "GET", "/things/") == "GET /things/"
    assert found(routes, "GET", "/things/7/") == "GET /things/{id}/"
    assert found(routes, "GET", "/things") is None


def test_an_unknown_path_belongs_to_the_service_in_whose_routes_it_goes_deepest():
    routes = Routes([service("one", "GET /api/v1/things"), service("two", "GET /api/v2/things")])

    owners = [routes.find("GET", path).service for path in ("/api/v1/x", "/api/v2/x", "/two/x", "/nobody")]

    assert [one and one.name for one in owners] == ["one", "two", "two", None]


def test_two_services_that_claim_one_route_are_refused():
    with pytest.raises(RouteClash, match=r"GET /things/\{key\} belongs to one\.GET .* and to two\.GET "):
        Routes([service("one", "GET /things/{id}"), service("two", "GET /things/{key}")])


def test_a_mount_that_is_another_services_route_is_refused():
    with pytest.raises(RouteClash, match=r"/things of things is already a route"):
        Routes([service("one", "GET /things/{id}"), service("things", "GET /x")])


def test_any_case_is_for_the_literals_of_that_service_only():
    routes = Routes(
        [service("loose", "GET /api/Things/{id}", any_case=True), service("exact", "GET /rest/x")]
    )

    assert routes.find("GET", "/API/tHINGS/AbC").values == {"id": "AbC"}
    assert found(routes, "GET", "/loose/api/things/1") == "GET /api/Things/{id}"
    assert found(routes, "GET", "/REST/x") is None


def test_a_service_in_any_case_can_share_its_first_segments_with_an_exact_one():
    services = [service("exact", "GET /api/v2/things"), service("loose", "GET /api/things", any_case=True)]
    for order in (services, services[::-1]):
        routes = Routes(order)

        assert found(routes, "GET", "/api/things") == "GET /api/things"
        assert found(routes, "GET", "/api/v2/things") == "GET /api/v2/things"
        assert found(routes, "GET", "/API/Things") == "GET /api/things"


SAME = {"/rest/3": ("/rest/2", "/rest/latest")}


def test_an_operation_answers_at_every_version_that_is_the_same():
    routes = Routes([service("tiny", "GET /rest/3/things/{id}", same_as=SAME)])

    prefixes = [
        match.leaf and match.leaf.prefix
        for path in ("/rest/3/things/1", "/rest/2/things/1", "/tiny/rest/latest/things/1")
        for match in [routes.find("GET", path)]
    ]

    assert prefixes == ["/rest/3", "/rest/2", "/rest/latest"]


def test_what_a_file_says_of_a_version_itself_goes_before_the_alias():
    tiny = service("tiny", "GET /rest/3/things/{id}", "GET /rest/2/things/{key}", same_as=SAME)
    routes = Routes([tiny])

    assert found(routes, "GET", "/rest/2/things/1") == "GET /rest/2/things/{key}"
    assert found(routes, "GET", "/rest/latest/things/1") == "GET /rest/3/things/{id}"
    assert routes.find("GET", "/rest/2/things/1").leaf.prefix == "/rest/2"  # type: ignore[union-attr]


def test_a_version_of_its_own_is_not_carried_to_the_others():
    tiny = service("tiny", "GET /rest/2/old", same_as=SAME)

    assert list(routes_of(tiny, tiny.operations["GET /rest/2/old"])) == [("/rest/2", "/rest/2/old")]


def test_an_operation_outside_all_versions_has_one_route_and_the_first_prefix():
    tiny = service("tiny", "GET /auth/session", same_as=SAME)

    assert list(routes_of(tiny, tiny.operations["GET /auth/session"])) == [("/rest/3", "/auth/session")]


def test_a_gateway_prefix_leads_to_the_same_routes_at_the_root_and_under_the_mount():
    routes = Routes([service("tiny", "GET /rest/things/{id}", also_under=("/ex/tiny/{cloudId}",))])

    at_root = routes.find("GET", "/ex/tiny/abc%20/rest/things/7")
    mounted = routes.find("GET", "/tiny/ex/tiny/abc/rest/things/7")

    assert (at_root.base, at_root.values) == ("/ex/tiny/abc%20", {"id": "7"})
    assert (mounted.base, mounted.values) == ("/tiny/ex/tiny/abc", {"id": "7"})


def test_a_path_as_long_as_a_server_lets_through_is_only_not_found():
    routes = Routes([service("tiny", "GET /rest/things/{id}", also_under=("/ex/tiny/{cloudId}",))])

    for path in ("/ex/tiny/x" * 2000, "/tiny" * 4000, "/rest/things" * 2000, "/" * 16000):
        assert found(routes, "GET", path) is None


@pytest.mark.parametrize("step", ["%", "%4", "%zz", "a%E0%A4%A", "%ff", "%00", "%C3"])
def test_a_segment_that_is_no_utf_8_is_refused(step):
    with pytest.raises(BadPath):
        decoded(step)


@pytest.mark.parametrize(("step", "text"), [("a", "a"), ("%41", "A"), ("%e2%82%ac", "€"), ("100%25", "100%")])
def test_a_segment_is_decoded_once(step, text):
    assert decoded(step) == text


def test_a_bad_path_names_the_service_whose_words_refuse_it():
    routes = Routes([service("tiny", "GET /things/{id}")])

    with pytest.raises(BadPath) as caught:
        routes.find("GET", "/things/%zz")

    assert caught.value.service is not None
    assert caught.value.service.name == "tiny"


def test_the_nearest_routes_of_a_slip_are_named_best_first():
    routes = Routes([service("tiny", "POST /rest/issue", "GET /rest/issue/{key}", "GET /other")])

    assert routes.nearest("POST", "/rest/isue")[0] == "POST /rest/issue"
    assert list(routes.nearest("GET", "/" + "x" * 40)) == []


def test_a_thousand_operations_with_aliases_are_planted_and_missed():
    large = service("tiny", *(f"GET /rest/3/page{n}/{{id}}" for n in range(1000)), same_as=SAME)

    near = Routes([large]).nearest("GET", "/rest/3/pgae7/1")

    assert "GET /rest/3/page7/{id}" in near
