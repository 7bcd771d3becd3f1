"""A client's back-off, tested against every reason that Jira has for a 429, and no second of it waited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

MYSELF = "/rest/api/3/myself"
ISSUE = "/rest/api/3/issue/MKY-1"


class PatientClient:
    """What a user has written: it waits as it is told, and twice as long each time where it is told nothing.

    ``sleep`` takes seconds; a program gives it ``time.sleep``, a test the world's clock.
    """

    TRIES, FIRST, LONGEST = 5, 2, 30

    def __init__(self, base_url: str, headers: dict[str, str], sleep: Callable[[float], Any]) -> None:
        self._url = base_url
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers.update(headers)
        self.waited: list[tuple[str, int]] = []
        self.near_limit = False

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        """The last reply; 429 and 503 are asked again, at most ``TRIES`` times in all."""
        for attempt in range(1, self.TRIES + 1):
            reply = self._session.request(method, self._url + path, json=body, timeout=10)
            self.near_limit = reply.headers.get("X-RateLimit-NearLimit") == "true"
            if reply.status_code not in (429, 503) or attempt == self.TRIES:
                break
            told = reply.headers.get("Retry-After")
            seconds = int(told) if told else min(self.FIRST * 2 ** (attempt - 1), self.LONGEST)
            self.waited.append((reply.headers.get("RateLimit-Reason", ""), seconds))
            self._sleep(seconds)
        return reply

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


@pytest.fixture
def patient(jira_mock: Any) -> Any:
    client = PatientClient(jira_mock.url, jira_mock.headers, jira_mock.clock.advance)
    yield client
    client.close()


@pytest.fixture
def app(jira_mock: Any) -> Any:
    """The same client with the token of an app: only apps use points."""
    headers = {"Authorization": "Bearer an-apps-token"}
    client = PatientClient(jira_mock.url, headers, jira_mock.clock.advance)
    yield client
    client.close()


def test_a_burst_is_waited_out(patient, jira_mock):
    jira_mock.limits(burst={"GET": 2})

    statuses = [patient.send("GET", MYSELF).status_code for _ in range(5)]

    assert statuses == [200] * 5
    assert patient.waited == [("jira-burst-based", 1)] * 2


def test_the_documented_burst_is_a_hundred_a_second_after_the_first_rush(patient, jira_mock):
    jira_mock.limits()

    for _ in range(460):
        assert patient.send("GET", MYSELF).ok

    assert patient.waited == [("jira-burst-based", 1)] * 2


def test_writes_to_one_issue_are_spaced_out(patient, jira_mock):
    jira_mock.limits()

    for number in range(50):
        body = {"fields": {"labels": [f"round-{number}"]}}
        assert patient.send("PUT", ISSUE, body).status_code == 204

    assert patient.waited == [("jira-per-issue-on-write", 2)] * 2
    [issue] = jira_mock.records("issue")
    assert issue["fields"]["labels"] == ["round-49"]


@pytest.mark.parametrize(
    ("tier", "reason"), [("global", "jira-quota-global-based"), ("standard", "jira-quota-tenant-based")]
)
def test_without_points_the_next_hour_is_waited_for(app, jira_mock, tier, reason):
    jira_mock.limits(tier=tier, quota=3)

    statuses = [app.send("GET", ISSUE).status_code for _ in range(3)]

    assert statuses == [200] * 3
    assert app.waited == [(reason, 1800)]
    assert jira_mock.clock.now == datetime.fromisoformat("2025-01-15T10:00:00+00:00")


def test_few_points_left_are_noticed_before_they_are_gone(app, jira_mock):
    jira_mock.limits(quota=10)

    noticed = []
    for _ in range(5):
        app.send("GET", ISSUE)
        noticed.append(app.near_limit)

    assert noticed == [False, False, False, False, True]
    assert app.waited == []


def test_a_site_that_is_down_is_asked_less_and_less(patient, jira_mock):
    jira_mock.force("getCurrentUser", status=503, times=4)
    began = jira_mock.clock.now

    reply = patient.send("GET", MYSELF)

    assert reply.status_code == 200
    assert [seconds for _, seconds in patient.waited] == [2, 4, 8, 16]
    assert jira_mock.clock.now - began == timedelta(seconds=30)


def test_a_site_that_is_down_may_say_when_to_come_again(patient, jira_mock):
    jira_mock.force("getCurrentUser", status=503, headers={"Retry-After": "7"})

    assert patient.send("GET", MYSELF).status_code == 200
    assert [seconds for _, seconds in patient.waited] == [7]


def test_nobody_tries_for_ever(patient, jira_mock):
    jira_mock.force("getCurrentUser", status=503, times=None)

    assert patient.send("GET", MYSELF).status_code == 503
    jira_mock.assert_called("getCurrentUser", times=PatientClient.TRIES)
