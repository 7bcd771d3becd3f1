"""A reply as the bytes that are sent: what aiohttp would send, without a response object."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus

from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE

from mockserver.values import Reply
from mockserver.wire import safe

# Replies without a body, and headers that are never a reply's own: those of the body's length.
EMPTY = frozenset({204, 304, *range(100, 200)})
_OURS = frozenset({"Content-Length", "Transfer-Encoding"})


def written(reply: Reply) -> bytes:
    """Head and body, with the headers that aiohttp adds to every response."""
    headers, body = reply.headers, reply.body
    values = tuple(headers.values())
    form = _form(reply.status, tuple(headers))
    if form is not None and "".join(values).isprintable():
        head = list(form)
        head[1::2] = (*values, str(len(body)), rfc822_formatted_time())
        return "".join(head).encode() + body
    kept = {name: value for name, value in safe(headers).items() if name not in _OURS}
    told = "".join([f"{name}: {value}\r\n" for name, value in kept.items()])
    if reply.status in EMPTY:
        length, body = "", b""
    else:
        length = f"Content-Length: {len(body)}\r\n"
        if body and "Content-Type" not in headers:
            length += "Content-Type: application/octet-stream\r\n"
    end = f"Date: {rfc822_formatted_time()}\r\nServer: {SERVER_SOFTWARE}\r\n\r\n"
    return f"{_first(reply.status)}{told}{length}{end}".encode() + body


@lru_cache(maxsize=512)
def _form(status: int, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The head of such a reply in parts: every second is a place, for the values, the length and the time.

    None where a head needs more care.
    """
    careful = status in EMPTY or "Content-Type" not in names or not _OURS.isdisjoint(names)
    if careful or not "".join(names).isprintable():
        return None
    parts = [_first(status)]
    for name in (*names, "Content-Length", "Date"):
        parts[-1] += f"{name}: "
        parts += ["", "\r\n"]
    parts[-1] += f"Server: {SERVER_SOFTWARE}\r\n\r\n"
    return tuple(parts)


def _first(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return f"HTTP/1.1 {status} {known.get(status, '')}\r\n"
