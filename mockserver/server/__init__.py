"""The server: sockets on one side, worlds on the other."""

from mockserver.server.requests import EVERYWHERE
from mockserver.server.server import MockServer

__all__ = ["EVERYWHERE", "MockServer"]
