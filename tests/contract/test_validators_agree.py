"""The validator that decides and the one that explains agree, whatever is sent to whichever operation."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import pytest

from mockserver.spec.model import SchemaName
from mockserver.world import Catalogue

WORDS: Mapping[str, str] = {}
# What members are made wrong with: every type, each in a form that a validator may take for another.
STRANGE: Sequence[Any] = (
    None,
    True,
    False,
    0,
    -1,
    1.0,
    1.5,
    -0.0,
    1e300,
    2**53 + 1,
    2**64 - 1,
    "",
    " ",
    "0",
    "1",
    "true",
    "12345678901234567890",
    "2025-01-15T09:30:00Z",
    "2025-01-15T09:30:00Z\n",
    "b3c7a1de-0d65-4ad5-9a5c-cd4ee2e8b1a5",
    "https://cases.example/1?a=b#c",
    "HTTPS://cases.example",
    "sync_1\n",
    "\u00e9\u0301\U0001f600",
    "\u0000",
    "١٢٣",
    [],
    [[]],
    [None],
    [1, 1.0, True],
    {},
    {"": None},
    {"id": "1", "name": "x", "extra": {"deep": [1]}},
)
LENGTHS = (1, 2, 4, 31, 64, 99, 100, 101, 254, 255, 256, 1000, 1001, 32_767, 32_768)


class Maker:
    """Bodies for schemas: as the schemas say, more or less."""

    def __init__(self, shared: Catalogue, chance: random.Random) -> None:
        self.schemas = shared.schemas
        self.chance = chance

    def body(self, name: SchemaName, examples: Sequence[Any]) -> Any:
        """A body as somebody may send it: an example or one made up, with up to three mistakes."""
        made = self.chance.choice(examples) if examples and self.chance.random() < 0.5 else None
        value = self.made(name, self.schemas.definition(name)) if made is None else made
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 3))):
            value = self.spoilt(value)
        return orjson.loads(json.dumps(value))  # as it is when it has come from a client

    def made(self, at: SchemaName, schema: Any, depth: int = 0) -> Any:
        """A value that keeps most of the rules of ``schema``, which stands on the page of ``at``."""
        if not isinstance(schema, dict) or depth > 6:
            return self.chance.choice(STRANGE)
        if "$ref" in schema:
            file, _, path = schema["$ref"].partition("#")
            page = file.removesuffix(".json") or at.page
            other = SchemaName(at.service, page, path.rpartition("/")[2])
            return self.made(other, self.schemas.definition(other), depth + 1)
        for several in ("anyOf", "oneOf"):
            if several in schema:
                rest = {key: rule for key, rule in schema.items() if key != several}
                return self.made(at, {**rest, **self.chance.choice(schema[several])}, depth + 1)
        if "enum" in schema or "const" in schema:
            return self.chance.choice(schema.get("enum") or [schema["const"]])
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kind = self.chance.choice(kinds) if isinstance(kinds, list) else kinds
        make: Callable[[SchemaName, dict[str, Any], int], Any] = getattr(self, f"_{kind}")
        value = make(at, schema, depth)
        for part in schema.get("allOf", ()):
            more = self.made(at, part, depth + 1)
            if isinstance(value, dict) and isinstance(more, dict):
                value |= more
        return value

    def _object(self, at: SchemaName, schema: dict[str, Any], depth: int) -> Any:
        required = schema.get("required", ())
        often = 0.5 if depth < 2 else 0.2
        found = {
            key: self.made(at, inner, depth + 1)
            for key, inner in schema.get("properties", {}).items()
            if inner is not False and (key in required or self.chance.random() < often)
        }
        others = schema.get("additionalProperties", True)
        if others is not False and self.chance.random() < 0.2:
            found["customfield_10016"] = self.made(at, others, depth + 1)
        return found

    def _array(self, at: SchemaName, schema: dict[str, Any], depth: int) -> Any:
        fewest = schema.get("minItems", 0)
        count = self.chance.randint(fewest, max(fewest, min(3, schema.get("maxItems", 3))))
        return [self.made(at, schema.get("items", {}), depth + 1) for _ in range(count)]

    def _string(self, at: SchemaName, schema: dict[str, Any], depth: int) -> Any:
        if "pattern" in schema and self.chance.random() < 0.8:
            return self.chance.choice([one for one in STRANGE if isinstance(one, str)])
        return "x" * max(schema.get("minLength", 1), min(schema.get("maxLength", 8), 8))

    def _integer(self, at: SchemaName, schema: dict[str, Any], depth: int) -> Any:
        return self.chance.choice((schema.get("minimum", 1), schema.get("maximum", 10), 10000))

    _number = _integer

    def _boolean(self, at: SchemaName, schema: dict[str, Any], depth: int) -> Any:
        return self.chance.random() < 0.5

    def _null(self, at: SchemaName, schema: dict[str, Any], depth: int) -> Any:
        return None

    def spoilt(self, value: Any) -> Any:
        """``value`` with one mistake, somewhere in it."""
        inner = (
            list(value)
            if isinstance(value, dict)
            else list(range(len(value)))
            if isinstance(value, list)
            else []
        )
        if inner and self.chance.random() < 0.9:
            key = self.chance.choice(inner)
            copy = dict(value) if isinstance(value, dict) else list(value)
            if isinstance(value[key], (dict, list)) and self.chance.random() < 0.6:
                copy[key] = self.spoilt(value[key])
            elif self.chance.random() < 0.3:
                del copy[key]
            else:
                copy[key] = self.wrong(value[key])
            return copy
        if isinstance(value, dict):
            return {**value, self.chance.choice(("extra", "id", "self", "")): self.chance.choice(STRANGE)}
        if isinstance(value, list):
            return [*value, *self.chance.choices(STRANGE, k=self.chance.choice((1, 1, 60, 1001)))]
        return self.wrong(value)

    def wrong(self, value: Any) -> Any:
        """Something else than ``value``: of another type, or too long, or nearly the same."""
        if isinstance(value, str) and self.chance.random() < 0.4:
            return self.chance.choice("xé\U0001f600 ") * self.chance.choice(LENGTHS)
        if isinstance(value, str) and self.chance.random() < 0.3:
            return self.chance.choice((value + "\n", value.upper(), " " + value, value[:-1]))
        if isinstance(value, (int, float)) and self.chance.random() < 0.4:
            return self.chance.choice((float(value), -value, str(value), value + 0.5))
        return self.chance.choice(STRANGE)


def asked(shared: Catalogue) -> dict[SchemaName, list[Any]]:
    """Every schema of a request, with the bodies of the examples that are sent to it."""
    found: dict[SchemaName, list[Any]] = {}
    for service in shared.services.values():
        for operation in service.operations.values():
            accepts = operation.accepts
            for name in (accepts.path, accepts.query, accepts.body):
                if name is not None:
                    found.setdefault(name, [])
            if accepts.body is not None:
                calls = [one.call for one in operation.examples.values() if one.call and "body" in one.call]
                found[accepts.body] += [call["body"] for call in calls]
    return found


def judged(shared: Catalogue, count: int) -> Iterator[tuple[SchemaName, Any, bool, bool]]:
    """Schema, body, whether it is valid, and whether nothing is found that it breaks; so many of them."""
    maker = Maker(shared, random.Random(20250115))
    wanted = asked(shared)
    for number in range(count):
        name = list(wanted)[number % len(wanted)]
        body = maker.body(name, wanted[name])
        broken = shared.schemas.broken(name, body, "body", WORDS)
        yield name, body, shared.schemas.valid(name, body), not broken


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.full)])
def test_a_body_is_valid_exactly_if_nothing_is_found_that_it_breaks(shared: Catalogue, count: int) -> None:
    differing, kept = [], 0

    for name, body, valid, whole in judged(shared, count):
        kept += valid
        if valid != whole:
            differing.append(f"{name}: {body!r:.500}: valid: {valid}")

    assert differing == []
    # Both answers are given often: agreement says something.
    assert count / 5 < kept < count * 4 / 5


def test_every_request_schema_is_met_by_valid_bodies(shared: Catalogue) -> None:
    met: dict[SchemaName, set[bool]] = {}

    for name, _, valid, _ in judged(shared, 100 * len(asked(shared))):
        met.setdefault(name, set()).add(valid)

    assert [str(name) for name, both in met.items() if True not in both] == []
