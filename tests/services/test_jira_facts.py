"""Jira: what real sites do that mocks get wrong, where no other test tells of it."""

from __future__ import annotations

import re

import pytest

from mockserver.values import dumps

API = "/rest/api/3"
AGILE = "/rest/agile/1.0"
MIA = "5b10a2844c20165700ede21g"


@pytest.fixture
def jira(client):
    return client("jira")


def created(jira, **fields):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A task", **fields}
    reply = jira("POST", f"{API}/issue", {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()


# Headers

HEADERS = {
    "Content-Type": "application/json;charset=UTF-8",
    "Cache-Control": "no-cache, no-store, no-transform",
    "Timing-Allow-Origin": "*",
    "Vary": "Accept-Encoding",
}


@pytest.mark.parametrize("path", [f"{API}/myself", f"{API}/issue/NOPE-1", f"{AGILE}/board"])
def test_every_reply_has_the_headers_of_the_site(jira, path) -> None:
    headers = jira("GET", path).headers

    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert re.fullmatch("[0-9a-f]{32}", headers["X-AREQUESTID"])
    assert re.fullmatch("[0-9a-f]{32}", headers["Atl-Traceid"])


def test_every_request_has_an_id_of_its_own(jira) -> None:
    ids = {jira("GET", f"{API}/myself").headers["X-AREQUESTID"] for _ in range(3)}

    assert len(ids) == 3


def test_the_account_is_told_only_where_there_is_one(jira) -> None:
    known = jira("GET", f"{API}/issuetype").headers
    jira.authorization = None
    nobody = jira("GET", f"{API}/issuetype").headers

    assert known["X-AACCOUNTID"] == MIA
    assert "X-AACCOUNTID" not in nobody


@pytest.mark.parametrize(
    ("method", "path", "body", "limit", "rate"),
    [
        ("GET", f"{API}/myself", None, 350, 100),
        ("GET", f"{API}/issue/MKY-1", None, 400, 150),
        ("GET", f"{API}/issue/NOPE-1", None, 400, 150),
        ("GET", f"{API}/project/MKY/role/10002", None, 500, 200),
        ("POST", f"{API}/search/jql", {"jql": "project = MKY"}, 200, 100),
    ],
)
def test_calls_of_somebody_tell_of_the_burst_limit(jira, method, path, body, limit, rate) -> None:
    headers = jira(method, path, body).headers

    assert headers["X-RateLimit-Limit"] == str(limit)
    assert headers["RateLimit"] == f'"jira-burst-based";r={limit - 1};t=1'
    assert headers["RateLimit-Policy"] == f'"jira-burst-based";q={rate};w=1'


@pytest.mark.parametrize(("method", "path"), [("GET", f"{API}/nope"), ("DELETE", f"{API}/myself")])
def test_what_is_no_endpoint_tells_of_no_limit(jira, method, path) -> None:
    assert not any("ratelimit" in name.lower() for name in jira(method, path).headers)


def test_anonymous_calls_tell_of_no_limit(jira) -> None:
    jira.authorization = None

    assert not any("ratelimit" in name.lower() for name in jira("GET", f"{API}/issuetype").headers)


# The two dialects of refusals


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", f"{API}/nope", 404, f"No endpoint GET {API}/nope."),
        ("DELETE", f"{API}/myself", 405, "Method 'DELETE' is not supported."),
        ("GET", f"{API}/project/search?maxResults=x", 400, "Failed to convert 'maxResults' with value: 'x'"),
    ],
)
def test_the_framework_refuses_in_a_dialect_of_its_own(jira, method, path, status, detail) -> None:
    reply = jira(method, path)

    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/problem+json;charset=UTF-8"
    document = reply.json()
    assert document["detail"] == detail
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["instance"] == path.partition("?")[0]
    assert ("Allow" in reply.headers) == (status == 405)


