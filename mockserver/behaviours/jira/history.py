"""The one way an issue changes: its fields are stored, and its history says what was changed by whom.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mockserver.behaviours.jira import watchers
from mockserver.behaviours.jira.rich.shown import to_wiki
from mockserver.behaviours.jira.webhooks import notice
from mockserver.engine.context import Context
from mockserver.values import Json, Record

# Fields that hold ids: where what they name is kept, and under which member it has its name.
NAMED: Mapping[str, tuple[str, str]] = {
    "assignee": ("user", "displayName"),
    "reporter": ("user", "displayName"),
    "components": ("component", "name"),
    "fixVersions": ("version", "name"),
    "versions": ("version", "name"),
    "issuetype": ("issue_type", "name"),
    "parent": ("issue", "key"),
    "priority": ("priority", "name"),
    "project": ("project", "name"),
    "resolution": ("resolution", "name"),
    "security": ("security_level", "name"),
    "status": ("status", "name"),
}
# The same of custom fields, by their type.
HELD: Mapping[str, tuple[str, str]] = {
    "group": ("group", "name"),
    "option": ("field_option", "value"),
    "option-with-child": ("field_option", "value"),
    "project": ("project", "name"),
    "user": ("user", "displayName"),
    "version": ("version", "name"),
}
# What the history calls a field, where that is not its id.
CALLED = {
    "components": "Component",
    "fixVersions": "Fix Version",
    "versions": "Version",
    "parent": "IssueParentAssociation",
    "attachment": "Attachment",
    "issuelinks": "Link",
}
# One item for each thing that came or went; any other list is one item from all to all.
ONE_BY_ONE = frozenset({"components", "fixVersions", "versions", "attachment", "issuelinks"})
# Seconds and days: they stand for themselves on both sides.
PLAIN = frozenset({"timeoriginalestimate", "timeestimate", "timespent", "duedate"})
# What changes by itself and is told by nobody.
UNTOLD = frozenset(
    {
        "updated",
        "created",
        "statuscategorychangedate",
        "resolutiondate",
        "lastViewed",
        "customfield_10019",
    }
)


def changed(
    ctx: Context, issue: Record, fields: Mapping[str, Json], *, also: Sequence[Record] = (), **members: Json
) -> Record:
    """The issue with ``fields`` over its own (and record ``members`` over its own), and its history told.

    Nothing is written where nothing differs. ``updated`` moves with every change. ``also``: lines of
    history besides those of the fields, in the same entry.
    """
    before = issue["fields"]
    differing = {name: value for name, value in fields.items() if before.get(name) != value}
    members = {name: value for name, value in members.items() if issue.get(name) != value}
    if not differing and not members and not also:
        return issue
    if "key" in members:
        # The keys that an issue had go on naming it.
        known = (issue["key"], *(issue.get("formerKeys") or ()))
        members["formerKeys"] = [one for one in dict.fromkeys(known) if one != members["key"]]
    if "status" in differing and _category(ctx, before.get("status")) != _category(ctx, differing["status"]):
        differing["statuscategorychangedate"] = ctx.stamp()
    if "resolution" in differing:
        differing["resolutiondate"] = None if differing["resolution"] is None else ctx.stamp()
    items = [item for name in differing for item in _items(ctx, name, before.get(name), differing[name])]
    told(ctx, issue, [*items, *also])
    if "key" not in members:  # who renames a project works on none of its issues
        watchers.worked(ctx, issue)
    return ctx.table("issue").change(
        issue, {**members, "fields": {**before, **differing, "updated": ctx.stamp()}}
    )


def told(ctx: Context, issue: Record, items: list[Record]) -> None:
    """Add one entry with ``items`` to the issue's history; nothing if there are none."""
    if items and "change" in ctx.site.service.resources:
        entry = {"author": ctx.caller.user.get("accountId"), "created": ctx.stamp(), "items": items}
        metadata = ctx.body.get("historyMetadata") if isinstance(ctx.body, Mapping) else None
        told = entry if metadata is None else {**entry, "historyMetadata": metadata}
        notice.issue_updated(ctx, issue, ctx.table("change").add(told, issue))


