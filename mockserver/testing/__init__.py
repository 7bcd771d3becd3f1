"""A world as a test holds it, whole or through one of its services."""

from mockserver.testing.clock import MockClock
from mockserver.testing.face import Face
from mockserver.testing.service import ServiceMock
from mockserver.testing.world import MockWorld

__all__ = ["Face", "MockClock", "MockWorld", "ServiceMock"]
