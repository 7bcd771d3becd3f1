"""A server that runs elsewhere and its worlds, with the methods that a MockServer and a World have."""

from mockserver.remote.connection import Unreachable
from mockserver.remote.server import RemoteServer, RemoteWorlds
from mockserver.remote.world import RemoteWorld

__all__ = ["RemoteServer", "RemoteWorld", "RemoteWorlds", "Unreachable"]
