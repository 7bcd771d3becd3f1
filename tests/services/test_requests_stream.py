"""The stream of requests and the waiting for them on a real socket."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any

import pytest
from aiohttp import ClientTimeout

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.server.stream import Streams
from mockserver.server.waiting import Busy, Waiting
from mockserver.state.journal import Bounds
from mockserver.values import Call
from mockserver.world import World, Worlds

STREAM = "/__mock__/requests/stream"
WAIT = "/__mock__/requests/wait"
LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"


async def event(response: Any) -> dict[str, Any]:
    """The next event: its id, its name and its data."""
    found: dict[str, Any] = {}
    while line := (await asyncio.wait_for(response.content.readline(), 20)).decode():
        name, _, value = line.rstrip("\n").partition(": ")
        if line == "\n" and found:
            return found
        if name in ("id", "event", "data"):
            found[name] = json.loads(value) if name == "data" else value
    raise EOFError


async def test_each_exchange_is_an_event_with_its_number(served: Any) -> None:
    client = await served()
    async with client.get(STREAM) as response:
        await client.get(LINKS)
        await client.get("/jira/nowhere")
        first, second = await event(response), await event(response)

    assert response.headers["Content-Type"] == "text/event-stream"
    assert (first["id"], second["id"]) == ("1", "2")
    assert first["data"]["operation"] == "getRemoteIssueLinks"
    assert "event" not in first


async def test_a_browser_that_lost_its_connection_goes_on_where_it_was(served: Any) -> None:
    client = await served()
    for _ in range(3):
        await client.get(LINKS)
    async with client.get(STREAM, headers={"Last-Event-ID": "1"}) as response:
        found = [await event(response) for _ in range(2)]

    assert [one["id"] for one in found] == ["2", "3"]


async def test_a_stream_has_the_filters_of_requests(served: Any) -> None:
    client = await served()
    async with client.get(f"{STREAM}?status=4xx&after=0") as response:
        await client.get(LINKS)
        await client.get("/jira/nowhere")
        found = await event(response)

    assert found["id"] == "2"


async def test_what_was_evicted_meanwhile_is_an_event_of_its_own(served: Any, worlds: Worlds) -> None:
    worlds.default.journal.bounds = Bounds(entries=2)
    client = await served()
    for _ in range(5):
        await client.get(LINKS)
    async with client.get(f"{STREAM}?after=1") as response:
        gap, after = await event(response), await event(response)

    assert gap == {"id": "3", "event": "gap", "data": {"gap": 2, "after": 1}}
    assert after["id"] == "4"


async def test_a_reader_who_does_not_read_keeps_no_more_than_the_journal(served: Any, worlds: Worlds) -> None:
    worlds.default.journal.bounds = Bounds(entries=20)
    client = await served()
    async with client.get(f"{STREAM}?after=0") as response:
        for number in range(400):
            worlds.default.handle(Call("POST", f"{LINKS}?{number}", {}, b'"' + b"x" * 60_000 + b'"'))
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        seen, missed = 0, 0
        while seen + missed < 400:
            one = await event(response)
            missed += one["data"]["gap"] if one.get("event") == "gap" else 0
            seen += "event" not in one

    assert missed > 0
    assert seen + missed == 400


async def test_a_silent_stream_gives_signs_of_life(worlds: Worlds, served: Any) -> None:
    with MockServer(worlds) as server:
        server._streams = Streams(beat=0.05)
        client = await served()
        async with client.session.get(server.url + STREAM) as response:
            lines = [await response.content.readline() for _ in range(4)]

    assert lines == [b"retry: 1000\n", b"\n", b": still here\n", b"\n"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
    ids=str,
)
async def test_a_stream_is_as_closed_as_the_rest_of_the_endpoint(
    served: Any, headers: dict[str, str], status: int
) -> None:
    client = await served()
    async with client.get(f"{STREAM}?timeout=0", headers=headers) as response:
        assert response.status == status
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_stream_asks_for_the_token(served: Any) -> None:
    client = await served(token="word")
    async with client.get(f"{STREAM}?timeout=0") as refused:
        assert refused.status == 401
    async with client.get(f"{STREAM}?timeout=0", headers={"X-Mock-Token": "word"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("query", ["statu=1", "status=4x", "timeout=-1", "after=x"])
async def test_a_stream_that_makes_no_sense_is_refused(served: Any, query: str) -> None:
    client = await served()
    async with client.get(f"{STREAM}?{query}") as response:
        assert response.status == 400
        assert len((await response.json())["errors"]) == 1


async def test_a_stream_of_a_world_that_is_not_there_is_refused(served: Any) -> None:
    client = await served()
    async with client.get(f"/~blue{STREAM}") as response:
        assert response.status == 404


async def test_a_stream_ends_with_its_time_and_with_its_world(served: Any) -> None:
    client = await served()
    async with client.get(f"{STREAM}?timeout=0.05") as response:
        assert await asyncio.wait_for(response.read(), 20) == b"retry: 1000\n\n"
    await client.put("/__mock__/worlds/blue")
    async with client.get(f"/~blue{STREAM}") as response:
        await client.delete("/__mock__/worlds/blue")
        assert await asyncio.wait_for(response.read(), 20) == b"retry: 1000\n\n"


async def test_there_are_so_many_readers_and_no_more(
    served: Any, worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.server.stream.MOST", 1)
    client = await served()
    async with client.get(STREAM) as response:
        await response.content.readline()
        async with client.get(STREAM) as refused:
            assert refused.status == 503
    async with client.get(f"{STREAM}?timeout=0") as response:
        await response.read()


def test_a_server_that_stops_ends_streams_and_waits_at_once(documented: World) -> None:
    server = MockServer(Worlds(documented.fork("default"))).start()
    remote, ended = RemoteWorld(server.url), []
    followers = [
        threading.Thread(target=lambda: ended.append(list(remote.follow()))),
        threading.Thread(target=lambda: ended.append(remote.wait_for_requests(timeout=60)["satisfied"])),
    ]
    for one in followers:
        one.start()
    deadline = time.monotonic() + 20
    while server.worlds.default._waiting < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    server.stop()
    for one in followers:
        one.join(20)
    remote.close()

    assert sorted(map(str, ended)) == ["False", "[]"]
    assert server.worlds.default._waiting == 0


async def test_nobody_waits_with_those_who_wait(served: Any) -> None:
    client = await served()
    waiting = asyncio.ensure_future(client.post(WAIT, json={"count": 9, "timeout": 20}))
    for _ in range(9):
        response = await asyncio.wait_for(client.get(LINKS), 20)
        assert response.status == 200

    found = await (await waiting).json()

    assert found["satisfied"] is True


async def test_too_many_who_wait_are_refused(served: Any, worlds: Worlds) -> None:
    mock = MockServer(worlds)
    mock._waiting = Waiting(1)
    with mock as server:
        client = await served()
        first = asyncio.ensure_future(client.session.post(server.url + WAIT, json={"timeout": 20}))
        while not worlds.default._waiting:
            await asyncio.sleep(0.01)
        async with client.session.post(server.url + WAIT, json={}) as refused:
            assert refused.status == 503
            assert "1 commands are waiting already" in (await refused.json())["errors"][0]
        await client.session.get(server.url + LINKS)
        assert (await (await first).json())["satisfied"] is True


async def test_a_place_among_those_who_wait_is_free_again_after_a_defect() -> None:
    waiting = Waiting(1)

    def fail() -> None:
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await waiting.run(fail)
    assert await waiting.run(lambda: 5) == 5
    waiting.close()
    waiting._running = 1
    with pytest.raises(Busy):
        await waiting.run(fail)


async def test_a_reader_who_leaves_is_forgotten(served: Any, worlds: Worlds) -> None:
    client = await served()
    async with client.get(STREAM, timeout=ClientTimeout(total=20)) as response:
        await response.content.readline()
        response.close()
    for _ in range(200):
        worlds.default.handle(Call("GET", LINKS))
        await asyncio.sleep(0.01)
        if not worlds.default._waiting:
            break

    assert worlds.default._waiting == 0


async def test_no_stream_is_sent_to_who_asks_for_its_head(served: Any) -> None:
    client = await served()
    async with client.head(STREAM) as response:
        assert response.status == 200
        assert await response.read() == b""
