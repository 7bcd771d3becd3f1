"""Faults over a real socket: the bytes that leave the server, and how the connection ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from mockserver.server import MockServer
from mockserver.world import World, Worlds

LIST = "getRemoteIssueLinks"
REQUEST = b"GET /jira/rest/api/3/issue/MKY-1/remotelink HTTP/1.1\r\nHost: localhost\r\n\r\n"
SERVICES = ("jira", "kordiam", "sd_elements", "enterprise_tester")
PATIENCE = 30.0  # seconds until something that takes none has failed


@pytest.fixture
def world(documented: World) -> World:
    return documented.fork("default")


@pytest.fixture
def server(world: World, way: dict[str, Any]) -> Iterator[MockServer]:
    with MockServer(Worlds(world), **way) as server:
        yield server


def connected(server: MockServer) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=PATIENCE)


def received(server: MockServer, request: bytes = REQUEST) -> bytes:
    """Every byte until the server closes the connection. Raises ConnectionResetError where it resets it."""
    with connected(server) as client:
        client.sendall(request)
        found = b""
        while part := client.recv(65536):
            found += part
        return found


def whole(server: MockServer) -> bytes:
    """The body of a reply to which nothing happens."""
    return received(server, REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).partition(
        b"\r\n\r\n"
    )[2]


def test_a_dropped_connection_is_reset(server: MockServer, world: World) -> None:
    world.fault({"operation": LIST, "drop": True})

    with pytest.raises(ConnectionResetError):
        received(server)


def test_an_empty_reply_has_no_byte_and_a_proper_end(server: MockServer, world: World) -> None:
    world.fault({"operation": LIST, "empty": True})

    assert received(server) == b""


@pytest.mark.parametrize("size", [0, 7])
def test_a_cut_reply_ends_before_the_length_it_promised(server: MockServer, world: World, size: int) -> None:
    body = whole(server)
    world.fault({"operation": LIST, "cut": size, "perform": True})

    head, _, sent = received(server).partition(b"\r\n\r\n")

    assert b"HTTP/1.1 200 OK" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"X-Mock-Reason: fault" in head
    assert sent == body[:size]


def test_a_malformed_chunk_follows_half_of_the_body(server: MockServer, world: World) -> None:
    body = whole(server)
    world.fault({"operation": LIST, "garble": "chunk", "perform": True})

    head, _, sent = received(server).partition(b"\r\n\r\n")

    half = body[: (len(body) + 1) // 2]
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    assert sent == b"%x\r\n%b\r\nno-size\r\n" % (len(half), half)


@pytest.mark.parametrize("where", ["headers", "body", "dribble"])
def test_a_late_reply_is_whole_and_the_connection_lives(server: MockServer, world: World, where: str) -> None:
    body = whole(server)
    world.fault({"operation": LIST, "delay": {"seconds": 0.05, "where": where}})

    sent = received(server, REQUEST + REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    late, _, prompt = sent.partition(body)
    assert late.count(b"HTTP/1.1 200 OK") == 1
    assert b"X-Mock-Reason: fault" in late
    assert f"Content-Length: {len(body)}".encode() in late
    assert prompt.startswith(b"HTTP/1.1 200 OK")
    assert b"X-Mock-Reason" not in prompt


def test_headers_come_long_before_a_late_body(server: MockServer, world: World) -> None:
    world.fault({"operation": LIST, "delay": {"seconds": 200, "where": "body"}})

    with connected(server) as client:
        client.sendall(REQUEST)
        head = client.recv(65536)

    assert head.startswith(b"HTTP/1.1 200 OK")
    assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("fault", [{"cut": 50}, {"garble": "chunk"}], ids=str)
def test_what_breaks_off_may_be_late_too(server: MockServer, world: World, fault: Any) -> None:
    for where in ("body", "dribble"):
        world.clear_faults()
        world.fault({"operation": LIST, **fault, "delay": {"seconds": 0.05, "where": where}})

        head, _, sent = received(server).partition(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 200 OK")
        assert len(sent) >= 50


def test_a_client_that_gives_up_keeps_no_server_waiting(world: World) -> None:
    world.fault({"operation": LIST, "delay": 250})

    with MockServer(Worlds(world)) as server:
        with connected(server) as client:
            client.sendall(REQUEST)
        server.stop()

        assert world.faults()["faults"][0]["used"] <= 1


def test_a_late_reply_keeps_nobody_else_waiting(server: MockServer, world: World) -> None:
    world.fault({"operation": LIST, "delay": 250})

    with connected(server) as client:
        client.sendall(REQUEST)
        until = monotonic() + PATIENCE
        while not world.faults()["faults"][0]["used"]:
            assert monotonic() < until

        assert whole(server).startswith(b"[{")


def test_a_page_in_a_browser_may_read_a_reply_with_a_fault(server: MockServer, world: World) -> None:
    world.fault({"operation": LIST, "status": 503, "delay": 0.01})

    request = REQUEST.replace(b"\r\n\r\n", b"\r\nOrigin: http://localhost:3000\r\nConnection: close\r\n\r\n")
    sent = received(server, request)

    assert sent.startswith(b"HTTP/1.1 503")
    assert b"Access-Control-Allow-Origin: http://localhost:3000" in sent


@pytest.mark.parametrize("fault", [{"drop": True}, {"empty": True}, {"status": 503}, {"delay": 100}], ids=str)
def test_nothing_goes_wrong_at_the_control_endpoint(server: MockServer, world: World, fault: Any) -> None:
    world.fault(
        [{"path": "/**", "times": None, **fault}, *({"service": s, "times": None, **fault} for s in SERVICES)]
    )

    sent = received(server, b"GET /__mock__/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert sent.startswith(b"HTTP/1.1 200 OK")
    assert sent.endswith(b'{"status":"ok"}')
