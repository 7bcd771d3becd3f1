"""Searching for issues with JQL: pages by token, counts, matches, suggestions.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

from mockserver.behaviours.jira import issue_view
from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import prepare
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.engine.context import Context
from mockserver.engine.paging import start_of, token
from mockserver.values import Json, Outcome, Problem, Record, dumps

DEFAULT_SIZE = 50
MOST = 5000
MOST_WITH_FIELDS = 100  # recorded: a page is cut to this once more than id and key are asked for
MOST_RECONCILED = 50
MEMBERS = frozenset(
    {
        "expand",
        "fields",
        "fieldsByKeys",
        "jql",
        "maxResults",
        "nextPageToken",
        "properties",
        "reconcileIssues",
    }
)


def by_jql(ctx: Context) -> Outcome:
    """One page of the issues that the query finds, and the token of the next one."""
    return _page(ctx, ctx.query)


def by_jql_body(ctx: Context) -> Outcome:
    """The same, asked for in a body."""
    _only(ctx.body, MEMBERS)
    return _page(ctx, ctx.body)


def count(ctx: Context) -> Outcome:
    """How many issues the query finds."""
    _only(ctx.body, {"jql"})
    return Outcome("ok", {"count": len(_found(ctx, ctx.body.get("jql") or ""))}, ready=True)


def removed(ctx: Context) -> Outcome:
    """The search with offsets and totals, on a site from before it was removed."""
    if ctx.settings["lifecycle"] >= "2025-10-31":
        raise Problem("search_removed", diagnosis="the setting lifecycle is not before 2025-10-31")
    asked = ctx.body if ctx.operation.method == "POST" else ctx.query
    jql = str(asked.get("jql") or "")
    found = scope.found(ctx, _parsed(jql)) if jql.strip() else list(reversed(list(ctx.table("issue"))))
    start = max(0, asked.get("startAt") or 0)
    size = asked.get("maxResults")
    size = DEFAULT_SIZE if size is None else min(max(0, size), MOST_WITH_FIELDS)
    wanted = issue_view.asked(
        {"fields": ["*navigable"], **{key: value for key, value in asked.items() if value}}
    )
    document: dict[str, Json] = {
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": len(found),
        "issues": [issue_view.shown(ctx, one, wanted) for one in found[start : start + size]],
    }
    return Outcome("ok", dumps(document), ready=True)


def match(ctx: Context) -> Outcome:
    """For each query, which of the named issues it finds, or why it cannot tell."""
    ids = [str(one) for one in ctx.body["issueIds"]]
    return Outcome("ok", {"matches": [_matched(ctx, ids, jql) for jql in ctx.body["jqls"]]}, ready=True)


def picker(ctx: Context) -> Outcome:
    """Issues whose key or summary begins like the text: all, and those that ``currentJQL`` finds."""
    text = str(ctx.query.get("query") or "").casefold()
    issues: Sequence[Record] = list(ctx.table("issue"))
    jql = ctx.query.get("currentJQL")
    if jql:
        issues = _found(ctx, str(jql))
    section = [_suggestion(one, text) for one in issues if _begins(one, text)][:20] if text else []
    message = {} if section else {"msg": "No matching issues found"}
    sub = f"Showing {len(section)} of {len(section)} matching issues"
    sections = [
        {"id": "hs", "label": "History Search", "sub": sub, "issues": section, **message},
        {"id": "cs", "label": "Current Search", "sub": "", "issues": section if jql else []},
    ]
    return Outcome("ok", {"sections": sections}, ready=True)


def _page(ctx: Context, asked: Mapping[str, Json]) -> Outcome:
    size = asked.get("maxResults")
    size = DEFAULT_SIZE if size is None else size
    if not 1 <= size <= MOST:
        raise Problem("bad_jql", messages=["The max results parameter has to be between 1 and 5,000."])
    if len(asked.get("reconcileIssues") or ()) > MOST_RECONCILED:
        raise Problem("bad_jql", messages=["The max number of issues to reconcile is 50."])
    start = 0
    if given := asked.get("nextPageToken"):
        position = start_of(str(given))
        if position is None:
            raise Problem("bad_jql", messages=["The provided next page token is invalid or expired."])
        start = position
    wanted = issue_view.asked({"fields": ["id"], **{key: value for key, value in asked.items() if value}})
    if not wanted.only_ids:
        size = min(size, MOST_WITH_FIELDS)
    found = _found(ctx, str(asked.get("jql") or ""))
    issues = found[start : start + size]
    last = start + len(issues) >= len(found)
    document: dict[str, Json] = {"issues": [issue_view.shown(ctx, one, wanted) for one in issues]}
    if issues:
        document.update(issue_view.described(ctx, wanted))
    if not last:
        document["nextPageToken"] = token(start + size)
    return Outcome("ok", dumps({**document, "isLast": last}), ready=True)


def _found(ctx: Context, jql: str) -> Sequence[Record]:
    """The issues that ``jql`` finds. Raises Problem("bad_jql"), also for a query without a restriction."""
    query = _parsed(jql)
    if query.where is None:
        unbounded = (
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
        raise Problem("bad_jql", messages=[unbounded])
    try:
        return scope.found(ctx, query)
    except JqlError as error:
        if ctx.caller.anonymous and ctx.settings["anonymousJql"] == "empty":
            # Recorded: what does not exist is not told to those who may not know.
            return []
        raise Problem("bad_jql", messages=str(error).split("\n"), diagnosis=str(error)) from error


def _parsed(jql: str) -> Json:
    try:
        return parse(jql)
    except JqlError as error:
        raise Problem("bad_jql", messages=[str(error)], diagnosis=str(error)) from error


def _matched(ctx: Context, ids: Iterable[str], jql: str) -> dict[str, Json]:
    issues = [one for key in ids if (one := ctx.table("issue").get(key)) is not None]
    try:
        prepared = prepare(parse(jql), scope.SiteScope(ctx))
    except JqlError as error:
        return {"matchedIssues": [], "errors": str(error).split("\n")}
    return {"matchedIssues": [int(one["id"]) for one in issues if prepared.test(one)], "errors": []}


def _only(body: Mapping[str, Json], known: Iterable[str]) -> None:
    if unknown := set(body) - set(known):
        raise Problem("bad_payload", diagnosis=f"unknown members: {', '.join(sorted(unknown))}")


def _begins(issue: Record, text: str) -> bool:
    words = str(issue["fields"].get("summary") or "").casefold().split()
    return issue["key"].casefold().startswith(text) or any(one.startswith(text) for one in words)


def _suggestion(issue: Record, text: str) -> dict[str, Json]:
    summary = str(issue["fields"].get("summary") or "")
    return {
        "id": int(issue["id"]),
        "key": issue["key"],
        "keyHtml": html.escape(issue["key"]),
        "img": "/images/icons/issuetypes/task.png",
        "summary": html.escape(summary),
        "summaryText": summary,
    }
