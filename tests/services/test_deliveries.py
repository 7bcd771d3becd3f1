"""Webhooks are kept for whoever asks, and sent to who may receive them, without anybody having to wait."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import aiohttp
import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.server import delivery as sending
from mockserver.server.delivery import Sender
from mockserver.values import Call, dumps
from mockserver.world import CommandError, NotThere, World, Worlds

CREATED = "jira:issue_created"
ISSUE = {"fields": {"project": {"key": "MKY"}, "summary": "A webhook", "issuetype": {"name": "Task"}}}
NOBODY = "http://receiver.example/hook"
SECRET = "a-webhook-secret-of-this-test"
SOON = 10.0  # seconds: much longer than anything here takes

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def asked(world: World, method: str, path: str, body: Any) -> Any:
    headers = {
        "authorization": "Basic bWlhQGV4YW1wbGUuY29tOm1vY2stdG9rZW4=",
        "content-type": "application/json",
    }
    reply = world.handle(Call(method, f"/jira{path}", headers, dumps(body)))
    assert reply.status < 300, reply.body
    return reply.json()


def subscribe(world: World, url: str = NOBODY, *events: str, **more: Any) -> None:
    body = {"name": "test", "url": url, "events": list(events or [CREATED]), **more}
    asked(world, "POST", "/rest/webhooks/1.0/webhook", body)


def create(world: World, count: int = 1) -> None:
    for _ in range(count):
        asked(world, "POST", "/rest/api/3/issue", ISSUE)


def listed(world: World, **rules: Any) -> list[Any]:
    found: list[Any] = world.deliveries(**rules)["deliveries"]
    return found


def awaited(world: World, meanwhile: Callable[[], Any] = lambda: None) -> None:
    """Come back when somebody waits for something in ``world``."""
    for _ in range(2000):
        if world._waiting:
            return
        meanwhile()
        time.sleep(0.005)
    pytest.fail("nobody waits")


# ---- without a receiver


def test_a_webhook_can_be_read_without_anybody_receiving_it(world):
    subscribe(world)

    create(world)

    [found] = listed(world)
    assert (found["event"], found["url"], found["state"], found["attempts"]) == (CREATED, NOBODY, "held", [])
    assert found["body"]["issue"]["fields"]["summary"] == "A webhook"
    assert "neither this machine" in found["reason"]


def test_without_a_subscription_there_is_no_webhook(world):
    create(world)

    assert listed(world) == []


def test_a_refused_call_tells_nobody(world, client):
    subscribe(world)

    reply = client("jira")("POST", "/jira/rest/api/3/issue", {"fields": {}})

    assert (reply.status, listed(world)) == (400, [])


def test_a_signature_is_shown_and_the_secret_never(world):
    subscribe(world, NOBODY, secret=SECRET)

    create(world)

    [found] = listed(world)
    assert found["headers"]["X-Hub-Signature"].startswith("sha256=")
    assert SECRET not in str(world.deliveries())
    assert SECRET not in str(world.requests())


def test_who_may_see_a_receiver_is_not_shown(world):
    subscribe(world, "http://mia:mock-password@receiver.example/hook?token=mock-word")

    create(world)

    shown = str(listed(world))
    assert "mock-password" not in shown
    assert "mock-word" not in shown


def test_webhooks_are_the_same_in_every_run(documented):
    stories = []
    for _ in range(2):
        world = documented.fork("again")
        subscribe(world)
        create(world, 3)
        stories.append(world.deliveries())

    assert stories[0] == stories[1]


def test_telling_others_changes_no_reply(documented):
    quiet, loud = documented.fork("quiet"), documented.fork("loud")
    subscribe(loud)

    replies = [asked(world, "POST", "/rest/api/3/issue", ISSUE) for world in (quiet, loud)]

    assert replies[0] == replies[1]


@pytest.mark.parametrize(
    ("rules", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"event": CREATED}, [1, 3]),
        ({"event": "jira:issue_*"}, [1, 3]),
        ({"event": "issue_created"}, []),
        ({"url": "http://other.example/*"}, [3, 4]),
        ({"after": 2}, [3, 4]),
        ({"after": 2, "limit": 1}, [3]),
        ({"state": "dropped"}, [2]),
        ({"service": "jira"}, [1, 2, 3, 4]),
        ({"service": "kordiam"}, []),
    ],
)
def test_webhooks_are_found_by_what_they_are(world, rules, ids):
    for number, url in enumerate((NOBODY, "http://other.example/hook"), 1):
        subscribe(world, url, CREATED, "comment_created", name=f"hook {number}")
    world.set_webhook_fault("drop", event="comment_created", url=NOBODY)
    webhooks = listed(world)
    assert webhooks == []
    create(world)
    for one in listed(world):
        assert one["event"] == CREATED
    asked(world, "POST", "/rest/api/3/issue/MKY-2/comment", {"body": _text("Hello")})

    found = sorted((one["url"], one["event"]) for one in listed(world, **rules))

    # Both receivers are told of the issue, then both of the comment: renumbered here by receiver and event.
    order = {
        (NOBODY, CREATED): 1,
        (NOBODY, "comment_created"): 2,
        ("http://other.example/hook", CREATED): 3,
        ("http://other.example/hook", "comment_created"): 4,
    }
    if "after" in rules:
        assert [one["id"] for one in listed(world, **rules)] == ids
    else:
        assert sorted(order[one] for one in found) == ids


def _text(text: str) -> Any:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def test_a_subscription_is_known_by_its_name(world):
    subscribe(world)
    subscribe(world)
    create(world)
    first, second = listed(world)

    assert first["subscription"] != second["subscription"]
    assert listed(world, subscription=second["subscription"]) == [second]


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"state": "sent"}])
def test_what_cannot_be_asked_for_is_refused(world, wrong):
    with pytest.raises(CommandError):
        world.deliveries(**wrong)


def test_who_waits_is_answered_at_once_where_it_has_happened(world):
    subscribe(world)
    create(world, 2)

    found = world.wait_for_deliveries(event=CREATED, count=2, timeout=0)

    assert (found["satisfied"], [one["id"] for one in found["deliveries"]]) == (True, [1, 2])


def test_who_waits_is_answered_when_it_happens(world):
    subscribe(world)
    later = threading.Timer(0.05, create, [world])
    later.start()

    found = world.wait_for_deliveries(event=CREATED, timeout=SOON)

    later.join()
    assert found["satisfied"]


def test_who_waits_in_vain_is_told_what_there_is(world):
    subscribe(world)
    create(world)

    found = world.wait_for_deliveries(event=CREATED, count=2, timeout=0.01)

    assert (found["satisfied"], len(found["deliveries"])) == (False, 1)


def test_who_waits_may_mean_an_attempt(world):
    subscribe(world)
    create(world)
    assert not world.wait_for_deliveries(attempts=1, timeout=0)["satisfied"]
    world.set_webhook_fault("status", status=503)
    create(world)

    found = world.wait_for_deliveries(attempts=1, timeout=0)

    assert [(one["id"], one["state"]) for one in found["deliveries"]] == [(2, "queued")]


def test_who_waits_for_a_webhook_does_not_mean_one_that_was_dropped(world):
    subscribe(world)
    world.set_webhook_fault("drop")
    create(world)

    assert not world.wait_for_deliveries(timeout=0)["satisfied"]
    assert world.wait_for_deliveries(timeout=0, state="dropped")["satisfied"]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"timeout": -1}, {"timeout": 61}, {"state": "sent"}])
def test_what_cannot_be_waited_for_is_refused(world, wrong):
    with pytest.raises(CommandError):
        world.wait_for_deliveries(**wrong)


def test_whoever_waits_is_let_go_when_the_world_is_dropped(documented):
    worlds = Worlds(documented.fork("default"))
    worlds.create_world("gone")
    found: list[Any] = []
    world = worlds.named("gone")
    waiting = threading.Thread(target=lambda: found.append(world.wait_for_deliveries(timeout=SOON)))
    waiting.start()
    awaited(world)

    worlds.drop_world("gone")
    waiting.join(SOON)

    assert found == [{"satisfied": False, "deliveries": []}]


def test_retries_without_a_receiver_follow_the_clock(world):
    subscribe(world)
    world.set_webhook_fault("status", status=503, times=None)

    create(world)
    [first] = listed(world)
    assert (first["state"], [one["status"] for one in first["attempts"]]) == ("queued", [503])
    for _ in range(5):
        world.advance_clock(15 * 60)

    [found] = listed(world)
    assert (found["state"], len(found["attempts"]), found["reason"]) == ("failed", 6, "status 503")


def test_a_retry_says_which_it_is(world):
    subscribe(world)
    world.set_webhook_fault("status", status=429)
    create(world)

    world.advance_clock(15 * 60)

    [found] = listed(world)
    assert (found["state"], found["headers"]["X-Atlassian-Webhook-Retry"]) == ("held", "1")


@pytest.mark.parametrize(
    ("status", "state"), [(200, "delivered"), (301, "failed"), (404, "failed"), (408, "queued")]
)
def test_an_answer_may_be_made_up(world, status, state):
    subscribe(world)
    world.set_webhook_fault("status", status=status)

    create(world)

    assert [one["state"] for one in listed(world)] == [state]


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "explode"},
        {"do": "delay"},
        {"do": "status"},
        {"do": "drop", "seconds": 1},
        {"do": "drop", "status": 500},
        {"do": "delay", "seconds": 0},
        {"do": "status", "status": 99},
        {"do": "drop", "times": 0},
        {"do": "drop", "after": -1},
        {"do": "drop", "service": "jirra"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(world, wrong):
    with pytest.raises((CommandError, NotThere)):
        world.set_webhook_fault(**wrong)

    assert world.webhook_faults() == {"faults": []}


def test_faults_are_listed_with_their_use_and_can_be_taken_back(world):
    subscribe(world)
    world.set_webhook_fault("drop", event=CREATED, times=2)
    create(world)

    [fault] = world.webhook_faults()["faults"]
    gone = world.clear_webhook_faults()
    create(world)

    assert (fault["do"], fault["used"], fault["left"], gone) == ("drop", 1, 1, {"disarmed": 1})
    assert [one["state"] for one in listed(world)] == ["dropped", "held"]


def test_what_may_not_be_sent_cannot_be_sent_again(world):
    subscribe(world)
    create(world)

    with pytest.raises(CommandError, match="neither this machine"):
        world.redeliver(1)
    with pytest.raises(NotThere):
        world.redeliver(7)


def test_a_reset_forgets_webhooks_and_faults(world):
    subscribe(world)
    world.set_webhook_fault("drop", times=None)
    create(world)

    world.reset()

    assert (listed(world), world.webhook_faults()["faults"]) == ([], [])


def test_clearing_forgets_webhooks_only(world):
    subscribe(world)
    world.set_webhook_fault("drop", times=None)
    create(world)

    assert world.clear_deliveries() == {"forgotten": 1}

    assert (listed(world), len(world.webhook_faults()["faults"])) == ([], 1)


def test_another_world_knows_nothing_of_it(world):
    subscribe(world)
    create(world)

    assert listed(world.fork("other")) == []


# ---- from afar


def test_every_command_gives_the_same_from_afar(worlds):
    world = worlds.default
    with MockServer(worlds) as server, closing(RemoteWorld(server.url)) as remote:
        subscribe(world)
        assert remote.set_webhook_fault("status", status=500) == world.webhook_faults()["faults"][0]
        create(world)

        assert remote.deliveries(event=CREATED) == world.deliveries()
        assert remote.wait_for_deliveries(timeout=0) == world.wait_for_deliveries(timeout=0)
        assert remote.webhook_faults() == world.webhook_faults()
        assert remote.clear_webhook_faults() == {"disarmed": 1}
        with pytest.raises(CommandError, match="neither this machine"):
            remote.redeliver(1)
        assert remote.clear_deliveries() == {"forgotten": 1}


def test_who_waits_from_afar_keeps_nobody_and_is_kept_by_no_shorter_timeout(worlds):
    with MockServer(worlds) as server, closing(RemoteWorld(server.url, timeout=2)) as remote:
        subscribe(worlds.default)
        found: list[Any] = []
        waiting = threading.Thread(target=lambda: found.append(remote.wait_for_deliveries(timeout=SOON)))
        waiting.start()
        awaited(worlds.default, remote.health)

        create(worlds.default)
        waiting.join(SOON)

    assert [one["satisfied"] for one in found] == [True]


# ---- to a receiver


class Receiver:
    """A server that does as it is told to whoever asks, and keeps what was asked."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Answer] = []
        self.answer: Answer = replies(200)
        self.open = 0
        self.most = 0
        self.closed = asyncio.Event()
        self.url = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("Content-Length", 0)))
            self.seen.append((headers, body))
            answer = self.answers.pop(0) if self.answers else self.answer
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            self.closed.set()
            writer.close()