def test_a_body_of_another_media_type_is_refused_by_the_framework(jira) -> None:
    reply = jira("POST", f"{API}/issue", text="a=b", headers={"content-type": "text/plain"})

    assert reply.status == 415
    assert reply.json()["detail"] == "Content-Type 'text/plain' is not supported."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "No content to map to Object due to end of input"),
        ("{", "There was an error parsing JSON. Check that your request body is valid."),
    ],
)
def test_no_body_and_a_broken_one_are_told_apart(jira, text, message) -> None:
    reply = jira("POST", f"{API}/issue", text=text, headers={"content-type": "application/json"})

    assert (reply.status, reply.json()) == (400, {"errorMessages": [message]})


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{API}/issue/NOPE-1", "Issue does not exist or you do not have permission to see it."),
        (f"{API}/project/NOPE", "No project could be found with key 'NOPE'."),
        (f"{API}/group/member?groupname=x", "The group named 'x' does not exist."),
        (f"{AGILE}/sprint/999", "We could not find the sprint."),
    ],
)
def test_what_is_missing_is_told_in_the_words_of_its_kind(jira, path, message) -> None:
    reply = jira("GET", path)

    assert reply.status == 404
    assert reply.json()["errorMessages"][0].startswith(message)
    assert reply.json()["errors"] == {}


def test_an_unknown_link_type_is_told_by_name(jira) -> None:
    ends = {"inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"key": "MKY-1"}}

    reply = jira("POST", f"{API}/issueLink", {"type": {"name": "Unties"}, **ends})

    assert reply.status == 404
    assert reply.json()["errorMessages"] == ["No issue link type with name 'Unties' found."]


# Statuses and shapes


def test_what_changes_without_an_answer_has_no_body(jira) -> None:
    edited = jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "New"}})
    shown = jira("PUT", f"{API}/issue/MKY-1?returnIssue=true", {"fields": {"summary": "Newer"}})
    made = created(jira)
    deleted = jira("DELETE", f"{API}/issue/{made['key']}")

    assert [(one.status, one.body) for one in (edited, deleted)] == [(204, b"")] * 2
    assert "Content-Type" not in edited.headers
    assert (shown.status, shown.json()["fields"]["summary"]) == (200, "Newer")
    assert set(made) == {"id", "key", "self"}


PAGES = [
    (f"{API}/issue/MKY-1/comment", {"startAt", "maxResults", "total", "comments"}),
    (f"{API}/issue/MKY-1/worklog", {"startAt", "maxResults", "total", "worklogs"}),
    (f"{API}/issue/MKY-1/changelog", {"self", "startAt", "maxResults", "total", "isLast", "values"}),
    (f"{API}/project/search", {"self", "startAt", "maxResults", "total", "isLast", "values"}),
    (f"{AGILE}/board", {"startAt", "maxResults", "total", "isLast", "values"}),
    (f"{AGILE}/board/84/issue", {"expand", "startAt", "maxResults", "total", "issues"}),
    (f"{API}/search/jql?jql=project=MKY", {"issues", "isLast"}),
    ("/rest/software/1.0/board/84/issue", {"expand", "issues", "isLast"}),
]


@pytest.mark.parametrize(("path", "members"), PAGES)
def test_lists_come_in_the_envelope_of_their_own_dialect(jira, path, members) -> None:
    assert set(jira("GET", path).json()) - {"self"} == members - {"self"}


@pytest.mark.parametrize("path", [f"{API}/users/search", f"{API}/user/search?query=mia", f"{API}/project"])
def test_some_lists_are_bare_arrays(jira, path) -> None:
    assert isinstance(jira("GET", path).json(), list)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (f"{API}/issue/MKY-1/comment", 100),
        (f"{API}/issue/MKY-1/changelog", 100),
        (f"{API}/field/search", 50),
        (f"{API}/group/member?groupname=jira-software-users", 50),
        (f"{API}/user/bulk?accountId={MIA}", 10),
        (f"{AGILE}/board", 50),
        (f"{AGILE}/board/84/sprint", 50),
        (f"{AGILE}/board/84/issue", 5000),
    ],
)
def test_a_page_that_is_too_large_is_cut_and_says_so(jira, path, most) -> None:
    sign = "&" if "?" in path else "?"

    reply = jira("GET", f"{path}{sign}maxResults=9999")

    assert (reply.status, reply.json()["maxResults"]) == (200, most)