def item(ctx: Context, name: str, before: Json, before_text: Json, after: Json, after_text: Json) -> Record:
    """One line of history. ``before`` and ``after`` are ids or None, the texts what people read."""
    known = ctx.table("field").get(name)
    custom = name.startswith("customfield_")
    return {
        "field": str(known["name"]) if custom and known is not None else CALLED.get(name, name),
        "fieldtype": "custom" if custom else "jira",
        "fieldId": name,
        "from": before,
        "fromString": before_text,
        "to": after,
        "toString": after_text,
    }


def _items(ctx: Context, name: str, before: Json, after: Json) -> Iterator[Record]:
    if name in UNTOLD:
        return
    if name in ONE_BY_ONE:
        gone = [one for one in before or () if one not in (after or ())]
        come = [one for one in after or () if one not in (before or ())]
        for one in gone:
            yield item(ctx, name, one, _text(ctx, name, one), None, None)
        for one in come:
            yield item(ctx, name, None, None, one, _text(ctx, name, one))
        return
    yield item(
        ctx,
        name,
        _id(ctx, name, before),
        _text(ctx, name, before),
        _id(ctx, name, after),
        _text(ctx, name, after),
    )


def _id(ctx: Context, name: str, value: Json) -> Json:
    """What ``from`` and ``to`` hold: ids for what has ids, null for plain values."""
    if value is None or value == []:
        return None
    if name in NAMED or (isinstance(value, str) and _names_record(ctx, name)):
        return value
    if name in PLAIN:
        return str(value)
    if isinstance(value, list) and _names_records(ctx, name):
        return f"[{', '.join(value)}]"
    if isinstance(value, list) and all(isinstance(one, (int, float)) for one in value):
        return ", ".join(str(one) for one in value)
    return None


def _text(ctx: Context, name: str, value: Json) -> Json:
    if value is None:
        return None
    if name in NAMED:
        resource, member = NAMED[name]
        found = ctx.table(resource).get(value) if resource in ctx.site.service.resources else None
        return str(value) if found is None else str(found[member])
    if name.startswith("customfield_") and name != "customfield_10020":
        value = _custom(ctx, name, value)
    if isinstance(value, list):
        sprint = name in ("customfield_10020",) and "sprint" in ctx.site.service.resources
        if sprint:
            return ", ".join(str((ctx.table("sprint").get(one) or {"name": one})["name"]) for one in value)
        return " ".join(str(one) for one in value)
    if isinstance(value, dict):
        return to_wiki(value) if value.get("type") == "doc" else str(value.get("value") or value.get("name"))
    return str(value)


def _names_record(ctx: Context, name: str) -> bool:
    """Whether a custom field holds the id of a record."""
    return _schema(ctx, name).get("type") in HELD


def _names_records(ctx: Context, name: str) -> bool:
    """Whether a custom field holds the ids of several records."""
    return _schema(ctx, name).get("items") in HELD


def _schema(ctx: Context, name: str) -> Mapping[str, Json]:
    """What a field says of its values; nothing for one that is not there."""
    return (ctx.table("field").get(name) or {}).get("schema") or {}


def _custom(ctx: Context, name: str, value: Json) -> Json:
    """What a custom field holds, with names in the place of ids."""
    if isinstance(value, list):
        return [_custom(ctx, name, one) for one in value]
    schema = _schema(ctx, name)
    for kind in (str(schema.get("type")), str(schema.get("items"))):
        if kind in HELD:
            resource, member = HELD[kind]
            return (ctx.table(resource).get(value) or {member: value})[member]
    return value


def _category(ctx: Context, status: Json) -> Json:
    found = ctx.table("status").get(status) if status is not None else None
    return None if found is None else found["category"]
