"""The server: sockets on one side, worlds on the other."""

from mockserver.server.server import EVERYWHERE, MockServer

__all__ = ["EVERYWHERE", "MockServer"]
