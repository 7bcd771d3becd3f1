"""The socket: bytes to a call, the world it is for, the reply back to bytes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType

from aiohttp import web
from multidict import CIMultiDict

from mockserver.control import CONTROL, control
from mockserver.state.journal import Entry
from mockserver.values import Call, Reply, dumps
from mockserver.world import World, Worlds

# Seconds until a body that stops arriving is given up, and one that dribbles.
BODY_PAUSE = 8.0
BODY_TOTAL = 60.0
# Seconds until a request's head must have come, and until an idle connection is closed.
HEAD_TIMEOUT = 10.0


class MockServer:
    """The worlds behind one listening socket.

    ``start`` and ``stop`` give it a thread and an event loop of its own; ``open`` and ``close`` use the
    running loop. ``on_exchange`` is called, on the loop, with every exchange after it was answered.
    """

    def __init__(
        self,
        worlds: Worlds,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        max_body: int = 10 * 1024 * 1024,
        create_worlds: bool = False,
        on_exchange: Callable[[World, Entry], None] | None = None,
    ) -> None:
        """Nothing listens yet. ``port`` 0: any free one; ``max_body``: bytes, after decompression."""
        self.worlds = worlds
        self.host = host
        self.port = port
        self._wanted = port
        self._token = token
        self._max_body = max_body
        self._create_worlds = create_worlds
        self._on_exchange = on_exchange
        self._server: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """Where clients reach the default world, without a trailing slash."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def control(self) -> str:
        """The control endpoint of the default world."""
        return self.url + CONTROL

    # ---- life

    def start(self) -> MockServer:
        """Listen, in a thread of its own, and come back as soon as the socket does. Raises OSError."""
        listening: threading.Event = threading.Event()
        failed: list[BaseException] = []
        self._thread = threading.Thread(
            target=self._run, args=(listening, failed), name="mockserver", daemon=True
        )
        self._thread.start()
        listening.wait()
        if failed:
            self._thread.join()
            self._thread = None
            raise failed[0]
        return self

    def stop(self) -> None:
        """Stop listening and end the thread; nothing happens if there is none."""
        thread, loop = self._thread, self._loop
        if thread is not None and loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            self._thread = self._loop = None

    def __enter__(self) -> MockServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    async def open(self) -> None:
        """Listen, in the running loop. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = web.Server(self.handler, access_log=None, keepalive_timeout=HEAD_TIMEOUT)
        self._listener = await loop.create_server(self._server, self.host, self._wanted, backlog=1024)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, let requests in progress finish for two seconds, close all connections."""
        if self._listener is not None:
            self._listener.close()
        if self._server is not None:
            self._server.pre_shutdown()
            await self._server.shutdown(2.0)
        self._listener = self._server = None

    def _run(self, listening: threading.Event, failed: list[BaseException]) -> None:
        loop = self._loop = asyncio.new_event_loop()
        try:
            try:
                loop.run_until_complete(self.open())
            except BaseException as error:
                failed.append(error)
                return
            finally:
                listening.set()
            loop.run_forever()
            loop.run_until_complete(self.close())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    # ---- requests

    async def handler(self, request: web.BaseRequest) -> web.StreamResponse:
        """The response to one request."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.raw_path
        root = f"{request.scheme}://{headers.get('host', '')}"
        name = None
        if target.startswith("/~"):
            name, slash, rest = target[2:].partition("/")
            target, root = slash + rest or "/", f"{root}/~{name}"
        elif "x-mock-world" in headers:
            name = headers["x-mock-world"]
        world = self.worlds.default if name is None else self.worlds.get(name)
        if world is None:
            return _sent(
                Reply(404, {"X-Mock-Reason": "unknown-world"}, dumps({"message": f"no world {name}"}))
            )
        body = await request.content.read()
        method = "GET" if request.method == "HEAD" else request.method
        call = Call(method, target, headers, body, root)
        if call.path.startswith(CONTROL):
            return _sent(control(self.worlds, world, call))
        entry = world.exchange(call)
        if self._on_exchange is not None:
            self._on_exchange(world, entry)
        return _sent(entry.reply)


def _sent(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, headers=CIMultiDict(reply.headers), body=reply.body)
