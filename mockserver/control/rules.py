"""What faults and matches look like, for the description of the control endpoint; World judges them."""

from __future__ import annotations

from mockserver.control.command import one_of
from mockserver.engine.faults import GARBLED, PAGES, WHERE
from mockserver.values import Json
from mockserver.world.armable import LONGEST, METHODS

_SECONDS: dict[str, Json] = {"type": "number", "minimum": 0, "maximum": LONGEST}
MATCH: dict[str, Json] = {
    "additionalProperties": False,
    "properties": {
        "path": {"type": ["object", "string"]},
        "query": {"type": "object"},
        "headers": {"type": "object"},
        "body": {},
        "caller": {"type": "string"},
        "ordinal": {"type": "integer", "minimum": 1},
    },
}
_DELAY: dict[str, Json] = {
    "anyOf": [
        _SECONDS,
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "seconds": _SECONDS,
                "uniform": {"type": "array", "minItems": 2, "maxItems": 2, "items": _SECONDS},
                "lognormal": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["median", "sigma"],
                    "properties": {"median": _SECONDS, "sigma": _SECONDS},
                },
                "where": one_of(WHERE),
            },
        },
    ]
}
FAULT: dict[str, Json] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "service": {"type": "string"},
        "operation": {"type": "string"},
        "method": one_of(METHODS),
        "path": {"type": "string", "pattern": "^/"},
        "match": {"type": "object", **MATCH},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "drop": {"type": "boolean"},
        "empty": {"type": "boolean"},
        "cut": {"type": "integer", "minimum": 0},
        "garble": one_of(GARBLED),
        "html": one_of(tuple(PAGES)),
        "rate_limit": {"type": ["string", "boolean"]},
        "delay": _DELAY,
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "retry_after": {"type": "integer", "minimum": 0},
        "perform": {"type": "boolean", "default": False},
        "times": {"type": ["integer", "null"], "minimum": 1, "default": 1},
        "after": {"type": "integer", "minimum": 0, "default": 0},
        "every": {"type": "integer", "minimum": 1, "default": 1},
        "priority": {"type": "integer", "default": 0},
        "then": {"type": "object"},
    },
}
FAULTS: dict[str, Json] = {"anyOf": [FAULT, {"type": "array", "minItems": 1, "items": FAULT}]}
