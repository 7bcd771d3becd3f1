"""Plain requests answered the moment they have been read, without a task or a response object for each.

A world answers synchronously, so a request that has arrived whole can be answered where it was parsed.
Everything else takes the ordinary way through aiohttp's handler: bodies still on their way, HTTP/1.0,
upgrades, the control endpoint, replies with a fault on them, clients that do not read what they are sent.
Both ways parse with the same parser, hand the world the same call and send the same bytes.

aiohttp has no public place for this. The private names used here are all in this module, ``fits`` says
whether the installed aiohttp has them, and the black-box tests of the server run on both ways.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple, Protocol

from aiohttp import web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE, HttpVersion11, RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import RequestHandler

from mockserver.values import Call, Json, Reply
from mockserver.wire import headers_from, safe, target_from

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
# Bytes that are taken from a socket at once.
CHUNK = 64 * 1024
# Requests whose reading is remembered, each of so many bytes at most: clients send the same again and again.
REMEMBERED, SHORT = 512, 2048
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
# With these the connection does more than carry a request and its reply.
_SPECIAL = frozenset({"expect", "upgrade", "content-encoding"})
# Replies without a body, and headers that are never a reply's own: those of the body's length.
EMPTY = frozenset({204, 304, *range(100, 200)})
_OURS = frozenset({"Content-Length", "Transfer-Encoding"})
_PRIVATE = (
    "_waiter",
    "_messages",
    "_message_tail",
    "_parser",
    "_upgraded",
    "_buffer_paused",
    "_reading_paused",
    "_force_close",
    "_close",
    "_next_keepalive_close_time",
)


def fits() -> bool:
    """Whether the installed aiohttp is built as this module expects it."""
    known = {name for one in RequestHandler.__mro__ for name in getattr(one, "__slots__", ())}
    return known.issuperset(_PRIVATE) and "_buffer" in StreamReader.__slots__


class Plain(NamedTuple):
    """A request that arrived whole: the call, and the world that it is for, by name, if it has one."""

    world: str | None
    call: Call


class Answers(Protocol):
    """What answers plain requests."""

    def plain(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Plain | None:
        """The request, or None if it must take the ordinary way."""
        ...

    def at_once(self, plain: Plain) -> Reply | None:
        """The reply; None, and nothing done, if the request must take the ordinary way this time."""
        ...


class DirectServer(web.Server):
    """aiohttp's server, with connections that answer plain requests at once."""

    def __init__(self, handler: Handler, answers: Answers, **rest: Json) -> None:
        """``handler`` is the ordinary way, ``answers`` the short one."""
        super().__init__(handler, **rest)
        self.answers = answers
        self.known: dict[bytes, Plain] = {}
        # All connections read into the same place, one after another: what they get is copied out at once.
        self.buffer = memoryview(bytearray(CHUNK))
        self._rest = rest

    def __call__(self) -> Connection:
        """A connection."""
        kind = BufferedConnection if isinstance(self._loop, asyncio.BaseEventLoop) else Connection
        return kind(self, loop=self._loop, **self._rest)


