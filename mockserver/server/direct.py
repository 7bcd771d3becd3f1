"""Plain requests answered the moment they have been read, without a task or a response object for each.

A world answers synchronously, so a request that has arrived whole can be answered where it was parsed.
Everything else takes the ordinary way through aiohttp's handler: bodies still on their way, HTTP/1.0,
upgrades, the control endpoint, replies with a fault on them, clients that do not read what they are sent.
Both ways parse with the same parser, hand the world the same call and send the same bytes.

aiohttp has no public place for this. The private names used here are listed in ``connections``, and the
black-box tests of the server run on both ways.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web
from aiohttp.http import HttpVersion11, RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

from mockserver.server.connections import Connection, Handler, Server
from mockserver.server.effects import spoilt
from mockserver.server.reading import SPECIAL, Plain, Reading
from mockserver.server.writing import written
from mockserver.values import Effect, Json, Reply
from mockserver.wire import Limits, headers_from, target_from

# Bytes that are taken from a socket at once.
CHUNK = 64 * 1024
# Seconds that the rest of a body is waited for before the request takes the ordinary way.
PATIENCE = 0.1
# Requests that the parser may have read and still have read all: it stops at twice as many.
FEW = 16
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
Answered = tuple[Reply, Effect | None]


class Answers(Protocol):
    """What answers plain requests."""

    def plain(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Plain | None:
        """The request, or None if it must take the ordinary way."""
        ...

    def at_once(self, plain: Plain) -> Answered | None:
        """The reply, and what happens to it on its way; None, and nothing done, for the ordinary way."""
        ...


class DirectServer(Server):
    """aiohttp's server, with connections that answer plain requests at once."""

    def __init__(
        self, handler: Handler, answers: Answers, limits: Limits | None = None, **rest: Json
    ) -> None:
        """``handler`` is the ordinary way, ``answers`` the short one."""
        super().__init__(self._ordinary, limits, **rest)
        self._handler = handler
        self.answers = answers
        self.reading = Reading(answers.plain)
        # All connections read into the same place, one after another: what they get is copied out at once.
        self.buffer = memoryview(bytearray(CHUNK))

    def __call__(self) -> DirectConnection:
        """A connection."""
        kind = BufferedConnection if isinstance(self._loop, asyncio.BaseEventLoop) else DirectConnection
        return kind(self, loop=self._loop, **self._rest)

    async def _ordinary(self, request: web.BaseRequest) -> web.StreamResponse:
        """The response to a request that was not answered at once, or not wholly."""
        connection = request.protocol
        if isinstance(connection, DirectConnection) and connection.answered is not None:
            (reply, effect), connection.answered = connection.answered, None
            return await spoilt(request, reply, effect)
        return await self._handler(request)


class DirectConnection(Connection):
    """One connection."""

    __slots__ = (
        "_at_once",
        "_awaited",
        "_begun",
        "_between",
        "_last",
        "_late",
        "_read",
        "_server",
        "answered",
    )

    def __init__(self, server: DirectServer, **rest: Json) -> None:
        """A connection of ``server``."""
        super().__init__(server, **rest)
        self._server = server
        self._read, self._at_once = server.reading.read, server.answers.at_once
        # The reply to the next request of the ordinary way, where only what happens to it is left to do.
        self.answered: tuple[Reply, Effect] | None = None
        # Whether the ordinary way has been handed anything; before that it may not have begun to wait.
        self._begun = False
        # Whether the parser has read all that it was given, so that the next byte begins a request.
        self._between = True
        # The body of the last request that the parser has seen.
        self._last: StreamReader = EMPTY_PAYLOAD
        # A request that the parser has not seen because the rest of its body should come at any moment.
        self._awaited = b""
        self._late: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Answer what has arrived, as far as that can be done at once; leave the rest to the ordinary way."""
        waiter = self._waiter
        if (self._begun or self._close or self._force_close) if waiter is None else waiter.done():
            # A request is being answered, or the connection is being closed.
            self._fed(data)
            return
        if self._between and data:
            found = self._read(self._awaited + data if self._awaited else data)
            if isinstance(found, int):
                if not self._awaited:
                    self._await(data)
                    return
            elif found is not None and self._sent(found):
                if self._awaited:
                    self._no_longer_awaited()
                return
        # With no waiter to wake, what is read stays in the queue.
        self._waiter = None
        try:
            self._fed(data)
        finally:
            self._waiter = waiter
        self._answer_all(waiter)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget what was awaited."""
        self._no_longer_awaited()
        super().connection_lost(exc)

    def _await(self, data: bytes) -> None:
        """Wait a moment for the rest of a body: many clients send it after the head."""
        self._awaited = data
        self._late = self._loop.call_later(PATIENCE, self._waited)
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout

    def _waited(self) -> None:
        """Leave a body that did not come to the ordinary way, with its limits."""
        if self.transport is not None and not self.transport.is_closing():
            self.data_received(b"")

    def _no_longer_awaited(self) -> bytes:
        data, self._awaited = self._awaited, b""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        return data

    def _fed(self, data: bytes) -> None:
        """Let the parser see ``data``, after what it has not seen yet, and find out how far it came."""
        if self._awaited:
            self._fed(self._no_longer_awaited())
        messages = self._messages
        before = len(messages)
        super().data_received(data)
        count = len(messages) - before
        if count:
            message, self._last = messages[-1]
        if (
            not data
            or self._upgraded
            or self._buffer_paused
            or self._reading_paused
            or len(messages) > FEW
            or not self._last.is_eof()
        ):
            # It is in the midst of something, or may be.
            self._between = False
        elif data.endswith(b"\r\n\r\n"):
            # No head goes on after an empty line, and no body is open.
            self._between = True
        else:
            self._between = (
                count == 1
                and isinstance(message, RawRequestMessage)
                and not message.chunked
                and not message.compression
                and data.find(b"\r\n\r\n") + 4 + self._last.total_bytes == len(data)
            )

    def _answer_all(self, waiter: asyncio.Future[None] | None) -> None:
        """Answer what the parser has read, in order, up to the first that must take the ordinary way."""
        messages = self._messages
        while messages and not (waiter is not None and waiter.done()):
            plain = self._plain(*messages[0]) if self.answered is None else None
            if plain is None or not self._sent(plain):
                break
            messages.popleft()
            if self._parser is not None:
                self._parser.message_consumed()
        if messages:
            self._begun = True
            if waiter is not None and not waiter.done():
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
        if not SPECIAL.isdisjoint(headers):
            return None
        # Not payload.read_nowait(): that reads on, and leaves nothing for the ordinary way.
        body = b"" if payload is EMPTY_PAYLOAD else b"".join(payload._buffer)
        return self._server.answers.plain(message.method, target_from(message.path), headers, body)

    def _sent(self, plain: Plain) -> bool:
        """Whether the request could be answered at once, and wholly."""
        transport = self.transport
        if transport is None or self._paused:
            return False
        found = self._at_once(plain)
        if found is None:
            return False
        reply, effect = found
        if effect is not None:
            self.answered = reply, effect
            return False
        transport.write(written(reply))
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        return True


class BufferedConnection(DirectConnection, asyncio.BufferedProtocol):
    """One connection on a loop of asyncio, which else makes room for every read anew."""

    __slots__ = ()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return self._server.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take ``nbytes`` that have come."""
        self.data_received(bytes(self._server.buffer[:nbytes]))
