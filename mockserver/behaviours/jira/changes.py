"""What a request's ``fields`` and ``update`` would make of an issue, with everything that is wrong in them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from mockserver.behaviours.jira import estimates
from mockserver.behaviours.jira.custom_fields import field_of
from mockserver.behaviours.jira.fields import Field, Speech
from mockserver.behaviours.jira.rights import Rights, person
from mockserver.behaviours.jira.screens import is_epic_link
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Record

Changes = dict[str, Json]


def read(
    site: Site, speech: Speech, current: Record, body: Mapping[str, Json], settable: Collection[str] | None
) -> tuple[Changes, list[Broken]]:
    """New values of the fields that ``body`` names, and one broken rule for each that cannot be set.

    settable: the fields that may be set; None for all.
    """
    given, update = body.get("fields") or {}, body.get("update") or {}
    found: Changes = {}
    wrong: list[Broken] = []
    for key in dict.fromkeys((*given, *update)):
        try:
            field = field_of(site, key) if settable is None or key in settable else None
            if field is None:
                raise Refused("unknown_field")
            if key in given and key in update:
                raise Refused("set_twice")
            before = current.get(key)
            if key in given:
                found[key] = _set(site, speech, field, before, given[key])
            else:
                found[key] = _updated(site, speech, field, before, update[key])
        except Refused as refused:
            wrong.append(broken(site, key, refused.word, **refused.values))
    estimates.spread(found, current)
    return _epic_link_is_parent(site, found, wrong), wrong


def missing(
    site: Site, required: Iterable[str], values: Mapping[str, Json], reported: Collection[str]
) -> list[Broken]:
    """One broken rule for each required field that has no value and that nothing is wrong with yet."""
    found = []
    for name in dict.fromkeys(required):
        if name not in reported and values.get(name) in (None, [], ""):
            label = (site.table("field").get(name) or {"name": name})["name"]
            found.append(broken(site, name, "field_required", label=label))
    return found


def not_assignable(
    ctx: Context, changes: Changes, project: Record | None, issue: Record | None = None
) -> list[Broken]:
    """A broken rule where the new assignee may not work on issues of this project."""
    account = changes.get("assignee")
    user = None if account is None else ctx.table("user").get(account)
    if user is None or project is None:
        return []
    if user.get("active", True) and Rights(ctx, person(user)).within("ASSIGNABLE_USER", project, issue):
        return []
    return [broken(ctx.site, "assignee", "not_assignable", value=account)]


def _set(site: Site, speech: Speech, field: Field, before: Json, value: Json) -> Json:
    found = field.read(site, speech, value)
    return found if field.merge is None else field.merge(site, before, found)


def _updated(site: Site, speech: Speech, field: Field, value: Json, steps: Json) -> Json:
    """``value`` after each ``{verb: operand}`` in turn."""
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        raise Refused("not_an_array")
    for step in steps:
        for verb, operand in step.items():
            if verb not in field.verbs:
                raise Refused("unknown_verb", verb=verb)
            if verb in ("set", "edit"):
                value = _set(site, speech, field, value, operand)
                continue
            one = operand if field.one is None else field.one(site, speech, operand)
            kept = [item for item in value or () if item != one]
            if verb == "remove":
                value = kept
            elif len(kept) == len(value or ()):
                value = [*kept, one]
    return value


def _epic_link_is_parent(site: Site, found: Changes, wrong: list[Broken]) -> Changes:
    """The changes with the epic link as what it is, another name of the parent."""
    for key in [one for one in found if is_epic_link(site, one)]:
        value = found.pop(key)
        if "parent" in found and found["parent"] != value:
            wrong.append(broken(site, key, "two_parents"))
        found["parent"] = value
    return found


def hierarchy(site: Site, project: str | None, changed: Record) -> list[Broken]:
    """What is wrong between an issue's type and its parent; ``changed`` holds both as they would be."""
    kind = site.table("issue_type").get(changed.get("issuetype") or "")
    if kind is None:
        return []
    if changed.get("parent") is None:
        return [broken(site, "parent", "parent_missing")] if kind.get("subtask") else []
    above = site.table("issue").get(changed["parent"])
    over = None if above is None else site.table("issue_type").get(above["fields"]["issuetype"])
    if above is None or over is None:
        return []
    if kind.get("subtask") and project is not None and above["project"] != project:
        return [broken(site, "parent", "parent_elsewhere")]
    if over.get("hierarchyLevel", 0) != kind.get("hierarchyLevel", 0) + 1:
        return [broken(site, "parent", "parent_level")]
    return []
