"""Forced replies: documented examples or a tester's own, armed, listed and disarmed."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from mockserver.engine.matching import Match
from mockserver.engine.render import exemplified, written
from mockserver.spec.model import Operation, Service
from mockserver.state.rules import Rule, Turns
from mockserver.values import Call, Json, Reply
from mockserver.world.armed import Override
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere, near
from mockserver.world.matches import keys_of, match_of
from mockserver.world.sendable import unsendable


class Forcing(Core):
    """The commands that choose the replies of operations."""

    def force(
        self,
        operation: str,
        example: str | None = None,
        *,
        status: int | None = None,
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        service: str | None = None,
        match: Mapping[str, Json] | None = None,
        priority: int = 0,
    ) -> Json:
        """Answer the next ``times`` calls of ``operation`` with a documented example or a given reply.

        ``times`` null: until reset. ``match``: only calls with these parts: path, query, headers, body,
        caller, ordinal. ``priority``: higher comes first. Forced replies count neither as coverage nor as
        proof.
        """
        with self._lock:
            found = self._operation(operation, service)
            if (example is None) == (status is None):
                raise CommandError("give either 'example' or 'status'")
            if times is not None and times < 1:
                raise CommandError("'times' must be at least 1, or null for ever")
            if status is not None and not 200 <= status <= 599:
                raise CommandError(f"'status' must be from 200 to 599, not {status}")
            if wrong := list(unsendable(headers or {})):
                raise CommandError(*wrong)
            meant = match_of(self.shared, [found], match)
            if example is None:
                shown = {"Content-Type": "application/json", **(headers or {})}
                reply = Reply(int(status or 200), shown, written(body, shown))
            else:
                reply = self._exemplified(found, example)
            self._rules.on = True
            override = Override(found, reply, example or "", deepcopy(match))
            turns = Turns(times, ordinal=meant.ordinal, priority=priority)
            return shown_override(self._rules.overrides.arm(keys_of([found], meant), meant, override, turns))

    def forced(self) -> Json:
        """The overrides armed since the last reset, with how often each was used."""
        with self._lock:
            return {"overrides": [shown_override(one) for one in self._rules.overrides.all()]}

    def unforce(self) -> Json:
        """Disarm every override."""
        with self._lock:
            gone = len(self._rules.overrides.all())
            self._rules.overrides.clear()
            return {"disarmed": gone}

    def _exemplified(self, operation: Operation, name: str) -> Reply:
        """The reply of a documented example. Raises NotThere."""
        if name not in operation.examples:
            known = ", ".join(operation.examples) or "none"
            meant = near(name, operation.examples)
            raise NotThere(f"{operation.id} has no example {name!r}{meant} (it has: {known})")
        site = self._site(self.shared.services[operation.service])
        call = Call(operation.method, operation.path, root="")
        base = site.service.mount
        return exemplified(site, call, operation.examples[name], base, base + _prefix(site.service))


def shown_override(rule: Rule[Match, Override]) -> dict[str, Json]:
    """A forced reply, and how often it was given."""
    one = rule.what
    return {
        "number": rule.number,
        "service": one.operation.service,
        "operation": one.operation.id,
        "example": one.example or None,
        "status": one.reply.status,
        "match": one.match,
        "priority": rule.turns.priority,
        "left": rule.left,
        "used": rule.used,
        "seen": rule.seen,
    }


def _prefix(service: Service) -> str:
    return next(iter(service.same_as), "")
