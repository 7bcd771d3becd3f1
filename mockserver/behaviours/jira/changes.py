"""What a request's ``fields`` and ``update`` would make of an issue, with everything that is wrong in them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import estimates
from mockserver.behaviours.jira.fields import FIELDS, Speech, label
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Site
from mockserver.values import Broken, Json, Record

Changes = dict[str, Json]


def read(
    site: Site, speech: Speech, current: Record, body: Mapping[str, Json], settable: set[str]
) -> tuple[Changes, list[Broken]]:
    """New values of the fields that ``body`` names, and one broken rule for each that cannot be set."""
    given, update = body.get("fields") or {}, body.get("update") or {}
    found: Changes = {}
    wrong: list[Broken] = []
    for key in dict.fromkeys((*given, *update)):
        try:
            if key not in settable:
                raise Refused("unknown_field")
            if key in given and key in update:
                raise Refused("set_twice")
            if key in given:
                found[key] = FIELDS[key].read(site, speech, given[key])
            else:
                found[key] = _updated(site, speech, key, current.get(key), update[key])
        except Refused as refused:
            wrong.append(broken(site, key, refused.word, **refused.values))
    estimates.spread(found, current)
    return found, wrong


def _updated(site: Site, speech: Speech, key: str, value: Json, steps: Json) -> Json:
    """``value`` after each ``{verb: operand}`` in turn."""
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        raise Refused("not_an_array")
    for step in steps:
        for verb, operand in step.items():
            if verb not in FIELDS[key].verbs:
                raise Refused("unknown_verb", verb=verb)
            if verb in ("set", "edit"):
                value = FIELDS[key].read(site, speech, operand)
            elif verb == "add":
                value = list(dict.fromkeys((*(value or ()), label(operand))))
            else:
                value = [one for one in value or () if one != operand]
    return value


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
