"""A query tree as ``POST /jql/parse`` shows it, and back as text."""

from __future__ import annotations

import re

from mockserver.behaviours.jira.jql.parse import RESERVED
from mockserver.behaviours.jira.jql.tree import (
    And,
    Clause,
    Empty,
    Field,
    Function,
    Not,
    Operand,
    Or,
    Query,
    Value,
    Values,
    Where,
)
from mockserver.values import Json

_BARE = re.compile(r"[\w.-]+")


def structure(query: Query) -> dict[str, Json]:
    """``{where, orderBy}`` of a query; a part that it lacks is left out.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jql/#api-rest-api-3-jql-parse-post
    """
    found: dict[str, Json] = {}
    if query.where is not None:
        found["where"] = _where(query.where)
    if query.order:
        found["orderBy"] = {
            "fields": [
                {"field": _field(sort.field), **({"direction": sort.direction} if sort.direction else {})}
                for sort in query.order
            ]
        }
    return found


def quoted(text: str) -> str:
    """``text`` as a query may write it: in quotation marks where it needs them."""
    if _BARE.fullmatch(text) and text.casefold() not in RESERVED:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _where(where: Where) -> dict[str, Json]:
    if isinstance(where, And):
        return {"clauses": [_where(one) for one in where.clauses], "operator": "and"}
    if isinstance(where, Or):
        return {"clauses": [_where(one) for one in where.clauses], "operator": "or"}
    if isinstance(where, Not):
        return {"clauses": [_where(where.clause)], "operator": "not"}
    return _clause(where)


def _clause(clause: Clause) -> dict[str, Json]:
    found: dict[str, Json] = {"field": _field(clause.field)}
    if clause.operand is not None:
        found["operand"] = _operand(clause.operand)
    found["operator"] = clause.operator
    if clause.operator.startswith(("was", "changed")):
        found["predicates"] = [
            {"operand": _operand(one.operand), "operator": one.name} for one in clause.predicates
        ]
    return found


def _field(field: Field) -> dict[str, Json]:
    if field.property_key is None:
        return {"name": field.name, "encodedName": quoted(field.name)}
    entity = field.name.partition(".")[0]
    inside = {"entity": entity, "key": field.property_key, "path": field.property_path}
    path = f".{field.property_path}" if field.property_path else ""
    name = f"{field.name}[{field.property_key}]{path}"
    encoded = f"{field.name}[{quoted(field.property_key)}]{path}"
    return {"name": name, "encodedName": encoded, "property": [inside]}


def _operand(operand: Operand) -> dict[str, Json]:
    if isinstance(operand, Values):
        return {"values": [_operand(one) for one in operand.items], "encodedOperand": _written(operand)}
    if isinstance(operand, Function):
        arguments = list(operand.arguments)
        return {"function": operand.name, "arguments": arguments, "encodedOperand": _written(operand)}
    if isinstance(operand, Empty):
        return {"keyword": "empty"}
    return {"value": operand.text, "encodedValue": quoted(operand.text)}


def _written(operand: Operand) -> str:
    if isinstance(operand, Values):
        return "(" + ", ".join(_written(one) for one in operand.items) + ")"
    if isinstance(operand, Function):
        return f"{operand.name}({', '.join(quoted(one) for one in operand.arguments)})"
    return quoted(operand.text) if isinstance(operand, Value) else "empty"
