"""The control endpoint described: from its table to an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mockserver.control.command import CONTROL, MEDIA_TYPES, Command, Param
from mockserver.spec.schemas import DIALECT
from mockserver.values import Json


def described(commands: Iterable[Command], world: str) -> Json:
    """The commands as an OpenAPI 3.1 document; ``world``: the one whose server address is shown."""
    paths: dict[str, Json] = {}
    for one in commands:
        paths.setdefault(CONTROL + one.path, {})[one.method.lower()] = _documented(one)
    worlds = {"url": "/~{world}", "variables": {"world": {"default": world}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control endpoint of the mock server", "version": "1"},
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": "/"}, worlds],
        "paths": paths,
    }


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
    if command.text:
        content = {kind: {"schema": {"type": "string"}} for kind in command.media_types}
        found["responses"]["200"]["content"] = content
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
    503: "As many commands are waiting as may; nothing was changed.",
}
