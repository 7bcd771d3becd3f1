"""What a request meets: a world that answers it, or a command of the control endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from aiohttp import web

from mockserver.control import CONTROL, control, stream, waits
from mockserver.origins import is_loopback, is_preflight, kept_out, preflight, readable
from mockserver.server.direct import Answered
from mockserver.server.effects import spoilt
from mockserver.server.reading import Plain
from mockserver.server.stream import MOST as READERS
from mockserver.server.stream import Streams
from mockserver.server.waiting import Busy, Waiting
from mockserver.server.words import own
from mockserver.state.entry import Entry
from mockserver.values import Call, Effect, Json, Problem, Reply
from mockserver.wire import (
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
# Bytes. A command with a longer body is carried out in a thread, so that other requests need not wait for it.
LONG = 64 * 1024


class _Address(NamedTuple):
    """The name of the world that is asked for, the target inside it, how it was addressed, if it commands."""

    world: str | None
    target: str
    root: str
    commands: bool


class Requests:
    """The worlds as requests reach them; ``limits`` may be replaced."""

    def __init__(
        self,
        worlds: Worlds,
        host: str,
        port: int,
        token: str | None,
        max_body: int,
        create_worlds: bool,
        on_exchange: Callable[[World, Entry], None] | None,
        tell_all: bool,
    ) -> None:
        """See MockServer. ``token``: the secret of the control endpoint, if it has one."""
        self.worlds = worlds
        self.host = host
        self.port = port
        self.token = token
        self.limits = Limits(size=max_body)
        self._create_worlds = create_worlds
        self._on_exchange = on_exchange
        self._tell_all = tell_all
        self._waiting = Waiting()
        self._streams = Streams()

    @property
    def url(self) -> str:
        """Where clients reach the default world, without a trailing slash."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def control(self) -> str:
        """The control endpoint of the default world."""
        return self.url + CONTROL

    async def handler(self, request: web.BaseRequest) -> web.StreamResponse:
        """The response to one request; what any aiohttp server may be given as its handler."""
        headers = headers_of(request)
        name, target, root, commands = self._addressed(target_of(request), headers)
        if commands:
            return await self._controlled(request, headers, name, target, root)
        if is_preflight(request.method, headers):
            return response_of(preflight(headers))
        try:
            world = self._world(name, root)
        except CommandError as error:
            reply, last, effect = own(404, str(error), "unknown-world"), False, None
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
        if len(body) > self.limits.size:
            return None
        name, target, root, commands = self._addressed(target, headers)
        if commands:
            return None
        return Plain(name, Call(method, target, headers, body, root), headers.get("origin"))

    def at_once(self, plain: Plain) -> Answered | None:
        """The reply to such a request, and what happens to it on its way; None if no world answers it."""
        name, call, origin = plain
        try:
            world = self.worlds.default if name is None else self._world(name, call.root)
        except CommandError:
            return None
        reply, effect = self._exchanged(world, call)
        return reply if origin is None else readable(reply, origin), effect

    def _exchanged(self, world: World, call: Call, refused: Problem | None = None) -> Answered:
        """The world's reply, and what happens to it on its way."""
        reply, line = world.respond(call, refused)
        if self._on_exchange is not None:
            why = line.diagnosis
            if self._tell_all or why.reason or why.breach:
                self._on_exchange(world, line.answered(reply))
        return reply, line.effect

    def _addressed(self, target: str, headers: Mapping[str, str]) -> _Address:
        host = headers.get("host", "")
        root = f"http://{host}" if host else self.url
        return _address(target, host, root, headers.get("x-mock-world"))

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
            return own(408, "the body did not arrive in time", "timeout"), True, None
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
            return response_of(own(503, f"{READERS} readers are following already", "control"))
        return await self._streams.send(request, *asked)

    async def _waited(self, name: str | None, call: Call) -> web.StreamResponse:
        """The response to a command that waits; a refusal where too many do."""
        try:
            return response_of(await self._waiting.run(lambda: control(self.worlds, name, call)))
        except Busy as error:
            return response_of(own(503, str(error), "control"))

    def _wake(self) -> None:
        """Let no command wait any longer."""
        for world in self.worlds:
            world.wake()
        self._waiting.close()

    def _shut(self, status: int, message: str) -> web.StreamResponse:
        response = response_of(own(status, message, "control"))
        response.force_close()
        return response


@lru_cache(maxsize=256)
def _address(target: str, host: str, root: str, named: str | None) -> _Address:
    """What a target means; ``root``: how the host was addressed; ``named``: the world of its own header."""
    name = named
    if target.startswith("/~"):
        path, mark, query = target.partition("?")
        prefix, slash, rest = path[2:].partition("/")
        name, root = unquote(prefix), f"{root}/~{prefix}"
        target = f"{slash}{rest}{mark}{query}" if slash else f"/{mark}{query}"
    elif name is None and ".localhost" in host and is_loopback(host):
        name = host.rpartition(".")[0]
    commands = target.startswith(CONTROL) and target[len(CONTROL) : len(CONTROL) + 1] in ("", "/", "?")
    return _Address(name, target, root, commands)
