"""Boards: made by themselves or with a project, showing what their filter finds."""

import pytest

AGILE = "/rest/agile/1.0"
LEAD = "5b10a2844c20165700ede21g"


@pytest.fixture
def jira(client):
    return client("jira")


def project(jira, key, template):
    body = {
        "key": key,
        "name": f"Project {key}",
        "leadAccountId": LEAD,
        "projectTypeKey": "software",
        "projectTemplateKey": f"com.pyxis.greenhopper.jira:{template}",
    }
    reply = jira("POST", "/rest/api/3/project", body)
    assert reply.status == 201, reply.body


def issue(jira, key="MKY", kind="Task", **fields):
    given = {"project": {"key": key}, "issuetype": {"name": kind}, "summary": "A task", **fields}
    return jira("POST", "/rest/api/3/issue", {"fields": given}).json()["key"]


def boards(jira, query=""):
    return jira("GET", f"{AGILE}/board{query}").json()["values"]


def keys(jira, path):
    return [one["key"] for one in jira("GET", f"{AGILE}/{path}").json()["issues"]]


@pytest.mark.parametrize(
    ("template", "kind", "sprints"),
    [
        ("gh-simplified-scrum-classic", "scrum", 200),
        ("gh-simplified-kanban-classic", "kanban", 400),
        ("gh-simplified-agility-scrum", "simple", 200),
        ("gh-simplified-agility-kanban", "simple", 400),
    ],
)
def test_a_software_project_comes_with_the_board_of_its_template(jira, template, kind, sprints) -> None:
    project(jira, "ABC", template)
    key = issue(jira, "ABC")

    [board] = boards(jira, "?projectKeyOrId=ABC")

    assert (board["type"], board["location"]["projectKey"]) == (kind, "ABC")
    assert keys(jira, f"board/{board['id']}/issue") == [key]
    assert jira("GET", f"{AGILE}/board/{board['id']}/sprint").status == sprints


def test_a_board_shows_what_its_filter_finds_and_jql_narrows(jira, world) -> None:
    world.seed(
        {"jira": {"filter": [{"id": "10500", "name": "Reds", "jql": "labels = red ORDER BY key DESC"}]}}
    )
    one, two = issue(jira, labels=["red"]), issue(jira, labels=["red", "blue"])
    issue(jira)

    board = jira("POST", f"{AGILE}/board", {"name": "Reds", "type": "scrum", "filterId": 10500}).json()["id"]

    assert keys(jira, f"board/{board}/issue") == [two, one]
    assert keys(jira, f"board/{board}/issue?jql=ORDER%20BY%20key") == [one, two]
    assert keys(jira, f"board/{board}/issue?jql=labels%3Dblue") == [two]


def test_epics_are_on_boards_without_sprints_only(jira) -> None:
    epic = issue(jira, kind="Epic")

    assert epic not in keys(jira, "board/84/issue")
    assert epic in keys(jira, "board/92/issue")


def test_pages_of_issues_say_where_they_are(jira) -> None:
    for _ in range(4):
        issue(jira)

    page = jira("GET", f"{AGILE}/board/84/issue?startAt=1&maxResults=2&fields=summary").json()

    assert [one["key"] for one in page["issues"]] == ["MKY-2", "MKY-3"]
    assert (page["startAt"], page["maxResults"], page["total"]) == (1, 2, 5)
    assert page["issues"][0]["fields"] == {"summary": "A task"}


def test_tokens_lead_through_all_pages(jira) -> None:
    for _ in range(4):
        issue(jira)
    seen, token = [], ""

    for _ in range(3):
        page = jira("GET", f"/rest/software/1.0/board/84/issue?maxResults=2{token}").json()
        seen += [one["key"] for one in page["issues"]]
        token = f"&nextPageToken={page.get('nextPageToken')}"

    assert seen == [f"MKY-{number}" for number in range(1, 6)]
    assert page["isLast"]
    assert "nextPageToken" not in page


