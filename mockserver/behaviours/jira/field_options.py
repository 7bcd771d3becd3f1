"""Options of custom fields, and the contexts that they hold in: one for every field, everywhere.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-custom-field-options/
"""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record


def shown(ctx: Context, option: Record) -> dict[str, Json]:
    """An option as its context lists it."""
    return {
        "id": option["id"],
        "value": option["value"],
        "optionId": option["optionId"] or None,
        "disabled": option["disabled"],
    }


def one(ctx: Context) -> Outcome:
    """The option that the path names, as anybody may see it."""
    option = ctx.found()
    document = {"self": f"{ctx.api}/customFieldOption/{option['id']}", "value": option["value"]}
    return Outcome("ok", document, ready=True)


def context_shown(ctx: Context, context: Record) -> dict[str, Json]:
    """A context of a field; its id as text."""
    return {**ctx.plain("field_context", context), "id": str(context["id"])}


def of_context(ctx: Context, options: Sequence[Record]) -> list[Record]:
    """The options of the field that the path names; ``optionId`` names one, with those below it."""
    found = [one for one in options if one["field"] == ctx.parents["field"]["id"]]
    wanted = ctx.query.get("optionId")
    if wanted is not None:
        found = [one for one in found if str(wanted) in (one["id"], one["optionId"])]
    if ctx.query["onlyOptions"]:
        found = [one for one in found if not one["optionId"]]
    return found


def contexts(ctx: Context, found: Sequence[Record]) -> list[Record]:
    """Those contexts that the query asks for."""
    kept = [one for one in found if one["field"] == ctx.parents["field"]["id"]]
    for name in ("isAnyIssueType", "isGlobalContext"):
        if name in ctx.query:
            kept = [one for one in kept if one[name] == ctx.query[name]]
    if ctx.query.get("contextId"):
        kept = [one for one in kept if one["id"] in ctx.query["contextId"]]
    return kept


def create(ctx: Context) -> Outcome:
    """New options at the end of the field's. Raises Problem for a value that another has on its level."""
    field = ctx.parents["field"]["id"]
    table = ctx.table("field_option")
    taken = {(one["optionId"] or None, one["value"]) for one in table.where(field=field)}
    for given in ctx.body["options"]:
        above = given.get("optionId") or None
        parent = None if above is None else table.get(above)
        if above is not None and (parent is None or parent["field"] != field):
            raise Problem("no_option", diagnosis=f"no option {above!r} of this field")
        _new(taken, (above, given["value"]))
    made = [
        table.add(
            {
                "field": field,
                "value": given["value"],
                "disabled": given.get("disabled", False),
                "optionId": given.get("optionId") or None,
            }
        )
        for given in ctx.body["options"]
    ]
    return Outcome("ok", {"options": [shown(ctx, option) for option in made]}, ready=True)


def update(ctx: Context) -> Outcome:
    """The options with other values, or switched on or off; all or none."""
    field = ctx.parents["field"]["id"]
    table = ctx.table("field_option")
    changes: dict[str, Record] = {}
    for given in ctx.body["options"]:
        option = table.get(given["id"])
        if option is None or option["field"] != field:
            raise Problem("no_option", diagnosis=f"no option {given['id']!r} of this field")
        changes[option["id"]] = {name: given[name] for name in ("value", "disabled") if name in given}
    taken: set[tuple[Json, Json]] = set()
    for option in table.where(field=field):
        _new(taken, (option["optionId"] or None, changes.get(option["id"], {}).get("value", option["value"])))
    made = [table.change(option, change) for key, change in changes.items() if (option := table.get(key))]
    return Outcome("ok", {"options": [shown(ctx, option) for option in made]}, ready=True)


def _new(taken: set[tuple[Json, Json]], option: tuple[Json, Json]) -> None:
    if option in taken:
        message = f"An option with the value '{option[1]}' exists already."
        raise Problem("bad_options", message=message, diagnosis="options of one level differ")
    taken.add(option)
