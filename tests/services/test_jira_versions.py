"""Versions of projects: their order, and what issues hold of them on every way to read them."""

import pytest

VERSION = "/rest/api/3/version"


@pytest.fixture
def jira(client):
    return client("jira")


def version(jira, name, **more):
    reply = jira("POST", VERSION, {"name": name, "projectId": 10000, **more})
    assert reply.status == 201, reply.body
    return reply.json()["id"]


def issue(jira, **fields):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A task", **fields}
    reply = jira("POST", "/rest/api/3/issue", {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()["key"]


def held(jira, key, field="fixVersions"):
    fields = jira("GET", f"/rest/api/3/issue/{key}?fields={field}").json()["fields"]
    return [one["name"] for one in fields[field]]


def found(jira, jql):
    page = jira("POST", "/rest/api/3/search/jql", {"jql": jql, "fields": ["key"]}).json()
    return sorted(one["key"] for one in page["issues"])


def order(jira):
    return [one["name"] for one in jira("GET", "/rest/api/3/project/MKY/versions").json()]


def test_a_version_is_set_by_id_by_name_and_by_verbs(jira) -> None:
    one = version(jira, "1.0")
    version(jira, "2.0")

    key = issue(jira, fixVersions=[{"id": one}], versions=[{"name": "2.0"}])
    update = {"fixVersions": [{"add": {"name": "2.0"}}, {"remove": {"id": one}}]}
    assert jira("PUT", f"/rest/api/3/issue/{key}", {"update": update}).status == 204

    assert held(jira, key) == ["2.0"]
    assert held(jira, key, "versions") == ["2.0"]


def test_a_version_of_another_project_is_refused(jira) -> None:
    project = {"key": "EX", "name": "Example", "leadAccountId": "5b10a2844c20165700ede21g"}
    number = jira("POST", "/rest/api/3/project", project).json()["id"]
    jira("POST", VERSION, {"name": "9.0", "projectId": number})

    reply = jira("PUT", "/rest/api/3/issue/MKY-1", {"fields": {"fixVersions": [{"name": "9.0"}]}})

    assert reply.status == 400
    assert reply.json()["errors"] == {"fixVersions": "Version name '9.0' is not valid"}


def test_a_new_name_shows_everywhere(jira) -> None:
    number = version(jira, "1.0")
    key = issue(jira, fixVersions=[{"id": number}])

    jira("PUT", f"{VERSION}/{number}", {"name": "1.1"})

    assert held(jira, key) == ["1.1"]
    assert found(jira, "fixVersion = '1.1'") == [key]
    assert order(jira) == ["1.1"]
    assert [one["name"] for one in jira("GET", "/rest/api/3/project/MKY").json()["versions"]] == ["1.1"]


def test_deleting_a_version_takes_it_out_of_its_issues_and_tells_their_history(jira) -> None:
    number = version(jira, "1.0")
    key = issue(jira, fixVersions=[{"id": number}], versions=[{"id": number}])

    assert jira("DELETE", f"{VERSION}/{number}").status == 204

    assert held(jira, key) == held(jira, key, "versions") == []
    assert found(jira, "fixVersion is not EMPTY") == []
    told = jira("GET", f"/rest/api/3/issue/{key}/changelog").json()["values"]
    items = [item for one in told for item in one["items"]]
    assert {(item["field"], item["from"], item["fromString"]) for item in items} >= {
        ("Fix Version", number, "1.0"),
        ("Version", number, "1.0"),
    }


def test_issues_are_swapped_to_the_versions_named(jira) -> None:
    old, new = version(jira, "1.0"), version(jira, "2.0")
    key = issue(jira, fixVersions=[{"id": old}], versions=[{"id": old}])

    reply = jira("POST", f"{VERSION}/{old}/removeAndSwap", {"moveFixIssuesTo": int(new)})

    assert reply.status == 204
    assert held(jira, key) == ["2.0"]
    assert held(jira, key, "versions") == []


def test_a_swap_to_nowhere_changes_nothing(jira) -> None:
    old = version(jira, "1.0")
    key = issue(jira, fixVersions=[{"id": old}])

    assert jira("POST", f"{VERSION}/{old}/removeAndSwap", {"moveFixIssuesTo": 4711}).status == 400
    assert held(jira, key) == ["1.0"]


def test_merged_versions_are_held_once(jira) -> None:
    one, two = version(jira, "1.0"), version(jira, "2.0")
    both, first = issue(jira, fixVersions=[{"id": one}, {"id": two}]), issue(jira, fixVersions=[{"id": one}])

    assert jira("PUT", f"{VERSION}/{one}/mergeto/{two}").status == 204

    assert held(jira, both) == held(jira, first) == ["2.0"]
    assert jira("GET", f"{VERSION}/{one}").status == 404


def test_counts_agree_with_search(jira, world) -> None:
    number = version(jira, "1.0")
    done = {"summary": "Done", "fixVersions": [{"name": "1.0"}], "resolution": {"name": "Done"}}
    world.seed({"jira": {"issue": [{"key": "MKY-50", "fields": done}]}})
    issue(jira, fixVersions=[{"id": number}], versions=[{"id": number}])

    related = jira("GET", f"{VERSION}/{number}/relatedIssueCounts").json()
    unresolved = jira("GET", f"{VERSION}/{number}/unresolvedIssueCount").json()

    assert related["issuesFixedCount"] == len(found(jira, f"fixVersion = {number}")) == 2
    assert related["issuesAffectedCount"] == len(found(jira, f"affectedVersion = {number}")) == 1
    assert unresolved["issuesCount"] == 2
    assert (
        unresolved["issuesUnresolvedCount"]
        == len(found(jira, "fixVersion = 1.0 AND resolution is EMPTY"))
        == 1
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"position": "First"}, ["2", "1", "3"]),
        ({"position": "Last"}, ["1", "3", "2"]),
        ({"position": "Earlier"}, ["2", "1", "3"]),
        ({"position": "Later"}, ["1", "3", "2"]),
        ({"after": "http://localhost/rest/api/3/version/10002"}, ["1", "3", "2"]),
    ],
)
def test_a_version_moves_in_the_order_of_its_project(jira, body, expected) -> None:
    _, two, _ = version(jira, "1"), version(jira, "2"), version(jira, "3")

    assert jira("POST", f"{VERSION}/{two}/move", body).status == 200

    assert order(jira) == expected