def test_issues_have_agile_addresses_and_version_two_inside(jira) -> None:
    [one] = jira("GET", f"{AGILE}/board/84/issue").json()["issues"]

    assert one["self"] == "http://localhost:8080/rest/agile/1.0/issue/10002"
    assert one["fields"]["status"]["self"] == "http://localhost:8080/rest/api/2/status/10000"
    assert one["fields"]["description"] == "Main order flow broken"


def test_a_deleted_board_is_gone_and_its_sprints_are_not(jira) -> None:
    assert jira("DELETE", f"{AGILE}/board/84").status == 204

    assert jira("GET", f"{AGILE}/board/84").status == 404
    assert jira("GET", f"{AGILE}/sprint/71").status == 200


def test_names_match_in_part_and_in_any_case(jira) -> None:
    assert [one["id"] for one in boards(jira, "?name=KANBAN")] == [92]
    assert [one["id"] for one in boards(jira, "?orderBy=-name")] == [84, 92]
    assert [one["id"] for one in boards(jira, "?type=kanban")] == [92]


def test_the_board_of_a_hidden_project_is_hidden(jira, world) -> None:
    world.seed(
        {
            "jira": {
                "permission_scheme": [{"id": 10500, "name": "Nobody"}],
                "project": [{"id": "10500", "key": "HID", "permissionScheme": 10500}],
                "board": [{"id": 500, "project": "HID"}],
            }
        }
    )
    world.set_settings("jira", {"denied": ["ADMINISTER_PROJECTS", "BROWSE_PROJECTS"]})

    assert boards(jira) == []
    assert jira("GET", f"{AGILE}/board/500").status == 404


def test_who_may_change_a_board_is_told_where_it_is_asked_for(jira, world) -> None:
    plain, *_ = boards(jira)
    mine, *_ = boards(jira, "?expand=admins,permissions")
    world.set_settings("jira", {"denied": ["ADMINISTER", "ADMINISTER_PROJECTS"]})
    others, *_ = boards(jira, "?expand=permissions")

    assert not {"admins", "canEdit"} & plain.keys()
    assert [one["accountId"] for one in mine["admins"]["users"]] == [LEAD]
    assert (mine["canEdit"], others["canEdit"]) == (True, False)


def test_a_board_goes_on_when_its_project_gets_another_key(jira, world) -> None:
    world.seed({"jira": {"filter": [{"id": "10500", "name": "All", "jql": "project = MKY ORDER BY key"}]}})
    body = {"name": "All", "type": "kanban", "filterId": 10500}
    board = jira("POST", f"{AGILE}/board", body).json()["id"]

    assert jira("PUT", "/rest/api/3/project/MKY", {"key": "APE"}).status == 200

    assert keys(jira, f"board/{board}/issue") == keys(jira, "board/84/issue") == ["APE-1"]
    assert boards(jira, "?projectKeyOrId=MKY") == boards(jira, "?projectKeyOrId=APE")
    assert boards(jira, "?projectLocation=MKY") == boards(jira, "?projectLocation=APE") != []


def test_a_filter_that_is_not_to_be_seen_makes_no_board_and_finds_nothing(jira, world) -> None:
    other = "5b10ac8d82e05b22cc7d4ef5"
    hidden = {"id": "10500", "name": "Hidden", "jql": "project = MKY", "owner": other}
    world.seed({"jira": {"filter": [hidden]}})

    made = jira("POST", f"{AGILE}/board", {"name": "A", "type": "kanban", "filterId": 10500})
    found = jira("POST", "/rest/api/3/search/jql", {"jql": "filter = 10500"})

    assert made.status == 400
    assert "10500" in made.json()["errorMessages"][0]
    assert found.status == 400
    assert jira("POST", "/rest/api/3/search/jql", {"jql": "project = MKY"}).json()["issues"] != []
