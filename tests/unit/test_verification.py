"""Was an operation called; and if not, what came nearest."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from mockserver.state.journal import Bounds
from mockserver.testing import MockWorld, ServiceMock
from mockserver.world import CommandError

PATH = "/rest/api/3/issue/MKY-1/remotelink"
LINK = {"globalId": "system=a&id=1", "object": {"title": "TSTSUP-111", "url": "http://a.example/1"}}


@pytest.fixture
def jira(world) -> ServiceMock:
    return MockWorld(world, "http://localhost:8080").jira


@pytest.fixture
def call(client):
    return client("jira")


def complaint(jira: ServiceMock, *arguments, **expected) -> list[str]:
    with pytest.raises(AssertionError) as caught:
        jira.assert_called(*arguments, **expected)
    return str(caught.value).splitlines()


def test_calls_that_match_come_back(jira, call):
    call("POST", PATH, LINK)
    call("GET", PATH)

    [seen] = jira.assert_called("createOrUpdateRemoteIssueLink")

    assert (seen.number, seen.status, seen.body, seen.path) == (1, 201, LINK, PATH)
    assert seen.reply["id"] == 10002


@pytest.mark.parametrize(
    "expected",
    [
        {"times": 2},
        {"at_least": 2},
        {"at_most": 2},
        {"at_least": 1, "at_most": 3},
        {"times": 1, "body": {"object": {"title": "TSTSUP-111"}}},
        {"times": 0, "body": {"object": {"title": "TSTSUP"}}},
        {"times": 1, "body": {"globalId": "system=a&id=1", "object": {}}},
        {"times": 2, "path": {"issueIdOrKey": "MKY-1"}},
        {"times": 0, "path": {"issueIdOrKey": "MKY-2"}},
        {"times": 2, "path": "/MKY-1/remotelink"},
    ],
)
def test_numbers_and_parts_that_are_right(jira, call, expected):
    call("POST", PATH, LINK)
    call("POST", PATH.replace("/3/", "/2/"), {"object": {"title": "other", "url": "http://a.example/1"}})

    seen = jira.assert_called("createOrUpdateRemoteIssueLink", **expected)

    assert len(seen) == expected.get("times", 2)


def test_parameters_of_the_query_are_compared_as_text(jira, call):
    call("GET", f"{PATH}?globalId=5&expand=true&x=1&x=2")

    jira.assert_called("getRemoteIssueLinks", query={"globalId": 5, "expand": True, "x": 2}, times=1)
    jira.assert_called("getRemoteIssueLinks", query={"x": [1, 2]}, times=1)
    jira.assert_called("getRemoteIssueLinks", query={"x": 3}, times=0)


def test_paths_are_compared_decoded(jira, call):
    call("GET", "/jira/rest/api/latest/issue/MKY%2D1/remotelink/10000")

    jira.assert_called("getRemoteIssueLinkById", path={"issueIdOrKey": "MKY-1", "linkId": 10000}, times=1)


def test_calls_of_a_world_are_those_of_one_operation(jira, call):
    call("GET", PATH)
    call("POST", PATH, LINK)

    assert [one.number for one in jira.calls("getRemoteIssueLinks")] == [1]
    assert jira.calls("createOrUpdateRemoteIssueLink", body={"globalId": "other"}) == []


def test_an_operation_that_does_not_exist_is_no_answer(jira):
    with pytest.raises(CommandError, match="did you mean 'getRemoteIssueLinks'"):
        jira.assert_called("getRemoteIssueLink", times=0)


def test_a_placeholder_that_does_not_exist_is_no_answer(jira):
    with pytest.raises(CommandError, match="getRemoteIssueLinks has no issue in its path"):
        jira.assert_called("getRemoteIssueLinks", path={"issue": "MKY-1"}, times=0)


def test_nothing_at_all_was_asked(jira):
    assert complaint(jira, "getRemoteIssueLinks") == [
        "getRemoteIssueLinks: called never, expected at least 1",
        "no other requests (0 kept, 0 evicted)",
    ]


def test_a_failure_shows_the_nearest_requests_with_the_parts_that_differ(jira, call):
    call("GET", "/rest/api/3/issue/MKY-1")
    call("POST", PATH, LINK)
    call("POST", "/rest/api/3/isue", LINK)
    call("DELETE", f"{PATH}?globalId=1")

    lines = complaint(jira, "createOrUpdateRemoteIssueLink", body={"object": {"title": "TSTSUP-112"}})

    wanted = 'createOrUpdateRemoteIssueLink with body {"object":{"title":"TSTSUP-112"}}'
    assert lines[:7] == [
        f"{wanted}: called never, expected at least 1",
        "nearest of the other requests (4 kept, 0 evicted):",
        f"  #2 POST {PATH} → 201 createOrUpdateRemoteIssueLink",
        "     body/object/title",
        '       expected  "TSTSUP-112"',
        '       got       "TSTSUP-111"',
        "                           ^",
    ]
    assert len([line for line in lines if line.startswith("  #")]) == 3


def test_a_part_that_is_missing_is_said_to_be_nothing(jira, call):
    call("GET", PATH)

    lines = complaint(jira, "getRemoteIssueLinks", query={"globalId": "1"})

    assert lines[3:] == ["     query globalId", '       expected  "1"', "       got       nothing"]


def test_too_many_calls_are_listed(jira, call):
    call("POST", PATH, LINK)
    call("POST", PATH, LINK)

    lines = complaint(jira, "createOrUpdateRemoteIssueLink", times=1)

    assert lines == [
        "createOrUpdateRemoteIssueLink: called 2 times, expected exactly 1",
        f"  called: #1 POST {PATH} → 201 createOrUpdateRemoteIssueLink",
        f"  called: #2 POST {PATH} → 200 createOrUpdateRemoteIssueLink",
        "no other requests (2 kept, 0 evicted)",
    ]


def test_anything_that_compares_equal_will_do(jira, call):
    call("POST", PATH, LINK)

    jira.assert_called("createOrUpdateRemoteIssueLink", body={"globalId": ANY, "object": {"title": ANY}})
    lines = complaint(jira, "createOrUpdateRemoteIssueLink", body={"globalId": ANY, "object": {"title": "x"}})

    assert "<ANY>" in lines[0]


def test_true_is_not_one(jira, call):
    call("POST", PATH, {**LINK, "flag": True, "number": 1.0})

    jira.assert_called("createOrUpdateRemoteIssueLink", body={"flag": True}, times=1)
    jira.assert_called("createOrUpdateRemoteIssueLink", body={"flag": 1}, times=0)


def test_no_secret_of_a_body_is_shown(jira, call):
    call("POST", PATH, {**LINK, "password": "hush-1"})

    lines = complaint(jira, "createOrUpdateRemoteIssueLink", body={"password": "hush-2"})

    assert "hush" not in "\n".join(lines)
    assert any("[redacted]" in line for line in lines)


def test_a_number_that_evicted_requests_could_change_is_never_right(jira, call, world):
    world.journal.bounds = Bounds(entries=2)
    for _ in range(3):
        call("GET", PATH)

    lines = complaint(jira, "getRemoteIssueLinks", times=2)

    assert lines[:2] == [
        "getRemoteIssueLinks: called 2 times, expected exactly 2",
        "1 older requests were evicted from the journal: the number cannot be judged",
    ]
    assert len(jira.assert_called("getRemoteIssueLinks", at_least=2)) == 2


def test_after_a_reset_nothing_counts_as_evicted(jira, call):
    call("GET", PATH)
    jira.reset()
    call("GET", PATH)

    assert len(jira.assert_called("getRemoteIssueLinks", times=1)) == 1


def test_many_large_requests_are_compared_in_no_time(jira, call):
    for number in range(300):
        call("POST", PATH, {"object": {"title": "x" * 250, "url": f"http://a.example/{number}" + "y" * 1500}})

    lines = complaint(jira, "createOrUpdateRemoteIssueLink", body={"object": {"title": "z"}})

    assert "nearest of the other requests (300 kept, 0 evicted):" in lines


def test_what_is_a_secret_decides_nothing(jira, call):
    call("POST", PATH, {**LINK, "password": "hush-1"}, headers={"X-Api-Key": "hush-2"})

    never = complaint(jira, "createOrUpdateRemoteIssueLink", times=0, body={"password": "hush-3"})
    once = complaint(jira, "createOrUpdateRemoteIssueLink", times=1, body={"password": "hush-1"})

    line = "once more, perhaps: what would tell is a secret or was too long to be kept"
    assert never[1] == line
    assert once[1] == line
    jira.assert_called("createOrUpdateRemoteIssueLink", times=0, body={"password": "x", "globalId": "other"})


def test_what_was_cut_off_a_long_body_decides_nothing(jira, call):
    jira.world.journal.bounds = Bounds()
    call("POST", PATH, {**LINK, "padding": "x" * 70_000})

    lines = complaint(jira, "createOrUpdateRemoteIssueLink", times=0, body={"globalId": "none"})

    assert lines[1].startswith("once more, perhaps: ")
    jira.assert_called("createOrUpdateRemoteIssueLink", times=1)
