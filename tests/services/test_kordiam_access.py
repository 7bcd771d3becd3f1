"""Kordiam: tokens, scopes, organisations, and what is judged for every operation alike."""

import pytest

LIST = "/api/v2/elements"
CLIENT = {"client_id": "mock-client", "client_secret": "mock-secret", "grant_type": "client_credentials"}
# Operations of every kind: public and protected, with and without a body.
EVERY_KIND = [
    ("POST", "/api/v2/auth/token", CLIENT),
    ("POST", "/api/v2/auth/refresh", {"refresh_token": "unknown"}),
    ("GET", LIST, None),
    ("PUT", "/api/v2/elements/1001", {}),
    ("DELETE", "/api/v2/elements/1001", None),
    ("POST", "/api/v2/elements/1001/external-element/link", {"externalId": "a"}),
    ("GET", "/api/v2/elements/1001/external-elements", None),
]


@pytest.fixture
def kordiam(client):
    return client("kordiam")


def slug(reply) -> str:
    """The last step of the problem's type; the problem must be whole."""
    body = reply.json()
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == reply.status
    assert set(body) >= {"type", "title", "status", "detail", "instance", "traceId"}
    base, _, found = body["type"].rpartition("/")
    assert base == "https://docs.kordiam.app/docs/errors"
    return found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_an_issued_token_opens_a_strict_world(world, kordiam) -> None:
    world.set_auth("strict")
    issued = kordiam("POST", "/api/v2/auth/token", CLIENT, headers={"Authorization": ""}).json()

    reply = kordiam("GET", LIST, headers=bearer(issued["access_token"]))

    assert reply.status == 200


def test_a_strict_world_knows_its_clients_and_tokens(world, kordiam) -> None:
    world.set_auth("strict")

    wrong_client = kordiam("POST", "/api/v2/auth/token", {**CLIENT, "client_id": "somebody"})
    wrong_token = kordiam("GET", LIST, headers=bearer("anything"))

    assert (wrong_client.status, wrong_client.json()["detail"]) == (401, "Invalid client credentials")
    assert wrong_token.status == 401
    assert wrong_token.json()["detail"] == "Invalid or expired authentication token"


def test_any_client_is_let_in_where_no_world_is_strict(kordiam) -> None:
    reply = kordiam("POST", "/api/v2/auth/token", {**CLIENT, "client_id": "me", "client_secret": "mine"})

    assert reply.status == 200


@pytest.mark.parametrize("member", ["client_id", "client_secret"])
def test_empty_client_credentials_are_wrong_in_every_world(kordiam, member) -> None:
    reply = kordiam("POST", "/api/v2/auth/token", {**CLIENT, member: ""})

    assert (reply.status, slug(reply)) == (401, "unauthorized")


def test_a_token_expires_on_the_worlds_clock(world, kordiam) -> None:
    token = kordiam("POST", "/api/v2/auth/token", CLIENT).json()["access_token"]

    world.advance_clock(3599)
    before = kordiam("GET", LIST, headers=bearer(token)).status
    world.advance_clock(1)
    after = kordiam("GET", LIST, headers=bearer(token))

    assert before == 200
    assert (after.status, slug(after)) == (401, "unauthorized")


def test_the_lifetime_of_tokens_is_a_setting(world, kordiam) -> None:
    world.set_settings("kordiam", {"tokenLifetime": 5})
    issued = kordiam("POST", "/api/v2/auth/token", CLIENT).json()

    world.advance_clock(5)

    assert issued["expires_in"] == 5
    assert kordiam("GET", LIST, headers=bearer(issued["access_token"])).status == 401


def test_a_refresh_token_works_once(kordiam) -> None:
    first = kordiam("POST", "/api/v2/auth/token", CLIENT).json()

    second = kordiam("POST", "/api/v2/auth/refresh", {"refresh_token": first["refresh_token"]})
    third = kordiam("POST", "/api/v2/auth/refresh", {"refresh_token": first["refresh_token"]})
    fourth = kordiam("POST", "/api/v2/auth/refresh", {"refresh_token": second.json()["refresh_token"]})

    assert [second.status, third.status, fourth.status] == [200, 401, 200]
    assert third.json()["detail"] == "Invalid or expired refresh token"
    assert len({first["access_token"], second.json()["access_token"], fourth.json()["access_token"]}) == 3


