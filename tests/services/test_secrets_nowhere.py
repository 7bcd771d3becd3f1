"""No secret that a client sends, or is given, is to be found anywhere afterwards."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, FormData

from mockserver.cli.traffic import reporter, told
from mockserver.exchange import exchanges
from mockserver.findings import findings
from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.values import Call, dumps
from mockserver.world import World, Worlds

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
NAMES = [
    "password",
    "clientSecret",
    "access_token",
    "refresh_token",
    "api_key",
    "jwt",
    "code_verifier",
    "client_assertion",
]
CANARY = "c4n4ry-in-the-mine"


def basic(secret: str) -> str:
    return "Basic " + b64encode(f"mia@example.com:{secret}".encode()).decode()


def requests() -> Iterator[dict[str, Any]]:
    """One request for each place in which a secret may be sent."""
    for name, value in (
        ("Authorization", f"Bearer {CANARY}"),
        ("Authorization", basic(CANARY)),
        ("Authorization", f'OAuth oauth_token="{CANARY}"'),
        ("Authorization", CANARY),
        ("Proxy-Authorization", f"Bearer {CANARY}"),
        ("Cookie", f"session={CANARY}"),
        ("X-Api-Key", CANARY),
        ("X-Mock-Token", CANARY),
        ("X-Access-Token", CANARY),
        ("Referer", f"http://app/back?code={CANARY}"),
    ):
        yield {"headers": {name: value}}
        yield {"target": "/jira/nowhere", "headers": {name: value}}
    for name in NAMES:
        yield {"target": f"{LINKS}?{name}={CANARY}"}
        yield {"target": f"/nowhere?{name}={CANARY}"}
        yield {"target": f"{LINKS}?a=1&%{ord(name[0]):02x}{name[1:]}={CANARY}"}
        yield {"method": "POST", "json": {name: CANARY}}
        yield {"method": "POST", "json": {"object": {"title": 5, name: CANARY}}}
        yield {"method": "POST", "json": {"object": {"title": 5, "icon": {name: [CANARY]}}}}
        yield {"method": "POST", "data": {"a": "1", name: CANARY}}
        yield {"method": "POST", "data": fields(name)}
        yield {
            "method": "POST",
            "data": dumps({name: CANARY})[:-3],
            "headers": {"Content-Type": "application/json"},
        }
    for url in (f"http://mia:{CANARY}@app/x", f"http://app/x?token={CANARY}"):
        yield {"method": "POST", "json": {"object": {"url": url, "title": "a"}}}
    grant = {"grant_type": "authorization_code", "code": CANARY, "client_id": "a", "client_secret": CANARY}
    for target in ("/jira/oauth/token", "/kordiam/api/v2/auth/token", "/nowhere"):
        yield {"method": "POST", "target": target, "json": grant}
        yield {"method": "POST", "target": target, "data": grant}


def fields(name: str) -> FormData:
    found = FormData({"a": "1"}, default_to_multipart=True)
    found.add_field(name, CANARY)
    return found


def told_everywhere(remote: RemoteWorld, world: World) -> Iterator[tuple[str, str]]:
    """Everything that anybody can be told afterwards, with where that is."""
    yield "requests", str(remote.requests(limit=10_000))
    for number in range(1, world.journal.next_number):
        yield f"request {number}", str(remote.request(number))
    yield "the stream", str(list(remote.follow(after=0, timeout=0)))
    yield "HAR", remote.export_requests("har")
    yield "JSON Lines", remote.export_requests("jsonl")
    yield "coverage", str(remote.coverage())
    yield "info", str(remote.info())
    yield "health", str(remote.health())
    yield "a wait", str(remote.wait_for_requests(count=1, timeout=0))
    for one in exchanges(world):
        yield "a line", "\n".join([str(one), *told(one)])
    yield "findings", "\n".join(findings(exchanges(world)))
    for operation in ("createOrUpdateRemoteIssueLink", "getRemoteIssueLinks", "deleteRemoteIssueLinkById"):
        verdict = remote.verify(operation=operation, body={"never": "sent"})
        yield "a complaint", str(verdict)
    yield "the journal itself", repr(list(world.journal))
    yield "what it is kept in", repr(world.journal.since(0))


@pytest.mark.parametrize("auth", ["any", "strict"])
async def test_no_secret_is_told_anywhere(documented: World, capfd: Any, auth: str) -> None:
    world = documented.fork("default", auth=auth)
    reports = [reporter(style, everything=True) for style in ("text", "json")]

    def report(*what: Any) -> None:
        for one in reports:
            one(*what)

    with MockServer(Worlds(world), on_exchange=report) as server:
        sent = list(requests())
        async with ClientSession() as session:
            for one in sent:
                target = one.pop("target", LINKS)
                async with session.request(one.pop("method", "GET"), server.url + target, **one) as response:
                    await response.read()
        remote = RemoteWorld(server.url)
        found = await asyncio.to_thread(lambda: list(told_everywhere(remote, world)))
        remote.close()
    written = capfd.readouterr()

    assert world.journal.next_number - 1 == len(sent) > 80
    assert [where for where, text in [*found, ("the log", written.err + written.out)] if leaks(text)] == []
    assert "POST /jira/oauth/token" in written.err


def leaks(text: str) -> bool:
    """Whether the canary is in ``text``, as it is or in base64."""
    encoded = [b64encode(b"x" * before + CANARY.encode())[8:20].decode() for before in range(3)]
    return CANARY in text or any(one in text for one in encoded)


def test_a_leak_would_be_found() -> None:
    for before in ("", "a", "ab", "mia@example.com:"):
        assert leaks(b64encode(before.encode() + CANARY.encode()).decode())
    assert leaks(f"x{CANARY}x")
    assert not leaks("mia@example.com")


def test_a_token_that_the_mock_gives_is_sent_but_not_kept(documented: World) -> None:
    world = documented.fork("default")
    grant = {"grant_type": "client_credentials", "client_id": "mock-client", "client_secret": "mock-secret"}
    form = urlencode(grant).encode()
    kinds = {"content-type": "application/x-www-form-urlencoded"}

    reply = world.handle(Call("POST", "/kordiam/api/v2/auth/token", kinds, form))

    [kept] = world.journal
    assert reply.status == 200
    assert len(reply.json()["access_token"]) > 10
    assert reply.json()["access_token"] not in repr(kept)
    assert kept.reply.json()["access_token"] == "[redacted]"
    assert b"client_id=mock-client&client_secret=[redacted]" in kept.call.body
