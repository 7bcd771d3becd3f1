"""What was expected of a world's clients is held against its journal, from here and from afar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.state.journal import Bounds
from mockserver.values import Call, dumps
from mockserver.world import CommandError, NotThere, World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
GET, PUT_LINK = "getRemoteIssueLinks", "createOrUpdateRemoteIssueLink"
Send = Callable[..., int]


def link(title: str = "A") -> dict[str, Any]:
    return {"globalId": title, "object": {"title": title, "url": "http://a.example/1"}}


@pytest.fixture(params=["here", "afar"])
def verify(request: pytest.FixtureRequest, world: World) -> Iterator[Callable[..., Any]]:
    """The command, of the world in this process and of the same world behind a socket."""
    if request.param == "here":
        yield world.verify
        return
    world.name = "default"
    with MockServer(Worlds(world)) as server:
        remote = RemoteWorld(server.url)
        yield remote.verify
        remote.close()


@pytest.fixture
def send(world: World) -> Send:
    def send(method: str = "GET", target: str = LINKS, body: Any = None, **headers: str) -> int:
        raw = b"" if body is None else dumps(body)
        sent = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return world.handle(Call(method, target, sent, raw)).status

    return send


def test_calls_that_came_satisfy(verify, send):
    send()
    send("POST", body=link())

    found = verify(operation=PUT_LINK, times=1, body={"object": {"title": "A"}})

    assert found == {
        "satisfied": True,
        "complaint": "",
        "requests": [2],
        "nearest": [],
        "kept": 2,
        "evicted": 0,
    }


def test_calls_that_did_not_come_are_answered_with_the_nearest_and_what_differs(verify, send):
    send("POST", body=link("A"))

    found = verify(operation=PUT_LINK, service="jira", body={"object": {"title": "B"}})

    assert found["satisfied"] is False
    assert found["complaint"].splitlines()[0].endswith("called never, expected at least 1")
    assert "                  ^" in found["complaint"]
    assert found["nearest"] == [
        {
            "number": 1,
            "method": "POST",
            "target": LINKS,
            "operation": PUT_LINK,
            "status": 201,
            "differences": [{"where": "body/object/title", "expected": '"B"', "got": '"A"'}],
        }
    ]


@pytest.mark.parametrize(
    ("question", "satisfied"),
    [
        ({"times": 2}, True),
        ({"times": 1}, False),
        ({"times": 0}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_least": 1, "at_most": 3}, True),
        ({}, True),
        ({"after": 1, "times": 1}, True),
        ({"after": 2, "times": 0}, True),
    ],
    ids=str,
)
def test_how_often_is_exactly_at_least_at_most_or_never(verify, send, question, satisfied):
    send()
    send()

    assert verify(operation=GET, **question)["satisfied"] is satisfied


@pytest.mark.parametrize(
    "parts",
    [
        {"method": "get", "path": LINKS},
        {"path": "/issue/*/remotelink"},
        {"path": "/rest/**"},
        {"path": "/issue/{issueIdOrKey}/remotelink"},
        {"operation": GET, "path": {"issueIdOrKey": "MKY-1"}},
        {"operation": GET, "query": {"globalId": "a b"}},
        {"query": {"flag": ["1", "2"]}},
        {"query": {"flag": 2, "none": None}},
        {"headers": {"X-Run": "7"}},
        {"headers": {"X-Other": None}},
        {"status": 404, "path": LINKS},
        {"service": "jira"},
    ],
    ids=str,
)
def test_a_call_is_told_by_any_of_its_parts(verify, send, parts):
    send(target=LINKS + "?globalId=a%20b&flag=1&flag=2", x_run="7")
    send("DELETE", "/kordiam", x_other="1")

    found = verify(**parts, times=1)

    assert found["requests"] == [1], found["complaint"]


@pytest.mark.parametrize(
    "parts",
    [
        {"method": "POST", "path": LINKS},
        {"path": "/issue/*"},
        {"path": "/issue/MKY-2/remotelink"},
        {"operation": GET, "path": {"issueIdOrKey": "MKY-2"}},
        {"query": {"globalId": "a"}},
        {"query": {"flag": ["2", "1"]}},
        {"query": {"globalId": None}},
        {"headers": {"X-Run": "8"}},
        {"status": 200},
        {"body": {"a": 1}},
        {"service": "kordiam", "path": LINKS},
    ],
    ids=str,
)
def test_a_call_that_lacks_a_part_is_another(verify, send, parts):
    send(target=LINKS + "?globalId=a%20b&flag=1&flag=2", x_run="7")

    assert verify(**parts, times=0)["satisfied"] is True


@pytest.mark.parametrize(
    ("body", "satisfied"),
    [
        ({"/object/title": "A"}, True),
        ({"/object/title": "B"}, False),
        ({"/object/nothing": "A"}, False),
        ({"/object/nothing": None}, True),
        ({"/list/1": 2}, True),
        ({"/list/2": None}, True),
        ({"/a~1b/~0": True}, True),
        ({"/object": {"title": "A"}}, True),
        ({"list": [1, 2]}, True),
        ({"list": [1]}, False),
    ],
    ids=str,
)
def test_a_body_is_told_by_members_or_by_pointers(verify, send, body, satisfied):
    send("POST", body={**link(), "list": [1, 2], "a/b": {"~": True}})

    assert verify(operation=PUT_LINK, body=body)["satisfied"] is satisfied


def test_calls_in_order_may_have_others_between_them(verify, send):
    send()
    send("POST", body=link("A"))
    send()
    send("DELETE", LINKS + "/10000")

    steps = [{"operation": PUT_LINK, "body": {"globalId": "A"}}, "deleteRemoteIssueLinkById"]

    assert verify(in_order=[GET, *steps])["requests"] == [1, 2, 4]
    assert verify(in_order=steps, strict=True)["satisfied"] is False
    assert verify(in_order=[PUT_LINK, GET], strict=True)["requests"] == [2, 3]


def test_a_step_that_came_too_early_is_shown_where_it_came(verify, send):
    send("POST", body=link())
    send()

    found = verify(in_order=[GET, PUT_LINK], service="jira")

    assert found["complaint"].splitlines() == [
        f"step 2 of 2 did not happen after #2: {PUT_LINK}",
        f"  step 1: #2 GET {LINKS} → 200 {GET}",
        f"  but there is: #1 POST {LINKS} → 201 {PUT_LINK}",
        "no other requests (2 kept, 0 evicted)",
    ]


def test_a_strict_order_names_what_came_instead(verify, send):
    send()
    send("DELETE", LINKS + "/10000")
    send("POST", body=link())

    found = verify(in_order=[GET, PUT_LINK], strict=True)

    lines = found["complaint"].splitlines()
    assert lines[0] == f"step 2 of 2 did not happen right after #1: {PUT_LINK}"
    assert f"  instead: #2 DELETE {LINKS}/10000 → 204 deleteRemoteIssueLinkById" in lines


def test_nothing_else_names_every_other_request_with_what_differs(verify, send):
    send()
    send("POST", body=link("B"))

    assert verify(nothing_else=[GET, PUT_LINK])["satisfied"] is True
    found = verify(nothing_else=[GET, {"operation": PUT_LINK, "body": {"globalId": "A"}}])

    lines = found["complaint"].splitlines()
    assert lines[0] == f'1 other request beside {GET}, {PUT_LINK} with body {{"globalId":"A"}}'
    assert lines[1] == f"  #2 POST {LINKS} → 201 {PUT_LINK}"
    assert lines[2].strip() == "body/globalId"


def test_nothing_else_can_be_meant_of_one_service(verify, send):
    send(target="/kordiam/nowhere")

    assert verify(nothing_else=[], service="jira")["satisfied"] is True
    assert verify(nothing_else=[])["complaint"].splitlines()[0] == "1 other request beside none"


@pytest.mark.parametrize(
    "question",
    [{"times": 2}, {"at_most": 5}, {"times": 0, "operation": PUT_LINK}, {"nothing_else": [GET]}],
    ids=str,
)
def test_what_evicted_requests_could_change_is_never_satisfied(verify, send, world, question):
    world.journal.bounds = Bounds(entries=2)
    for _ in range(5):
        send()

    question = question if "nothing_else" in question else {"operation": GET, **question}
    found = verify(**question)

    assert found["satisfied"] is False
    assert "3 older requests were evicted from the journal" in found["complaint"]
    assert (found["kept"], found["evicted"]) == (2, 3)


def test_what_evicted_requests_cannot_change_is_judged(verify, send, world):
    world.journal.bounds = Bounds(entries=2)
    for _ in range(5):
        send()

    assert verify(operation=GET, at_least=2)["satisfied"] is True
    assert verify(operation=GET, times=2, after=3) == {
        "satisfied": True,
        "complaint": "",
        "requests": [4, 5],
        "nearest": [],
        "kept": 2,
        "evicted": 0,
    }
    assert verify(operation=GET, times=2, after=2)["evicted"] == 1


def test_a_step_before_what_was_evicted_is_said_to_be_beyond_judgement(verify, send, world):
    send("POST", body=link())
    world.journal.bounds = Bounds(entries=2)
    for _ in range(2):
        send()

    found = verify(in_order=[PUT_LINK, GET])

    assert "what came before the oldest one kept cannot be judged" in found["complaint"]


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ({"operation": GET, "times": -1}, "must not be negative"),
        ({"operation": GET, "times": 1, "at_least": 1}, "'times' says it all"),
        ({"operation": GET, "at_least": 2, "at_most": 1}, "'at_least' 2 is more than 'at_most' 1"),
        ({"operation": GET, "in_order": [GET]}, "'in_order' names its calls itself: leave out operation"),
        ({"in_order": []}, "'in_order' names no calls"),
        ({"in_order": [GET], "nothing_else": []}, "two questions"),
        ({"operation": GET, "strict": True}, "'strict' belongs to 'in_order'"),
        ({"in_order": [{"operation": GET, "bdy": 1}]}, "no 'bdy' — did you mean 'body'"),
        ({"in_order": [{"query": 3}]}, "'query' must be an object"),
        ({"in_order": [{"status": "200"}]}, "'status' must be a whole number"),
        ({"path": {"issueIdOrKey": "MKY-1"}}, "need an 'operation'"),
        ({"operation": GET, "path": {"issue": "MKY-1"}}, f"{GET} has no issue in its path"),
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(verify, question, line):
    with pytest.raises(CommandError) as refused:
        verify(**question)

    assert line in str(refused.value)


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ({"operation": "getRemoteIssueLink"}, f"no operation 'getRemoteIssueLink' — did you mean '{GET}'?"),
        ({"operation": GET, "service": "kordiam"}, f"kordiam has no operation '{GET}'"),
        ({"service": "jra"}, "no service 'jra' — did you mean 'jira'?"),
        ({"in_order": [{"service": "jra"}]}, "no service 'jra' — did you mean 'jira'?"),
    ],
    ids=str,
)
def test_what_is_not_there_is_named_with_the_nearest(verify, question, line):
    with pytest.raises(NotThere) as refused:
        verify(**question)

    assert line in str(refused.value)


def test_no_secret_is_shown(verify, send):
    send("POST", body={**link(), "password": "hush-1"}, authorization="Bearer hush-2")

    found = verify(
        operation=PUT_LINK, body={"password": "hush-3"}, headers={"Authorization": "Bearer hush-4"}
    )

    assert found["satisfied"] is False
    assert "hush" not in str(found)
