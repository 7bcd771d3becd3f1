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


@pytest.mark.parametrize("chosen", [True, False])
def test_who_works_on_an_issue_watches_it_where_the_site_has_it_so(jira, world, chosen) -> None:
    world.set_settings("jira", {"autowatch": chosen})
    address = "/rest/api/3/issue"
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A"}

    made = jira("POST", address, {"fields": fields}).json()["key"]
    jira("PUT", f"{address}/MKY-1", {"fields": {"summary": "B"}})
    jira("PUT", f"{address}/MKY-1", {"fields": {"summary": "C"}}, headers=AS_EMMA)
    text = {"type": "doc", "version": 1, "content": []}
    said = {**text, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hm."}]}]}
    jira("POST", f"{address}/{made}/comment", {"body": said}, headers=AS_EMMA)

    for key in (made, "MKY-1"):
        watching = jira("GET", f"{address}/{key}/watchers").json()["watchers"]
        assert [one["displayName"] for one in watching] == ["Mia Krystof", "Emma Richards"] * chosen


def test_a_renamed_project_is_watched_by_nobody_for_that(jira, world) -> None:
    world.set_settings("jira", {"autowatch": True})

    jira("PUT", "/rest/api/3/project/MKY", {"key": "APE"})

    assert jira("GET", WATCHERS).json()["watchCount"] == 0
