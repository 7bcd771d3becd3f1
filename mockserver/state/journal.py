"""What was asked and answered in one world; bounded, so that it never grows past its limits.

What is kept are bytes and texts as they came, without the secrets in them; they are read when somebody asks.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from mockserver.state import secrets
from mockserver.state.diagnosis import TEXT, Diagnosis, plain
from mockserver.state.entry import Cut, Entry, Line
from mockserver.state.secrets import RAW_TOKEN_SIGN, TOKEN_SIGN
from mockserver.values import Call, Effect, Reply

OVERHEAD = 1024  # bytes that an entry takes beside its texts
SEEN = 500  # things of one kind that are remembered of headers
NO_SECRETS: list[bytes] = []
HARMLESS = 64  # bodies that are remembered to have no secrets in them
FORMS = ("application/x-www-form-urlencoded", "multipart/")  # in which names may be hidden by their encoding


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a journal keeps: exchanges, bytes of all of them, bytes of one body."""

    entries: int = 5000
    size: int = 32 * 1024 * 1024
    body: int = 64 * 1024


What = TypeVar("What")
Found = TypeVar("Found")


class _Shape(NamedTuple):
    """A list of header names, and at which places of it a secret stands, or a URL."""

    names: tuple[str, ...]
    hidden: tuple[int, ...]
    urls: tuple[int, ...]


