"""The short reading of requests: whatever is sent, in whatever pieces, is read as aiohttp's parser does."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Sequence

import pytest

from mockserver.server import MockServer
from mockserver.server.connections import Server
from mockserver.server.direct import DirectServer
from mockserver.values import Json, dumps
from mockserver.world import World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
LINK = dumps({"globalId": "g", "object": {"url": "http://cases/111", "title": "x"}})
JSON = b"Content-Type: application/json\r\n"

FIRSTS = [
    f"GET {LINKS} HTTP/1.1", f"POST {LINKS} HTTP/1.1", f"DELETE {LINKS}/10000 HTTP/1.1", "GET / HTTP/1.1",
    f"GET {LINKS}?globalId=a%20b&x=1#part HTTP/1.1", f"GET {LINKS}?a?b=/;c HTTP/1.1",
    f"get {LINKS} HTTP/1.1", f"GET http://localhost{LINKS} HTTP/1.1", f"GET  {LINKS} HTTP/1.1",
    f"GET {LINKS}  HTTP/1.1", "GET * HTTP/1.1", f"GET {LINKS} HTTP/1.0", f"GET {LINKS} HTTP/2.0",
    f"GET {LINKS} HTTP/1.1 ", f" GET {LINKS} HTTP/1.1", "GET", f"GET {LINKS} http/1.1", f"GET {LINKS}",
    f"GET {LINKS}\tHTTP/1.1", f"GET {LINKS}é HTTP/1.1", "", f"GET {LINKS}\0 HTTP/1.1",
    f'GET {LINKS}?"<>|^`{{}}[] HTTP/1.1', "GET //x/../y HTTP/1.1", f"HEAD {LINKS} HTTP/1.1",
    f"OPTIONS {LINKS} HTTP/1.1", "CONNECT localhost:80 HTTP/1.1", f"PATCH {LINKS} HTTP/1.1",
    "GET /~a/x HTTP/1.1", f"PUT {LINKS}/10000 HTTP/1.1", "GET /__mock__/health HTTP/1.1",
    "GET /" + "a" * 8200 + " HTTP/1.1", f"PROPFIND {LINKS} HTTP/1.1", f"GET {LINKS} HTTP/1.1\r\n folded",
    "GET /__mock__/requests/99 HTTP/1.1",
]  # fmt: skip
HEADERS = [
    "Host: localhost", "Host: localhost", "Host: localhost", "host:localhost", "Host:\tlocalhost ", "Host:",
    "Host : a", "Host: b.localhost:80", "HOST: 127.0.0.1:8080", "Host: a b",
    "Content-Type: application/json", "X-Empty:", "X-A: 1", "X-A: 2", "x-a:   3  ", "X-A: 1\r\n 2",
    "X-A: 1\r\n\t2", "X-A: \x01", "X-A: \x7f", "X-A: é", "X-A: a\tb", "X-A: a\0b", "X-A: a\nb", "X-A: a\rb",
    "X-A\0: 1", "X A: 1", "X-A", ": 1", "X(A): 1", "X!A: 1", "Xé: 1", "X_A: 1", "X-Long: " + "x" * 9000,
    "Content-Length: 0", "Content-Length: 3", "Content-Length: +3", "Content-Length: 3 ",
    "Content-Length: 03", "Content-Length: 3, 3", "Content-Length: -1", "Content-Length: 0x3",
    "Content-Length: 99999999999999999999", "Content-Length:", "content-length: 3",
    f"Content-Length: {len(LINK)}", f"Content-Length: {len(LINK)}", "Content-Length : 3",
    "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "transfer-encoding: gzip, chunked",
    "Transfer-Encoding : chunked", "Connection: keep-alive", "Connection: Keep-Alive", "Connection: close",
    "Connection: keep-alive, close", "connection:close", "Connection: Upgrade\r\nUpgrade: h2c",
    "Connection: upgrade", "Upgrade: h2c", "Upgrade: websocket", "Proxy-Connection: close",
    "Keep-Alive: 300", "TE: trailers", "Expect: 100-continue", "Sec-WebSocket-Key1: x",
    "Content-Encoding: gzip", "Content-Encoding: identity", "Trailer: X-B", "Origin: http://localhost:3000",
    "Origin: http://evil.example", "X-Mock-World: b", "X-Mock-World: nowhere",
    "Authorization: Basic bW9jazptb2Nr", "Accept: */*", "Cookie: a=b; c=d", "User-Agent: x/1 (y; z) \"w\"",
    "Prefer: code=404", "If-Match: \"x\"", "Sec-Fetch-Site: cross-site",
]  # fmt: skip
BODIES = [
    b"",
    b"",
    b"",
    LINK,
    LINK,
    b"abc",
    b"3\r\nabc\r\n0\r\n\r\n",
    b"0\r\n\r\n",
    b"ab",
    b"abcd",
    b"\r\n\r\n",
    b"\r\n",
]
GOOD = b"GET " + LINKS.encode() + b" HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
POST = b"POST %b HTTP/1.1\r\nHost: localhost\r\n%bContent-Length: %d\r\n\r\n%b" % (
    LINKS.encode(), JSON, len(LINK), LINK,
)  # fmt: skip
LAST = b"GET /last HTTP/1.1\r\nHost: localhost\r\nX-Last: yes\r\nConnection: close\r\n\r\n"


class Wire(asyncio.Transport):
    """What a connection writes to, until it closes it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += b"" if self.closed else bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def get_write_buffer_size(self) -> int:
        return 0


