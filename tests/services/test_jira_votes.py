"""Votes: never for one's own issues, never for what is resolved."""

import base64

import pytest

VOTES = "/rest/api/3/issue/MKY-1/votes"
AS_EMMA = {"Authorization": "Basic " + base64.b64encode(b"emma@example.com:mock-token").decode()}


@pytest.fixture
def jira(client):
    return client("jira")


def test_a_vote_is_told_the_same_everywhere_until_it_is_taken_back(jira) -> None:
    jira("POST", VOTES, headers=AS_EMMA)
    jira("POST", VOTES, headers=AS_EMMA)
    listed = jira("GET", VOTES, headers=AS_EMMA).json()
    field = jira("GET", "/rest/api/3/issue/MKY-1?fields=votes").json()["fields"]["votes"]
    found = jira("POST", "/rest/api/3/search/approximate-count", {"jql": "votes = 1"}).json()

    assert (listed["votes"], listed["hasVoted"]) == (1, True)
    assert [one["displayName"] for one in listed["voters"]] == ["Emma Richards"]
    assert (field["votes"], field["hasVoted"], found["count"]) == (1, False, 1)
    assert jira("DELETE", VOTES, headers=AS_EMMA).status == 204
    assert jira("DELETE", VOTES, headers=AS_EMMA).status == 404
    assert jira("GET", VOTES).json()["votes"] == 0


def test_nobody_votes_for_what_they_reported(jira) -> None:
    reply = jira("POST", VOTES)

    assert (reply.status, reply.json()["errorMessages"]) == (
        404,
        ["You cannot vote for an issue you have reported."],
    )


def test_who_may_not_see_voters_sees_how_many(jira, world) -> None:
    jira("POST", VOTES, headers=AS_EMMA)
    world.set_settings("jira", {"denied": ["VIEW_VOTERS_AND_WATCHERS"]})

    shown = jira("GET", VOTES).json()

    assert (shown["votes"], shown["voters"]) == (1, [])


def test_nobody_in_particular_cannot_vote(jira) -> None:
    jira.authorization = None

    assert [jira(method, VOTES).status for method in ("POST", "DELETE")] == [401, 401]
