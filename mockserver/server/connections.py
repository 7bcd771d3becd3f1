"""Connections that are bounded: how many there are, and how long one waits for a client that does not read.

The private names of aiohttp that are used here and in ``direct`` are listed here; ``fits`` says whether the
installed aiohttp has them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from mockserver.server.words import own
from mockserver.server.writing import written
from mockserver.values import Json, Reply
from mockserver.wire import Limits, response_of

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_PRIVATE = (
    "_waiter",
    "_paused",
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
    """Whether the installed aiohttp is built as these modules expect it."""
    known = {name for one in RequestHandler.__mro__ for name in getattr(one, "__slots__", ())}
    return known.issuperset(_PRIVATE) and "_buffer" in StreamReader.__slots__


class Server(web.Server):
    """aiohttp's server, within limits."""

    def __init__(self, handler: Handler, limits: Limits | None = None, **rest: Json) -> None:
        """``handler`` answers; ``rest`` is aiohttp's."""
        super().__init__(handler, **rest)
        self.limits = limits or Limits()
        self._rest = rest
        self._open = 0

    def __call__(self) -> Connection:
        """A connection."""
        return Connection(self, loop=self._loop, **self._rest)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Keep it if there is room: else one that nobody uses makes room for it, or it is refused."""
        super().connection_made(handler, transport)
        self._open += 1
        if self._open <= self.limits.connections:
            return
        idle = [one for one in self.connections if isinstance(one, Connection) and one.idle]
        if idle:
            min(idle, key=lambda one: one.due).force_close()
            return
        refusal = own(503, f"{self.limits.connections} connections are in use already", "connections")
        told = {**refusal.headers, "Connection": "close"}
        transport.write(written(Reply(refusal.status, told, refusal.body)))
        handler.force_close()

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Forget it."""
        super().connection_lost(handler, exc)
        self._open -= 1


class Connection(RequestHandler):
    """One connection."""

    __slots__ = ("_limits", "_stuck")

    def __init__(self, server: Server, **rest: Json) -> None:
        """A connection of ``server``."""
        super().__init__(server, **rest)
        self._limits = server.limits
        self._stuck: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether it waits for a request."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def due(self) -> float:
        """When it will be closed unless it is used."""
        return self._next_keepalive_close_time

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to: give it some time."""
        super().pause_writing()
        self._give_up_later()

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._wait_no_longer()

    def force_close(self) -> None:
        """Close the connection once what is on its way has been read, or has not been read for long."""
        if self.transport is not None and self.transport.get_write_buffer_size():
            self._give_up_later()
        super().force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget what was waited for."""
        super().connection_lost(exc)
        self._wait_no_longer()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The mock's own words for a request that cannot be read, and for a defect."""
        super().handle_error(request, status, exc, message)
        told = message or "a defect of the mock: see its log"
        response = response_of(own(status, told, "unreadable" if status < 500 else "broken"))
        response.force_close()
        return response

    def _give_up_later(self) -> None:
        transport = self.transport
        if transport is None:
            return
        self._wait_no_longer()
        left = transport.get_write_buffer_size()
        self._stuck = self._loop.call_later(self._limits.reader, self._give_up, transport, left)

    def _give_up(self, transport: asyncio.Transport, left: int) -> None:
        """Close the connection now if nothing was read meanwhile."""
        now = transport.get_write_buffer_size()
        if now >= left:
            transport.abort()
        elif now:
            self._stuck = self._loop.call_later(self._limits.reader, self._give_up, transport, now)

    def _wait_no_longer(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
