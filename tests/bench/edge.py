"""From the bytes of a request to those of its reply, without a socket: what the server adds to a world."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import calls
from figures import Run, shown, side_by_side
from load import NUMBER
from over_sockets import METHODS, requests

from mockserver.server import MockServer
from mockserver.server.reading import Plain, Reading
from mockserver.server.writing import written
from mockserver.values import Reply
from mockserver.world import Worlds


class Edge:
    """A server that nobody is connected to, and the requests of one workload."""

    def __init__(self, workload: str) -> None:
        """With a world of its own."""
        self._server = MockServer(Worlds(calls.documented()))
        self._reading = Reading(self._server.plain)
        sent = requests(True)[workload].written("127.0.0.1:8080")
        self._before, number, self._after = sent.partition(NUMBER.encode())
        self._numbered = bool(number)
        for _ in range(3):
            self._reply = self.answer()
        assert self._reply.status == 200, self._reply.body

    def read(self) -> Plain:
        """The next request, read."""
        number = b"%09d" % next(calls.NUMBERS) if self._numbered else b""
        found = self._reading.read(self._before + number + self._after)
        assert isinstance(found, Plain)
        return found

    def answer(self) -> Reply:
        """The reply to the next request."""
        found = self._server.at_once(self.read())
        assert found is not None
        return found[0]

    def write(self) -> bytes:
        """The bytes of a reply."""
        return written(self._reply)

    def whole(self) -> bytes:
        """The bytes that the next request is answered with."""
        return written(self.answer())


def edges(run: Run) -> None:
    """Reading, answering and writing, each workload, in parts of what bare aiohttp takes for a request."""
    works: dict[str, Callable[[], object]] = {}
    for name in METHODS:
        edge = Edge(name)
        works |= {
            f"edge.{name}": edge.whole,
            f"edge.{name}.read": edge.read,
            f"edge.{name}.write": edge.write,
        }
    for name, each in side_by_side(run, works).items():
        method = METHODS[name.split(".")[1]]
        run.add(
            name,
            [one / run.bare[method] for one in each],
            f"bare aiohttp {method}s",
            shown(statistics.median(each)),
        )
