"""What goes wrong on purpose: the reply that a fault makes of a call, and what the socket does to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from math import exp

import orjson

from mockserver.engine.answer import Answer, marked
from mockserver.engine.render import exemplified, refused
from mockserver.engine.site import Site
from mockserver.spec.model import Example, Operation
from mockserver.spec.routes import Match as Route
from mockserver.values import Call, Effect, Json, Problem, Reply

# The kinds of problem whose words are used for their status first, in this order.
USUAL = (
    "unauthorized",
    "forbidden",
    "not_found",
    "wrong_method",
    "conflict",
    "too_large",
    "media_type",
    "rate_limited",
    "broken",
    "not_implemented",
)
# What stands before a service, or in its place, answers like this: status, title, headers.
PAGES: Mapping[str, tuple[int, str, Mapping[str, str]]] = {
    "bad_gateway": (502, "502 Bad Gateway", {}),
    "unavailable": (503, "503 Service Temporarily Unavailable", {}),
    "gateway_timeout": (504, "504 Gateway Time-out", {}),
    "login": (200, "Log in to continue", {"Cache-Control": "no-store"}),
    "login_redirect": (302, "302 Found", {"Location": "/login?continue={path}", "Cache-Control": "no-store"}),
}
GARBLED = ("chunk", "json")
KINDS = ("status", "drop", "empty", "cut", "garble", "html", "rate_limit")
WHERE = ("headers", "body", "dribble")
SPREADS = ("seconds", "uniform", "lognormal")
_SILENT = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a reply is kept back, in seconds, and where: before its headers, its body, or all over it.

    ``spread`` and ``numbers``: seconds (so many), uniform (from, to), lognormal (median, sigma).
    """

    spread: str
    numbers: tuple[float, ...]
    where: str = "headers"
    most: float = 60.0

    def seconds(self, digits: str) -> float:
        """The delay that hexadecimal ``digits`` stand for; they look random and are the same in every run."""
        if self.spread == "seconds":
            return self.numbers[0]
        part = (int(digits, 16) + 0.5) / 16 ** len(digits)
        first, second = self.numbers
        if self.spread == "uniform":
            return float(round(first + (second - first) * part, 3))
        from statistics import NormalDist

        drawn = first * exp(min(second * NormalDist().inv_cdf(part), 100.0))
        return float(round(min(drawn, self.most), 3))


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong. ``kind``: one of KINDS, or empty where the reply is only late.

    value: what the kind is told: a status, bytes that are sent, a page, a reason; perform: the operation is
    carried out before its reply is lost.
    """

    kind: str
    value: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None
    delay: Delay | None = None
    perform: bool = False

    def __str__(self) -> str:
        """The fault in a few words."""
        what = [] if not self.kind else [self.kind if self.value is True else f"{self.kind} {self.value}"]
        return ", ".join([*what, *(["performed"] if self.perform else [])])


def spoilt(
    site: Site, call: Call, found: Route, fault: Fault, digits: str, name: str, beneath: Callable[[], Answer]
) -> Answer:
    """What a client meets instead of the answer ``beneath``, which is asked for only if it has to be.

    ``digits``: hexadecimal, for delays that vary; ``name``: of the fault, for the journal.
    """
    answered = beneath() if fault.perform or not fault.kind else None
    reply, effect = _met(site, call, found, fault, answered)
    told = [str(fault)] if fault.kind else []
    if fault.delay is not None:
        seconds = fault.delay.seconds(digits)
        effect = replace(effect, delay=seconds, where=fault.delay.where)
        told.append(f"{seconds:g} s late ({fault.delay.where})")
    if answered is not None:
        meant = answered.diagnosis.message
        told.append(f"the operation answered {answered.reply.status}" + (f" ({meant})" if meant else ""))
    done = marked(reply, "fault", f"{name}: {', '.join(told)}", site.number)
    if answered is not None:
        broken, breach = answered.diagnosis.broken, answered.diagnosis.breach
        done = done._replace(diagnosis=replace(done.diagnosis, broken=broken, breach=breach))
    return done._replace(effect=effect if effect != Effect() else None)


def _met(site: Site, call: Call, found: Route, fault: Fault, answered: Answer | None) -> tuple[Reply, Effect]:
    """The reply, and what else than a delay happens to it. Status 0: no byte of a reply is sent."""
    if fault.kind == "status":
        return _with(of_status(site, call, found, fault.value), fault.headers), Effect()
    if fault.kind == "rate_limit":
        return _with(limited(site, call, fault.value, fault.retry_after), fault.headers), Effect()
    if fault.kind == "html":
        return _with(page(call, fault.value), fault.headers), Effect()
    if fault.kind in ("drop", "empty"):
        return Reply(0), Effect(ending=fault.kind)
    if not fault.kind:
        assert answered is not None
        return answered.reply, Effect()
    whole = _whole(answered.reply if answered is not None else sample(site, call, found))
    if fault.kind == "cut":
        sent = whole.body[: fault.value]
        return whole._replace(body=sent), Effect(ending="cut", length=max(len(whole.body), len(sent) + 1))
    half = whole.body[: (len(whole.body) + 1) // 2]
    if fault.value == "chunk":
        return whole._replace(body=half), Effect(ending="chunk")
    return whole._replace(body=_no_json(half)), Effect()


def of_status(site: Site, call: Call, found: Route, status: int) -> Reply:
    """A reply of this status in the service's own words.

    Those of a usual kind of problem, else the operation's documented example, else those of another kind,
    else what the service says of any status.
    """
    worded = site.service.problems
    operation = found.leaf.operation if found.leaf else None
    for kind in USUAL:
        if kind in worded and worded[kind].status == status:
            return refused(site, call, _problem(call, kind, status, found))
    for example in operation.examples.values() if operation else ():
        if example.status == status:
            return _exemplified(site, call, found, example)
    for kind, words in worded.items():
        if words.status == status and kind != "any_status":
            return refused(site, call, _problem(call, kind, status, found))
    kind = "any_status" if "any_status" in worded else "broken"
    return refused(site, call, _problem(call, kind, status, found))._replace(status=status)


def limited(site: Site, call: Call, reason: str, retry_after: int | None = None) -> Reply:
    """The refusal of a call too many, for one of the reasons that the service documents."""
    values = dict(site.service.limited[reason])
    now = site.clock.now()
    until = values.pop("until", None)
    if retry_after is None:
        retry_after = _to_the_hour(now) if until == "hour" else int(values.get("retry_after", 1))
    reset = (now + timedelta(seconds=retry_after)).strftime("%Y-%m-%dT%H:%M:%SZ")
    values.update(retry_after=retry_after, reset=reset, reason=reason)
    return refused(site, call, Problem(reason, diagnosis=_phrase(429), **values))


def page(call: Call, name: str) -> Reply:
    """What a proxy or a login wall answers: HTML, whatever was asked for."""
    status, title, headers = PAGES[name]
    form = '<form method="post" action="/login"><input name="user"><input name="password"></form>'
    body = f"<h1>{title}</h1>{form if name == 'login' else '<hr>proxy'}"
    html = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body>{body}</body></html>\n"
    filled = {key: value.replace("{path}", call.path) for key, value in headers.items()}
    return Reply(status, {"Content-Type": "text/html; charset=utf-8", **filled}, html.encode())


def sample(site: Site, call: Call, found: Route) -> Reply:
    """What the operation documents as its answer, for a call that is not carried out."""
    operation: Operation | None = found.leaf.operation if found.leaf else None
    examples = operation.examples.values() if operation else ()
    good = [one for one in examples if one.status < 300]
    for example in sorted(good, key=lambda one: one.body is None):
        return _exemplified(site, call, found, example)
    return Reply(200, {"Content-Type": "application/json"})


def _exemplified(site: Site, call: Call, found: Route, example: Example) -> Reply:
    base = call.root + found.base
    return exemplified(site, call, example, base, base + (found.leaf.prefix if found.leaf else ""))


def _problem(call: Call, kind: str, status: int, found: Route) -> Problem:
    """A problem with a value for everything that a wording may well ask for."""
    phrase = _phrase(status)
    values: dict[str, Json] = {"status": status, "reason": phrase, "title": "Resource", "id": ""}
    values["media_type"] = call.media_type or "none"
    if found.leaf is not None:
        values.update(operation=found.leaf.operation.id, allow=found.leaf.operation.method)
        for name, text in (found.values or {}).items():
            resource = found.service.resource_for(name) if found.service else None
            values.update(id=text, **({"title": resource.title} if resource else {}))
    return Problem(kind, diagnosis=phrase, **values)


def _with(reply: Reply, headers: Mapping[str, str]) -> Reply:
    return reply._replace(headers={**reply.headers, **headers}) if headers else reply


def _whole(reply: Reply) -> Reply:
    """A reply that has a body to spoil."""
    if reply.body and reply.status not in _SILENT:
        return reply
    headers = {"Content-Type": "application/json", **reply.headers}
    return Reply(200 if reply.status in _SILENT else reply.status, headers, b"{}")


def _no_json(half: bytes) -> bytes:
    """Half a document, made sure to be none."""
    try:
        orjson.loads(half)
    except ValueError:
        return half
    return b'{"' + half.strip(b'"')


def _to_the_hour(now: datetime) -> int:
    return 3600 - now.minute * 60 - now.second


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
