"""Whether a world has changed since somebody looked, and what it held then; for who keeps it on a disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.state.clock import Clock
from mockserver.values import Json
from mockserver.world.core import State
from mockserver.world.loading import Catalogue
from mockserver.world.portable import exported, written
from mockserver.world.world import World


@dataclass(frozen=True, slots=True)
class Mark:
    """A world as it was at one moment."""

    shared: Catalogue
    state: State
    clock: Clock

    @classmethod
    def of(cls, world: World) -> Mark:
        """The world as it is; nothing is copied but references to its tables."""
        with world._lock:
            return cls(world.shared, world._present(), world.clock.fork())

    def holds(self, world: World) -> bool:
        """Whether the world has not changed since; time that passes by itself is no change."""
        with world._lock:
            return world.shared is self.shared and world.clock.same(self.clock) and world._is(self.state)

    @property
    def going(self) -> bool:
        """Whether its time passes from an instant that nobody else knows."""
        return self.clock.mode in ("ticking", "scaled")

    def text(self) -> Iterator[bytes]:
        """The exported document, piece by piece."""
        document: Json = exported(self.shared, self.state, self.clock, list(self.shared.services))
        return written(document)
