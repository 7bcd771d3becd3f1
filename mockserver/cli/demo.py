"""``demo``: a server, and real calls to each of its services, printed as they happen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import click

from mockserver.cli.console import CONTRACT_FAILED, Failed, coloured, faint, plural, say, strong
from mockserver.values import Json

if TYPE_CHECKING:
    from mockserver.server import MockServer

TIMEOUT = 10.0  # seconds for one call
LINES = 14  # of one body
WIDTH = 100  # characters of a body that is printed on one line


@dataclass(frozen=True, slots=True)
class Step:
    """One call and the status it must have. ``keep``: names for members of the reply, by path of keys.

    ``{name}`` in the path stands for what an earlier step of the same service kept.
    """

    about: str
    method: str
    path: str
    status: int
    body: Json = None
    keep: Mapping[str, Sequence[str | int]] = field(default_factory=dict)


LINKS = "/rest/api/3/issue/MKY-1/remotelink"
TICKET = {"url": "http://www.mycompany.com/support?id=7", "title": "TSTSUP-117"}
JIRA = (
    Step("a new link", "POST", LINKS, 201, {"globalId": "support-7", "object": TICKET}),
    Step(
        "the same globalId again: that link is updated",
        "POST",
        LINKS,
        200,
        {"globalId": "support-7", "relationship": "causes", "object": TICKET},
    ),
    Step("that one link", "GET", f"{LINKS}?globalId=support-7", 200),
    Step("all links of the issue", "GET", LINKS, 200),
    Step("refused: every wrong field is named", "POST", LINKS, 400, {"object": {"url": "no address"}}),
)

SYNCHRONIZED = "3afbe0dd-55ca-419e-b75d-d21c821d7281"
RALLY = "a01fc7ed-3492-4792-9a0b-e2b52fa10913"
ENTERPRISE_TESTER = (
    Step(
        "a new link to an external system",
        "POST",
        "/api/externalsystemlinks",
        201,
        {
            "Source": {"Key": "Requirement", "Id": None, "FieldValues": {"ProjectId": SYNCHRONIZED}},
            "Destination": {"Key": "Synchronization", "Id": RALLY, "FieldValues": {"ProjectId": "12345"}},
            "Name": "Project X",
        },
        {"id": ("Id",)},
    ),
    Step("switched off", "PATCH", "/api/externalsystemlink/{id}", 200, {"Enabled": False}),
    Step(
        "the links that are switched off",
        "GET",
        "/api/externalsystemlinks?$filter=Enabled%20eq%20false&$inlinecount=allpages",
        200,
    ),
    Step(
        "refused: nothing says what is to be linked", "POST", "/api/externalsystemlinks", 403, {"Name": "X"}
    ),
)

KORDIAM = (
    Step("a new element", "POST", "/api/v2/elements", 201, {"title": "Night train returns"}, {"id": ("id",)}),
    Step(
        "linked to the newsroom's system",
        "POST",
        "/api/v2/elements/{id}/external-element/link",
        200,
        {"externalId": "cms-7"},
    ),
    Step(
        "linked again: one binding a system",
        "POST",
        "/api/v2/elements/{id}/external-element/link",
        200,
        {"externalId": "cms-8", "link": "https://cms.example.com/articles/8"},
    ),
    Step("its bindings", "GET", "/api/v2/elements/{id}/external-elements", 200),
    Step("refused: neither id nor link", "POST", "/api/v2/elements/{id}/external-element/link", 400, {}),
)

CONNECTIONS = "/api/v2/connections/issue-tracker/"
SD_ELEMENTS = (
    Step(
        "a new connection to Jira",
        "POST",
        CONNECTIONS,
        201,
        {"alias": "Backlog", "connector": 1, "project": 1, "params": {"issue_tracker_project": "MKY"}},
        {"id": ("id",)},
    ),
    Step(
        "one parameter more: they are merged",
        "PATCH",
        CONNECTIONS + "{id}/",
        200,
        {"params": {"issue_tracker_parent_issue": "MKY-1"}},
    ),
    Step("the connections of the project", "GET", CONNECTIONS + "?project=1&include=last_job", 200),
    Step("refused: every missing field is named", "POST", CONNECTIONS, 400, {"alias": "Backlog"}),
)

STEPS: Mapping[str, Sequence[Step]] = {
    "jira": JIRA,
    "enterprise_tester": ENTERPRISE_TESTER,
    "kordiam": KORDIAM,
    "sd_elements": SD_ELEMENTS,
}


@click.command()
def demo() -> None:
    """Make a few real calls to each service, and print them.

    The server that answers them is started on a free port for this run.
    """
    from mockserver.cli.launch import Wanted, started

    server = started(Wanted(clock="frozen"))
    try:
        wrong, made = _shown(server)
    finally:
        server.stop()
    say()
    if wrong:
        verb = "was" if wrong == 1 else "were"
        message = f"{wrong} of {plural(made, 'call')} {verb} not answered as expected"
        raise Failed(message, code=CONTRACT_FAILED)
    say(f"{plural(made, 'call')}, all answered as documented. Next: `jira-mockserver serve`")


def _shown(server: MockServer) -> tuple[int, int]:
    """Make all calls; how many were not answered as expected, and how many there were."""
    from mockserver.world.credentials import good

    default = server.worlds.default
    say(f"a server at {server.url}, with its clock standing still at {default.clock.now().isoformat()}")
    wrong, made = 0, 0
    for name, steps in STEPS.items():
        service = default.shared.services[name]
        say()
        say(strong(f"{service.title}  {server.url}{service.mount}"))
        authorization = good(default, name).authorization
        kept: dict[str, str] = {}
        for step in steps:
            made += 1
            wrong += not _made(server, service.mount, authorization, step, kept)
    return wrong, made


def _made(server: MockServer, mount: str, authorization: str, step: Step, kept: dict[str, str]) -> bool:
    """Make one call, print it and its reply; whether it was answered as expected."""
    path = mount + step.path.format_map(kept)
    say()
    say(f"{strong(step.method)} {path}    {faint('# ' + step.about)}")
    _show(step.body, "    ")
    status, body = _sent(server, step.method, path, authorization, step.body)
    say(f"  → {coloured(status)} {HTTPStatus(status).phrase}")
    _show(body, "    ")
    if status != step.status:
        say(f"    expected {step.status}. What the mock says:", err=True)
        for line in _diagnosis(server):
            say("    " + line, err=True)
        return False
    for name, keys in step.keep.items():
        found = body
        for key in keys:
            found = found[key]
        kept[name] = str(found)
    return True


def _diagnosis(server: MockServer) -> Iterator[str]:
    """The last exchange, as the mock explains it."""
    from mockserver.cli.traffic import told
    from mockserver.exchange import exchanges

    *_, last = exchanges(server.worlds.default)
    return told(last)


def _sent(server: MockServer, method: str, path: str, authorization: str, body: Json) -> tuple[int, Json]:
    """Status and body of the reply to one real request."""
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    headers = {"Authorization": authorization, "Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = connection.getresponse()
        content = reply.read().decode()
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"{method} {path}: {error}", code=CONTRACT_FAILED) from error
    finally:
        connection.close()
    try:
        return reply.status, json.loads(content) if content else None
    except ValueError:
        return reply.status, content


def _show(body: Json, indent: str) -> None:
    """Print a body as far as it fits."""
    if body is None:
        return
    line = json.dumps(body, ensure_ascii=False)
    lines = [line] if len(line) <= WIDTH else json.dumps(body, indent=2, ensure_ascii=False).splitlines()
    for line in lines[:LINES]:
        say(indent + line)
    if len(lines) > LINES:
        say(indent + faint(f"… {len(lines) - LINES} more lines"))