def test_ids_are_texts_or_numbers_as_their_kind_has_them(jira) -> None:
    jira("POST", f"{API}/version", {"name": "1.0", "projectId": 10000})
    made = created(jira, fixVersions=[{"name": "1.0"}])
    fields = jira("GET", f"{API}/issue/{made['key']}").json()["fields"]
    texts = [made["id"], *(fields[one]["id"] for one in ("project", "priority", "status", "issuetype"))]
    texts.append(fields["fixVersions"][0]["id"])
    texts.append(jira("GET", f"{API}/issue/{made['key']}/transitions").json()["transitions"][0]["id"])
    texts.append(jira("GET", f"{API}/field").json()[0]["id"])

    numbers = [
        jira("GET", f"{AGILE}/board/84").json()["id"],
        jira("GET", f"{AGILE}/sprint/71").json()["id"],
        jira("GET", f"{API}/role").json()[0]["id"],
        jira("GET", f"{API}/permissionscheme").json()["permissionSchemes"][0]["id"],
        fields["status"]["statusCategory"]["id"],
    ]

    assert {type(one) for one in texts} == {str}
    assert {type(one) for one in numbers} == {int}


def test_times_of_the_platform_and_of_boards_are_written_differently(jira) -> None:
    platform = jira("GET", f"{API}/issue/MKY-1").json()["fields"]["created"]
    sprint = jira("GET", f"{AGILE}/sprint/71").json()["startDate"]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", platform)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", sprint)


def test_histories_in_bulk_are_told_in_milliseconds(jira) -> None:
    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "New"}})

    reply = jira("POST", f"{API}/changelog/bulkfetch", {"issueIdsOrKeys": ["MKY-1"]}).json()

    [told] = reply["issueChangeLogs"][0]["changeHistories"]
    assert told["created"] == 1736933400000


def test_what_a_field_is_set_to_and_updated_with_at_once_is_refused(jira, world) -> None:
    before = world.state("jira")
    both = {"fields": {"labels": ["a"]}, "update": {"labels": [{"add": "b"}]}}

    reply = jira("PUT", f"{API}/issue/MKY-1", both)

    assert (reply.status, list(reply.json()["errors"])) == (400, ["labels"])
    assert world.state("jira") == before


def test_the_recorded_words_about_a_new_issue(jira) -> None:
    fields = {"labels": ["two words"], "customfield_99999": 1}

    errors = jira("POST", f"{API}/issue", {"fields": fields}).json()["errors"]

    assert errors["project"] == "Specify a valid project ID or key"
    assert errors["issuetype"] == "Specify an issue type"
    assert errors["summary"] == "You must specify a summary of the issue."
    assert "labels" in errors
    assert errors["customfield_99999"] == (
        "Field 'customfield_99999' cannot be set. It is not on the appropriate screen, or unknown."
    )


@pytest.mark.parametrize(
    ("transition", "message"),
    [
        (None, "Missing 'transition' identifier"),
        ({"id": "start"}, "'transition' identifier must be an integer"),
    ],
)
def test_the_recorded_words_about_a_transition(jira, transition, message) -> None:
    body = {} if transition is None else {"transition": transition}

    reply = jira("POST", f"{API}/issue/MKY-1/transitions", body)

    assert (reply.status, reply.json()["errorMessages"]) == (400, [message])


