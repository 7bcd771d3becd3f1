"""The short reading of a request that arrived whole and says nothing unusual.

What is read here is read as aiohttp's parser reads it, because very little is: a method, a path and headers
of a few plain characters, and a body whose length was told. For everything else there is the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from mockserver.values import Call

# Requests, first lines and headers that are remembered, because clients send the same again and again;
# bytes of a request, and of a line, that is worth it.
REMEMBERED, SHORT, SHORT_LINE = 512, 2048, 512
# Bytes of a head, and how many headers there may be: less than the parser lets pass.
LONGEST, MOST = 4096, 64
# Bytes of a body that is waited for.
AWAITED = 64 * 1024
_FIRST = re.compile(rb"(GET|POST|PUT|PATCH|DELETE) (/[A-Za-z0-9/%?&=._~:@!$'()*+,;-]*) HTTP/1\.1")
_HEADER = re.compile(rb"([A-Za-z0-9_-]+): *([!-~]+(?: +[!-~]+)*) *")
_LENGTH = re.compile(r"0|[1-9][0-9]{0,8}")
# With these a connection does more than carry a request and its reply, or a body is more than its bytes.
SPECIAL = frozenset({"content-encoding", "expect", "upgrade"})
_UNREAD = SPECIAL | {"proxy-connection", "sec-websocket-key1", "te", "trailer", "transfer-encoding"}


class Plain(NamedTuple):
    """A request that arrived whole: the call, the world that it is for, by name, and the page it is from."""

    world: str | None
    call: Call
    origin: str | None


What = TypeVar("What")
Placed = Callable[[str, str, Mapping[str, str], bytes], Plain | None]


class Reading:
    """Reads requests for one server."""

    def __init__(self, placed: Placed) -> None:
        """``placed``: the request of a method, a target, headers and a body; None for the ordinary way."""
        self._placed = placed
        self._whole: dict[bytes, Plain] = {}
        self._firsts: dict[bytes, tuple[str, str]] = {}
        self._headers: dict[bytes, tuple[str, str]] = {}

    def read(self, data: bytes) -> Plain | int | None:
        """The request that ``data`` is; how many bytes of its body are missing; None for the parser."""
        known = self._whole.get(data)
        if known is not None:
            return known
        end = data.find(b"\r\n\r\n")
        if not 0 < end <= LONGEST:
            return None
        first, *lines = data[:end].split(b"\r\n")
        method, target = self._firsts.get(first) or self._first(first)
        if not method or len(lines) > MOST:
            return None
        headers: dict[str, str] = {}
        seen = True
        for line in lines:
            header = self._headers.get(line)
            if header is None:
                header, seen = self._header(line), False
            if header is None:
                return None
            headers[header[0]] = header[1]
        if len(headers) < len(lines) or "host" not in headers:
            return None
        body = data[end + 4 :]
        missing = int(headers.get("content-length", 0)) - len(body)
        if missing:
            return missing if 0 < missing < AWAITED else None
        if not seen or len(data) > SHORT:
            return self._placed(method, target, headers, body)
        plain = self._placed(method, target, MappingProxyType(headers), body)
        if plain is not None:
            _keep(self._whole, data, plain)
        return plain

    def _first(self, line: bytes) -> tuple[str, str]:
        """Method and target; both are empty if the parser must see them."""
        found = _FIRST.fullmatch(line)
        if found is None:
            return "", ""
        asked = found[1].decode(), found[2].decode()
        if len(line) <= SHORT_LINE:
            _keep(self._firsts, line, asked)
        return asked

    def _header(self, line: bytes) -> tuple[str, str] | None:
        """The name in lower case and the value; None if the parser must see them."""
        found = _HEADER.fullmatch(line)
        if found is None:
            return None
        name, value = found[1].decode().lower(), found[2].decode()
        if (
            name in _UNREAD
            or (name == "connection" and value.lower() != "keep-alive")
            or (name == "content-length" and not _LENGTH.fullmatch(value))
        ):
            return None
        if len(line) <= SHORT_LINE:
            _keep(self._headers, line, (name, value))
        return name, value


def _keep(known: dict[bytes, What], data: bytes, what: What) -> None:
    if len(known) >= REMEMBERED:
        known.clear()
    known[data] = what
