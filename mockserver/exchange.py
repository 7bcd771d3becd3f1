"""One exchange of the journal, as a test looks at it; and as one line for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import parse_qsl

import orjson

from mockserver.state import secrets
from mockserver.state.secrets import REDACTED, redacted
from mockserver.values import Json

__all__ = ["REDACTED", "Exchange", "Observed", "exchanges", "redacted", "shown_target"]


class Observed(Protocol):
    """A world whose journal can be read, in this process or elsewhere."""

    def requests(
        self, *, service: str | None = None, operation: str | None = None, after: int = 0, limit: int = 100
    ) -> Json:
        """Exchanges, oldest first, with ``total`` and ``evicted``."""
        ...


@dataclass(frozen=True)
class Exchange:
    """One request and the reply it got. ``operation`` is ``""`` where no operation was found.

    ``text`` and ``reply_text``: the bodies as sent; ``reason`` and ``message``: why the mock answered as it
    did, where that was its own doing; ``broken``: each broken rule of a schema; ``cut``, ``reply_cut``: of
    the body only the beginning was kept.
    """

    number: int
    service: str
    operation: str
    method: str
    target: str
    headers: Mapping[str, str]
    text: str
    status: int
    reply_headers: Mapping[str, str]
    reply_text: str
    reason: str = ""
    message: str = ""
    breach: bool = False
    broken: Sequence[Mapping[str, Json]] = ()
    cut: bool = False
    reply_cut: bool = False

    @classmethod
    def of(cls, shown: Mapping[str, Json]) -> Exchange:
        """The exchange that the journal shows as ``shown``."""
        reply, diagnosis = shown["reply"], shown["diagnosis"]
        return cls(
            shown["number"],
            shown["service"],
            shown["operation"],
            shown["method"],
            shown["target"],
            shown["headers"],
            shown["body"],
            reply["status"],
            reply["headers"],
            reply["body"],
            diagnosis["reason"],
            diagnosis["message"],
            diagnosis["breach"],
            diagnosis["broken"],
            shown.get("truncated") is not None,
            reply.get("truncated") is not None,
        )

    @property
    def path(self) -> str:
        """The target without its query, percent-encoded, with the service's mount."""
        return self.target.partition("?")[0]

    @cached_property
    def query(self) -> Mapping[str, Sequence[str]]:
        """Decoded query parameters; each name with all its values."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.target.partition("?")[2], keep_blank_values=True):
            found.setdefault(name, []).append(value)
        return found

    @cached_property
    def body(self) -> Json:
        """The request's body: JSON as data, anything else as text, None if there was none."""
        return _read(self.text)

    @cached_property
    def reply(self) -> Json:
        """The reply's body: JSON as data, anything else as text, None if there was none."""
        return _read(self.reply_text)

    def __str__(self) -> str:
        """``METHOD target → status`` and why, on one line, without secrets."""
        line = f"{self.method} {shown_target(self.target)} → {self.status or 'no reply'}"
        if not self.reason:
            return f"{line} {self.operation}".rstrip()
        parts = [
            self.explanation,
            *(f"{one['scope']} {one['pointer']}: {one['rule']}" for one in self.broken),
        ]
        return f"{line} {self.reason}: {'; '.join(parts)}"

    @property
    def explanation(self) -> str:
        """The diagnosis on one line, without the method and target it may begin with."""
        return self.message.partition("\n")[0].removeprefix(f"{self.method} {self.path} — ")


def exchanges(
    world: Observed, service: str | None = None, operation: str | None = None, after: int = 0
) -> Iterator[Exchange]:
    """The exchanges in the world's journal that came after number ``after``, oldest first."""
    while True:
        shown = world.requests(service=service, operation=operation, after=after, limit=500)["requests"]
        yield from map(Exchange.of, shown)
        if len(shown) < 500:
            return
        after = shown[-1]["number"]


def shown_target(target: str) -> str:
    """The target without the values of parameters that look like secrets."""
    return secrets.url(target)[0]


def _read(text: str) -> Json:
    if not text:
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        return text
