"""Suggestions of issues while somebody types.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-issue-picker-get
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import prepare
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.sight import seeing
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Record

MOST = 20
NOTHING = "No matching issues found"


def picker(ctx: Context) -> Outcome:
    """Issues whose key or summary begins like ``query``: of all, and of those that ``currentJQL`` finds.

    A JQL that cannot be understood finds nothing, and its section says why: the reference knows no 400 here.
    """
    sections = [_section(ctx, "hs", "History Search", filter(seeing(ctx), ctx.table("issue")))]
    jql = ctx.query.get("currentJQL")
    if jql is not None:
        try:
            prepared = prepare(parse(str(jql)), scope.SiteScope(ctx))
            prepared.check()
            sections.append(_section(ctx, "cs", "Current Search", scope.first(ctx, prepared)))
        except JqlError as error:
            section = _section(ctx, "cs", "Current Search", ())
            sections.append({**section, "msg": str(error)})
    return Outcome("ok", {"sections": sections}, ready=True)


def _section(ctx: Context, name: str, label: str, issues: Iterable[Record]) -> dict[str, Json]:
    text = str(ctx.query.get("query") or "").strip()
    found = [one for one in issues if text and _fits(ctx, one) and _begins(one, text.casefold())]
    shown = [_suggestion(ctx, one, text) for one in found[:MOST]]
    section: dict[str, Json] = {"id": name, "label": label, "issues": shown}
    if not found:
        return {**section, "msg": NOTHING}
    return {**section, "sub": f"Showing {len(shown)} of {len(found)} matching issues"}


def _fits(ctx: Context, issue: Record) -> bool:
    """Whether the issue is one that the parameters let through."""
    query, fields = ctx.query, issue["fields"]
    project = query.get("currentProjectId")
    if project and issue["project"] != project:
        return False
    kind = ctx.table("issue_type").get(fields.get("issuetype") or "") or {}
    if query.get("showSubTasks") is False and kind.get("subtask"):
        return False
    current = ctx.table("issue").find(str(query.get("currentIssueKey") or ""))
    if current is None:
        return True
    if issue["id"] == current["id"]:
        return False
    return query.get("showSubTaskParent") is not False or current["fields"].get("parent") != issue["id"]


def _begins(issue: Record, text: str) -> bool:
    words = str(issue["fields"].get("summary") or "").casefold()
    key = str(issue["key"]).casefold()
    return key.startswith(text) or key.endswith(f"-{text}") or _found(words, text) is not None


def _found(summary: str, text: str) -> re.Match[str] | None:
    """Where a word of the summary begins like ``text``."""
    return re.search(rf"(?<!\w){re.escape(text)}", summary, re.IGNORECASE)


def _suggestion(ctx: Context, issue: Record, text: str) -> dict[str, Json]:
    summary = str(issue["fields"].get("summary") or "")
    kind = ctx.table("issue_type").get(issue["fields"].get("issuetype") or "") or {}
    avatar = f"/rest/api/2/universal_avatar/view/type/issuetype/avatar/{kind.get('avatarId')}?size=medium"
    return {
        "id": int(issue["id"]),
        "key": issue["key"],
        "keyHtml": highlighted(issue["key"], text),
        "img": avatar,
        "summary": highlighted(summary, text),
        "summaryText": summary,
    }


def highlighted(whole: str, text: str) -> str:
    """``whole`` as HTML, with the first word that begins like ``text`` in bold."""
    match = _found(whole, text) if text else None
    if match is None:
        return html.escape(whole)
    begin, end = match.span()
    return f"{html.escape(whole[:begin])}<b>{html.escape(whole[begin:end])}</b>{html.escape(whole[end:])}"
