"""A message on its way to a receiver outside, and what came of it each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mockserver.values import Retry

STATES = ("queued", "delivered", "failed", "dropped", "held")


@dataclass(frozen=True, slots=True)
class Message:
    """What one subscriber is sent about one event.

    ``subscription``: its id, as text; ``identifier``: what the receiver knows this message by, the same
    each time it is sent. No secret belongs in here: what was signed with one is all that leaves.
    """

    subscription: str
    url: str
    event: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time a delivery was sent: the status it met, or why it met none (``error``)."""

    at: datetime
    status: int | None = None
    error: str = ""
    fault: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way. ``id``: 1, 2, … in the order in which things happened.

    state: queued (to be sent once ``due``) | delivered | failed | dropped | held (kept, not sent);
    ``reason``: why it was dropped, is held or has failed; ``tries``: how often it was sent since it was
    last queued anew.
    """

    id: int
    service: str
    message: Message
    at: datetime
    state: str = "queued"
    due: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    reason: str = ""
    tries: int = 0
    retry: Retry | None = None
    copy_of: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the next attempt; of the last one, where that has decided."""
        retries = self.tries - (self.state in ("delivered", "failed"))
        if retries > 0 and self.retry is not None and self.retry.header:
            return {**self.message.headers, self.retry.header: str(retries)}
        return dict(self.message.headers)

    @property
    def line(self) -> tuple[str, str]:
        """What keeps its order: deliveries of one subscription are sent one after the other."""
        return self.service, self.message.subscription
