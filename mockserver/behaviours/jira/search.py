"""Searching for issues with JQL: pages by token, counts, and the search that was removed.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mockserver.behaviours.jira import issue_view
from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import Prepared, prepare
from mockserver.behaviours.jira.jql.order import ordered
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.jql.tree import Query
from mockserver.engine.context import Context
from mockserver.engine.paging import start_of, token
from mockserver.values import Broken, Json, Outcome, Problem, Record, dumps

REMOVED = "2025-10-31"
DEFAULT_SIZE = 50
MOST = 5000
MOST_WITH_FIELDS = 100  # recorded: a page is cut to this once more than id and key are asked for
MOST_RECONCILED = 50
MOST_PROPERTIES = 5
LOOSE = ("warn", "false", "none")


def by_jql(ctx: Context) -> Outcome:
    """One page of the issues that the query finds, and the token of the next one."""
    if len(ctx.call.target) > ctx.settings["uriLimit"]:
        raise Problem("uri_too_long", diagnosis="the address is longer than the setting uriLimit")
    return _page(ctx, ctx.query)


def by_jql_body(ctx: Context) -> Outcome:
    """The same, asked for in a body."""
    return _page(ctx, ctx.body)


def count(ctx: Context) -> Outcome:
    """How many issues the query finds."""
    prepared = _prepared(ctx, ctx.body.get("jql"))
    found = 0 if prepared is None else len(scope.matching(ctx, prepared))
    return Outcome("ok", {"count": found}, ready=True)


def removed(ctx: Context) -> Outcome:
    """The search with offsets and totals, on a site from before it was removed."""
    if ctx.settings["lifecycle"] >= REMOVED:
        raise Problem("search_removed", diagnosis=f"the setting lifecycle is not before {REMOVED}")
    asked = ctx.body if ctx.operation.method == "POST" else ctx.query
    _check_properties(asked)
    validate = str(asked.get("validateQuery", "strict")).lower()
    prepared = prepare(parsed(asked.get("jql")), scope.SiteScope(ctx))
    problems = prepared.problems.messages
    if problems and validate not in LOOSE:
        raise bad_jql(problems)
    start = max(0, asked.get("startAt") or 0)
    size = _old_size(asked.get("maxResults"))
    found = scope.matching(ctx, prepared)
    rows = ordered(found, prepared.sorts, start + size)[start:]
    wanted = _wanted(asked, "*navigable")
    document: dict[str, Json] = {
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": len(found),
        "issues": _shown(ctx, rows, wanted),
        **issue_view.described(ctx, wanted),
    }
    if problems and validate != "none":
        document["warningMessages"] = list(problems)
    return Outcome("ok", dumps(document), ready=True)


def payload(ctx: Context, body: Json) -> Sequence[Broken]:
    """Raise Problem("bad_payload") for a body that this operation cannot read; Jira does not say why."""
    name = ctx.operation.accepts.body
    if name is not None and not ctx.site.schemas.valid(name, body):
        raise Problem("bad_payload", diagnosis=f"the body breaks {name}")
    return ()


def bad_jql(messages: Sequence[str]) -> Problem:
    """The refusal of a query, a message each."""
    return Problem("bad_jql", messages=list(messages), diagnosis="; ".join(messages))


def parsed(jql: Json) -> Query:
    """The query that a request asks for. Raises Problem("bad_jql") for one that is not well-formed."""
    try:
        return parse(str(jql or ""))
    except JqlError as error:
        raise bad_jql([str(error)]) from error


def start_asked(asked: Mapping[str, Json]) -> int:
    """Where the page of ``nextPageToken`` starts, 0-based. Raises Problem("bad_jql")."""
    given = asked.get("nextPageToken")
    if not given:
        return 0
    start = start_of(str(given))
    if start is None:
        raise bad_jql(["The provided next page token is invalid or expired."])
    return start


def _page(ctx: Context, asked: Mapping[str, Json]) -> Outcome:
    size, start = _size(asked), start_asked(asked)
    _check_properties(asked)
    if len(asked.get("reconcileIssues") or ()) > MOST_RECONCILED:
        raise bad_jql(["The max number of issues to reconcile is 50."])
    wanted = _wanted(asked, "id")
    if not wanted.only_ids:
        size = min(size, MOST_WITH_FIELDS)
    prepared = _prepared(ctx, asked.get("jql"))
    # One more than the page holds, to know whether it is the last.
    found: Sequence[Record] = [] if prepared is None else scope.first(ctx, prepared, start + size + 1)
    issues, last = found[start : start + size], len(found) <= start + size
    document: dict[str, Json] = {"issues": _shown(ctx, issues, wanted)}
    if issues:
        document.update(issue_view.described(ctx, wanted))
    if not last:
        document["nextPageToken"] = token(start + size)
    return Outcome("ok", dumps({**document, "isLast": last}), ready=True)


def _size(asked: Mapping[str, Json]) -> int:
    given = asked.get("maxResults")
    size = DEFAULT_SIZE if given is None else int(given)
    if not 1 <= size <= MOST:
        raise bad_jql(["The max results parameter has to be between 1 and 5,000."])
    return size


def _old_size(given: int | None) -> int:
    """The page size of the removed search: a size below 0 asks for as many as there can be."""
    if given is None:
        return DEFAULT_SIZE
    return MOST_WITH_FIELDS if given < 0 else min(given, MOST_WITH_FIELDS)


def _check_properties(asked: Mapping[str, Json]) -> None:
    if len(asked.get("properties") or ()) > MOST_PROPERTIES:
        raise bad_jql([f"The maximum number of properties to include is {MOST_PROPERTIES}."])


def _wanted(asked: Mapping[str, Json], fields: str) -> issue_view.Asked:
    """What is to be shown of each issue; ``fields`` where the request names none."""
    return issue_view.asked({"fields": [fields], **{key: value for key, value in asked.items() if value}})


def _shown(ctx: Context, issues: Sequence[Record], wanted: issue_view.Asked) -> list[Json]:
    """The issues of a page; names and schema are told once for the page, not in each of them."""
    inside = replace(wanted, expand=wanted.expand - {"names", "schema"})
    return list(map(issue_view.showing(ctx, inside), issues))


def _prepared(ctx: Context, jql: Json) -> Prepared | None:
    """The query ready to run; None where an anonymous caller is not told what is wrong with it.

    Raises Problem("bad_jql"), also for a query without a restriction.
    """
    query = parsed(jql)
    if query.where is None:
        raise bad_jql(
            ["Unbounded JQL queries are not allowed here. Please add a search restriction to your query."]
        )
    prepared = prepare(query, scope.SiteScope(ctx))
    if prepared.problems.messages:
        # Recorded: what does not exist is not told to those who may not know.
        if ctx.caller.anonymous and ctx.settings["anonymousJql"] == "empty":
            return None
        raise bad_jql(prepared.problems.messages)
    return prepared
