"""Exchanges as server-sent events: what ``EventSource`` in a browser reads.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.values import Json, dumps

MEDIA_TYPE = "text/event-stream"
RETRY = b"retry: 1000\n\n"  # milliseconds until a browser connects again
HEARTBEAT = b": still here\n\n"


def event(one: Mapping[str, Json]) -> bytes:
    """An exchange as a message with its number as id; a gap as an event of that name."""
    head = f"id: {one['after'] + one['gap']}\nevent: gap" if "gap" in one else f"id: {one['number']}"
    return head.encode() + b"\ndata: " + dumps(one) + b"\n\n"


def events(found: Iterable[Mapping[str, Json]]) -> bytes:
    """What there is now, as one finite stream; a browser that has read it asks again for what came since."""
    return RETRY + b"".join(map(event, found))


def resumed(after: int | None, headers: Mapping[str, str]) -> int | None:
    """The number after which a reader goes on: that of the last event it says it got, if it says so."""
    last = headers.get("last-event-id", "")
    return int(last) if last.isascii() and last.isdigit() and len(last) < 19 else after