@pytest.mark.parametrize(("revokes", "status"), [(False, 200), (True, 401)])
def test_whether_refreshing_revokes_the_old_token_is_a_setting(world, kordiam, revokes, status) -> None:
    world.set_settings("kordiam", {"refreshRevokes": revokes})
    first = kordiam("POST", "/api/v2/auth/token", CLIENT).json()
    kordiam("POST", "/api/v2/auth/refresh", {"refresh_token": first["refresh_token"]})

    reply = kordiam("GET", LIST, headers=bearer(first["access_token"]))

    assert reply.status == status
    assert not revokes or slug(reply) == "token-revoked"


def test_a_seeded_revoked_token_says_that_it_is(world, kordiam) -> None:
    world.seed({"kordiam": {"credential": [{"secret": "gone", "refused": "token_revoked"}]}})

    reply = kordiam("GET", LIST, headers=bearer("gone"))

    assert (reply.status, slug(reply)) == (401, "token-revoked")


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer a b", "Basic bW9jazptb2Nr", "mock-token"])
def test_only_a_bearer_token_is_a_credential(kordiam, header) -> None:
    kordiam.authorization = header

    reply = kordiam("GET", LIST)

    assert (reply.status, slug(reply)) == (401, "unauthorized")


def test_a_token_that_may_only_read_cannot_write_where_scopes_are_enforced(world, kordiam) -> None:
    world.set_settings("kordiam", {"enforceScopes": True})
    before = world.state("kordiam")

    reading = kordiam("GET", LIST, headers=bearer("mock-read-token"))
    writing = kordiam("DELETE", "/api/v2/elements/1001", headers=bearer("mock-read-token"))

    assert reading.status == 200
    assert (writing.status, slug(writing)) == (403, "access-denied")
    assert world.state("kordiam") == before


@pytest.fixture
def foreign(world):
    """An element of an organisation that the default client does not work for."""
    data = {"organisation": [{"id": 2, "name": "Other"}], "element": [{"id": 7, "organisation": 2}]}
    world.seed({"kordiam": data})


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [("forbidden", 403, "access-denied"), ("not_found", 404, "resource-not-found")],
)
def test_an_element_of_another_organisation_is_out_of_reach(world, kordiam, answer, status, expected) -> None:
    world.set_settings("kordiam", {"foreignElements": answer})

    replies = [
        kordiam("GET", "/api/v2/elements/7"),
        kordiam("PATCH", "/api/v2/elements/7", {"title": "Mine"}),
        kordiam("POST", "/api/v2/elements/7/external-element/link", {"externalId": "a"}),
    ]

    assert [(reply.status, slug(reply)) for reply in replies] == [(status, expected)] * 3


@pytest.mark.usefixtures("foreign")
def test_each_organisation_lists_its_own_elements(world, kordiam) -> None:
    data = {
        "client": [{"id": "other", "secret": "s", "organisation": 2}],
        "credential": [{"secret": "other-token", "user": "other"}],
    }
    world.seed({"kordiam": data})

    ours = kordiam("GET", LIST).json()["content"]
    theirs = kordiam("GET", LIST, headers=bearer("other-token")).json()["content"]

    assert [one["id"] for one in ours] == [1001, 1002]
    assert [one["id"] for one in theirs] == [7]


@pytest.mark.parametrize("version", ["2", "2.0", "2.17", "v2", "02", " "])
def test_a_version_of_the_same_major_is_served(kordiam, version) -> None:
    reply = kordiam("GET", LIST, headers={"API-Version": version})

    assert reply.status == 200


