"""Outcome to documented reply; problem to documented refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus

from mockserver.engine.context import Context
from mockserver.engine.paging import cut, envelope
from mockserver.engine.site import Site
from mockserver.engine.template import MISSING, dotted, fill
from mockserver.spec.model import Example, ReplyRule, Wording
from mockserver.values import Broken, Call, Json, Outcome, Problem, Record, Reply, dumps

# Kinds that a service need not word, and the kind whose words stand in for them.
STAND_INS = {
    "no_content": "malformed",
    "wrong_credential": "unauthorized",
    "inactive_user": "wrong_credential",
    "wrong_scope": "forbidden",
    "unreadable_token": "wrong_credential",
    "bad_page": "bad_value",
    "bad_path": "no_route",
}
REASONS = {
    "no_route": "unknown-route",
    "bad_path": "unknown-route",
    "wrong_method": "wrong-method",
    "not_implemented": "not-implemented",
    "rate_limited": "rate-limit",
    "unauthorized": "auth",
    "wrong_credential": "auth",
    "inactive_user": "auth",
    "wrong_scope": "auth",
    "unreadable_token": "auth",
    "forbidden": "auth",
    "malformed": "validation",
    "no_content": "validation",
    "media_type": "validation",
    "bad_value": "validation",
    "bad_page": "validation",
    "invalid": "validation",
    "too_large": "validation",
    "broken": "broken",
}
NO_CONTENT = int(HTTPStatus.NO_CONTENT)
# Numbers that follow one another get ids that look unlike, and no two the same: the factor is odd.
_SPREAD, _IDS = 0x9E3779B97F4A7C15F39CC0605CEDC835, 2**128


def rendered(ctx: Context, outcome: Outcome) -> Reply:
    """The documented reply to what the operation did."""
    rule = ctx.case.reply
    status = rule.statuses[outcome.kind]
    headers = _service_headers(ctx.site, ctx.call, ctx)
    if ctx.headers:
        headers.update(ctx.headers)
    shown = _shown(ctx, outcome)
    located = rule.location is not None and outcome.kind in ("created", "accepted")
    if rule.headers or located:
        headers.update(_own_headers(ctx, rule, outcome, shown, located))
    if status == NO_CONTENT:
        headers.pop("Content-Type", None)
        return Reply(status, headers)
    if shown is MISSING:
        return Reply(status, headers)
    if isinstance(shown, bytes):
        return Reply(status, headers, shown)
    service = ctx.site.service
    kept = without_nulls(shown) if service.drop_nulls else shown
    indent = service.indent is not None and _indented(service.indent, ctx.call)
    return Reply(status, headers, dumps(kept, indent=indent))


def _own_headers(
    ctx: Context, rule: ReplyRule, outcome: Outcome, shown: Json, located: bool
) -> dict[str, str]:
    """The headers that this operation sends; ``located``: also where to find what it made."""
    templates = {**rule.headers, "Location": rule.location} if located else rule.headers
    record = outcome.value if isinstance(outcome.value, Mapping) else {}
    resource = ctx.site.service.resources.get(str(ctx.case.resource))
    values = {**record, **_as_mapping(shown), **outcome.extra}
    filled = {name: ctx.filled(template, values, resource) for name, template in templates.items()}
    return {name: str(value) for name, value in filled.items() if value is not MISSING}


def refused(site: Site, call: Call, problem: Problem, ctx: Context | None = None) -> Reply:
    """The service's own refusal: status, envelope and words of this kind of problem."""
    words = worded(site, problem.kind)
    values: dict[str, Json] = {
        "path": call.path,
        "method": call.method,
        "trace": trace(site.number),
        "now": site.stamp(),
        "message": joined(problem.broken) or problem.diagnosis,
        "fields": {one.key: one.message for one in reversed(problem.broken)},
        "lists": nested(problem.broken),
        "messages": [one.message for one in problem.broken],
        "issues": [issue(site, one) for one in problem.broken],
        **problem.values,
    }

    def look_up(name: str) -> Json:
        head, _, rest = name.partition(".")
        if head == "settings":
            return dotted(site.settings, rest)
        return dotted(values, name)

    headers = _service_headers(site, call, ctx)
    if ctx is not None:
        headers.update(ctx.headers)
    for name, template in words.headers.items():
        value = fill(template, look_up)
        if value is MISSING:
            headers.pop(name, None)
        else:
            headers[name] = str(value)
    headers["X-Mock-Reason"] = reason(site, problem.kind)
    headers["X-Mock-Diagnostics"] = str(site.number)
    return Reply(words.status, headers, written(fill(words.body, look_up), headers))


def reason(site: Site, kind: str) -> str:
    """Why the mock refuses, as ``X-Mock-Reason`` says it: by kind, and for too many calls by status."""
    limited = worded(site, kind).status == HTTPStatus.TOO_MANY_REQUESTS
    return "rate-limit" if limited else REASONS.get(kind, "state")


def exemplified(site: Site, call: Call, example: Example, base: str, api: str) -> Reply:
    """The documented reply of an example, with the addresses of this server."""
    values = {"base": base, "api": api, "path": call.path, "trace": trace(site.number)}

    def look_up(name: str) -> Json:
        return values.get(name, "{" + name + "}")

    headers = _service_headers(site, call, None)
    headers.update({name: str(fill(value, look_up)) for name, value in example.headers.items()})
    if example.body is None:
        headers.pop("Content-Type", None)
        return Reply(example.status, headers)
    return Reply(example.status, headers, written(fill(example.body, look_up), headers))


