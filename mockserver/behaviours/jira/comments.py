"""Comments on issues.

A record is ``{id, issue, author, updateAuthor, body, created, updated, visibility, jsdPublic}``; the body is
a document.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import history, properties, restrictions, users, watchers
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.fields import TEXT_LIMIT, Speech
from mockserver.behaviours.jira.rich.document import is_document, plain
from mockserver.behaviours.jira.rich.shown import to_html
from mockserver.behaviours.jira.rich.version import speaks_documents, spoken
from mockserver.behaviours.jira.rich.wiki import to_document
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import Refused, broken
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

MOST = 100  # observed: more are not refused, they are cut to this
ORDERS = ("created", "-created", "+created")
INTERNAL = "sd.public.comment"  # the property that keeps a comment from the customers of a service desk


def page(ctx: Context) -> Outcome:
    """One page of the comments that the caller may see, oldest first unless ``orderBy`` says otherwise."""
    asked = str(ctx.query.get("orderBy") or "created").strip()
    if asked not in ORDERS:
        raise Problem("bad_order", diagnosis="orderBy is none of created", field=asked.lstrip("+-"))
    found = under(ctx, ctx.found())
    if asked.startswith("-"):
        found.reverse()
    start, size = max(0, ctx.query["startAt"]), min(max(1, ctx.query["maxResults"]), MOST)
    items = [shown(ctx, one, expanded(ctx)) for one in found[start : start + size]]
    return whole({"startAt": start, "maxResults": size, "total": len(found), "comments": items})


def by_ids(ctx: Context) -> Outcome:
    """Those of the comments named that exist and that the caller may see."""
    found = restrictions.named(ctx, "comment")
    document: dict[str, Json] = {
        "maxResults": restrictions.MOST_IDS,
        "startAt": 0,
        "total": len(found),
        "isLast": True,
        "values": [shown(ctx, one, expanded(ctx)) for one in found],
    }
    return whole(document)


def get(ctx: Context) -> Outcome:
    """The comment that the path names."""
    return whole(shown(ctx, ctx.found(), expanded(ctx)))


def add(ctx: Context) -> Outcome:
    """A new comment of the caller on the issue."""
    issue = ctx.found()
    values, wrong = read(ctx, ctx.body)
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the comment cannot be added")
    if len(ctx.table("comment").under(issue)) >= ctx.settings["commentLimit"]:
        raise Problem("too_many_comments", diagnosis="the setting commentLimit")
    return whole(shown(ctx, stored(ctx, issue, values), expanded(ctx)), "created")


def update(ctx: Context) -> Outcome:
    """The comment with another body; who may see it changes only where the request says so."""
    comment = ctx.found()
    restrictions.check_change(ctx, comment, "edit", "comment")
    values, wrong = read(ctx, ctx.body, comment)
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the comment cannot be edited")
    return whole(shown(ctx, rewritten(ctx, comment, values), expanded(ctx)), "updated")


def delete(ctx: Context) -> Outcome:
    """Forget the comment. Raises Problem: 400 without the permission, and 405 for anonymous callers."""
    comment = ctx.found()
    if ctx.caller.anonymous:
        raise Problem("anonymous_comment", diagnosis="documented: anonymous callers get 405 here")
    restrictions.check_change(ctx, comment, "delete", "comment")
    removed(ctx, comment)
    return Outcome("deleted")


def under(ctx: Context, issue: Record) -> list[Record]:
    """The comments of an issue that the caller may see, oldest first."""
    found = [one for one in ctx.table("comment").under(issue) if restrictions.open_to(ctx, one, issue)]
    return sorted(found, key=lambda one: (one["created"], int(one["id"])))


def field(ctx: Context, issue: Record) -> Json:
    """All comments as the issue's field ``comment`` holds them."""
    found = [shown(ctx, one) for one in under(ctx, issue)]
    here = f"{ctx.api}/issue/{issue['id']}/comment"
    return {"comments": found, "self": here, "maxResults": len(found), "total": len(found), "startAt": 0}


def shown(ctx: Context, comment: Record, expand: frozenset[str] = frozenset()) -> dict[str, Json]:
    """A comment in the form of the version called."""
    document = {
        "self": f"{ctx.api}/issue/{comment['issue']}/comment/{comment['id']}",
        "id": comment["id"],
        "author": users.by_id(ctx, comment["author"]),
        "body": spoken(ctx, comment["body"]),
        "updateAuthor": users.by_id(ctx, comment["updateAuthor"]),
        "created": comment["created"],
        "updated": comment["updated"],
        "visibility": comment.get("visibility"),
        "jsdPublic": comment.get("jsdPublic", True),
    }
    if "renderedBody" in expand:
        document["renderedBody"] = to_html(comment["body"])
    if "properties" in expand:
        document["properties"] = properties.listed(ctx, comment, "comment")
    return {key: value for key, value in document.items() if value is not None}


