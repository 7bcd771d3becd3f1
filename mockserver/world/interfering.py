"""What a tester has armed comes before what an operation would answer: first a fault, then a forced reply."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial

from mockserver.engine.answer import Answer, marked
from mockserver.engine.callers import caller_of
from mockserver.engine.faults import spoilt
from mockserver.engine.matching import Asked, Match, fits
from mockserver.engine.site import Site
from mockserver.spec.model import Operation
from mockserver.spec.routes import Match as Route
from mockserver.values import Call, Problem
from mockserver.world.faults import Faults
from mockserver.world.matches import keys_for


class Interfering(Faults):
    """The part of a world that asks whether something is armed for a call."""

    def _interfered(self, site: Site, call: Call, found: Route, straight: Callable[[], Answer]) -> Answer:
        """What is armed for this call, else what ``straight`` answers."""
        operation = found.leaf.operation if found.leaf else None
        keys = self._armed_for(operation, found)
        if not keys:
            return straight()
        values = found.values or {}
        asked = Asked(call, values, partial(_names, site, call, operation), found.base)

        def meant(match: Match) -> bool:
            return fits(match, asked)

        def beneath() -> Answer:
            forced = self._rules.overrides.take(keys, meant)
            if forced is None:
                return straight()
            example = forced.what.example
            what = f"forced example {example}" if example else "forced reply"
            return marked(forced.what.reply, "override", what, site.number)

        rule = self._rules.faults.take(keys, meant)
        if rule is None:
            return beneath()
        if rule.left == 0 and rule.what.then is not None:
            self._arm(replace(rule.what.then, follows=rule.number))
        name = f"fault {rule.number}"
        return spoilt(site, call, found, rule.what.fault, site.ids.digest(name, 13), name, beneath)

    def _armed_for(self, operation: Operation | None, found: Route) -> list[Hashable]:
        """The keys under which something may be armed for such a call; empty if nothing is."""
        service = found.service.name if found.service else ""
        keys = keys_for(service, operation.id if operation else "", found.values or {})
        return keys if self._rules.faults.about(keys) or self._rules.overrides.about(keys) else []


def _names(site: Site, call: Call, operation: Operation | None) -> frozenset[str]:
    """Every text that names who is calling; empty for nobody."""
    if operation is None:
        return frozenset()
    try:
        caller = caller_of(site, call, operation)
    except Problem:
        return frozenset()
    return frozenset(str(one) for one in caller.user.values() if isinstance(one, (str, int)))
