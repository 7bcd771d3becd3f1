"""The requests of a world: found, waited for, followed and taken along; here and from afar."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.state.journal import Bounds
from mockserver.values import Call
from mockserver.world import CommandError, NotThere, World, Worlds

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
LIST = "getRemoteIssueLinks"
Get = Callable[..., int]


@pytest.fixture
def world(documented: World) -> World:
    return documented.fork("default")


@pytest.fixture(params=["here", "afar"])
def steer(request: pytest.FixtureRequest, world: World) -> Iterator[Any]:
    if request.param == "here":
        yield world
        return
    with MockServer(Worlds(world)) as server:
        remote = RemoteWorld(server.url)
        yield remote
        remote.close()


@pytest.fixture
def get(world: World) -> Get:
    def status(target: str = LINKS, method: str = "GET", body: bytes = b"") -> int:
        headers = {"authorization": "Bearer x", "content-type": "application/json"}
        return world.handle(Call(method, target, headers, body)).status

    return status


def later(function: Callable[[], Any]) -> threading.Thread:
    """What a client does a moment from now."""

    def run() -> None:
        time.sleep(0.05)
        function()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def numbers(found: Any) -> list[int]:
    return [one["number"] for one in found["requests"]]


@pytest.fixture
def five(get: Get) -> None:
    """200, 404, 404 without an operation, 400, 200 of another service."""
    get(LINKS)
    get("/jira/rest/api/3/issue/NONE-1/remotelink")
    get("/jira/rest/api/3/isue")
    get(LINKS, "POST", b'{"object": 5}')
    get("/kordiam/nowhere?needle=1")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"operation": LIST}, [1, 2]),
        ({"operation": ""}, [3, 5]),
        ({"service": "jira"}, [1, 2, 3, 4]),
        ({"method": "post"}, [4]),
        ({"status": 404}, [2, 3, 5]),
        ({"status": "4xx"}, [2, 3, 4, 5]),
        ({"status": "2XX"}, [1]),
        ({"status": "200"}, [1]),
        ({"path": "NONE-1"}, [2]),
        ({"path": "/jira/**/remotelink"}, [1, 2, 4]),
        ({"path": "/jira/*"}, []),
        ({"breach": True}, [4]),
        ({"reason": "unknown-route"}, [3, 5]),
        ({"reason": ""}, [1]),
        ({"text": "needle"}, [5]),
        ({"text": '"object": 5'}, [4]),
        ({"after": 3}, [4, 5]),
        ({"before": 3}, [1, 2]),
        ({"after": 1, "before": 4}, [2, 3]),
        ({"order": "newest"}, [5, 4, 3, 2, 1]),
        ({"order": "newest", "limit": 2}, [5, 4]),
        ({"limit": 2}, [1, 2]),
    ],
    ids=str,
)
def test_requests_are_found(steer: Any, five: None, filters: dict[str, Any], expected: list[int]) -> None:
    found = steer.requests(**filters)

    assert numbers(found) == expected
    assert found["total"] == (5 if "limit" in filters else len(expected))


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"status": "4x"}, "'status' must be a number or a class such as 4xx, not '4x'"),
        ({"order": "up"}, "'order' must be one of oldest, newest, not 'up'"),
        ({"limit": 0}, "'limit' must be at least 1, not 0"),
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_refused(steer: Any, filters: Any, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        steer.requests(**filters)

    assert refused.value.lines == (sentence,)


def test_one_request_is_shown(steer: Any, five: None) -> None:
    assert steer.request(3)["diagnosis"]["reason"] == "unknown-route"
    with pytest.raises(NotThere):
        steer.request(6)


def test_a_cut_body_is_shown_as_such(steer: Any, world: World, get: Get) -> None:
    world.journal.bounds = Bounds(body=10)
    get(LINKS, "POST", b'{"object": {"url": "http://x", "title": "y"}}')

    shown = steer.request(1)

    assert shown["body"] == '{"object":'
    assert shown["truncated"]["length"] == 45
    assert len(shown["truncated"]["sha256"]) == 64
    assert shown["reply"]["truncated"]["length"] > 10


def test_what_came_already_need_not_be_waited_for(steer: Any, five: None) -> None:
    found = steer.wait_for_requests(operation=LIST, count=2)

    assert found["satisfied"] is True
    assert numbers(found) == [1, 2]
    assert (found["count"], found["last"], found["evicted"]) == (2, 5, 0)


def test_what_is_still_to_come_is_waited_for(steer: Any, get: Get) -> None:
    get()
    thread = later(lambda: get(LINKS, "POST", b'{"object": {"url": "http://x", "title": "y"}}'))

    found = steer.wait_for_requests(
        method="POST", path="/remotelink", body={"object": {"title": "y"}}, status=201, after=1, timeout=20
    )
    thread.join()

    assert found["satisfied"] is True
    assert numbers(found) == [2]


def test_what_does_not_come_is_not_waited_for_for_ever(steer: Any, five: None) -> None:
    found = steer.wait_for_requests(operation=LIST, count=3, timeout=0.1)

    assert found["satisfied"] is False
    assert numbers(found) == [1, 2]
    assert found["last"] == 5


def test_a_wait_is_bounded(steer: Any) -> None:
    for wrong in ({"timeout": 61}, {"timeout": -1}, {"count": 0}):
        with pytest.raises(CommandError):
            steer.wait_for_requests(**wrong)
    with pytest.raises(NotThere, match="no operation 'getRemoteIssueLnks'"):
        steer.wait_for_requests(operation="getRemoteIssueLnks")


def test_a_wait_shows_a_hundred_requests_and_counts_all(steer: Any, get: Get) -> None:
    for _ in range(120):
        get("/jira/rest/api/3/isue")

    found = steer.wait_for_requests(count=120)

    assert (len(found["requests"]), found["count"]) == (100, 120)


def test_exchanges_are_followed_as_they_come(steer: Any, get: Get) -> None:
    get()
    stream = steer.follow(operation=LIST, timeout=20)
    thread = later(lambda: [get("/jira/rest/api/3/isue"), get(), get()])

    first, second = next(stream), next(stream)
    stream.close()
    thread.join()

    assert (first["number"], second["number"]) == (3, 4)


def test_exchanges_that_came_already_can_be_read_first(steer: Any, five: None) -> None:
    assert [one["number"] for one in steer.follow(after=2, timeout=0)] == [3, 4, 5]


def test_following_ends_in_time(steer: Any, five: None) -> None:
    assert list(steer.follow(timeout=0.1)) == []


def test_a_filter_that_makes_no_sense_is_refused_before_anything_is_followed(steer: Any) -> None:
    with pytest.raises(CommandError):
        steer.follow(status="x")
    with pytest.raises(CommandError):
        steer.follow(timeout=-1)


def test_what_was_lost_before_it_could_be_read_is_a_gap(steer: Any, world: World, get: Get) -> None:
    world.journal.bounds = Bounds(entries=2)
    for _ in range(5):
        get()

    found = list(steer.follow(after=1, timeout=0))

    assert found[0] == {"gap": 2, "after": 1}
    assert [one["number"] for one in found[1:]] == [4, 5]


def test_following_ends_when_nobody_shall_wait_any_longer(world: World) -> None:
    thread = later(world.wake)

    assert list(world.follow()) == []
    thread.join()


def test_a_wait_ends_when_nobody_shall_wait_any_longer(world: World) -> None:
    thread = later(world.wake)

    assert world.wait_for_requests(timeout=60)["satisfied"] is False
    thread.join()


def test_a_wait_ends_with_its_world(world: World) -> None:
    worlds = Worlds(world)
    worlds.create_world("blue")
    blue = worlds.named("blue")
    thread = later(lambda: worlds.drop_world("blue"))

    assert blue.wait_for_requests(timeout=60)["satisfied"] is False
    thread.join()


def test_the_journal_is_exported_as_lines_of_json(steer: Any, five: None) -> None:
    lines = steer.export_requests("jsonl", status="2xx").splitlines()

    assert [json.loads(line) for line in lines] == steer.requests(status="2xx")["requests"]


def test_the_journal_is_exported_as_an_archive(steer: Any, five: None) -> None:
    archive = json.loads(steer.export_requests())

    check_archive(archive)
    assert len(archive["log"]["entries"]) == 5
    assert archive["log"]["entries"][3]["request"]["postData"]["text"] == '{"object": 5}'
    assert archive["log"]["entries"][3]["_operation"] == "createOrUpdateRemoteIssueLink"


def test_an_unknown_format_is_refused(steer: Any) -> None:
    with pytest.raises(CommandError) as refused:
        steer.export_requests("hra")

    assert refused.value.lines == ("'format' must be one of har, jsonl, not 'hra' — did you mean 'har'?",)


def test_bodies_that_are_no_text_or_were_cut_are_exported_as_such(world: World, get: Get) -> None:
    get(LINKS, "POST", b"\xff\xfe")
    world.journal.bounds = Bounds(body=3)
    get(LINKS, "POST", b'{"object": 5}')

    archive = json.loads(world.export_requests())

    check_archive(archive)
    binary, cut = (one["request"] for one in archive["log"]["entries"])
    assert (binary["postData"]["text"], binary["postData"]["_encoding"]) == ("//4=", "base64")
    assert (cut["bodySize"], cut["postData"]["_truncated"]["length"]) == (13, 13)


MEMBERS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "log": {"version": str, "creator": dict, "entries": list},
    "creator": {"name": str, "version": str},
    "entry": {
        "startedDateTime": str,
        "time": (int, float),
        "request": dict,
        "response": dict,
        "cache": dict,
        "timings": dict,
    },
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "queryString": list,
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": list,
        "headers": list,
        "content": dict,
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "content": {"size": int, "mimeType": str},
    "postData": {"mimeType": str, "text": str},
    "timings": {"send": (int, float), "wait": (int, float), "receive": (int, float)},
    "pair": {"name": str, "value": str},
}
OPTIONAL = {
    "log": {"comment"},
    "request": {"postData"},
    "content": {"text", "encoding", "comment"},
    "postData": {"comment"},
}


def check_archive(archive: Any) -> None:
    """Whether every member that HAR 1.2 requires is there, and none that it does not know."""
    assert list(archive) == ["log"]
    log = archive["log"]
    has("log", log)
    has("creator", log["creator"])
    assert log["version"] == "1.2"
    for entry in log["entries"]:
        has("entry", entry)
        has("timings", entry["timings"])
        has("request", entry["request"])
        has("response", entry["response"])
        has("content", entry["response"]["content"])
        if "postData" in entry["request"]:
            has("postData", entry["request"]["postData"])
        pairs = entry["request"]["headers"] + entry["request"]["queryString"] + entry["response"]["headers"]
        for pair in pairs:
            has("pair", pair)


def has(kind: str, given: dict[str, Any]) -> None:
    for name, type_ in MEMBERS[kind].items():
        assert isinstance(given.get(name), type_), (kind, name)
    own = {name for name in given if not name.startswith("_")}
    assert own - set(MEMBERS[kind]) <= OPTIONAL.get(kind, set()), kind
