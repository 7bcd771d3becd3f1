"""What is remembered of calls that come again: never longer than it holds."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from mockserver.engine.answer import answer
from mockserver.engine.remembered import Known, Memory
from mockserver.engine.site import Site
from mockserver.state.clock import Clock, instant
from mockserver.state.ids import Ids
from mockserver.state.store import Store
from mockserver.values import Call, Reply, dumps
from mockserver.world import World, catalogue

from .conftest import Files

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
ALICE = {"authorization": "Basic YWxpY2U6bW9jaw=="}
JSON = {"content-type": "application/json"}


def get(world: World, target: str = LINKS, **headers: str) -> Reply:
    return world.handle(Call("GET", target, {**ALICE, **headers}))


def post(world: World, target: str = LINKS, title: str = "New") -> Reply:
    body = dumps({"object": {"url": f"http://cases/{title}", "title": title}})
    return world.handle(Call("POST", target, {**ALICE, **JSON}, body))


def count(world: World) -> int:
    return len(get(world).json())


def test_the_second_look_says_the_same_but_for_its_trace_id(world: World) -> None:
    first, second = get(world), get(world)

    assert second.body == first.body
    assert second.headers["X-AREQUESTID"] != first.headers["X-AREQUESTID"]
    assert {**second.headers, "X-AREQUESTID": "", "Atl-Traceid": ""} == {
        **first.headers,
        "X-AREQUESTID": "",
        "Atl-Traceid": "",
    }


def test_every_look_is_in_the_journal_and_counts_as_coverage(world: World) -> None:
    for _ in range(3):
        get(world)

    assert [one["operation"] for one in world.requests()["requests"]] == ["getRemoteIssueLinks"] * 3
    assert world.coverage()["operations"]["jira"]["getRemoteIssueLinks"] == {"200": 3}


def test_a_look_after_a_write_sees_it(world: World) -> None:
    before = [count(world), count(world)]

    post(world)
    after = [count(world), count(world)]

    assert before == [2, 2]
    assert after == [3, 3]


def test_a_look_after_a_write_elsewhere_is_the_same(world: World) -> None:
    before = get(world).body

    body = dumps({"body": {"type": "doc", "version": 1, "content": []}})
    world.handle(Call("POST", "/rest/api/3/issue/MKY-1/comment", {**ALICE, **JSON}, body))

    assert get(world).body == before


@pytest.mark.parametrize("command", ["reset", "restore", "seed", "settings", "auth", "force"])
def test_a_command_takes_effect_at_once(world: World, command: str) -> None:
    world.snapshot("empty-handed")
    post(world)
    seen = [count(world), count(world)]

    if command == "reset":
        world.reset()
    elif command == "restore":
        world.restore("empty-handed")
    elif command == "seed":
        world.seed(
            {"jira": {"remote_link": [{"issue": "MKY-1", "object": {"url": "http://x", "title": "x"}}]}}
        )
    elif command == "settings":
        world.set_settings("jira", {"issueLinkingEnabled": False})
    elif command == "auth":
        world.set_auth("strict")
    else:
        world.force("getRemoteIssueLinks", status=503)
    after = get(world)

    assert seen == [3, 3]
    if command in ("reset", "restore"):
        assert len(after.json()) == 2
    elif command == "seed":
        assert len(after.json()) == 4
    else:
        assert after.status == {"settings": 403, "auth": 404, "force": 503}[command]


@pytest.mark.parametrize(
    "meant",
    [
        {"operation": "getRemoteIssueLinks"},
        {"operation": "getRemoteIssueLinks", "match": {"path": {"issueIdOrKey": "MKY-1"}}},
        {"operation": "getRemoteIssueLinks", "match": {"headers": {"x-marked": "yes"}}},
        {"operation": "getRemoteIssueLinks", "match": {"path": "/remotelink"}},
        {"method": "GET", "path": "/rest/api/3/issue/{}/remotelink"},
        {"service": "jira"},
    ],
)
def test_a_fault_is_for_calls_that_are_remembered_too_and_for_no_others(world: World, meant: Any) -> None:
    seen = [get(world, **{"x-marked": "yes"}).status for _ in range(2)]
    world.fault({"operation": "getIssue", "status": 418, "times": None})
    world.fault({**meant, "status": 503, "times": 1})

    hit = [get(world, **{"x-marked": "yes"}).status for _ in range(3)]

    assert seen == [200, 200]
    assert hit == [503, 200, 200]
    assert get(world, "/rest/api/3/issue/MKY-1").status == 418


def test_who_loses_a_permission_loses_it_at_once(world: World) -> None:
    allowed = [post(world).status, post(world).status]

    world.set_settings("jira", {"denied": ["LINK_ISSUES"]})

    assert allowed == [201, 201]
    assert post(world).status == 403


def test_what_depends_on_the_time_is_worked_out_each_time(world: World) -> None:
    target = "/rest/api/3/serverInfo"
    first = get(world, target).json()["serverTime"]

    world.advance_clock(60)

    assert get(world, target).json()["serverTime"] != first


def test_callers_are_not_taken_for_one_another(world: World) -> None:
    target = "/rest/api/3/myself"
    mine = [get(world, target).json()["accountId"] for _ in range(2)]

    anonymous = world.handle(Call("GET", target)).status

    assert mine[0] == mine[1]
    assert anonymous == 401


def test_the_version_and_the_address_that_were_asked_for_are_in_the_links(world: World) -> None:
    for _ in range(2):
        assert get(world).json()[0]["self"].startswith("http://localhost/rest/api/3/")
        assert (
            get(world, LINKS.replace("/3/", "/2/"))
            .json()[0]["self"]
            .startswith("http://localhost/rest/api/2/")
        )
        other = world.handle(Call("GET", LINKS, ALICE, root="http://elsewhere")).json()
        assert other[0]["self"].startswith("http://elsewhere/")


def test_a_request_about_itself_is_not_confused_with_the_same_without(world: World) -> None:
    plain = [get(world).status, get(world).status]

    preferred = get(world, prefer="code=413")

    assert plain == [200, 200]
    assert preferred.status == 413
    assert get(world).status == 200


def test_an_issue_that_is_gone_has_no_links(world: World) -> None:
    seen = [count(world), count(world)]

    world.handle(Call("DELETE", "/rest/api/3/issue/MKY-1", ALICE))

    assert seen == [2, 2]
    assert get(world).status == 404


class Asking:
    """A service and what is remembered of the calls it was asked, without the world around it."""

    def __init__(self, files: Files) -> None:
        listing = {"route": "GET /things", "does": "list thing", "returns": {}}
        page = {"docs": "https://docs.example/", "resources": {"thing": {"title": "Thing"}}}
        files.service().page("things", {**page, "operations": {"getThings": listing}})
        shared = catalogue([files.folder])
        [service] = [one for one in shared.services.values() if one.name == "tiny"]
        store, clock = Store({"tiny/thing": []}), Clock(instant("2025-01-15T12:00:00Z"))
        self.site = Site(service, shared.schemas, shared.functions["tiny"], store, Ids(), clock, {})
        self.match = shared.routes.find("GET", "/tiny/things")
        self.memory = Memory()

    def __call__(self, **headers: str) -> Known:
        """What is known of such calls once one of them was answered."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call("GET", "/tiny/things", named)
        answer(self.site, call, self.match, self.memory, self.memory.find(call))
        known = self.memory.find(call)
        assert known is not None
        return known


