"""Issue types of Jira: made for all projects, renamed everywhere, replaced when they go."""

import pytest

TYPE = "/rest/api/3/issuetype"


@pytest.fixture
def jira(client):
    return client("jira")


def test_a_new_type_can_be_used_at_once_and_is_seen_under_a_new_name(jira) -> None:
    made = jira("POST", TYPE, {"name": "Chore"}).json()
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "chore"}, "summary": "A"}
    key = jira("POST", "/rest/api/3/issue", {"fields": fields}).json()["key"]

    jira("PUT", f"{TYPE}/{made['id']}", {"name": "Duty", "description": "What must be done"})

    shown = jira("GET", f"/rest/api/3/issue/{key}?fields=issuetype").json()["fields"]["issuetype"]
    assert (shown["name"], shown["description"]) == ("Duty", "What must be done")
    assert jira("PUT", f"{TYPE}/{made['id']}", {"name": "DUTY"}).status == 200


def test_issues_of_a_type_that_goes_are_of_the_other_one_and_their_history_says_so(jira) -> None:
    assert jira("DELETE", f"{TYPE}/1").status == 409
    assert jira("DELETE", f"{TYPE}/1?alternativeIssueTypeId=3").status == 204

    issue = jira("GET", "/rest/api/3/issue/MKY-1?fields=issuetype&expand=changelog").json()

    assert issue["fields"]["issuetype"]["name"] == "Task"
    assert issue["changelog"]["histories"][0]["items"][0]["to"] == "3"
    assert jira("GET", f"{TYPE}/1").status == 404


def test_another_type_of_the_same_level_can_stand_in(jira) -> None:
    names = [one["name"] for one in jira("GET", f"{TYPE}/1/alternatives").json()]

    assert names == ["Task", "Story"]


def test_a_status_category_is_found_by_id_and_by_key(jira) -> None:
    address = "/rest/api/3/statuscategory"

    found = [jira("GET", f"{address}/{one}").json() for one in ("2", "new")]

    assert found[0] == found[1]
    assert [one["id"] for one in jira("GET", address).json()] == [1, 2, 3, 4]
    assert jira("GET", f"{address}/9").status == 404
