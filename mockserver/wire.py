"""What aiohttp read and what it is to write, as plain values: headers, target, bounded body; response."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from aiohttp import web

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

from mockserver.values import Reply

MAX_BODY = 10 * 1024 * 1024  # bytes
# Connections, where the system allows any number, and files that are left for other things where it does not.
MOST_CONNECTIONS, SPARE = 4096, 64
# Every visible ASCII character: what a target may hold besides the percent-encoding added to it.
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


def affordable() -> int:
    """How many connections this process may keep open, with some files left for everything else."""
    if resource is None:
        return MOST_CONNECTIONS
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_CONNECTIONS if files < 0 else min(MOST_CONNECTIONS, max(16, files - SPARE))


class BodyError(Exception):
    """A body that cannot be had: TooLarge | TooSlow | Garbled."""


class TooLarge(BodyError):
    """It is longer than the limit, as sent or after decompression."""


class TooSlow(BodyError):
    """It stopped arriving, or took too long altogether."""


class Garbled(BodyError):
    """Its chunks or its compression are broken."""


@dataclass(frozen=True, slots=True)
class Limits:
    """size: bytes of a body; connections: how many there may be; the others are seconds.

    ``head``: until a request's head must have come, and until an idle connection is closed; ``pause``: that
    a body may stop arriving; ``whole``: until all of it must have come; ``reader``: that a client may read
    nothing of what it is sent.
    """

    size: int = MAX_BODY
    head: float = 10.0
    pause: float = 8.0
    whole: float = 60.0
    reader: float = 30.0
    connections: int = field(default_factory=affordable)


def headers_of(request: web.BaseRequest) -> dict[str, str]:
    """All headers by their names in lower case; what was sent twice is joined by a comma."""
    return headers_from(request.raw_headers)


def headers_from(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The same, from names and values as they were sent. Values are UTF-8, or else Latin-1."""
    found: dict[str, str] = {}
    for name, value in raw:
        key = _lower(name)
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def target_of(request: web.BaseRequest) -> str:
    """Path and query as they were sent: percent-encoded, from the first slash; ``*`` becomes ``/*``."""
    return target_from(request.raw_path)


def target_from(target: str) -> str:
    """The same, from a request's first line."""
    if not target.startswith("/"):
        rest = target.partition("://")[2]
        target = "/" + (rest.partition("/")[2] if rest else target)
    if not target.isascii():
        target = quote(target.encode(errors="surrogateescape"), safe=_VISIBLE)
    return target


async def body_of(request: web.BaseRequest, headers: Mapping[str, str], limits: Limits) -> bytes:
    """The body, decompressed. Raises BodyError."""
    if not request.body_exists:
        return b""
    length = request.content_length
    if length is not None and length > limits.size:
        raise TooLarge
    content = request.content
    try:
        if content.is_eof():
            body = content.read_nowait()
        else:
            if headers.get("expect", "").lower() == "100-continue":
                await _go_on(request)
            body = await _read(request, limits)
    except web.RequestPayloadError as error:
        raise Garbled(str(error)) from error
    except TimeoutError as error:
        raise TooSlow from error
    if len(body) > limits.size:
        raise TooLarge
    return body


def response_of(reply: Reply) -> web.Response:
    """The response that sends ``reply``; nothing in its headers can end a line or the message."""
    response = web.Response(status=reply.status, headers=safe(reply.headers), body=reply.body)
    response.headers.pop("Content-Length", None)
    response.headers.pop("Transfer-Encoding", None)
    return response


def safe(headers: Mapping[str, str]) -> Mapping[str, str]:
    """``headers``, in which nothing can end a line or the message."""
    if "".join((*headers, *headers.values())).isprintable():
        return headers
    return {_line(name): _line(value) for name, value in headers.items()}


async def _go_on(request: web.BaseRequest) -> None:
    """Tell a client that waits for it to send its body. The low-level server leaves this to its handler."""
    writer = request.writer
    await writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    writer.output_size = 0


async def _read(request: web.BaseRequest, limits: Limits) -> bytes:
    content, now = request.content, asyncio.get_running_loop().time
    end = now() + limits.whole
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(limits.pause) as patience:
        while part := await content.readany():
            parts.append(part)
            size += len(part)
            if size > limits.size:
                raise TooLarge
            patience.reschedule(min(end, now() + limits.pause))
    return b"".join(parts)


@lru_cache(maxsize=512)
def _lower(name: bytes) -> str:
    """The name of a header in lower case; clients send the same few again and again."""
    return name.decode("latin-1").lower()


def _line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)
