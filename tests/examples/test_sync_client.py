"""A client of one's own, tested with ``requests`` and plain test functions."""

from __future__ import annotations

from typing import Any

import pytest
import requests


class IssueLinker:
    """What a user has written: it keeps one remote link for every support case."""

    def __init__(self, base_url: str, auth: tuple[str, str]) -> None:
        self._api = f"{base_url}/rest/api/3"
        self._session = requests.Session()
        self._session.auth = auth

    def link(self, issue: str, case: str) -> int:
        """Link the issue to the case, once however often it is called; the link's id."""
        body = {
            "globalId": f"case={case}",
            "object": {"title": f"Case {case}", "url": f"http://cases/{case}"},
        }
        reply = self._session.post(f"{self._api}/issue/{issue}/remotelink", json=body, timeout=10)
        reply.raise_for_status()
        return reply.json()["id"]

    def cases(self, issue: str) -> list[str]:
        """The titles of all links; a site that is busy for a moment is asked again."""
        for _ in range(3):
            reply = self._session.get(f"{self._api}/issue/{issue}/remotelink", timeout=10)
            if reply.status_code != 503:
                break
        reply.raise_for_status()
        return [link["object"]["title"] for link in reply.json()]

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


@pytest.fixture
def linker(jira_mock: Any) -> Any:
    linker = IssueLinker(jira_mock.url, jira_mock.auth)
    yield linker
    linker.close()


def test_the_case_is_linked(linker, jira_mock):
    linker.link("MKY-1", "111")

    *_, link = jira_mock.records("remote_link")
    assert link["object"]["url"] == "http://cases/111"
    jira_mock.assert_called("createOrUpdateRemoteIssueLink", times=1)


def test_linking_twice_changes_the_link_that_is_there(linker, jira_mock):
    first, second = linker.link("MKY-1", "111"), linker.link("MKY-1", "111")

    assert first == second
    created, updated = jira_mock.calls("createOrUpdateRemoteIssueLink", body={"globalId": "case=111"})
    assert (created.status, updated.status) == (201, 200)


def test_every_test_begins_with_the_documented_world(linker):
    assert linker.cases("MKY-1") == ["TSTSUP-111", "Test Case #1234"]


def test_a_busy_site_is_asked_again(linker, jira_mock):
    jira_mock.force("getRemoteIssueLinks", status=503, times=2)

    titles = linker.cases("MKY-1")

    assert titles == ["TSTSUP-111", "Test Case #1234"]
    jira_mock.assert_called("getRemoteIssueLinks", times=3)


def test_a_documented_refusal_can_be_forced(linker, jira_mock):
    jira_mock.force("createOrUpdateRemoteIssueLink", "linking_disabled")

    with pytest.raises(requests.HTTPError, match="403"):
        linker.link("MKY-1", "111")


def test_a_setting_of_the_site_can_be_changed(linker, jira_mock):
    jira_mock.set(issueLinkingEnabled=False)

    with pytest.raises(requests.HTTPError, match="403"):
        linker.cases("MKY-1")


def test_an_issue_can_be_seeded(linker, jira_mock):
    jira_mock.seed(
        {"issue": [{"key": "MKY-7", "fields": {"summary": "Seeded", "issuetype": {"name": "Bug"}}}]}
    )

    linker.link("MKY-7", "7")

    assert linker.cases("MKY-7") == ["Case 7"]


@pytest.mark.mock(auth="strict")
def test_only_a_known_credential_is_let_in(jira_mock):
    known = requests.get(f"{jira_mock.url}/rest/api/3/myself", auth=jira_mock.auth, timeout=10)
    unknown = requests.get(f"{jira_mock.url}/rest/api/3/myself", auth=("who", "knows"), timeout=10)

    assert (known.status_code, unknown.status_code) == (200, 401)
