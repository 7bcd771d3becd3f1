"""The control endpoint: one table of commands, each a method of World or Worlds."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import unquote

import orjson

from mockserver.spec.schemas import DIALECT
from mockserver.values import Call, Json, Reply, dumps
from mockserver.world import AUTH_MODES, VALIDATION_MODES, CommandError, NotThere, World, Worlds, read_text

CONTROL = "/__mock__"
MEDIA_TYPES = ("application/json", "application/yaml")
SEED_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a command. ``where``: path | query | body (a member) | whole (the body itself).

    ``types``: the JSON types it may have, none for any; that much is checked here. What else ``schema``
    says is for the reader: the command itself refuses what breaks it.
    """

    name: str
    where: str
    types: tuple[str, ...]
    schema: Mapping[str, Json]
    required: bool
    default: Json = None


@dataclass(frozen=True, slots=True)
class Command:
    """One control command: ``method`` and ``path`` below the control endpoint, and what carries it out.

    ``function`` takes the server's Worlds if ``server`` is set, the chosen World otherwise.
    """

    method: str
    path: str
    function: Callable[..., Json]
    params: tuple[Param, ...]
    server: bool
    statuses: tuple[int, ...]

    @property
    def name(self) -> str:
        """The name of the method in Python."""
        return self.function.__name__

    @property
    def about(self) -> str:
        """What it does, in one sentence."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


class _Refused(Exception):
    """A request that is no command; ``status`` says why, as HTTP knows it."""

    def __init__(self, status: int, *lines: str, **headers: str) -> None:
        super().__init__(*lines)
        self.status = status
        self.lines = lines
        self.headers = headers


def control(worlds: Worlds, name: str | None, call: Call) -> Reply:
    """The reply of the control endpoint, for the world of that name, to a request that was let in."""
    try:
        command, values = _found(call.method, call.path)
        given = _given(command, call, values)
        if command.server:
            return _reply(200, command.function(worlds, **given))
        return _reply(200, command.function(worlds.default if name is None else worlds.named(name), **given))
    except _Refused as error:
        return _reply(error.status, {"errors": list(error.lines)}, error.headers)
    except NotThere as error:
        return _reply(404, {"errors": list(error.lines)})
    except CommandError as error:
        return _reply(400, {"errors": list(error.lines)})
    except Exception as error:
        return _reply(500, {"errors": [f"defect in {call.method} {call.path}: {error!r}"]})


def openapi(world: World) -> Json:
    """The control endpoint as an OpenAPI 3.1 document."""
    paths: dict[str, Json] = {}
    for one in COMMANDS:
        paths.setdefault(CONTROL + one.path, {})[one.method.lower()] = _documented(one)
    worlds = {"url": "/~{world}", "variables": {"world": {"default": world.name}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control endpoint of the mock server", "version": "1"},
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": "/"}, worlds],
        "paths": paths,
    }


# ---- the table


def _command(
    route: str,
    function: Callable[..., Json],
    *,
    only: Sequence[str] | None = None,
    whole: str = "",
    server: bool = False,
    **rules: Mapping[str, Json],
) -> Command:
    """A row. Its parameters are those of ``function`` (``only`` some), with further ``rules`` on values."""
    method, _, path = route.partition(" ")
    hints = get_type_hints(function)
    params = []
    for name, one in list(inspect.signature(function).parameters.items())[1:]:
        if only is not None and name not in only:
            continue
        inside = "{" + name + "}" in path
        where = "whole" if name == whole else "query" if whole or method in ("GET", "DELETE") else "body"
        required = inside or one.default is inspect.Parameter.empty
        kinds = _types(hints[name])
        schema = {"type": kinds[0] if len(kinds) == 1 else list(kinds)} if kinds else {}
        params.append(
            Param(
                name,
                "path" if inside else where,
                kinds,
                {**schema, **rules.get(name, {})},
                required,
                None if required else one.default,
            )
        )
    missing = any(one.where == "path" or one.name in ("service", "operation") for one in params)
    return Command(method, path, function, tuple(params), server, (200, 400, 404) if missing else (200, 400))


def _types(hint: Any) -> tuple[str, ...]:
    """The JSON types of a Python type, as far as commands use them; none for any value."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        found = [_types(one) for one in get_args(hint)]
        return tuple(name for one in found for name in one) if all(found) else ()
    known: Mapping[Any, tuple[str, ...]] = {
        str: ("string",),
        bool: ("boolean",),
        int: ("integer",),
        float: ("number",),
        type(None): ("null",),
        Mapping: ("object",),
        Sequence: ("array",),
    }
    return known.get(origin or hint, ())


