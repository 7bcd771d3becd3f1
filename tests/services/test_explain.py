"""A request is explained without being made: what would be answered, why, and what would change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.values import Call, dumps
from mockserver.world import CommandError, World, Worlds

ISSUE = "/jira/rest/api/3/issue"
LINKS = f"{ISSUE}/MKY-1/remotelink"
NEW = {"fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"}}
PASSED, FAILED, NOT_COME_TO = True, False, None


@pytest.fixture(params=["here", "afar"])
def explain(request: pytest.FixtureRequest, world: World) -> Iterator[Callable[..., Any]]:
    """The command, of the world in this process and of the same world behind a socket."""
    if request.param == "here":
        yield world.explain
        return
    world.name = "default"
    with MockServer(Worlds(world)) as server:
        remote = RemoteWorld(server.url)
        yield remote.explain
        remote.close()


def checks(found: Any) -> dict[str, bool | None]:
    return {one["check"]: one["passed"] for one in found["checks"]}


def everything(world: World) -> Any:
    """Whatever of a world can be seen from outside."""
    return {
        "state": world.state(),
        "requests": world.requests(),
        "next": world.journal.next_number,
        "coverage": world.coverage(),
        "forced": world.forced(),
        "faults": world.faults(),
        "limits": world.limits(),
        "clock": world.show_clock(),
        "settings": world.settings(),
        "deliveries": world.deliveries(),
        "metrics": [one for one in Worlds(world).metrics().splitlines() if "process" not in one],
    }


def test_an_explanation_says_where_the_request_leads(explain):
    found = explain("get", f"{LINKS}/10000?x=1")

    assert found["request"] == f"GET {LINKS}/10000?x=1"
    assert (found["service"], found["operation"]) == ("jira", "getRemoteIssueLinkById")
    assert found["route"] == "GET /rest/api/3/issue/{issueIdOrKey}/remotelink/{linkId}"
    assert found["path"] == {"issueIdOrKey": "MKY-1", "linkId": "10000"}
    assert found["fixture"].startswith("fixtures/jira/issue_remote_links.yaml:")
    assert int(found["fixture"].split(":")[1]) > 1
    assert found["evidence"] == "documented"
    assert found["docs"].startswith("https://developer.atlassian.com/")
    assert found["case"] == {"if": None, "does": "get", "resource": "remote_link", "function": None}
    assert found["reply"]["status"] == 200
    assert found["reply"]["body"]["id"] == 10000
    assert set(checks(found).values()) == {PASSED}
    assert found["changes"] == {}


def test_the_case_that_a_condition_chose_is_named(explain):
    found = explain("DELETE", f"{LINKS}?globalId=system=http://www.mycompany.com/support&id=1")

    assert found["case"]["if"] is None or found["case"]["if"].startswith("query.")
    assert found["case"]["does"] == "delete"


def test_what_would_be_created_is_told_and_nothing_is(explain, world):
    before = everything(world)

    first = explain("POST", ISSUE, NEW)
    second = explain("POST", ISSUE, NEW)

    assert first == second
    assert first["reply"]["status"] == 201
    [added] = first["changes"]["jira"]["issue"]["added"]
    assert added["name"] == first["reply"]["body"]["key"]
    assert added["record"]["fields"]["summary"] == "New"
    assert everything(world) == before


def test_what_was_explained_is_what_is_answered_afterwards(explain, world):
    found = explain("POST", ISSUE, NEW)

    authorization = {"authorization": "Basic bW9jazptb2Nr", "content-type": "application/json"}
    reply = world.handle(Call("POST", ISSUE, authorization, dumps(NEW), "http://localhost"))

    assert reply.status == found["reply"]["status"]
    assert reply.json() == found["reply"]["body"]


def test_what_would_change_and_what_would_go_is_told_member_by_member(explain):
    body = {"object": {"title": "Other", "url": "http://other.example"}}

    changed = explain("PUT", f"{LINKS}/10000", body)["changes"]["jira"]["remote_link"]
    gone = explain("DELETE", f"{LINKS}/10000")["changes"]["jira"]["remote_link"]

    assert changed["changed"][0]["members"]["object.title"]["after"] == "Other"
    assert [one["id"] for one in gone["removed"]] == [10000]


def test_every_broken_rule_is_told_and_the_check_that_failed(explain):
    found = explain("POST", LINKS, {"object": {"title": 3}})

    rules = {(one["pointer"], one["rule"]): one for one in found["diagnosis"]["broken"]}
    assert set(rules) == {("/object/url", "required"), ("/object/title", "type")}
    assert rules["/object/title", "type"]["got"] == 3
    assert found["diagnosis"]["breach"] is True
    assert checks(found)["permission"] is PASSED
    assert checks(found)["body"] is FAILED
    assert checks(found)["operation"] is NOT_COME_TO
    assert found["changes"] == {}


@pytest.mark.parametrize(
    ("path", "failed"),
    [
        (f"{ISSUE}/NONE-1/remotelink/10000", "parents"),
        (f"{LINKS}/ten", "path"),
        (f"{ISSUE}/NONE-1/remotelink", "record"),
        (f"{LINKS}/99999", "record"),
    ],
)
def test_the_check_that_refuses_is_named(explain, path, failed):
    found = explain("GET", path)

    order = [one["check"] for one in found["checks"]]
    results = checks(found)
    assert results[failed] is FAILED
    assert {results[one] for one in order[: order.index(failed)]} == {PASSED}
    assert {results[one] for one in order[order.index(failed) + 1 :]} == {NOT_COME_TO}


def test_permissions_and_settings_are_checked_as_they_are_now(explain, world):
    world.set_settings("jira", {"denied": ["LINK_ISSUES"]})
    denied = explain("POST", LINKS, {"object": {"title": "A", "url": "http://a.example"}})
    world.set_settings("jira", {"denied": [], "issueLinkingEnabled": False})
    off = explain("GET", LINKS)

    assert checks(denied)["permission"] is FAILED
    assert denied["diagnosis"]["message"].startswith("the caller lacks LINK_ISSUES")
    assert checks(off)["settings"] is FAILED


def test_the_caller_is_one_who_is_let_in_unless_headers_say_otherwise(explain, world):
    world.set_auth("strict")

    found = explain("GET", ISSUE + "/MKY-1")
    nobody = explain("GET", "/jira/rest/api/3/myself", headers={})
    wrong = explain("GET", "/jira/rest/api/3/myself", headers={"Authorization": "Basic bm86bm8="})

    assert found["caller"]["anonymous"] is False
    assert found["caller"]["id"]
    assert (nobody["reply"]["status"], nobody["caller"]["anonymous"]) == (401, True)
    assert (wrong["reply"]["status"], wrong["caller"]["rejected"]) == (401, True)


def test_a_lost_path_is_answered_with_the_nearest_routes(explain):
    found = explain("POST", "/rest/api/3/isue")

    assert found["closest"][0] == "POST /rest/api/3/issue"
    assert found["reply"]["status"] == 404
    assert found["diagnosis"]["message"].startswith(
        "POST /rest/api/3/isue — no such operation. Closest: POST /rest/api/3/issue"
    )
    assert "route" not in found
    assert set(checks(found).values()) == {NOT_COME_TO}


def test_a_forced_reply_is_told_and_not_used_up(explain, world):
    world.force("getRemoteIssueLinks", status=503)

    found = [explain("GET", LINKS)["reply"]["status"] for _ in range(2)]

    assert found == [503, 503]
    assert world.forced()["overrides"][0]["used"] == 0
    assert explain("GET", LINKS)["diagnosis"]["reason"] == "override"


def test_a_fault_is_told_and_not_used_up(explain, world):
    world.fault({"operation": "getRemoteIssueLinks", "drop": True, "times": 1})

    found = [explain("GET", LINKS)["effect"]["ending"] for _ in range(2)]

    assert found == ["drop", "drop"]
    assert world.faults()["faults"][0]["used"] == 0
    assert explain("GET", "/jira/rest/api/3/myself")["effect"] is None


def test_webhooks_that_would_be_sent_are_told_and_not_sent(explain, world):
    hook = {"name": "n", "url": "http://receiver.example/hook", "events": ["jira:issue_updated"]}
    sent = {"content-type": "application/json", "authorization": "Basic bW9jazptb2Nr"}
    world.handle(Call("POST", "/rest/webhooks/1.0/webhook", sent, dumps(hook)))

    found = explain("PUT", f"{ISSUE}/MKY-1", {"fields": {"summary": "Changed"}})

    assert found["webhooks"] == [{"event": "jira:issue_updated", "url": "http://receiver.example/hook"}]
    assert world.deliveries()["deliveries"] == []


def test_what_counts_against_a_limit_is_not_counted(explain, world):
    world.set_limits("jira", True)

    found = [explain("GET", LINKS)["reply"]["headers"] for _ in range(3)]

    assert found[0] == found[2]
    assert any(name.startswith("X-RateLimit") for name in found[0])


def test_a_body_may_be_any_text(explain):
    found = explain("POST", LINKS, text="{")

    assert found["reply"]["status"] == 400
    assert "not JSON" in found["diagnosis"]["message"]


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (("GET", "rest/api/3/issue"), "'path' must begin with a slash"),
        (("POST", ISSUE, {}), "give either 'body' or 'text'"),
    ],
    ids=["path", "two bodies"],
)
def test_a_request_that_is_none_is_refused(explain, question, line):
    with pytest.raises(CommandError) as refused:
        explain(*question, text="x")

    assert line in str(refused.value)


def test_no_secret_is_in_an_explanation(explain):
    found = explain("GET", LINKS, headers={"Authorization": "Bearer hush-1"})

    assert "hush" not in str(found)


DOCUMENT = {"type": "doc", "version": 1, "content": []}
SLIPS = [
    ("GET", "/jira/api/3/issue/MKY-1", None, "missing /rest: /rest/api/3/issue/MKY-1"),
    ("GET", "/api/2/issue/MKY-1", None, "missing /rest: /rest/api/2/issue/MKY-1"),
    ("GET", "/jira/agile/1.0/board", None, "missing /rest: /rest/agile/1.0/board"),
    ("GET", "/jira/issue/MKY-1", None, "missing /rest/api/3: /rest/api/3/issue/MKY-1"),
    ("GET", "/jira/rest/api/issue/MKY-1", None, "missing version: /rest/api/3/issue/MKY-1"),
    ("GET", "/jira/rest/api/v3/myself", None, "the version has no v: /rest/api/3/myself"),
    (
        "GET",
        "/jira/rest/api/1.0/myself",
        None,
        "no such version of this API: there are 2, 3 and latest: /rest/api/3/myself",
    ),
    ("GET", "/jira/rest/agile/3/board", None, "no such version of the Agile API: there is 1.0"),
    ("GET", "/jira/rest/api/3/board/1", None, "are in another API: /rest/agile/1.0/board/1"),
    ("GET", "/jira/rest/api/3/myself/", None, "a path that ends in a slash is another path"),
    ("GET", "/jira/rest/api/3/search?jql=x", None, "removed /search: /rest/api/3/search/jql"),
    ("POST", "/ex/jira/1/rest/api/2/search", {"jql": "x"}, "removed /search: /rest/api/2/search/jql"),
    (
        "POST",
        ISSUE,
        {"fields": {**NEW["fields"], "description": "text"}},
        "ADF vs string: fields.description is a string",
    ),
    (
        "POST",
        "/jira/rest/api/2/issue",
        {"fields": {**NEW["fields"], "description": DOCUMENT}},
        "v2/v3 mix: fields.description is an Atlassian Document",
    ),
    ("POST", f"{ISSUE}/MKY-1/comment", {"body": "text"}, "ADF vs string: body is a string"),
    ("POST", "/jira/rest/api/2/issue/MKY-1/comment", {"body": DOCUMENT}, "v2/v3 mix: body is an Atlassian"),
    (
        "POST",
        f"{ISSUE}/MKY-1/worklog",
        {"comment": "text", "timeSpentSeconds": 60},
        "ADF vs string: comment is a string",
    ),
    (
        "POST",
        ISSUE,
        {"fields": {**NEW["fields"], "assignee": {"name": "mia"}}},
        "accountId vs name: fields.assignee names a user by name",
    ),
    ("PUT", f"{ISSUE}/MKY-1/assignee", {"name": "mia"}, "accountId vs name: the body names a user by name"),
    ("GET", "/jira/rest/api/3/user?username=mia", None, "accountId vs name: username is not known any more"),
    ("POST", f"{ISSUE}/MKY-1/watchers", "mia", "accountId vs name: the body names a user by name"),
    ("POST", "/jira/rest/api/3/search/jql", {"jql": "assignee = nobody"}, "accountId vs name: users are"),
    ("POST", ISSUE, NEW["fields"], "missing fields: project, issuetype, summary"),
]


@pytest.mark.parametrize(("method", "path", "body", "slip"), SLIPS, ids=[one[3][:40] for one in SLIPS])
def test_a_classic_slip_is_named(world, method, path, body, slip):
    found = world.explain(method, path, body)

    assert slip in found["diagnosis"]["message"]


@pytest.mark.parametrize(("method", "path", "body", "slip"), SLIPS, ids=[one[3][:40] for one in SLIPS])
def test_a_classic_slip_is_named_in_the_journal_on_one_line(world, client, method, path, body, slip):
    call = client("jira")
    call(method, path, body)

    [line] = [str(one) for one in _exchanges(world)]

    assert slip in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", ISSUE, NEW),
        ("POST", ISSUE, {"fields": {**NEW["fields"], "description": DOCUMENT}}),
        ("POST", "/jira/rest/api/2/issue/MKY-1/comment", {"body": "text"}),
        ("POST", ISSUE, {"fields": {**NEW["fields"], "assignee": {"id": "5b10a2844c20165700ede21g"}}}),
        ("GET", f"{ISSUE}/NONE-1", None),
    ],
)
def test_a_call_without_a_slip_is_not_accused_of_one(world, method, path, body):
    found = world.explain(method, path, body)

    message = found["diagnosis"]["message"]
    assert found["diagnosis"]["reason"] != "slip"
    assert not any(word in message for word in ("accountId", "ADF", "v2/v3", "missing"))


def _exchanges(world: World) -> Any:
    from mockserver.exchange import exchanges

    return exchanges(world)
