"""JQL of webhooks: what may be asked for, and whether an issue is meant.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#register-a-webhook
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import Prepared, prepare
from mockserver.behaviours.jira.jql.field import Atom, Field
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.jql.tree import And, Clause, Not, Or, Query, Where
from mockserver.behaviours.jira.jql.tree import Field as FieldName
from mockserver.engine.context import Caller, Context
from mockserver.values import Json, Record

SECTION = "issue-related-events-section"
OPERATORS = frozenset({"=", "!=", "in", "not in"})
FIELDS = frozenset(
    {
        "issuekey", "key", "issue", "id", "project", "issuetype", "type", "status", "priority",
        "assignee", "reporter", "issue.property",
    }
)  # fmt: skip
EPIC_LABEL = "com.pyxis.greenhopper.jira:gh-epic-label"


class AppScope(scope.SiteScope):
    """The site as the queries of apps see it: they compare the label of epics as a whole."""

    def field(self, clause: Clause | None, name: FieldName | str) -> Field | None:
        """The field that a query names; None if there is none."""
        found = super().field(clause, name)
        number = None if isinstance(name, str) else name.custom_id
        if found is None or number is None:
            return found
        key = f"customfield_{number}"

        def held(issue: Record) -> Sequence[Atom]:
            value = issue["fields"].get(key)
            return () if value is None else (str(value).casefold(),)

        return Field(found.name, held, lambda text: [text.casefold()], tuple(sorted(OPERATORS)))


def wrong(ctx: Context, jql: str) -> list[str]:
    """What is wrong with a query, in Jira's words; nothing for one that can be asked."""
    try:
        query = _parsed(jql)
    except JqlError as error:
        return [str(error)]
    return list(prepare(query, scope.SiteScope(ctx)).problems.messages)


def unsupported(ctx: Context, jql: str) -> list[str]:
    """The same of the query of an app, which may use a part of JQL only."""
    try:
        query = _parsed(jql)
    except JqlError as error:
        return [str(error)]
    if query.where is None:
        return ["Empty JQL search not supported"]
    found = ["The clause ORDER BY is unsupported"] if query.order else []
    for clause in _clauses(query.where):
        if not _known(ctx, clause):
            found.append(f"The clause {clause.field.name} is unsupported")
        elif clause.operator not in OPERATORS:
            found.append(f"Operator {clause.operator} is unsupported")
    return list(dict.fromkeys(found)) or list(prepare(query, AppScope(ctx)).problems.messages)


def meant(ctx: Context, registration: Record, issue: Record | None) -> bool:
    """Whether the query of a registration finds the issue; a blank one finds all.

    It is asked as whoever registered it. A query that cannot be asked any more finds nothing.
    """
    jql = query_of(registration)
    if not jql.strip():
        return True
    if issue is None:
        return False
    user = ctx.table("user").get(registration.get("user") or "")
    asking = replace(ctx, caller=Caller(user=user or {}))
    seen = AppScope(asking) if "jqlFilter" in registration else scope.SiteScope(asking)
    try:
        prepared: Prepared = prepare(_parsed(jql), seen)
    except JqlError:
        return False
    return not prepared.problems.messages and prepared.test(issue)


def query_of(registration: Record) -> str:
    """The JQL of a registration, of either kind."""
    if "jqlFilter" in registration:
        return str(registration["jqlFilter"] or "")
    sections = registration.get("filters")
    return str(sections.get(SECTION) or "") if isinstance(sections, Mapping) else ""


@lru_cache(maxsize=256)
def _parsed(jql: str) -> Query:
    return parse(jql)


def _clauses(where: Where) -> Iterator[Clause]:
    if isinstance(where, Clause):
        yield where
        return
    inner: Sequence[Where] = (where.clause,) if isinstance(where, Not) else _of(where)
    for one in inner:
        yield from _clauses(one)


def _of(where: And | Or | Not) -> Sequence[Where]:
    return (where.clause,) if isinstance(where, Not) else where.clauses


def _known(ctx: Context, clause: Clause) -> bool:
    """Whether an app may ask about this field; of custom fields, about the label of epics only."""
    number = clause.field.custom_id
    if number is None:
        return clause.field.name.casefold() in FIELDS
    declared = ctx.table("field").get(f"customfield_{number}") or {}
    schema: Json = declared.get("schema") or {}
    return bool(schema.get("custom") == EPIC_LABEL)
