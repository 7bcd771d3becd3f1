"""Faults: what goes wrong, on which calls, how often, and what comes first. No socket is involved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.engine.faults import PAGES
from mockserver.values import Call, Effect, Reply, dumps
from mockserver.world import CommandError, NotThere, World

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
LIST = "getRemoteIssueLinks"
WRITE = "createOrUpdateRemoteIssueLink"
BODY = {"globalId": "case=9", "object": {"title": "A", "url": "http://a.example"}}
Get = Callable[..., Reply]


@pytest.fixture
def get(world: World) -> Get:
    def reply(target: str = LINKS, method: str = "GET", body: Any = None, **headers: str) -> Reply:
        content = dumps(body) if body is not None else b""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content:
            sent["content-type"] = "application/json"
        return world.handle(Call(method, target, sent, content))

    return reply


def effect(world: World, target: str = LINKS, method: str = "GET") -> Effect | None:
    """What the socket would do to the reply."""
    return world.exchange(Call(method, target)).effect


# ---- what goes wrong


def test_a_fault_happens_once_and_says_so(world: World, get: Get) -> None:
    world.fault({"operation": LIST, "status": 503})

    replies = [get(), get()]

    assert [one.status for one in replies] == [503, 200]
    assert replies[0].headers["X-Mock-Reason"] == "fault"
    assert replies[0].json() == {"errorMessages": ["Service Unavailable"], "errors": {}}
    shown = world.requests()["requests"][0]["diagnosis"]
    assert (shown["reason"], shown["message"]) == ("fault", "fault 1: status 503")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b"Client must be authenticated to access this resource."),
        (403, b'{"errorMessages":["You do not have permission to perform this operation."],"errors":{}}'),
        (
            404,
            b'{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors'
            b'":{}}',
        ),
        (500, b'{"errorMessages":["Internal server error"],"errors":{}}'),
        (502, b'{"errorMessages":["Bad Gateway"],"errors":{}}'),
        (599, b'{"errorMessages":["Status 599"],"errors":{}}'),
    ],
)
def test_a_status_comes_in_the_services_own_words(world: World, get: Get, status: int, body: bytes) -> None:
    world.fault({"operation": LIST, "status": status})

    reply = get()

    assert (reply.status, reply.body) == (status, body)


def test_a_status_that_no_kind_of_problem_words_is_the_documented_example(world: World, get: Get) -> None:
    example = next(
        one for one in world.shared.services["jira"].operations[LIST].examples.values() if one.status == 413
    )
    world.fault({"operation": LIST, "status": 413})
    world.fault({"operation": LIST, "status": 400})

    assert get().status == 413
    assert example.status == 413
    assert "globalId" in get().json()["errors"]


@pytest.mark.parametrize(
    ("service", "target", "key"),
    [
        ("kordiam", "/kordiam/api/v2/elements", "title"),
        ("sd_elements", "/sd-elements/api/v2/projects/", "detail"),
        ("enterprise_tester", "/enterprise-tester/api/projects", "Message"),
    ],
)
def test_every_service_has_words_for_any_status(
    world: World, get: Get, service: str, target: str, key: str
) -> None:
    world.fault({"service": service, "status": 418})

    reply = get(target)

    assert reply.status == 418
    assert "Teapot" in reply.json()[key]


def test_headers_go_with_a_status(world: World, get: Get) -> None:
    world.fault({"operation": LIST, "status": 503, "headers": {"Retry-After": "7"}})

    assert get().headers["Retry-After"] == "7"


REASONS = {
    "jira-quota-global-based": ("1800", "65000", "2025-01-15T10:00:00Z"),
    "jira-quota-tenant-based": ("1800", "65000", "2025-01-15T10:00:00Z"),
    "jira-burst-based": ("1", "100", "2025-01-15T09:30:01Z"),
    "jira-per-issue-on-write": ("2", "20", "2025-01-15T09:30:02Z"),
}


@pytest.mark.parametrize("reason", REASONS)
def test_each_documented_reason_for_a_429_has_its_headers(world: World, get: Get, reason: str) -> None:
    world.fault({"operation": LIST, "rate_limit": reason})

    reply = get()

    names = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Reset")
    assert reply.status == 429
    assert tuple(reply.headers[name] for name in names) == REASONS[reason]
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    assert reply.headers["RateLimit-Reason"] == reason


def test_the_seconds_of_a_429_may_be_said(world: World, get: Get) -> None:
    world.fault({"service": "kordiam", "rate_limit": True, "retry_after": 9})

    reply = get("/kordiam/api/v2/elements")

    assert (reply.status, reply.headers["Retry-After"]) == (429, "9")


@pytest.mark.parametrize("page", PAGES)
def test_what_stands_before_a_service_answers_html(world: World, get: Get, page: str) -> None:
    world.fault({"operation": LIST, "html": page})

    reply = get()

    assert reply.status == PAGES[page][0]
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert reply.body.startswith(b"<!DOCTYPE html>")
    assert ("Location" in reply.headers) is (page == "login_redirect")


@pytest.mark.parametrize("kind", ["drop", "empty"])
def test_where_no_byte_is_sent_the_status_is_0(world: World, get: Get, kind: str) -> None:
    world.fault({"operation": LIST, kind: True, "times": 2})

    assert effect(world) == Effect(ending=kind)
    reply = get()
    assert (reply.status, reply.body) == (0, b"")
    assert world.requests()["requests"][0]["reply"]["status"] == 0


def test_a_cut_reply_promises_more_than_it_has(world: World, get: Get) -> None:
    whole = len(get().body)
    world.fault([{"operation": LIST, "cut": 5, "perform": True}, {"operation": LIST, "cut": 99999}])

    entry = world.exchange(Call("GET", LINKS))
    beyond = world.exchange(Call("GET", LINKS))

    assert len(entry.reply.body) == 5
    assert entry.effect == Effect(ending="cut", length=whole)
    assert beyond.effect is not None
    assert beyond.effect.length == len(beyond.reply.body) + 1


def test_half_a_document_is_no_json_and_of_the_right_length(world: World, get: Get) -> None:
    world.fault({"operation": LIST, "garble": "json"})

    reply = get()

    assert reply.status == 200
    with pytest.raises(ValueError, match="unexpected"):
        reply.json()


def test_a_malformed_chunk_ends_the_first_half_of_the_body(world: World) -> None:
    world.fault({"operation": LIST, "garble": "chunk"})

    assert effect(world) == Effect(ending="chunk")


@pytest.mark.parametrize("fault", [{"cut": 3}, {"garble": "json"}, {"garble": "chunk"}], ids=str)
def test_an_operation_without_a_reply_body_gets_one_to_spoil(world: World, get: Get, fault: Any) -> None:
    world.fault({"operation": "deleteRemoteIssueLinkById", **fault})

    reply = get(f"{LINKS}/10000", "DELETE")

    assert reply.status == 200
    assert reply.body


def test_a_late_reply_is_the_operations_own(world: World, get: Get) -> None:
    plain = get().body
    world.fault({"operation": LIST, "delay": 2})

    entry = world.exchange(Call("GET", LINKS))

    assert entry.reply.body == plain
    assert entry.effect == Effect(delay=2.0)
    assert entry.diagnosis.message == "fault 1: 2 s late (headers), the operation answered 200"


@pytest.mark.parametrize("where", ["headers", "body", "dribble"])
def test_a_delay_has_a_place_and_goes_with_another_fault(world: World, where: str) -> None:
    world.fault({"operation": LIST, "status": 500, "delay": {"seconds": 0.5, "where": where}})

    entry = world.exchange(Call("GET", LINKS))

    assert entry.reply.status == 500
    assert entry.effect == Effect(delay=0.5, where=where)


@pytest.mark.parametrize(
    ("spread", "least", "most"),
    [({"uniform": [0.1, 0.5]}, 0.1, 0.5), ({"lognormal": {"median": 0.2, "sigma": 0.5}}, 0.01, 4)],
    ids=["uniform", "lognormal"],
)
def test_delays_vary_and_are_the_same_in_every_world(
    documented: World, spread: Any, least: float, most: float
) -> None:
    drawn = []
    for _ in range(2):
        world = documented.fork("again")
        world.fault({"operation": LIST, "delay": spread, "times": None})
        found = [effect(world) for _ in range(50)]
        drawn.append([one.delay for one in found if one is not None])

    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 40
    assert min(drawn[0]) >= least
    assert max(drawn[0]) <= most


# ---- on which calls


def statuses(get: Get, *targets: str) -> list[int]:
    return [get(target).status for target in targets]


def test_a_fault_on_a_path_is_for_all_calls_that_lead_there(world: World, get: Get) -> None:
    world.fault({"method": "GET", "path": "/rest/api/3/issue/*/remotelink", "status": 500, "times": None})

    assert statuses(get, LINKS, LINKS.replace("/jira", ""), LINKS.replace("/3/", "/2/")) == [500, 500, 200]
    assert get(LINKS, "POST", BODY).status == 201


def test_a_concrete_path_is_for_that_thing_only(world: World, get: Get) -> None:
    world.fault({"path": "/jira/rest/api/3/issue/MKY-1", "status": 500, "times": None})

    issues = "/jira/rest/api/3/issue"
    assert statuses(get, f"{issues}/MKY-1", f"{issues}/NONE-1", LINKS) == [500, 404, 200]


def test_two_stars_are_any_number_of_segments(world: World, get: Get) -> None:
    world.fault({"path": "/jira/rest/**", "status": 500, "times": None})

    assert statuses(get, LINKS, "/jira/rest/api/3/myself", "/kordiam/api/v2/elements") == [500, 500, 401]


def test_a_fault_on_a_service_is_for_all_it_has_and_for_what_it_has_not(world: World, get: Get) -> None:
    world.fault({"service": "jira", "status": 503, "times": None})

    assert statuses(get, LINKS, "/jira/rest/api/3/nothing", "/kordiam/api/v2/elements") == [503, 503, 401]


def test_a_fault_on_a_method_leaves_the_others_alone(world: World, get: Get) -> None:
    world.fault({"service": "jira", "method": "post", "status": 503, "times": None})

    assert get().status == 200
    assert get(LINKS, "POST", BODY).status == 503


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"path": {"issueIdOrKey": "MKY-1"}}, True),
        ({"path": {"issueIdOrKey": "HSP-1"}}, False),
        ({"path": "/MKY-1/remotelink"}, True),
        ({"query": {"globalId": "x"}}, True),
        ({"query": {"globalId": None}}, False),
        ({"headers": {"X-Trace": "7"}}, True),
        ({"headers": {"x-trace": "8"}}, False),
        ({"body": {"object": {"title": "A"}}}, True),
        ({"body": {"/object/title": "B"}}, False),
        ({"caller": "5b10a2844c20165700ede21g"}, True),
        ({"caller": "mia@example.com"}, True),
        ({"caller": "anonymous"}, False),
        ({"ordinal": 1}, True),
        ({"ordinal": 2}, False),
    ],
    ids=str,
)
def test_a_fault_is_for_the_calls_that_it_matches(world: World, get: Get, match: Any, hit: bool) -> None:
    world.fault({"path": "/rest/api/3/issue/*/remotelink", "status": 500, "match": match})

    reply = get(f"{LINKS}?globalId=x", "POST", BODY, x_trace="7", authorization="Bearer any")

    assert (reply.status == 500) is hit


def test_nobody_is_called_anonymous(world: World, get: Get) -> None:
    world.fault({"operation": LIST, "status": 500, "match": {"caller": "anonymous"}})

    assert get(authorization="Bearer any").status == 200
    assert get().status == 500


def test_what_a_test_does_to_its_own_data_changes_no_fault(world: World, get: Get) -> None:
    match = {"path": {"issueIdOrKey": "MKY-1"}}
    world.fault({"operation": LIST, "status": 500, "match": match})

    match["path"]["issueIdOrKey"] = "HSP-1"

    assert get().status == 500


# ---- how often


def test_calls_are_counted_and_skipped(world: World, get: Get) -> None:
    world.fault({"operation": LIST, "status": 500, "after": 1, "every": 2, "times": 2})

    assert [get().status for _ in range(7)] == [200, 200, 500, 200, 500, 200, 200]
    [shown] = world.faults()["faults"]
    assert (shown["left"], shown["used"], shown["seen"]) == (0, 2, 5)


def test_one_fault_follows_another(world: World, get: Get) -> None:
    world.fault(
        {"operation": LIST, "status": 500, "times": 2, "then": {"status": 503, "then": {"drop": True}}}
    )

    assert [get().status for _ in range(5)] == [500, 500, 503, 0, 200]
    assert [(one["number"], one["follows"]) for one in world.faults()["faults"]] == [
        (1, None),
        (2, 1),
        (3, 2),
    ]


def test_reset_and_clear_disarm(world: World, get: Get) -> None:
    world.fault([{"operation": LIST, "status": 500}, {"operation": LIST, "status": 501}])

    assert world.clear_faults(1) == {"disarmed": 1}
    with pytest.raises(NotThere, match=r"no fault 1 \(armed: 2\)"):
        world.clear_faults(1)
    world.reset()
    assert world.faults() == {"faults": []}
    assert get().status == 200
    assert world.clear_faults() == {"disarmed": 0}


def test_a_fork_starts_without_faults(world: World) -> None:
    world.fault({"operation": LIST, "status": 500})

    assert world.fork("other").faults() == {"faults": []}


# ---- state


def test_a_fault_comes_before_anything_is_stored(world: World, get: Get) -> None:
    before = world.state()
    world.fault(
        [{"operation": WRITE, one: value} for one, value in (("drop", True), ("status", 500), ("cut", 3))]
    )

    for _ in range(3):
        get(LINKS, "POST", BODY)

    assert world.state() == before


@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"status": 500}, {"cut": 3}, {"html": "bad_gateway"}], ids=str
)
def test_what_is_performed_is_stored_though_its_reply_is_lost(world: World, get: Get, fault: Any) -> None:
    world.fault({"operation": WRITE, "perform": True, **fault})

    get(LINKS, "POST", BODY)

    assert len(world.state("jira", "remote_link")) == 3
    assert world.requests()["requests"][-1]["diagnosis"]["message"].endswith("the operation answered 201")


def test_a_fault_counts_as_nothing(world: World, get: Get) -> None:
    world.fault([{"operation": LIST, "status": 500}, {"operation": LIST, "delay": 1}])

    get(), get()

    assert world.coverage() == {"operations": {}, "breaches": 0}


def test_a_broken_body_is_still_held_against_the_client_where_the_call_is_carried_out(
    world: World, get: Get
) -> None:
    world.fault({"operation": WRITE, "delay": 1})

    get(LINKS, "POST", {"object": {"url": 5}})

    shown = world.requests()["requests"][-1]
    assert (shown["reply"]["status"], shown["diagnosis"]["breach"]) == (400, True)
    assert shown["diagnosis"]["broken"]


# ---- what comes first


def test_of_two_faults_the_higher_priority_comes_first(world: World, get: Get) -> None:
    world.fault([{"operation": LIST, "status": 500}, {"service": "jira", "status": 503, "priority": 1}])

    assert [get().status for _ in range(3)] == [503, 500, 200]


def test_faults_of_one_priority_queue_before_those_for_ever(world: World, get: Get) -> None:
    world.fault(
        [
            {"operation": LIST, "status": 500, "times": None},
            {"operation": LIST, "status": 501, "times": None},
            {"operation": LIST, "status": 502},
            {"service": "jira", "status": 503},
        ]
    )

    assert [get().status for _ in range(4)] == [502, 503, 501, 501]


def test_a_fault_comes_before_a_forced_reply_which_is_kept(world: World, get: Get) -> None:
    world.force(LIST, status=418)
    world.fault({"operation": LIST, "status": 500})

    assert [get().status for _ in range(3)] == [500, 418, 200]


def test_a_fault_that_only_delays_delays_the_forced_reply(world: World) -> None:
    world.force(LIST, status=418)
    world.fault({"operation": LIST, "delay": 1})

    entry = world.exchange(Call("GET", LINKS))

    assert (entry.reply.status, entry.effect) == (418, Effect(delay=1.0))
    assert entry.diagnosis.message == "fault 1: 1 s late (headers), the operation answered 418 (forced reply)"


# ---- what cannot be armed


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ({}, "say which calls are meant: 'operation', 'path', 'method' or 'service'"),
        ({"service": "jira"}, "say what goes wrong: one of status, drop, "),
        ({"operation": "getRemoteIssueLinx", "drop": True}, "did you mean 'getRemoteIssueLinks'"),
        ({"service": "jria", "drop": True}, "no service 'jria' — did you mean 'jira'"),
        ({"path": "/rest/api/3/isue/X", "drop": True}, "did you mean '/rest/api/3/issue/"),
        (
            {"path": "/rest/api/3/myself", "method": "PUT", "drop": True},
            "no operation answers PUT .*: only GET here",
        ),
        ({"path": "rest", "drop": True}, "'path' must begin with a slash"),
        ({"path": "/rest/api/3/search?jql=x", "drop": True}, "'path' has no query"),
        ({"path": "/__mock__/reset", "drop": True}, "nothing goes wrong at the control endpoint"),
        ({"method": "GTE", "service": "jira", "drop": True}, "did you mean 'GET'"),
        ({"operation": LIST, "path": "/x", "drop": True}, "give either 'operation', or 'method' and 'path'"),
        ({"operation": LIST, "dorp": True}, "a fault has no member 'dorp' — did you mean 'drop'"),
        ({"operation": LIST, "drop": True, "cut": 1}, "not both 'drop' and 'cut'"),
        ({"operation": LIST, "drop": 1}, "'drop' must be true"),
        ({"operation": LIST, "status": 200}, "'status' must be from 400 to 599, not 200"),
        ({"operation": LIST, "cut": -1}, "'cut' must be the number of bytes"),
        ({"operation": LIST, "garble": "chunks"}, "did you mean 'chunk'"),
        ({"operation": LIST, "html": "logn"}, "did you mean 'login'"),
        ({"operation": LIST, "rate_limit": "jira-burst"}, "did you mean 'jira-burst-based'"),
        ({"service": "sd_elements", "rate_limit": True}, "sd_elements documents no rate limit"),
        ({"path": "/**", "rate_limit": True}, "must name a reason where several services are meant"),
        (
            {"operation": LIST, "delay": "2"},
            "'delay': 'seconds' must be a number of seconds, 0 to 300, not '2'",
        ),
        (
            {"operation": LIST, "delay": {"uniform": [2, 1]}},
            "'uniform' must be a list of the least and the most",
        ),
        ({"operation": LIST, "delay": {"lognormal": {"mean": 1}}}, "an object of median and sigma"),
        ({"operation": LIST, "delay": {}}, "'delay' must be seconds, or have one of"),
        ({"operation": LIST, "delay": {"second": 1}}, "did you mean 'seconds'"),
        ({"operation": LIST, "delay": {"seconds": 1, "where": "boddy"}}, "did you mean 'body'"),
        (
            {"operation": LIST, "drop": True, "delay": {"seconds": 1, "where": "body"}},
            "nothing before which to wait",
        ),
        ({"operation": LIST, "drop": True, "headers": {}}, "'headers' go with"),
        ({"operation": LIST, "status": 500, "headers": {"A": "b\n"}}, "must be printable text"),
        ({"operation": LIST, "status": 500, "retry_after": 1}, "goes with 'rate_limit'"),
        ({"operation": LIST, "drop": True, "perform": 1}, "'perform' must be true or false"),
        ({"operation": LIST, "drop": True, "times": 0}, "'times' must be a number from 1, not 0"),
        ({"operation": LIST, "drop": True, "every": 0}, "'every' must be a number from 1, not 0"),
        ({"operation": LIST, "drop": True, "after": -1}, "'after' must be a number from 0, not -1"),
        ({"operation": LIST, "drop": True, "priority": "a"}, "'priority' must be a number, not 'a'"),
        ({"operation": LIST, "drop": True, "times": None, "then": {"cut": 1}}, "'then' comes after a number"),
        ({"operation": LIST, "drop": True, "then": {"cut": 1, "path": "/x"}}, "leave out 'path'"),
        ({"operation": LIST, "drop": True, "match": []}, "'match' must be an object"),
        (
            {"operation": LIST, "drop": True, "match": {"pth": 1}},
            "'match' has no member 'pth' — did you mean 'path'",
        ),
        ({"operation": LIST, "drop": True, "match": {"path": {"key": 1}}}, "no placeholder 'key'"),
        ({"operation": LIST, "drop": True, "match": {"query": {"globalID": 1}}}, "did you mean 'globalId'"),
        ({"operation": LIST, "drop": True, "match": {"ordinal": 0}}, "'ordinal' must be a number from 1"),
        ({"operation": LIST, "drop": True, "match": {"caller": 5}}, "'caller' must be a text"),
        ({"operation": 5, "drop": True}, "'operation' must be a text"),
        ("drop", "a fault is an object, not 'drop'"),
    ],
    ids=str,
)
def test_what_could_never_happen_is_refused_when_it_is_armed(world: World, fault: Any, line: str) -> None:
    with pytest.raises(CommandError, match=line):
        world.fault([fault])

    assert world.faults() == {"faults": []}


def test_several_faults_are_armed_all_or_none(world: World) -> None:
    with pytest.raises(CommandError) as refused:
        world.fault([{"operation": LIST, "drop": True}, {"operation": "x", "cut": 1}, {"service": "jira"}])

    assert [line.partition(":")[0] for line in refused.value.lines] == ["faults[1]", "faults[2]"]
    assert world.faults() == {"faults": []}


def test_what_does_not_exist_is_told_apart_from_what_is_wrong(world: World) -> None:
    with pytest.raises(NotThere):
        world.fault({"operation": "nothing", "drop": True})
    with pytest.raises(CommandError) as refused:
        world.fault({"operation": LIST})
    assert not isinstance(refused.value, NotThere)


@pytest.mark.parametrize("nothing", [[], "x", 5, None], ids=str)
def test_nothing_is_no_fault(world: World, nothing: Any) -> None:
    with pytest.raises(CommandError, match="expected a fault or a list of faults"):
        world.fault(nothing)


def test_a_fault_is_explained_without_being_used_up(world: World) -> None:
    world.fault({"operation": LIST, "status": 503})

    told = world.explain("GET", LINKS)

    assert told["reply"]["status"] == 503
    assert world.faults()["faults"][0]["used"] == 0
