"""What a fault does to a reply on its way: late, in pieces, cut off, garbled, or not at all."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus

from aiohttp import web

from mockserver.values import Effect, Reply
from mockserver.wire import response_of, safe

# Pieces of a body that is dribbled.
PIECES = 20
# Seconds between looks at whether the client still waits.
GLANCE = 0.2
# Close at once: what was not sent yet is thrown away, and the other side is told of a reset.
_NO_LINGER = struct.pack("ii", 1, 0)


async def spoilt(request: web.BaseRequest, reply: Reply, effect: Effect) -> web.StreamResponse:
    """The response after ``effect`` was done to ``reply``; where the connection is closed, one for nobody."""
    if effect.where == "headers" or effect.ending in ("drop", "empty"):
        await _waited(request, effect.delay)
    if effect.ending:
        return await _ended(request, reply, effect)
    if effect.where == "headers" or not reply.body or request.method == "HEAD":
        return response_of(reply)
    return await _slow(request, reply, effect)


async def _slow(request: web.BaseRequest, reply: Reply, effect: Effect) -> web.StreamResponse:
    """A response whose headers are sent, and its body after a while or in pieces."""
    whole = response_of(reply)
    response = web.StreamResponse(status=reply.status, headers=whole.headers)
    response.content_length = len(reply.body)
    with suppress(ConnectionError):  # the client did not wait
        await response.prepare(request)
        async for piece in _pieces(request, reply.body, effect):
            await response.write(piece)
    return response


async def _ended(request: web.BaseRequest, reply: Reply, effect: Effect) -> web.StreamResponse:
    """A response to nobody, after as much of the reply was sent as should be, and the connection closed."""
    transport = request.transport
    if transport is None:
        return web.Response()
    if effect.ending == "drop":
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
        return web.Response()
    if effect.ending in ("cut", "chunk"):
        late = effect if effect.where != "headers" else Effect()
        # What is not late is sent at once, so that no two clients find it in different pieces.
        waiting = bytearray(_head(reply, effect))
        if late.delay:
            transport.write(bytes(waiting))
            waiting.clear()
        async for piece in _pieces(request, reply.body, late):
            waiting += piece if effect.ending == "cut" else b"%x\r\n%b\r\n" % (len(piece), piece)
            if late.delay:
                transport.write(bytes(waiting))
                waiting.clear()
        transport.write(bytes(waiting) + (b"no-size\r\n" if effect.ending == "chunk" else b""))
    transport.close()
    return web.Response()


async def _pieces(request: web.BaseRequest, body: bytes, effect: Effect) -> AsyncIterator[bytes]:
    """The body: after the delay, or in pieces all over it."""
    if effect.where != "dribble":
        await _waited(request, effect.delay)
        yield body
        return
    size = -(-len(body) // PIECES) or 1
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    for part in parts:
        await _waited(request, effect.delay / len(parts))
        yield part


async def _waited(request: web.BaseRequest, seconds: float) -> None:
    """Nothing, after so many seconds, or soon after the client has given up."""
    now = asyncio.get_running_loop().time
    end = now() + seconds
    while (left := end - now()) > 0 and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(min(left, GLANCE))


def _head(reply: Reply, effect: Effect) -> bytes:
    """The head of a reply that promises more than will come."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = ""
    length = "Transfer-Encoding: chunked" if effect.ending == "chunk" else f"Content-Length: {effect.length}"
    lines = [f"{name}: {value}" for name, value in safe(reply.headers).items()]
    return "\r\n".join([f"HTTP/1.1 {reply.status} {phrase}", *lines, length, "", ""]).encode(
        "utf-8", "surrogateescape"
    )