class Connection(RequestHandler):
    """One connection."""

    __slots__ = ("_between", "_server")

    def __init__(self, server: DirectServer, **rest: Json) -> None:
        """A connection of ``server``."""
        super().__init__(server, **rest)
        self._server = server
        # Whether all that has come so far were whole requests, so that the next byte begins one.
        self._between = True

    def data_received(self, data: bytes) -> None:
        """Answer what has arrived, as far as that can be done at once; leave the rest to the ordinary way."""
        waiter = self._waiter
        if waiter is None or waiter.done() or self._messages or self._upgraded:
            self._between = False
            super().data_received(data)
            return
        if self._between and data and not (self._close or self._force_close):
            plain = self._server.known.get(data)
            if plain is not None and self._sent(plain):
                return
        # With no waiter to wake, what is read stays in the queue.
        self._waiter = None
        try:
            super().data_received(data)
        finally:
            self._waiter = waiter
        self._answer_all(data, waiter)

    def _answer_all(self, data: bytes, waiter: asyncio.Future[None]) -> None:
        messages = self._messages
        plain: Plain | None = None
        count = 0
        while messages and not waiter.done():
            plain = self._plain(*messages[0])
            if plain is None or not self._sent(plain):
                break
            count += 1
            messages.popleft()
            if self._parser is not None:
                self._parser.message_consumed()
        if count == 1 and not messages and plain is not None and _is_one(data, plain.call.body):
            if self._between and len(data) <= SHORT:
                if len(self._server.known) >= REMEMBERED:
                    self._server.known.clear()
                self._server.known[data] = plain
        elif data:
            self._between = False
        if messages and not waiter.done():
            waiter.set_result(None)
        elif self._buffer_paused:
            # More had come than the parser hands over at once. Others first, then the rest of it.
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._buffer_paused and not self._messages and self.transport is not None:
            self._resume_reading_if_drained()

    def _plain(self, message: Json, payload: StreamReader) -> Plain | None:
        """The request, if it is one that can be answered at once. ``message``: its head, or what is wrong."""
        if (
            not isinstance(message, RawRequestMessage)
            or message.method not in _METHODS
            or message.version != HttpVersion11
            or message.should_close
            or message.upgrade
            or message.chunked
            or not payload.is_eof()
            or self._reading_paused
        ):
            return None
        headers = headers_from(message.raw_headers)
        if not _SPECIAL.isdisjoint(headers):
            return None
        # Not payload.read_nowait(): that reads on, and leaves nothing for the ordinary way.
        body = b"" if payload is EMPTY_PAYLOAD else b"".join(payload._buffer)
        return self._server.answers.plain(message.method, target_from(message.path), headers, body)

    def _sent(self, plain: Plain) -> bool:
        """Whether the request could be answered at once."""
        transport = self.transport
        if transport is None or self.writing_paused:
            return False
        reply = self._server.answers.at_once(plain)
        if reply is None:
            return False
        transport.write(_bytes(reply))
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        return True


class BufferedConnection(Connection, asyncio.BufferedProtocol):
    """One connection on a loop of asyncio, which else makes room for every read anew."""

    __slots__ = ()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return self._server.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take ``nbytes`` that have come."""
        self.data_received(bytes(self._server.buffer[:nbytes]))


def _is_one(data: bytes, body: bytes) -> bool:
    """Whether ``data`` is one request with this body and nothing else."""
    return data.find(b"\r\n\r\n") + 4 + len(body) == len(data)


def _bytes(reply: Reply) -> bytes:
    """The reply as it is sent, head and body, with the headers that aiohttp adds to every response."""
    headers, body = reply.headers, reply.body
    values = tuple(headers.values())
    if "".join(values).isprintable() and (form := _form(tuple(headers))) is not None:
        told = form % values
    else:
        kept = {name: value for name, value in safe(headers).items() if name not in _OURS}
        told = "".join([f"{name}: {value}\r\n" for name, value in kept.items()])
    if reply.status in EMPTY:
        length, body = "", b""
    else:
        length = f"Content-Length: {len(body)}\r\n"
        if body and "Content-Type" not in headers:
            length += "Content-Type: application/octet-stream\r\n"
    end = f"{length}Date: {rfc822_formatted_time()}\r\nServer: {SERVER_SOFTWARE}\r\n\r\n"
    return f"{_status(reply.status)}{told}{end}".encode() + body


@lru_cache(maxsize=512)
def _form(names: tuple[str, ...]) -> str | None:
    """What headers of these names are written with; None where one of them cannot be written as it is."""
    if not "".join(names).isprintable() or not _OURS.isdisjoint(names):
        return None
    return "".join(f"{name.replace('%', '%%')}: %s\r\n" for name in names)


@lru_cache(maxsize=64)
def _status(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return f"HTTP/1.1 {status} {known.get(status, '')}\r\n"
