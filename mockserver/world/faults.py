"""Faults: what a tester wants to go wrong, armed, listed and disarmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.engine.matching import Match
from mockserver.state.rules import Rule
from mockserver.values import Json
from mockserver.world.armable import Armable, armable
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere


class Faults(Core):
    """The commands about what goes wrong on purpose."""

    def fault(self, faults: Mapping[str, Json] | Sequence[Mapping[str, Json]]) -> Json:
        """Arm one fault or several, all or none: which calls go wrong, how, and how often.

        Which calls: ``operation``, or ``method`` and ``path``, or ``service``; and ``match``. How: one of
        status, rate_limit, html, drop, empty, cut, garble; ``delay``. How often: ``times`` (null: until
        reset), ``after`` so many calls, ``every`` so many.
        """
        with self._lock:
            given = [faults] if isinstance(faults, Mapping) else faults
            if not isinstance(given, (list, tuple)) or not given:
                raise CommandError("expected a fault or a list of faults")
            return {"faults": [shown_fault(self._arm(one)) for one in self._armable(given)]}

    def faults(self) -> Json:
        """The faults armed since the last reset, with how many calls each has met and spoilt."""
        with self._lock:
            return {"faults": [shown_fault(one) for one in self._rules.faults.all()]}

    def clear_faults(self, number: int | None = None) -> Json:
        """Disarm every fault, or the one of that number."""
        with self._lock:
            armed = self._rules.faults
            gone = len(armed.all()) if number is None else 1
            if number is None:
                armed.clear()
            elif armed.disarm(number) is None:
                known = ", ".join(str(one.number) for one in armed.all()) or "none"
                raise NotThere(f"no fault {number} (armed: {known})")
            return {"disarmed": gone}

    def _arm(self, one: Armable) -> Rule[Match, Armable]:
        """Arm a fault, now or when the one before it is used up."""
        self._rules.on = True
        return self._rules.faults.arm(one.meant.keys, one.meant.match, one, one.turns)

    def _armable(self, given: Sequence[Json]) -> list[Armable]:
        """Raises CommandError with all that is wrong; NotThere where that is only what does not exist."""
        ready: list[Armable] = []
        lines: list[str] = []
        missing = True
        for at, one in enumerate(given):
            try:
                ready.append(armable(self.shared, one, self._operation))
            except CommandError as error:
                where = f"faults[{at}]: " if len(given) > 1 else ""
                lines += [where + line for line in error.lines]
                missing = missing and isinstance(error, NotThere)
        if lines:
            raise (NotThere if missing else CommandError)(*lines)
        return ready


def shown_fault(rule: Rule[Match, Armable]) -> dict[str, Json]:
    """A fault as it was armed, and how often it happened."""
    one = rule.what
    named = {name: one.meant.said.get(name) for name in ("service", "operation", "method", "path")}
    turns = rule.turns
    return {
        "number": rule.number,
        **named,
        **{name: value for name, value in one.said.items() if name not in named},
        "times": turns.times,
        "after": turns.after,
        "every": turns.every,
        "priority": turns.priority,
        "follows": one.follows,
        "left": rule.left,
        "used": rule.used,
        "seen": rule.seen,
    }
