"""A server for a page in a browser: it is started by hand, put back by one request, asked across origins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from mockserver import MockServer, World
from mockserver.world import Worlds, catalogue

ORIGIN = {"Origin": "http://localhost:5173"}


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Worlds(World(catalogue()))) as server:
        yield server


@pytest.fixture
def site(server: MockServer) -> str:
    requests.post(f"{server.control}/reset", json={"to": "seed"}, timeout=10).raise_for_status()
    return server.url


def test_a_page_may_read(site):
    target = f"{site}/jira/rest/api/3/issue/MKY-1/remotelink"

    asked = requests.options(
        target,
        headers={
            **ORIGIN,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        },
        timeout=10,
    )
    reply = requests.get(target, headers=ORIGIN, auth=("mock", "mock"), timeout=10)

    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert len(reply.json()) == 2


def test_one_request_puts_everything_back(site):
    target = f"{site}/jira/rest/api/3/issue/MKY-1/remotelink"
    body = {"object": {"title": "A", "url": "http://a.example/1"}}
    requests.post(target, json=body, auth=("mock", "mock"), timeout=10).raise_for_status()

    requests.post(f"{site}/__mock__/reset", json={"to": "seed"}, timeout=10).raise_for_status()

    assert len(requests.get(target, auth=("mock", "mock"), timeout=10).json()) == 2
