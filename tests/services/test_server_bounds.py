"""What clients cannot do to a server: keep it waiting, use up its connections, get a reply without words."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import orjson
import pytest

from mockserver.server import MockServer
from mockserver.world import Worlds

LIST = "getRemoteIssueLinks"
REQUEST = b"GET /rest/api/3/issue/MKY-1/remotelink HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
PATIENCE = 30.0  # seconds until something that takes none has failed
LARGE = 30_000_000  # bytes that no socket holds for a client that does not read


@pytest.fixture
def mock(worlds: Worlds, way: dict[str, Any]) -> MockServer:
    return MockServer(worlds, **way)


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    with ExitStack() as clients:
        yield clients


def connected(mock: MockServer) -> socket.socket:
    return socket.create_connection((mock.host, mock.port), timeout=PATIENCE)


def rest_of(client: socket.socket) -> bytes:
    found = bytearray()
    try:
        while part := client.recv(1 << 20):
            found += part
    except ConnectionResetError:
        pass
    return bytes(found)


def answered(client: socket.socket) -> bytes:
    """The first bytes of what comes back for a request."""
    client.sendall(REQUEST)
    return client.recv(100)


@pytest.mark.parametrize(
    "sent",
    [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n"],
    ids=["nonsense", "no host", "folded"],
)
def test_a_request_that_cannot_be_read_is_told_so_in_the_words_of_the_mock(
    mock: MockServer, sent: bytes
) -> None:
    with mock, connected(mock) as client:
        client.sendall(sent)
        head, _, body = rest_of(client).partition(b"\r\n\r\n")

    assert b" 400 Bad Request\r\n" in head
    assert b"\r\nX-Mock-Reason: unreadable\r\n" in head
    assert b"\r\nContent-Type: application/json\r\n" in head
    said = orjson.loads(body)
    assert said["errors"] == [said["message"]] != [""]


def test_a_client_that_does_not_read_its_reply_is_left(mock: MockServer, worlds: Worlds) -> None:
    """Abuse test A-14, scaled down."""
    mock.limits = replace(mock.limits, reader=0.1)
    worlds.default.force(LIST, status=200, body="x" * LARGE)
    with mock, connected(mock) as client:
        client.sendall(REQUEST)
        first = client.recv(100)
        time.sleep(1.0)

        assert first.startswith(b"HTTP/1.1 200")
        assert len(rest_of(client)) < LARGE


def test_a_client_that_reads_slowly_gets_all_of_its_reply(mock: MockServer, worlds: Worlds) -> None:
    mock.limits = replace(mock.limits, reader=1.0)
    worlds.default.force(LIST, status=200, body="x" * LARGE)
    found = 0
    with mock, connected(mock) as client:
        client.sendall(LAST)
        while part := client.recv(LARGE // 20):
            found += len(part)
            time.sleep(0.02)

    assert found > LARGE


def test_the_connection_that_was_not_used_for_longest_makes_room_for_a_new_one(
    mock: MockServer, clients: ExitStack
) -> None:
    """Abuse test A-13, scaled down."""
    mock.limits = replace(mock.limits, connections=3)
    clients.enter_context(mock)
    first, second, third = (clients.enter_context(connected(mock)) for _ in range(3))
    for client in (first, second, third, first):
        assert answered(client).startswith(b"HTTP/1.1 200")
        client.recv(65536)
        time.sleep(0.02)  # the loop's clock may count in milliseconds

    new = clients.enter_context(connected(mock))

    assert answered(new).startswith(b"HTTP/1.1 200")
    assert rest_of(second) == b""
    assert answered(first).startswith(b"HTTP/1.1 200")
    assert answered(third).startswith(b"HTTP/1.1 200")


def test_a_connection_too_many_is_refused_where_all_are_in_use(
    mock: MockServer, worlds: Worlds, clients: ExitStack
) -> None:
    mock.limits = replace(mock.limits, connections=2)
    worlds.default.fault({"operation": LIST, "delay": 250, "times": 2})
    clients.enter_context(mock)
    for _ in range(2):
        clients.enter_context(connected(mock)).sendall(REQUEST)
    until = time.monotonic() + PATIENCE
    while worlds.default.faults()["faults"][0]["used"] < 2:
        assert time.monotonic() < until

    head, _, body = rest_of(clients.enter_context(connected(mock))).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nX-Mock-Reason: connections\r\n" in head
    assert orjson.loads(body)["message"] == "2 connections are in use already"
