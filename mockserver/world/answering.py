"""How a world answers: from a request to the service and the operation it is for, and on to the journal."""

from __future__ import annotations

from mockserver.engine.answer import Answer, answer, marked, refusal
from mockserver.engine.site import Site
from mockserver.engine.slips import slips
from mockserver.spec.model import Service
from mockserver.spec.routes import BadPath, Match
from mockserver.state.entry import Entry, Line
from mockserver.values import Call, Problem, Reply, dumps
from mockserver.world.interfering import Interfering

# Why a reply is none that the operation gave: it is no coverage.
INJECTED = ("override", "fault", "broken")


class Answering(Interfering):
    """The part of a world that requests meet."""

    @property
    def undisturbed(self) -> bool:
        """Whether every reply is sent as it is: no fault is armed that a socket would have to commit."""
        return not self._rules.faults

    def handle(self, call: Call) -> Reply:
        """The reply to one request; never raises, does no I/O."""
        return self.respond(call)[0]

    def exchange(self, call: Call, refused: Problem | None = None, *, whole: bool = False) -> Entry:
        """The reply to one request, with everything that the journal keeps of it.

        ``refused``: why nobody can answer it, whatever it asks for; its service words that. ``whole``: the
        reply will be sent as it is, so that a fault which another thread has just armed comes too late.
        """
        reply, line = self.respond(call, refused, whole=whole)
        return line.answered(reply)

    def respond(
        self, call: Call, refused: Problem | None = None, *, whole: bool = False
    ) -> tuple[Reply, Line]:
        """The reply to one request, and what the journal keeps; the arguments are ``exchange``'s."""
        with self._lock:
            number = self.journal.next_number
            if refused is None:
                service, operation, result = self._answer(call, number, whole)
            else:
                service, operation, result = self._refusal(call, number, refused)
            if operation and refused is None and result.diagnosis.reason not in INJECTED:
                self._coverage[service, operation, result.reply.status] += 1
            self._breaches += result.diagnosis.breach
            self._served[service, operation, result.reply.status, result.diagnosis.reason] += 1
            line = self.journal.keep(
                self.clock.now(), service, operation, call, result.reply, result.diagnosis, result.effect
            )
            if self.outbox.news:
                self._stir()
            if self._waiting:
                self._announce()
            return result.reply, line

    def _answer(self, call: Call, number: int, whole: bool = False) -> tuple[str, str, Answer]:
        """Service, operation id and answer; the first two are empty where nothing was found."""
        try:
            match = self.shared.routes.find(call.method, call.path)
        except BadPath as error:
            problem = Problem("bad_path", diagnosis=f"{call.path} is no valid percent-encoded UTF-8")
            return self._nowhere(call, number, error.service, problem)
        if match.service is None:
            return self._nowhere(call, number, None, self._lost(call, number))
        site = self._site(match.service, number)
        if self._rules.on:
            result = self._interfered(site, call, match, lambda: self._straight(site, call, match), whole)
        else:
            result = self._straight(site, call, match)
        return match.service.name, match.leaf.operation.id if match.leaf else "", result

    def _straight(self, site: Site, call: Call, match: Match) -> Answer:
        """What is answered where nothing is armed."""
        if match.leaf is None or match.values is None:
            return self._unrouted(site, match, call)
        return answer(site, call, match.leaf, match.values, call.root + match.base)

    def _refusal(self, call: Call, number: int, problem: Problem) -> tuple[str, str, Answer]:
        """The words of the service that is asked; where none is, what a call without body would meet."""
        try:
            match = self.shared.routes.find(call.method, call.path)
        except BadPath:
            match = Match(None)
        if match.service is None:
            return self._answer(call, number)
        operation = match.leaf.operation.id if match.leaf else ""
        return match.service.name, operation, refusal(self._site(match.service, number), call, problem)

    def _unrouted(self, site: Site, match: Match, call: Call) -> Answer:
        if match.allowed:
            diagnosis = f"{call.method} {call.path} — only {', '.join(match.allowed)} here"
            allow = ", ".join(match.allowed)
            problem = Problem("wrong_method", diagnosis=diagnosis, allowed=list(match.allowed), allow=allow)
        else:
            problem = self._lost(call, site.number)
        return refusal(site, call, problem)

    def _nowhere(
        self, call: Call, number: int, owner: Service | None, problem: Problem
    ) -> tuple[str, str, Answer]:
        """The refusal of a path that leads nowhere: its owner's, or the mock's own where it has none."""
        owner = owner or self._owner(call.path)
        if owner is not None:
            return owner.name, "", refusal(self._site(owner, number), call, problem)
        message = problem.diagnosis
        mounts = {name: service.mount for name, service in self.shared.services.items()}
        body = dumps({"message": message, "services": mounts, "control": "/__mock__"})
        reply = Reply(404, {"Content-Type": "application/json"}, body)
        return "", "", marked(reply, "unknown-route", message, number)

    def _owner(self, path: str) -> Service | None:
        """The service under whose mount or routes a path that leads nowhere begins."""
        head = "/" + path.lstrip("/").partition("/")[0]
        return next((one for one in self.shared.services.values() if one.mount == head), None)

    def _lost(self, call: Call, number: int) -> Problem:
        """The problem of a path that leads nowhere; its diagnosis names the nearest routes, and the slip."""
        near = self.shared.routes.nearest(call.method, call.path)
        closest = f" Closest: {', '.join(near)}" if near else ""
        owner = self._owner(call.path)
        services = self.shared.services.values() if owner is None else (owner,)
        problem = Problem("no_route")
        named = [text for one in services if (text := slips(self._site(one, number), call, problem))]
        known = f" — {'; '.join(named)}" if named else ""
        problem.diagnosis = f"{call.method} {call.path} — no such operation.{closest}{known}"
        return problem
