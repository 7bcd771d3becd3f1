"""What writes to Enterprise Tester do, and that refused ones do nothing."""

from __future__ import annotations

import base64

import pytest

LINKS = "/api/externalsystemlinks"
INCIDENT = "a01fc7ed-3492-4792-9a0b-e2b52fa10913"
REQUIREMENT = "c3d94b7e-1a52-4e86-9f30-5b6d7e8f9a01"
JIRA = "b5ee119f-bc44-4b3c-befe-919f2fe3f4f7"
RALLY = "a01fc7ed-3492-4792-9a0b-e2b52fa10913"
PROJECT = "3afbe0dd-55ca-419e-b75d-d21c821d7281"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def tester(client):
    return client("enterprise_tester")


@pytest.fixture
def settings(world):
    return lambda **values: world.set_settings("enterprise_tester", values)


def new_link(**members) -> dict:
    """The documented body of a new link, with ``members`` over it."""
    return {
        "Source": {"Key": "Requirement", "Id": None, "FieldValues": {"ProjectId": PROJECT}},
        "Destination": {"Key": "Synchronization", "Id": RALLY, "FieldValues": {"ProjectId": "12345"}},
        "Name": "Project X",
        **members,
    }


def events_of(tester, link: str) -> list[str]:
    found = tester("GET", f"/api/systemevents?$filter=LinkId%20eq%20guid'{link}'").json()
    return [one["Message"] for one in found["Items"]]


def test_the_documented_request_makes_a_link_to_rally(tester) -> None:
    reply = tester("POST", LINKS, new_link())

    shown = reply.json()
    assert reply.status == 201
    assert reply.headers["Location"] == shown["Self"]
    assert (shown["Name"], shown["Type"], shown["Enabled"]) == ("Project X", "Requirement", True)
    assert (shown["ExternalSystemId"], shown["ExternalSystemName"]) == (RALLY, "Rally")
    assert shown["LastSynchronizedAt"] is None
    assert tester("GET", shown["Self"].removeprefix("http://localhost:8080")).json() == shown


def test_ids_in_a_body_match_in_any_case(tester) -> None:
    source = {"Key": "Incident", "Id": None, "FieldValues": {"ProjectId": PROJECT.upper()}}
    destination = {"Key": "Synchronization", "Id": JIRA.upper(), "FieldValues": {"ProjectId": 7}}

    shown = tester("POST", LINKS, new_link(Source=source, Destination=destination)).json()

    assert (shown["ProjectId"], shown["ExternalSystemId"]) == (PROJECT, JIRA)
    assert shown["DefectTrackerProjectId"] == "7"


def test_a_new_link_is_answered_expanded_where_that_is_asked_for(tester) -> None:
    shown = tester("POST", f"{LINKS}?$expand=ExternalSystem", new_link()).json()

    assert shown["ExternalSystem"]["NumberOfLinks"] == 1
    assert shown["Expands"] == ["Configuration"]


def test_everything_missing_is_said_in_one_message(tester) -> None:
    reply = tester("POST", LINKS, {"Destination": {"Id": UNKNOWN, "FieldValues": {}}, "Enabled": "yes"})

    assert reply.status == 403
    for name in (
        "Source.Key", "Source.Id", "Source.FieldValues.ProjectId", "Destination.Key", "Destination.Id",
        "Destination.FieldValues.ProjectId", "Name",
    ):  # fmt: skip
        assert f"You must specify a valid {name}." in reply.json()["Message"]
    assert "Enabled must be of type boolean." in reply.json()["Message"]


def test_a_copy_has_the_ends_of_its_link_and_its_own_name(tester) -> None:
    body = {"CopyFromLinkId": INCIDENT.upper(), "Name": "Copy"}

    reply = tester("POST", f"/api/externalsystemlink/{INCIDENT}/copy", body)

    shown, original = reply.json(), tester("GET", f"/api/externalsystemlink/{INCIDENT}").json()
    same = ("ExternalSystemId", "ProjectId", "Type", "DefectTrackerProjectId")
    assert reply.status == 201
    assert [shown[name] for name in same] == [original[name] for name in same]
    assert (shown["Name"], shown["Enabled"], shown["LastSynchronizedAt"]) == ("Copy", True, None)
    assert shown["Id"] != original["Id"]


