"""Permissions of one user, said in one line."""

from __future__ import annotations

from typing import Any

import pytest

ISSUE = "/rest/api/3/issue/MKY-1"
LINK = {"object": {"url": "http://cases/1", "title": "A case"}}
WRITES = [
    ("PUT", ISSUE, {"fields": {"summary": "New"}}),
    ("DELETE", ISSUE, None),
    ("POST", f"{ISSUE}/comment", {"body": {"type": "doc", "version": 1, "content": []}}),
    ("POST", f"{ISSUE}/worklog", {"timeSpent": "1h"}),
    ("POST", f"{ISSUE}/remotelink", LINK),
    ("POST", f"{ISSUE}/transitions", {"transition": {"id": "31"}}),
    ("PUT", f"{ISSUE}/assignee", {"accountId": None}),
    ("POST", "/rest/api/3/issue",
     {"fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A"}}),
    ("POST", "/rest/api/3/version", {"name": "9.9", "projectId": 10000}),
    ("PUT", "/rest/api/3/project/MKY", {"name": "Renamed"}),
]  # fmt: skip


@pytest.fixture
def as_user(world: Any, client: Any) -> Any:
    """A function that makes a call of a service as one of its users."""

    def call(service: str, user: Any, *request: Any) -> Any:
        sent = client(service)
        sent.authorization = world.login(service, user)["headers"]["Authorization"]
        return sent(*request)

    return call


@pytest.mark.parametrize("named", ["emma@example.com", "5b10ac8d82e05b22cc7d4ef5", "Emma Richards", "*"])
def test_a_user_who_lacks_a_permission_is_named_in_any_way(world: Any, as_user: Any, named: str) -> None:
    world.set_settings("jira", {"denied": {named: ["LINK_ISSUES"]}})

    hers = as_user("jira", "emma@example.com", "POST", f"{ISSUE}/remotelink", LINK)
    mine = as_user("jira", "mia@example.com", "POST", f"{ISSUE}/remotelink", LINK)

    assert hers.status == 403
    assert hers.json()["errorMessages"] == ["No Link Issue Permission for issue 'MKY-1'"]
    assert mine.status == (403 if named == "*" else 201)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_project_is_read_only_for_a_user(
    world: Any, as_user: Any, method: str, path: str, body: Any
) -> None:
    world.set_settings("jira", {"denied": {"emma@example.com": ["* in MKY", "ADMINISTER"]}})
    before = world.state("jira", "issue"), world.state("jira", "comment"), world.state("jira", "project")

    refused = as_user("jira", "emma@example.com", method, path, body)
    read = as_user("jira", "emma@example.com", "GET", f"{ISSUE}?fields=summary")

    assert refused.status in (400, 401, 403, 404), refused.body
    assert read.status == 200
    assert (
        world.state("jira", "issue"),
        world.state("jira", "comment"),
        world.state("jira", "project"),
    ) == before


def test_another_project_is_not(world: Any, as_user: Any) -> None:
    world.set_settings("jira", {"denied": {"emma@example.com": ["* in EX", "LINK_ISSUES in EX"]}})

    reply = as_user("jira", "emma@example.com", "POST", f"{ISSUE}/remotelink", LINK)

    assert reply.status == 201


def test_what_a_user_lacks_is_told(world: Any, as_user: Any) -> None:
    world.set_settings("jira", {"denied": {"emma@example.com": ["LINK_ISSUES in MKY"]}})
    path = "/rest/api/3/mypermissions?permissions=LINK_ISSUES,EDIT_ISSUES&issueKey=MKY-1"

    found = as_user("jira", "emma@example.com", "GET", path).json()["permissions"]

    assert (found["LINK_ISSUES"]["havePermission"], found["EDIT_ISSUES"]["havePermission"]) == (False, True)


@pytest.mark.parametrize(
    ("service", "lacking", "poor", "rich", "path"),
    [
        ("enterprise_tester", {"mock": ["Resources/ExternalLinks"]}, "mock", "administrator",
         "/api/externalsystemlinks"),
        ("kordiam", {"mock-client": ["api.read"]}, "mock-client", "second", "/api/v2/elements"),
    ],
)  # fmt: skip
def test_other_services_tell_users_apart_too(
    world: Any, as_user: Any, service: str, lacking: Any, poor: str, rich: str, path: str
) -> None:
    world.seed({"kordiam": {"client": [{"id": "second", "secret": "mock-secret", "organisation": 1}]}})
    world.set_settings(service, {"denied": lacking})

    assert as_user(service, poor, "GET", path).status == 403
    assert as_user(service, rich, "GET", path).status == 200


def test_sd_elements_hides_params_from_one_user(world: Any, as_user: Any) -> None:
    world.set_settings("sd_elements", {"denied": {"user1@example.com": ["Edit Issue Tracker connections"]}})
    path = "/api/v2/connections/issue-tracker/"

    hers = as_user("sd_elements", "user1@example.com", "GET", path).json()["results"]
    his = as_user("sd_elements", "admin@example.com", "GET", path).json()["results"]

    assert ["params" in one for one in hers] == [False] * len(his)
    assert all("params" in one for one in his)
