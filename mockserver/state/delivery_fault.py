"""What goes wrong with deliveries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockserver.state.delivery import Delivery

FAULTS = ("drop", "duplicate", "reorder", "delay", "status")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next ``left`` deliveries that match (None: with all), ``after`` some.

    event, url: patterns with ``*``; kind: drop | duplicate | reorder | delay (``seconds`` of the world's
    time) | status (as if the receiver had answered ``status``; nothing is sent).
    """

    id: int
    kind: str
    event: str | None = None
    subscription: str | None = None
    url: str | None = None
    service: str | None = None
    seconds: float = 0
    status: int = 0
    after: int = 0
    left: int | None = 1
    used: int = 0

    def meets(self, delivery: Delivery) -> bool:
        """Whether it is about ``delivery``."""
        message = delivery.message
        return (
            self.service in (None, delivery.service)
            and self.subscription in (None, message.subscription)
            and (self.event is None or matches(self.event, message.event))
            and (self.url is None or matches(self.url, message.url))
        )


def matches(pattern: str, text: str) -> bool:
    """Whether ``text`` is ``pattern``, in which ``*`` stands for anything."""
    if "*" not in pattern:
        return text == pattern
    return re.fullmatch(".*".join(re.escape(one) for one in pattern.split("*")), text, re.DOTALL) is not None