def test_a_copy_can_go_to_another_system(tester) -> None:
    body = {"Name": "Copy", "Destination": new_link()["Destination"]}

    shown = tester("POST", f"/api/externalsystemlink/{REQUIREMENT}/copy", body).json()

    assert (shown["ExternalSystemName"], shown["Type"]) == ("Rally", "Requirement")


def test_patch_changes_only_whether_the_link_is_enabled(tester) -> None:
    path = f"/api/externalsystemlink/{INCIDENT}"
    before = tester("GET", path).json()

    reply = tester("PATCH", path, {"Enabled": True, "Name": "Other", "Type": "Requirement"})

    assert reply.status == 200
    assert reply.json() == {**before, "Enabled": True}


def test_links_have_no_put(tester) -> None:
    reply = tester("PUT", f"/api/externalsystemlink/{INCIDENT}", new_link())

    assert reply.status == 405
    assert reply.headers["Allow"] == "DELETE, GET, PATCH"
    assert list(reply.json()) == ["Message"]


@pytest.mark.parametrize(
    ("query", "kept"), [("", 2), ("?keepReferences=true", 2), ("?keepReferences=false", 0)]
)
def test_deleting_a_link_keeps_its_events_unless_told_otherwise(tester, query: str, kept: int) -> None:
    reply = tester("DELETE", f"/api/externalsystemlink/{INCIDENT}{query}")

    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert tester("GET", f"/api/externalsystemlink/{INCIDENT}").status == 404
    assert len(events_of(tester, INCIDENT)) == kept
    assert len(events_of(tester, REQUIREMENT)) == 1


def test_deleting_a_system_takes_its_links_along(tester) -> None:
    reply = tester("DELETE", f"/api/externalsystem/{JIRA}?keepReferences=false")

    assert reply.status == 200
    assert tester("GET", LINKS).json() == {"Items": []}
    assert tester("GET", "/api/systemevents").json() == {"Items": []}


def test_a_password_is_stored_and_never_shown(tester) -> None:
    values = {"ConnectionString": "http://a.example", "Password": "hidden-word"}
    body = {"Type": "jira", "Name": "Other", "FieldValues": values}
    everything = "?$expand=Configuration,FieldValues,Widgets"

    created = tester("POST", f"/api/externalsystems{everything}", body)
    path = created.headers["Location"].removeprefix("http://localhost:8080")
    replaced = tester("PUT", path, {"Type": "Jira", "Name": "Renamed"})

    assert (created.json()["HasPassword"], replaced.json()["HasPassword"]) == (True, True)
    assert b"hidden-word" not in created.body + replaced.body + tester("GET", path + everything).body
    assert created.json()["Type"] == "Jira"


def test_a_password_can_be_removed(tester) -> None:
    body = {"Type": "Jira", "Name": "Jira PROD", "FieldValues": {"Password": ""}}

    reply = tester("PUT", f"/api/externalsystem/{JIRA}", body)

    assert (reply.status, reply.json()["HasPassword"]) == (200, False)


def test_a_ticket_is_found_only_under_its_own_link(tester) -> None:
    [ticket] = tester("GET", f"/api/project/{PROJECT}/tickets?q=prjx").json()["Items"]

    own = tester("GET", f"/api/externalsystemlink/{INCIDENT}/ticket/{ticket['Id']}?$expand=ExternalSystem")
    other = tester("POST", f"/api/externalsystemlink/{REQUIREMENT}/ticket/{ticket['Id']}/link")

    assert own.json()["ExternalSystem"]["Name"] == ticket["ExternalSystemName"] == "Jira PROD"
    assert (other.status, other.json()) == (404, {"Message": "Ticket does not exist."})


def test_a_name_clash_of_projects_is_a_conflict(tester) -> None:
    reply = tester("POST", "/api/projects", {"Name": "PROJECT X", "Description": ""})

    assert reply.status == 409
    assert reply.json() == {"Message": "A project named 'PROJECT X' already exists."}