def replies(status: int, *headers: str) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} X", "Content-Length: 0", *headers, "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()

    return answer


async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X")
        await writer.drain()
        await asyncio.sleep(0.01)


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)  # closing sends a reset, not an end
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def leaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()


async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"not even HTTP\r\n\r\n")
    await writer.drain()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.meet, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield receiver
    finally:
        server.close()


@asynccontextmanager
async def serving(worlds: Worlds) -> AsyncIterator[MockServer]:
    server = MockServer(worlds)
    await server.open()
    try:
        yield server
    finally:
        await server.close()


async def arrived(world: World, **rules: Any) -> list[Any]:
    """The webhooks that were awaited in a thread, so that the loop can send them meanwhile."""
    found = await asyncio.to_thread(world.wait_for_deliveries, timeout=SOON, **rules)
    assert found["satisfied"], listed(world)
    deliveries: list[Any] = found["deliveries"]
    return deliveries


async def until(there: Callable[[], Any]) -> Any:
    """What ``there`` says as soon as that is true."""
    async with asyncio.timeout(SOON):
        while not (found := there()):
            await asyncio.sleep(0.01)
    return found


async def test_a_receiver_on_this_machine_gets_exactly_what_is_shown(worlds):
    async with receiving() as receiver, serving(worlds):
        subscribe(worlds.default, f"{receiver.url}/hook?a=%20b", secret=SECRET)
        create(worlds.default)

        [found] = await arrived(worlds.default, state="delivered")

    [(headers, body)] = receiver.seen
    assert dumps(found["body"]) == body
    assert {name: headers[name] for name in found["headers"]} == found["headers"]
    assert set(headers) - set(found["headers"]) == {"Host", "Content-Length", "Connection"}
    assert found["attempts"] == [{"at": "2025-01-15T09:30:00+00:00", "status": 200}]


