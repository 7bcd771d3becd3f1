"""SD Elements: whatever is sent, it is answered in the service's words, and a refusal changes nothing."""

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract.replay import ROOT
from mockserver.values import Call, dumps

TOKEN = {"authorization": "Token mock-token"}
WRITES = [
    ("POST", "/api/v2/connections/issue-tracker/"),
    ("PATCH", "/api/v2/connections/issue-tracker/1/"),
    ("POST", "/api/v2/connections/test-issue-tracker/"),
    ("POST", "/api/v2/business-units/"),
    ("POST", "/api/v2/applications/"),
    ("POST", "/api/v2/projects/"),
    ("PATCH", "/api/v2/projects/1/"),
    ("PATCH", "/api/v2/projects/1/tasks/1-T2/"),
]
LISTS = [
    "/api/v2/connections/issue-tracker/",
    "/api/v2/connectors/issue-tracker/",
    "/api/v2/business-units/",
    "/api/v2/applications/",
    "/api/v2/projects/",
    "/api/v2/projects/1/tasks/",
    "/api/v2/task-statuses/",
]
KEYS = [
    "alias", "connector", "project", "params", "debug_mode", "frequency", "system", "id", "name", "email",
    "business_unit", "application", "priority", "tags", "users", "groups", "all_users", "default_users",
    "profile", "locked", "status", "phase", "assigned_to", "title", "role", "custom_attributes",
    "issue_tracker_project", "risk_policy", "description", "artifact_proxy",
]  # fmt: skip
NAMES = [
    "project", "include", "expand", "exclude", "page", "page_size", "ordering", "search", "name", "priority",
    "application", "business_unit", "name__iexact", "name__in", "created__gte", "business_unit__lt",
    "priority__in", "status__in", "updated__in", "accepted", "relevant", "slug__endswith", "format", "colour",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from([1, 2, "1", "P9", "G1", "TS1", "X1", "user1@example.com", "manually", "1-high"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=14,
)
BODIES = JSON.map(dumps) | st.binary(max_size=30)
FUZZ = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sound(world, before, reply) -> None:
    """Nobody's defect, a dictionary of reasons, and without effect where it is a refusal."""
    assert reply.status < 500 or reply.status == 501, reply.body
    if reply.status >= 400:
        assert isinstance(reply.json(), dict)
        assert reply.json()
        assert world.state("sd_elements") == before


@pytest.mark.parametrize("validation", ["strict", "warn", "off"])
@pytest.mark.parametrize(("method", "path"), WRITES)
@FUZZ
@given(body=BODIES)
def test_no_body_is_too_odd(documented, method, path, validation, body) -> None:
    world = documented.fork("fuzz")
    headers = {**TOKEN, "content-type": "application/json", "x-mock-validation": validation}
    before = world.state("sd_elements")

    reply = world.handle(Call(method, path, headers, body, ROOT))

    sound(world, before, reply)
    if reply.status < 400 and validation == "strict":
        for target in LISTS:
            assert world.handle(Call("GET", target, TOKEN, b"", ROOT)).status == 200


@pytest.mark.parametrize("validation", ["strict", "off"])
@pytest.mark.parametrize("path", LISTS)
@FUZZ
@given(
    names=st.lists(st.sampled_from(NAMES), max_size=4),
    values=st.lists(
        st.text(max_size=12)
        | st.sampled_from(
            ["1", "2", "0", "-name", "last_job", "tags", "status", "2015-04-16", "1,2", "json"]
        ),
        min_size=4,
    ),
)
def test_no_query_is_too_odd(documented, path, validation, names, values) -> None:
    world = documented.fork("fuzz")
    query = urlencode(list(zip(names, values, strict=False)), errors="surrogatepass")
    before = world.state("sd_elements")
    headers = {**TOKEN, "x-mock-validation": validation}

    reply = world.handle(Call("GET", f"{path}?{query}", headers, b"", ROOT))

    sound(world, before, reply)


@FUZZ
@given(
    headers=st.dictionaries(
        st.sampled_from(["authorization", "accept", "cookie", "content-type"]),
        st.text(max_size=20)
        | st.sampled_from(["Token x", 'token "x"', "application/json;q=0", "sde-sessionid=a", "Basic eDp5"]),
    ),
    step=st.text(alphabet="0123456789abT-%.~", max_size=6),
)
def test_no_header_and_no_path_is_too_odd(documented, headers, step) -> None:
    world = documented.fork("fuzz")
    before = world.state("sd_elements")

    reply = world.handle(
        Call("PATCH", f"/sd-elements/api/v2/projects/1/tasks/{step}/", headers, b'{"status": "TS1"}', ROOT)
    )

    sound(world, before, reply)
