"""Attachments of issues. A record is ``{id, issue, filename, author, created, size, mimeType, content}``.

The content is kept as base64 text, so that the state stays JSON.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-attachments/
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from urllib.parse import quote

from mockserver.behaviours.jira import history, users
from mockserver.behaviours.jira.documents import whole
from mockserver.behaviours.jira.multipart import DEFAULT_TYPE, Part, Unreadable, parts
from mockserver.behaviours.jira.webhooks import notice
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record

PART = "file"
MOST_FILES = 60
UNCHECKED = ("no-check", "nocheck")
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


def add(ctx: Context) -> Outcome:
    """The files of the body as attachments of the issue, in their order; all of them or none."""
    issue = ctx.found()
    if ctx.call.headers.get("x-atlassian-token", "").strip().lower() not in UNCHECKED:
        raise Problem("xsrf", diagnosis="the header X-Atlassian-Token: no-check is missing")
    if not ctx.allowed("CREATE_ATTACHMENTS"):
        raise Problem("may_not_attach", diagnosis="the caller lacks CREATE_ATTACHMENTS", key=issue["key"])
    files = _files(ctx)
    _within_limits(ctx, issue, files)
    found = [_stored(ctx, issue, one) for one in files]
    for one in found:
        notice.happened(ctx, "attachment_created", attachment=one, issue=issue)
    items = [history.item(ctx, "attachment", None, None, one["id"], one["filename"]) for one in found]
    history.changed(ctx, issue, {}, also=items)
    return whole([shown(ctx, one) for one in found])


def get(ctx: Context) -> Outcome:
    """What is known of the attachment. Its id is a number here and a string in the issue, as documented."""
    record = ctx.found()
    return Outcome("ok", {**shown(ctx, record), "id": int(record["id"])}, ready=True)


def remove(ctx: Context) -> Outcome:
    """Forget the attachment."""
    record = ctx.found()
    own = record["author"] is not None and record["author"] == ctx.caller.user.get("accountId")
    wanted = ["DELETE_ALL_ATTACHMENTS", *(["DELETE_OWN_ATTACHMENTS"] if own else [])]
    if not any(ctx.allowed(one) for one in wanted):
        raise Problem("may_not_delete_attachment", diagnosis=f"the caller lacks {' and '.join(wanted)}")
    forgotten(ctx, record)
    return Outcome("deleted")


def content(ctx: Context) -> Outcome:
    """Where the content is; with ``redirect=false`` the content, or the part that ``Range`` asks for."""
    return _content(ctx, "content")


def thumbnail(ctx: Context) -> Outcome:
    """The same for an image; there are no smaller ones here, so it is the image itself."""
    record = ctx.found()
    if not _pictured(record) and not ctx.query["fallbackToDefault"]:
        raise Problem("no_thumbnail", diagnosis="the attachment is no image", id=record["id"])
    return _content(ctx, "thumbnail")


def meta(ctx: Context) -> Outcome:
    """Whether attachments are switched on, and how many bytes one may have."""
    document = {
        "enabled": ctx.settings["attachmentsEnabled"],
        "uploadLimit": ctx.settings["attachmentUploadLimit"],
    }
    return Outcome("ok", document, ready=True)


def visible(ctx: Context, record: Record) -> bool:
    """Whether the caller may see the issue that the attachment belongs to."""
    issue = ctx.table("issue").get(record["issue"])
    return issue is not None and ctx.sees("issue", issue)


def field(ctx: Context, issue: Record) -> list[Json]:
    """The issue's field ``attachment``, oldest first."""
    return [shown(ctx, one) for one in ctx.table("attachment").under(issue)]


def shown(ctx: Context, record: Record) -> dict[str, Json]:
    """An attachment without its content, and where that is."""
    document = {
        "self": f"{ctx.api}/attachment/{record['id']}",
        "id": record["id"],
        "filename": record["filename"],
        "author": users.by_id(ctx, record["author"]),
        "created": record["created"],
        "size": record["size"],
        "mimeType": record["mimeType"],
        "content": f"{ctx.api}/attachment/content/{record['id']}",
    }
    if _pictured(record):
        document["thumbnail"] = f"{ctx.api}/attachment/thumbnail/{record['id']}"
    return {key: value for key, value in document.items() if value is not None}


def forgotten(ctx: Context, record: Record) -> None:
    """Drop an attachment, and tell the issue's history."""
    issue = ctx.table("issue").get(record["issue"])
    ctx.table("attachment").drop(record)
    if issue is not None:
        notice.happened(ctx, "attachment_deleted", attachment=record, issue=issue)
        gone = history.item(ctx, "attachment", record["id"], record["filename"], None, None)
        history.changed(ctx, issue, {}, also=[gone])


