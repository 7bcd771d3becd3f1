"""One exchange: as it is kept, and as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mockserver.state.diagnosis import Diagnosis
from mockserver.values import Call, Effect, Reply


@dataclass(frozen=True, slots=True)
class Cut:
    """A body of which only the beginning is kept: bytes and SHA-256 of the whole, as it was sent."""

    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange. ``operation`` is ``""`` where no operation was found; secrets are gone.

    ``effect``: what the socket does to the reply; ``cut``, ``reply_cut``: bodies that are not kept whole.
    """

    number: int
    at: datetime
    service: str
    operation: str
    call: Call
    reply: Reply
    diagnosis: Diagnosis
    effect: Effect | None = None
    cut: Cut | None = None
    reply_cut: Cut | None = None


class Line(NamedTuple):
    """One exchange as it is kept: little more than its texts."""

    number: int
    at: datetime
    service: str
    operation: str
    method: str
    target: str
    root: str
    names: tuple[str, ...]
    values: tuple[str, ...]
    body: bytes
    cut: Cut | None
    status: int
    reply_names: tuple[str, ...]
    reply_values: tuple[str, ...]
    reply_body: bytes
    reply_cut: Cut | None
    diagnosis: Diagnosis
    effect: Effect | None
    size: int

    def entry(self) -> Entry:
        """The same as an entry."""
        headers = dict(zip(self.reply_names, self.reply_values, strict=True))
        return self.answered(Reply(self.status, headers, self.reply_body))

    def shows(self, call: Call, reply: Reply) -> bool:
        """Whether everything of the two is kept as it was sent, but for the headers of the call."""
        return (
            self.reply_body is reply.body
            and self.reply_values == tuple(reply.headers.values())
            and self.target == call.target
            and self.body is call.body
            and self.effect is None
        )

    def answered(self, reply: Reply) -> Entry:
        """The same as an entry with that reply."""
        headers = dict(zip(self.names, self.values, strict=True))
        return Entry(
            self.number,
            self.at,
            self.service,
            self.operation,
            Call(self.method, self.target, headers, self.body, self.root),
            reply,
            self.diagnosis,
            self.effect,
            self.cut,
            self.reply_cut,
        )