@pytest.fixture
def asking(files: Files) -> Asking:
    return Asking(files)


def test_a_header_that_nobody_looks_at_makes_no_difference(asking: Asking) -> None:
    known = asking(**ALICE, x_request_id="first")

    assert all(asking(**ALICE, x_request_id=str(number)) is known for number in range(600))
    assert asking(x_request_id="first") is not known


def test_a_header_that_matters_does(world: World) -> None:
    plain = [get(world, "/enterprise-tester/api/externalsystems").body for _ in range(2)]

    indented = get(world, "/enterprise-tester/api/externalsystems", **{"indent-json": "true"}).body

    assert plain[0] == plain[1] != indented
    assert get(world, "/enterprise-tester/api/externalsystems").body == plain[0]


def upsert(world: World, **link: object) -> Reply:
    body = dumps({"globalId": "case=1", "object": {"url": "http://cases/1", "title": "One", **link}})
    return world.handle(Call("POST", LINKS, {**ALICE, **JSON}, body))


def stored(world: World) -> object:
    return get(world, f"{LINKS}?globalId=case%3D1").json()["object"]


def test_a_write_that_changes_nothing_is_answered_as_before_and_kept(world: World) -> None:
    replies = [upsert(world) for _ in range(5)]

    assert [one.status for one in replies] == [201, 200, 200, 200, 200]
    assert len({one.body for one in replies}) == 1
    assert len({one.headers["X-AREQUESTID"] for one in replies}) == 5
    kept = world.requests()["requests"]
    assert len({one["body"] for one in kept}) == 1
    assert "case=1" in kept[-1]["body"]
    assert world.coverage()["operations"]["jira"]["createOrUpdateRemoteIssueLink"] == {"200": 4, "201": 1}


