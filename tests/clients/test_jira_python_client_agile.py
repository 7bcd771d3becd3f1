"""The unmodified ``jira`` client from PyPI with boards, sprints, ranks and epics, against a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jira import JIRA

from mockserver.server import MockServer
from mockserver.world import World, Worlds

DATES = {"startDate": "2025-01-01T00:00:00.000Z", "endDate": "2025-01-14T00:00:00.000Z"}


@pytest.fixture
def jira(documented: World) -> Iterator[JIRA]:
    server = MockServer(Worlds(documented.fork("default")))
    server.start()
    client = JIRA(server.url, basic_auth=("mia@example.com", "mock-token"), max_retries=0)
    yield client
    client.close()
    server.stop()


def issue(jira: JIRA, kind: str = "Task") -> str:
    return jira.create_issue(project="MKY", summary=f"A {kind}", issuetype={"name": kind}).key


def found(jira: JIRA, jql: str) -> list[str]:
    return [one.key for one in jira.enhanced_search_issues(jql)]


def test_a_board_of_a_filter_gets_a_sprint_that_is_started_and_ended(jira: JIRA) -> None:
    chooser = jira.create_filter("All of MKY", jql="project = MKY ORDER BY Rank")
    board = jira.create_board("Ours", chooser.id, location_type="project", location_id="MKY")
    sprint = jira.create_sprint("First", board.id, goal="Begin")

    started = jira.update_sprint(sprint.id, state="active", **DATES)

    assert (started["name"], started["state"]) == ("First", "active")
    assert [one.name for one in jira.sprints(board.id, state="active")] == ["First"]
    assert jira.update_sprint(sprint.id, state="closed", **DATES)["state"] == "closed"
    sprint.delete()
    board.delete()
    assert [one.name for one in jira.boards()] == ["scrum board", "kanban board"]


def test_issues_move_into_a_sprint_and_back(jira: JIRA) -> None:
    key = issue(jira)

    jira.add_issues_to_sprint(71, [key])
    planned = found(jira, "sprint in openSprints()")
    jira.move_to_backlog([key])

    assert planned == [key]
    assert found(jira, "sprint in openSprints()") == []


def test_an_issue_is_ranked_before_and_after_another(jira: JIRA) -> None:
    key = issue(jira)

    jira.rank(key, next_issue="MKY-1")
    before = found(jira, "project = MKY ORDER BY Rank")
    jira.rank(key, prev_issue="MKY-1")

    assert before == [key, "MKY-1"]
    assert found(jira, "project = MKY ORDER BY Rank") == ["MKY-1", key]


def test_issues_are_put_into_an_epic(jira: JIRA) -> None:
    epic = issue(jira, "Epic")

    jira.add_issues_to_epic(epic, ["MKY-1"])

    assert jira.issue("MKY-1").fields.parent.key == epic