def test_a_project_keeps_its_own_name_when_it_is_replaced(tester) -> None:
    reply = tester("PUT", f"/api/project/{PROJECT}", {"Name": "Project X", "Description": "New"})

    assert (reply.status, reply.json()["Description"]) == (200, "New")


def test_deleting_a_project_answers_a_background_task_that_is_flushed_in_the_end(tester, world) -> None:
    reply = tester("DELETE", f"/api/project/{PROJECT.upper()}")

    path = reply.headers["Location"].removeprefix("http://localhost:8080")
    assert reply.status == 202
    assert path.startswith("/api/backgroundtask/DeleteProject-")
    assert tester("GET", path.upper().replace("/API/BACKGROUNDTASK", "/api/backgroundtask")).json()[
        "Complete"
    ]
    assert tester("GET", f"/api/project/{PROJECT}").status == 404
    assert tester("GET", LINKS).json() == {"Items": []}
    world.advance_clock(60)
    assert tester("GET", path).status == 404


def test_a_background_task_comes_on_by_the_clock(tester, world, settings) -> None:
    settings(backgroundTaskSeconds=8, finishedTaskSeconds=2)
    created = tester("POST", "/api/backgroundtasks", {"Type": "reindex", "Parameters": {}})
    path = created.headers["Location"].removeprefix("http://localhost:8080")

    world.advance_clock(2)
    early = tester("GET", path).json()
    world.advance_clock(6)
    late = tester("GET", path).json()
    world.advance_clock(2)

    assert (created.status, created.json()["ProgressInPercent"]) == (202, 0)
    assert (early["Complete"], early["ProgressInPercent"], early["FinishedAt"]) == (False, 0.25, None)
    assert early["Elapsed"] == "00:00:02"
    assert (late["Complete"], late["ProgressInPercent"]) == (True, 1)
    assert late["FinishedAt"] == "2025-01-15T09:30:08Z"
    assert tester("GET", path).status == 404


def test_events_are_made_found_and_cleared(tester) -> None:
    body = {
        "Type": "Note",
        "Message": "Hello",
        "Source": "test",
        "Level": "DEBUG",
        "DocumentId": UNKNOWN.upper(),
    }

    created = tester("POST", "/api/systemevents", body)
    cleared = tester("DELETE", f"/api/systemevents?documentId={UNKNOWN}")

    path = created.headers["Location"].removeprefix("http://localhost:8080")
    assert (created.status, created.json()["CreatedAt"]) == (201, "2025-01-15T09:30:00Z")
    assert cleared.status == 200
    assert tester("GET", path).status == 404
    assert len(tester("GET", "/api/systemevents").json()["Items"]) == 3


def test_what_fits_a_requirement_can_be_linked_to_one(tester) -> None:
    query = "end=Destination&compatibleWithKey=Requirement&projectId=" + PROJECT
    fitting = tester("GET", f"/api/externalsourcesmetadata?{query}").json()["Items"]

    ends = [{"Key": one["Key"], "Id": one["Id"], "FieldValues": {"ProjectId": "1"}} for one in fitting]
    made = [tester("POST", LINKS, new_link(Destination=end)) for end in ends]

    assert [one["Name"] for one in fitting] == ["Jira PROD", "Rally"]
    assert [one.status for one in made] == [201, 201]


def test_the_sources_of_an_end_are_those_that_fit_it(tester) -> None:
    query = f"end=Source&compatibleWithKey=Synchronization&compatibleWithId={JIRA.upper()}"

    fitting = tester("GET", f"/api/externalsourcesmetadata?{query}").json()["Items"]

    assert [one["Key"] for one in fitting] == ["Requirement", "Incident"]