async def test_webhooks_of_a_subscription_arrive_in_order(worlds):
    async with receiving() as receiver, serving(worlds):
        subscribe(worlds.default, receiver.url)
        create(worlds.default, 20)

        found = await arrived(worlds.default, state="delivered", count=20)

    assert [body for _, body in receiver.seen] == [dumps(one["body"]) for one in found]


async def test_who_changes_something_does_not_wait_for_receivers(worlds):
    async with receiving() as receiver, serving(worlds) as server:
        receiver.answer = never
        subscribe(worlds.default, receiver.url)
        create(worlds.default)
        await until(lambda: receiver.seen)

        async with aiohttp.ClientSession() as client:
            for _ in range(3):
                call = client.post(
                    f"{server.url}/jira/rest/api/3/issue",
                    json=ISSUE,
                    headers={"Authorization": "Basic bWlhQGV4YW1wbGUuY29tOm1vY2stdG9rZW4="},
                )
                async with call as reply:
                    assert reply.status == 201

        # The first receiver still blocks: all four were answered meanwhile.
        assert receiver.open == 1
        assert [one["state"] for one in listed(worlds.default)] == ["queued"] * 4
        worlds.default.clear_deliveries()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (resetting, "the receiver reset the connection"),
        (leaving, "the receiver closed the connection without an answer"),
        (babbling, "what answered speaks no HTTP"),
    ],
)
async def test_a_bad_receiver_is_an_attempt_that_failed(worlds, answer, error):
    async with receiving() as receiver, serving(worlds):
        receiver.answers = [answer]
        subscribe(worlds.default, receiver.url)
        create(worlds.default)
        attempts = await until(lambda: listed(worlds.default)[0]["attempts"])

        assert [one["error"] for one in attempts] == [error]
        assert listed(worlds.default)[0]["state"] == "queued"


