"""Rank: new issues come last; issues move before and after others, and everything agrees on the order."""

import itertools

import pytest

AGILE = "/rest/agile/1.0"
ISSUE = "/rest/api/3/issue"


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.fixture
def keys(jira):
    """MKY-1 and four more."""
    for number in range(4):
        given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": f"Task {number}"}
        jira("POST", ISSUE, {"fields": given})
    return [f"MKY-{number}" for number in range(1, 6)]


def rank(jira, *issues, **where):
    return jira("PUT", f"{AGILE}/issue/rank", {"issues": list(issues), **where})


def order(jira):
    body = {"jql": "project = MKY ORDER BY Rank", "fields": ["key"]}
    return [one["key"] for one in jira("POST", "/rest/api/3/search/jql", body).json()["issues"]]


def test_new_issues_come_last(jira, keys) -> None:
    assert order(jira) == keys


def test_issues_move_before_another_in_the_order_given(jira, keys) -> None:
    reply = rank(jira, "MKY-5", "MKY-3", rankBeforeIssue="MKY-1")

    assert (reply.status, reply.body) == (204, b"")
    assert order(jira) == ["MKY-5", "MKY-3", "MKY-1", "MKY-2", "MKY-4"]


def test_issues_move_after_another_and_a_new_one_comes_after_them(jira, keys) -> None:
    rank(jira, "MKY-1", "MKY-2", rankAfterIssue="MKY-5")
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"}
    jira("POST", ISSUE, {"fields": given})

    assert order(jira) == ["MKY-3", "MKY-4", "MKY-5", "MKY-1", "MKY-2", "MKY-6"]


def test_an_issue_ranked_by_itself_stays_where_it_is(jira, keys) -> None:
    rank(jira, "MKY-3", rankBeforeIssue="MKY-3")

    assert order(jira) == keys


def test_boards_show_the_order_of_ranks(jira, keys) -> None:
    rank(jira, "MKY-4", rankBeforeIssue="MKY-2")

    page = jira("GET", f"{AGILE}/board/84/issue").json()
    assert [one["key"] for one in page["issues"]] == ["MKY-1", "MKY-4", "MKY-2", "MKY-3", "MKY-5"]


def test_every_order_can_be_made(jira, keys) -> None:
    for wanted in itertools.islice(itertools.permutations(keys), 0, None, 17):
        for before, key in itertools.pairwise(wanted):
            rank(jira, key, rankAfterIssue=before)

        assert order(jira) == list(wanted)


def test_ranking_is_no_news(jira, keys) -> None:
    rank(jira, "MKY-5", rankBeforeIssue="MKY-1")

    assert jira("GET", f"{ISSUE}/MKY-5?expand=changelog").json()["changelog"]["histories"] == []


def test_moving_to_a_sprint_ranks_too(jira, keys) -> None:
    body = {"issues": ["MKY-5"], "rankBeforeIssue": "MKY-2"}
    jira("POST", f"{AGILE}/sprint/71/issue", body)

    assert order(jira) == ["MKY-1", "MKY-5", "MKY-2", "MKY-3", "MKY-4"]


@pytest.mark.parametrize(
    "where",
    [{}, {"rankBeforeIssue": "MKY-1", "rankAfterIssue": "MKY-2"}, {"rankBeforeIssue": "MKY-99"}],
)
def test_a_place_that_is_none_is_refused(jira, keys, where) -> None:
    reply = rank(jira, "MKY-5", **where)

    assert reply.status == 400
    assert order(jira) == keys
