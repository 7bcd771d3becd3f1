"""The event loop of a server that has a thread of its own."""

from __future__ import annotations

import asyncio


def new_loop(uvloop_wanted: bool) -> asyncio.AbstractEventLoop:
    """A loop that nobody runs yet: uvloop's if it is wanted and installed, else asyncio's."""
    if not uvloop_wanted:
        return asyncio.new_event_loop()
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