def test_a_search_finds_links_by_part_of_their_name(tester) -> None:
    tester("POST", LINKS, new_link(Name="Special"))

    by_query = tester("GET", f"/api/project/{PROJECT}/searchlinks?query=SPEC").json()
    form = {"content-type": "application/x-www-form-urlencoded"}
    by_form = tester("POST", f"/api/project/{PROJECT}/searchlinks", text="query=spec", headers=form).json()

    assert [one["Name"] for one in by_query["Items"]] == ["Special"]
    assert by_form == by_query


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", LINKS, None),
        ("POST", LINKS, new_link()),
        ("GET", f"/api/externalsystemlink/{INCIDENT}", None),
        ("DELETE", f"/api/externalsystemlink/{INCIDENT}", None),
        ("POST", f"/api/externalsystemlink/{INCIDENT}/copy", {"Name": "Copy"}),
        ("GET", f"/api/externalsystem/{JIRA}/links", None),
        ("POST", "/api/externalsystems", {"Type": "Jira", "Name": "Other"}),
        ("DELETE", f"/api/externalsystem/{JIRA}", None),
    ],
)
def test_links_and_systems_need_their_permission(tester, world, settings, method, path, body) -> None:
    settings(denied=["Resources/ExternalLinks"])
    before = world.state("enterprise_tester")

    reply = tester(method, path, body)

    assert reply.status == 403
    assert "permission" in reply.json()["Message"]
    assert world.state("enterprise_tester") == before


def test_a_list_of_links_needs_all_of_its_permissions_or_any(tester, settings) -> None:
    settings(denied=["TestManagement/ManageScripts/View"])
    refused = tester("GET", LINKS)
    settings(listPermissions="any")
    admitted = tester("GET", LINKS)

    assert (refused.status, admitted.status) == (403, 200)


def test_only_seeded_credentials_count_when_authentication_is_strict(tester, world) -> None:
    world.set_auth("strict")
    oauth = (
        'OAuth oauth_consumer_key="mock-consumer", oauth_token="{0}", oauth_signature_method="PLAINTEXT", '
        'oauth_signature="mock-consumer-secret%26{0}-secret"'
    )
    wrong = "Basic " + base64.b64encode(b"mock:wrong").decode()

    answers = {
        "right": tester("GET", LINKS).status,
        "wrong": tester("GET", LINKS, headers={"authorization": wrong}).status,
        "oauth": tester("GET", LINKS, headers={"authorization": oauth.format("mock-token")}).status,
        "expired": tester("GET", LINKS, headers={"authorization": oauth.format("mock-expired")}).status,
    }
    tester.authorization = None
    answers["session"] = tester("GET", LINKS, headers={"cookie": "ASP.NET_SessionId=mock-session"}).status
    answers["nobody"] = tester("GET", LINKS).status

    assert answers == {
        "right": 200, "wrong": 401, "oauth": 200, "expired": 401, "session": 200, "nobody": 401,
    }  # fmt: skip


LINK = {"ExternalSystemId": JIRA, "ProjectId": PROJECT, "Type": "Incident", "Name": "A"}


@pytest.mark.parametrize(
    ("resource", "record", "word"),
    [
        ("external_system_link", {**LINK, "ExternalSystemId": UNKNOWN}, "ExternalSystemId"),
        ("external_system_link", {**LINK, "ProjectId": UNKNOWN}, "ProjectId"),
        ("external_system_link", {**LINK, "Type": "Bug"}, "'Type' must be one of Requirement, Incident"),
        ("external_system", {"Type": "Bugzilla", "Name": "B"}, "Type must be one of"),
        ("project", {"Name": "P"}, "Description"),
        ("project", {"Name": "P", "Description": "", "OrganisationId": UNKNOWN}, "OrganisationId"),
        ("ticket", {"LinkId": UNKNOWN, "Key": "A-1", "Summary": "A"}, "LinkId"),
        ("system_event", {"Type": "A", "Message": "A", "Source": "A", "Level": "LOUD"}, "Level"),
    ],
)  # fmt: skip
def test_seeds_are_held_against_the_same_rules_as_requests(world, resource, record, word) -> None:
    before = world.state("enterprise_tester")

    with pytest.raises(ValueError, match=word):
        world.seed({"enterprise_tester": {resource: [record]}})

    assert world.state("enterprise_tester") == before
