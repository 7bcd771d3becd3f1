"""Folders of fixtures and schemas, read file by file; every error of a run is reported at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jsonschema_rs
import orjson

from mockserver.spec import build
from mockserver.spec.bundle import Read
from mockserver.spec.cache import Cache, digest_of
from mockserver.spec.load import FixtureErrors, Folder, Loaded, meant, names, say, shipped, shown, sources
from mockserver.spec.model import ENGINE_PROBLEMS, VERBS, Operation, Place, SchemaName, Service
from mockserver.spec.routes import RouteClash, Routes
from mockserver.spec.schemas import DIALECT, Schemas, UnknownSchema, parsed
from mockserver.spec.yaml12 import YamlError
from mockserver.values import Json

# The verbs after which something has happened.
_WRITERS = ("create", "upsert", "replace", "merge", "delete", "call")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the folders held; ``files``: all that was read, by service, if it can be kept as one."""

    loaded: Loaded
    files: Mapping[str, Read] | None


@dataclass(frozen=True, slots=True)
class _Page:
    service: str
    name: str
    file: Path
    content: Mapping[str, Json]


class _Files:
    """What was read, by service and by the names that ``sources`` gives."""

    def __init__(self, cache: Cache) -> None:
        self.read: dict[str, dict[str, tuple[str, Json | bytes]]] = {}
        self._cache = cache

    def yaml(self, kind: str, service: str, file: Path) -> Json:
        """The content of a YAML file. Raises OSError, YamlError."""
        found = self._cache.read(file)
        self.read.setdefault(service, {})[f"{kind}/{file.name}"] = found
        return found[1]

    def schema(self, file: Path) -> bytes:
        """The content of a schema file, as it is. Raises OSError."""
        content = file.read_bytes()
        self.read.setdefault(file.parent.name, {})[f"schema/{file.name}"] = (digest_of(content), content)
        return content


def read(folders: Sequence[Folder], only: Sequence[str], cache: Cache, *, thorough: bool) -> Reading:
    """All services of ``folders``; a later folder adds or overrides. Raises FixtureErrors."""
    errors: list[str] = []
    files = _Files(cache)
    pages = [page for folder in folders for page in _read(folder, only, files, errors)]
    schemas = Schemas(_read_schemas(folders, only, files, errors))
    found = list(dict.fromkeys(page.service for page in pages))
    for name in only:
        if name not in found:
            known = [one for folder in folders for one in names(folder)]
            errors.append(f"no service {name!r}{meant(name, known)}")
    errors.extend(_declared_twice(pages))
    services: dict[str, Service] = {}
    routes = Routes(())
    if not errors:
        for name in found:
            parts = [(page.name, page.file, page.content) for page in pages if page.service == name]
            own = next((file for page, file, _ in parts if page == "service"), None)
            if own is None:
                missing = parts[0][1].with_name("service.yaml")
                errors.append(f"{shown(missing)}:1:1 no such file: every service needs one")
                continue
            seeds = {file.stem: file for folder in folders for file in _seeds(folder, name)}
            services[name] = build.service(name, parts, seeds)
            errors.extend(_inconsistent(services[name], schemas, own))
        if thorough:
            errors.extend(line for one in services.values() for line in _unusable(one, schemas))
        if not errors:
            try:
                routes = Routes(services.values())
            except RouteClash as error:
                errors.append(str(error) if error.place is None else say(error.place, str(error)))
    if errors:
        raise FixtureErrors(list(dict.fromkeys(errors)))
    return Reading(Loaded(services, schemas, routes), files.read if _kept(folders, found, files) else None)


def _read(folder: Folder, only: Sequence[str], files: _Files, errors: list[str]) -> Iterator[_Page]:
    if not folder.fixtures.is_dir():
        errors.append(f"{shown(folder.fixtures)}:1:1 no such folder")
        return
    rules = _Format()
    for name in names(folder):
        if only and name not in only:
            continue
        for file in sorted((folder.fixtures / name).glob("*.yaml")):
            content = _content(file, name, files, errors)
            if content is None:
                continue
            kind = "service" if file.stem == "service" else "page"
            wrong = list(_misshapen(rules, kind, file, content))
            errors.extend(wrong)
            if not wrong:
                yield _Page(name, file.stem, file, content)


def _content(file: Path, service: str, files: _Files, errors: list[str]) -> Json:
    try:
        return files.yaml("page", service, file)
    except YamlError as error:
        errors.append(f"{shown(file)}:{error}")
    except OSError as error:
        errors.append(f"{shown(file)}:1:1 {error.strerror}")
    return None


