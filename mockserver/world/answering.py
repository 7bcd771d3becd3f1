"""How a world answers: from a request to the service and the operation it is for, and on to the journal."""

from __future__ import annotations

from types import MappingProxyType

from mockserver.engine.answer import Answer, answer, marked, refusal
from mockserver.engine.remembered import Given, Known, reply_again
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

    def handle(self, call: Call) -> Reply:
        """The reply to one request; never raises, does no I/O."""
        return self.respond(call)[0]

    def exchange(self, call: Call, refused: Problem | None = None) -> Entry:
        """The reply to one request, with everything that the journal keeps of it.

        ``refused``: why nobody can answer it, whatever it asks for; its service words that.
        """
        reply, line = self.respond(call, refused)
        return line.answered(reply)

    def respond(self, call: Call, refused: Problem | None = None) -> tuple[Reply, Line]:
        """The reply to one request, and what the journal keeps; the arguments are ``exchange``'s."""
        with self._lock:
            known = None if refused is not None else self._known(call)
            if known is None or (self._rules.on and self._armed_for(known.admitted.operation, known.match)):
                # It must be found out what is asked for, or what a tester wants instead.
                reply, line = self._worked_out(call, refused, known)
            elif known.given is not None and call.body == known.reply_to:
                # It changed nothing before, and nothing has changed since.
                reply, line = self._repeated(call, known, known.given)
            else:
                # It is admitted as before, and carried out.
                site = self._site(known.admitted.site.service, self.journal.next_number)
                result = answer(site, call, known.match, self._memory, known)
                reply, line = self._noted(call, site.service.name, known.admitted.operation.id, result)
            if self.outbox.news:
                self._stir()
            if self._waiting:
                self._announce()
            return reply, line

    def _known(self, call: Call) -> Known | None:
        """What was found out about such a call, if it would be found out again."""
        known = self._memory.find(call)
        if known is None:
            return None
        settings = self._settings[known.admitted.site.service.name]
        holds = known.holds(self._store, settings, self.auth_mode, self.validation_mode)
        return known if holds else None

    def _repeated(self, call: Call, known: Known, given: Given) -> tuple[Reply, Line]:
        """The reply to a call that changed nothing once more, and what the journal keeps of it."""
        before, tally, first = given
        journal = self.journal
        reply = reply_again(known, journal.next_number)
        tally.count += 1
        tally.covered += 1
        # Headers that nobody can change are those of the first call, if it is the very same one.
        headers = None if call is first and type(call.headers) is MappingProxyType else call.headers
        return reply, journal.repeat(before, self.clock.now(), headers, reply)

    def _worked_out(self, call: Call, refused: Problem | None, known: Known | None) -> tuple[Reply, Line]:
        """The reply to a call that must be looked into, and what the journal keeps of it."""
        number = self.journal.next_number
        if refused is None:
            service, operation, result = self._answer(call, number, known)
        else:
            service, operation, result = self._refusal(call, number, refused)
        return self._noted(call, service, operation, result, exercised=refused is None)

    def _noted(
        self, call: Call, service: str, operation: str, result: Answer, *, exercised: bool = True
    ) -> tuple[Reply, Line]:
        """The reply, and what the journal keeps of it, once it is counted."""
        reply, why, _, effect, known = result
        tally = self._tallies[service, operation, reply.status, why.reason]
        tally.count += 1
        if exercised and operation and why.reason not in INJECTED:
            tally.covered += 1
        self._breaches += why.breach
        line = self.journal.keep(self.clock.now(), service, operation, call, reply, why, effect)
        if known is not None and known.reply is reply and line.shows(call, reply):
            known.given = Given(line, tally, call)
        return reply, line

    def _answer(self, call: Call, number: int, known: Known | None = None) -> tuple[str, str, Answer]:
        """Service, operation id and answer; the first two are empty where nothing was found."""
        if known is not None:
            match = known.match
        else:
            try:
                match = self.shared.routes.find(call.method, call.path)
            except BadPath as error:
                problem = Problem("bad_path", diagnosis=f"{call.path} is no valid percent-encoded UTF-8")
                return self._nowhere(call, number, error.service, problem)
        service, leaf = match.service, match.leaf
        if service is None:
            return self._nowhere(call, number, None, self._lost(call, number))
        site = self._site(service, number)
        if self._rules.on:
            result = self._interfered(site, call, match, lambda: self._straight(site, call, match, known))
        else:
            result = self._straight(site, call, match, known)
        return service.name, leaf.operation.id if leaf else "", result

    def _straight(self, site: Site, call: Call, match: Match, known: Known | None) -> Answer:
        """What is answered where nothing is armed."""
        if match.leaf is None:
            return self._unrouted(site, match, call)
        return answer(site, call, match, self._memory, known)

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
