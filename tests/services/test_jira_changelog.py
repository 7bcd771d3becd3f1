"""The history of issues of Jira: every path that changes an issue writes it, every way to read it agrees."""

import pytest

ISSUE = "/rest/api/3/issue"
EMMA = "5b10ac8d82e05b22cc7d4ef5"


@pytest.fixture
def jira(client):
    return client("jira")


def edit(jira, **fields):
    assert jira("PUT", f"{ISSUE}/MKY-1", {"fields": fields}).status == 204


def history(jira, key="MKY-1", query=""):
    return jira("GET", f"{ISSUE}/{key}/changelog{query}").json()


def test_what_a_user_assigned_is_told_by_id_and_by_name(jira) -> None:
    jira("PUT", f"{ISSUE}/MKY-1/assignee", {"accountId": EMMA})
    jira("PUT", f"{ISSUE}/MKY-1/assignee", {"accountId": None})

    first, second = (one["items"] for one in history(jira)["values"])

    assert first == [
        {
            "field": "assignee",
            "fieldtype": "jira",
            "fieldId": "assignee",
            "from": None,
            "fromString": None,
            "to": EMMA,
            "toString": "Emma Richards",
        }
    ]
    assert (second[0]["from"], second[0]["to"]) == (EMMA, None)


def test_custom_fields_are_told_by_name_with_the_words_of_their_options(jira) -> None:
    edit(jira, customfield_10030={"value": "Major"}, customfield_10016=3)

    items = {one["fieldId"]: one for one in history(jira)["values"][0]["items"]}

    severity, points = items["customfield_10030"], items["customfield_10016"]
    assert (severity["field"], severity["fieldtype"]) == ("Severity", "custom")
    assert (severity["to"], severity["toString"]) == ("10101", "Major")
    assert (points["field"], points["toString"]) == ("Story Points", "3")


def test_an_edit_that_changes_nothing_is_not_told(jira) -> None:
    before = jira("GET", f"{ISSUE}/MKY-1").json()

    edit(jira, summary="Main order flow broken", labels=[])

    assert history(jira)["values"] == []
    assert jira("GET", f"{ISSUE}/MKY-1").json() == before


def test_the_history_is_paged_oldest_first_and_inside_an_issue_newest_first(jira) -> None:
    for number in range(105):
        edit(jira, summary=f"Summary {number}")

    page = history(jira, query="?maxResults=1000")
    rest = history(jira, query="?startAt=100")
    inside = jira("GET", f"{ISSUE}/MKY-1?fields=summary&expand=changelog").json()["changelog"]

    assert (page["maxResults"], page["total"], page["isLast"], len(page["values"])) == (100, 105, False, 100)
    assert page["nextPage"].endswith("startAt=100")
    assert page["values"][0]["items"][0]["toString"] == "Summary 0"
    assert (rest["isLast"], len(rest["values"])) == (True, 5)
    assert "nextPage" not in rest
    assert (inside["total"], len(inside["histories"])) == (105, 100)
    assert inside["histories"][0]["items"][0]["toString"] == "Summary 104"


def test_histories_of_many_issues_are_cut_by_change_and_told_by_issue(jira) -> None:
    made = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A"}
    other = jira("POST", ISSUE, {"fields": made}).json()
    edit(jira, summary="B", labels=["x"])
    jira("PUT", f"{ISSUE}/{other['key']}", {"fields": {"summary": "C"}})
    edit(jira, summary="D")
    asked = {"issueIdsOrKeys": ["MKY-1", "10002", other["id"], "MKY-99"], "fieldIds": ["summary"]}

    whole = jira("POST", "/rest/api/3/changelog/bulkfetch", asked).json()
    first = jira("POST", "/rest/api/3/changelog/bulkfetch", {**asked, "maxResults": 2}).json()
    token = first["nextPageToken"]
    second = jira("POST", "/rest/api/3/changelog/bulkfetch", {**asked, "nextPageToken": token}).json()

    changes = {one["issueId"]: one["changeHistories"] for one in whole["issueChangeLogs"]}
    assert {key: len(found) for key, found in changes.items()} == {"10002": 2, other["id"]: 1}
    assert all(isinstance(one["created"], int) for found in changes.values() for one in found)
    assert {item["fieldId"] for one in changes["10002"] for item in one["items"]} == {"summary"}
    assert sum(len(one["changeHistories"]) for one in first["issueChangeLogs"]) == 2
    assert sum(len(one["changeHistories"]) for one in second["issueChangeLogs"]) == 1
    assert "nextPageToken" not in second


def test_a_token_of_nobodys_and_too_many_issues_are_refused(jira) -> None:
    address = "/rest/api/3/changelog/bulkfetch"

    refused = [
        jira("POST", address, {"issueIdsOrKeys": ["MKY-1"], "nextPageToken": "4711!"}),
        jira("POST", address, {"issueIdsOrKeys": [str(number) for number in range(1001)]}),
        jira("POST", address, {"issueIdsOrKeys": ["MKY-1"], "fieldIds": [str(one) for one in range(11)]}),
    ]

    assert [reply.status for reply in refused] == [400] * 3


def test_what_a_client_says_about_a_change_is_kept_with_it(jira) -> None:
    metadata = {"type": "myplugin:type", "description": "from the outside"}

    jira("PUT", f"{ISSUE}/MKY-1", {"fields": {"summary": "B"}, "historyMetadata": metadata})

    assert history(jira)["values"][0]["historyMetadata"] == metadata


def test_the_history_goes_with_its_issue(jira, world) -> None:
    edit(jira, summary="B")

    jira("DELETE", f"{ISSUE}/MKY-1")

    assert world.state("jira", "change") == []


def test_losing_a_parent_is_told(jira) -> None:
    epic = {"project": {"key": "MKY"}, "issuetype": {"name": "Epic"}, "summary": "E"}
    key = jira("POST", ISSUE, {"fields": epic}).json()["key"]
    edit(jira, parent={"key": key})

    jira("DELETE", f"{ISSUE}/{key}")

    assert jira("GET", f"{ISSUE}/MKY-1?fields=parent").json()["fields"]["parent"] is None
    given, taken = (one["items"][0] for one in history(jira)["values"])
    assert (given["field"], given["toString"]) == ("IssueParentAssociation", key)
    assert (taken["fromString"], taken["to"]) == (key, None)
