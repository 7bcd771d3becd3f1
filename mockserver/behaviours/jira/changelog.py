"""The history of issues as clients read it: oldest first on its own, newest first inside an issue.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from mockserver.behaviours.jira import users
from mockserver.behaviours.jira.documents import whole
from mockserver.engine.context import Context
from mockserver.engine.paging import start_of, token
from mockserver.values import Json, Outcome, Problem, Record

MOST = 100  # recorded: more are not refused, they are cut to this
MOST_ISSUES, MOST_FIELDS, MOST_IN_BULK = 1000, 10, 10_000


def page(ctx: Context) -> Outcome:
    """One page of the changes of the issue, oldest first."""
    found = of(ctx, ctx.found())
    start, size = max(0, ctx.query["startAt"]), min(max(1, ctx.query["maxResults"]), MOST)
    values = [shown(ctx, one) for one in found[start : start + size]]
    here = f"{ctx.call.root}{ctx.call.path}?maxResults={size}&startAt="
    document: dict[str, Json] = {"self": f"{here}{start}"}
    if start + size < len(found):
        document["nextPage"] = f"{here}{start + size}"
    document.update(maxResults=size, startAt=start, total=len(found), isLast=start + size >= len(found))
    return whole({**document, "values": values})


def by_ids(ctx: Context) -> Outcome:
    """Those of the changes named that belong to the issue."""
    wanted = {str(one) for one in ctx.body["changelogIds"]}
    found = [shown(ctx, one) for one in of(ctx, ctx.found()) if one["id"] in wanted]
    document = {"startAt": 0, "maxResults": len(found), "total": len(found), "histories": found}
    return whole(document)


def bulk(ctx: Context) -> Outcome:
    """One page of the changes of many issues, oldest first, put together by issue.

    ``created`` is in milliseconds since 1970: recorded, unlike the example of the reference.
    """
    body = ctx.body
    names, fields = body["issueIdsOrKeys"], body.get("fieldIds") or []
    if not 1 <= len(names) <= MOST_ISSUES or len(fields) > MOST_FIELDS:
        raise Problem("bad_payload", diagnosis="1 to 1000 issues and at most 10 fields")
    size = min(max(1, body.get("maxResults") or 1000), MOST_IN_BULK)
    given = body.get("nextPageToken")
    start = 0 if not given else start_of(str(given))
    if start is None:
        raise Problem("bad_payload", diagnosis="this token was not given by this server")
    rows = [(one, issue) for issue in _issues(ctx, names) for one in of(ctx, issue) if _about(one, fields)]
    rows.sort(key=lambda row: (row[0]["created"], int(row[1]["id"]), int(row[0]["id"])))
    together: dict[str, list[Json]] = {}
    for change, issue in rows[start : start + size]:
        entry = {**shown(ctx, change, fields), "created": _milliseconds(change["created"])}
        together.setdefault(issue["id"], []).append(entry)
    document: dict[str, Json] = {
        "issueChangeLogs": [{"issueId": key, "changeHistories": found} for key, found in together.items()]
    }
    if start + size < len(rows):
        document["nextPageToken"] = token(start + size)
    return whole(document)


def inside(ctx: Context, issue: Record) -> dict[str, Json]:
    """The history as ``expand=changelog`` puts it into an issue: newest first, at most a hundred entries."""
    found = of(ctx, issue)
    newest = [shown(ctx, one) for one in reversed(found)][:MOST]
    return {"startAt": 0, "maxResults": len(newest), "total": len(found), "histories": newest}


def of(ctx: Context, issue: Record) -> list[Record]:
    """The changes of an issue, oldest first."""
    return sorted(ctx.table("change").under(issue), key=lambda one: (one["created"], int(one["id"])))


def shown(ctx: Context, change: Record, fields: Collection[str] = ()) -> dict[str, Json]:
    """A change with its items, or with those about ``fields``."""
    document = {
        "id": change["id"],
        "author": users.by_id(ctx, change["author"]),
        "created": change["created"],
        "items": [one for one in change["items"] if not fields or one["fieldId"] in fields],
        "historyMetadata": change.get("historyMetadata"),
    }
    return {name: value for name, value in document.items() if value is not None}


def _issues(ctx: Context, names: Collection[Json]) -> list[Record]:
    found = {}
    for name in names:
        issue = ctx.table("issue").find(str(name))
        if issue is not None and ctx.sees("issue", issue):
            found[issue["id"]] = issue
    return list(found.values())


def _about(change: Record, fields: Collection[str]) -> bool:
    return not fields or any(one["fieldId"] in fields for one in change["items"])


def _milliseconds(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)
