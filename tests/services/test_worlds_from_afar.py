"""A server elsewhere is held as one in this process is, and a test's views tell the same of both."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from mockserver.remote import RemoteServer, RemoteWorlds
from mockserver.server import MockServer
from mockserver.testing import MockWorld
from mockserver.world import NotThere, World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
ADD = "createOrUpdateRemoteIssueLink"
# Those of the process that the worlds live in.
HERE_ONLY = {"adopt", "unwatch", "watch"}


@pytest.fixture
def server(documented: World) -> Iterator[MockServer]:
    with MockServer(Worlds(documented.fork("default"))) as server:
        yield server


@pytest.fixture
def afar(server: MockServer) -> Iterator[RemoteServer]:
    remote = RemoteServer(server.url)
    yield remote
    remote.close()


def powers(owner: type) -> dict[str, list[inspect.Parameter]]:
    return {
        name: list(inspect.signature(one).parameters.values())
        for name, one in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_") and name not in HERE_ONLY
    }


def test_worlds_have_the_same_powers_from_afar() -> None:
    there = powers(RemoteWorlds)

    del there["close"]
    assert there == powers(Worlds)


def test_a_server_from_afar_makes_finds_and_drops_worlds(server: MockServer, afar: RemoteServer) -> None:
    worlds = afar.worlds

    assert worlds.create_world("a", clock="2030-01-01") == {"created": "a", "replaced": False}

    assert [one.name for one in worlds] == [one.name for one in server.worlds] == ["default", "a"]
    assert worlds.world("a") == server.worlds.world("a")
    assert worlds.named("a") is worlds.named("a")
    assert worlds.named("a").url == f"{server.url}/~a"
    assert worlds.get("b") is None
    assert "mockserver_worlds 2" in worlds.metrics()
    assert (afar.url, afar.server_url, afar.control) == (server.url, server.url, server.control)
    assert worlds.drop_world("a") == {"dropped": "a"}
    with pytest.raises(NotThere, match="no world 'a'"):
        worlds.named("a")


def test_another_world_may_stand_for_the_server(server: MockServer, afar: RemoteServer) -> None:
    afar.worlds.create_world("mine")
    mine = RemoteServer(server.url, "mine")

    assert (mine.url, mine.control) == (f"{server.url}/~mine", f"{server.url}/~mine/__mock__")
    assert mine.worlds.default.info()["name"] == "mine"
    mine.close()


def story(mock: MockWorld) -> Iterator[Any]:
    """What a test's views say, one thing after the other."""
    jira, session = mock.jira, requests.Session()
    body = {"object": {"title": "A", "url": "http://cases.example/1"}}
    with session:
        session.headers.update(jira.headers)
        for sent in (body, {}, body):
            yield session.post(jira.url + LINKS, json=sent, timeout=10).status_code
        session.get(jira.url + "/nowhere", timeout=10)
        jira.force(ADD, status=418)
        jira.fault("getIssue", status=503)
        yield session.post(jira.url + LINKS, json=body, timeout=10).status_code
    for one in (mock.jira, mock.kordiam, mock.enterprise_tester, mock.sd_elements):
        yield one.url.partition("~")[2], one.auth, one.headers, one.settings, len(one.journal)
    yield mock.name, mock.last, [str(one) for one in mock.journal]
    yield mock.breaches(), mock.unexpected(), mock.findings(), mock.unused()
    yield [one.number for one in jira.calls(ADD)], [one.number for one in jira.calls(ADD, body=body)]
    yield [one.number for one in jira.assert_called(ADD, times=3, body=body)]
    yield [one.number for one in jira.assert_order([ADD, ADD])]
    yield [one.number for one in jira.wait_for(ADD, times=2, timeout=5)]
    yield refusal(lambda: jira.assert_called("deleteRemoteIssueLinkById"))
    yield refusal(lambda: jira.calls("getIsue"))
    yield refusal(lambda: jira.deny("nobody", "LINK_ISSUES"))
    yield refusal(lambda: mock.service("jria"))
    jira.deny("mia@example.com", "LINK_ISSUES")
    jira.deny("*", "EDIT_ISSUES")
    yield jira.settings["denied"]
    yield jira.login("emma@example.com", expires_in=60), mock.enterprise_tester.login()
    yield jira.revoke("emma@example.com")
    yield (
        jira.clock.now,
        jira.clock.mode,
        jira.clock.advance(timedelta(minutes=1)),
        jira.clock.set("2030-01-01"),
    )
    yield jira.seed({"project": [{"key": "ABC", "name": "A"}]}), jira.records("project")[-1]["key"]
    yield list(jira.webhooks), refusal(lambda: jira.webhooks.wait(timeout=0.01))
    jira.reset()
    yield len(jira.records("remote_link")), mock.last


def refusal(work: Any) -> tuple[str, str]:
    with pytest.raises((AssertionError, LookupError, ValueError)) as caught:
        work()
    return type(caught.value).__name__, str(caught.value)


def test_the_views_of_a_world_tell_the_same_here_and_from_afar(
    server: MockServer, afar: RemoteServer
) -> None:
    server.worlds.create_world("a")
    here = list(story(MockWorld(server.worlds.named("a"), server.url)))
    server.worlds.create_world("a")

    there = list(story(MockWorld(afar.worlds.named("a"), afar.server_url)))

    assert len(here) > 20
    for one, other in zip(here, there, strict=True):
        assert one == other
