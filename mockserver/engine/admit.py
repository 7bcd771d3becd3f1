"""Is the call well-formed, who is calling, are the things it names there: in the documented order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

import orjson

from mockserver.engine.callers import caller_of, check_scope
from mockserver.engine.collection import Collection
from mockserver.engine.context import Caller, Context, source_of, sources
from mockserver.engine.site import Site
from mockserver.engine.template import MISSING
from mockserver.spec.model import Case, Operation, Resource, SchemaName
from mockserver.spec.routes import Leaf
from mockserver.values import Broken, Call, Json, Problem, Record

# What a number in a path or a query looks like; Python's own reading takes nan, inf and 1_000 too.
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
BY_VERBS = ("get", "replace", "merge", "delete")
# What is checked of a call, in this order; ``Context.stage`` is the one it came to.
STAGES = (
    "caller",
    "service",
    "parents",
    "path",
    "query",
    "settings",
    "record",
    "permission",
    "body",
    "operation",
)


def arrived(site: Site, call: Call, leaf: Leaf, base: str) -> Context:
    """The context of a call of which nothing is known but what it asks for; nobody is calling yet."""
    case = chosen(leaf.operation, call)
    return Context(site, call, leaf.operation, case, leaf.prefix, base, Caller())


def admit(ctx: Context, leaf: Leaf, values: Mapping[str, str]) -> None:
    """Fill ``ctx`` with who is calling and what the call names; its body is read after that.

    Order: caller, the service's rule for every call, scopes of the token, parents, form of the ids and of
    the query, settings, the record itself, permission. Raises Problem with the first of these that fails,
    and with all broken rules of that one.
    """
    site, call, operation, case = ctx.site, ctx.call, ctx.operation, ctx.case
    ctx.stage = "caller"
    _find_caller(ctx)
    ctx.stage = "service"
    if site.service.admits is not None:
        site.functions[site.service.admits](ctx)
    check_scope(ctx.caller, operation)
    named = [(param, resource) for param in leaf.names if (resource := site.service.resource_for(param))]
    target = named[-1] if named and case.resource in (named[-1][1].name, None) else None
    ctx.parents = {}
    ctx.stage = "parents"
    for param, resource in named:
        if (param, resource) != target:
            ctx.parents[resource.name] = _parent(ctx, resource, values[param])
    ctx.stage = "path"
    ctx.path = _typed(ctx, "path", {key: [value] for key, value in values.items()}, operation.accepts.path)
    if target is not None:
        _well_formed(ctx, target[1], values[target[0]])
    ctx.stage = "query"
    ctx.query = _typed(ctx, "query", call.query, operation.accepts.query)
    ctx.stage = "settings"
    for need in operation.needs:
        if not site.settings[need.setting]:
            raise Problem(need.otherwise, diagnosis=f"the setting {need.setting} is off")
    ctx.stage = "record"
    if target is not None:
        ctx.target = _target(ctx, target[1], values[target[0]])
        ctx.parents = {**ctx.parents, target[1].name: ctx.target}
    elif case.by and case.does in BY_VERBS:
        ctx.target = _target_by(ctx, case)
    ctx.stage = "permission"
    permission = operation.permission
    if permission is not None and not ctx.allowed(permission.name):
        raise Problem(
            permission.otherwise,
            diagnosis=f"the caller lacks {permission.name}",
            permission=permission.name,
            **_near(ctx),
        )


def chosen(operation: Operation, call: Call) -> Case:
    """The first case whose condition the call meets; the last case has none."""
    for case in operation.cases:
        if case.when is None or _present(case.when, call):
            return case
    return operation.cases[-1]


def read_json(body: bytes) -> Json:
    """The JSON document in ``body``. Raises Problem no_content | malformed."""
    if not body.strip():
        raise Problem("no_content", diagnosis="the body is empty")
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise Problem("malformed", diagnosis=f"the body is not JSON: {error}", reason=str(error)) from error


def _present(when: str, call: Call) -> bool:
    scope, _, name = when.partition(".")
    if scope == "query":
        return name in call.query
    if scope == "header":
        return name.lower() in call.headers
    try:
        body = orjson.loads(call.body)
    except ValueError:
        return False
    return isinstance(body, dict) and name in body


def _find_caller(ctx: Context) -> None:
    """Say in ``ctx`` who is calling, with the headers that callers of that kind are sent. Raises Problem."""
    try:
        ctx.caller = caller_of(ctx.site, ctx.call, ctx.operation)
    except Problem:
        ctx.caller = Caller(rejected="authorization" in ctx.call.headers)
        _headers(ctx)
        raise
    _headers(ctx)


def _headers(ctx: Context) -> None:
    how = "rejected" if ctx.caller.rejected else "anonymous" if ctx.caller.anonymous else "accepted"
    for name, template in ctx.site.service.auth.headers.get(how, {}).items():
        value = ctx.filled(template, {})
        if value is not MISSING:
            ctx.headers[name] = str(value)


def _parent(ctx: Context, resource: Resource, text: str) -> Record:
    _well_formed(ctx, resource, text)
    return _target(ctx, resource, text)


def _well_formed(ctx: Context, resource: Resource, text: str) -> None:
    if ctx.table(resource.name).id_of(text) is None and not resource.keys:
        told = f"{text!r} is no id of a {resource.title.lower()}"
        raise _missed(ctx, resource, resource.refuses.get("malformed"), told, id=text)


def _target(ctx: Context, resource: Resource, text: str) -> Record:
    table = ctx.table(resource.name)
    record = table.find(text)
    if record is None or not ctx.sees(resource.name, record):
        told = f"no {resource.title.lower()} {text!r} in this world"
        told += "" if record is None else " that this caller may see"
        raise _missed(ctx, resource, resource.refuses.get("missing"), told, id=text)
    parent = ctx.parents.get(str(resource.parent))
    if parent is not None and record[str(resource.parent)] != table.row_id_of_parent(parent):
        told = f"{resource.title} {text} belongs to another {resource.parent}"
        raise _missed(ctx, resource, resource.refuses.get("elsewhere"), told, id=text)
    return record


def _target_by(ctx: Context, case: Case) -> Record:
    resource = ctx.site.service.resources[str(case.resource)]
    for one in matching(ctx, case, ctx.table(resource.name)):
        if ctx.sees(resource.name, one):
            return one
    wanted = ", ".join(f"{key}={value!r}" for key, value in sources(ctx, case.by).items())
    kind = resource.refuses.get("missing_by", resource.refuses.get("missing"))
    raise _missed(ctx, resource, kind, f"no {resource.title.lower()} with {wanted}")


def _missed(ctx: Context, resource: Resource, kind: str | None, told: str, **values: Json) -> Problem:
    """The problem of a look-up that led to no record."""
    values.update(title=resource.title, resource=resource.name, **_near(ctx))
    return Problem(kind or "not_found", diagnosis=told, **values)


def _near(ctx: Context) -> dict[str, Json]:
    """The records that the path has led through so far, for the words of a problem."""
    return {name: dict(record) for name, record in ctx.parents.items()}


def matching(ctx: Context, case: Case, table: Collection) -> list[Record]:
    """The records that ``by`` names, among those of the parent in the path; none if a value is absent."""
    above = str(table.resource.parent)
    wanted: dict[str, Json] = {}
    if above in ctx.parents:
        wanted[above] = table.row_id_of_parent(ctx.parents[above])
    for key, source in case.by.items():
        value = source_of(ctx, source)
        if value is MISSING or value is None:
            return []
        wanted[key] = value
    return table.where(**wanted)


def _typed(
    ctx: Context, scope: str, given: Mapping[str, Sequence[str]], name: SchemaName | None
) -> dict[str, Json]:
    """Decoded values with the types of their schema. Raises Problem bad_value | invalid."""
    if name is None:
        return {key: texts[0] for key, texts in given.items()}
    schema = ctx.site.schemas.resolved(name)
    known = schema.get("properties", {})
    found: dict[str, Json] = {}
    for key, texts in given.items():
        rule = known.get(key)
        if rule is None:
            found[key] = texts[0]
            continue
        value = _converted(texts, rule)
        if value is MISSING:
            raise Problem(
                "bad_value",
                diagnosis=f"{scope} parameter {key} must be of type {rule.get('type')}, not {texts[0]!r}",
                scope=scope,
                name=key,
                value=texts[0],
                type=str(rule.get("type")),
            )
        found[key] = value
    _judge(ctx, name, found, scope)
    for key, rule in known.items():
        if key not in found and "default" in rule:
            found[key] = rule["default"]
    return found


def _converted(texts: Sequence[str], rule: Mapping[str, Json]) -> Json:
    """The texts as a value of the rule's type; MISSING if they are none."""
    kind, text = rule.get("type", "string"), texts[0]
    try:
        if kind == "integer":
            plain = text.isascii() and text.lstrip("+-").isdigit() and len(text) < 20
            return int(text) if plain else MISSING
        if kind == "number":
            return float(text) if _DECIMAL.fullmatch(text) else MISSING
        if kind == "boolean":
            return {"true": True, "false": False}.get(text.lower(), MISSING)
        if kind == "array":
            parts = [part for one in texts for part in one.split(",")] if rule.get("x-comma") else list(texts)
            values = [_converted([part], rule.get("items", {})) for part in parts]
            return MISSING if any(value is MISSING for value in values) else values
    except ValueError:
        return MISSING
    return text


