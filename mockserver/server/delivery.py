"""The sender of webhooks: what the worlds' outboxes hold, to receivers that may be sent to."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from mockserver.state.delivery import Delivery
from mockserver.world import World, Worlds
from mockserver.world.receivers import LOOPBACK, host_of, origin_of, unfit

TIMEOUT = 5.0  # seconds for one attempt, from the name's resolution to the status
MOST = 32  # attempts at once
DRAIN = 2.0  # seconds that are left to what is under way when the server stops

# Family and address of each way to a host, as ``getaddrinfo`` gives them.
Lookup = Callable[[str, int], Awaitable[Sequence[tuple[int, str]]]]
_ERRORS: Mapping[int | None, str] = {
    errno.ECONNREFUSED: "nobody listens there",
    errno.ECONNRESET: "the receiver reset the connection",
    errno.EPIPE: "the receiver reset the connection",
}
_OWN_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Barred(Exception):
    """A receiver that must not be sent to."""


class Sender:
    """Sends what is due in any world, one delivery of a subscription after the other.

    Everything but ``look`` runs on one event loop. Nothing is opened before the first delivery.
    """

    def __init__(self, worlds: Worlds, lookup: Lookup | None = None) -> None:
        """For the deliveries of ``worlds``; ``lookup``: how names are resolved."""
        self._worlds = worlds
        self._lookup = lookup or _looked_up
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self._port = 0
        self._tasks: dict[asyncio.Task[None], tuple[World, int]] = {}
        self._timers: dict[World, asyncio.TimerHandle] = {}
        self._asked: set[World] = set()
        self._left: dict[World, None] = {}

    def open(self, port: int) -> None:
        """Send from now on, on the running loop; ``port``: the server's own, which is not sent to."""
        self._loop, self._port = asyncio.get_running_loop(), port
        self._worlds.watch(self.look)

    def look(self, world: World) -> None:
        """See soon what there is to be sent in ``world``. From any thread."""
        loop = self._loop
        if loop is None or world in self._asked:
            return
        self._asked.add(world)
        try:
            loop.call_soon_threadsafe(self._look, world)
        except RuntimeError:
            self._asked.discard(world)  # the loop has ended, and with it this sender

    async def close(self) -> None:
        """Give what is due two seconds, then stop. What was not sent stays queued in its world."""
        if self._loop is None:
            return
        until = self._loop.time() + DRAIN
        while self._tasks and (left := until - self._loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
        self._worlds.unwatch(self.look)
        self._loop = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for timer in self._timers.values():
            timer.cancel()
        for kept in (self._tasks, self._timers, self._asked, self._left):
            kept.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _look(self, world: World) -> None:
        """Begin what is due in ``world``, and stop what it has forgotten."""
        self._asked.discard(world)
        timer = self._timers.pop(world, None)
        if timer is not None:
            timer.cancel()
        loop = self._loop
        if loop is None:
            return
        for task, (owner, id) in self._tasks.items():
            if owner is world and not world.sends(id):
                task.cancel()
        room = MOST - len(self._tasks)
        if room <= 0:
            self._left[world] = None
            return
        begun, seconds = world.outgoing(room)
        for delivery in begun:
            task = loop.create_task(self._send(world, delivery))
            self._tasks[task] = (world, delivery.id)
            task.add_done_callback(self._done)
        if len(begun) == room:
            self._left[world] = None
        if seconds is not None:
            self._timers[world] = loop.call_later(min(max(seconds, 0.01), 3600), self._look, world)

    def _done(self, task: asyncio.Task[None]) -> None:
        """Begin what may be begun now that one more has ended."""
        world, id = self._tasks.pop(task, (None, 0))
        defect = None if task.cancelled() else task.exception()
        if world is not None and defect is not None:
            world.sent(id, error=f"defect: {defect!r}")
        waiting = list(self._left)
        self._left.clear()
        for one in dict.fromkeys([*waiting, *([world] if world else [])]):
            self._look(one)

    async def _send(self, world: World, delivery: Delivery) -> None:
        """Send one delivery, and tell its world what came of it."""
        try:
            async with asyncio.timeout(TIMEOUT):
                status = await self._status(delivery)
        except asyncio.CancelledError:
            world.unsent(delivery.id)
            raise
        except Barred as error:
            world.unsent(delivery.id, str(error))
        except TimeoutError:
            world.sent(delivery.id, error=f"no answer within {TIMEOUT:g} seconds")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            world.sent(delivery.id, error=_told(error))
        else:
            world.sent(delivery.id, status)

    async def _status(self, delivery: Delivery) -> int:
        """The status a receiver answers. Its body is not waited for, and redirects are not followed."""
        message = delivery.message
        origin = origin_of(message.url)
        if host_of(origin) in LOOPBACK and origin.endswith(f":{self._port}"):
            raise Barred(f"{origin} is this server, which sends nothing to itself")
        if self._session is None:
            self._session = _session(self._lookup)
        async with self._session.request(
            message.method,
            URL(message.url, encoded=True),
            data=message.body,
            headers=delivery.headers,
            allow_redirects=False,
        ) as response:
            status = response.status
            response.close()
            return status


class _Resolver(AbstractResolver):
    """Resolves a name once; what it found is judged here, and is what is connected to."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of ``host``. Raises Barred if one of them is no place for a receiver."""
        found = []
        for kind, address in await self._lookup(host, port):
            if reason := unfit(host, address):
                raise Barred(reason)
            found.append(
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=kind,
                    proto=socket.IPPROTO_TCP,
                    flags=socket.AI_NUMERICHOST,
                )
            )
        return found

    async def close(self) -> None:
        """Nothing is kept open."""


def _session(lookup: Lookup) -> aiohttp.ClientSession:
    """A client without proxies, cookies, kept connections or headers of its own."""
    connector = aiohttp.TCPConnector(
        resolver=_Resolver(lookup), use_dns_cache=False, limit=MOST, force_close=True
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        skip_auto_headers=_OWN_HEADERS,
        auto_decompress=False,
        trust_env=False,
    )


async def _looked_up(host: str, port: int) -> Sequence[tuple[int, str]]:
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(info[0], str(info[4][0])) for info in infos]


def _told(error: Exception) -> str:
    """Why there was no answer, the same on every machine."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the receiver closed the connection without an answer"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "there is no such host"
    if isinstance(error, aiohttp.ClientResponseError):
        return "what answered speaks no HTTP"
    return _ERRORS.get(getattr(error, "errno", None), f"no answer: {type(error).__name__}")