@pytest.mark.parametrize("row", ["21", 21])
def test_the_id_of_a_transition_is_taken_as_text_and_as_number(jira, row) -> None:
    reply = jira("POST", f"{API}/issue/MKY-1/transitions", {"transition": {"id": row}})

    assert reply.status == 204
    fields = jira("GET", f"{API}/issue/MKY-1?fields=status").json()["fields"]
    assert fields["status"]["statusCategory"] | {"self": ""} == {
        "self": "",
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    }


def test_comments_are_ordered_by_nothing_but_their_creation(jira) -> None:
    reply = jira("GET", f"{API}/issue/MKY-1/comment?orderBy=author")

    assert reply.status == 400
    assert reply.json()["errorMessages"] == [
        "The field to order by should be one of [created]. Instead, it was: author."
    ]


def test_latest_is_version_2(jira) -> None:
    jira("PUT", "/rest/api/2/issue/MKY-1", {"fields": {"description": "Some *words*"}})

    latest = jira("GET", "/rest/api/latest/issue/MKY-1?fields=description").json()

    assert latest["fields"]["description"] == "Some *words*"


def test_a_plain_comment_is_refused_in_version_3_in_the_recorded_words(jira) -> None:
    reply = jira("POST", f"{API}/issue/MKY-1/comment", {"body": "plain"})

    assert reply.status == 400
    assert reply.json() == {"errorMessages": [], "errors": {"comment": "Comment body is not valid!"}}


def test_the_sprint_field_holds_objects(jira) -> None:
    jira("POST", f"{AGILE}/sprint/71/issue", {"issues": ["MKY-1"]})

    [sprint] = jira("GET", f"{API}/issue/MKY-1").json()["fields"]["customfield_10020"]

    assert {"id", "name", "state", "boardId", "goal", "startDate", "endDate"} <= set(sprint)
    assert (sprint["id"], sprint["boardId"]) == (71, 84)


def test_sub_tasks_go_along_where_the_sprint_is_set_as_a_field(jira) -> None:
    below = created(jira, parent={"key": "MKY-1"}, issuetype={"name": "Sub-task"})["key"]

    for sprint in (71, None):
        assert jira("PUT", f"{API}/issue/MKY-1", {"fields": {"customfield_10020": sprint}}).status == 204
        inside = jira("GET", f"{AGILE}/sprint/71/issue?fields=summary").json()["issues"]

        assert [one["key"] for one in inside] == ([] if sprint is None else ["MKY-1", below])


# The site, its projects and its people


def test_the_site_says_that_it_is_cloud_and_the_time_only_to_somebody(jira) -> None:
    known = jira("GET", f"{API}/serverInfo").json()
    jira.authorization = None
    nobody = jira("GET", f"{API}/serverInfo").json()

    assert (known["deploymentType"], known["version"]) == ("Cloud", "1001.0.0-SNAPSHOT")
    assert known["versionNumbers"] == [1001, 0, 0]
    assert set(known) - set(nobody) == {"serverTime"}


def test_people_have_account_ids_and_no_names_of_the_old_kind(jira) -> None:
    users = jira("GET", f"{API}/users/search").json()

    assert all("accountId" in one and not {"name", "key"} & set(one) for one in users)
    assert [one["displayName"] for one in users if "emailAddress" not in one] == ["Alana Grant"]


def test_an_issue_is_assigned_to_whom_the_project_says_or_to_nobody(jira) -> None:
    jira("PUT", f"{API}/project/MKY", {"assigneeType": "PROJECT_LEAD"})
    found = []

    for account in ("-1", None):
        assert jira("PUT", f"{API}/issue/MKY-1/assignee", {"accountId": account}).status == 204
        found.append(jira("GET", f"{API}/issue/MKY-1").json()["fields"]["assignee"])

    assert found[0]["accountId"] == MIA
    assert found[1] is None


@pytest.mark.parametrize(
    ("query", "status", "errors"),
    [
        ("", 400, {}),
        ("?permissions=LAUNCH_ROCKETS", 400, {"LAUNCH_ROCKETS": "Unrecognized permission"}),
    ],
)
def test_permissions_must_be_named_and_known(jira, query, status, errors) -> None:
    reply = jira("GET", f"{API}/mypermissions{query}")

    assert (reply.status, reply.json()["errors"]) == (status, errors)