def _one_of(values: Sequence[str], *, null: bool = False) -> dict[str, Json]:
    return {"enum": [*values, None] if null else list(values)}


COMMANDS: tuple[Command, ...] = (
    _command("GET /health", World.health),
    _command("GET /ready", World.ready),
    _command("GET /info", World.info),
    _command("GET /openapi.json", openapi),
    _command("GET /worlds", Worlds.worlds, server=True),
    _command("GET /worlds/{name}", Worlds.world, server=True),
    _command(
        "PUT /worlds/{name}",
        Worlds.create_world,
        server=True,
        seeds={"items": {"type": ["object", "string"], "not": {"pattern": r"\.(yaml|yml|json)$"}}},
        auth=_one_of(AUTH_MODES, null=True),
        validation=_one_of(VALIDATION_MODES, null=True),
    ),
    _command("DELETE /worlds/{name}", Worlds.drop_world, server=True),
    _command("POST /reset", World.reset, to=_one_of(("seed", "empty"))),
    _command("POST /seed", World.seed, whole="data", data={"type": "object"}),
    _command("GET /state", World.state, only=()),
    _command("GET /state/{service}", World.state, only=("service",)),
    _command("GET /state/{service}/{resource}", World.state),
    _command("GET /snapshots", World.snapshots),
    _command("POST /snapshots", World.snapshot),
    _command("POST /snapshots/{id}/restore", World.restore),
    _command(
        "POST /force",
        World.force,
        status={"minimum": 200, "maximum": 599},
        headers={"additionalProperties": {"type": "string"}},
        times={"minimum": 1},
    ),
    _command("GET /force", World.forced),
    _command("DELETE /force", World.unforce),
    _command("GET /settings", World.settings, only=()),
    _command("GET /settings/{service}", World.settings),
    _command("PUT /settings/{service}", World.set_settings, whole="values"),
    _command("PUT /validation", World.set_validation, mode=_one_of(VALIDATION_MODES)),
    _command("PUT /auth", World.set_auth, mode=_one_of(AUTH_MODES)),
    _command("GET /clock", World.show_clock),
    _command("PUT /clock", World.set_clock),
    _command("POST /clock/advance", World.advance_clock, seconds={"minimum": 0}),
    _command("GET /requests", World.requests, limit={"minimum": 1}),
    _command("GET /requests/{number}", World.request),
    _command("DELETE /requests", World.clear_requests),
    _command("GET /routes", World.routes),
    _command("GET /coverage", World.coverage),
    _command("DELETE /coverage", World.clear_coverage),
)


# ---- from a request to a command


def _found(method: str, path: str) -> tuple[Command, dict[str, str]]:
    """The command at a path, with the values of its placeholders."""
    steps = path[len(CONTROL) :].rstrip("/").split("/")
    matches = [(one, found) for one in COMMANDS if (found := _matched(one, steps)) is not None]
    for command, values in matches:
        if command.method == ("GET" if method == "HEAD" else method):
            return command, values
    if matches:
        allow = ", ".join(sorted({one.method for one, _ in matches}))
        raise _Refused(405, f"{method} {path}: only {allow} here", Allow=allow)
    known = [f"{CONTROL}{one.path}" for one in COMMANDS]
    near = get_close_matches(path, known, n=1, cutoff=0.3)
    closest = f" Closest: {near[0]}." if near else ""
    raise _Refused(404, f"{path}: no such control route.{closest} All of them: {CONTROL}/openapi.json")


def _matched(command: Command, steps: Sequence[str]) -> dict[str, str] | None:
    pattern = command.path.split("/")
    if len(pattern) != len(steps):
        return None
    values = {}
    for wanted, step in zip(pattern, steps, strict=True):
        if wanted.startswith("{") and step:
            values[wanted[1:-1]] = unquote(step)
        elif wanted != step:
            return None
    return values


