"""What goes wrong in a world elsewhere, armed, listed and disarmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Faults(Connection):
    """The commands about faults."""

    def fault(self, faults: Mapping[str, Json] | Sequence[Mapping[str, Json]]) -> Json:
        """Arm one fault or several, all or none: which calls go wrong, how, and how often."""
        return self._ask("fault", faults=faults)

    def faults(self) -> Json:
        """The faults armed since the last reset, with how many calls each has met and spoilt."""
        return self._ask("faults")

    def clear_faults(self, number: int | None = None) -> Json:
        """Disarm every fault, or the one of that number."""
        return self._ask("clear_faults", number=number)
