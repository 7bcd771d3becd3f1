"""Queries looked at rather than run: their structure, what they match, and what could be written next.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jql/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mockserver.behaviours.jira.issue_picker import highlighted
from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import no_field, prepare
from mockserver.behaviours.jira.jql.field import Choice, Field
from mockserver.behaviours.jira.jql.fields import label_of
from mockserver.behaviours.jira.jql.functions import KNOWN, Known
from mockserver.behaviours.jira.jql.parse import RESERVED, JqlError, parse
from mockserver.behaviours.jira.jql.structure import quoted, structure
from mockserver.behaviours.jira.search import bad_jql
from mockserver.behaviours.jira.sight import seeing
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Record

MOST_QUERIES = 50
MOST_ISSUES = 1000
MOST_SUGGESTED = 15
JAVA = {
    "text": "java.lang.String",
    "moment": "java.util.Date",
    "number": "java.lang.Number",
    "person": "com.atlassian.jira.user.ApplicationUser",
}
THINGS = {
    "project": "com.atlassian.jira.project.Project",
    "status": "com.atlassian.jira.issue.status.Status",
    "issuetype": "com.atlassian.jira.issue.issuetype.IssueType",
    "priority": "com.atlassian.jira.issue.priority.Priority",
    "resolution": "com.atlassian.jira.issue.resolution.Resolution",
    "labels": "com.atlassian.jira.issue.label.Label",
    "component": "com.atlassian.jira.bc.project.component.ProjectComponent",
    "fixVersion": "com.atlassian.jira.project.version.Version",
    "affectedVersion": "com.atlassian.jira.project.version.Version",
    "sprint": "com.atlassian.greenhopper.service.sprint.Sprint",
    "key": "com.atlassian.jira.issue.Issue",
    "parent": "com.atlassian.jira.issue.Issue",
}
OTHER = "com.atlassian.jira.issue.customfields.option.Option"


def parsed(ctx: Context) -> Outcome:
    """For each query its structure, or why it has none; ``validation`` says how much is looked at."""
    how = ctx.query["validation"]
    return Outcome("ok", {"queries": [_parsed(ctx, one, how) for one in ctx.body["queries"]]}, ready=True)


def match(ctx: Context) -> Outcome:
    """For each query, which of the named issues it finds, or that it is not valid."""
    ids, queries = ctx.body["issueIds"], ctx.body["jqls"]
    if len(queries) > MOST_QUERIES:
        raise bad_jql([f"The number of JQL queries must not exceed {MOST_QUERIES}."])
    if len(ids) > MOST_ISSUES:
        raise bad_jql([f"The number of issue ids must not exceed {MOST_ISSUES}."])
    table = ctx.table("issue")
    known = [one for key in dict.fromkeys(ids) if (one := table.get(str(key))) is not None]
    issues = list(filter(seeing(ctx), known))
    return Outcome("ok", {"matches": [_matched(ctx, issues, jql) for jql in queries]}, ready=True)


def autocomplete(ctx: Context) -> Outcome:
    """Reserved words, fields and functions that a query can be made of.

    ``projectIds`` leaves everything in: every field of this server is a field of all projects.
    """
    body = ctx.body or {}
    collapsed = bool(body.get("includeCollapsedFields"))
    document = {
        "visibleFieldNames": [*_fields(ctx, collapsed=collapsed)],
        "visibleFunctionNames": [_function(one) for one in KNOWN.values()],
        "jqlReservedWords": sorted(RESERVED),
    }
    return Outcome("ok", document, ready=True)


def suggestions(ctx: Context) -> Outcome:
    """Values of a field, or of a predicate of CHANGED, that begin like what was typed."""
    query = ctx.query
    name, predicate = query.get("fieldName"), query.get("predicateName")
    if not name:
        if predicate or query.get("fieldValue"):
            raise bad_jql(["The field name is required to suggest its values."])
        return Outcome("ok", {"results": []}, ready=True)
    fields = scope.SiteScope(ctx).fields
    field = fields.named(str(name).strip('"'), _custom_id(str(name)))
    if field is None:
        raise bad_jql([no_field(str(name))])
    typed = query.get("fieldValue")
    if predicate:
        if field.history is None or predicate.casefold() not in ("by", "from", "to"):
            raise bad_jql([f"The predicate '{predicate}' cannot be used with the field '{name}'."])
        typed = query.get("predicateValue")
        field = fields.named("assignee") if predicate.casefold() == "by" else field
    choices = field.choices() if field is not None and field.choices is not None else ()
    return Outcome("ok", {"results": _suggested(choices, str(typed or ""))}, ready=True)


def _parsed(ctx: Context, jql: str, how: str) -> dict[str, Json]:
    try:
        query = parse(jql)
    except JqlError as error:
        return {"query": jql, "errors": [str(error)]}
    found: dict[str, Json] = {"query": jql}
    problems = prepare(query, scope.SiteScope(ctx)).problems if how != "none" else None
    if problems is None or how == "warn" or not problems.messages:
        found["structure"] = structure(query)
    if problems is not None and problems.errors:
        found["errors"] = list(dict.fromkeys(problems.errors))
    if problems is not None and problems.unknown:
        found["warnings"] = list(dict.fromkeys(problems.unknown))
    return found


def _matched(ctx: Context, issues: Sequence[Record], jql: str) -> dict[str, Json]:
    try:
        prepared = prepare(parse(jql), scope.SiteScope(ctx))
        prepared.check()
    except JqlError:
        return {"matchedIssues": [], "errors": [f"Invalid JQL: {jql}"]}
    return {"matchedIssues": [int(one["id"]) for one in issues if prepared.test(one)], "errors": []}


def _fields(ctx: Context, *, collapsed: bool) -> Iterable[dict[str, Json]]:
    names: dict[str, list[Record]] = {}
    for field, declared in scope.SiteScope(ctx).fields.all():
        if declared is None:
            yield _field(field, field.name, field.name)
            continue
        short = f"cf[{str(declared['id']).removeprefix('customfield_')}]"
        names.setdefault(declared["name"], []).append(declared)
        yield {**_field(field, quoted(declared["name"]), f"{declared['name']} - {short}"), "cfid": short}
        label = f"{declared['name']}[{label_of(declared)}]"
        if collapsed and label_of(declared) and len(names[declared["name"]]) == 2:
            yield _field(field, f'"{label}"', f"{declared['name']} - {label}")


def _field(field: Field, value: str, shown: str) -> dict[str, Json]:
    found: dict[str, Json] = {
        "value": value,
        "displayName": shown,
        "orderable": "true" if field.sortable else "false",
        "searchable": "true" if field.operators else "false",
        "operators": list(field.supported),
        "types": [THINGS.get(field.name) or JAVA.get(field.kind, OTHER)],
    }
    return {**found, "auto": "true"} if field.choices is not None else found


def _function(known: Known) -> dict[str, Json]:
    written = f'{known.name}("")' if known.least else f"{known.name}()"
    kinds = sorted(
        {
            JAVA.get(one) or next((THINGS[key] for key in THINGS if key.casefold() == one), OTHER)
            for one in known.fits
        }
    )
    found: dict[str, Json] = {"value": written, "displayName": written, "types": kinds}
    return {**found, "isList": "true"} if known.several else found


def _suggested(choices: Iterable[Choice], typed: str) -> list[dict[str, str]]:
    """Choices of which a word begins like ``typed``, each once; the value as a query must write it."""
    folded = typed.casefold()
    found: dict[str, str] = {}
    for one in choices:
        bold = highlighted(one.shown, typed)
        if one.value.casefold().startswith(folded) or "<b>" in bold:
            found.setdefault(quoted(one.value), bold)
    return [{"value": value, "displayName": shown} for value, shown in list(found.items())[:MOST_SUGGESTED]]


def _custom_id(name: str) -> str | None:
    return name[3:-1] if name.startswith("cf[") and name.endswith("]") else None
