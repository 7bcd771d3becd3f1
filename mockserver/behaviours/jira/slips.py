"""Mistakes that clients make again and again, by name, for the diagnosis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import orjson

from mockserver.engine.site import Site
from mockserver.values import Call, Json, Problem

API = "/rest/api/3"
_GATEWAY = re.compile(r"/ex/jira/[^/]+")
_OLD = re.compile(r"/rest/api/2(/|$)")
_SEARCH = re.compile(r"/rest/api/(2|3|latest)/search$")

# What a path that leads nowhere looks like, the slip that it is, and the path that was meant.
PATHS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"/(api/(?:2|3|latest)/.*|agile/1\.0/.*|auth/1/.*)"), "missing /rest", r"/rest/\1"),
    (
        re.compile(r"/rest/api/(?:2|3|latest)/((?:board|sprint|epic|backlog)(?:/.*)?)"),
        "boards, sprints, epics and the backlog are in another API",
        r"/rest/agile/1.0/\1",
    ),
    (
        re.compile(r"/rest/api/(?:v|V)([23])(/.*|)"),
        "the version has no v",
        r"/rest/api/\1\2",
    ),
    (
        re.compile(r"/rest/api/(?!(?:2|3|latest)/)\d+(?:\.\d+)?(/.*|)"),
        "no such version of this API: there are 2, 3 and latest",
        API + r"\1",
    ),
    (
        re.compile(r"/rest/agile/(?!1\.0/)(?:v?\d+(?:\.\d+)?|latest)(/.*|)"),
        "no such version of the Agile API: there is 1.0",
        r"/rest/agile/1.0\1",
    ),
    (re.compile(r"(.+)/"), "a path that ends in a slash is another path", r"\1"),
)
# Parameters by which users were named before they were named by account id.
BEFORE = ("username", "userKey")
_BY_NAME = re.compile(r"does not exist for the field '(assignee|creator|reporter|voter|watcher)'")


def named(site: Site, call: Call, problem: Problem | None) -> Iterable[str]:
    """Each slip in a call, refused with ``problem`` or (None) answered: sentences that begin with its name.

    Source: /rest/api/3 differs from /rest/api/2 in rich text only; users are named by account id since 2019
    (deprecation notice for user privacy); CHANGE-2046 for the search.
    """
    if problem is None and not (
        b'"assignee"' in call.body or b'"reporter"' in call.body or "/assignee" in call.target
    ):
        # Only what names a user is answered although it does so wrongly.
        return ()
    return _named(site, call, problem)


def _named(site: Site, call: Call, problem: Problem | None) -> Iterator[str]:
    path = call.path.removeprefix(site.service.mount)
    path = _GATEWAY.sub("", path, count=1) if path.startswith("/ex/jira/") else path
    if problem is not None and problem.kind in ("no_route", "wrong_method"):
        yield from _lost(site, path)
        return
    if problem is not None and problem.kind == "search_removed" and _SEARCH.match(path):
        yield f"removed /search: {path}/jql is in its place, with nextPageToken, and fields have to be named"
        return
    body = _read(call)
    if problem is not None and problem.broken:
        yield from _rich(path, body, {one.key for one in problem.broken})
        if (
            path.endswith("/issue")
            and isinstance(body, Mapping)
            and "fields" not in body
            and "summary" in body
        ):
            yield "missing fields: project, issuetype, summary and the like are members of 'fields'"
    yield from _users(path, call, body, problem)


def _lost(site: Site, path: str) -> Iterator[str]:
    for pattern, slip, meant in PATHS:
        found = pattern.fullmatch(path)
        if found is not None:
            yield f"{slip}: {found.expand(meant)}"
            return
    rest = re.sub(r"^/(rest/(api/)?)?", "", path)
    heads = {one.split("/")[4] for one in site.service.paths.values() if one.startswith(API)}
    if rest.partition("/")[0] in heads and not path.startswith((f"{API}/", "/rest/agile/")):
        slip = f"missing {API}" if not path.startswith("/rest/") else "missing version"
        if not path.startswith(("/rest/api/2/", "/rest/api/latest/")):
            yield f"{slip}: {API}/{rest}"


def _rich(path: str, body: Json, refused: set[str]) -> Iterator[str]:
    """Rich text as the other version of the API has it."""
    old = _OLD.match(path) is not None
    for where, value in _texts(path, body, refused):
        if old and isinstance(value, Mapping) and value.get("type") == "doc":
            yield f"v2/v3 mix: {where} is an Atlassian Document (ADF), but /rest/api/2 takes a string"
        elif not old and isinstance(value, str):
            yield f"ADF vs string: {where} is a string, but {API} takes an Atlassian Document (v2/v3 mix)"


def _texts(path: str, body: Json, refused: set[str]) -> Iterator[tuple[str, Json]]:
    """Each member of a refused body that may be rich text, with its place."""
    if not isinstance(body, Mapping):
        return
    if "/comment" in path and refused & {"comment", "body"}:
        yield "body", body.get("body")
    if "/worklog" in path and "comment" in refused:
        yield "comment", body.get("comment")
    fields = body.get("fields")
    if isinstance(fields, Mapping):
        for name in sorted(refused):
            if name in ("description", "environment") or name.startswith("customfield_"):
                yield f"fields.{name}", fields.get(name)


def _users(path: str, call: Call, body: Json, problem: Problem | None) -> Iterator[str]:
    """Users named by what Jira Cloud does not know them by."""
    for name in BEFORE if problem is not None else ():
        if name in call.query and re.search(r"/(user|users|groupuserpicker|watchers|group)(/|$)", path):
            yield f"accountId vs name: {name} is not known any more; users are named by accountId"
    if isinstance(body, Mapping):
        fields = body.get("fields")
        named = fields if isinstance(fields, Mapping) else {}
        places = [(f"fields.{name}", named.get(name)) for name in ("assignee", "reporter")]
        if path.endswith("/assignee"):
            places.append(("the body", body))
        for where, value in places:
            if isinstance(value, Mapping) and not value.keys() & {"accountId", "id"}:
                said = next((one for one in ("name", "key", "username") if value.get(one)), None)
                if said is not None:
                    yield f"accountId vs name: {where} names a user by {said}; users are named by accountId"
    if problem is None:
        return
    if path.endswith("/watchers") and isinstance(body, str):
        yield "accountId vs name: the body names a user by name; users are named by accountId"
    if found := _BY_NAME.search(problem.diagnosis):
        yield f'accountId vs name: users are named by accountId in JQL too, as in {found[1]} = "…"'


def _read(call: Call) -> Json:
    try:
        return orjson.loads(call.body) if call.body else None
    except ValueError:
        return None
