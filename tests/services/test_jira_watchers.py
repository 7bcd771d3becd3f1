"""Watchers of issues: strings as bodies, oneself without one."""

import base64

import pytest

WATCHERS = "/rest/api/3/issue/MKY-1/watchers"
EMMA = "5b10ac8d82e05b22cc7d4ef5"
AS_EMMA = {"Authorization": "Basic " + base64.b64encode(b"emma@example.com:mock-token").decode()}


@pytest.fixture
def jira(client):
    return client("jira")


def test_watching_is_told_the_same_everywhere(jira) -> None:
    jira("POST", WATCHERS)
    jira("POST", WATCHERS, EMMA)

    listed = jira("GET", WATCHERS).json()
    field = jira("GET", "/rest/api/3/issue/MKY-1?fields=watches").json()["fields"]["watches"]
    bulk = jira("POST", "/rest/api/3/issue/watching", {"issueIds": ["10002"]}).json()
    counted = jira("POST", "/rest/api/3/search/approximate-count", {"jql": "watcher = currentUser()"}).json()

    assert (listed["watchCount"], listed["isWatching"]) == (2, True)
    assert [one["displayName"] for one in listed["watchers"]] == ["Mia Krystof", "Emma Richards"]
    assert (field["watchCount"], field["isWatching"]) == (2, True)
    assert bulk == {"issuesIsWatching": {"10002": True}}
    assert counted["count"] == 1


def test_watching_twice_is_watching_once(jira) -> None:
    statuses = [jira("POST", WATCHERS, EMMA).status for _ in range(2)]

    assert statuses == [204, 204]
    assert jira("GET", WATCHERS).json()["watchCount"] == 1


def test_who_may_not_manage_may_still_watch_and_leave(jira, world) -> None:
    world.set_settings("jira", {"denied": ["MANAGE_WATCHERS"]})

    assert jira("POST", WATCHERS, headers=AS_EMMA).status == 204
    assert jira("POST", WATCHERS, EMMA).status == 403
    assert jira("DELETE", f"{WATCHERS}?accountId={EMMA}").status == 403
    assert jira("DELETE", f"{WATCHERS}?accountId={EMMA}", headers=AS_EMMA).status == 204
    assert jira("GET", WATCHERS).json()["watchCount"] == 0


@pytest.mark.parametrize("body", [[EMMA], 5, True, {"accountId": EMMA}])
def test_a_body_that_is_no_string_is_refused(jira, body) -> None:
    assert jira("POST", WATCHERS, body).status == 400
    assert jira("GET", WATCHERS).json()["watchCount"] == 0


def test_nobody_in_particular_cannot_watch(jira) -> None:
    jira.authorization = None

    assert jira("POST", WATCHERS).status == 401
