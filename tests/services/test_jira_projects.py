"""Projects: made, renamed, listed and deleted, with everything that depends on them."""

import pytest

MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
PROJECT = "/rest/api/3/project"


@pytest.fixture
def jira(client):
    return client("jira")


def project(jira, key="EX", **more):
    reply = jira("POST", PROJECT, {"key": key, "name": f"Project {key}", "leadAccountId": MIA, **more})
    assert reply.status == 201, reply.body
    return reply.json()


def issue(jira, key, **fields):
    given = {"project": {"key": key}, "issuetype": {"name": "Task"}, "summary": "A task", **fields}
    reply = jira("POST", "/rest/api/3/issue", {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()


def keys(reply):
    assert reply.status == 200, reply.body
    found = reply.json()
    return [one["key"] for one in (found["values"] if isinstance(found, dict) else found)]


def test_a_deleted_project_takes_everything_with_it(jira) -> None:
    made = project(jira)
    number = issue(jira, "EX")["id"]
    version = jira("POST", "/rest/api/3/version", {"name": "1.0", "projectId": made["id"]}).json()["id"]
    component = jira("POST", "/rest/api/3/component", {"name": "Engine", "project": "EX"}).json()["id"]
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"id": number}}
    jira("POST", "/rest/api/3/issueLink", link)

    assert jira("DELETE", f"{PROJECT}/EX?enableUndo=false").status == 204

    gone = [f"issue/{number}", f"version/{version}", f"component/{component}", "project/EX"]
    assert [jira("GET", f"/rest/api/3/{one}").status for one in gone] == [404] * 4
    assert jira("GET", "/rest/api/3/issue/MKY-1?fields=issuelinks").json()["fields"]["issuelinks"] == []
    assert keys(jira("GET", PROJECT)) == ["MKY"]


def test_a_new_key_renames_the_issues(jira) -> None:
    project(jira)
    number = issue(jira, "EX")["id"]

    assert jira("PUT", f"{PROJECT}/EX", {"key": "NEW"}).json()["key"] == "NEW"

    assert jira("GET", f"/rest/api/3/issue/{number}?fields=project").json()["key"] == "NEW-1"
    assert issue(jira, "NEW")["key"] == "NEW-2"
    found = jira("POST", "/rest/api/3/search/jql", {"jql": "project = NEW", "fields": ["key"]}).json()[
        "issues"
    ]
    assert sorted(one["key"] for one in found) == ["NEW-1", "NEW-2"]


def test_keys_of_before_still_name_the_project_and_its_issues(jira) -> None:
    project(jira)
    number = issue(jira, "EX")["id"]
    jira("PUT", f"{PROJECT}/EX", {"key": "NEW"})

    assert jira("GET", f"{PROJECT}/ex").json()["key"] == "NEW"
    assert jira("GET", "/rest/api/3/issue/EX-1").json()["id"] == number

    newer = jira("POST", PROJECT, {"key": "EX", "name": "Another", "leadAccountId": MIA})
    assert (newer.status, list(newer.json()["errors"])) == (400, ["projectKey"])


def test_a_refused_change_changes_nothing(jira) -> None:
    project(jira)

    reply = jira("PUT", f"{PROJECT}/EX", {"name": "Monkey", "key": "no", "description": "Changed"})

    assert reply.status == 400
    assert set(reply.json()["errors"]) == {"projectKey", "projectName"}
    assert jira("GET", f"{PROJECT}/EX").json()["description"] == ""


def test_a_project_may_keep_its_own_name_and_key(jira) -> None:
    assert jira("PUT", f"{PROJECT}/MKY", {"name": "Monkey", "key": "MKY"}).status == 200


@pytest.mark.parametrize(
    ("template", "names"),
    [
        (
            "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic",
            {"Bug", "Task", "Epic", "Story", "Sub-task"},
        ),
        (
            "com.atlassian.jira-core-project-templates:jira-core-simplified-task-tracking",
            {"Task", "Epic", "Sub-task"},
        ),
    ],
)
def test_a_template_gives_the_issue_types(jira, template, names) -> None:
    project(jira, projectTemplateKey=template)

    shown = jira("GET", f"{PROJECT}/EX").json()["issueTypes"]

    assert {one["name"] for one in shown} == names


