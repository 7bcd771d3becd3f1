"""The stream of exchanges to one reader, as they come, for as long as the reader and the server live."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import web

from mockserver.control.events import HEARTBEAT, MEDIA_TYPE, RETRY, event
from mockserver.values import Json
from mockserver.world import World
from mockserver.world.sought import Sought

MOST = 64  # readers at once
BEAT = 10.0  # seconds without an exchange until a reader is told that the server still lives
BATCH = 20  # exchanges that are taken from the journal at once
_HEADERS = {
    "Content-Type": MEDIA_TYPE,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",
}


class Streams:
    """The readers of one server. The journal itself is their buffer: who is too slow meets a gap in it."""

    def __init__(self, beat: float = BEAT) -> None:
        """``beat``: seconds between signs of life."""
        self._beat = beat
        self._open = 0

    @property
    def full(self) -> bool:
        """Whether there are as many readers as may be."""
        return self._open >= MOST

    async def send(
        self, request: web.BaseRequest, world: World, given: Mapping[str, Json]
    ) -> web.StreamResponse:
        """Send what comes to ``world`` until the reader leaves, its time is over or the server ends.

        ``given``: the filters, ``after``, and ``timeout`` in seconds.
        """
        filters = {name: value for name, value in given.items() if name not in ("after", "timeout")}
        sought, after, timeout = Sought(**filters), given.get("after"), given.get("timeout")
        response = web.StreamResponse(headers=_HEADERS)
        loop, news, ended = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

        def tell(last: bool) -> None:
            with suppress(RuntimeError):  # the loop has ended before whoever uses the world from elsewhere
                loop.call_soon_threadsafe(ended.set if last else news.set)
                loop.call_soon_threadsafe(news.set)

        at = world.journal.next_number - 1 if after is None else after
        end = None if timeout is None else loop.time() + timeout
        self._open += 1
        stop = world.watch(tell)
        try:
            with suppress(ConnectionError):
                await response.prepare(request)
                await response.write(RETRY)
                while not ended.is_set():
                    news.clear()
                    found, at = world.news(sought, at, BATCH)
                    for one in found:
                        await response.write(event(one))
                    if found:
                        continue
                    left = self._beat if end is None else min(self._beat, end - loop.time())
                    if left <= 0 or not (await _within(news, left) or end is None or left == self._beat):
                        break
                    if not news.is_set():
                        await response.write(HEARTBEAT)
                await response.write_eof()
        finally:
            stop()
            self._open -= 1
        return response


async def _within(news: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True