@pytest.mark.parametrize("answer", [never, dripping])
async def test_a_receiver_that_takes_too_long_is_left(worlds, monkeypatch, answer):
    monkeypatch.setattr(sending, "TIMEOUT", 0.2)
    async with receiving() as receiver, serving(worlds):
        receiver.answers = [answer]
        subscribe(worlds.default, receiver.url)
        create(worlds.default)

        attempts = await until(lambda: listed(worlds.default)[0]["attempts"])
        await asyncio.wait_for(receiver.closed.wait(), SOON)

    assert [one["error"] for one in attempts] == ["no answer within 0.2 seconds"]


def test_an_attempt_may_take_five_seconds():
    assert (sending.TIMEOUT, sending.MOST, sending.DRAIN) == (5.0, 32, 2.0)


async def test_of_an_endless_answer_only_a_little_is_read(worlds):
    written = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            writer.write(bytes(65536))
            await writer.drain()
            written += 65536

    async with receiving() as receiver, serving(worlds):
        receiver.answer = endless
        subscribe(worlds.default, receiver.url)
        create(worlds.default)

        await arrived(worlds.default, state="delivered")
        await asyncio.wait_for(receiver.closed.wait(), SOON)

    assert written < 64 * 1024 * 1024  # what the sockets of both sides hold, not the 10 GB