@pytest.mark.parametrize("version", ["1", "3", "20", "3.2", "two", "2025-01-01", "-2", "2.x", "٢"])
@pytest.mark.parametrize(("method", "path", "body"), EVERY_KIND)
def test_every_operation_refuses_a_version_of_another_major(kordiam, method, path, body, version) -> None:
    reply = kordiam(method, path, body, headers={"API-Version": version})

    assert (reply.status, slug(reply)) == (400, "unsupported-version")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/html, application/*;q=0.1", "", "APPLICATION/JSON"]
)
def test_an_accept_header_that_lets_json_through_is_fine(kordiam, accept) -> None:
    reply = kordiam("GET", LIST, headers={"Accept": accept})

    assert reply.status == 200


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml, text/*", "application/json;q=0", ";;;", ","]
)
@pytest.mark.parametrize(("method", "path", "body"), EVERY_KIND)
def test_every_operation_refuses_an_accept_header_without_json(kordiam, method, path, body, accept) -> None:
    reply = kordiam(method, path, body, headers={"Accept": accept})

    assert (reply.status, slug(reply)) == (406, "not-acceptable")


def test_the_quota_is_counted_in_minutes_of_the_worlds_clock(world, kordiam) -> None:
    world.set_settings("kordiam", {"rateLimits": {"requestsPerMinute": 2}})

    first = [kordiam("GET", LIST).status, kordiam("GET", LIST).status]
    world.advance_clock(20)
    refused = kordiam("GET", LIST)
    world.advance_clock(40)
    later = kordiam("GET", LIST)

    assert first == [200, 200]
    assert (refused.status, slug(refused)) == (429, "too-many-requests")
    assert refused.headers["Retry-After"] == "40"
    assert refused.json()["retryAfter"] == 40
    assert later.status == 200


def test_each_client_has_its_own_quota(world, kordiam) -> None:
    data = {"client": [{"id": "b", "secret": "s"}], "credential": [{"secret": "b-token", "user": "b"}]}
    world.seed({"kordiam": data})
    world.set_settings("kordiam", {"rateLimits": {"requestsPerMinute": 1}})

    statuses = [
        kordiam("GET", LIST).status,
        kordiam("GET", LIST).status,
        kordiam("GET", LIST, headers=bearer("b-token")).status,
    ]

    assert statuses == [200, 429, 200]


def test_without_a_limit_nothing_is_counted(world, kordiam) -> None:
    for _ in range(3):
        kordiam("GET", LIST)

    assert world.limits("kordiam")["counted"] == []


@pytest.mark.parametrize(("outage", "status"), [("broken", 500), ("unavailable", 503), ("timed_out", 504)])
@pytest.mark.parametrize(("method", "path", "body"), EVERY_KIND)
def test_an_outage_hits_every_operation(world, kordiam, method, path, body, outage, status) -> None:
    world.set_settings("kordiam", {"outage": outage})

    reply = kordiam(method, path, body)

    assert reply.status == status
    assert slug(reply)


def test_an_unknown_route_and_an_unknown_element_are_two_kinds_of_404(kordiam) -> None:
    route = kordiam("GET", "/kordiam/api/v2/nothing")
    element = kordiam("GET", "/kordiam/api/v2/elements/99")

    assert (route.status, slug(route)) == (404, "endpoint-not-found")
    assert (element.status, slug(element)) == (404, "resource-not-found")


def test_a_wrong_method_names_the_right_ones(kordiam) -> None:
    reply = kordiam("PUT", "/kordiam/api/v2/elements")

    assert (reply.status, slug(reply)) == (405, "method-not-allowed")
    assert reply.headers["Allow"] == "GET, POST"


def test_a_body_of_another_media_type_is_refused(world, kordiam) -> None:
    before = world.state("kordiam")

    reply = kordiam(
        "POST", LIST, text="title=a", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert (reply.status, slug(reply)) == (415, "unsupported-media-type")
    assert world.state("kordiam") == before


def test_a_problem_names_the_path_and_a_trace_of_its_own(kordiam) -> None:
    replies = [kordiam("GET", "/api/v2/elements/99?x=1").json() for _ in range(2)]

    assert {one["instance"] for one in replies} == {"/api/v2/elements/99"}
    assert replies[0]["traceId"] != replies[1]["traceId"]
    assert all(len(one["traceId"]) == 32 for one in replies)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v2/elements/1001/tasks/done-state"),
        ("POST", "/api/v2/elements/1001/publications/1/publish"),
        ("PUT", "/api/v2/elements/1001/publications/1/schedule"),
    ],
)
def test_what_is_known_and_not_implemented_says_so(kordiam, method, path) -> None:
    reply = kordiam(method, path, {})

    assert reply.status == 501
    assert reply.headers["X-Mock-Reason"] == "not-implemented"


def test_every_documented_status_can_be_asked_for(world, kordiam) -> None:
    wanted = [
        (
            one["operation"],
            one["method"],
            one["path"].replace("{id}", "1001").replace("{elementId}", "1001"),
            status,
        )
        for one in world.routes("kordiam")["routes"]
        for status in one["statuses"]
    ]

    asked = [
        kordiam(method, path, headers={"Prefer": f"code={status}"}).status
        for _, method, path, status in wanted
    ]

    assert len(wanted) > 100
    assert asked == [status for *_, status in wanted]


def test_a_forced_refusal_is_the_services_own(world, kordiam) -> None:
    world.force("listElements", "too_many_requests")

    reply = kordiam("GET", LIST)

    assert (reply.status, slug(reply)) == (429, "too-many-requests")
    assert reply.headers["Retry-After"] == str(reply.json()["retryAfter"])
    assert kordiam("GET", LIST).status == 200
