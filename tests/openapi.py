"""Atlassian's OpenAPI documents as the judge of replies; read where they lie, never copied.

The folder is ``../shared/reference/openapi`` beside the checkout, or what MOCKSERVER_OPENAPI names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from mockserver.spec import yaml12
from mockserver.spec.model import Operation
from mockserver.spec.ways import shape
from mockserver.state.journal import Bounds
from mockserver.values import Json, Reply
from mockserver.world import World

TOP = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("MOCKSERVER_OPENAPI", TOP.parent / "shared" / "reference" / "openapi"))
WHY_NOT = f"no OpenAPI documents in {FOLDER}; MOCKSERVER_OPENAPI names another folder"
FILES = ("jira-v3", "jira-software", "jira-jsm", "jira-v2")
METHODS = frozenset({"get", "put", "post", "delete", "patch"})
JSON = "application/json"
MEANT = TOP / "tests" / "contract" / "conformance_exceptions.yaml"
# A journal that cuts no reply: what was answered is judged as a whole.
WHOLE = Bounds(body=16 * 1024 * 1024)
OLDER = re.compile(r"/rest/api/(2|latest)/")
# Keywords of an OpenAPI 3.0 schema that hold a schema, schemas in a list, or schemas by name.
ONE, LISTED, NAMED = ("items", "additionalProperties", "not"), ("allOf", "anyOf", "oneOf"), ("properties",)
PLAIN = frozenset({"type", "enum", "required", "uniqueItems", "minimum", "maximum"}) | {
    f"{most}{what}" for most in ("min", "max") for what in ("Length", "Items", "Properties")
}


@dataclass(frozen=True, slots=True)
class Documented:
    """One operation of a document: published id, group, method, path, and all that is said of it."""

    document: str
    id: str
    group: str
    method: str
    path: str
    said: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place of a reply that breaks the schema documented for its status; ``at`` is a JSON Pointer."""

    operation: str
    status: int
    at: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation} {self.status} at {self.at or '/'} ({self.rule}): {self.message}"


@dataclass(frozen=True, slots=True)
class Meant:
    """A deviation that is meant: ``*`` in ``at`` is any one step, ``**`` any steps; status 0 is any."""

    operation: str
    at: str
    rule: str
    reason: str
    status: int = 0

    def covers(self, one: Deviation) -> bool:
        """Whether this is the exception for that deviation."""
        named = self.operation in ("*", one.operation) and self.rule == one.rule
        return named and self.status in (0, one.status) and _pattern(self.at).fullmatch(one.at) is not None


