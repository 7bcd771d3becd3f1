"""The unmodified ``jira`` client from PyPI against a real socket, in both versions of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jira import JIRA, Issue, JIRAError

from mockserver.server import MockServer
from mockserver.world import World, Worlds

MIA = ("mia@example.com", "mock-token")


@pytest.fixture
def server(documented: World) -> Iterator[MockServer]:
    server = MockServer(Worlds(documented.fork("default")))
    server.worlds.default.set_auth("strict")
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["2", "3", "latest"])
def jira(server: MockServer, request: pytest.FixtureRequest) -> Iterator[JIRA]:
    options = {"server": server.url, "rest_api_version": request.param}
    client = JIRA(options=options, basic_auth=MIA, max_retries=0)
    yield client
    client.close()


@pytest.fixture
def issue(jira: JIRA) -> Issue:
    return jira.create_issue(
        project="MKY", summary="From a client", issuetype={"name": "Task"}, labels=["new"]
    )


def test_the_client_takes_the_server_for_jira_cloud(jira: JIRA) -> None:
    assert jira._is_cloud
    assert jira.myself()["displayName"] == "Mia Krystof"
    assert [kind.name for kind in jira.issue_types()] == ["Bug", "Task", "Epic", "Story", "Sub-task"]
    assert len(jira.my_permissions(permissions="LINK_ISSUES")["permissions"]) == 1
    assert jira.project("MKY").lead.displayName == "Mia Krystof"


def test_an_issue_is_created_edited_and_deleted(jira: JIRA, issue: Issue) -> None:
    issue.update(summary="Edited", fields={"labels": ["edited"]})
    again = jira.issue(issue.key)

    assert (again.fields.summary, again.fields.labels) == ("Edited", ["edited"])
    again.add_field_value("labels", "added")
    assert jira.issue(issue.key).fields.labels == ["edited", "added"]
    again.delete()
    with pytest.raises(JIRAError, match="Issue does not exist") as gone:
        jira.issue(issue.key)
    assert gone.value.status_code == 404


def test_remote_links_are_added_listed_upserted_updated_and_deleted(jira: JIRA, issue: Issue) -> None:
    case = {"url": "https://cases.example/111", "title": "Case 111"}

    added = jira.add_remote_link(issue.key, case, globalId="case=111", relationship="causes")
    upserted = jira.add_remote_link(issue.key, {**case, "title": "Closed"}, globalId="case=111")
    simple = jira.add_simple_link(issue.key, {"url": "https://b.example", "title": "B"})

    assert upserted.id == added.id != simple.id
    first, second = jira.remote_links(issue)
    assert first.object.title == "Closed"
    assert not hasattr(first, "relationship")
    second.update({"url": "https://b.example/2", "title": "B 2"}, globalId="b")
    assert jira.remote_link(issue.key, second.id).globalId == "b"
    first.delete()
    assert [link.object.title for link in jira.remote_links(issue.key)] == ["B 2"]
    issue.delete()
    with pytest.raises(JIRAError):
        jira.remote_links(issue.key)


def test_two_issues_are_linked(jira: JIRA, issue: Issue) -> None:
    jira.create_issue_link("Blocks", inwardIssue=issue.key, outwardIssue="MKY-1")

    [link] = jira.issue(issue.key).fields.issuelinks
    assert link.outwardIssue.key == "MKY-1"
    jira.delete_issue_link(link.id)
    assert jira.issue(issue.key).fields.issuelinks == []


def test_every_wrong_field_reaches_the_client(jira: JIRA) -> None:
    with pytest.raises(JIRAError) as refused:
        jira.create_issue(project="MKY", summary="", issuetype={"id": "99"}, labels=["a b"])

    assert refused.value.status_code == 400
    assert set(refused.value.response.json()["errors"]) == {"labels", "summary", "issuetype"}


def test_a_wrong_credential_is_told_by_its_header(server: MockServer) -> None:
    client = JIRA(server.url, basic_auth=("mia@example.com", "guessed"), max_retries=0)

    with pytest.raises(JIRAError) as refused:
        client.issue("MKY-1")

    assert refused.value.status_code == 404
    assert refused.value.response.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    client.close()
