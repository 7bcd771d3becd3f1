"""Properties: JSON that clients keep with an issue, a comment, a worklog or another record.

They belong to whatever the path names last, say a comment: then to ``comment_property``.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.behaviours.jira import restrictions
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem, Record, dumps

KEY_LIMIT = 255
VALUE_LIMIT = 32_768  # characters of JSON


def keys(ctx: Context) -> Outcome:
    """The keys of all properties, each with its address."""
    _, owner = _owner(ctx)
    found = [{"self": _address(ctx, one["key"]), "key": one["key"]} for one in under(ctx, owner)]
    return Outcome("ok", {"keys": found}, ready=True)


def get(ctx: Context) -> Outcome:
    """One property as ``{key, value}``. Raises Problem("no_property")."""
    record = _found(ctx)
    return whole({"key": record["key"], "value": record["value"]})


def put(ctx: Context) -> Outcome:
    """The property with the body as its value; created where there was none."""
    name, owner = _owner(ctx)
    _may_write(ctx, name)
    wrong = checked(ctx, ctx.path["propertyKey"], ctx.body)
    if wrong is not None:
        raise Problem("invalid", broken=[wrong], diagnosis="the property cannot be kept")
    before = _one(ctx, owner, ctx.path["propertyKey"])
    store(ctx, owner, [{"key": ctx.path["propertyKey"], "value": ctx.body}], name)
    return Outcome("created" if before is None else "updated")


def delete(ctx: Context) -> Outcome:
    """Forget one property. Raises Problem("no_property")."""
    name, _ = _owner(ctx)
    record = _found(ctx)
    _may_write(ctx, name)
    ctx.table(f"{name}_property").drop(record)
    if name == "issue":
        notice.happened(ctx, "issue_property_deleted", property=record, issue=ctx.parents[name])
    return Outcome("deleted")


def under(ctx: Context, owner: Record, name: str | None = None) -> list[Record]:
    """The properties of one record, oldest first. ``name``: its resource, if the path does not say."""
    return ctx.table(f"{name or _owner(ctx)[0]}_property").under(owner)


def listed(ctx: Context, owner: Record, name: str) -> list[Json]:
    """The properties of one record as ``{key, value}``, as ``expand=properties`` shows them."""
    return [{"key": one["key"], "value": one["value"]} for one in under(ctx, owner, name)]


def read(ctx: Context, given: Json) -> list[Record]:
    """Properties as a create takes them: a list of ``{key, value}``. Raises Refused."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(one, dict) and one.get("key") for one in given):
        raise Refused("not_an_array")
    for one in given:
        if checked(ctx, str(one["key"]), one.get("value")) is not None:
            raise Refused("property_long", limit=VALUE_LIMIT)
    return [{"key": str(one["key"]), "value": one.get("value")} for one in given]


def asked(ctx: Context, body: Mapping[str, Json]) -> tuple[list[Record], list[Broken]]:
    """The properties that a request wants kept with an issue, and what is wrong with them."""
    try:
        return read(ctx, body.get("properties")), []
    except Refused as refused:
        return [], [broken(ctx.site, "properties", refused.word, **refused.values)]


def store(ctx: Context, owner: Record, given: Sequence[Record], name: str) -> None:
    """Keep the properties with ``owner``, each in place of the one with its key."""
    table = ctx.table(f"{name}_property")
    for one in given:
        before = _one(ctx, owner, one["key"], name)
        if before is None:
            table.add(one, owner)
        else:
            table.change(before, one)
        if name == "issue":
            notice.happened(ctx, "issue_property_set", property=one, issue=owner)


def checked(ctx: Context, key: str, value: Json) -> Broken | None:
    """What is wrong with a property; None if nothing is."""
    if len(key) > KEY_LIMIT:
        return broken(ctx.site, "propertyKey", "property_key_long", limit=KEY_LIMIT)
    if len(dumps(value).decode()) > VALUE_LIMIT:
        return broken(ctx.site, "value", "property_long", limit=VALUE_LIMIT)
    return None


def _owner(ctx: Context) -> tuple[str, Record]:
    name = list(ctx.parents)[-1]
    return name, ctx.parents[name]


def _one(ctx: Context, owner: Record, key: str, name: str | None = None) -> Record | None:
    return next((one for one in under(ctx, owner, name) if one["key"] == key), None)


def _found(ctx: Context) -> Record:
    _, owner = _owner(ctx)
    record = _one(ctx, owner, ctx.path["propertyKey"])
    if record is None:
        raise Problem("no_property", diagnosis="no such property", key=ctx.path["propertyKey"])
    return record


def _may_write(ctx: Context, name: str) -> None:
    lacked = ""
    if name in ("comment", "worklog"):
        lacked = restrictions.lacking(ctx, ctx.parents[name], "edit", name)
    elif name == "issue" and not ctx.allowed("EDIT_ISSUES"):
        lacked = "EDIT_ISSUES"
    if lacked:
        kind = "no_property_permission" if ctx.operation.method == "PUT" else "no_property"
        raise Problem(kind, diagnosis=f"the caller lacks {lacked}", key=ctx.path["propertyKey"])


def _address(ctx: Context, key: str) -> str:
    return f"{ctx.call.root}{ctx.call.path.rstrip('/')}/{key}"
