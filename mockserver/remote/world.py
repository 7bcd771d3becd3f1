"""A world of a server that runs elsewhere, with the methods that a World has."""

from __future__ import annotations

from mockserver.remote.deliveries import Deliveries
from mockserver.remote.explaining import Explaining
from mockserver.remote.faults import Faults
from mockserver.remote.following import Following
from mockserver.remote.forcing import Forcing
from mockserver.remote.limiting import Limiting
from mockserver.remote.logins import Logins
from mockserver.remote.observing import Observing
from mockserver.remote.states import States
from mockserver.remote.steering import Steering
from mockserver.remote.timing import Timing
from mockserver.remote.verifying import Verifying
from mockserver.remote.worlds import Worlds


class RemoteWorld(
    Worlds,
    States,
    Deliveries,
    Limiting,
    Forcing,
    Faults,
    Steering,
    Timing,
    Observing,
    Following,
    Verifying,
    Explaining,
    Logins,
):
    """One world behind the control endpoint at ``url``.

    Raises CommandError and NotThere as a World does, and Unreachable. Threads may share it: their commands
    follow one another on one connection.
    """

    def _beside(self, name: str) -> RemoteWorld:
        """Another world of the same server, on the same connection."""
        other = RemoteWorld(self.server_url, name)
        other._headers, other._connection, other._lock = self._headers, self._connection, self._lock
        return other