class Documents:
    """All documents of a folder; each schema is compiled when a reply first asks for it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read nothing yet."""
        self._folder = folder
        self._files: dict[str, tuple[Mapping[str, Json], Any]] = {}
        self._checks: dict[tuple[str, str, str, str], Any] = {}

    @property
    def there(self) -> bool:
        """Whether the folder holds the documents."""
        return all((self._folder / f"{name}.json").is_file() for name in FILES)

    @cached_property
    def operations(self) -> Mapping[tuple[str, ...], Documented]:
        """Every operation by its method and path, whatever the placeholders are called."""
        return {shape(one.method, one.path): one for name in FILES for one in self.of(name)}

    def of(self, name: str) -> Sequence[Documented]:
        """The operations of one document, in its order."""
        return [
            Documented(name, said["operationId"], said.get("tags", ["-"])[0], method.upper(), path, said)
            for path, methods in self._file(name)[0]["paths"].items()
            for method, said in methods.items()
            if method in METHODS
        ]

    def find(self, operation: Operation, path: str = "") -> Documented | None:
        """What is documented of an operation of ours, in the version of the API that ``path`` asks for."""
        template = operation.path
        if OLDER.search(path):
            template = template.replace("/rest/api/3/", "/rest/api/2/")
        return self.operations.get(shape(operation.method, template))

    def followed(self, document: str, schema: Mapping[str, Json]) -> Mapping[str, Json]:
        """A schema of a document with a ``$ref`` at its top followed."""
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            schema = self._file(document)[0]["components"]["schemas"][name]
        return schema

    def judged(self, operation: Operation, reply: Reply, path: str = "") -> list[Deviation]:
        """How a reply deviates from the schema documented for its status; nothing where none is."""
        documented = self.find(operation, path)
        if documented is None:
            return []
        response = documented.said["responses"].get(str(reply.status), {})
        schema = response.get("content", {}).get(JSON, {}).get("schema", {})
        rules = translated(self.followed(documented.document, schema), "")
        if not rules or reply.status == 204:  # no body, whatever is said of it
            return []
        if reply.status >= 400 and rules.get("type") == "string":
            return []  # such a schema was made of an example, which is the text of an object
        if not reply.body or not reply.headers.get("Content-Type", JSON).startswith(JSON):
            missing = Deviation(operation.id, reply.status, "", "body", "a JSON document is documented")
            return [missing] if reply.status < 300 else []
        check = self._check(documented, reply.status, schema)
        body = reply.json()
        if check.is_valid(body):
            return []
        told = {one[:2]: one for error in check.iter_errors(body) for one in _told(error)}
        return [Deviation(operation.id, reply.status, *one) for one in told.values()]

    def _check(self, one: Documented, status: int, schema: Json) -> Any:
        key = (one.document, one.method, one.path, str(status))
        if key not in self._checks:
            registry = self._file(one.document)[1]
            whole = translated(schema, f"urn:{one.document}")
            self._checks[key] = jsonschema_rs.Draft202012Validator(whole, registry=registry)
        return self._checks[key]

    def _file(self, name: str) -> tuple[Mapping[str, Json], Any]:
        if name not in self._files:
            document = orjson.loads((self._folder / f"{name}.json").read_bytes())
            base = f"urn:{name}"
            schemas = {key: translated(one, base) for key, one in document["components"]["schemas"].items()}
            registry = jsonschema_rs.Registry([(base, {"components": {"schemas": schemas}})])
            self._files[name] = document, registry
        return self._files[name]


def translated(schema: Json, base: str) -> Json:
    """An OpenAPI 3.0 schema as JSON Schema; references lead to the resource ``base``.

    readOnly, formats and discriminators say nothing of whether a reply is right; patterns are Java's.
    """
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": base + schema["$ref"]}
    found: dict[str, Json] = {key: schema[key] for key in PLAIN & schema.keys()}
    found |= {key: translated(schema[key], base) for key in ONE if key in schema}
    found |= {key: [translated(one, base) for one in schema[key]] for key in LISTED if key in schema}
    for key in NAMED:
        if key in schema:
            found[key] = {name: translated(one, base) for name, one in schema[key].items()}
    if not found.get("properties") and any(key in found for key in LISTED):
        # A defect of some documents: alternatives, no members of its own and none allowed; nothing would fit.
        found.pop("additionalProperties", None)
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found


@cache
def documents() -> Documents:
    """The documents, read once in a run."""
    return Documents()


@cache
def meant() -> Sequence[Meant]:
    """The deviations that are meant, each with its reason."""
    return [Meant(**one) for one in yaml12.parse(MEANT.read_bytes())]


def unmeant(found: Iterable[Deviation]) -> list[Deviation]:
    """Those deviations that no exception covers."""
    return [one for one in found if not any(exception.covers(one) for exception in meant())]


def deviations(world: World) -> Iterator[Deviation]:
    """How the replies of a world that its journal still has deviate, but for those it was made to give."""
    operations = world.shared.services["jira"].operations
    for entry in world.journal:
        given = entry.diagnosis.reason in ("override", "fault", "broken") or entry.diagnosis.breach
        if entry.service == "jira" and entry.operation and entry.call.method != "HEAD" and not given:
            yield from documents().judged(operations[entry.operation], entry.reply, entry.call.path)


def _told(error: Any) -> Iterator[tuple[str, str, str]]:
    """Place, rule and message of one broken rule; a place for each member that is too many or missing."""
    at = "".join(f"/{step}" for step in error.instance_path)
    rule = str(next((step for step in reversed(error.schema_path) if isinstance(step, str)), "false"))
    members = re.findall(r"'([^']*)'", error.message) if rule == "additionalProperties" else []
    if rule == "required":
        members = re.findall(r'^"([^"]*)"', error.message)
    for member in members:
        yield f"{at}/{member}", rule, error.message[:200]
    if not members:
        yield at, rule, error.message[:200]


@cache
def _pattern(at: str) -> re.Pattern[str]:
    parts = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*)", at)))
