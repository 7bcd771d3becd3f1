"""Properties of issues, comments and worklogs: any JSON, kept exactly."""

import pytest

from mockserver.values import dumps

PROPERTIES = "/rest/api/3/issue/MKY-1/properties"


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "", "text", [], [None], {}, {"a": {"b": None}}, {"ü": "☃"}]
)
def test_any_json_comes_back_as_it_was(jira, value) -> None:
    reply = jira("PUT", f"{PROPERTIES}/key", text=dumps(value))

    assert (reply.status, reply.body) == (201, b"")
    assert jira("GET", f"{PROPERTIES}/key").json() == {"key": "key", "value": value}


def test_the_first_time_creates_and_the_second_replaces(jira) -> None:
    statuses = [jira("PUT", f"{PROPERTIES}/key", value).status for value in ({"a": 1}, {"b": 2})]

    assert statuses == [201, 200]
    assert jira("GET", f"{PROPERTIES}/key").json()["value"] == {"b": 2}
    assert len(jira("GET", PROPERTIES).json()["keys"]) == 1


def test_keys_lead_to_their_properties_and_tell_case_apart(jira) -> None:
    for key in ("Key", "key", "a b.c"):
        jira("PUT", f"{PROPERTIES}/{key.replace(' ', '%20')}", {"key": key})

    keys = jira("GET", PROPERTIES).json()["keys"]
    values = [
        jira("GET", one["self"].removeprefix("http://localhost:8080").replace(" ", "%20")) for one in keys
    ]

    assert [one.json()["value"]["key"] for one in values] == ["Key", "key", "a b.c"]


@pytest.mark.parametrize(("size", "status"), [(32_766, 201), (32_767, 400)])
def test_a_value_has_at_most_32768_characters(jira, size, status) -> None:
    assert jira("PUT", f"{PROPERTIES}/key", "x" * size).status == status


@pytest.mark.parametrize(("size", "status"), [(255, 201), (256, 400)])
def test_a_key_has_at_most_255_characters(jira, size, status) -> None:
    assert jira("PUT", f"{PROPERTIES}/{'k' * size}", 1).status == status


@pytest.mark.parametrize("text", ["", "{", "nan"])
def test_what_is_no_json_is_refused(jira, text) -> None:
    reply = jira("PUT", f"{PROPERTIES}/key", text=text, headers={"Content-Type": "application/json"})

    assert reply.status == 400
    assert jira("GET", PROPERTIES).json() == {"keys": []}


def test_jql_finds_issues_by_their_properties(jira) -> None:
    jira("PUT", f"{PROPERTIES}/support", {"level": 2})

    found = jira("POST", "/rest/api/3/search/approximate-count", {"jql": "issue.property[support].level = 2"})

    assert found.json() == {"count": 1}


def test_properties_go_with_what_they_belong_to(jira) -> None:
    worklog = jira("POST", "/rest/api/3/issue/MKY-1/worklog", {"timeSpent": "1h"}).json()
    here = f"/rest/api/3/issue/MKY-1/worklog/{worklog['id']}"
    jira("PUT", f"{here}/properties/a", 1)

    before = jira("GET", f"{here}/properties/a").status
    jira("DELETE", here)

    assert (before, jira("GET", f"{here}/properties/a").status) == (200, 404)