def body_of(ctx: Context) -> Json:
    """The body as data, None where the operation takes none. Raises Problem with all broken rules."""
    accepts = ctx.operation.accepts
    if accepts.body is None or accepts.raw:
        return None
    if not ctx.call.body and accepts.optional:
        return {}
    kind = ctx.call.media_type
    if accepts.form and kind == "application/x-www-form-urlencoded":
        try:
            body: Json = dict(parse_qsl(ctx.call.body.decode(), keep_blank_values=True))
        except UnicodeDecodeError as error:
            raise Problem("malformed", diagnosis="the form is not UTF-8", reason=str(error)) from error
    elif ctx.call.body and not (kind == "application/json" or kind.endswith("+json")):
        raise Problem(
            "media_type",
            diagnosis=f"the body must be application/json, not {kind or 'untyped'}",
            media_type=ctx.call.headers.get("content-type", ""),
        )
    else:
        body = read_json(ctx.call.body)
    checks = accepts.checks
    also = ctx.site.functions[checks](ctx, body) if checks else ()
    _judge(ctx, accepts.body, body, "body", also)
    return body


def _judge(ctx: Context, name: SchemaName, value: Json, scope: str, also: Sequence[Broken] = ()) -> None:
    """Hold ``value`` against its schema, as strictly as the world or the request asks.

    ``also``: broken rules about the state, which no mode lets through; reported with the schema's,
    one for each member.
    """
    mode = ctx.call.headers.get("x-mock-validation", ctx.site.validation)
    fine = mode == "off" or ctx.site.schemas.valid(name, value)
    if fine and not also:
        return
    found = [] if fine else broken_rules(ctx.site, name, value, scope)
    if mode == "warn":
        ctx.notes.extend(found)
        found = []
    named = {one.path for one in found}
    found += [one for one in also if one.path not in named]
    if found:
        raise Problem("invalid", broken=found, diagnosis=f"the {scope} breaks {name}")


def broken_rules(site: Site, name: SchemaName, value: Json, scope: str) -> list[Broken]:
    """Every rule of a schema that ``value`` breaks, in the service's words."""
    return site.schemas.broken(name, value, scope, site.service.words)