async def test_a_redirect_is_an_answer_and_not_followed(worlds):
    async with receiving() as receiver, receiving() as other, serving(worlds):
        receiver.answer = replies(307, f"Location: {other.url}/hook")
        subscribe(worlds.default, receiver.url)
        create(worlds.default)

        [found] = await arrived(worlds.default, state="failed")

    assert (found["reason"], other.seen) == ("status 307", [])


async def test_nobody_there_is_an_attempt_that_failed(worlds):
    async with receiving() as receiver:
        url = receiver.url
    async with serving(worlds):
        subscribe(worlds.default, url)
        create(worlds.default)
        attempts = await until(lambda: listed(worlds.default)[0]["attempts"])

    assert [one["error"] for one in attempts] == ["nobody listens there"]


async def test_retries_are_due_when_the_clock_is_put_forward(worlds):
    async with receiving() as receiver, serving(worlds):
        receiver.answers = [replies(503), replies(409)]
        subscribe(worlds.default, receiver.url)
        create(worlds.default)
        for attempts in (1, 2):
            await until(lambda met=attempts: len(listed(worlds.default)[0]["attempts"]) == met)
            assert len(receiver.seen) == attempts
            worlds.default.advance_clock(15 * 60)

        [found] = await arrived(worlds.default, state="delivered")

    assert [one["status"] for one in found["attempts"]] == [503, 409, 200]
    assert [headers.get("X-Atlassian-Webhook-Retry") for headers, _ in receiver.seen] == [None, "1", "2"]
    identifiers = {headers["X-Atlassian-Webhook-Identifier"] for headers, _ in receiver.seen}
    assert len(identifiers) == 1


async def test_retries_are_due_by_themselves_where_the_clock_goes(worlds):
    async with receiving() as receiver, serving(worlds):
        receiver.answers = [replies(503)]
        worlds.default.set_clock(scale=10_000)
        subscribe(worlds.default, receiver.url)
        create(worlds.default)

        [found] = await arrived(worlds.default, state="delivered")

    assert [one["status"] for one in found["attempts"]] == [503, 200]