def test_a_permission_says_what_it_is_and_whether_it_is_held(jira) -> None:
    found = jira("GET", f"{API}/mypermissions?permissions=BROWSE_PROJECTS").json()["permissions"]

    assert set(found["BROWSE_PROJECTS"]) == {"id", "key", "name", "type", "description", "havePermission"}


def test_the_recorded_words_about_a_new_project(jira) -> None:
    wrong = jira("POST", f"{API}/project", {"key": "lower"}).json()["errors"]
    taken = jira("POST", f"{API}/project", {"key": "MKY", "name": "Monkey", "leadAccountId": MIA}).json()

    assert set(wrong) == {"projectKey", "projectName", "projectLead"}
    assert taken["errors"] == {
        "projectName": "A project with that name already exists.",
        "projectKey": "Project 'MKY' uses this project key.",
    }


def test_a_new_project_has_an_id_that_is_a_number(jira) -> None:
    body = {"key": "EX", "name": "Example", "leadAccountId": MIA}
    body["projectTemplateKey"] = "com.pyxis.greenhopper.jira:gh-simplified-basic"

    made = jira("POST", f"{API}/project", {**body, "projectTypeKey": "software"})

    assert (made.status, set(made.json())) == (201, {"self", "id", "key"})
    assert jira("DELETE", f"{API}/project/EX?enableUndo=true").status == 204


def test_a_key_that_a_project_had_before_is_still_its_own(jira, world) -> None:
    jira("PUT", f"{API}/project/MKY", {"key": "APE"})
    before = world.state("jira")

    reply = jira("POST", f"{API}/project", {"key": "MKY", "name": "New", "leadAccountId": MIA})
    found = jira("POST", f"{API}/search/jql", {"jql": "project = MKY", "fields": ["key"]}).json()

    assert (reply.status, list(reply.json()["errors"])) == (400, ["projectKey"])
    assert world.state("jira") == before
    assert [one["key"] for one in found["issues"]] == ["APE-1"]


def test_the_last_administrator_stays(jira, world) -> None:
    world.set_settings("jira", {"globalPermissions": {"ADMINISTER": ["jira-administrators"]}})
    before = world.state("jira")
    place = f"{API}/group/user?groupname=jira-administrators"

    refused = jira("DELETE", f"{place}&accountId={MIA}")
    unchanged = world.state("jira") == before
    jira("POST", place, {"accountId": "5b10ac8d82e05b22cc7d4ef5"})
    done = jira("DELETE", f"{place}&accountId={MIA}")

    assert (refused.status, unchanged, done.status) == (400, True, 200)


def test_a_group_is_named_in_one_way(jira) -> None:
    [group] = jira("GET", f"{API}/group/bulk?groupName=jira-administrators").json()["values"]

    by_name = jira("GET", f"{API}/group/member?groupname=jira-administrators").json()["values"]
    by_id = jira("GET", f"{API}/group/member?groupId={group['groupId']}").json()["values"]

    assert by_name == by_id


def test_a_token_that_is_granted_nothing_is_told_of_the_grants(jira) -> None:
    reply = jira("POST", "/oauth/token", {"grant_type": "password"})

    assert reply.status == 400
    assert reply.json() == {
        "error": "invalid_request",
        "error_description": (
            "grant_type must be one of [authorization_code|refresh_token|client_credentials]"
        ),
    }


@pytest.mark.parametrize("path", ["/rest/api/3/data-policy", "/rest/api/3/uiModifications"])
def test_what_is_known_and_not_made_says_so(jira, path) -> None:
    reply = jira("GET", path)

    assert (reply.status, reply.headers["X-Mock-Reason"]) == (501, "not-implemented")
    assert dumps(reply.json()).startswith(b'{"errorMessages"')
