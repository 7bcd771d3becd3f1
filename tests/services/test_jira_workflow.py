"""Workflows of Jira: where an issue can go, what that takes, what happens to it on the way."""

import pytest

ISSUE = "/rest/api/3/issue"
REVIEW = {
    "id": "review",
    "name": "Review",
    "initial": "10000",
    "transitions": [
        {"id": "1", "name": "Start", "from": ["10000"], "to": "3"},
        {"id": "2", "name": "Finish", "from": ["3"], "to": "10001", "screen": "9", "set": {"priority": "1"}},
        {"id": "3", "name": "Again", "from": ["10001"], "to": "10000", "clear": ["resolution", "duedate"]},
        {"id": "4", "name": "Stay", "from": ["3"], "to": "3", "permission": "CLOSE_ISSUES"},
    ],
}
SCREEN = {"id": "9", "name": "Finish", "fields": ["resolution", "duedate"], "required": ["resolution"]}


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.fixture
def reviewed(world):
    """A project whose issues go through a workflow of their own, but for its bugs."""
    projects = [{"id": "10500", "key": "REV", "workflow": {"default": "review", "1": "jira"}}]
    issues = [{"key": "REV-1", "fields": {"summary": "A"}}]
    world.seed({"jira": {"screen": [SCREEN], "workflow": [REVIEW], "project": projects, "issue": issues}})


def ways(jira, key, query=""):
    return [one["name"] for one in jira("GET", f"{ISSUE}/{key}/transitions{query}").json()["transitions"]]


def go(jira, key, way, **body):
    return jira("POST", f"{ISSUE}/{key}/transitions", {"transition": {"id": way}, **body})


def fields_of(jira, key, *names):
    return jira("GET", f"{ISSUE}/{key}?fields={','.join(names)}").json()["fields"]


@pytest.mark.parametrize("way", ["31", 31])
def test_entering_done_resolves_and_leaving_it_takes_that_back(jira, world, way) -> None:
    world.advance_clock(60)

    assert go(jira, "MKY-1", way).status == 204
    done = fields_of(jira, "MKY-1", "status", "resolution", "resolutiondate", "statuscategorychangedate")
    go(jira, "MKY-1", 21)
    back = fields_of(jira, "MKY-1", "status", "resolution", "resolutiondate")

    assert done["status"]["name"] == "Done"
    assert done["resolution"]["name"] == "Done"
    assert done["resolutiondate"] == done["statuscategorychangedate"] == "2025-01-15T09:31:00.000+0000"
    assert back["status"]["name"] == "In Progress"
    assert back["resolution"] is None
    assert back["resolutiondate"] is None


def test_a_transition_is_one_entry_of_the_history(jira) -> None:
    go(jira, "MKY-1", "31")

    [entry] = jira("GET", f"{ISSUE}/MKY-1/changelog").json()["values"]

    told = {item["field"]: (item["fromString"], item["toString"]) for item in entry["items"]}
    assert told == {"status": ("To Do", "Done"), "resolution": (None, "Done")}


@pytest.mark.usefixtures("reviewed")
def test_transitions_lead_out_of_the_status_that_the_issue_has(jira) -> None:
    assert ways(jira, "REV-1") == ["Start"]
    go(jira, "REV-1", "1")
    assert ways(jira, "REV-1") == ["Finish", "Stay"]
    assert ways(jira, "REV-1", "?sortByOpsBarAndStatus=true") == ["Stay", "Finish"]
    assert ways(jira, "REV-1", "?transitionId=2") == ["Finish"]
    assert ways(jira, "REV-1", "?transitionId=1") == []


@pytest.mark.usefixtures("reviewed")
def test_a_condition_closes_a_transition_to_whoever_does_not_meet_it(jira, world) -> None:
    go(jira, "REV-1", "1")
    world.set_settings("jira", {"denied": ["CLOSE_ISSUES"]})

    every = jira("GET", f"{ISSUE}/REV-1/transitions?includeUnavailableTransitions=true").json()["transitions"]
    refused = go(jira, "REV-1", "4")

    assert ways(jira, "REV-1") == ["Finish"]
    assert {one["name"]: one["isAvailable"] for one in every} == {"Finish": True, "Stay": False}
    assert refused.status == 400
    assert "workflow operation (Stay)" in refused.json()["errorMessages"][0]


@pytest.mark.usefixtures("reviewed")
def test_a_transition_from_another_status_is_refused_in_jiras_words(jira) -> None:
    refused = go(jira, "REV-1", "2", fields={"resolution": {"name": "Done"}})

    assert refused.status == 400
    assert (
        "(Finish) that is not valid for the current state of this issue (REV-1)"
        in (refused.json()["errorMessages"][0])
    )
    assert fields_of(jira, "REV-1", "status")["status"]["name"] == "To Do"


@pytest.mark.usefixtures("reviewed")
def test_the_screen_of_a_transition_says_what_can_and_must_be_set(jira) -> None:
    go(jira, "REV-1", "1")
    asked = f"{ISSUE}/REV-1/transitions?expand=transitions.fields&transitionId=2"

    [finish] = jira("GET", asked).json()["transitions"]
    missing = go(jira, "REV-1", "2")
    wrong = go(jira, "REV-1", "2", fields={"resolution": {"name": "Maybe"}, "labels": ["a"]})
    right = go(jira, "REV-1", "2", fields={"resolution": {"name": "Duplicate"}, "duedate": "2025-02-01"})

    assert finish["hasScreen"]
    assert {name: one["required"] for name, one in finish["fields"].items()} == {
        "resolution": True,
        "duedate": False,
    }
    assert "Duplicate" in [one["name"] for one in finish["fields"]["resolution"]["allowedValues"]]
    assert missing.json()["errors"] == {"resolution": "Resolution is required."}
    assert set(wrong.json()["errors"]) == {"resolution", "labels"}
    assert right.status == 204
    fields = fields_of(jira, "REV-1", "resolution", "duedate", "priority")
    assert (fields["resolution"]["name"], fields["duedate"]) == ("Duplicate", "2025-02-01")
    assert fields["priority"]["name"] == "Highest"
    assert go(jira, "REV-1", "3").status == 204
    assert fields_of(jira, "REV-1", "resolution", "duedate") == {"resolution": None, "duedate": None}


