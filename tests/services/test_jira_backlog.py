"""The backlog: what is neither finished nor planned."""

import pytest

AGILE = "/rest/agile/1.0"
ISSUE = "/rest/api/3/issue"


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.fixture
def key(jira):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A task"}
    return jira("POST", ISSUE, {"fields": given}).json()["key"]


def backlog(jira, query=""):
    return [one["key"] for one in jira("GET", f"{AGILE}/board/84/backlog{query}").json()["issues"]]


def plan(jira, key, sprint=71):
    assert jira("POST", f"{AGILE}/sprint/{sprint}/issue", {"issues": [key]}).status == 204


@pytest.mark.parametrize("sprint", [71, 72])
def test_what_is_planned_is_not_in_it_and_comes_back(jira, key, sprint) -> None:
    plan(jira, key, sprint)
    planned = backlog(jira)

    reply = jira("POST", f"{AGILE}/backlog/issue", {"issues": [key]})

    assert planned == ["MKY-1"]
    assert (reply.status, reply.body) == (204, b"")
    assert backlog(jira) == ["MKY-1", key]


def test_what_is_done_is_not_in_it(jira, world) -> None:
    world.seed({"jira": {"issue": [{"key": "MKY-60", "fields": {"summary": "Done", "status": "Done"}}]}})

    assert backlog(jira) == ["MKY-1"]


def test_it_can_be_searched(jira, key) -> None:
    assert backlog(jira, "?jql=summary%20~%20task") == [key]


def test_issues_of_a_board_move_back_and_are_ranked(jira, key) -> None:
    plan(jira, key)

    reply = jira("POST", f"{AGILE}/backlog/84/issue", {"issues": [key], "rankBeforeIssue": "MKY-1"})

    assert reply.status == 204
    assert backlog(jira) == [key, "MKY-1"]


def test_what_is_on_no_such_board_does_not_move(jira, key) -> None:
    plan(jira, key)
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Epic"}, "summary": "Big"}
    epic = jira("POST", ISSUE, {"fields": given}).json()["key"]

    reply = jira("POST", f"{AGILE}/backlog/84/issue", {"issues": [key, epic]})

    assert reply.status == 400
    assert backlog(jira) == ["MKY-1"]


def test_a_board_without_sprints_has_an_empty_backlog(jira, key) -> None:
    assert jira("GET", f"{AGILE}/board/92/backlog").json()["issues"] == []


def test_the_count_is_that_of_the_list(jira, key) -> None:
    reply = jira("GET", "/rest/software/1.0/board/84/backlog/approximate-count")

    assert reply.json() == {"count": 2}
