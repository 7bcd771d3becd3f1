"""A world as its commands are, wherever it is."""

from __future__ import annotations

from typing import TypeAlias

from mockserver.remote import RemoteWorld
from mockserver.world import World

# A world of a server in this process, or of one elsewhere: they have the same commands.
Face: TypeAlias = World | RemoteWorld
