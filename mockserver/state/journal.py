"""What was asked and answered in one world; bounded, so that it never grows past its limits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mockserver.values import Broken, Call, Reply

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"})


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why the mock answered as it did, for a person; never part of a reply's body."""

    reason: str = ""
    message: str = ""
    broken: tuple[Broken, ...] = ()
    breach: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange. ``operation`` is ``""`` where no operation was found; secrets are gone."""

    number: int
    at: datetime
    service: str
    operation: str
    call: Call
    reply: Reply
    diagnosis: Diagnosis


class Journal:
    """A ring of the last exchanges, bounded by count and by bytes of bodies."""

    def __init__(self, *, entries: int = 5000, size: int = 32 * 1024 * 1024) -> None:
        """Keep at most ``entries`` exchanges and ``size`` bytes of bodies."""
        self._ring: deque[Entry] = deque()
        self._entries = entries
        self._limit = size
        self._bytes = 0
        self._number = 0
        self._evicted = 0

    def __len__(self) -> int:
        """Entries kept now."""
        return len(self._ring)

    def __iter__(self) -> Iterator[Entry]:
        """Entries kept, oldest first."""
        return iter(tuple(self._ring))

    @property
    def evicted(self) -> int:
        """How many entries newer ones have pushed out since the last clear."""
        return self._evicted

    @property
    def next_number(self) -> int:
        """The number the next entry will have; the first is 1."""
        return self._number + 1

    def add(
        self, at: datetime, service: str, operation: str, call: Call, reply: Reply, diagnosis: Diagnosis
    ) -> Entry:
        """Keep one exchange, without the values of secret headers; it comes back with the reply as given."""
        self._number += 1
        entry = Entry(self._number, at, service, operation, _redacted(call), reply, diagnosis)
        self._ring.append(replace(entry, reply=_discreet(reply)))
        self._bytes += len(call.body) + len(reply.body)
        while len(self._ring) > self._entries or (self._bytes > self._limit and len(self._ring) > 1):
            gone = self._ring.popleft()
            self._evicted += 1
            self._bytes -= len(gone.call.body) + len(gone.reply.body)
        return entry

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._ring.clear()
        self._evicted = 0
        self._bytes = 0


def _redacted(call: Call) -> Call:
    if SECRET_HEADERS.isdisjoint(call.headers):
        return call
    return replace(call, headers=_without_secrets(call.headers))


def _discreet(reply: Reply) -> Reply:
    if SECRET_HEADERS.isdisjoint(name.lower() for name in reply.headers):
        return reply
    return replace(reply, headers=_without_secrets(reply.headers))


def _without_secrets(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name: "[redacted]" if name.lower() in SECRET_HEADERS else value for name, value in headers.items()
    }