def expanded(ctx: Context) -> frozenset[str]:
    """What ``expand`` of the query names."""
    return frozenset(one.strip() for one in str(ctx.query.get("expand") or "").split(","))


def read(ctx: Context, given: Json, before: Record | None = None) -> tuple[dict[str, Json], list[Broken]]:
    """What a request makes of a comment, and everything that is wrong with it.

    before: the comment to be edited; what the request leaves out stays as it was.
    """
    if before is None and not ctx.allowed("ADD_COMMENTS"):
        return {}, [broken(ctx.site, "comment", "may_not_comment")]
    if not isinstance(given, Mapping):
        return {}, [broken(ctx.site, "comment", "not_an_object")]
    documents = speaks_documents(ctx)
    values: dict[str, Json] = {}
    wrong: list[Broken] = []
    try:
        values["body"] = text(ctx.site, Speech(documents=documents, text=not documents), given.get("body"))
    except Refused as refused:
        wrong.append(broken(ctx.site, "comment", refused.word, **refused.values))
    try:
        if before is None or "visibility" in given:
            values["visibility"] = restrictions.read(ctx.site, given.get("visibility"))
    except Refused as refused:
        wrong.append(broken(ctx.site, "commentLevel", refused.word, **refused.values))
    try:
        values["properties"] = properties.read(ctx, given.get("properties"))
    except Refused as refused:
        wrong.append(broken(ctx.site, "properties", refused.word, **refused.values))
    return values, wrong


def text(site: Site, speech: Speech, value: Json) -> Json:
    """The body as a document. Raises Refused in the recorded words: it must be one, and say something."""
    if value is None or value == "" or (isinstance(value, dict) and _silent(value)):
        raise Refused("comment_empty")
    if isinstance(value, str) and speech.text:
        if not value.strip():
            raise Refused("comment_empty")
        found: Json = to_document(value)
    elif speech.documents and is_document(value):
        found = value
    else:
        raise Refused("comment_invalid")
    if len(value if isinstance(value, str) else plain(value)) > TEXT_LIMIT:
        raise Refused("text_long", limit=TEXT_LIMIT)
    return found


def stored(ctx: Context, issue: Record, values: Mapping[str, Json]) -> Record:
    """A new comment out of what ``read`` found; the issue was updated by it."""
    author, given = ctx.caller.user.get("accountId"), dict(values)
    kept = given.pop("properties")
    public = not any(one["key"] == INTERNAL and _internal(one["value"]) for one in kept)
    record = {"author": author, "updateAuthor": author, "jsdPublic": public, **given}
    comment = ctx.table("comment").add(record, issue)
    properties.store(ctx, comment, kept, "comment")
    history.changed(ctx, issue, {"updated": ctx.stamp()})
    watchers.worked(ctx, issue)
    notice.commented(ctx, "comment_created", comment)
    return comment


def rewritten(ctx: Context, comment: Record, values: Mapping[str, Json]) -> Record:
    """The comment with what ``read`` found over it; the issue was updated by it."""
    given = dict(values)
    properties.store(ctx, comment, given.pop("properties"), "comment")
    _touched(ctx, comment)
    changed = ctx.table("comment").change(
        comment, {**given, "updateAuthor": ctx.caller.user.get("accountId"), "updated": ctx.stamp()}
    )
    notice.commented(ctx, "comment_updated", changed)
    return changed


def removed(ctx: Context, comment: Record) -> None:
    """Forget a comment; the issue was updated by it."""
    ctx.table("comment").drop(comment)
    _touched(ctx, comment)
    notice.commented(ctx, "comment_deleted", comment)


def seeded(site: Site, values: Json) -> Json:
    """A seed record; its body may be wiki text, its author left to the site. Raises Problem."""
    try:
        body = text(site, Speech(text=True), values.get("body"))
        kept = restrictions.read(site, values.get("visibility"))
    except Refused as refused:
        raise Problem("invalid", broken=[broken(site, "comment", refused.word, **refused.values)]) from None
    created = values.get("created") or site.stamp()
    author = values.get("author") or site.service.auth.default
    return {
        "jsdPublic": True,
        "updateAuthor": author,
        "updated": created,
        **{key: value for key, value in values.items() if value is not None},
        "author": author,
        "created": created,
        "body": body,
        "visibility": kept,
    }


def _touched(ctx: Context, comment: Record) -> None:
    issue = ctx.table("issue").get(comment["issue"])
    if issue is not None:
        history.changed(ctx, issue, {"updated": ctx.stamp()})


def _silent(document: Mapping[str, Json]) -> bool:
    """Whether a document has nothing in it but empty paragraphs and empty texts."""
    content = document.get("content") or []
    if document.get("type") == "text":
        return not str(document.get("text") or "").strip()
    if document.get("type") not in ("doc", "paragraph") or not isinstance(content, list):
        return False
    return all(isinstance(one, dict) and _silent(one) for one in content)


def _internal(value: Json) -> bool:
    return isinstance(value, dict) and value.get("internal") is True
