"""Commands that wait: each in a thread of its own, so that nobody else waits with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

MOST = 64


class Busy(Exception):
    """As many commands wait as may."""


class Waiting:
    """The threads of one server's waiting commands; there are none before the first of them."""

    def __init__(self, most: int = MOST) -> None:
        """At most ``most`` commands at once."""
        self._most = most
        self._running = 0
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, function: Callable[[], T]) -> T:
        """What ``function`` gives back, called in a thread. Raises Busy. For one event loop only."""
        if self._running >= self._most:
            raise Busy(f"{self._most} commands are waiting already; try again when one of them has ended")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="mockserver-waiting")
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function)
        finally:
            self._running -= 1

    def close(self) -> None:
        """End the threads as soon as what they run has ended; nothing that has not begun begins."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