def _seeds(folder: Folder, service: str) -> list[Path]:
    return [Path(file) for name, file in sources(folder, service).items() if name.startswith("seed/")]


def _kept(folders: Sequence[Folder], services: Sequence[str], files: _Files) -> bool:
    """Whether all that belongs to the services could be read, seeds too, and lies in one folder."""
    try:
        for folder in folders:
            for name in services:
                for seed in _seeds(folder, name):
                    files.yaml("seed", name, seed)
    except (OSError, YamlError):
        return False
    return len(folders) == 1


def _read_schemas(
    folders: Sequence[Folder], only: Sequence[str], files: _Files, errors: list[str]
) -> dict[tuple[str, str], Mapping[str, Json]]:
    found: dict[tuple[str, str], Mapping[str, Json]] = {}
    for folder in folders:
        for file in sorted(folder.schemas.glob("*/*.json")):
            if only and file.parent.name not in only:
                continue
            try:
                content = parsed(files.schema(file))
            except ValueError as error:
                line = getattr(error, "lineno", 1)
                column = getattr(error, "colno", 1)
                errors.append(f"{shown(file)}:{line}:{column} not JSON: {error}")
                continue
            if not isinstance(content, dict) or not isinstance(content.get("$defs", {}), dict):
                errors.append(f"{shown(file)}:1:1 a schema file is an object with '$defs', an object too")
                continue
            found[(file.parent.name, file.stem)] = content
    return found


class _Format:
    """The format of fixtures itself: a JSON Schema for each kind of file, service or page."""

    def __init__(self) -> None:
        rules = orjson.loads((shipped().schemas / "fixture.json").read_bytes())
        self.wholes = {
            kind: {"$schema": DIALECT, "$ref": f"#/$defs/{kind}", "$defs": rules["$defs"]}
            for kind in ("service", "page")
        }
        self.checks = {
            kind: jsonschema_rs.Draft202012Validator(whole).is_valid for kind, whole in self.wholes.items()
        }