@pytest.mark.usefixtures("reviewed")
def test_an_issue_type_may_have_a_workflow_of_its_own(jira) -> None:
    fields = {"project": {"key": "REV"}, "issuetype": {"name": "Bug"}, "summary": "A bug"}
    bug = jira("POST", ISSUE, {"fields": fields}).json()["key"]

    assert ways(jira, bug) == ["To Do", "In Progress", "Done"]


def test_a_comment_can_be_made_on_the_way(jira) -> None:
    body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}
    body["content"][0]["content"].append({"type": "text", "text": "Done with it"})

    empty = go(jira, "MKY-1", "31", update={"comment": [{"add": {"body": ""}}]})
    said = go(jira, "MKY-1", "31", update={"comment": [{"add": {"body": body}}]})

    assert (empty.status, said.status) == (400, 204)
    [comment] = jira("GET", f"{ISSUE}/MKY-1/comment").json()["comments"]
    assert comment["body"] == body


def test_an_issue_can_be_created_in_a_later_status(jira) -> None:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A"}

    made = jira("POST", ISSUE, {"fields": fields, "transition": {"id": 21}}).json()
    unmoved = jira("POST", ISSUE, {"fields": fields, "transition": {"id": "99"}}).json()

    assert made["transition"] == {"status": 200, "errorCollection": {"errorMessages": [], "errors": {}}}
    assert fields_of(jira, made["key"], "status")["status"]["name"] == "In Progress"
    assert unmoved["transition"]["status"] == 400
    assert unmoved["transition"]["errorCollection"]["errorMessages"]
    assert fields_of(jira, unmoved["key"], "status")["status"]["name"] == "To Do"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"transition": None},
        {"transition": {}},
        {"transition": {"id": ""}},
        {"transition": {"id": True}},
        {"transition": {"id": 1.5}},
        {"transition": {"id": "31", "name": "Done"}, "fields": {"summary": "B"}},
        {"transition": {"id": [31]}},
    ],
)
def test_a_refused_transition_changes_nothing(jira, world, body) -> None:
    before = world.state("jira", "issue")

    reply = jira("POST", f"{ISSUE}/MKY-1/transitions", body)

    assert reply.status == 400
    assert world.state("jira", "issue") == before


def test_a_workflow_that_leads_nowhere_is_refused_as_a_seed(world) -> None:
    broken = {**REVIEW, "transitions": [{"id": "1", "name": "Away", "to": "4711"}]}

    with pytest.raises(Exception, match="no status '4711'"):
        world.seed({"jira": {"workflow": [broken]}})


def test_an_edit_may_send_the_issue_on_or_is_refused_as_a_whole(jira) -> None:
    address = f"{ISSUE}/MKY-1"

    refused = jira("PUT", address, {"fields": {"summary": "B"}, "transition": {"id": "99"}})
    before = fields_of(jira, "MKY-1", "summary")
    done = jira("PUT", address, {"fields": {"summary": "C"}, "transition": {"id": "31"}})

    assert (refused.status, done.status) == (400, 204)
    assert before == {"summary": "Main order flow broken"}
    after = fields_of(jira, "MKY-1", "summary", "status")
    assert (after["summary"], after["status"]["name"]) == ("C", "Done")


def test_another_type_is_refused_where_its_workflow_lacks_the_status(jira, world, reviewed) -> None:
    short = {"id": "short", "name": "Short", "initial": "10000", "transitions": []}
    project = {"id": "10500", "key": "REV", "workflow": {"default": "review", "1": "short"}}
    world.seed({"jira": {"workflow": [short], "project": [project]}})
    bug = {"fields": {"summary": "B", "issuetype": {"id": "1"}}}
    assert go(jira, "REV-1", "1").status == 204

    kinds = jira("GET", f"{ISSUE}/REV-1/editmeta").json()["fields"]["issuetype"]["allowedValues"]
    refused = jira("PUT", f"{ISSUE}/REV-1", bug)
    unchanged = fields_of(jira, "REV-1", "summary", "issuetype")
    go(jira, "REV-1", "2", fields={"resolution": {"name": "Done"}})
    go(jira, "REV-1", "3")
    done = jira("PUT", f"{ISSUE}/REV-1", bug)

    assert "1" not in [one["id"] for one in kinds]
    assert (refused.status, refused.json()["errors"]) == (
        400,
        {"issuetype": "The issue type selected is invalid."},
    )
    assert (unchanged["summary"], unchanged["issuetype"]["name"]) == ("A", "Task")
    assert done.status == 204
    assert fields_of(jira, "REV-1", "issuetype")["issuetype"]["id"] == "1"


def test_an_edit_does_not_move_an_issue_to_another_project(jira, reviewed) -> None:
    reply = jira("PUT", f"{ISSUE}/MKY-1", {"fields": {"project": {"key": "REV"}}})

    assert reply.status == 400
    assert list(reply.json()["errors"]) == ["project"]
    assert jira("GET", f"{ISSUE}/MKY-1").json()["key"] == "MKY-1"
