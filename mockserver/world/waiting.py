"""Who waits for a world or watches it, and how they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Waiting:
    """The lock of one world, and those who are told of what happens in it."""

    def _begin_waiting(self) -> None:
        """Nobody waits, nobody watches."""
        self._lock = threading.RLock()
        # Told of each exchange and each change of a delivery, if ``_waiting`` says that somebody waits.
        self._condition: threading.Condition | None = None
        self._waiting = 0
        self._woken = 0
        self._watchers: dict[object, Callable[[bool], None]] = {}

    def wake(self) -> None:
        """Let every command that waits come back now with what it has seen."""
        with self._lock:
            self._woken += 1
            self._notify()
            for tell in tuple(self._watchers.values()):
                tell(True)

    def watch(self, tell: Callable[[bool], None]) -> Callable[[], None]:
        """Call ``tell`` after each exchange, in its thread; what comes back ends that.

        It is called with True when nobody shall wait any longer.
        """
        key = object()
        with self._lock:
            self._watchers[key] = tell
            self._waiting += 1

        def end() -> None:
            with self._lock:
                if self._watchers.pop(key, None) is not None:
                    self._waiting -= 1

        return end

    def _announce(self) -> None:
        """Say to those who wait and who watch that there was an exchange."""
        self._notify()
        for tell in tuple(self._watchers.values()):
            tell(False)

    def _notify(self) -> None:
        """Say to those who wait that something has changed; the world is held."""
        if self._condition is not None:
            self._condition.notify_all()

    def _until(self, there: Callable[[], bool], timeout: float | None) -> bool:
        """Whether ``there`` came true within so many real seconds; it is asked after every change."""
        with self._lock:
            changed = self._condition = self._condition or threading.Condition(self._lock)
            woken = self._woken
            self._waiting += 1
            try:
                changed.wait_for(lambda: there() or self._woken != woken, timeout)
            finally:
                self._waiting -= 1
            return there()
