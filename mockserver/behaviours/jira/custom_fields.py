"""Fields of the site's own, by their type: how a value is read, what is stored, how it is shown.

Stored are a text, a number, a document, an id (of an option, a user) or a list of these.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-post
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from mockserver.behaviours.jira import fields, pickers, users
from mockserver.behaviours.jira.fields import LIST_VERBS, Field, Reader, Speech
from mockserver.behaviours.jira.rich.version import spoken
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.context import Context
from mockserver.engine.site import Site, formatted
from mockserver.values import Json, Record

OWN = "com.atlassian.jira.plugin.system.customfieldtypes:"
AGILE = "com.pyxis.greenhopper.jira:"
EPIC_LINK = f"{AGILE}gh-epic-link"
SPRINT = f"{AGILE}gh-sprint"
LINE_LIMIT = 255

Read = Callable[[Site, Speech, Record, Json], Json]
Show = Callable[[Context, Json], Json]


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of custom field. ``items``: the type of what a list holds; ``read`` None: set by nobody."""

    type: str
    read: Read | None
    show: Show
    items: str | None = None
    one: Read | None = None
    options: bool = False


def kind_of(declared: Record) -> Kind | None:
    """The type of a field record; None for a system field, and for a type that this server does not know."""
    return KINDS.get(str((declared.get("schema") or {}).get("custom")))


def field_of(site: Site, name: str) -> Field | None:
    """How the field of this id is set; None where no request can set it."""
    if name in fields.FIELDS:
        return fields.FIELDS[name]
    declared = site.table("field").get(name)
    kind = None if declared is None else kind_of(declared)
    if declared is None or kind is None or kind.read is None:
        return None
    return Field(
        _bound(kind.read, declared),
        ("set",) if kind.one is None else LIST_VERBS,
        None if kind.one is None else _bound(kind.one, declared),
        _in_sprints if declared["schema"]["custom"] == SPRINT else None,
    )


def shown(ctx: Context, declared: Record, issue: Record) -> Json:
    """The value of a custom field as Jira shows it; null for none."""
    kind = kind_of(declared)
    if kind is not None and declared["schema"]["custom"] == EPIC_LINK:
        return _epic_key(ctx, issue)
    value = issue["fields"].get(declared["id"])
    return value if kind is None or value is None else kind.show(ctx, value)


def option_shown(ctx: Context, option: Record) -> dict[str, Json]:
    """An option as values and ``allowedValues`` hold it."""
    return {
        "self": f"{ctx.api}/customFieldOption/{option['id']}",
        "value": option["value"],
        "id": option["id"],
    }


def _bound(read: Read, declared: Record) -> Reader:
    return lambda site, speech, value: read(site, speech, declared, value)


