"""The socket: where it is bound, and the thread and the loop that serve what comes to it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from types import TracebackType

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from mockserver.origins import is_loopback
from mockserver.server.connections import Server, fits
from mockserver.server.delivery import Sender
from mockserver.server.direct import DirectServer
from mockserver.server.loops import new_loop
from mockserver.server.requests import Requests
from mockserver.server.sockets import bound
from mockserver.state.entry import Entry
from mockserver.values import Json
from mockserver.wire import MAX_BODY
from mockserver.world import World, Worlds

# Seconds until a server on uvloop is taken to have stopped.
STOPPING = 5.0


class MockServer(Requests):
    """The worlds behind one listening socket.

    ``start`` and ``stop`` give it a thread and an event loop of its own; ``open`` and ``close`` use the
    running loop. ``on_exchange`` is called on that loop with each exchange before its reply is sent.
    ``limits`` may be replaced before that.
    """

    def __init__(
        self,
        worlds: Worlds,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        max_body: int = MAX_BODY,
        create_worlds: bool = False,
        on_exchange: Callable[[World, Entry], None] | None = None,
        tell_all: bool = True,
        direct: bool = True,
        uvloop: bool = True,
    ) -> None:
        """Nothing listens yet. ``port`` 0: any free one; ``max_body``: bytes, also after decompression.

        Without a ``token``, one is made up if ``host`` can be reached from other machines. ``tell_all``: call
        ``on_exchange`` also for replies that the mock has nothing to say about. ``direct``: answer plain
        requests the moment they have been read; else every request is handled by a task of its own.
        ``uvloop``: run on that library's event loop where it is installed, if the thread is the server's; it
        is faster, and changes nothing else.
        """
        token = token or (None if _is_own(host) else secrets.token_urlsafe(24))
        super().__init__(worlds, host, port, token, max_body, create_worlds, on_exchange, tell_all)
        self._wanted_port = port
        self._direct = direct
        self._uvloop = uvloop
        self._sender = Sender(worlds)
        self._server: web.Server | None = None
        self._listeners: list[asyncio.Server] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    def start(self) -> MockServer:
        """Listen, in a thread of its own; the socket is bound when this comes back. Raises OSError."""
        if self._thread is not None:
            raise RuntimeError("the server is running already")
        listening = threading.Event()
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with asyncio.Runner(loop_factory=partial(new_loop, self._uvloop)) as runner:
                    runner.run(self._run(listening))
            except BaseException as error:
                if listening.is_set():
                    raise
                failed.append(error)
            finally:
                listening.set()

        thread = threading.Thread(target=run, name="mockserver", daemon=True)
        thread.start()
        listening.wait()
        if failed:
            thread.join()
            raise failed[0]
        self._thread = thread
        return self

    def stop(self) -> None:
        """Stop listening and end the thread; nothing happens if there is none."""
        thread, loop, end = self._thread, self._loop, self._end
        if thread is not None and loop is not None and end is not None:
            loop.call_soon_threadsafe(end.set)
            # Should uvloop not end, nobody waits for it: its thread does not outlive us.
            thread.join(STOPPING if self._uvloop else None)
            self._thread = self._loop = self._end = None

    def __enter__(self) -> MockServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    async def open(self) -> None:
        """Listen, in the running loop. Raises OSError."""
        loop = asyncio.get_running_loop()
        head = self.limits.head
        rest: dict[str, Json] = {
            "access_log": None,
            "keepalive_timeout": head,
            "lingering_time": 1.0,
            "logger": _log(),
        }
        server: web.Server
        if not fits():
            server = web.Server(self.handler, **rest)
        elif self._direct:
            server = DirectServer(self.handler, self, self.limits, **rest)
        else:
            server = Server(self.handler, self.limits, **rest)
        sockets = bound(self.host, self._wanted_port)
        self.port = sockets[0].getsockname()[1]
        for one in sockets:
            self._listeners.append(await loop.create_server(server, sock=one, backlog=1024))
        self._server = server
        self._sender.open(self.port)

    async def close(self) -> None:
        """Stop listening, give requests in progress two seconds, close all connections."""
        listeners, server = self._listeners, self._server
        self._listeners, self._server = [], None
        if server is None:
            return
        # What was accepted a moment ago becomes a connection in the next turns of the loop; asyncio leaks
        # it if the listener is closed by then. So: accept no more, let those become connections, close.
        loop = asyncio.get_running_loop()
        if isinstance(loop, asyncio.SelectorEventLoop):
            for one in listeners:
                for each in one.sockets:
                    loop.remove_reader(each.fileno())
        for _ in range(3):
            await asyncio.sleep(0)
        for one in listeners:
            one.close()
        self._wake()
        transports = [connection.transport for connection in server.connections]
        for _ in range(3):
            # A connection that has not begun to wait for a request is told in vain: it would wait for ever.
            server.pre_shutdown()
            await asyncio.sleep(0)
        await server.shutdown(2.0)
        self._wake()  # also those that began to wait meanwhile
        await self._sender.close()
        for transport in transports:
            # A reader so slow that its reply still waits to be sent would keep the connection for ever.
            if transport is not None:
                transport.abort()
        await asyncio.sleep(0)

    async def _run(self, listening: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await self.open()
        try:
            listening.set()
            await self._end.wait()
        finally:
            await self.close()


def _log() -> logging.Logger:
    """Where aiohttp tells of defects: not of what it could not read, nor of clients that left."""
    log = logging.getLogger("mockserver.server")
    if not log.filters:
        log.addFilter(_is_defect)
    return log


def _is_defect(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, ConnectionError))


def _is_own(host: str) -> bool:
    """Whether only this machine can reach a socket bound to ``host``."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return is_loopback(host)
