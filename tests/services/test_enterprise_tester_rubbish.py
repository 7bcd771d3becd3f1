"""Rubbish sent to Enterprise Tester: its own words, nothing changed, never a 500."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

INCIDENT = "a01fc7ed-3492-4792-9a0b-e2b52fa10913"
JIRA = "b5ee119f-bc44-4b3c-befe-919f2fe3f4f7"
PROJECT = "3afbe0dd-55ca-419e-b75d-d21c821d7281"
LINK = f"/api/externalsystemlink/{INCIDENT}"

WRITES = [
    ("POST", "/api/externalsystemlinks"),
    ("PATCH", LINK),
    ("POST", f"{LINK}/copy"),
    ("POST", "/api/externalsystems"),
    ("PUT", f"/api/externalsystem/{JIRA}"),
    ("PATCH", f"/api/externalsystem/{JIRA}"),
    ("POST", "/api/projects"),
    ("PUT", f"/api/project/{PROJECT}"),
    ("POST", "/api/backgroundtasks"),
    ("POST", "/api/systemevents"),
]
LISTS = [
    "/api/externalsystemlinks",
    "/api/externalsystems",
    "/api/externalsystemtypes",
    "/api/externalsourcesmetadata",
    "/api/projects",
    "/api/organisations",
    "/api/systemevents",
    f"/api/externalsystem/{JIRA}/links",
    f"{LINK}/field/Priority",
    f"/api/project/{PROJECT}/searchlinks",
    f"/api/project/{PROJECT}/tickets",
]
NESTED = {
    "Source": [],
    "Destination": {"Key": {}, "Id": [1], "FieldValues": 3},
    "Name": {"a": 1},
    "Type": [2],
}


@pytest.fixture
def tester(client):
    return client("enterprise_tester")


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "true", "1e999", "[]", "[[]]", '""', "{}", "\x00", '{"Name": "\\ud800"}',
        '{"Name": null, "Enabled": null, "Type": null}', '{"Id": {}, "Enabled": 1}', "[" * 2000,
    ],
)  # fmt: skip
def test_a_body_that_is_no_such_thing_is_refused(tester, world, method: str, path: str, text: str) -> None:
    before = world.state("enterprise_tester")

    reply = tester(method, path, text=text, headers={"content-type": "application/json"})

    assert reply.status == 403
    assert list(reply.json()) == ["Message"]
    assert world.state("enterprise_tester") == before


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("validation", ["strict", "warn", "off"])
@pytest.mark.parametrize("body", [NESTED, [], 1, "x", {}, {"FieldValues": [], "OrganisationId": {}}])
def test_a_body_of_wrong_types_is_never_a_500(tester, world, method, path, validation, body) -> None:
    reply = tester(method, path, body, headers={"x-mock-validation": validation})

    assert reply.status in (200, 201, 202, 403)
    assert tester("GET", "/api/externalsystemlinks?$expand=Configuration,ExternalSystem").status == 200
    assert tester("GET", "/api/externalsystems?$filter=Name%20ne%20'x'&$expand=FieldValues").status == 200
    assert tester("GET", "/api/projects?$orderby=Name").status == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_body_of_another_media_type_is_refused(tester, world, method: str, path: str) -> None:
    before = world.state("enterprise_tester")

    reply = tester(method, path, text="Name=x", headers={"content-type": "text/plain"})

    assert reply.status == 415
    assert world.state("enterprise_tester") == before


@pytest.mark.parametrize(("method", "path"), [one for one in WRITES if one[1].startswith("/api/external")])
def test_a_write_with_an_expansion_that_is_none_changes_nothing(tester, world, method, path) -> None:
    before = world.state("enterprise_tester")
    ends = {
        "Source": {"Key": "Requirement", "Id": None, "FieldValues": {"ProjectId": PROJECT}},
        "Destination": {"Key": "Synchronization", "Id": JIRA, "FieldValues": {"ProjectId": "1"}},
    }
    body = {"Type": "Jira", "Name": "A", "Enabled": True, **ends}

    reply = tester(method, f"{path}?$expand=a%20b", body)

    assert reply.status == 403
    assert reply.json()["Message"].startswith("$expand, column 3")
    assert world.state("enterprise_tester") == before


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "$filter=((((", "$filter=Name%20eq%20'", "$filter=guid'x'%20eq%20Id", "$orderby=,", "$top=1.5",
        "$skip=%00",
        "$expand=%2C", "$inlinecount=%F0%9F%92%A5", "$filter=" + "(" * 9000, "$filter=%FF%FE",
    ],
)  # fmt: skip
def test_rubbish_in_the_options_of_any_list_is_refused(tester, path: str, query: str) -> None:
    reply = tester("GET", f"{path}?{query}")

    assert reply.status == 403
    assert reply.json()["Message"].startswith("$")


@pytest.mark.parametrize("id", ["x", "%20", "..%2F..", "%00", "%FF", "a" * 5000, "%F0%9F%92%A5", "{id}", "'"])
def test_an_id_that_is_none_is_not_found(tester, id: str) -> None:
    for kind in (
        "externalsystemlink",
        "externalsystem",
        "project",
        "organisation",
        "backgroundtask",
        "systemevent",
    ):
        reply = tester("GET", f"/api/{kind}/{id}")

        assert reply.status == 404
        assert list(reply.json()) == ["Message"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"query=%FF&valuesqry=maybe", b"valuesqry=true&query=|||", b"=&=&"]
)
def test_a_form_of_rubbish_is_never_a_500(tester, content: bytes) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    reply = tester("POST", f"/api/project/{PROJECT}/searchlinks", text=content, headers=form)

    assert reply.status in (200, 403)


WORDS = [
    "Name", "Type", "eq", "ne", "gt", "and", "or", "not", "(", ")", ",", "'x'", "''", "null", "true", "1",
    "-1e5", f"guid'{PROJECT}'", "guid'", "datetime'2012-01-01'", "substringof(", "startswith(Name,",
    "ExternalSystem/Name", "Links", "Enabled", "desc", "asc", "$", "/", " ", "\0", "ß", "💥",
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=40)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filter=SENTENCES,
    orderby=SENTENCES,
    top=st.integers(-5, 50).map(str) | st.text(max_size=5),
    path=st.sampled_from(LISTS),
)
def test_any_options_are_answered_or_refused(tester, filter: str, orderby: str, top: str, path: str) -> None:
    query = f"$filter={quote(filter)}&$orderby={quote(orderby)}&$top={quote(top)}"

    reply = tester("GET", f"{path}?{query}")

    assert reply.status in (200, 403)
    assert "Items" in reply.json() if reply.status == 200 else list(reply.json()) == ["Message"]
