"""``demo``: a server, and real calls to each of its services, printed as they happen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


TICKET = {"url": "http://www.mycompany.com/support?id=7", "title": "TSTSUP-117"}
STEPS: Mapping[str, Sequence[Step]] = {
    "jira": (
        Step(
            "a new remote link",
            "POST",
            "/rest/api/3/issue/MKY-1/remotelink",
            201,
            {"globalId": "system=support&id=7", "object": TICKET},
        ),
        Step(
            "the same globalId again: the link is updated",
            "POST",
            "/rest/api/3/issue/MKY-1/remotelink",
            200,
            {"globalId": "system=support&id=7", "relationship": "causes", "object": TICKET},
        ),
        Step(
            "that one link",
            "GET",
            "/rest/api/3/issue/MKY-1/remotelink?globalId=system%3Dsupport%26id%3D7",
            200,
        ),
        Step("all links of the issue", "GET", "/rest/api/2/issue/MKY-1/remotelink", 200),
        Step(
            "refused: every wrong field is named",
            "POST",
            "/rest/api/3/issue/MKY-1/remotelink",
            400,
            {"object": {"url": "no-address"}},
        ),
    ),
}


@click.command()
def demo() -> None:
    """Make a few real calls to each service, and print them.

    The server that answers them is started on a free port for this run.
    """
    from mockserver.cli.launch import Wanted, access, started

    with started(Wanted(clock="frozen")) as server:
        default = server.worlds.default
        say(f"a server at {server.url}, with its clock standing still at {default.clock.now().isoformat()}")
        wrong, made = 0, 0
        for name, service in default.shared.services.items():
            say()
            say(strong(f"{service.title}  {server.url}{service.mount}"))
            authorization = access(default, name).authorization
            kept: dict[str, str] = {}
            for step in STEPS.get(name, ()):
                made += 1
                wrong += not _made(server, service.mount, authorization, step, kept)
    say()
    if wrong:
        raise Failed(f"{wrong} of {plural(made, 'call')} were not answered as expected", code=CONTRACT_FAILED)
    say(f"{plural(made, 'call')}, all answered as documented. Next: `jira-mockserver serve`")


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
        say(f"    expected {step.status}", err=True)
        return False
    for name, keys in step.keep.items():
        found = body
        for key in keys:
            found = found[key]
        kept[name] = str(found)
    return True


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
    lines = json.dumps(body, indent=2, ensure_ascii=False).splitlines()
    for line in lines[:LINES]:
        say(indent + line)
    if len(lines) > LINES:
        say(indent + faint(f"… {len(lines) - LINES} more lines"))