async def test_faults_are_met_by_real_receivers(worlds):
    world = worlds.default
    async with receiving() as receiver, serving(worlds):
        subscribe(world, receiver.url)
        for fault in ("duplicate", "reorder", "drop"):
            world.set_webhook_fault(fault)
        create(world, 4)

        await arrived(world, state="delivered", count=4)

    shown = {one["id"]: dumps(one["body"]) for one in listed(world)}
    # The first twice; the second after the fourth, for the third is dropped.
    assert [body for _, body in receiver.seen] == [shown[1], shown[2], shown[5], shown[3]]


async def test_a_webhook_can_be_sent_again(worlds):
    async with receiving() as receiver, serving(worlds):
        subscribe(worlds.default, receiver.url)
        create(worlds.default)
        await arrived(worlds.default, state="delivered")

        worlds.default.redeliver(1)
        await until(lambda: len(receiver.seen) == 2)

    first, second = receiver.seen
    assert first == second


async def test_no_more_than_32_are_under_way_at_once(worlds):
    async with receiving() as receiver, serving(worlds):
        receiver.answer = never
        for number in range(40):
            subscribe(worlds.default, f"{receiver.url}/{number}")
        create(worlds.default)
        await until(lambda: receiver.open >= 32)

        receiver.answer = replies(200)
        for _ in range(10):
            await asyncio.sleep(0.01)

        assert receiver.most == 32
        worlds.default.clear_deliveries()


async def test_all_worlds_get_their_turn(worlds):
    async with receiving() as receiver, serving(worlds):
        for name in ("one", "two", "three"):
            worlds.create_world(name)
            subscribe(worlds.named(name), receiver.url)
        for name in ("one", "two", "three"):
            create(worlds.named(name), 5)

        for name in ("one", "two", "three"):
            await arrived(worlds.named(name), state="delivered", count=5)

    assert len(receiver.seen) == 15


@pytest.mark.parametrize("end", ["drop", "reset", "clear", "replace"])
async def test_what_is_forgotten_is_not_sent_any_further(worlds, end):
    async with receiving() as receiver, serving(worlds):
        receiver.answer = never
        worlds.create_world("short")
        world = worlds.named("short")
        subscribe(world, receiver.url)
        create(world, 3)
        await until(lambda: receiver.seen)

        if end == "drop":
            worlds.drop_world("short")
        elif end == "replace":
            worlds.create_world("short")
        else:
            world.reset() if end == "reset" else world.clear_deliveries()
        await asyncio.wait_for(receiver.closed.wait(), SOON)

    assert (len(receiver.seen), listed(world)) == (1, [])


async def test_a_server_that_stops_lets_what_is_under_way_arrive(worlds):
    asked_for = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_for.set()
        await asyncio.sleep(0.1)
        await replies(200)(reader, writer)

    async with receiving() as receiver:
        receiver.answer = slow
        async with serving(worlds):
            subscribe(worlds.default, receiver.url)
            create(worlds.default)
            await asked_for.wait()

        assert [one["state"] for one in listed(worlds.default)] == ["delivered"]


async def test_a_server_that_stops_leaves_the_rest_to_the_next(worlds, monkeypatch):
    monkeypatch.setattr(sending, "DRAIN", 0.05)
    async with receiving() as receiver:
        receiver.answers = [never]
        async with serving(worlds):
            subscribe(worlds.default, receiver.url)
            create(worlds.default)
            await until(lambda: receiver.seen)
        assert [one["state"] for one in listed(worlds.default)] == ["queued"]

        async with serving(worlds):
            await arrived(worlds.default, state="delivered")


async def test_of_two_servers_of_the_same_worlds_the_last_one_sends(worlds):
    async with receiving() as receiver:
        first = MockServer(worlds)
        await first.open()
        async with serving(worlds):
            await first.close()
            subscribe(worlds.default, receiver.url)
            create(worlds.default)

            await arrived(worlds.default, state="delivered")


async def test_what_was_waiting_before_the_server_started_is_sent(worlds):
    async with receiving() as receiver:
        subscribe(worlds.default, receiver.url)
        create(worlds.default)
        assert [one["state"] for one in listed(worlds.default)] == ["queued"]

        async with serving(worlds):
            await arrived(worlds.default, state="delivered")


