"""The examples of the fixtures as contract tests: each call is made, each reply compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from mockserver.engine.render import trace
from mockserver.engine.template import fill
from mockserver.findings import short
from mockserver.spec.model import Example, Operation, Service
from mockserver.spec.schemas import Schemas
from mockserver.spec.ways import routes_of
from mockserver.values import Broken, Call, Json, dumps
from mockserver.world import World, statuses_of
from mockserver.world.credentials import well_formed

ROOT = "http://localhost:8080"


def replayed(world: World, operation: Operation, example: Example) -> list[str]:
    """What differs between the documented reply and the one ``world`` gives; empty if nothing does.

    ``world`` is put into the state that the example asks for, and is spoilt afterwards.
    """
    service = world.shared.services[operation.service]
    given = example.given
    if "seed" in given:
        world.seed({service.name: given["seed"]})
    if "settings" in given:
        world.set_settings(service.name, given["settings"])
    if "auth" in given:
        world.set_auth(given["auth"])
    for before in given.get("calls", ()):
        other = service.operations[before.get("operation", operation.id)]
        world.handle(request(service, other, {k: v for k, v in before.items() if k != "operation"}))
    if "advance" in given:
        world.advance_clock(given["advance"])
    state = world.state(service.name)
    call = request(service, operation, example.call or {})
    reply = world.handle(call)
    differences = []
    if reply.status != example.status:
        differences.append(f"status {reply.status}, documented {example.status}: {reply.body.decode()[:500]}")
    prefix = next((prefix for prefix, _ in routes_of(service, operation)), "")
    known = {"path": call.path, "trace": trace(world.journal.next_number - 1)}
    expected = _addressed(example.body, prefix, known)
    text = isinstance(expected, str) and "json" not in reply.headers.get("Content-Type", "")
    got = reply.body.decode() if text or not reply.body else reply.json()
    if got != ("" if expected is None else expected):
        differences.extend(_differences(expected, got, ""))
    for name, value in _addressed(dict(example.headers), prefix, known).items():
        if reply.headers.get(name) != value:
            differences.append(f"header {name}: {reply.headers.get(name)!r}, documented {value!r}")
    if reply.status >= 400 and world.state(service.name) != state:
        differences.append("the refused request changed the state")
    return differences


def request(service: Service, operation: Operation, call: Mapping[str, Json]) -> Call:
    """The request that an example's ``call`` describes, with a credential unless it says otherwise."""
    path = operation.path
    for name, value in call.get("path", {}).items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    query = call.get("query", {})
    pairs = {key: str(one).lower() if isinstance(one, bool) else one for key, one in query.items()}
    target = f"{path}?{urlencode(pairs)}" if pairs else path
    body = call["text"].encode() if "text" in call else dumps(call["body"]) if "body" in call else b""
    headers: dict[str, str] = {"authorization": credential(service)}
    if body:
        headers["content-type"] = "application/json"
    for name, value in call.get("headers", {}).items():
        if value is None:
            headers.pop(name.lower(), None)
        else:
            headers[name.lower()] = value
    return Call(operation.method, target, headers, body, ROOT)


def credential(service: Service) -> str:
    """An ``Authorization`` of the first scheme that the service takes; nobody stored it."""
    return well_formed(service).authorization


def judged(service: Service, schemas: Schemas) -> Iterator[tuple[Operation, Example, str]]:
    """Each example whose call or reply breaks the schema documented for it, and how."""
    for operation in service.operations.values():
        for example in operation.examples.values():
            names = {
                name
                for returns in (operation.returns, *(case.returns for case in operation.cases))
                if (name := returns.get(example.status)) is not None
            }
            body = _addressed(example.body, "")
            if names and not any(schemas.valid(name, body) for name in names):
                broken = [told(one) for name in names for one in schemas.broken(name, body, "reply", {})]
                yield operation, example, "reply " + "; ".join(broken)
            accepts = operation.accepts.body
            call = example.call or {}
            if (
                accepts
                and "body" in call
                and example.status < 400
                and not schemas.valid(accepts, call["body"])
            ):
                broken = [told(one) for one in schemas.broken(accepts, call["body"], "body", {})]
                yield operation, example, "call " + "; ".join(broken)


def told(broken: Broken) -> str:
    """One broken rule for whoever wrote the example: where, which, what was expected and found."""
    return f"{broken.pointer or '/'}: {broken.rule} {short(broken.expected)}, not {short(broken.got)}"


def undemonstrated(service: Service) -> Iterator[tuple[Operation, int]]:
    """Each documented status of an operation that no example shows."""
    for operation in service.operations.values():
        shown = {example.status for example in operation.examples.values()}
        for status in sorted(statuses_of(operation) - shown):
            yield operation, status


def _addressed(value: Json, prefix: str, more: Mapping[str, str] | None = None) -> Json:
    known = {"base": ROOT, "api": ROOT + prefix, **(more or {})}
    return fill(value, lambda name: known.get(name, "{" + name + "}"))


def _differences(expected: Json, got: Json, where: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in expected | got:
            if key not in got:
                yield f"{where}/{key}: missing, documented {expected[key]!r}"
            elif key not in expected:
                yield f"{where}/{key}: {got[key]!r}, not documented"
            else:
                yield from _differences(expected[key], got[key], f"{where}/{key}")
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for at, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(one, other, f"{where}/{at}")
    elif expected != got:
        yield f"{where or '/'}: {got!r}, documented {expected!r}"
