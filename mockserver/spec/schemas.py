"""JSON Schemas by service, page and name; validators are built when first used, once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import orjson

from mockserver.spec.model import SchemaName
from mockserver.values import Broken, Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class UnknownSchema(KeyError):
    """A schema name without a definition; the message names the nearest one."""


class Schemas:
    """The definitions of all pages of all services."""

    def __init__(
        self,
        pages: Mapping[tuple[str, str], Mapping[str, Json]],
        ready: Mapping[SchemaName, Json] | None = None,
    ) -> None:
        """``pages``: (service, page) to the parsed schema file; ``ready``: what ``standalone`` would make."""
        self._pages = pages
        self._ready = {} if ready is None else ready
        self._fast: dict[SchemaName, Callable[[Json], bool]] = {}
        self._resolved: dict[SchemaName, Mapping[str, Json]] = {}
        self._slow: dict[SchemaName, Callable[[Json], Iterator[Json]]] = {}

    def __contains__(self, name: SchemaName) -> bool:
        """Whether there is a definition of that name."""
        return name.name in self._pages.get((name.service, name.page), {}).get("$defs", {})

    def names(self, service: str, page: str) -> Sequence[str]:
        """Names of the definitions on one page."""
        return tuple(self._pages.get((service, page), {}).get("$defs", {}))

    def definition(self, name: SchemaName) -> Mapping[str, Json]:
        """The definition itself. Raises UnknownSchema."""
        if name not in self:
            raise UnknownSchema(str(name))
        found: Mapping[str, Json] = self._pages[(name.service, name.page)]["$defs"][name.name]
        return found

    def resolved(self, name: SchemaName) -> Mapping[str, Json]:
        """The definition with a ``$ref`` at its top followed."""
        found = self._resolved.get(name)
        if found is None:
            found = self._follow(name.service, name.page, self.definition(name))[1]
            self._resolved[name] = found
        return found

    def valid(self, name: SchemaName, value: Json) -> bool:
        """Whether ``value`` keeps every rule of the definition."""
        check = self._fast.get(name)
        if check is None:
            import jsonschema_rs

            validator = jsonschema_rs.Draft202012Validator(self.standalone(name))
            check = self._fast[name] = validator.is_valid
        return check(value)

    def broken(self, name: SchemaName, value: Json, scope: str, words: Mapping[str, str]) -> list[Broken]:
        """Every rule that ``value`` breaks, in the words of the schema or else of ``words``.

        A member that is missing and whose schema has a ``default`` is judged as if it had that value,
        so that what is missing inside it is named too.
        """
        check = self._slow.get(name)
        if check is None:
            check = self._slow[name] = _explainer()(self.standalone(name)).iter_errors
        filled = self._filled(name.service, name.page, self.definition(name), value)
        found: dict[tuple[tuple[str | int, ...], str], Broken] = {}
        for error in check(filled):
            for one in _explained(error, scope, words):
                found.setdefault((one.path, one.key), one)
        return list(found.values())

    def usable(self, name: SchemaName) -> None:
        """Raise ValueError if a validator cannot be built of all the pages that the definition leads to."""
        import jsonschema_rs

        jsonschema_rs.Draft202012Validator(self._whole(name))

    def standalone(self, name: SchemaName) -> Json:
        """One document that holds the definition and every other that it leads to."""
        if name in self._ready:
            return self._ready[name]
        defs: dict[str, Json] = {}
        ahead = [(f"{name.page}.json", name.name)]
        while ahead:
            file, key = ahead.pop()
            known = self._pages.get((name.service, Path(file).stem), {}).get("$defs", {})
            held = defs.setdefault(file, {"$defs": {}})["$defs"]
            if key in held:
                continue
            if key not in known:
                return self._whole(name)  # which says what is wrong with it
            held[key] = _localised(known[key], file)
            for other, path in _references(known[key]):
                top, _, rest = path.removeprefix("/").partition("/")
                if top != "$defs":  # all of a page, or what is beside its definitions
                    return self._whole(name)
                ahead.append((other or file, rest.partition("/")[0]))
        return _document(name, defs)

    def _whole(self, name: SchemaName) -> Json:
        """One document that holds the definition and every page it leads to."""
        defs: dict[str, Json] = {}
        ahead = [f"{name.page}.json"]
        while ahead:
            file = ahead.pop()
            content = self._pages.get((name.service, Path(file).stem))
            if content is not None and file not in defs:
                defs[file] = _localised(content, file)
                ahead.extend(other for other, _ in _references(content) if other)
        return _document(name, defs)

    def _follow(self, service: str, page: str, schema: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
        seen: set[tuple[str, str]] = set()
        while isinstance(ref := schema.get("$ref"), str):
            if (page, ref) in seen:
                raise UnknownSchema(f"{page}{ref} refers to itself")
            seen.add((page, ref))
            file, _, path = ref.partition("#")
            page = Path(file).stem if file else page
            target = self._pages.get((service, page), {}).get("$defs", {}).get(path.rsplit("/", 1)[-1])
            if target is None:
                raise UnknownSchema(ref)
            schema = target
        return page, schema

    def _filled(self, service: str, page: str, schema: Json, value: Json) -> Json:
        if not isinstance(value, dict) or not isinstance(schema, dict):
            return value
        page, schema = self._follow(service, page, schema)
        filled = dict(value)
        for key, inner in schema.get("properties", {}).items():
            missing = key not in filled and key in schema.get("required", ())
            if missing and isinstance(inner, dict) and "default" in inner:
                filled[key] = inner["default"]
            if key in filled:
                filled[key] = self._filled(service, page, inner, filled[key])
        return filled


def parsed(content: bytes) -> Json:
    """The document that a schema file holds. Raises ValueError, with line and column."""
    try:
        return orjson.loads(content)
    except ValueError:
        return json.loads(content)


def _localised(content: Json, file: str) -> Json:
    """``content`` with its references rewritten to point into the standalone document."""
    if isinstance(content, dict):
        return {
            key: _pointed(value, file) if key == "$ref" else _localised(value, file)
            for key, value in content.items()
            if key not in ("$schema", "$id")
        }
    if isinstance(content, list):
        return [_localised(one, file) for one in content]
    return content


def _document(name: SchemaName, defs: Mapping[str, Json]) -> Json:
    return {"$schema": DIALECT, "$ref": f"#/$defs/{name.page}.json/$defs/{name.name}", "$defs": defs}


def _references(content: Json) -> Iterator[tuple[str, str]]:
    """Each reference in ``content``: the file, empty for the same one, and the path in it."""
    if isinstance(content, dict):
        ref = content.get("$ref")
        if isinstance(ref, str):
            file, _, path = ref.partition("#")
            yield file, path
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for one in inner:
        if isinstance(one, (dict, list)):
            yield from _references(one)


def _pointed(ref: str, file: str) -> str:
    other, _, path = ref.partition("#")
    return f"#/$defs/{other or file}{path}"


@cache
def _explainer() -> Json:
    """The reference validator, imported late; patterns are left to the fast one, which cannot be stalled."""
    import jsonschema_rs
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(_: Json, wanted: str, value: Json, __: Json) -> Iterator[Json]:
        if not jsonschema_rs.Draft202012Validator({"pattern": wanted}).is_valid(value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    return validators.extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]


def _explained(error: Json, scope: str, words: Mapping[str, str]) -> Iterator[Broken]:
    """One broken rule for each member it concerns."""
    rule, schema, path = str(error.validator or "false"), error.schema, tuple(error.absolute_path)
    if rule == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        named = [key for key in missing if error.message.startswith(repr(key))] or missing
        for key in named[:1]:
            inner = schema.get("properties", {}).get(key, {})
            yield _worded(scope, (*path, key), rule, inner, words, error.validator_value, None)
    elif rule == "additionalProperties" and isinstance(error.instance, dict):
        known = set(schema.get("properties", {}))
        for key in error.instance:
            if key not in known:
                yield _worded(scope, (*path, key), rule, schema, words, sorted(known), error.instance[key])
    else:
        yield _worded(scope, path, rule, schema, words, error.validator_value, error.instance)


def _worded(
    scope: str,
    path: tuple[str | int, ...],
    rule: str,
    schema: Json,
    words: Mapping[str, str],
    expected: Json,
    got: Json,
) -> Broken:
    own = schema if isinstance(schema, dict) else {}
    steps = [step for step in path if isinstance(step, str)]
    name = steps[-1] if steps else scope
    key = str(own.get("x-key", name))
    text = own.get("x-words", {}).get(rule) or words.get(rule) or words.get("default", "{name}: {rule}")
    limit = expected if isinstance(expected, (str, int, float)) else json.dumps(expected)
    shown = got if isinstance(got, str) else json.dumps(got)
    values = {
        "name": name,
        "key": key,
        "path": ".".join(str(step) for step in path),
        "rule": rule,
        "limit": str(limit),
        "got": shown,
    }
    text = _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
    return Broken(scope, path, key, rule, text, expected, got)