def _misshapen(rules: _Format, kind: str, file: Path, content: Json) -> Iterator[str]:
    """Each place where ``content`` does not keep the fixture format."""
    if rules.checks[kind](content):
        return
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(rules.wholes[kind]).iter_errors(content):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = sorted(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known and isinstance(key, str):
                    yield say(Place(file, (*path, key)), f"unknown key '{key}'{meant(key, known)}")
        else:
            yield say(Place(file, path), _reworded(error))


def _reworded(error: Json) -> str:
    where = str(error.absolute_path[-1]) if error.absolute_path else "the file"
    if error.validator == "enum":
        near = meant(str(error.instance), [str(one) for one in error.validator_value])
        return f"'{where}' must be one of {', '.join(map(str, error.validator_value))}{near}"
    if error.validator == "type":
        return f"'{where}' must be of type {error.validator_value}, not {json.dumps(error.instance)[:60]}"
    if error.validator == "oneOf" and "does" in str(error.validator_value):
        return f"'{where}' must have exactly one of 'does' and 'cases'"
    if error.validator == "required":
        return f"{error.message} here"
    if error.validator == "pattern":
        return f"'{where}' must look like {error.validator_value}, not {json.dumps(error.instance)[:60]}"
    return f"'{where}': {error.message[:200]}"


def _declared_twice(pages: Sequence[_Page]) -> Iterator[str]:
    """Each resource, operation or problem that two pages of one folder declare: one would silently win."""
    first: dict[tuple[Path, str, str], Path] = {}
    for page in pages:
        for kind, title in (("resources", "resource"), ("operations", "operation")):
            for key in page.content.get(kind, {}):
                other = first.setdefault((page.file.parent, title, key), page.file)
                if other != page.file:
                    yield say(Place(page.file, (kind, key)), f"{title} '{key}' is also in {shown(other)}")
        for key in page.content.get("absent", {}).keys() & page.content.get("operations", {}).keys():
            yield say(Place(page.file, ("absent", key)), f"operation '{key}' is also in {shown(page.file)}")


def _inconsistent(service: Service, schemas: Schemas, own: Path) -> Iterator[str]:
    """Each name in ``service`` that leads nowhere; ``own`` is its service.yaml."""
    for kind in ENGINE_PROBLEMS:
        if kind not in service.problems:
            yield say(Place(own), f"the problem '{kind}' is not worded: add it under 'problems'")
    for kind in service.limited:
        if kind not in service.problems:
            near = meant(kind, list(service.problems))
            yield say(Place(own, ("limited", kind)), f"no problem '{kind}'{near}")
    for role, name in (("users", service.auth.users), ("credentials", service.auth.credentials)):
        if name is not None and name not in service.resources:
            near = meant(name, list(service.resources))
            yield say(Place(own, ("auth", role)), f"no resource '{name}'{near}")
    named: dict[str, str] = {}
    for resource in service.resources.values():
        for param in resource.params:
            other = named.setdefault(param, resource.name)
            if other != resource.name:
                place = Place(resource.place.file, (*resource.place.path, "param"))
                yield say(place, f"the placeholder '{param}' already names the resource '{other}'")
    for resource in service.resources.values():
        for how, kind in resource.refuses.items():
            if kind not in service.problems:
                place = Place(resource.place.file, (*resource.place.path, "refuses", how))
                yield say(place, f"no problem '{kind}'{meant(kind, list(service.problems))}")
        if resource.parent and resource.parent not in service.resources:
            place = Place(resource.place.file, (*resource.place.path, "parent"))
            yield say(
                place, f"no resource '{resource.parent}'{meant(resource.parent, list(service.resources))}"
            )
        if resource.accepts:
            yield from _no_schema(resource.place, resource.accepts, schemas)
    for operation in service.operations.values():
        yield from _wrong_operation(service, operation, schemas)


def _wrong_operation(service: Service, operation: Operation, schemas: Schemas) -> Iterator[str]:
    place = operation.place
    accepts = operation.accepts
    for name in (accepts.path, accepts.query, accepts.body, *operation.returns.values()):
        if name is not None:
            yield from _no_schema(place, name, schemas)
    known = (None, *operation.examples)
    for case in operation.cases:
        if case.does not in VERBS:
            yield say(place, f"'does' must be one of {', '.join(VERBS)}{meant(case.does, VERBS)}")
        elif case.does == "example" and (not operation.examples or case.function not in known):
            near = meant(str(case.function), list(operation.examples))
            yield say(place, f"'does: example' needs an example of {operation.id} to answer with{near}")
        elif case.does not in ("call", "example", "absent") and case.resource not in service.resources:
            near = meant(str(case.resource), list(service.resources))
            yield say(place, f"no resource '{case.resource}'{near}")
        if case.emits and case.does not in _WRITERS:
            yield say(place, f"'emits' needs one of {', '.join(_WRITERS)}, not '{case.does}'")
        if case.emits and service.webhooks.deliver is None:
            yield say(place, "'emits' needs 'webhooks: {deliver: …}' in service.yaml")
        if case.reply.paging and case.reply.paging not in service.paging:
            yield say(
                place, f"no paging '{case.reply.paging}'{meant(case.reply.paging, list(service.paging))}"
            )
        for name in case.returns.values():
            if name is not None:
                yield from _no_schema(place, name, schemas)
    refusals = [need.otherwise for need in operation.needs]
    refusals += [operation.permission.otherwise] if operation.permission else []
    for kind in refusals:
        if kind not in service.problems:
            yield say(place, f"no problem '{kind}'{meant(kind, list(service.problems))}")
    for need in operation.needs:
        if need.setting not in service.settings:
            yield say(place, f"no setting '{need.setting}'{meant(need.setting, list(service.settings))}")
    for example in operation.examples.values():
        statuses = set(operation.returns).union(*(case.returns for case in operation.cases))
        if example.status not in statuses:
            yield say(example.place, f"status {example.status} is not among the 'returns' of {operation.id}")


def _no_schema(place: Place, name: SchemaName, schemas: Schemas) -> Iterator[str]:
    if name not in schemas:
        yield say(place, f"no schema '{name}'{meant(name.name, schemas.names(name.service, name.page))}")


def _unusable(service: Service, schemas: Schemas) -> Iterator[str]:
    """Each schema that is named and there, and cannot be compiled."""
    named = [(one.place, one.accepts) for one in service.resources.values()]
    for operation in service.operations.values():
        accepts = operation.accepts
        returns = [operation.returns, *(case.returns for case in operation.cases)]
        found = [
            accepts.path,
            accepts.query,
            accepts.body,
            *(one for each in returns for one in each.values()),
        ]
        named += [(operation.place, one) for one in found]
    for place, name in named:
        if name is None or name not in schemas:
            continue
        try:
            schemas.usable(name)
        except (UnknownSchema, ValueError) as error:
            yield say(place, f"schema '{name}' cannot be used: {error}")