def worded(site: Site, kind: str) -> Wording:
    """The service's words for this kind of problem, or for the kind that stands in for it."""
    problems = site.service.problems
    while kind not in problems:
        kind = STAND_INS.get(kind, "broken")
    return problems[kind]


def written(body: Json, headers: Mapping[str, str]) -> bytes:
    """A body in the media type that the headers announce: text as it is, anything else as JSON."""
    if body is None or body is MISSING:
        return b""
    if isinstance(body, str) and "json" not in headers.get("Content-Type", "json"):
        return body.encode()
    return dumps(body)


def trace(number: int) -> str:
    """A trace id of 32 hexadecimal digits, always the same for the same journal number."""
    return f"{number * _SPREAD % _IDS:032x}"


def without_nulls(value: Json) -> Json:
    """``value`` without the members that are null, at any depth."""
    if isinstance(value, dict):
        # Most members are texts and numbers: those are not worth a call.
        return {
            key: without_nulls(one) if isinstance(one, (dict, list)) else one
            for key, one in value.items()
            if one is not None
        }
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    return value


def joined(broken: Sequence[Broken]) -> str:
    """All messages in one sentence after another."""
    return " ".join(one.message for one in broken)


def nested(broken: Sequence[Broken]) -> dict[str, Json]:
    """Messages as lists, nested as the members they are about.

    Where a member and something inside it are both broken, the first of the two is told.
    """
    found: dict[str, Json] = {}
    for one in broken:
        steps = [str(step) for step in one.path] or [one.key]
        steps[-1] = one.key if isinstance(one.path[-1] if one.path else "", str) else steps[-1]
        level = found
        for step in steps[:-1]:
            level = level.setdefault(step, {})
            if not isinstance(level, dict):
                break
        else:
            told = level.setdefault(steps[-1], [])
            if isinstance(told, list):
                told.append(one.message)
    return found


def issue(site: Site, broken: Broken) -> dict[str, Json]:
    """One broken rule as an item of a list of issues; what concerns the whole has no path."""
    return {
        "scope": broken.scope if broken.path else "global",
        "path": member(broken.path) or None,
        "code": site.service.codes.get(broken.rule, broken.rule),
        "message": broken.message,
    }


def member(path: Sequence[str | int]) -> str:
    """Keys and indexes as ``tasks[0].status``; empty for the whole."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _shown(ctx: Context, outcome: Outcome) -> Json:
    """The document of the reply, MISSING for an empty body."""
    if outcome.ready:
        return outcome.value
    if outcome.kind == "deleted" and not (ctx.case.reply.view or ctx.case.reply.show):
        return MISSING
    if outcome.many:
        return _listed(ctx, outcome.value)
    if outcome.value is None:
        return MISSING
    return _viewed(ctx, outcome.value)


def _listed(ctx: Context, records: Sequence[Record]) -> Json:
    name = ctx.case.reply.paging
    if name is None:
        return [_viewed(ctx, record) for record in records]
    style = ctx.site.service.paging[name]
    page, _ = cut(ctx, style, records)
    return envelope(ctx, style, page, [_viewed(ctx, record) for record in page.items])


def _viewed(ctx: Context, record: Record) -> Json:
    rule, name = ctx.case.reply, ctx.case.resource
    if rule.view is not None:
        shown: Json = ctx.site.functions[rule.view](ctx, record)
    elif name is not None:
        if rule.show and ctx.site.service.resources[name].view is None:
            return ctx.plain(name, record, rule.show)
        shown = ctx.view(name, record)
    else:
        # Not everything that is listed is a record: labels, say, are texts.
        shown = dict(record) if isinstance(record, Mapping) else record
    return {key: shown[key] for key in rule.show if key in shown} if rule.show else shown


def _indented(name: str, call: Call) -> bool:
    """Whether the caller asked for indented JSON, in a parameter or a header of that name."""
    asked = [*call.query.get(name, ()), call.headers.get(name.lower(), "")]
    return any(one.lower() == "true" for one in asked)


def _as_mapping(shown: Json) -> Mapping[str, Json]:
    return shown if isinstance(shown, dict) else {}


def _service_headers(site: Site, call: Call, ctx: Context | None) -> dict[str, str]:
    """The headers that this service sends with every reply."""
    service = site.service
    if ctx is not None and ctx.common is not None:
        found = dict(ctx.common)
    else:
        found = dict(service.headers)
        if service.templated:
            caller = ctx.caller.user if ctx is not None else {}
            values = {"caller": caller, "path": call.path, "trace": trace(site.number)}
            for name, text in service.templated.items():
                value = fill(text, partial(dotted, values))
                if value is MISSING:
                    del found[name]
                else:
                    found[name] = str(value)
        # They are the same for every such call, unless one of them has the trace id of this one in it.
        if ctx is not None and not any("{trace}" in text for text in service.templated.values()):
            ctx.common = found.copy()
    if service.traced:
        own = trace(site.number)
        for name in service.traced:
            found[name] = own
    return found
