"""The facade: a world has every power a tester has; everything outside talks to it and to nothing behind."""

from mockserver.world.core import AUTH_MODES, SEED_INSTANT, VALIDATION_MODES
from mockserver.world.errors import CommandError, NotThere, clock_for
from mockserver.world.loading import Catalogue, UnknownFunction, catalogue, resolved
from mockserver.world.seeds import read_text, shipped
from mockserver.world.shown import shown_entry, statuses_of
from mockserver.world.world import World
from mockserver.world.worlds import Worlds

__all__ = [
    "AUTH_MODES",
    "SEED_INSTANT",
    "VALIDATION_MODES",
    "Catalogue",
    "CommandError",
    "NotThere",
    "UnknownFunction",
    "World",
    "Worlds",
    "catalogue",
    "clock_for",
    "read_text",
    "resolved",
    "shipped",
    "shown_entry",
    "statuses_of",
]