def test_a_released_version_is_not_overdue(jira) -> None:
    number = version(jira, "1.0", releaseDate="2025-01-14")
    assert jira("GET", f"{VERSION}/{number}").json()["overdue"] is True

    released = jira("PUT", f"{VERSION}/{number}", {"released": True}).json()

    assert released["overdue"] is False


def test_unfixed_issues_move_on_when_a_version_is_released(jira) -> None:
    one, two = version(jira, "1.0"), version(jira, "2.0")
    key = issue(jira, fixVersions=[{"id": one}])
    address = jira("GET", f"{VERSION}/{two}").json()["self"]

    jira("PUT", f"{VERSION}/{one}", {"released": True, "moveUnfixedIssuesTo": address})

    assert held(jira, key) == ["2.0"]


def test_pages_are_filtered_and_ordered(jira) -> None:
    version(jira, "b", released=True)
    version(jira, "a")
    version(jira, "c", archived=True)
    path = "/rest/api/3/project/MKY/version"

    def names(query):
        return [one["name"] for one in jira("GET", f"{path}?{query}").json()["values"]]

    assert names("orderBy=name") == ["a", "b", "c"]
    assert names("orderBy=-name&maxResults=2") == ["c", "b"]
    assert names("status=released,archived") == ["b", "c"]
    assert names("query=A") == ["a"]
    assert jira("GET", f"{path}?orderBy=colour").status == 400
