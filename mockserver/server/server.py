"""The socket: bytes to a call, the world it is for, the reply back to bytes."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from types import TracebackType
from urllib.parse import unquote

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from mockserver.control import CONTROL, control, stream, waits
from mockserver.origins import is_loopback, is_preflight, kept_out, preflight, readable
from mockserver.server.delivery import Sender
from mockserver.server.direct import DirectServer, Plain, fits
from mockserver.server.effects import spoilt
from mockserver.server.loops import new_loop
from mockserver.server.sockets import bound
from mockserver.server.stream import MOST as READERS
from mockserver.server.stream import Streams
from mockserver.server.waiting import Busy, Waiting
from mockserver.state.entry import Entry
from mockserver.values import Call, Effect, Json, Problem, Reply, dumps
from mockserver.wire import (
    MAX_BODY,
    BodyError,
    Limits,
    TooLarge,
    TooSlow,
    body_of,
    headers_of,
    response_of,
    target_of,
)
from mockserver.world import CommandError, World, Worlds

# Addresses that mean every interface, and the one of them at which this machine reaches itself.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}
# Seconds until a server on uvloop is taken to have stopped.
STOPPING = 5.0
# Bytes. A command with a longer body is carried out in a thread, so that other requests need not wait for it.
LONG = 64 * 1024


class MockServer:
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
        uvloop: bool = False,
    ) -> None:
        """Nothing listens yet. ``port`` 0: any free one; ``max_body``: bytes, also after decompression.

        Without a ``token``, one is made up if ``host`` can be reached from other machines. ``tell_all``: call
        ``on_exchange`` also for replies that the mock has nothing to say about. ``direct``: answer plain
        requests the moment they have been read; else every request is handled by a task of its own.
        ``uvloop``: run on that library's event loop where it is installed, if the thread is the server's.
        """
        self.worlds = worlds
        self.host = host
        self.port = port
        self.token = token or (None if _is_own(host) else secrets.token_urlsafe(24))
        self.limits = Limits(size=max_body)
        self._wanted_port = port
        self._create_worlds = create_worlds
        self._on_exchange = on_exchange
        self._tell_all = tell_all
        self._direct = direct and fits()
        self._uvloop = uvloop
        self._waiting = Waiting()
        self._streams = Streams()
        self._sender = Sender(worlds)
        self._server: web.Server | None = None
        self._listeners: list[asyncio.Server] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Where clients reach the default world, without a trailing slash."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def control(self) -> str:
        """The control endpoint of the default world."""
        return self.url + CONTROL

    # ---- life

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
            # uvloop may never end if clients connect at that very moment; its thread does not outlive us.
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
        server: web.Server = (
            DirectServer(self.handler, self, **rest) if self._direct else web.Server(self.handler, **rest)
        )
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
        server.pre_shutdown()
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

    # ---- requests

    async def handler(self, request: web.BaseRequest) -> web.StreamResponse:
        """The response to one request; what any aiohttp server may be given as its handler."""
        headers = headers_of(request)
        name, target, root = self._addressed(target_of(request), headers)
        if _is_control(target):
            return await self._controlled(request, headers, name, target, root)
        if is_preflight(request.method, headers):
            return response_of(preflight(headers))
        try:
            world = self._world(name, root)
        except CommandError as error:
            reply, last, effect = _own(404, str(error), "unknown-world"), False, None
        else:
            reply, last, effect = await self._answered(request, headers, world, target, root)
        if "origin" in headers:
            reply = readable(reply, headers["origin"])
        if effect is not None:
            return await spoilt(request, reply, effect)
        response = response_of(reply)
        if last:
            response.force_close()
        return response

    def plain(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Plain | None:
        """A request that has arrived whole, if it may be answered at once."""
        if len(body) > self.limits.size or "origin" in headers:
            return None
        name, target, root = self._addressed(target, headers)
        return None if _is_control(target) else Plain(name, Call(method, target, headers, body, root))

    def at_once(self, plain: Plain) -> Reply | None:
        """The reply to such a request; None, and nothing done, if it must take the ordinary way this time."""
        try:
            world = self._world(plain.world, plain.call.root)
        except CommandError:
            return None
        return self._exchanged(world, plain.call, whole=True)[0] if world.undisturbed else None

    def _exchanged(
        self, world: World, call: Call, refused: Problem | None = None, *, whole: bool = False
    ) -> tuple[Reply, Effect | None]:
        """The world's reply, and what happens to it on its way."""
        reply, line = world.respond(call, refused, whole=whole)
        why = line.diagnosis
        if self._on_exchange is not None and (self._tell_all or why.reason or why.breach):
            self._on_exchange(world, line.answered(reply))
        return reply, line.effect

    def _addressed(self, target: str, headers: Mapping[str, str]) -> tuple[str | None, str, str]:
        """The name of the world that is asked for, the target inside it, and how it was addressed."""
        host = headers.get("host", "")
        root = f"http://{host}" if host else self.url
        if target.startswith("/~"):
            path, mark, query = target.partition("?")
            prefix, slash, rest = path[2:].partition("/")
            return (
                unquote(prefix),
                f"{slash}{rest}{mark}{query}" if slash else f"/{mark}{query}",
                f"{root}/~{prefix}",
            )
        name = headers.get("x-mock-world")
        if name is None and ".localhost" in host and is_loopback(host):
            name = host.rpartition(".")[0]
        return name, target, root

    def _world(self, name: str | None, root: str) -> World:
        """The world of that name, made first if the server may. Raises CommandError."""
        if name is None:
            return self.worlds.default
        world = self.worlds.get(name)
        if world is None and self._create_worlds and root.endswith(f"/~{name}"):
            self.worlds.create_world(name)
        return world or self.worlds.named(name)

    async def _answered(
        self, request: web.BaseRequest, headers: Mapping[str, str], world: World, target: str, root: str
    ) -> tuple[Reply, bool, Effect | None]:
        """The world's reply, whether the connection must end with it, and what happens to it on its way."""
        method = "GET" if request.method == "HEAD" else request.method
        problem = None
        try:
            body = await body_of(request, headers, self.limits)
        except TooSlow:
            return _own(408, "the body did not arrive in time", "timeout"), True, None
        except BodyError as error:
            body, problem = b"", self._refusal(error)
        reply, effect = self._exchanged(world, Call(method, target, headers, body, root), problem)
        return reply, problem is not None, effect

    def _refusal(self, error: BodyError) -> Problem:
        """A body that cannot be had, as a problem that the service words."""
        if isinstance(error, TooLarge):
            limit = self.limits.size
            return Problem("too_large", diagnosis=f"the body is larger than {limit} bytes", limit=limit)
        return Problem("malformed", diagnosis=f"the body cannot be read: {error}", reason=str(error))

    # ---- commands

    async def _controlled(
        self, request: web.BaseRequest, headers: Mapping[str, str], name: str | None, target: str, root: str
    ) -> web.StreamResponse:
        """The response of the control endpoint, which answers whatever was forced upon the services."""
        refused = kept_out(headers, EVERYWHERE.get(self.host, self.host), self.token)
        if refused is not None:
            return self._shut(*refused)
        try:
            body = await body_of(request, headers, self.limits)
        except TooLarge:
            return self._shut(413, f"the body is larger than {self.limits.size} bytes")
        except TooSlow:
            return self._shut(408, "the body did not arrive in time")
        except BodyError as error:
            return self._shut(400, f"the body cannot be read: {error}")
        if self._create_worlds:
            with suppress(CommandError):
                self._world(name, root)
        method = "GET" if request.method == "HEAD" else request.method
        call = Call(method, target, headers, body, root)
        if request.method == "GET" and (asked := stream(self.worlds, name, call)) is not None:
            return await self._streamed(request, asked)
        if waits(call):
            return await self._waited(name, call)
        if len(body) > LONG:
            return response_of(await asyncio.to_thread(control, self.worlds, name, call))
        return response_of(control(self.worlds, name, call))

    async def _streamed(
        self, request: web.BaseRequest, asked: tuple[World, dict[str, Json]] | Reply
    ) -> web.StreamResponse:
        """The stream that was asked for; a refusal where it may not be, or where there are too many."""
        if isinstance(asked, Reply):
            return response_of(asked)
        if self._streams.full:
            return response_of(_own(503, f"{READERS} readers are following already", "control"))
        return await self._streams.send(request, *asked)

    async def _waited(self, name: str | None, call: Call) -> web.StreamResponse:
        """The response to a command that waits; a refusal where too many do."""
        try:
            return response_of(await self._waiting.run(lambda: control(self.worlds, name, call)))
        except Busy as error:
            return response_of(_own(503, str(error), "control"))

    def _wake(self) -> None:
        """Let no command wait any longer."""
        for world in self.worlds:
            world.wake()
        self._waiting.close()

    def _shut(self, status: int, message: str) -> web.StreamResponse:
        response = response_of(_own(status, message, "control"))
        response.force_close()
        return response


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


def _is_control(target: str) -> bool:
    return target.startswith(CONTROL) and target[len(CONTROL) : len(CONTROL) + 1] in ("", "/", "?")


def _own(status: int, message: str, reason: str) -> Reply:
    """A reply in the mock's own words, where no service is asked."""
    headers = {"Content-Type": "application/json", "X-Mock-Reason": reason}
    return Reply(status, headers, dumps({"errors": [message], "message": message}))
