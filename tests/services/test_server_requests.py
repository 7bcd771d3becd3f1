"""The socket: what arrives as bytes is one call to one world, and its reply goes back unchanged."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import threading
import tracemalloc
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient
from yarl import URL

from mockserver.server import MockServer
from mockserver.state.entry import Entry
from mockserver.values import Reply
from mockserver.wire import response_of
from mockserver.world import World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
LINK = {"object": {"url": "http://cases/111", "title": "TSTSUP-111"}}
AUTHORIZATION = {"Authorization": "Basic bW9jazptb2Nr"}

Served = Callable[..., Awaitable["TestClient[Any, Any]"]]


async def test_a_documented_reply_goes_out_as_the_world_gave_it(served: Served) -> None:
    client = await served()

    response = await client.get(LINKS)

    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    found = await response.json()
    assert found[0]["self"] == str(client.make_url("/rest/api/3/issue/MKY-1/remotelink/10000"))


async def test_a_body_arrives_and_a_record_is_made(served: Served, worlds: Worlds) -> None:
    client = await served()

    response = await client.post(LINKS, json=LINK, headers=AUTHORIZATION)

    assert response.status == 201
    assert worlds.default.state("jira", "remote_link")[-1]["object"] == LINK["object"]


async def test_a_chunked_body_arrives_like_any_other(served: Served) -> None:
    client = await served()

    async def parts() -> Any:
        yield b'{"object":{"url":"http://cases/111",'
        yield b'"title":"TSTSUP-111"}}'

    response = await client.post(LINKS, data=parts(), headers={"Content-Type": "application/json"})

    assert response.status == 201


async def test_a_compressed_body_is_unpacked(served: Served) -> None:
    client = await served()
    packed = gzip.compress(b'{"object":{"url":"http://cases/111","title":"x"}}')

    response = await client.post(
        LINKS, data=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
    )

    assert response.status == 201


async def test_head_is_get_without_its_body(served: Served) -> None:
    client = await served()
    whole = await client.get(LINKS)

    response = await client.head(LINKS)

    assert response.status == 200
    assert response.headers["Content-Length"] == whole.headers["Content-Length"]
    assert await response.read() == b""


async def test_the_target_stays_percent_encoded_until_it_is_matched(served: Served, worlds: Worlds) -> None:
    client = await served()
    target = LINKS + "?globalId=system%3Dhttp://www.mycompany.com/support%26id%3D1"

    response = await client.session.get(encoded(client, target))

    assert (await response.json())["id"] == 10000
    assert worlds.default.requests()["requests"][-1]["target"] == target


async def test_a_reply_of_status_204_has_no_body_and_no_content_type(served: Served) -> None:
    client = await served()

    response = await client.delete(LINKS + "/10000")

    assert response.status == 204
    assert "Content-Type" not in response.headers
    assert await response.read() == b""


@pytest.mark.parametrize("length", [999, 1000])
async def test_a_body_up_to_the_limit_is_read(served: Served, length: int) -> None:
    client = await served(max_body=1000)

    response = await client.post(LINKS, data=b" " * length, headers={"Content-Type": "application/json"})

    assert response.status == 400


async def test_a_longer_body_is_refused_in_the_words_of_the_service(served: Served, worlds: Worlds) -> None:
    client = await served(max_body=1000)

    response = await client.post(LINKS, data=b" " * 1001, headers={"Content-Type": "application/json"})

    assert response.status == 413
    assert await response.json() == {"errorMessages": ["the body is larger than 1000 bytes"], "errors": {}}
    [entry] = worlds.default.requests()["requests"]
    assert entry["operation"] == "createOrUpdateRemoteIssueLink"
    assert worlds.default.coverage()["operations"] == {}


async def test_a_longer_chunked_body_is_refused_too(served: Served) -> None:
    client = await served(max_body=1000)

    async def parts() -> Any:
        for _ in range(30):
            yield b" " * 100

    response = await client.post(LINKS, data=parts(), headers={"Content-Type": "application/json"})

    assert response.status == 413


async def test_the_limit_holds_after_decompression(served: Served) -> None:
    client = await served(max_body=100_000)
    bomb = gzip.compress(b" " * 50_000_000)

    tracemalloc.start()
    response = await client.post(LINKS, data=bomb, headers={"Content-Encoding": "gzip"})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(bomb) < 100_000
    assert response.status == 413
    assert peak < 5_000_000


async def test_broken_compression_is_malformed(served: Served) -> None:
    client = await served()

    response = await client.post(
        LINKS, data=b"not gzip at all", headers={"Content-Encoding": "gzip"}, skip_auto_headers=["User-Agent"]
    )

    assert response.status == 400


async def test_each_exchange_is_told_to_whoever_listens(served: Served) -> None:
    seen: list[tuple[str, str, int]] = []

    def tell(world: World, entry: Entry) -> None:
        seen.append((world.name, entry.operation, entry.reply.status))

    client = await served(on_exchange=tell)

    await client.get(LINKS)
    await client.get("/__mock__/health")

    assert seen == [("default", "getRemoteIssueLinks", 200)]


def test_what_goes_into_headers_cannot_end_a_line() -> None:
    reply = Reply(200, {"X-Echo": "a\r\nX-Evil: 1\0", "X-\nName": "b", "Content-Length": "7"}, b"[]")

    response = response_of(reply)

    assert dict(response.headers) == {"X-Echo": "a  X-Evil: 1 ", "X- Name": "b"}
    assert response.content_length == 2


async def test_header_bytes_that_are_no_utf_8_can_be_shown_later(worlds: Worlds, way: dict[str, Any]) -> None:
    with MockServer(worlds, **way) as mock:
        answer = exchanged(mock, b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nX-Odd: \xff\r\n\r\n")
        with urllib.request.urlopen(f"{mock.control}/requests") as response:
            shown = response.read()

    assert answer.startswith(b"HTTP/1.1 404")
    assert "ÿ".encode() in shown


async def test_a_header_that_is_sent_twice_counts_as_one_with_a_comma(
    worlds: Worlds, way: dict[str, Any]
) -> None:
    with MockServer(worlds, **way) as mock:
        exchanged(mock, "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-A: 2\r\nConnection: close\r\n\r\n")

    assert worlds.default.requests()["requests"][0]["headers"]["x-a"] == "1, 2"


async def test_an_absolute_target_is_a_path_as_well(worlds: Worlds, way: dict[str, Any]) -> None:
    with MockServer(worlds, **way) as mock:
        answer = exchanged(
            mock, f"GET http://localhost:1{LINKS} HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"
        )

    assert answer.startswith(b"HTTP/1.1 200")


async def test_an_old_client_that_names_no_host_is_answered(worlds: Worlds, way: dict[str, Any]) -> None:
    with MockServer(worlds, **way) as mock:
        answer = exchanged(mock, f"GET {LINKS} HTTP/1.0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.0 200")
    assert f'"self":"{mock.url}{LINKS}/10000"'.encode() in answer


async def test_a_client_that_would_rather_speak_another_protocol_is_answered_in_this_one(
    worlds: Worlds, way: dict[str, Any]
) -> None:
    upgrade = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    with MockServer(worlds, **way) as mock:
        answer = exchanged(mock, f"GET {LINKS} HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n")

    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("method", ["GET", "POST", "CONNECT", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize(
    "target",
    [
        "*", "/", "//", "///x", "/~", "/~/", "/~%", "/~%2F/x", "/~..", "/..", "/../..", "/%zz", "/%E0%A4%A",
        "/%00", "/%c0%af", "/?", "/?%", "/?a=%ff&&=&;", "/#x", "http://", "http://x", "http://x?y", "a",
        "/" + "a/" * 2000, "/~default//", "/rest/api/3/issue//remotelink", "/jira", "/jira/",
        "/rest/api/3/issue/%2e%2e/remotelink",
    ],
    ids=lambda target: target[:40],
)  # fmt: skip
async def test_no_target_is_too_odd_for_an_answer(
    worlds: Worlds, method: str, target: str, way: dict[str, Any]
) -> None:
    """Abuse test A-18."""
    with MockServer(worlds, **way) as mock:
        answer = exchanged(
            mock, f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )

    status = int(answer.split()[1])
    assert 400 <= status < 500


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x" * 20_000 + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        "nonsense\r\n\r\n",
    ],
    ids=["two hosts", "length and chunks", "two lengths", "long header", "folded header", "nul", "nonsense"],
)
async def test_a_request_that_is_none_is_refused_and_the_connection_closed(
    worlds: Worlds, request_text: str, caplog: pytest.LogCaptureFixture, way: dict[str, Any]
) -> None:
    with MockServer(worlds, **way) as mock:
        answer = exchanged(mock, request_text)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert answer.count(b"\r\nDate: ") == 1
    assert caplog.records == []
    assert worlds.default.requests()["requests"] == []


async def test_a_client_that_asks_first_is_told_to_go_on(worlds: Worlds, way: dict[str, Any]) -> None:
    body = '{"object":{"url":"http://cases/111","title":"x"}}'
    head = (
        f"POST {LINKS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with MockServer(worlds, **way) as mock, connected(mock) as client:
        client.sendall(head.encode())
        told = client.recv(1000)
        client.sendall(body.encode())
        answer = rest_of(client)

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 201")


async def test_a_client_that_asks_to_send_too_much_is_not_told_to_go_on(
    worlds: Worlds, way: dict[str, Any]
) -> None:
    with MockServer(worlds, max_body=10, **way) as mock:
        answer = exchanged(
            mock,
            f"POST {LINKS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n",
        )

    assert answer.startswith(b"HTTP/1.1 413")


async def test_a_body_that_never_comes_is_given_up(worlds: Worlds) -> None:
    mock = MockServer(worlds)
    mock.limits = replace(mock.limits, pause=0.1)
    with mock:
        answer = exchanged(mock, f"POST {LINKS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12")

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in answer.lower()


async def test_a_client_that_leaves_in_the_middle_is_no_defect(
    worlds: Worlds, caplog: pytest.LogCaptureFixture, way: dict[str, Any]
) -> None:
    with MockServer(worlds, **way) as mock:
        with connected(mock) as client:
            client.sendall(
                f"POST {LINKS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nx".encode()
            )
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.1)

    assert caplog.records == []
    assert worlds.default.requests()["requests"] == []


async def test_a_body_that_dribbles_is_given_up_all_the_same(worlds: Worlds) -> None:
    mock = MockServer(worlds)
    mock.limits = replace(mock.limits, pause=0.2, whole=0.3)
    with mock, connected(mock) as client:
        client.sendall(f"POST {LINKS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n".encode())
        for _ in range(8):
            client.sendall(b"x")
            await asyncio.sleep(0.05)
        answer = rest_of(client)

    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_head_that_never_ends_closes_the_connection(worlds: Worlds) -> None:
    mock = MockServer(worlds)
    mock.limits = replace(mock.limits, head=0.2)
    with mock, connected(mock) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        answer = rest_of(client)

    assert answer == b""


async def test_clients_that_never_finish_do_not_keep_others_waiting(worlds: Worlds) -> None:
    """Abuse test A-12, scaled down."""
    mock = MockServer(worlds)
    # Longer than a client here waits for its answer: it cannot be the slow ones' end that lets it in.
    mock.limits = replace(mock.limits, head=60.0)
    with mock:
        slow = [connected(mock) for _ in range(200)]
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: lo")

        answer = exchanged(mock, f"GET {LINKS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 200")
        for client in slow:
            client.close()


async def test_one_connection_carries_many_requests(worlds: Worlds, way: dict[str, Any]) -> None:
    one = f"GET {LINKS} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = f"GET {LINKS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with MockServer(worlds, **way) as mock:
        answer = exchanged(mock, one * 50 + last)

    assert answer.count(b"HTTP/1.1 200 OK") == 51
    assert worlds.default.info()["requests"] == 51


async def test_many_clients_at_once_lose_nothing(served: Served, worlds: Worlds) -> None:
    client = await served()

    responses = await asyncio.gather(*(client.post(LINKS, json=LINK) for _ in range(60)))

    ids = {(await response.json())["id"] for response in responses}
    assert len(ids) == 60
    assert len(worlds.default.state("jira", "remote_link")) == 62


def test_a_reset_in_between_tears_no_reply(worlds: Worlds, way: dict[str, Any]) -> None:
    """Abuse test A-41, scaled down: every reply shows all of the links that were there, or none."""
    lengths: set[int] = set()

    def read(server: MockServer) -> None:
        for _ in range(100):
            with urllib.request.urlopen(server.url + LINKS) as response:
                lengths.add(len(orjson.loads(response.read())))

    links = [{"issue": "MKY-1", "object": {"url": f"http://cases/{at}", "title": "x"}} for at in range(20)]
    with MockServer(worlds, **way) as mock:
        readers = [threading.Thread(target=read, args=(mock,)) for _ in range(4)]
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers):
            worlds.default.seed({"jira": {"remote_link": links}})
            worlds.default.reset()

    assert lengths <= {2, 22}


async def test_a_server_runs_in_a_loop_that_is_there_already(worlds: Worlds) -> None:
    mock = MockServer(worlds)
    await mock.open()

    async with ClientSession() as session, session.get(mock.url + LINKS) as response:
        assert response.status == 200

    await mock.close()
    await mock.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", mock.port), timeout=1)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
@pytest.mark.parametrize(("host", "url"), [("::1", "http://[::1]:{}"), ("localhost", "http://localhost:{}")])
def test_a_server_listens_where_it_is_told(worlds: Worlds, host: str, url: str) -> None:
    """Abuse test A-06."""
    with MockServer(worlds, host=host) as mock:
        assert mock.url == url.format(mock.port)
        assert mock.control == mock.url + "/__mock__"
        with urllib.request.urlopen(mock.control + "/health") as response:
            assert response.status == 200


def test_a_name_of_two_addresses_has_one_port(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    def both(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
        ]

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", both)
        mock = MockServer(worlds, host="localhost").start()

    for address in ("127.0.0.1", "::1"):
        socket.create_connection((address, mock.port), timeout=1).close()
    mock.stop()


def test_a_server_starts_and_stops_and_leaves_nothing_behind(worlds: Worlds, way: dict[str, Any]) -> None:
    before = threading.active_count()

    for _ in range(20):
        with MockServer(worlds, **way) as mock, urllib.request.urlopen(mock.url + LINKS) as response:
            assert response.status == 200

    assert threading.active_count() == before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", mock.port), timeout=1)


def test_a_taken_port_is_said_to_be_taken(worlds: Worlds, way: dict[str, Any]) -> None:
    with MockServer(worlds, **way) as first:
        second = MockServer(worlds, port=first.port)

        with pytest.raises(OSError, match="in use"):
            second.start()

        second.stop()


def test_clients_that_connect_while_a_server_stops_leave_nothing_behind(
    worlds: Worlds, way: dict[str, Any]
) -> None:
    """Sockets that are forgotten give a ResourceWarning, and warnings are errors."""
    before = threading.active_count()
    for number in range(60):
        mock = MockServer(worlds, **way).start()
        clients = [connected(mock) for _ in range(number % 7)]

        mock.stop()

        for client in clients:
            client.close()
    gc.collect()
    assert threading.active_count() == before


def test_a_server_that_runs_is_not_started_again(worlds: Worlds, way: dict[str, Any]) -> None:
    with MockServer(worlds, **way) as mock, pytest.raises(RuntimeError, match="running already"):
        mock.start()


def test_stopping_does_not_wait_for_clients_that_stay_connected(worlds: Worlds) -> None:
    mock = MockServer(worlds).start()
    with connected(mock) as client:
        client.sendall(f"GET {LINKS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        client.recv(100)

        mock.stop()

        assert rest_of(client).endswith(b"]")


def encoded(client: TestClient[Any, Any], target: str) -> URL:
    """The target as it is, which a client would otherwise tidy up."""
    return URL(str(client.make_url("/")).rstrip("/") + target, encoded=True)


def connected(mock: MockServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", mock.port), timeout=5)


def exchanged(mock: MockServer, request: str | bytes) -> bytes:
    """What comes back for these bytes, until the server closes the connection or falls silent."""
    with connected(mock) as client:
        client.sendall(request.encode() if isinstance(request, str) else request)
        client.settimeout(1)
        return rest_of(client)


def rest_of(client: socket.socket) -> bytes:
    found = b""
    try:
        while part := client.recv(65536):
            found += part
    except (TimeoutError, ConnectionResetError):
        pass
    return found
