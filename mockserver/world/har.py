"""Exchanges in formats that other tools read: HTTP Archive (HAR) 1.2 and JSON Lines."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from mockserver.state.entry import Cut, Entry
from mockserver.values import Json, dumps
from mockserver.world.shown import shown_entry

HTTP = "HTTP/1.1"


def lines(entries: Iterable[Entry]) -> str:
    """The exchanges as JSON, one on each line."""
    return "".join(dumps(shown_entry(one)).decode() + "\n" for one in entries)


def archive(entries: Iterable[Entry], world: str) -> str:
    """The exchanges as an HTTP Archive; what it has no place for is in members that begin with ``_``.

    Instants are the world's, and nothing takes any time.
    Source: https://w3c.github.io/web-performance/specs/HAR/Overview.html
    """
    creator = {"name": "jira-mockserver", "version": _version()}
    log = {
        "version": "1.2",
        "creator": creator,
        "comment": f"world {world}; secrets were taken out when the requests came",
        "entries": [_exchange(one) for one in entries],
    }
    return dumps({"log": log}).decode()


def _exchange(one: Entry) -> dict[str, Json]:
    return {
        "startedDateTime": one.at.isoformat(),
        "time": 0,
        "request": _request(one),
        "response": _response(one),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_number": one.number,
        "_service": one.service,
        "_operation": one.operation,
        "_reason": one.diagnosis.reason,
        "_message": one.diagnosis.message,
    }


def _request(one: Entry) -> dict[str, Json]:
    call = one.call
    query = parse_qsl(call.target.partition("?")[2], keep_blank_values=True)
    found: dict[str, Json] = {
        "method": call.method,
        "url": call.root + call.target,
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _pairs(call.headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": _size(call.body, one.cut),
    }
    if call.body:
        text, encoding = _text(call.body)
        kind = call.headers.get("content-type", "")
        found["postData"] = {"mimeType": kind, "text": text, **_cut(one.cut)}
        if encoding:
            found["postData"]["_encoding"] = encoding
    return found


def _response(one: Entry) -> dict[str, Json]:
    reply = one.reply
    headers = {name.lower(): value for name, value in reply.headers.items()}
    text, encoding = _text(reply.body)
    size = _size(reply.body, one.reply_cut)
    content: dict[str, Json] = {"size": size, "mimeType": headers.get("content-type", ""), "text": text}
    if encoding:
        content["encoding"] = encoding
    return {
        "status": reply.status,
        "statusText": _phrase(reply.status),
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _pairs(reply.headers),
        "content": {**content, **_cut(one.reply_cut)},
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": size,
    }


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _size(body: bytes, cut: Cut | None) -> int:
    return len(body) if cut is None else cut.length


def _cut(cut: Cut | None) -> dict[str, Json]:
    """What is said of a body of which only the beginning was kept."""
    if cut is None:
        return {}
    comment = f"only the beginning was kept of {cut.length} bytes with the SHA-256 {cut.sha256}"
    return {"comment": comment, "_truncated": {"length": cut.length, "sha256": cut.sha256}}


def _text(body: bytes) -> tuple[str, str]:
    """A body as text and how it is encoded: not at all, or ``base64`` where it is no text."""
    try:
        return body.decode(), ""
    except UnicodeDecodeError:
        return b64encode(body).decode(), "base64"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jira-mockserver")
    except PackageNotFoundError:
        return ""