def test_a_write_between_others_takes_effect(world: World) -> None:
    for _ in range(4):
        upsert(world)
    assert stored(world)["title"] == "One"

    upsert(world, title="Two")
    assert stored(world)["title"] == "Two"

    upsert(world)
    assert stored(world)["title"] == "One"


def test_what_was_written_is_written_again_once_it_is_gone(world: World) -> None:
    for _ in range(4):
        upsert(world)

    assert world.handle(Call("DELETE", f"{LINKS}?globalId=case%3D1", ALICE)).status == 204
    assert upsert(world).status == 201
    world.reset()
    assert upsert(world).status == 201
    assert stored(world)["title"] == "One"


def test_what_is_equal_in_python_is_another_value_in_json(world: World) -> None:
    shown = []
    for resolved in (1, 1, 1, 1, True, True, True, 1.0):
        body = dumps({"globalId": "case=1", "object": {"url": "http://x", "title": "x", "own": resolved}})
        headers = {**ALICE, **JSON, "x-mock-validation": "off"}
        world.handle(Call("POST", LINKS, headers, body))
        shown.append(str(stored(world)["own"]))

    assert shown == ["1", "1", "1", "1", "True", "True", "True", "1.0"]


def test_a_broken_body_is_refused_although_it_was_let_through_before(world: World) -> None:
    body = dumps({"globalId": "case=1", "object": {"title": "no address"}})
    off = {**ALICE, **JSON, "x-mock-validation": "off"}

    seen = [
        world.handle(Call("POST", LINKS, headers, body)).status
        for headers in (off, off, off, {**ALICE, **JSON}, off, {**ALICE, **JSON})
    ]

    assert seen == [201, 200, 200, 400, 200, 400]


def test_a_look_with_a_body_is_remembered_by_its_body(world: World) -> None:
    def found(jql: str) -> list[str]:
        body = dumps({"jql": jql, "fields": ["key"]})
        reply = world.handle(Call("POST", "/rest/api/3/search/jql", {**ALICE, **JSON}, body))
        return [one["key"] for one in reply.json()["issues"]]

    seen = [
        found(jql) for jql in ("key = MKY-1", "key = MKY-1", "key != MKY-1", "key = MKY-1", "key != MKY-1")
    ]

    assert seen == [["MKY-1"], ["MKY-1"], [], ["MKY-1"], []]


def test_many_different_calls_are_not_remembered_for_ever(asking: Asking) -> None:
    memory, known = asking.memory, asking()
    calls = [Call("GET", f"/tiny/things?x={number}") for number in range(5_000)]

    for call in calls:
        memory.keep(call, known, set())

    assert len(memory) <= 4096
    assert memory.find(calls[-1]) is known
    assert memory.find(calls[0]) is None


def test_many_callers_are_not_remembered_for_ever(asking: Asking) -> None:
    first = asking(authorization="Bearer 0")
    for number in range(1, 600):
        asking(authorization=f"Bearer {number}")

    assert asking.memory.find(Call("GET", "/tiny/things", {"authorization": "Bearer 599"})) is not None
    assert asking.memory.find(Call("GET", "/tiny/things", {"authorization": "Bearer 0"})) is not first


def test_forks_do_not_see_each_other(world: World) -> None:
    other = world.fork("other")
    seen = [count(world), count(other), count(world), count(other)]

    post(world)

    assert seen == [2, 2, 2, 2]
    assert (count(world), count(other)) == (3, 2)


def test_what_is_remembered_is_bounded_by_bytes(world: World) -> None:
    parts = [{"own": str(number)} for number in range(400)]
    link = {"globalId": "case=1", "object": {"url": "http://cases/1", "title": "x"}, "application": {}}
    link["object"]["parts"] = parts
    assert world.handle(Call("POST", LINKS, {**ALICE, **JSON}, dumps(link))).status == 201
    tracemalloc.start()
    try:
        for number in range(200):
            link["relationship"] = str(number)
            target = f"{LINKS}?x={number}"
            get(world, target)
            world.handle(Call("POST", target, {**ALICE, **JSON}, dumps(link)))
            world.clear_requests()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 16 * 1024 * 1024