def _given(command: Command, call: Call, path: Mapping[str, str]) -> dict[str, Json]:
    """The arguments of a command, each as its schema wants it."""
    query = {name: values[-1] for name, values in call.query.items()}
    body = _body(call)
    known = {one.name: one for one in command.params}
    errors = list(_unknown(command, "query", query))
    whole = any(one.where == "whole" for one in command.params)
    if not whole:
        if body is not None and not isinstance(body, dict):
            raise _Refused(400, f"the body must be an object, not {type(body).__name__}")
        errors += _unknown(command, "body", body or {})
    if errors:
        raise _Refused(400, *errors)
    sources: dict[str, Mapping[str, Json]] = {
        "path": path,
        "query": query,
        "body": {} if whole else body or {},
    }
    given: dict[str, Json] = {}
    for name, param in known.items():
        if param.where == "whole":
            given[name] = body
        elif name in sources[param.where]:
            value = sources[param.where][name]
            given[name] = value if param.where == "body" else _read(param, value)
        elif param.required:
            errors.append(f"{name!r} is required in the {param.where}")
    errors += [wrong for name, value in given.items() for wrong in _unfit(known[name], value)]
    if errors:
        raise _Refused(400, *errors)
    return given


def _body(call: Call) -> Json:
    """The body as data; None if there is none."""
    if not call.body:
        return None
    if call.media_type not in MEDIA_TYPES:
        accepted = " or ".join(MEDIA_TYPES)
        raise _Refused(415, f"the body must be {accepted}, not {call.media_type or 'untyped'}")
    if call.media_type == "application/yaml":
        return read_text(call.body)
    try:
        return orjson.loads(call.body)
    except ValueError as error:
        raise _Refused(400, f"the body is not JSON: {error}") from error


def _unknown(command: Command, where: str, given: Mapping[str, Json]) -> Iterator[str]:
    known = [one.name for one in command.params if one.where == where]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f" — did you mean '{near[0]}'?" if near else f" (known: {', '.join(known) or 'none'})"
            yield f"unknown {'parameter' if where == 'query' else 'field'} {name!r}{hint}"


def _read(param: Param, text: str) -> Json:
    """The text of a path or query parameter as the type of its schema; as it is if it cannot be read so."""
    if "boolean" in param.types:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if "integer" in param.types and text.isascii() and text.lstrip("-").isdigit() and len(text) < 19:
        return int(text)
    return text


def _unfit(param: Param, value: Json) -> Iterator[str]:
    """Why a value is not of the type that its command takes."""
    if param.types and not _is(param.types, value):
        yield f"{param.name!r} must be {' or '.join(param.types)}, not {dumps(value).decode()[:80]}"
    elif param.name == "seeds":
        yield from _unfit_seeds(value or ())


def _unfit_seeds(seeds: Sequence[Json]) -> Iterator[str]:
    for seed in seeds:
        if not isinstance(seed, (str, dict)):
            yield f"each of 'seeds' must be a name or records by service, not {dumps(seed).decode()[:80]}"
        elif isinstance(seed, str) and seed.endswith(SEED_FILES):
            # Files are read where the command is given: the server opens none that a request names.
            yield f"'seeds': send the content of {seed!r}, not its name"


def _is(kinds: Sequence[str], value: Json) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _PYTHON[kind]) for kind in kinds)


_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def _reply(status: int, value: Json, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, {**_HEADERS, **(headers or {})}, dumps(value))


_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


# ---- from the table to its description


def _documented(command: Command) -> dict[str, Json]:
    """One operation of the OpenAPI document."""
    found: dict[str, Json] = {
        "operationId": command.name
        + "".join(f"_{one.name}" for one in command.params if one.where == "path"),
        "summary": command.about,
        "parameters": [
            {"name": one.name, "in": one.where, "required": one.required, "schema": dict(one.schema)}
            for one in command.params
            if one.where in ("path", "query")
        ],
        "responses": {str(status): {"description": _MEANINGS[status]} for status in command.statuses},
    }
    whole = next((one for one in command.params if one.where == "whole"), None)
    members = [one for one in command.params if one.where == "body"]
    if whole or members:
        required = any(one.required for one in command.params if one.where in ("body", "whole"))
        schema = dict(whole.schema) if whole else _object(members)
        content = {kind: {"schema": schema} for kind in MEDIA_TYPES}
        found["requestBody"] = {"required": required, "content": content}
    return found


def _object(members: Sequence[Param]) -> dict[str, Json]:
    properties = {
        one.name: dict(one.schema) if one.required else {**one.schema, "default": one.default}
        for one in members
    }
    required = [one.name for one in members if one.required]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


_MEANINGS = {
    200: "What was found or changed.",
    400: "What is wrong with the command; nothing was changed.",
    404: "What the command is about does not exist.",
}
