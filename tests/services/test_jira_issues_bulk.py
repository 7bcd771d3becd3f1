"""Many issues of Jira in one request: those that are right are created, those that are there are read."""

import pytest

BULK = "/rest/api/3/issue/bulk"
FETCH = "/rest/api/3/issue/bulkfetch"
HIDDEN = "Issue does not exist or you do not have permission to see it."


@pytest.fixture
def jira(client):
    return client("jira")


def wanted(**fields):
    return {"fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A", **fields}}


def test_those_that_are_right_are_created_and_the_others_named_by_their_place(jira) -> None:
    bodies = [wanted(), wanted(summary="", labels=["two words"]), wanted(duedate="2025-02-01")]

    reply = jira("POST", BULK, {"issueUpdates": bodies})

    assert reply.status == 201
    assert [one["key"] for one in reply.json()["issues"]] == ["MKY-2", "MKY-3"]
    [failed] = reply.json()["errors"]
    assert (failed["failedElementNumber"], failed["status"]) == (1, 400)
    assert set(failed["elementErrors"]["errors"]) == {"summary", "labels"}


def test_if_none_is_right_nothing_is_created(jira, world) -> None:
    reply = jira("POST", BULK, {"issueUpdates": [wanted(summary=""), wanted(project={"key": "NOPE"})]})

    assert reply.status == 400
    assert [one["failedElementNumber"] for one in reply.json()["errors"]] == [0, 1]
    assert reply.json()["issues"] == []
    assert len(world.state("jira", "issue")) == 1


def test_at_most_fifty_are_created_at_once(jira) -> None:
    assert jira("POST", BULK, {"issueUpdates": [wanted()] * 50}).status == 201
    assert jira("POST", BULK, {"issueUpdates": [wanted()] * 51}).status == 400


def test_each_may_be_moved_along_and_bring_its_properties(jira) -> None:
    body = {**wanted(), "transition": {"id": "21"}, "properties": [{"key": "from", "value": {"row": 1}}]}

    [made] = jira("POST", BULK, {"issueUpdates": [body]}).json()["issues"]
    shown = jira("GET", f"/rest/api/3/issue/{made['id']}?fields=status&properties=from").json()

    assert made["transition"]["status"] == 200
    assert shown["fields"]["status"]["name"] == "In Progress"
    assert shown["properties"] == {"from": {"row": 1}}


def test_issues_are_fetched_in_the_order_of_their_ids_once_each(jira) -> None:
    keys = [one["key"] for one in jira("POST", BULK, {"issueUpdates": [wanted()] * 2}).json()["issues"]]

    reply = jira("POST", FETCH, {"issueIdsOrKeys": [keys[1], "10002", "mky-1", keys[0], "NO-1"]}).json()

    assert [one["key"] for one in reply["issues"]] == ["MKY-1", *keys]
    assert reply["issueErrors"] == [{"id": "NO-1", "errorMessage": HIDDEN}]
    assert "summary" in reply["issues"][0]["fields"]
    assert "comment" not in reply["issues"][0]["fields"]


def test_what_is_fetched_can_be_chosen_and_expanded(jira) -> None:
    body = {"issueIdsOrKeys": ["MKY-1"], "fields": ["*all", "-comment"], "expand": ["names", "changelog"]}

    [issue] = jira("POST", FETCH, body).json()["issues"]

    assert "worklog" in issue["fields"]
    assert "comment" not in issue["fields"]
    assert issue["names"]["summary"] == "Summary"
    assert issue["changelog"]["histories"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": [str(number) for number in range(101)]},
        {"issueIdsOrKeys": ["MKY-1"], "properties": list("abcdef")},
        {},
    ],
)
def test_too_few_and_too_many_are_refused(jira, body) -> None:
    assert jira("POST", FETCH, body).status == 400


def test_keys_that_an_issue_had_before_still_name_it(jira, world) -> None:
    moved = {"id": "10700", "key": "MKY-70", "formerKeys": ["OLD-7"], "fields": {"summary": "Moved"}}
    world.seed({"jira": {"issue": [moved]}})

    shown = jira("GET", "/rest/api/3/issue/old-7?fields=summary").json()
    [fetched] = jira("POST", FETCH, {"issueIdsOrKeys": ["OLD-7"]}).json()["issues"]

    assert (shown["key"], shown["id"]) == ("MKY-70", "10700")
    assert shown["self"].endswith("/issue/10700")
    assert fetched["key"] == "MKY-70"


def test_the_issues_of_a_project_with_a_new_key_are_found_by_their_old_ones(jira) -> None:
    for key in ("NEW", "MKY", "LAST"):
        assert jira("PUT", "/rest/api/3/project/10000", {"key": key}).status == 200

    found = [jira("GET", f"/rest/api/3/issue/{one}-1?fields=id").json() for one in ("MKY", "NEW", "LAST")]

    assert [(one["id"], one["key"], one["fields"]) for one in found] == [("10002", "LAST-1", {})] * 3