def seeded(site: Site, values: Json) -> Json:
    """A seed record; ``content`` is base64, or plain text under ``text``. Raises Problem."""
    given = dict(values)
    text = given.pop("text", None)
    try:
        raw = (
            str(text or "").encode()
            if "content" not in given
            else base64.b64decode(given["content"], validate=True)
        )
    except (binascii.Error, TypeError, ValueError):
        raise Problem("invalid", diagnosis="'content' must be base64") from None
    name = str(given.get("filename") or "attachment")
    return {
        "author": site.service.auth.default,
        "created": site.stamp(),
        "mimeType": _type(name, DEFAULT_TYPE),
        **{key: value for key, value in given.items() if value is not None},
        "filename": name,
        "size": len(raw),
        "content": base64.b64encode(raw).decode(),
    }


def _files(ctx: Context) -> list[Part]:
    if ctx.call.media_type != "multipart/form-data":
        given = ctx.call.headers.get("content-type", "")
        raise Problem("media_type", diagnosis="attachments come as multipart/form-data", media_type=given)
    try:
        found = [one for one in parts(ctx.call) if one.name == PART]
    except Unreadable as error:
        raise Problem("unreadable_form", diagnosis=str(error)) from error
    if not found:
        raise Problem("no_file", diagnosis=f"no part of the body is called {PART!r}")
    return found


def _within_limits(ctx: Context, issue: Record, files: list[Part]) -> None:
    limit = ctx.settings["attachmentUploadLimit"]
    if len(files) > MOST_FILES:
        raise Problem("too_many_files", diagnosis=f"{len(files)} files", most=MOST_FILES)
    for one in files:
        if len(one.content) > limit:
            size = len(one.content)
            raise Problem(
                "file_too_large", diagnosis="attachmentUploadLimit", name=one.filename, size=size, limit=limit
            )
    if len(ctx.table("attachment").under(issue)) + len(files) > ctx.settings["attachmentLimit"]:
        raise Problem("too_many_attachments", diagnosis="the setting attachmentLimit")


def _stored(ctx: Context, issue: Record, part: Part) -> Record:
    # Browsers may send a whole path; Jira keeps the last step of it.
    name = re.split(r"[\\/]", part.filename or "")[-1] or PART
    values = {
        "filename": name,
        "author": ctx.caller.user.get("accountId"),
        "size": len(part.content),
        "mimeType": _type(name, part.media_type),
        "content": base64.b64encode(part.content).decode(),
    }
    return ctx.table("attachment").add(values, issue)


def _type(name: str, given: str) -> str:
    """What was said; where that says nothing, what the name of the file says."""
    if given.partition(";")[0].strip().lower() != DEFAULT_TYPE:
        return given
    return mimetypes.guess_type(name)[0] or DEFAULT_TYPE


def _content(ctx: Context, where: str) -> Outcome:
    record = ctx.found()
    if ctx.query["redirect"]:
        here = f"{ctx.api}/attachment/{where}/{record['id']}?redirect=false"
        return Outcome("moved", extra={"place": here})
    whole = base64.b64decode(record["content"])
    extra = {
        "type": record["mimeType"],
        "ranges": "bytes",
        "disposition": f"attachment; filename*=UTF-8''{quote(record['filename'], safe='')}",
    }
    asked = ctx.call.headers.get("range")
    if asked is None or where != "content":
        return Outcome("ok", whole, ready=True, extra=extra)
    first, last = _part(asked, len(whole))
    extra["part"] = f"bytes {first}-{last}/{len(whole)}"
    return Outcome("partial", whole[first : last + 1], ready=True, extra=extra)


def _part(asked: str, size: int) -> tuple[int, int]:
    """The first and the last byte of ``bytes=0-99``, ``bytes=100-`` or ``bytes=-100``. Raises Problem."""
    match = _RANGE.fullmatch(asked)
    if match is None or not (match[1] or match[2]):
        raise Problem("bad_range", diagnosis=f"{asked!r} is no single range of bytes", range=asked)
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        if match[2] and int(match[2]) < first:
            raise Problem("bad_range", diagnosis="the range ends before it begins", range=asked)
    else:
        first, last = max(0, size - int(match[2])), size - 1
    if first > last:
        raise Problem("no_such_range", diagnosis=f"there are {size} bytes", size=size)
    return first, last


def _pictured(record: Record) -> bool:
    return str(record["mimeType"]).startswith("image/")
