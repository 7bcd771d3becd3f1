"""The path of one request through a service, in order."""

from __future__ import annotations

import traceback
from typing import NamedTuple

from mockserver.engine.admit import admit, arrived, body_of, broken_rules, chosen
from mockserver.engine.context import Context
from mockserver.engine.events import announce
from mockserver.engine.remembered import Known, Memory, Noted, known_of
from mockserver.engine.render import exemplified, reason, refused, rendered
from mockserver.engine.site import Site
from mockserver.engine.slips import slips
from mockserver.engine.verbs import VERBS
from mockserver.spec.model import Example, Operation
from mockserver.spec.routes import Leaf, Match
from mockserver.state.diagnosis import Diagnosis
from mockserver.values import Call, Effect, Outcome, Problem, Reply

# Nothing to say about a reply.
FINE = Diagnosis()
# Kinds of problem that tell of a client that does not keep to the schema.
BREACHES = ("invalid", "malformed", "no_content", "media_type", "bad_value", "bad_page")


class Answer(NamedTuple):
    """A reply, why it is as it is, and what happens to it on its way; ``known``: what remembers it."""

    reply: Reply
    diagnosis: Diagnosis
    context: Context | None = None
    effect: Effect | None = None
    known: Known | None = None


def answer(site: Site, call: Call, match: Match, memory: Memory, known: Known | None = None) -> Answer:
    """The reply of the operation that ``match`` leads to. ``known``: what holds of such calls, if any."""
    leaf = match.leaf
    if leaf is None or match.values is None:
        raise ValueError(f"no operation at {call.target}")
    if known is not None and (known.sole or chosen(leaf.operation, call) is known.admitted.case):
        ctx = known.admitted.again(call)
        site.begin()
        return _carried_out(site, call, ctx, memory, known)
    return _looked_into(site, call, match, leaf, memory)


def _looked_into(site: Site, call: Call, match: Match, leaf: Leaf, memory: Memory) -> Answer:
    """The reply to a call of which nothing is known; what is found out about it is remembered."""
    operation = leaf.operation
    noted = Noted(call.headers)
    asked = Call(call.method, call.target, noted, call.body, call.root)
    ctx: Context | None = None
    try:
        preferred = prefer(operation, asked)
        base = call.root + match.base
        if isinstance(preferred, Example):
            reply = exemplified(site, call, preferred, base, base + leaf.prefix)
            return marked(reply, "override", f"Prefer asked for the example {preferred.name}", site.number)
        if preferred:
            raise Problem("not_implemented", diagnosis=preferred, operation=operation.id)
        ctx = arrived(site, asked, leaf, base)
        if operation.absent:
            raise _absent(operation)
        known = _admitted(ctx, match, leaf)
    except Problem as problem:
        return refusal(site, call, problem, ctx)
    except Exception as error:
        return _crashed(site, call, operation, error, None)
    answered = _carried_out(site, call, ctx, memory, known)
    if known is not None:
        # Only now is it known of every header whether it matters.
        memory.keep(call, known, noted.names)
    return answered


def _admitted(ctx: Context, match: Match, leaf: Leaf) -> Known | None:
    """Admit the call; what is known of it from now on, if it would be admitted so again. Raises Problem."""
    site = ctx.site
    site.begin()
    admit(ctx, leaf, match.values or {})
    if site.passing or site.store.written or ctx.notes:
        return None
    found = known_of(ctx, match)
    site.store.watch()
    return found


def _carried_out(site: Site, call: Call, ctx: Context, memory: Memory, known: Known | None) -> Answer:
    """The reply to a call that was admitted: its body is read, and what it asks for is done."""
    try:
        ctx.stage = "body"
        ctx.body = body_of(ctx) if known is None else memory.body(known, ctx)
        ctx.stage = "operation"
        outcome = perform(ctx)
        reply = settled(ctx, rendered(ctx, outcome))
        if ctx.events:
            announce(ctx)
        slip = slips(site, call, None) if call.body else ""
        if known is not None:
            known.admitted.common = ctx.common
            if not (ctx.notes or ctx.events or slip):
                memory.note_reply(known, ctx, reply)
    except Problem as problem:
        return refusal(site, call, problem, ctx)
    except Exception as error:
        return _crashed(site, call, ctx.operation, error, ctx if ctx.stage == "operation" else None)
    if ctx.notes:
        why = Diagnosis("validation", "accepted although the schema is broken", tuple(ctx.notes), True)
        return Answer(reply, why, ctx)
    if slip:
        return Answer(reply, Diagnosis("slip", slip), ctx)
    return Answer(reply, FINE, ctx, known=known)