class _Clean(NamedTuple):
    """Headers as they are kept, the secrets that were in them, and how many characters the values have.

    form: whether they announce a body in which names may be hidden by their encoding; token: whether a value
    looked like a real API token.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    secrets: list[bytes]
    size: int
    form: bool = False
    token: bool = False


class Journal:
    """A ring of the last exchanges, bounded by count and by bytes."""

    def __init__(self, bounds: Bounds | None = None, on_token: Callable[[], None] | None = None) -> None:
        """``on_token`` is called the first time that something looks like a real API token."""
        self.bounds = bounds or Bounds()
        self._ring: deque[Line] = deque()
        self._bytes = 0
        self._number = 0
        self._evicted = 0
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        # Clients send the same again and again, and replies that are remembered are the same bytes.
        self._headers_seen: dict[tuple[tuple[str, ...], tuple[str, ...]], _Clean] = {}
        self._hidden: dict[str, tuple[str, bytes]] = {}
        self._harmless: set[bytes] = set()
        self._on_token = on_token

    def __len__(self) -> int:
        """Entries kept now."""
        return len(self._ring)

    def __iter__(self) -> Iterator[Entry]:
        """Entries kept, oldest first."""
        return (line.entry() for line in tuple(self._ring))

    def __getitem__(self, number: int) -> Entry:
        """The entry of that number. Raises KeyError."""
        at = number - self.oldest
        if not 0 <= at < len(self._ring):
            raise KeyError(number)
        return self._ring[at].entry()

    @property
    def evicted(self) -> int:
        """How many entries newer ones have pushed out since the last clear."""
        return self._evicted

    @property
    def next_number(self) -> int:
        """The number the next entry will have; the first is 1."""
        return self._number + 1

    @property
    def oldest(self) -> int:
        """The number of the oldest entry kept, or of the next one if there is none."""
        return self._number + 1 - len(self._ring)

    @property
    def size(self) -> int:
        """Bytes that the entries take, as far as that is counted."""
        return self._bytes

    def since(self, after: int) -> list[Line]:
        """What is kept of the exchanges after that number, oldest first."""
        found = []
        for line in reversed(self._ring):
            if line.number <= after:
                break
            found.append(line)
        found.reverse()
        return found

    def keep(
        self,
        at: datetime,
        service: str,
        operation: str,
        call: Call,
        reply: Reply,
        diagnosis: Diagnosis,
        effect: Effect | None = None,
    ) -> Line:
        """Keep one exchange, without its secrets; what is kept comes back."""
        self._number += 1
        names, values, found, size, form, _ = self._request_headers(call.headers)
        reply_names, reply_values, more, reply_size, *_ = self._clean(reply.headers)
        # What is secret in headers is sought elsewhere only where the mock explains itself: it may quote it.
        sought = found + more if diagnosis.reason else NO_SECRETS
        target = call.target
        if "?" in target or TOKEN_SIGN in target:
            target, more = self._target(target)
            sought = sought + more if more else sought
        body, cut, reply_body, reply_cut = call.body, None, reply.body, None
        if body and (form or body not in self._harmless):
            body, cut, more = self._body(body, call.headers.get("content-type", ""))
            sought = sought + more if more else sought
        if reply_body and reply_body not in self._harmless:
            reply_body, reply_cut, more = self._body(reply_body, "")
            sought = sought + more if more else sought
        if sought:
            body, reply_body = secrets.without(body, sought), secrets.without(reply_body, sought)
            target = secrets.text(secrets.without(secrets.raw(target), sought))
            values, reply_values = self._without(values, sought), self._without(reply_values, sought)
        size += len(target) + len(body) + len(reply_body) + reply_size + OVERHEAD
        if diagnosis.reason:
            diagnosis = plain(diagnosis, sought)
            size += len(diagnosis.message) + TEXT * len(diagnosis.broken)
        line = Line(
            self._number,
            at,
            service,
            operation,
            call.method,
            target,
            call.root,
            names,
            values,
            body,
            cut,
            reply.status,
            reply_names,
            reply_values,
            reply_body,
            reply_cut,
            diagnosis,
            effect,
            size,
        )
        return self._held(line)

    def repeat(self, before: Line, at: datetime, headers: Mapping[str, str] | None, reply: Reply) -> Line:
        """Keep one exchange that is as ``before``, but for its number, its time and the values of headers.

        headers: the request's, None for those of ``before``. There is no secret in ``reply``; what is kept
        comes back.
        """
        names, values, size = before.names, before.values, before.size
        if headers is not None:
            names, values, _, width, *_ = self._request_headers(headers)
            if values is not before.values:
                size += width - sum(map(len, before.values))
        self._number += 1
        line = Line(
            self._number,
            at,
            before.service,
            before.operation,
            before.method,
            before.target,
            before.root,
            names,
            values,
            before.body,
            None,
            reply.status,
            before.reply_names,
            tuple(reply.headers.values()),
            before.reply_body,
            None,
            before.diagnosis,
            None,
            size,
        )
        return self._held(line)

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._ring.clear()
        self._evicted = 0
        self._bytes = 0

    def _held(self, line: Line) -> Line:
        ring, bounds = self._ring, self.bounds
        ring.append(line)
        self._bytes += line.size
        if self._bytes > bounds.size or len(ring) > bounds.entries:
            self._evict()
        return line

    def _evict(self) -> None:
        while len(self._ring) > self.bounds.entries or (
            self._bytes > self.bounds.size and len(self._ring) > 1
        ):
            gone = self._ring.popleft()
            self._evicted += 1
            self._bytes -= gone.size

    def _request_headers(self, headers: Mapping[str, str]) -> _Clean:
        """The headers of a request as they are kept; what a client sends with every request is kept once."""
        given = tuple(headers), tuple(headers.values())
        found = self._headers_seen.get(given)
        if found is None:
            form = headers.get("content-type", "").startswith(FORMS)
            found = self._clean(headers)._replace(form=form)
            # A real token is not kept, not even here.
            if not found.token:
                _remember(self._headers_seen, given, found)
        return found

    def _clean(self, headers: Mapping[str, str]) -> _Clean:
        """Names and values without secrets, and the secrets; equal lists of names are kept once."""
        shape = self._shapes.get(names := tuple(headers)) or self._shape(names)
        values = tuple(headers.values())
        text = "\n".join(values)
        token = TOKEN_SIGN in text
        if not (shape.hidden or shape.urls or token):
            return _Clean(shape.names, values, NO_SECRETS, len(text))
        kept, found = list(values), []
        for place in shape.hidden:
            value = values[place]
            known = self._hidden.get(value)
            if known is None:
                known = secrets.header(value), secrets.raw(value.rpartition(" ")[2])
                if secrets.holds_token(value):
                    token = True
                else:
                    _remember(self._hidden, value, known)
            kept[place] = known[0]
            found.append(known[1])
        for place in shape.urls:
            kept[place], more = secrets.url(values[place])
            found += more
        if token:
            if any(map(secrets.holds_token, values)):
                self._warn()
            kept = [secrets.text(secrets.tokens(secrets.raw(value))[0]) for value in kept]
        return _Clean(shape.names, tuple(kept), found, sum(map(len, kept)), token=token)

    def _shape(self, names: tuple[str, ...]) -> _Shape:
        hidden = tuple(place for place, name in enumerate(names) if secrets.is_secret_header(name))
        urls = tuple(place for place, name in enumerate(names) if secrets.is_url_header(name))
        found = _Shape(names, hidden, urls)
        _remember(self._shapes, names, found)
        return found

    def _target(self, target: str) -> tuple[str, list[bytes]]:
        target, found = secrets.url(target)
        clean, token = secrets.tokens(secrets.raw(target))
        if token or any(secrets.tokens(one)[1] for one in found):
            self._warn()
        return secrets.text(clean), found

    def _body(self, body: bytes, kind: str) -> tuple[bytes, Cut | None, list[bytes]]:
        """What is kept of a body, and the secrets in that part of it."""
        cut = None
        if len(body) > self.bounds.body:
            cut = Cut(len(body), hashlib.sha256(body).hexdigest())
            body = body[: self.bounds.body]
        if RAW_TOKEN_SIGN in body:
            body, token = secrets.tokens(body)
            if token:
                self._warn()
        clean, found = secrets.body(body, kind)
        if clean is body and cut is None and not kind.startswith(FORMS):
            if len(self._harmless) >= HARMLESS:
                self._harmless.clear()
            self._harmless.add(body)
        return clean, cut, found

    def _warn(self) -> None:
        tell, self._on_token = self._on_token, None
        if tell is not None:
            tell()

    def _without(self, values: tuple[str, ...], found: list[bytes]) -> tuple[str, ...]:
        return tuple(secrets.text(secrets.without(secrets.raw(value), found)) for value in values)


def _remember(known: dict[What, Found], what: What, found: Found) -> None:
    if len(known) >= SEEN:
        known.clear()
    known[what] = found