def test_a_category_shows_in_projects_and_issues_and_goes_when_it_is_deleted(jira) -> None:
    category = jira("POST", "/rest/api/3/projectCategory", {"name": "First"}).json()
    project(jira, categoryId=int(category["id"]))
    key = issue(jira, "EX")["key"]

    def of_issue():
        fields = jira("GET", f"/rest/api/3/issue/{key}?fields=project").json()["fields"]
        return fields["project"].get("projectCategory", {}).get("name")

    assert of_issue() == "First"
    assert keys(jira("GET", f"{PROJECT}/search?categoryId={category['id']}")) == ["EX"]
    jira("PUT", f"/rest/api/3/projectCategory/{category['id']}", {"name": "Second"})
    assert of_issue() == "Second"
    jira("DELETE", f"/rest/api/3/projectCategory/{category['id']}")
    assert of_issue() is None
    assert keys(jira("GET", f"{PROJECT}/search?categoryId=-1")) == ["EX", "MKY"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["EX", "MKY"]),
        ("orderBy=-name", ["EX", "MKY"]),
        ("orderBy=issueCount", ["EX", "MKY"]),
        ("orderBy=-issueCount", ["MKY", "EX"]),
        ("query=monk", ["MKY"]),
        ("keys=EX&keys=NOPE", ["EX"]),
        ("id=10000", ["MKY"]),
        ("typeKey=business", []),
        ("status=archived", []),
        ("startAt=1&maxResults=1", ["MKY"]),
    ],
)
def test_the_search_filters_orders_and_cuts(jira, query, expected) -> None:
    project(jira)

    assert keys(jira("GET", f"{PROJECT}/search?{query}")) == expected


def test_insight_counts_what_search_finds(jira) -> None:
    project(jira)
    for _ in range(3):
        issue(jira, "EX")

    [shown] = jira("GET", f"{PROJECT}/search?keys=EX&expand=insight").json()["values"]

    count = jira("POST", "/rest/api/3/search/approximate-count", {"jql": "project = EX"}).json()["count"]
    assert shown["insight"]["totalIssueCount"] == count == 3


@pytest.mark.parametrize(
    ("asked", "given"), [("NEW", "NEW"), ("mky", "MKY2"), ("1a b", "AB"), ("x", "XX"), ("???", "")]
)
def test_a_key_that_can_be_used_is_made_of_the_one_asked_for(jira, asked, given) -> None:
    reply = jira("GET", f"/rest/api/3/projectvalidate/validProjectKey?key={asked.replace(' ', '%20')}")

    assert reply.json() == given


def test_a_name_that_is_taken_gets_a_number(jira) -> None:
    assert jira("GET", "/rest/api/3/projectvalidate/validProjectName?name=monkey").json() == "monkey 2"


def test_labels_are_those_of_all_issues_once(jira) -> None:
    issue(jira, "MKY", labels=["b", "a"])
    issue(jira, "MKY", labels=["b", "C"])

    page = jira("GET", "/rest/api/3/label?maxResults=2").json()

    assert (page["values"], page["total"], page["isLast"]) == (["a", "b"], 3, False)


def test_a_feature_stays_as_it_was_switched(jira) -> None:
    path = f"{PROJECT}/MKY/features"
    jira("PUT", f"{path}/jsw.classic.reports", {"state": "DISABLED"})

    states = {one["feature"]: one["state"] for one in jira("GET", path).json()["features"]}

    assert states["jsw.classic.reports"] == "DISABLED"
    assert states["jsw.classic.backlog"] == "ENABLED"


@pytest.mark.parametrize("query", ["projectId=10000", "projectId=4711", "projectId=10000&projectId=x"])
def test_every_project_has_all_priorities(jira, query) -> None:
    page = jira("GET", f"/rest/api/3/priority/search?{query}").json()

    assert page["values"] == jira("GET", "/rest/api/3/priority/search").json()["values"] != []


def test_a_query_with_a_key_of_before_finds_the_issues_of_its_project(jira) -> None:
    assert jira("PUT", f"{PROJECT}/MKY", {"key": "APE"}).status == 200

    for jql in ("project = MKY", "project in (mky, APE)", "project = APE", "key = MKY-1"):
        reply = jira("POST", "/rest/api/3/search/jql", {"jql": jql, "fields": ["summary"]})
        assert [one["key"] for one in reply.json()["issues"]] == ["APE-1"], jql
