"""The control endpoint: from a request to a command, carried out, to its reply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from urllib.parse import unquote

import orjson

from mockserver.control.command import CONTROL, MEDIA_TYPES, SEED_FILES, Command, Param
from mockserver.control.events import events, resumed
from mockserver.values import Call, Json, Reply, dumps
from mockserver.world import CommandError, NotThere, World, Worlds, read_text


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
        owner = worlds if command.server else worlds.default if name is None else worlds.named(name)
        if command.streams:
            # Nobody can be kept waiting here: what there is, and no more.
            after = resumed(given.get("after"), call.headers)
            found = command.function(owner, **{**given, "after": after, "timeout": 0})
            return Reply(200, {**_HEADERS, "Content-Type": command.media_types[0]}, events(found))
        found = command.function(owner, **given)
        if command.text:
            kind = command.text if isinstance(command.text, str) else command.text[given.get("format", "har")]
            return Reply(200, {**_HEADERS, "Content-Type": kind}, found.encode())
        return _reply(200, found)
    except Exception as error:
        return _failure(call, error)


def stream(worlds: Worlds, name: str | None, call: Call) -> tuple[World, dict[str, Json]] | Reply | None:
    """The world that a request wants to follow, and with which arguments; None if it wants no such thing.

    A reply, where it may not.
    """
    if call.method != "GET" or not call.path.endswith("/stream"):
        return None
    try:
        command, values = _found(call.method, call.path)
        if not command.streams:
            return None
        given = _given(command, call, values)
        given["after"] = resumed(given.get("after"), call.headers)
        world = worlds.default if name is None else worlds.named(name)
        command.function(world, **given)  # says what is wrong; whoever streams asks the world itself
        return world, given
    except Exception as error:
        return _failure(call, error)


def _failure(call: Call, failure: Exception) -> Reply:
    """Why a command was not carried out."""
    try:
        raise failure
    except _Refused as error:
        return _reply(error.status, {"errors": list(error.lines)}, error.headers)
    except NotThere as error:
        return _reply(404, {"errors": list(error.lines)})
    except CommandError as error:
        return _reply(400, {"errors": list(error.lines)})
    except Exception as error:
        return _reply(500, {"errors": [f"defect in {call.method} {call.path}: {error!r}"]})


def waits(call: Call) -> bool:
    """Whether the command that a request asks for may wait for what others do."""
    try:
        return _found(call.method, call.path)[0].waits
    except _Refused:
        return False


def _found(method: str, path: str) -> tuple[Command, dict[str, str]]:
    """The command at a path, with the values of its placeholders."""
    from mockserver.control.table import COMMANDS  # made of signatures: no start waits for that

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
    if "number" in param.types:
        with suppress(ValueError):
            return float(text)
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
