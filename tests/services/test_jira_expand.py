"""What a client may ask to see of an issue of Jira: fields, properties, expansions."""

import pytest

ISSUE = "/rest/api/3/issue"


@pytest.fixture
def jira(client):
    return client("jira")


def issue(jira, query, key="MKY-1"):
    return jira("GET", f"{ISSUE}/{key}?{query}").json()


def test_rendered_fields_are_html_and_dates_that_people_read(jira) -> None:
    jira("PUT", "/rest/api/2/issue/MKY-1", {"fields": {"description": "A *b*", "duedate": "2025-03-11"}})

    found = issue(jira, "expand=renderedFields")["renderedFields"]

    assert found["description"] == "<p>A <b>b</b></p>"
    assert found["created"] == "15/Jan/25 9:30 AM"
    assert found["duedate"] == "11/Mar/25"
    assert found["summary"] is None
    assert found["comment"]["comments"] == []


def test_dates_are_rendered_on_the_callers_clock(jira, world) -> None:
    user = {"accountId": "5b10a2844c20165700ede21g", "displayName": "Mia", "timeZone": "America/New_York"}
    world.seed({"jira": {"user": [user]}})
    world.advance_clock(4 * 3600)
    jira("PUT", f"{ISSUE}/MKY-1", {"fields": {"summary": "B"}})

    found = issue(jira, "expand=renderedFields&fields=created,updated")["renderedFields"]

    assert found == {"created": "15/Jan/25 4:30 AM", "updated": "15/Jan/25 8:30 AM"}


def test_a_comment_is_rendered_with_its_issue(jira) -> None:
    jira("POST", "/rest/api/2/issue/MKY-1/comment", {"body": "Say _it_"})

    found = issue(jira, "expand=renderedFields&fields=comment")["renderedFields"]["comment"]

    assert found["comments"][0]["body"] == "<p>Say <em>it</em></p>"
    assert found["comments"][0]["created"] == "15/Jan/25 9:30 AM"


def test_expansions_come_together_and_unknown_ones_are_passed_over(jira) -> None:
    found = issue(
        jira, "expand=names,schema,transitions,editmeta,operations,changelog,nonsense&fields=labels"
    )

    assert found["names"] == {"labels": "Labels"}
    assert found["schema"]["labels"]["items"] == "string"
    assert [one["name"] for one in found["transitions"]] == ["To Do", "In Progress", "Done"]
    assert found["editmeta"] == jira("GET", f"{ISSUE}/MKY-1/editmeta").json()
    assert found["changelog"]["total"] == 0
    assert set(found["expand"].split(",")) >= {"names", "changelog"}
    assert "nonsense" not in found


def test_operations_are_those_that_the_caller_can_do(jira, world) -> None:
    def links():
        [bar] = issue(jira, "expand=operations")["operations"]["linkGroups"]
        return {link["id"] for group in bar["groups"] for link in group["links"]}

    every = links()
    world.set_settings("jira", {"denied": ["DELETE_ISSUES", "TRANSITION_ISSUES"]})

    assert every - links() == {"delete-issue", "action_id_11", "action_id_21", "action_id_31"}


def test_versioned_representations_stand_in_the_place_of_fields(jira) -> None:
    found = issue(jira, "expand=versionedRepresentations&fields=summary")

    assert "fields" not in found
    assert found["versionedRepresentations"]["summary"] == {"1": "Main order flow broken"}
    assert "labels" in found["versionedRepresentations"]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("properties=a", {"a"}),
        ("properties=a,b&properties=c", {"a", "b"}),
        ("properties=*all", {"a", "b"}),
        ("properties=*all,-a", {"b"}),
        ("properties=nonsense", set()),
    ],
)
def test_properties_are_shown_by_key(jira, query, keys) -> None:
    for key in "ab":
        jira("PUT", f"{ISSUE}/MKY-1/properties/{key}", {"of": key})

    assert issue(jira, query)["properties"] == {key: {"of": key} for key in keys}


def test_fields_are_named_by_key_where_the_query_says_so(jira) -> None:
    found = issue(jira, "fields=summary,customfield_10016,-labels&fieldsByKeys=true")["fields"]

    assert list(found) == ["summary", "customfield_10016"]


def test_an_edited_issue_comes_back_expanded_where_the_query_says_so(jira) -> None:
    address = f"{ISSUE}/MKY-1?returnIssue=true&expand=changelog,names"

    reply = jira("PUT", address, {"fields": {"summary": "B"}})

    assert reply.status == 200
    assert reply.json()["fields"]["summary"] == "B"
    assert reply.json()["names"]["summary"] == "Summary"
    assert reply.json()["changelog"]["histories"][0]["items"][0]["toString"] == "B"


def test_failing_fast_and_updating_the_history_change_nothing_that_is_shown(jira) -> None:
    assert issue(jira, "failFast=true&updateHistory=true") == issue(jira, "")
