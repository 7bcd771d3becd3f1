"""Kordiam: whatever is sent, it is answered in the service's words, and a refusal changes nothing."""

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract.replay import ROOT
from mockserver.values import Call, dumps

WRITES = [
    ("POST", "/api/v2/auth/token"),
    ("POST", "/api/v2/auth/refresh"),
    ("POST", "/api/v2/elements"),
    ("PUT", "/api/v2/elements/1001"),
    ("PATCH", "/api/v2/elements/1001"),
    ("PATCH", "/api/v2/elements/1001/custom-fields"),
    ("POST", "/api/v2/elements/1001/tasks"),
    ("POST", "/api/v2/elements/1001/publications"),
    ("POST", "/api/v2/elements/1001/external-element/link"),
    ("POST", "/api/v2/elements/1001/external-element/unlink"),
]
KEYS = [
    "client_id", "client_secret", "grant_type", "refresh_token", "title", "id", "organisation", "statusId",
    "groupIds", "customFields", "confirmationStatusCode", "platformId", "assignedTaskIds", "tasks",
    "publications", "deadline", "schedule", "userId", "value", "externalId", "link", "systemUrl",
    "externalElement", "creationTime",
]  # fmt: skip
FILTERS = ["cursor", "size", "groupIds", "userId", "formatIds", "dateFrom", "deadlineTo", "done", "colour"]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["mock-client", "mock-secret", "client_credentials", "https://cms.example.com/", "2025-01-01"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
BODIES = JSON.map(dumps) | st.binary(max_size=30)
TYPES = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "application/problem+json", ""]
)
FUZZ = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sound(world, before, reply) -> None:
    """Nobody's defect, well-formed, and without effect where it is a refusal."""
    assert reply.status < 500 or reply.status == 501, reply.body
    if reply.status >= 400:
        assert reply.json()["status"] == reply.status
        assert world.state("kordiam") == before


@pytest.mark.parametrize("validation", ["strict", "warn", "off"])
@pytest.mark.parametrize(("method", "path"), WRITES)
@FUZZ
@given(body=BODIES, kind=TYPES)
def test_no_body_is_too_odd(documented, method, path, validation, body, kind) -> None:
    world = documented.fork("fuzz")
    headers = {"authorization": "Bearer mock-token", "content-type": kind, "x-mock-validation": validation}
    before = world.state("kordiam")

    reply = world.handle(Call(method, path, headers, body, ROOT))

    sound(world, before, reply)
    if reply.status < 400:
        again = world.handle(Call("GET", "/api/v2/elements?groupIds=1&userId=1", headers, b"", ROOT))
        assert again.status == 200, again.body


@FUZZ
@given(
    names=st.lists(st.sampled_from(FILTERS), max_size=4),
    values=st.lists(
        st.text(max_size=15) | st.sampled_from(["v1.", "31", "1,2", "2025-01-15", "v1.c3RhcnQ6MQ"]),
        min_size=4,
    ),
)
def test_no_query_is_too_odd(documented, names, values) -> None:
    world = documented.fork("fuzz")
    target = "/api/v2/elements?" + urlencode(list(zip(names, values, strict=False)), errors="surrogatepass")
    before = world.state("kordiam")

    reply = world.handle(Call("GET", target, {"authorization": "Bearer mock-token"}, b"", ROOT))

    sound(world, before, reply)


@FUZZ
@given(
    headers=st.dictionaries(
        st.sampled_from(["authorization", "accept", "api-version"]),
        st.text(max_size=20) | st.sampled_from(["Bearer mock-token", "application/json;q=0", "2.1"]),
    ),
    step=st.text(alphabet="0123456789abc-%.~", max_size=6),
)
def test_no_header_and_no_path_is_too_odd(documented, headers, step) -> None:
    world = documented.fork("fuzz")
    before = world.state("kordiam")

    reply = world.handle(
        Call("GET", f"/kordiam/api/v2/elements/{step}/external-elements", headers, b"", ROOT)
    )

    sound(world, before, reply)
