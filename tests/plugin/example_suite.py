"""A suite as somebody's project may have one: it uses every power that a test is handed.

It is run by test_parallel.py, copied to other folders; it knows nothing of how it is run.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import requests

from mockserver.world import NotThere

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
LINK = {"object": {"title": "A", "url": "http://cases.example/1"}}
ADD = "createOrUpdateRemoteIssueLink"


def links(mock):
    with requests.get(mock.url + LINKS, headers=mock.headers, timeout=10) as reply:
        assert reply.status_code == 200, reply.text
        return reply.json()


def link(mock, **rest):
    with requests.post(mock.url + LINKS, json=LINK, **{"auth": mock.auth, "timeout": 10, **rest}) as reply:
        return reply.status_code


@pytest.mark.parametrize("turn", range(8))
def test_records(jira_mock, turn):
    assert len(links(jira_mock)) == 2

    assert link(jira_mock) == 201

    assert [one["object"]["url"] for one in jira_mock.records("remote_link")][2:] == [
        "http://cases.example/1"
    ]
    jira_mock.assert_called(ADD, times=1, body=LINK, path={"issueIdOrKey": "MKY-1"})
    jira_mock.assert_not_called("deleteRemoteIssueLinkById")
    jira_mock.assert_order(["getRemoteIssueLinks", ADD], strict=True)
    jira_mock.assert_nothing_else("getRemoteIssueLinks", ADD)
    assert [one.status for one in jira_mock.calls(ADD)] == [201]


@pytest.mark.parametrize("turn", range(4))
def test_other_services(mock_world, turn):
    for service, path in (
        (mock_world.enterprise_tester, "/api/projects"),
        (mock_world.kordiam, "/api/v2/elements"),
        (mock_world.sd_elements, "/api/v2/projects/"),
    ):
        requests.get(service.url + path, headers=service.headers, timeout=10).close()

    assert [one.service for one in mock_world.journal] == ["enterprise_tester", "kordiam", "sd_elements"]
    assert mock_world.last == 3
    assert mock_world.journal[2].status == 200


def test_service_that_is_not_there(mock_world):
    with pytest.raises(NotThere, match="no service 'jria' — did you mean 'jira'"):
        mock_world.service("jria")


def test_seed_and_reset(jira_mock):
    jira_mock.seed({"project": [{"key": "ABC", "name": "A"}]})
    assert [one["key"] for one in jira_mock.records("project")][-1] == "ABC"

    jira_mock.reset()
    assert [one["key"] for one in jira_mock.records("project")][-1] != "ABC"

    jira_mock.reset("empty")
    assert jira_mock.records("project") == []


def test_force(jira_mock):
    jira_mock.force(ADD, status=418, body={"teapot": True}, match={"body": {"/object/title": "A"}})

    assert [link(jira_mock), link(jira_mock)] == [418, 201]


def test_fault(jira_mock):
    number = jira_mock.fault(ADD, status=503, times=None)
    assert link(jira_mock) == 503

    jira_mock.clear_faults(number)
    assert link(jira_mock) == 201


@pytest.mark.mock(faults={"operation": ADD, "drop": True})
def test_fault_of_the_marker(jira_mock):
    with pytest.raises(requests.ConnectionError):
        link(jira_mock)

    assert link(jira_mock) == 201


@pytest.mark.mock(freeze="2030-01-01")
def test_clock(jira_mock):
    clock = jira_mock.clock
    assert (clock.now, clock.mode) == (datetime(2030, 1, 1, tzinfo=UTC), "frozen")

    clock.advance(60)

    assert clock.now == datetime(2030, 1, 1, 0, 1, tzinfo=UTC)
    clock.tick()
    assert clock.mode == "ticking"


@pytest.mark.mock(seed={"kordiam": {}}, auth="strict", validation="off", contract="off")
def test_marker(mock_world):
    assert mock_world.jira.records("issue") == []
    info = mock_world.world.info()
    assert (info["auth"], info["validation"]) == ("strict", "off")


@pytest.mark.mock(auth="strict")
def test_logins(jira_mock):
    emma = jira_mock.login(expires_in=60)
    assert link(jira_mock, auth=None, headers=emma.headers) == 201

    assert jira_mock.revoke(emma) == 1

    assert link(jira_mock, auth=None, headers=emma.headers) != 201
    assert link(jira_mock) == 201
    with pytest.raises(NotThere):
        jira_mock.deny("nobody@example.com", "LINK_ISSUES")
    jira_mock.deny("*", "LINK_ISSUES")
    assert link(jira_mock) == 403


def test_limits_and_settings(jira_mock):
    before = jira_mock.settings
    jira_mock.limits(burst={"GET": 1})

    statuses = [
        requests.get(jira_mock.url + LINKS, headers=jira_mock.headers, timeout=10).status_code
        for _ in range(2)
    ]

    assert statuses == [200, 429]
    assert jira_mock.settings != before


def test_webhooks(jira_mock):
    hook = {"name": "A", "url": "http://127.0.0.1:9/hook", "events": ["jira:issue_updated"]}
    with requests.post(
        jira_mock.url + "/rest/webhooks/1.0/webhook", json=hook, auth=jira_mock.auth, timeout=10
    ) as made:
        assert made.status_code == 201, made.text
    body = {"fields": {"summary": "other"}}
    issue = jira_mock.url + "/rest/api/3/issue/MKY-1"
    requests.put(issue, json=body, auth=jira_mock.auth, timeout=10).close()

    [sent] = jira_mock.webhooks.wait("jira:issue_updated")

    assert sent.body["issue"]["fields"]["summary"] == "other"
    assert len(jira_mock.webhooks) == 1


def test_waiting(jira_mock):
    thread = threading.Thread(target=link, args=[jira_mock])
    thread.start()

    [found] = jira_mock.wait_for(ADD, timeout=30)

    thread.join()
    assert found.status == 201


async def story(mock):
    import asyncio

    return await asyncio.gather(*(asyncio.to_thread(link, mock) for _ in range(3)))


def test_asynchronous(jira_mock):
    import asyncio

    assert asyncio.run(story(jira_mock)) == [201] * 3


def test_more_worlds(make_mock_world, jira_mock):
    first, second = make_mock_world(), make_mock_world(clock="2032-01-01", auth="strict")

    link(first.jira)

    assert [len(links(one)) for one in (first.jira, second.jira, jira_mock)] == [3, 2, 2]
    assert second.clock.now.year == 2032


@pytest.mark.parametrize("turn", range(4))
def test_what_a_module_shares(jira_mock_module, turn):
    before = len(jira_mock_module.records("remote_link"))

    link(jira_mock_module)

    assert len(jira_mock_module.records("remote_link")) == before + 1


@pytest.mark.parametrize("turn", range(4))
def test_what_all_share(jira_mock_session, turn):
    before = len(jira_mock_session.calls(ADD))

    link(jira_mock_session)

    jira_mock_session.assert_called(ADD, times=before + 1)


@pytest.mark.parametrize("turn", range(3))
def test_the_server(mock_server, mock_world, turn):
    before = mock_server.worlds.default.info()["requests"]
    with requests.get(
        mock_server.url + "/jira" + LINKS, headers=mock_world.jira.headers, timeout=10
    ) as reply:
        assert reply.status_code == 200

    assert mock_server.worlds.default.info()["requests"] == before + 1
    assert mock_world.name in mock_server.worlds.worlds()["worlds"]
    assert mock_server.worlds.named(mock_world.name).name == mock_world.name
    assert mock_server.worlds.get("nowhere") is None
    with requests.get(mock_server.control + "/health", timeout=10) as reply:
        assert reply.json() == {"status": "ok"}
