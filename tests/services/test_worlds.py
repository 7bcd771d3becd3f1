"""Worlds on one server: chosen by prefix, header or host, and blind to one another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from mockserver.world import World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
LINK = {"object": {"url": "http://cases/111", "title": "TSTSUP-111"}}

Served = Callable[..., Awaitable["TestClient[Any, Any]"]]
# How one world is asked: what goes before the path, and which headers.
WAYS: dict[str, Callable[[str], tuple[str, dict[str, str]]]] = {
    "prefix": lambda name: (f"/~{name}", {}),
    "header": lambda name: ("", {"X-Mock-World": name}),
    "host": lambda name: ("", {"Host": f"{name}.localhost:8080"}),
}


@pytest.fixture
def worlds(documented: World) -> Worlds:
    found = Worlds(documented.fork("default"))
    found.create_world("blue")
    found.create_world("green")
    return found


@pytest.mark.parametrize("way", WAYS)
async def test_a_world_sees_its_own_records_requests_and_ids_only(
    served: Served, worlds: Worlds, way: str
) -> None:
    client = await served()
    made: dict[str, int] = {}

    for count, name in enumerate(("blue", "green"), start=1):
        prefix, headers = WAYS[way](name)
        for _ in range(count):
            response = await client.post(prefix + LINKS, json=LINK, headers=headers)
            made[name] = (await response.json())["id"]

    assert made == {"blue": 10002, "green": 10003}
    counts = {one.name: len(one.state("jira", "remote_link")) for one in worlds}
    assert counts == {"default": 2, "blue": 3, "green": 4}
    assert {one.name: one.info()["requests"] for one in worlds} == {"default": 0, "blue": 1, "green": 2}
    assert worlds.default.coverage()["operations"] == {}


@pytest.mark.parametrize("way", WAYS)
async def test_commands_reach_the_world_that_is_asked(served: Served, worlds: Worlds, way: str) -> None:
    client = await served()
    prefix, headers = WAYS[way]("blue")

    response = await client.put(
        f"{prefix}/__mock__/settings/jira", json={"issueLinkingEnabled": False}, headers=headers
    )

    assert response.status == 200
    statuses = {}
    for name in ("blue", "green"):
        prefix, headers = WAYS[way](name)
        statuses[name] = (await client.get(prefix + LINKS, headers=headers)).status
    assert statuses == {"blue": 403, "green": 200}
    assert (await client.get(LINKS)).status == 200


async def test_links_lead_back_to_where_the_client_came_in(served: Served) -> None:
    client = await served()

    by_prefix = await (await client.get("/~blue" + LINKS, headers={"Host": "mock:8080"})).json()
    by_host = await (await client.get(LINKS, headers={"Host": "blue.localhost:8080"})).json()

    path = "/rest/api/3/issue/MKY-1/remotelink/10000"
    assert by_prefix[0]["self"] == "http://mock:8080/~blue" + path
    assert by_host[0]["self"] == "http://blue.localhost:8080" + path


async def test_forwarded_headers_are_not_believed(served: Served) -> None:
    client = await served()
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil"}

    links = await (await client.get(LINKS, headers=forwarded)).json()

    assert links[0]["self"].startswith("http://127.0.0.1:")


async def test_the_prefix_goes_before_the_header_and_the_header_before_the_host(
    served: Served, worlds: Worlds
) -> None:
    client = await served()
    elsewhere = {"X-Mock-World": "green", "Host": "grey.localhost"}

    await client.get("/~blue" + LINKS, headers=elsewhere)
    await client.get(LINKS, headers=elsewhere)

    assert {one.name: one.info()["requests"] for one in worlds} == {"default": 0, "blue": 1, "green": 1}


@pytest.mark.parametrize("way", WAYS)
async def test_a_world_that_is_not_there_says_how_to_make_it(served: Served, way: str) -> None:
    client = await served()
    prefix, headers = WAYS[way]("grey")

    response = await client.get(prefix + LINKS, headers=headers)

    assert response.status == 404
    assert response.headers["X-Mock-Reason"] == "unknown-world"
    assert "PUT /__mock__/worlds/grey" in (await response.json())["message"]


async def test_a_near_miss_of_a_name_is_pointed_out(served: Served) -> None:
    client = await served()

    response = await client.get("/~blu" + LINKS)

    assert "did you mean 'blue'?" in (await response.json())["message"]


async def test_worlds_are_made_on_first_use_of_their_prefix_where_that_is_wanted(
    served: Served, worlds: Worlds
) -> None:
    client = await served(create_worlds=True)

    by_prefix = await client.get("/~grey" + LINKS)
    by_header = await client.get(LINKS, headers={"X-Mock-World": "red"})
    odd = await client.get("/~%20%20" + LINKS)
    by_command = await client.put("/~pink/__mock__/auth", json={"mode": "off"})

    assert (by_prefix.status, by_header.status, odd.status, by_command.status) == (200, 404, 404, 200)
    assert worlds.worlds() == {"worlds": ["default", "blue", "green", "grey", "pink"]}


async def test_a_prefix_alone_is_the_root_of_its_world(served: Served, worlds: Worlds) -> None:
    client = await served()

    await client.get("/~blue?x=1")

    assert worlds.named("blue").requests()["requests"][0]["target"] == "/?x=1"


async def test_what_only_looks_like_the_control_endpoint_is_none(served: Served, worlds: Worlds) -> None:
    client = await served()

    for path in ("/__mock__x", "/__mock__%2Fhealth", "/x/__mock__/health", "/__MOCK__/health"):
        await client.session.get(str(client.make_url("/")).rstrip("/") + path)

    assert worlds.default.info()["requests"] == 4


async def test_resetting_one_world_leaves_the_others(served: Served, worlds: Worlds) -> None:
    client = await served()
    for name in ("blue", "green"):
        await client.post(f"/~{name}{LINKS}", json=LINK)

    await client.post("/~blue/__mock__/reset")

    counts = {one.name: len(one.state("jira", "remote_link")) for one in worlds}
    assert counts == {"default": 2, "blue": 2, "green": 3}


async def test_many_worlds_are_made_and_dropped_without_a_trace(served: Served, worlds: Worlds) -> None:
    client = await served()

    for number in range(200):
        await client.put(f"/__mock__/worlds/w{number}")
        assert (await client.get(f"/~w{number}{LINKS}")).status == 200
        await client.delete(f"/__mock__/worlds/w{number}")

    assert worlds.worlds() == {"worlds": ["default", "blue", "green"]}
