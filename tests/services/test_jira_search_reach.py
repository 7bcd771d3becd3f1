"""What clients write is found: comments, work, votes, properties, links, filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

API = "/jira/rest/api/3"
MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
AS_EMMA = "Basic ZW1tYUBleGFtcGxlLmNvbTptb2NrLXRva2Vu"


def text(words: str) -> dict[str, Any]:
    """A document of one line."""
    line = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
    return {"type": "doc", "version": 1, "content": [line]}


@pytest.fixture
def jira(client: Callable[[str], Any]) -> Any:
    """A client of a site with MKY-1 and MKY-2."""
    found = client("jira")
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "Second"}
    assert found("POST", f"{API}/issue", {"fields": fields}).status == 201
    return found


def keys(jira: Any, jql: str) -> list[str]:
    reply = jira("POST", f"{API}/search/jql", {"jql": f"{jql} ORDER BY key", "fields": ["key"]})
    assert reply.status == 200, reply.body
    return [one["key"] for one in reply.json()["issues"]]


def wrote(jira: Any, method: str, path: str, body: Any) -> Any:
    reply = jira(method, f"{API}/{path}", body)
    assert reply.status in (200, 201, 204), reply.body
    return reply.json()


def test_comments_are_found_by_their_words(jira: Any) -> None:
    comment = wrote(jira, "POST", "issue/MKY-2/comment", {"body": text("Bananas are ripening")})

    assert keys(jira, "comment ~ banana") == ["MKY-2"]
    assert keys(jira, "text ~ ripen") == ["MKY-2"]
    wrote(jira, "PUT", f"issue/MKY-2/comment/{comment['id']}", {"body": text("Cherries")})

    assert keys(jira, "comment ~ banana") == []


def test_a_comment_kept_to_others_is_not_found(jira: Any) -> None:
    kept = {"type": "group", "identifier": None, "value": "jira-administrators"}
    wrote(jira, "POST", "issue/MKY-2/comment", {"body": text("A secret"), "visibility": kept})

    assert keys(jira, "comment ~ secret") == ["MKY-2"]
    jira.authorization = AS_EMMA

    assert keys(jira, "comment ~ secret") == []


def test_work_is_found_by_who_did_it_and_when(jira: Any) -> None:
    started = "2025-01-13T08:00:00.000+0000"
    work = {"timeSpent": "2h", "started": started, "comment": text("Digging")}
    wrote(jira, "POST", "issue/MKY-1/worklog", work)

    assert keys(jira, "worklogAuthor = currentUser()") == ["MKY-1"]
    assert keys(jira, "worklogDate = 2025-01-13") == ["MKY-1"]
    assert keys(jira, "worklogDate < 2025-01-13") == []
    assert keys(jira, "worklogComment ~ dig") == ["MKY-1"]
    assert keys(jira, "timespent >= 2h") == ["MKY-1"]


def test_watchers_and_votes_are_found(jira: Any) -> None:
    jira.authorization = AS_EMMA
    wrote(jira, "POST", "issue/MKY-2/watchers", EMMA)
    wrote(jira, "POST", "issue/MKY-2/votes", None)

    assert keys(jira, "watcher = currentUser() AND voter = currentUser()") == ["MKY-2"]
    assert keys(jira, "issue in watchedIssues() AND issue in votedIssues()") == ["MKY-2"]
    assert keys(jira, "votes = 1") == ["MKY-2"]


def test_properties_are_found_by_what_is_inside(jira: Any) -> None:
    wrote(jira, "PUT", "issue/MKY-1/properties/pet", {"name": "Rex", "age": 4})

    assert keys(jira, "issue.property[pet].name = Rex") == ["MKY-1"]
    assert keys(jira, "issue.property[pet].age > 3") == ["MKY-1"]
    assert keys(jira, "issue.property[pet].age > 4") == []


def test_linked_issues_are_found_from_both_ends(jira: Any) -> None:
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"key": "MKY-2"}}
    wrote(jira, "POST", "issueLink", link)

    assert keys(jira, "issue in linkedIssues(MKY-1, blocks)") == ["MKY-2"]
    assert keys(jira, "issue in linkedIssues(MKY-2, 'is blocked by')") == ["MKY-1"]
    assert keys(jira, "issueLinkType = blocks") == ["MKY-1"]


def test_remote_links_are_found_by_their_global_id(jira: Any) -> None:
    wanted = "issue in issuesWithRemoteLinksByGlobalId('system=http://www.mycompany.com/support&id=1')"

    assert keys(jira, wanted) == ["MKY-1"]


def test_filters_can_be_searched_in(world: Any, jira: Any) -> None:
    world.seed(
        {"jira": {"filter": [{"id": "10500", "name": "Seconds", "jql": "summary ~ second", "owner": MIA}]}}
    )

    assert keys(jira, "filter = Seconds") == ["MKY-2"]
    assert keys(jira, "filter != 10500") == ["MKY-1"]


def test_what_changed_is_found_by_who_changed_it(jira: Any) -> None:
    wrote(jira, "PUT", "issue/MKY-2/assignee", {"accountId": MIA})
    wrote(
        jira,
        "PUT",
        "issue/MKY-2",
        {"fields": {"assignee": {"accountId": EMMA}, "priority": {"name": "High"}}},
    )

    assert keys(jira, f"assignee WAS {MIA}") == ["MKY-2"]
    assert keys(jira, f"assignee CHANGED FROM {MIA} TO {EMMA} BY currentUser()") == ["MKY-2"]
    assert keys(jira, "priority CHANGED FROM Medium") == ["MKY-2"]
    assert keys(jira, "priority WAS NOT Medium") == []


def test_versions_compare_by_the_order_of_their_project(jira: Any) -> None:
    for name in ("9.0", "10.0"):
        wrote(jira, "POST", "version", {"name": name, "projectId": 10000, "released": name == "9.0"})
    wrote(jira, "PUT", "issue/MKY-1", {"fields": {"fixVersions": [{"name": "9.0"}]}})
    wrote(jira, "PUT", "issue/MKY-2", {"fields": {"fixVersions": [{"name": "10.0"}]}})

    assert keys(jira, "fixVersion > 9.0") == ["MKY-2"]
    assert keys(jira, "fixVersion in releasedVersions(MKY)") == ["MKY-1"]
    assert keys(jira, "fixVersion = earliestUnreleasedVersion(MKY)") == ["MKY-2"]
    assert keys(jira, "fixVersion CHANGED TO 10.0") == ["MKY-2"]


def test_sprints_are_found_by_name_and_state(world: Any, jira: Any) -> None:
    sprints = [
        {"id": 91, "name": "Over", "state": "closed"},
        {"id": 92, "name": "Now", "state": "active"},
    ]
    issues = [
        {"key": "MKY-51", "fields": {"summary": "Once", "customfield_10020": [91]}},
        {"key": "MKY-52", "fields": {"summary": "Still", "customfield_10020": [91, 92]}},
    ]
    world.seed({"jira": {"sprint": sprints, "issue": issues}})

    assert keys(jira, "sprint = Over") == ["MKY-51", "MKY-52"]
    assert keys(jira, "sprint in openSprints()") == ["MKY-52"]
    assert keys(jira, "NOT sprint in openSprints()") == ["MKY-51"]
    assert keys(jira, "sprint = 92") == ["MKY-52"]


def test_what_may_not_be_browsed_is_not_found(world: Any, jira: Any) -> None:
    assert keys(jira, "project = MKY") == ["MKY-1", "MKY-2"]

    world.set_settings("jira", {"denied": ["BROWSE_PROJECTS"]})

    assert keys(jira, "project = MKY") == []
    count = jira("POST", f"{API}/search/approximate-count", {"jql": "project = MKY"}).json()
    assert count == {"count": 0}
    assert jira("GET", f"{API}/issue/picker?query=mky").json()["sections"][0]["issues"] == []
