"""A world's time: shown, set, made to stand still or to go on, put forward."""

from __future__ import annotations

from mockserver.state.clock import MODES, Clock
from mockserver.values import Json
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, among, instant_of
from mockserver.world.shown import shown_clock


class Timing(Core):
    """The commands about the clock."""

    def show_clock(self) -> Json:
        """The world's time, whether it stands still, and how fast it goes."""
        return shown_clock(self.clock)

    def set_clock(self, to: str | None = None, mode: str | None = None, scale: float | None = None) -> Json:
        """Stand still at an instant, go on from there (``mode``, ``scale``), or follow the real time.

        to: ``real`` or an ISO 8601 instant; without it the time goes on from where it is. mode: real |
        frozen | ticking | scaled; scale: how many times as fast as the real time. Raises CommandError.
        """
        with self._lock:
            self.clock = self._clock(to, mode, scale)
            self._stir()
            return self.show_clock()

    def advance_clock(self, seconds: float) -> Json:
        """Go forward by a number of seconds; a ``real`` clock is ``ticking`` from then on."""
        with self._lock:
            if seconds < 0:
                raise CommandError("'seconds' must not be negative")
            try:
                self.clock.advance(seconds)
            except (OverflowError, ValueError) as error:
                raise CommandError(f"'seconds' leads beyond the year 9998: {seconds}") from error
            self._stir()
            return self.show_clock()

    def _clock(self, to: str | None, mode: str | None, scale: float | None) -> Clock:
        """The clock that the arguments of ``set_clock`` describe. Raises CommandError."""
        if to is None and mode is None and scale is None:
            raise CommandError("give 'to', 'mode' or 'scale'")
        chosen = _mode(to, mode, scale)
        if chosen == "real":
            return Clock()
        found = self.clock.fork()
        try:
            found.freeze() if to is None else found.set(instant_of(to))
            if chosen != "frozen":
                found.go(scale=1 if scale is None else scale)
        except ValueError as error:
            raise CommandError(str(error)) from error
        return found


def _mode(to: str | None, mode: str | None, scale: float | None) -> str:
    """The mode that is meant. Raises CommandError where the arguments contradict each other."""
    implied = "real" if to == "real" else "frozen" if scale is None else "scaled"
    chosen = implied if mode is None else among(mode, MODES, "mode")
    if (to == "real") != (chosen == "real") and to is not None:
        raise CommandError(f"'to' {to!r} and 'mode' {chosen!r} do not go together")
    if scale is None and chosen == "scaled":
        raise CommandError("the mode 'scaled' needs a 'scale': how many times as fast as the real time")
    if scale is not None and chosen != "scaled":
        raise CommandError(f"'scale' is for the mode 'scaled', not for {chosen!r}")
    return chosen