def perform(ctx: Context) -> Outcome:
    """What the operation does: a verb on the records, or Python in its place."""
    case = ctx.case
    if case.does == "call":
        outcome: Outcome = ctx.site.functions[str(case.function)](ctx)
        if case.emits and not outcome.ready:
            for record in outcome.value if outcome.many else (outcome.value,):
                ctx.did(outcome.kind, ctx.target if record is None else record)
        return outcome
    if case.does == "absent":
        raise _absent(ctx.operation)
    if case.does == "example":
        examples = ctx.operation.examples
        example = examples[case.function or next(iter(examples))]
        return Outcome("ok", ctx.filled(example.body, {}), ready=True)
    return VERBS[case.does](ctx)


def refusal(site: Site, call: Call, problem: Problem, ctx: Context | None = None) -> Answer:
    """A problem in the service's words, with its diagnosis."""
    reply = settled(ctx, refused(site, call, problem, ctx))
    why = reason(site, problem.kind)
    message = problem.diagnosis or problem.kind
    if problem.kind not in ("no_route", "broken") and (slip := slips(site, call, problem)):
        message = f"{message} — {slip}"
    # What only the state of the world forbids breaks no schema.
    of_schema = not problem.broken or any(one.rule not in ("state", "unique") for one in problem.broken)
    breach = problem.kind in BREACHES and of_schema
    return Answer(reply, Diagnosis(why, message, problem.broken, breach), ctx)


def settled(ctx: Context | None, reply: Reply) -> Reply:
    """The reply, once the service has counted what the call cost, with what it says of that."""
    if ctx is None or ctx.site.service.settles is None:
        return reply
    told = ctx.site.functions[ctx.site.service.settles](ctx, reply)
    return Reply(reply.status, {**reply.headers, **told}, reply.body) if told else reply


def marked(reply: Reply, reason: str, message: str, number: int) -> Answer:
    """A reply that is the mock's own doing, and says so."""
    headers = {**reply.headers, "X-Mock-Reason": reason, "X-Mock-Diagnostics": str(number)}
    return Answer(Reply(reply.status, headers, reply.body), Diagnosis(reason, message))


def prefer(operation: Operation, call: Call) -> Example | str | None:
    """The example that a ``Prefer`` header asks for; a sentence if there is none such."""
    header = call.headers.get("prefer")
    if header is None:
        return None
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        value = value.strip().strip('"')
        if name == "example":
            known = ", ".join(operation.examples) or "none"
            return operation.examples.get(value) or f"no example {value!r} of {operation.id}; it has: {known}"
        if name == "code":
            for example in operation.examples.values():
                if str(example.status) == value:
                    return example
            known = ", ".join(sorted({str(one.status) for one in operation.examples.values()})) or "none"
            return f"no example of {operation.id} has status {value}; there are: {known}"
    return None


def _absent(operation: Operation) -> Problem:
    """Said of an operation that is wholly absent before anything it names is looked up: nothing would."""
    message = f"{operation.id} is known but not implemented"
    return Problem("not_implemented", diagnosis=message, operation=operation.id)


def _crashed(site: Site, call: Call, operation: Operation, error: Exception, ctx: Context | None) -> Answer:
    """A defect of ours; unless something was let through unchecked, then the refusal it would have met.

    ctx: where the call had come as far as the operation itself.
    """
    accepts = operation.accepts
    if ctx is not None:
        given = (
            ("path", accepts.path, ctx.path),
            ("query", accepts.query, ctx.query),
            ("body", None if accepts.raw else accepts.body, ctx.body),
        )
        for scope, name, value in given:
            if name is not None and (found := broken_rules(site, name, value, scope)):
                problem = Problem("invalid", broken=found, diagnosis=f"the {scope} cannot be worked with")
                return refusal(site, call, problem, ctx)
    # Not format_exception: it parses source, which is not safe beside other threads that do in Python 3.11.
    places = traceback.extract_tb(error.__traceback__, limit=-8)
    text = "\n".join(f"{one.filename}:{one.lineno} in {one.name}" for one in places)
    problem = Problem("broken", diagnosis=f"defect in {operation.id}: {error!r}\n{text}")
    return refusal(site, call, problem, ctx)