def _line(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Refused("not_a_string")
    if len(value) > LINE_LIMIT:
        raise Refused("text_long", limit=LINE_LIMIT)
    return value


def _url(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    found = _line(site, speech, declared, value)
    try:
        parts = urlsplit(found or "http://host")
    except ValueError:
        raise Refused("bad_url") from None
    if not parts.scheme or not (parts.netloc or parts.path):
        raise Refused("bad_url")
    return found


def _text(site: Site, speech: Speech, declared: Record, value: Json) -> Json:
    return fields.rich_text(site, speech, value)


def _number(site: Site, speech: Speech, declared: Record, value: Json) -> float | int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise Refused("not_a_number")
    return value


def _day(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    return fields.due_date(site, speech, value)


def _moment(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    """A time with its offset, as the service writes times."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("bad_date", value=value) from None
    if found.tzinfo is None:
        raise Refused("bad_date", value=value)
    try:
        return formatted(found.astimezone(UTC), site.service.dates)
    except OverflowError:
        raise Refused("bad_date", value=value) from None


def _option(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    return None if value is None else str(_chosen(site, declared, value, None)["id"])


def _option_item(site: Site, speech: Speech, declared: Record, value: Json) -> str:
    return str(_chosen(site, declared, value, None)["id"])


def _cascade(site: Site, speech: Speech, declared: Record, value: Json) -> list[str] | None:
    """An option, and below it maybe another: ``{"value": …, "child": {"value": …}}``."""
    if value is None:
        return None
    above = _chosen(site, declared, value, None)
    child = value.get("child")
    if child is None:
        return [str(above["id"])]
    return [str(above["id"]), str(_chosen(site, declared, child, above["id"])["id"])]


def _chosen(site: Site, declared: Record, value: Json, above: Json) -> Record:
    if not isinstance(value, Mapping):
        raise Refused("not_an_object")
    for one in site.table("field_option").where(field=declared["id"]):
        if one["disabled"] or (one["optionId"] or None) != above:
            continue
        if value.get("id") is not None:
            if str(value["id"]) == one["id"]:
                return one
        elif value.get("value") == one["value"]:
            return one
    if value.get("id") is not None:
        raise Refused("option_id_unknown", value=value["id"])
    if value.get("value") is None:
        raise Refused("option_missing")
    raise Refused("option_unknown", value=value["value"])


def _person(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    found = fields.person(site, speech, value)
    if found == fields.AUTOMATIC:
        raise Refused("user_unknown", value=found)
    return found


def _person_item(site: Site, speech: Speech, declared: Record, value: Json) -> str:
    found = _person(site, speech, declared, value)
    if found is None:
        raise Refused("user_unknown", value=None)
    return found


def _label(site: Site, speech: Speech, declared: Record, value: Json) -> str:
    return fields.label(value)


def _many(one: Read) -> Read:
    """A list without repetitions; None for an empty one."""

    def read(site: Site, speech: Speech, declared: Record, value: Json) -> list[Json] | None:
        if value is None:
            return None
        if not isinstance(value, list):
            raise Refused("not_an_array")
        return list(dict.fromkeys(one(site, speech, declared, item) for item in value)) or None

    return read


def _sprint(site: Site, speech: Speech, declared: Record, value: Json) -> list[int] | None:
    """The sprint of a request, given as a number; a seed may list all in which the issue was."""
    if value is None or value == "":
        return None
    if isinstance(value, list) and speech.seed:
        return [int(one) for one in value]
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("sprint_number")
    known = site.table("sprint").get(value) if "sprint" in site.service.resources else {"state": "future"}
    if known is None:
        raise Refused("sprint_unknown", value=value)
    if known["state"] == "closed" and not speech.seed:
        raise Refused("sprint_closed")
    return [value]


def _in_sprints(site: Site, before: Json, after: Json) -> Json:
    """The closed sprints in which an issue was, and the one in which it is now."""
    kept = [one for one in before or () if _closed(site, one) and one not in (after or ())]
    return [*kept, *(after or ())] or None


def _closed(site: Site, sprint: int) -> bool:
    found = site.table("sprint").get(sprint) if "sprint" in site.service.resources else None
    return found is not None and found["state"] == "closed"


def _epic(site: Site, speech: Speech, declared: Record, value: Json) -> str | None:
    """The issue that an epic link names by key: the parent, in other words."""
    if value is None or value == "":
        return None
    found = site.table("issue").find(value) if isinstance(value, str) else None
    if found is None:
        raise Refused("parent_unknown")
    if not _is_epic(site, found):
        raise Refused("not_an_epic", value=value)
    return str(found["id"])


def _is_epic(site: Site, issue: Record) -> bool:
    kind = site.table("issue_type").get(issue["fields"]["issuetype"]) or {}
    return bool(kind.get("hierarchyLevel", 0) == 1)


def _epic_key(ctx: Context, issue: Record) -> str | None:
    above = ctx.table("issue").get(issue["fields"].get("parent") or "")
    return str(above["key"]) if above is not None and _is_epic(ctx.site, above) else None


def _as_is(ctx: Context, value: Json) -> Json:
    return value


def _show_option(ctx: Context, value: Json) -> Json:
    option = ctx.table("field_option").get(value)
    return None if option is None else option_shown(ctx, option)


def _show_cascade(ctx: Context, value: Json) -> Json:
    document = _show_option(ctx, value[0])
    if document is not None and len(value) > 1:
        document["child"] = _show_option(ctx, value[1])
    return document


def _show_sprint(ctx: Context, value: Json) -> Json:
    """A sprint as an issue holds it: with the id of its board, and without a link of its own."""
    known = ctx.table("sprint").get(value) if "sprint" in ctx.site.service.resources else None
    if known is None:
        return None
    members = ("name", "state", "goal", "startDate", "endDate", "completeDate")
    document = {"id": value, **{name: known[name] for name in members if known.get(name) is not None}}
    return {**document, "boardId": known.get("originBoardId")}


def _all(show: Show) -> Show:
    return lambda ctx, value: [found for one in value if (found := show(ctx, one)) is not None] or None


KINDS: Mapping[str, Kind] = {
    f"{OWN}textfield": Kind("string", _line, _as_is),
    f"{OWN}textarea": Kind("string", _text, spoken),
    f"{OWN}url": Kind("string", _url, _as_is),
    f"{OWN}readonlyfield": Kind("string", _line, _as_is),
    f"{OWN}float": Kind("number", _number, _as_is),
    f"{OWN}datepicker": Kind("date", _day, _as_is),
    f"{OWN}datetime": Kind("datetime", _moment, _as_is),
    f"{OWN}select": Kind("option", _option, _show_option, options=True),
    f"{OWN}radiobuttons": Kind("option", _option, _show_option, options=True),
    f"{OWN}multiselect": Kind(
        "array", _many(_option_item), _all(_show_option), "option", _option_item, options=True
    ),
    f"{OWN}multicheckboxes": Kind(
        "array", _many(_option_item), _all(_show_option), "option", _option_item, options=True
    ),
    f"{OWN}cascadingselect": Kind("option-with-child", _cascade, _show_cascade, options=True),
    f"{OWN}userpicker": Kind("user", _person, users.by_id),
    f"{OWN}multiuserpicker": Kind("array", _many(_person_item), _all(users.by_id), "user", _person_item),
    f"{OWN}grouppicker": Kind("group", pickers.group, pickers.show_group),
    f"{OWN}multigrouppicker": Kind(
        "array", _many(pickers.group_item), _all(pickers.show_group), "group", pickers.group_item
    ),
    f"{OWN}version": Kind("version", pickers.version, pickers.show_version),
    f"{OWN}multiversion": Kind(
        "array", _many(pickers.version_item), _all(pickers.show_version), "version", pickers.version_item
    ),
    f"{OWN}project": Kind("project", pickers.project, pickers.show_project),
    f"{OWN}labels": Kind("array", _many(_label), _as_is, "string", _label),
    SPRINT: Kind("array", _sprint, _all(_show_sprint), "json"),
    EPIC_LINK: Kind("any", _epic, _as_is),
    f"{AGILE}gh-epic-label": Kind("string", _line, _as_is),
    f"{AGILE}gh-lexo-rank": Kind("any", None, _as_is),
}