class Way:
    """One way of answering, with a world of its own."""

    def __init__(self, world: World, direct: bool) -> None:
        self.worlds = Worlds(world)
        self.worlds.create_world("b")
        mock = MockServer(self.worlds, port=80)
        self.server = DirectServer(mock.handler, mock) if direct else Server(mock.handler)

    async def told(self, pieces: Sequence[bytes]) -> bytes:
        """What comes back for these pieces on a connection of their own, but for the time it was sent."""
        wire = Wire()
        connection = self.server()
        connection.connection_made(wire)
        for piece in pieces:
            if not wire.closed:
                connection.data_received(piece)
            await _settled(wire)
        connection.connection_lost(None)
        await asyncio.sleep(0)
        return re.sub(rb"\r\nDate: [^\r]*", b"", wire.sent)

    def journal(self) -> list[Json]:
        """What all worlds have kept."""
        return [world.requests()["requests"] for world in self.worlds]


async def _settled(wire: Wire) -> None:
    """Let the loop turn until nothing more is written."""
    quiet, before = 0, -1
    while quiet < 12:
        quiet = quiet + 1 if len(wire.sent) == before else 0
        before = len(wire.sent)
        await asyncio.sleep(0)


@pytest.fixture
async def ways(documented: World) -> tuple[Way, Way]:
    return Way(documented.fork("default"), True), Way(documented.fork("default"), False)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """aiohttp's own words about what it cannot read are not looked at here."""
    caplog.set_level("CRITICAL")


def generated(seed: int, count: int) -> Iterator[bytes]:
    """Requests, good and bad: mostly a good head with one or two things that are odd."""
    chance = random.Random(seed)
    for _ in range(count):
        first = chance.choice(FIRSTS if chance.random() < 0.4 else FIRSTS[:3])
        headers = chance.sample(HEADERS, chance.choice([0, 1, 1, 2, 3]))
        if chance.random() < 0.85:
            headers.insert(chance.randrange(len(headers) + 1), "Host: localhost")
        body = chance.choice(BODIES)
        if body and chance.random() < 0.5:
            headers.append(f"Content-Length: {len(body)}")
        end = chance.choice(["\r\n"] * 12 + ["\n", "\r", "\r\n\r\n"])
        start = chance.choice([""] * 12 + ["\r\n", "\n", "\r\n\r\n", " "])
        yield (start + end.join([first, *headers]) + end * 2).encode() + body


async def same(ways: tuple[Way, Way], pieces: Sequence[bytes]) -> None:
    """Both ways answer alike."""
    at_once, by_a_task = ways
    assert await at_once.told(pieces) == await by_a_task.told(pieces), pieces


@pytest.mark.parametrize("first", [FIRSTS[0], FIRSTS[1]], ids=["GET", "POST"])
async def test_every_odd_header_is_read_alike_both_ways(ways: tuple[Way, Way], first: str) -> None:
    for header in HEADERS:
        for body in dict.fromkeys(BODIES):
            for own in ("", f"Content-Length: {len(body)}\r\n"):
                head = f"{first}\r\nHost: localhost\r\n{own}{header}\r\n\r\n".encode()
                await same(ways, [head + body, LAST])

    assert ways[0].journal() == ways[1].journal()


async def test_every_odd_first_line_is_read_alike_both_ways(ways: tuple[Way, Way]) -> None:
    for first in FIRSTS:
        for body in dict.fromkeys(BODIES):
            head = f"{first}\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            await same(ways, [head + body, LAST])

    assert ways[0].journal() == ways[1].journal()


@pytest.mark.parametrize("seed", range(4))
async def test_odd_requests_are_answered_alike_both_ways(ways: tuple[Way, Way], seed: int) -> None:
    for data in generated(seed, 400):
        await same(ways, [data, LAST])

    assert ways[0].journal() == ways[1].journal()


@pytest.mark.parametrize("seed", range(4, 6))
async def test_odd_requests_beside_others_are_answered_alike_both_ways(
    ways: tuple[Way, Way], seed: int
) -> None:
    chance = random.Random(seed)
    for data in generated(seed, 300):
        parts = [GOOD, POST, data, POST, GOOD, LAST]
        stream = b"".join(parts)
        cuts = sorted(chance.sample(range(1, len(stream)), chance.randrange(4)))
        await same(ways, parts)
        await same(ways, [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)])

    assert ways[0].journal() == ways[1].journal()


async def test_a_request_may_be_cut_anywhere(ways: tuple[Way, Way]) -> None:
    for data in (GOOD, POST, POST + GOOD, GOOD + POST):
        for at in range(1, len(data)):
            await same(ways, [GOOD, data[:at], data[at:], GOOD, POST, LAST])

    assert ways[0].journal() == ways[1].journal()


async def test_faults_and_pages_are_answered_alike_both_ways(ways: tuple[Way, Way]) -> None:
    page = GOOD.replace(b"Accept", b"Origin: http://localhost:3000\r\nAccept")
    foreign = GOOD.replace(b"Accept", b"Origin: http://evil.example\r\nAccept")
    for spoilt in (
        {"status": 503},
        {"cut": 7},
        {"cut": 7, "perform": True},
        {"garble": "chunk"},
        {"empty": True},
    ):
        for request in (GOOD, POST, page, foreign):
            for way in ways:
                way.worlds.default.fault({"operation": "getRemoteIssueLinks", "times": 1, **spoilt})
            await same(ways, [POST, request, page, LAST])
            await same(ways, [POST + request + foreign + LAST])

    assert ways[0].journal() == ways[1].journal()


async def test_many_at_once_are_answered_in_their_order(ways: tuple[Way, Way]) -> None:
    for count in (15, 16, 31, 32, 33, 70):
        numbered = [b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number for number in range(count)]
        await same(ways, [POST[:-5], POST[-5:], b"".join(numbered), GOOD, *numbered[:3], LAST])

    assert ways[0].journal() == ways[1].journal()
