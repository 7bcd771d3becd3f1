"""Webhooks: every documented event is set off by a call, and told in the documented shape."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.behaviours.jira.webhooks.events import DOCUMENTED, KNOWN, UNSENT
from mockserver.values import dumps

API = "/rest/api/3"
ADMIN = "/rest/webhooks/1.0/webhook"
MIA = "5b10a2844c20165700ede21g"
DOC = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Well said."}]}],
}


@pytest.fixture
def jira(client: Any) -> Any:
    return client("jira")


@pytest.fixture
def hook(jira: Any) -> Callable[..., Any]:
    """Registers a webhook of an administrator for all events, or as told; its reply."""

    def register(**members: Any) -> Any:
        body = {"name": "all", "url": "http://localhost:9/hook", "events": sorted(KNOWN), **members}
        reply = jira("POST", ADMIN, body)
        assert reply.status == 201, reply.json()
        return reply.json()

    return register


@pytest.fixture
def told(world: Any) -> Callable[..., list[Any]]:
    """The deliveries there are, of one event if it is named."""

    def read(event: str | None = None, **asked: Any) -> list[Any]:
        found: list[Any] = world.deliveries(event=event, limit=1000, **asked)["deliveries"]
        return found

    return read


def events(deliveries: list[Any]) -> list[str]:
    return [one["event"] for one in deliveries]


def test_an_edit_is_told_once_with_all_that_it_changed(jira, hook, told) -> None:
    hook()

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Faster", "labels": ["speed"]}})

    [delivery] = told()
    body = delivery["body"]
    assert delivery["event"] == body["webhookEvent"] == "jira:issue_updated"
    assert body["timestamp"] == 1736933400000
    assert body["issue_event_type_name"] == "issue_updated"
    assert body["user"]["accountId"] == MIA
    assert "emailAddress" not in body["user"]
    assert {one["field"] for one in body["changelog"]["items"]} == {"summary", "labels"}
    assert body["issue"]["fields"]["summary"] == "Faster"
    assert body["issue"]["self"].endswith("/rest/api/2/issue/10002")
    assert "matchedWebhookIds" not in body


def test_the_issue_of_a_webhook_is_that_of_version_2_whoever_calls(jira, hook, told) -> None:
    hook()

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"description": DOC}})

    shown = jira("GET", "/rest/api/2/issue/MKY-1").json()
    assert told()[0]["body"]["issue"] == shown
    assert shown["fields"]["description"] == "Well said."


def test_a_step_of_the_workflow_is_a_generic_event(jira, hook, told) -> None:
    hook()
    [*_, way] = jira("GET", f"{API}/issue/MKY-1/transitions").json()["transitions"]

    jira("POST", f"{API}/issue/MKY-1/transitions", {"transition": {"id": way["id"]}})

    [delivery] = told()
    assert delivery["body"]["issue_event_type_name"] == "issue_generic"
    assert "status" in [one["fieldId"] for one in delivery["body"]["changelog"]["items"]]


def test_an_assignment_has_its_own_name(jira, hook, told) -> None:
    hook()

    jira("PUT", f"{API}/issue/MKY-1/assignee", {"accountId": "5b10ac8d82e05b22cc7d4ef5"})

    assert told()[0]["body"]["issue_event_type_name"] == "issue_assigned"


def test_a_new_issue_is_told_as_it_is_in_the_end_and_nothing_else_of_it(jira, hook, told) -> None:
    hook()
    body = {
        "fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"},
        "update": {"worklog": [{"add": {"timeSpent": "1h"}}]},
    }

    key = jira("POST", f"{API}/issue", body).json()["key"]

    assert events(told()) == ["jira:issue_created", "worklog_created"]
    created = told("jira:issue_created")[0]["body"]
    assert (created["issue"]["key"], created["issue"]["fields"]["timespent"]) == (key, 3600)
    assert "changelog" not in created


def test_many_new_issues_are_told_one_by_one(jira, hook, told) -> None:
    hook()
    one = {"fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"}}

    jira("POST", f"{API}/issue/bulk", {"issueUpdates": [one, {"fields": {}}, one]})

    assert events(told()) == ["jira:issue_created", "jira:issue_created"]


def test_what_is_refused_is_told_to_nobody(jira, hook, told) -> None:
    hook()

    refused = jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": ""}})
    unchanged = jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Main order flow broken"}})

    assert (refused.status, unchanged.status) == (400, 204)
    assert told() == []


def test_nobody_is_named_where_nobody_called(jira, hook, told) -> None:
    hook()
    jira.authorization = None

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "By nobody"}})

    assert "user" not in told()[0]["body"]


def test_a_deleted_issue_is_told_as_it_was_and_what_went_with_it_afterwards(jira, hook, told) -> None:
    jira("POST", f"{API}/issue/MKY-1/comment", {"body": DOC})
    jira("POST", f"{API}/issue/MKY-1/worklog", {"timeSpent": "1h"})
    hook()

    jira("DELETE", f"{API}/issue/MKY-1?deleteSubtasks=true")

    [first, *rest] = told()
    assert first["event"] == "jira:issue_deleted"
    assert first["headers"]["X-Atlassian-Webhook-Flow"] == "Primary"
    assert first["body"]["issue"]["fields"]["comment"]["total"] == 1
    assert events(rest) == ["comment_deleted", "worklog_deleted"]
    assert {one["headers"]["X-Atlassian-Webhook-Flow"] for one in rest} == {"Secondary"}


def test_the_sub_tasks_of_a_deleted_issue_are_told_after_it(jira, hook, told) -> None:
    parent = {"project": {"key": "MKY"}, "parent": {"key": "MKY-1"}, "summary": "Below"}
    below = jira("POST", f"{API}/issue", {"fields": {**parent, "issuetype": {"name": "Sub-task"}}}).json()
    hook()

    jira("DELETE", f"{API}/issue/MKY-1?deleteSubtasks=true")

    found = told("jira:issue_deleted")
    assert [one["body"]["issue"]["key"] for one in found] == ["MKY-1", below["key"]]
    assert [one["headers"]["X-Atlassian-Webhook-Flow"] for one in found] == ["Primary", "Secondary"]


def test_a_comment_is_told_in_wiki_text_beside_its_issue_in_brief(jira, hook, told) -> None:
    hook()

    comment = jira("POST", f"{API}/issue/MKY-1/comment", {"body": DOC}).json()

    [delivery] = told()
    assert delivery["event"] == "comment_created"
    assert delivery["body"]["comment"]["id"] == comment["id"]
    assert delivery["body"]["comment"]["body"] == "Well said."
    assert set(delivery["body"]["issue"]["fields"]) == {
        "summary",
        "issuetype",
        "project",
        "assignee",
        "priority",
        "status",
    }


def test_on_older_sites_a_comment_updates_its_issue(jira, hook, told, world) -> None:
    world.set_settings("jira", {"commentsUpdateIssues": True})
    hook()

    jira("POST", f"{API}/issue/MKY-1/comment", {"body": DOC})

    assert events(told()) == ["comment_created", "jira:issue_updated"]
    updated = told("jira:issue_updated")[0]["body"]
    assert updated["issue_event_type_name"] == "issue_commented"
    assert updated["comment"]["body"] == "Well said."
    assert "changelog" not in updated


def test_a_changed_sprint_is_told_with_what_it_was(jira, hook, told) -> None:
    board = _board(jira)
    sprint = jira("POST", "/rest/agile/1.0/sprint", {"name": "One", "originBoardId": board}).json()
    hook()

    jira("POST", f"/rest/agile/1.0/sprint/{sprint['id']}", {"goal": "To win"})

    body = told("sprint_updated")[0]["body"]
    assert body["sprint"]["goal"] == "To win"
    assert body["oldValue"]["name"] == "One"
    assert "goal" not in body["oldValue"]


def test_a_merged_version_is_told_as_deleted_with_its_heir(jira, hook, told) -> None:
    one, other = (_version(jira, name) for name in ("1.0", "2.0"))
    hook(events=["jira:version_deleted"])
    hook(events=["jira:version_deleted", "jira:version_merged"], url="http://localhost:9/both")

    jira("PUT", f"{API}/version/{one}/mergeto/{other}")

    assert [(one["event"], one["url"].rpartition("/")[2]) for one in told()] == [
        ("jira:version_merged", "both"),
        ("jira:version_deleted", "hook"),
    ]
    assert {one["body"]["mergedTo"]["id"] for one in told()} == {other}


def test_a_link_is_told_with_both_ends_as_numbers(jira, hook, told) -> None:
    other = _issue(jira)
    hook()

    jira(
        "POST",
        f"{API}/issueLink",
        {"type": {"name": "Blocks"}, "inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"key": other["key"]}},
    )

    link = told("issuelink_created")[0]["body"]["issueLink"]
    assert (link["sourceIssueId"], link["destinationIssueId"]) == (10002, int(other["id"]))
    assert link["issueLinkType"]["outwardName"] == "blocks"


def test_a_project_in_the_trash_is_not_a_deleted_one(jira, hook, told) -> None:
    _project(jira, "NEW")
    hook()

    jira("DELETE", f"{API}/project/NEW")
    jira("DELETE", f"{API}/project/MKY?enableUndo=false")

    assert events(told()) == ["project_soft_deleted", "project_deleted", "jira:issue_deleted"]
    assert told("jira:issue_deleted")[0]["headers"]["X-Atlassian-Webhook-Flow"] == "Secondary"


def test_the_signature_is_that_of_the_body(jira, hook, told) -> None:
    hook(secret="not-a-real-one")

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Signed"}})

    [delivery] = told()
    digest = hmac.new(b"not-a-real-one", dumps(delivery["body"]), hashlib.sha256).hexdigest()
    assert delivery["headers"]["X-Hub-Signature"] == f"sha256={digest}"


def test_the_documented_signature_of_the_documented_body() -> None:
    digest = hmac.new(b"It's a Secret to Everybody", b"Hello World!", hashlib.sha256).hexdigest()

    assert digest == "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def test_every_delivery_has_an_identifier_of_its_own(jira, hook, told) -> None:
    hook()
    hook(url="http://localhost:9/other")

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Twice"}})

    found = told()
    names = [one["headers"]["X-Atlassian-Webhook-Identifier"] for one in found]
    assert len(set(names)) == len(found) == 2
    assert names == [one["identifier"] for one in found]
    assert all("X-Hub-Signature" not in one["headers"] for one in found)


def test_the_trace_of_a_request_is_passed_on(jira, hook, told) -> None:
    hook()

    jira(
        "PUT",
        f"{API}/issue/MKY-1",
        {"fields": {"summary": "Traced"}},
        headers={"X-Atlassian-Webhook-Trace": "mine"},
    )

    assert told()[0]["headers"]["X-Atlassian-Webhook-Trace"] == "mine"


def test_without_a_body_the_address_says_what_it_is_about(jira, hook, told) -> None:
    hook(url="http://localhost:9/${project.key}/{issue.key}?id=${issue.id}&v=${version.id}", excludeBody=True)

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "No body"}})

    [delivery] = told()
    assert delivery["url"].startswith("http://localhost:9/MKY/MKY-1?id=10002&v=")
    assert not delivery["body"]


def test_the_address_of_a_merge_has_both_versions(jira, hook, told) -> None:
    one, other = (_version(jira, name) for name in ("1.0", "2.0"))
    hook(
        events=["jira:version_deleted"],
        url="http://localhost:9/{project.key}/{version.id}/{mergedVersion.id}",
    )

    jira("PUT", f"{API}/version/{one}/mergeto/{other}")

    assert [delivery["url"] for delivery in told()] == [f"http://localhost:9/MKY/{one}/{other}"]


def test_a_webhook_that_is_switched_off_or_gone_is_told_nothing(jira, hook, told) -> None:
    hook(enabled=False)
    gone = hook(url="http://localhost:9/gone")
    removed = jira("DELETE", f"{ADMIN}/{gone['self'].rpartition('/')[2]}")

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Unheard"}})

    assert removed.status == 204
    assert told() == []


@pytest.mark.parametrize(
    ("jql", "heard"),
    [
        ("project = MKY", True),
        ("project != MKY", False),
        ("summary ~ faster", True),
        ('summary ~ "order flow"', False),
        ("status = Done", False),
        ("assignee = currentUser() OR key = MKY-1", True),
    ],
)
def test_the_query_decides_by_the_issue_as_it_is_afterwards(jira, hook, told, jql, heard) -> None:
    hook(filters={"issue-related-events-section": jql})

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Faster"}})

    assert bool(told()) is heard


def test_the_query_is_asked_of_a_deleted_issue_as_it_was(jira, hook, told) -> None:
    hook(filters={"issue-related-events-section": "key = MKY-1"})

    jira("DELETE", f"{API}/issue/MKY-1?deleteSubtasks=true")

    assert events(told()) == ["jira:issue_deleted"]


def test_the_query_is_not_asked_of_what_is_no_issue(jira, hook, told) -> None:
    hook(filters={"issue-related-events-section": "project != MKY"})

    _version(jira, "1.0")

    assert events(told()) == ["jira:version_created"]


@pytest.mark.parametrize("wrong", [{"filters": []}, {"secret": 7}, {"enabled": "no"}, {"name": None}])
def test_what_only_a_lax_mode_lets_in_breaks_no_later_call(jira, world, told, wrong) -> None:
    world.set_validation("off")
    body = {"name": "odd", "url": "http://localhost:9/hook", "events": ["jira:issue_updated"], **wrong}

    made = jira("POST", ADMIN, body)
    edited = jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Heard"}})

    assert (made.status, edited.status) == (201, 204)
    assert events(told()) == ["jira:issue_updated"]


def test_without_an_address_nothing_is_registered_in_any_mode(jira, world) -> None:
    world.set_validation("off")

    refused = jira("POST", ADMIN, {"name": "odd", "url": None, "events": ["jira:issue_updated"]})

    assert refused.status == 400
    assert jira("GET", ADMIN).json() == []


def test_a_seeded_webhook_listens(jira, told, world) -> None:
    world.seed(
        {"jira": {"webhook": [{"url": "http://localhost:9/seeded", "events": ["jira:issue_updated"]}]}}
    )

    jira("PUT", f"{API}/issue/MKY-1", {"fields": {"summary": "Heard"}})

    assert [one["url"] for one in told()] == ["http://localhost:9/seeded"]


def test_seeding_tells_nobody(world, hook, told) -> None:
    hook()

    world.seed({"jira": {"issue": [{"key": "MKY-77", "fields": {"summary": "Seeded"}}]}})

    assert told() == []


def _project(jira: Any, key: str) -> None:
    reply = jira("POST", f"{API}/project", {"key": key, "name": key, "leadAccountId": MIA})
    assert reply.status == 201


def _issue(jira: Any) -> Any:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"}
    return jira("POST", f"{API}/issue", {"fields": fields}).json()


def _version(jira: Any, name: str) -> str:
    return str(jira("POST", f"{API}/version", {"name": name, "project": "MKY"}).json()["id"])


def _board(jira: Any) -> int:
    row = jira("POST", f"{API}/filter", {"name": "All of MKY", "jql": "project = MKY"}).json()["id"]
    body = {"name": "Scrum", "type": "scrum", "filterId": int(row)}
    return int(jira("POST", "/rest/agile/1.0/board", body).json()["id"])


def _everything(jira: Any) -> None:
    """One call of each kind that sets off events."""
    issue = _issue(jira)
    here = f"{API}/issue/{issue['key']}"
    jira("PUT", here, {"fields": {"summary": "Changed"}})
    comment = jira("POST", f"{here}/comment", {"body": DOC}).json()["id"]
    jira("PUT", f"{here}/comment/{comment}", {"body": DOC})
    jira("DELETE", f"{here}/comment/{comment}")
    worklog = jira("POST", f"{here}/worklog", {"timeSpent": "1h"}).json()["id"]
    jira("PUT", f"{here}/worklog/{worklog}", {"timeSpent": "2h"})
    jira("DELETE", f"{here}/worklog/{worklog}")
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhi\r\n--x--\r\n'
    attached = jira(
        "POST",
        f"{here}/attachments",
        text=form,
        headers={"Content-Type": "multipart/form-data; boundary=x", "X-Atlassian-Token": "no-check"},
    )
    jira("DELETE", f"{API}/attachment/{attached.json()[0]['id']}")
    jira("PUT", f"{here}/properties/colour", {"is": "red"})
    jira("DELETE", f"{here}/properties/colour")
    ends = {"inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"key": issue["key"]}}
    jira("POST", f"{API}/issueLink", {"type": {"name": "Blocks"}, **ends})
    [link] = jira("GET", f"{here}?fields=issuelinks").json()["fields"]["issuelinks"]
    jira("DELETE", f"{API}/issueLink/{link['id']}")
    jira("DELETE", here)
    _of_projects(jira)
    _of_boards(jira)
    user = jira("POST", f"{API}/user", {"emailAddress": "new@example.com", "products": []}).json()
    jira("DELETE", f"{API}/user?accountId={user['accountId']}")
    kind = jira("POST", f"{API}/issuetype", {"name": "Chore"}).json()["id"]
    jira("PUT", f"{API}/issuetype/{kind}", {"name": "Duty"})
    jira("DELETE", f"{API}/issuetype/{kind}")


def _of_projects(jira: Any) -> None:
    for key in ("NEW", "NEWER"):
        _project(jira, key)
    jira("PUT", f"{API}/project/NEW", {"name": "Newest"})
    jira("DELETE", f"{API}/project/NEW?enableUndo=true")
    jira("DELETE", f"{API}/project/NEWER?enableUndo=false")
    one, other, third = (_version(jira, name) for name in ("1", "2", "3"))
    jira("PUT", f"{API}/version/{one}", {"released": True})
    jira("PUT", f"{API}/version/{one}", {"released": False})
    jira("PUT", f"{API}/version/{one}", {"description": "The first."})
    jira("POST", f"{API}/version/{one}/move", {"position": "Last"})
    jira("PUT", f"{API}/version/{one}/mergeto/{other}")
    jira("DELETE", f"{API}/version/{third}")


def _of_boards(jira: Any) -> None:
    board = _board(jira)
    dates = {"startDate": "2025-01-15T09:00:00Z", "endDate": "2025-01-29T09:00:00Z"}
    one = jira("POST", "/rest/agile/1.0/sprint", {"name": "1", "originBoardId": board, **dates}).json()["id"]
    for body in ({"goal": "To win"}, {"state": "active"}, {"state": "closed"}):
        jira("POST", f"/rest/agile/1.0/sprint/{one}", body)
    jira("DELETE", f"/rest/agile/1.0/sprint/{one}")
    [row] = [one["id"] for one in jira("GET", f"{API}/filter/my").json() if one["name"] == "All of MKY"]
    jira("PUT", f"{API}/filter/{row}", {"name": "All of it"})
    jira("DELETE", f"{API}/filter/{row}")
    jira("DELETE", f"/rest/agile/1.0/board/{board}")


def test_every_documented_event_is_set_off_by_some_call_or_said_not_to_be(jira, hook, told) -> None:
    hook()

    _everything(jira)

    found = told()
    assert set(DOCUMENTED) - {one["event"] for one in found} == set(UNSENT)
    assert {one["body"]["webhookEvent"] for one in found} == {one["event"] for one in found}
    assert all(isinstance(one["body"]["timestamp"], int) for one in found)


def test_every_event_that_nothing_sets_off_is_named_in_the_docs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "services" / "jira.md").read_text()
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]

    assert {name for name in UNSENT if not any(f"`{name}`" in one for one in rows)} == set()


def test_nothing_is_drawn_and_nothing_told_while_nobody_listens(jira, told, world) -> None:
    _everything(jira)

    assert told() == []