async def test_a_server_sends_nothing_to_itself(worlds):
    async with serving(worlds) as server:
        subscribe(worlds.default, f"{server.url}/__mock__/reset")
        create(worlds.default)

        [found] = await arrived(worlds.default, state="held")

    assert "is this server" in found["reason"]


async def test_proxies_are_not_asked(worlds, monkeypatch):
    async with receiving() as proxy, receiving() as receiver, serving(worlds):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        subscribe(worlds.default, receiver.url)
        create(worlds.default)

        await arrived(worlds.default, state="delivered")

    assert proxy.seen == []


async def test_nothing_is_opened_where_nobody_subscribed(worlds):
    async with serving(worlds) as server:
        create(worlds.default)
        await asyncio.sleep(0)

        assert server._sender._session is None


# ---- to receivers that were allowed by name


@asynccontextmanager
async def resolving(worlds: Worlds, *addresses: str) -> AsyncIterator[list[str]]:
    """A sender for which every name means the first address, then the second, …; the names it asked for."""
    left, names = list(addresses), []

    async def lookup(host: str, port: int) -> list[tuple[int, str]]:
        names.append(host)
        return [(2, left.pop(0))]

    sender = Sender(worlds, lookup)
    sender.open(0)
    try:
        yield names
    finally:
        await sender.close()


@pytest.fixture
def allowing(shared) -> Callable[[str], Worlds]:
    return lambda origin: Worlds(World(shared, deliver_to=[origin]))


async def test_an_allowed_name_is_resolved_once_and_that_address_is_used(allowing):
    async with receiving() as receiver:
        port = receiver.url.rpartition(":")[2]
        worlds = allowing(f"http://receiver.example:{port}")
        async with resolving(worlds, "127.0.0.1", "169.254.169.254") as names:
            subscribe(worlds.default, f"http://receiver.example:{port}/hook")
            create(worlds.default)

            await arrived(worlds.default, state="delivered")

    assert (names, receiver.seen[0][0]["Host"]) == (["receiver.example"], f"receiver.example:{port}")


async def test_an_allowed_name_that_has_moved_is_not_followed(allowing):
    async with receiving() as receiver:
        port = receiver.url.rpartition(":")[2]
        worlds = allowing(f"http://receiver.example:{port}")
        async with resolving(worlds, "169.254.169.254"):
            subscribe(worlds.default, f"http://receiver.example:{port}/hook")
            create(worlds.default)

            [found] = await arrived(worlds.default, state="held")

    assert (found["reason"], receiver.seen) == (
        "receiver.example means 169.254.169.254, where no receiver can be",
        [],
    )


async def test_localhost_that_is_another_machine_is_not_sent_to(worlds):
    async with resolving(worlds, "10.0.0.1"):
        subscribe(worlds.default, "http://localhost:9/hook")
        create(worlds.default)

        [found] = await arrived(worlds.default, state="held")

    assert found["reason"] == "localhost means 10.0.0.1 here"


async def test_a_defect_of_the_sender_is_an_attempt_that_failed(worlds):
    async def lookup(host: str, port: int) -> list[tuple[int, str]]:
        raise TypeError("planted")

    sender = Sender(worlds, lookup)
    sender.open(0)
    subscribe(worlds.default, "http://localhost:9/hook")
    create(worlds.default)

    attempts = await until(lambda: listed(worlds.default)[0]["attempts"])
    await sender.close()

    assert [one["error"] for one in attempts] == ["defect: TypeError('planted')"]


def test_a_world_like_another_sends_to_the_same(allowing):
    worlds = allowing("http://receiver.example")
    worlds.create_world("forked")
    worlds.create_world("sown", seeds=["documented"])

    for name in ("forked", "sown"):
        subscribe(worlds.named(name))
        create(worlds.named(name))
        assert [one["state"] for one in listed(worlds.named(name))] == ["queued"]


def test_what_is_allowed_must_be_an_origin(shared):
    with pytest.raises(CommandError, match="an origin is written like"):
        World(shared, deliver_to=["receiver.example"])
