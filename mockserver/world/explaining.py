"""What would be answered to a request, and why: tried out in a copy of the world, which is thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict

from mockserver.engine.admit import STAGES
from mockserver.engine.answer import Answer
from mockserver.engine.context import Context
from mockserver.exchange import redacted
from mockserver.spec.load import say
from mockserver.spec.model import Case, Operation
from mockserver.spec.routes import BadPath, Match
from mockserver.state import secrets
from mockserver.values import Call, Json, Reply, dumps
from mockserver.world.answering import Answering
from mockserver.world.changes import changes
from mockserver.world.core import State
from mockserver.world.credentials import good
from mockserver.world.errors import CommandError
from mockserver.world.logins import Logins
from mockserver.world.observing import Observing
from mockserver.world.shown import shown_diagnosis
from mockserver.world.states import States

# What each check of a call asks, in the order in which they are made.
ASKED: Mapping[str, str] = {
    "caller": "who is calling",
    "service": "what the service asks of every call",
    "parents": "the records that the path leads through",
    "path": "the form of the values in the path",
    "query": "the parameters of the query",
    "settings": "the settings that the operation needs",
    "record": "the record that the path names",
    "permission": "what the caller may do",
    "body": "the body: its media type, its form, every rule of its schema",
    "operation": "what the operation itself asks",
}


class Explaining(Answering, States, Observing, Logins):
    """The command that tries a request out."""

    def explain(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """What would be answered to a request and why; nothing is changed, counted or kept.

        path: with its query; body: sent as JSON, ``text``: as it is; headers: without them, a credential
        that is let in and the media type that goes with the body. Raises CommandError.
        """
        call = _call(method, path, body, text, headers)
        with self._lock:
            rehearsal = self._rehearsal()
            try:
                match = self.shared.routes.find(call.method, call.path)
            except BadPath:
                match = Match(None)
            if headers is None and match.service is not None:
                sent = {**call.headers, "authorization": good(rehearsal, match.service.name).authorization}
                call = Call(call.method, call.target, sent, call.body, call.root)
            before = rehearsal._present()
            number = self.journal.next_number
            service, operation, answer = rehearsal._answer(call, number)
            found = _answered(call, service, operation, answer)
            if match.leaf is not None:
                found |= _about(match.leaf.operation, match.leaf.route, match.values or {})
            else:
                found["closest"] = list(self.shared.routes.nearest(call.method, call.path))
            ctx = answer.context
            if ctx is not None:
                found |= {"case": _case(ctx.case), "caller": _caller(ctx)}
            found["checks"] = list(_checks(ctx, answer))
            after = rehearsal._present()
            found["changes"] = _with_records(changes(self.shared, before, after)["records"], after)
            found["webhooks"] = [
                {"event": one.message.event, "url": secrets.url(one.message.url)[0]}
                for one in rehearsal.outbox
            ]
            return found

    def _rehearsal(self) -> Explaining:
        """A copy of this world as it is now, of which nothing leads back here."""
        other = object.__new__(type(self))
        auth, validation = self.auth_mode, self.validation_mode
        other._begin(self.shared, self.name, self.clock.fork(), auth, validation, self.deliver_to)
        other._put_back(self._present())
        other._rules = self._rules.fork()
        other.meters = deepcopy(self.meters)
        return other


def _with_records(found: Json, after: State) -> Json:
    """What differs, with the whole of each record that was added."""
    for service, resources in found.items():
        for resource, kinds in resources.items():
            rows = after.store[f"{service}/{resource}"].rows
            for one in kinds["added"]:
                one["record"] = redacted(rows[one["id"]])
    return found


def _call(method: str, path: str, body: Json, text: str | None, headers: Mapping[str, str] | None) -> Call:
    if not path.startswith("/"):
        raise CommandError(f"'path' must begin with a slash, not {path!r}")
    if body is not None and text is not None:
        raise CommandError("give either 'body' or 'text'")
    raw = b"" if body is None else dumps(body)
    if text is not None:
        raw = text.encode()
    sent = {name.lower(): str(value) for name, value in (headers or {}).items()}
    if raw and headers is None:
        sent["content-type"] = "application/json"
    return Call(method.upper(), path, sent, raw)


def _answered(call: Call, service: str, operation: str, answer: Answer) -> dict[str, Json]:
    return {
        "request": f"{call.method} {call.target}",
        "service": service,
        "operation": operation,
        "reply": _reply(answer.reply),
        "effect": None if answer.effect is None else asdict(answer.effect),
        "diagnosis": shown_diagnosis(answer.diagnosis),
    }


def _reply(reply: Reply) -> dict[str, Json]:
    try:
        body = reply.json()
    except ValueError:
        body = reply.body.decode(errors="replace")
    return {"status": reply.status, "headers": dict(reply.headers), "body": body}


def _about(operation: Operation, route: str, values: Mapping[str, str]) -> dict[str, Json]:
    return {
        "route": f"{operation.method} {route}",
        "path": dict(values),
        "title": operation.title,
        "rung": operation.rung,
        "evidence": operation.evidence,
        "docs": operation.docs,
        "fixture": say(operation.place, "").strip(),
    }


def _case(case: Case) -> dict[str, Json]:
    return {"if": case.when, "does": case.does, "resource": case.resource, "function": case.function}


def _caller(ctx: Context) -> dict[str, Json]:
    users = ctx.site.service.auth.users
    field = ctx.site.service.resources[users].id.field if users is not None else "id"
    return {
        "id": ctx.caller.user.get(field),
        "scheme": ctx.caller.scheme,
        "anonymous": ctx.caller.anonymous,
        "rejected": ctx.caller.rejected,
    }


def _checks(ctx: Context | None, answer: Answer) -> Iterator[dict[str, Json]]:
    """Each check with ``passed``: true, false for the one that refused, null where it was not come to."""
    came_to = STAGES.index(ctx.stage) if ctx is not None and ctx.stage else -1
    refused = came_to >= 0 and answer.reply.status >= 400
    for at, name in enumerate(STAGES):
        passed: bool | None = None if at > came_to else not (refused and at == came_to)
        yield {"check": name, "asks": ASKED[name], "passed": passed}
