"""External sources: the ends that a link can have, and which of them fit together."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.behaviours.enterprise_tester import lists, options
from mockserver.behaviours.enterprise_tester.links import DESTINATION
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem, Record

EXPANSIONS = ("Widgets", "InitialFieldValues")
ENDS = ("Source", "Destination")


def listing(ctx: Context) -> Outcome:
    """All ends that the query admits: ``end``, ``compatibleWithKey``, ``compatibleWithId``, ``projectId``.

    Source: the API's own description (externalsourcesmetadata)
    """
    end = _end(ctx)
    found = [one for one in _ends(ctx) if end in ("", one["End"].lower()) and _compatible(ctx, one)]
    return lists.selected(ctx, found, _whole, "external_sources#ExternalSource", EXPANSIONS)


def one(ctx: Context) -> Outcome:
    """The end that ``end``, ``key`` and ``id`` name. Raises Problem("not_found") if there is none."""
    missing = [name for name in ("end", "key") if not options.asked(ctx, name)]
    if missing:
        texts = [(name, f"You must specify a valid {name}.") for name in missing]
        raise Problem(
            "invalid", broken=[Broken("query", (name,), name, "required", text) for name, text in texts]
        )
    end, key, row_id = _end(ctx), options.asked(ctx, "key").lower(), options.asked(ctx, "id").lower()
    for found in _ends(ctx):
        if (found["End"].lower(), found["Key"].lower(), found["Id"] or "") == (end, key, row_id):
            return Outcome("ok", found)
    raise Problem("not_found", title="External source", resource="external_source", id=row_id or key)


def view(ctx: Context, record: Record) -> Json:
    """One end, expanded as the call asks."""
    return _document(ctx, record, options.expansions(ctx, EXPANSIONS))


def _whole(ctx: Context, record: Record) -> dict[str, Json]:
    return _document(ctx, record, EXPANSIONS)


def _document(ctx: Context, record: Record, expanded: tuple[str, ...]) -> dict[str, Json]:
    document = dict(record)
    remaining = [name for name in EXPANSIONS if name not in expanded]
    if remaining:
        document["Expands"] = remaining
    if "Widgets" in expanded:
        document["Widgets"] = [
            {"Name": "ProjectId", "Label": "Project", "Type": "ComboBox", "Required": True}
        ]
    if "InitialFieldValues" in expanded:
        document["InitialFieldValues"] = {"ProjectId": _initial_project(ctx, record)}
    return document


def _initial_project(ctx: Context, record: Record) -> Json:
    """The project that the call names, for the end that lies in Enterprise Tester."""
    named = options.asked(ctx, "projectId")
    project = ctx.table("project").find(named) if named and record["End"] == "Source" else None
    return None if project is None else project["Id"]


def _ends(ctx: Context) -> Iterator[Record]:
    """The kinds of entity at our end, then every external system at the other."""
    for source in ctx.table("external_source"):
        yield {
            "End": "Source",
            "Name": source["Name"],
            "Id": None,
            "Key": source["Key"],
            "CompatibleWithSourceKeys": [],
        }
    for system in ctx.table("external_system"):
        kind = ctx.table("external_system_type").find(system["Type"]) or {}
        yield {
            "End": "Destination",
            "Name": system["Name"],
            "Id": system["Id"],
            "Key": DESTINATION,
            "CompatibleWithSourceKeys": list(kind.get("SourceKeys", ())),
        }


def _compatible(ctx: Context, end: Record) -> bool:
    """Whether ``end`` fits the other end that ``compatibleWithKey`` and ``compatibleWithId`` name."""
    key = options.asked(ctx, "compatibleWithKey").lower()
    row_id = options.asked(ctx, "compatibleWithId").lower()
    if not key and not row_id:
        return True
    others = [one for one in _ends(ctx) if key in ("", one["Key"].lower()) and row_id in ("", one["Id"])]
    return any(_fit(end, other) or _fit(other, end) for other in others)


def _fit(source: Record, destination: Record) -> bool:
    if (source["End"], destination["End"]) != ENDS:
        return False
    return source["Key"] in destination["CompatibleWithSourceKeys"]


def _end(ctx: Context) -> str:
    """The end asked for, in lower case; empty for both. Raises Problem("invalid")."""
    text = options.asked(ctx, "end")
    if text and text.lower() not in ("source", "destination"):
        message = f"end must be Source or Destination, not '{text[:40]}'."
        raise Problem("invalid", broken=[Broken("query", ("end",), "end", "enum", message)])
    return text.lower()
