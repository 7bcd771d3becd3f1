"""What a tester has armed in one world: faults and forced replies."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.engine.matching import Match
from mockserver.spec.model import Operation
from mockserver.state.rules import Rules
from mockserver.values import Json, Reply
from mockserver.world.armable import Armable


@dataclass(frozen=True, slots=True)
class Override:
    """A forced reply. ``example``: the name of a documented one; ``match``: the calls meant, as was said."""

    operation: Operation
    reply: Reply
    example: str = ""
    match: Json = None


class Armed:
    """The rules of one world. ``on``: whether it is worth asking whether one of them is due."""

    def __init__(self) -> None:
        """Nothing armed."""
        self.on = False
        self.faults: Rules[Match, Armable] = Rules()
        self.overrides: Rules[Match, Override] = Rules()

    def fork(self) -> Armed:
        """The same, counted on its own from here."""
        other = Armed()
        other.on, other.faults, other.overrides = self.on, self.faults.fork(), self.overrides.fork()
        return other

    def clear(self) -> None:
        """Disarm all; numbers go on."""
        self.faults.clear()
        self.overrides.clear()
        self.on = False
