"""What web pages may do: read the mocked services from this machine, never the control endpoint."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from mockserver.control import CONTROL
from mockserver.control.table import COMMANDS
from mockserver.origins import is_local, is_loopback
from mockserver.server import MockServer
from mockserver.world import Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
FOREIGN = "https://evil.example"
PAGE = "http://localhost:3000"

Served = Callable[..., Awaitable["TestClient[Any, Any]"]]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]", "[::1]:65535", "blue.localhost",
        "a.b-c.localhost:80",
    ],
)  # fmt: skip
def test_these_names_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "", " ", "evil.example", "localhost.evil.example", "localhost.evil", "evil-localhost", "localhost.",
        "127.0.0.1.", "127.0.0.1.nip.io", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.01",
        "127.0.0.2", "0.0.0.0", "[::1%lo]", "[::1%25lo]", "::1", "[::]", "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "localhost:", "localhost:x", "localhost:123456", "localhost:80:80", "localhost@evil.example",
        "evil.example@localhost", "localhost/", "localhost#", "localhost?", "localhost evil", "localhost\n",
        "localhost\0", "localhost,evil.example", ".localhost", "a..localhost", "localho\u017ft",
        "\uff11\uff12\uff17.0.0.1", "\u24dbocalhost", "user:localhost",
    ],
)  # fmt: skip
def test_these_names_may_be_anybody(host: str) -> None:
    assert not is_loopback(host)


def test_a_local_origin_has_a_scheme_of_the_web() -> None:
    assert is_local("http://localhost:3000")
    assert is_local("https://app.localhost")
    assert not is_local("null")
    assert not is_local("file://localhost")
    assert not is_local("http://localhost:3000/")
    assert not is_local("http://localhost:3000, http://evil.example")


async def test_a_page_of_this_machine_may_read_replies_and_all_their_headers(served: Served) -> None:
    client = await served()

    response = await client.get(LINKS, headers={"Origin": PAGE})

    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-AREQUESTID" in response.headers["Access-Control-Expose-Headers"]
    assert "Origin" in response.headers["Vary"]


async def test_a_page_of_this_machine_may_read_refusals_too(served: Served) -> None:
    client = await served()

    lost = await client.get("/nowhere", headers={"Origin": PAGE})
    unknown = await client.get("/~grey" + LINKS, headers={"Origin": PAGE})

    assert "X-Mock-Reason" in lost.headers["Access-Control-Expose-Headers"]
    assert unknown.headers["Access-Control-Allow-Origin"] == PAGE


async def test_a_foreign_page_may_read_nothing(served: Served) -> None:
    client = await served()

    response = await client.get(LINKS, headers={"Origin": FOREIGN})

    assert not allowances(response.headers)


async def test_a_browser_that_asks_for_a_page_of_this_machine_is_told_yes(
    served: Served, worlds: Worlds
) -> None:
    client = await served()

    response = await client.options(
        "/~blue" + LINKS,
        headers={
            "Origin": PAGE,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization, x-atlassian-token",
        },
    )

    assert response.status == 204
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Headers"] == "authorization, x-atlassian-token"
    assert int(response.headers["Access-Control-Max-Age"]) > 0
    assert worlds.default.requests()["requests"] == []


async def test_a_browser_that_asks_for_a_foreign_page_is_told_nothing(served: Served, worlds: Worlds) -> None:
    client = await served()

    response = await client.options(
        LINKS, headers={"Origin": FOREIGN, "Access-Control-Request-Method": "PUT"}
    )

    assert response.status == 204
    assert not allowances(response.headers)
    assert worlds.default.requests()["requests"] == []


async def test_an_ordinary_options_request_is_left_to_the_service(served: Served, worlds: Worlds) -> None:
    client = await served()

    response = await client.options(LINKS)

    assert response.status == 405
    assert worlds.default.info()["requests"] == 1


def commands() -> list[tuple[str, str]]:
    routes = [(one.method, CONTROL + one.path) for one in COMMANDS]
    for name, value in [
        ("name", "blue"),
        ("service", "jira"),
        ("resource", "issue"),
        ("id", "s1"),
        ("number", "1"),
    ]:
        routes = [(method, path.replace("{" + name + "}", value)) for method, path in routes]
    return routes


FORGED = [
    {"Origin": FOREIGN},
    {"Origin": "null"},
    {"Origin": PAGE},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
async def test_no_command_can_be_given_by_a_foreign_page(
    served: Served, worlds: Worlds, forged: dict[str, str]
) -> None:
    """Abuse test A-01: all routes of the table, with the body that needs no preflight."""
    client = await served()
    worlds.create_world("blue")
    worlds.default.snapshot("s1")
    before = (worlds.default.state(), worlds.default.info(), worlds.worlds())

    for method, path in commands():
        response = await client.request(
            method, path, data=b"{}", headers={"Content-Type": "text/plain", **forged}
        )

        assert response.status == 403, path
        assert not allowances(response.headers)
    assert (worlds.default.state(), worlds.default.info(), worlds.worlds()) == before


@pytest.mark.parametrize("origin", [FOREIGN, PAGE, "null"])
async def test_no_browser_is_told_that_it_may_give_commands(served: Served, origin: str) -> None:
    """Abuse test A-02."""
    client = await served()

    for _, path in commands():
        response = await client.options(
            path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )

        assert response.status == 403
        assert not allowances(response.headers)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil", "2130706433", "localhost.", "[::1%lo]:80"]
)
async def test_no_command_can_be_given_under_another_name(served: Served, host: str) -> None:
    """Abuse test A-03: what a page of a name that was bound anew to 127.0.0.1 would send."""
    client = await served()

    for method, path in commands():
        response = await client.request(method, path, headers={"Host": host, "Sec-Fetch-Site": "same-origin"})

        assert response.status == 421


async def test_a_page_of_the_server_itself_may_give_commands(served: Served) -> None:
    client = await served()
    own = str(client.make_url("/"))[:-1]

    response = await client.post(CONTROL + "/reset", headers={"Origin": own, "Sec-Fetch-Site": "same-origin"})

    assert response.status == 200
    assert not allowances(response.headers)


async def test_a_body_of_another_type_is_no_command(served: Served, worlds: Worlds) -> None:
    client = await served()

    response = await client.put(CONTROL + "/auth", data='{"mode": "off"}')

    assert response.status == 415
    assert worlds.default.auth_mode == "any"


async def test_commands_need_the_token_where_there_is_one(served: Served) -> None:
    client = await served(token="right")

    refused = [
        await client.get(CONTROL + "/info", headers=headers)
        for headers in ({}, {"X-Mock-Token": "wrong"}, {"Authorization": "Basic right"}, {"X-Mock-Token": ""})
    ]
    let_in = [
        await client.get(CONTROL + "/info", headers=headers)
        for headers in ({"X-Mock-Token": "right"}, {"Authorization": "Bearer right"})
    ]

    assert [one.status for one in refused] == [401] * 4
    assert [one.status for one in let_in] == [200] * 2


async def test_the_services_need_no_token(served: Served) -> None:
    client = await served(token="right")

    assert (await client.get(LINKS)).status == 200


async def test_who_shows_the_token_may_use_another_name_but_not_another_page(served: Served) -> None:
    client = await served(token="right")
    shown = {"X-Mock-Token": "right", "Host": "mock:8080"}

    response = await client.get(CONTROL + "/info", headers=shown)
    forged = await client.get(CONTROL + "/info", headers={**shown, "Origin": FOREIGN})

    assert response.status == 200
    assert forged.status == 403


def test_a_server_that_others_can_reach_makes_up_a_token(worlds: Worlds) -> None:
    own = [MockServer(worlds, host=host).token for host in ("127.0.0.1", "127.0.0.5", "::1", "localhost")]
    others = [MockServer(worlds, host=host).token for host in ("192.0.2.1", "0.0.0.0", "", "::", "127.evil")]

    assert own == [None] * 4
    assert all(others)
    assert len(set(others)) == len(others)


async def test_the_control_endpoint_cannot_be_forced_away(served: Served, worlds: Worlds) -> None:
    client = await served()
    for operation in worlds.default.shared.services["jira"].operations:
        worlds.default.force(operation, status=503, times=None, service="jira")

    response = await client.get(CONTROL + "/health")

    assert response.status == 200


async def test_a_command_that_is_too_long_is_refused(served: Served) -> None:
    client = await served(max_body=100)

    response = await client.post(CONTROL + "/seed", json={"jira": "x" * 100})

    assert response.status == 413


async def test_a_command_that_cannot_be_read_is_refused(served: Served, worlds: Worlds) -> None:
    client = await served()

    response = await client.post(
        CONTROL + "/reset",
        data=b"no gzip",
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )

    assert response.status == 400


def test_a_command_that_never_comes_is_given_up(worlds: Worlds) -> None:
    mock = MockServer(worlds)
    mock.limits = replace(mock.limits, pause=0.1)
    head = f"POST {CONTROL}/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"

    with mock, socket.create_connection(("127.0.0.1", mock.port), timeout=5) as client:
        client.sendall(head.encode())
        answer = client.recv(1000)

    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_long_command_is_carried_out_like_a_short_one(served: Served, worlds: Worlds) -> None:
    client = await served()
    links = [{"issue": "MKY-1", "object": {"url": f"http://cases/{at}", "title": "x"}} for at in range(1500)]

    response = await client.post(CONTROL + "/seed", json={"jira": {"remote_link": links}})

    assert await response.json() == {"dry_run": False, "seeded": {"jira": {"remote_link": 1500}}}


def allowances(headers: Any) -> list[str]:
    return [name for name in headers if name.lower().startswith("access-control-")]
