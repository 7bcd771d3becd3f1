"""What worlds have counted, in the text format that Prometheus reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.state.journal import Bounds
from mockserver.values import Call, dumps
from mockserver.world import World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\})? (\d+)$')


@pytest.fixture
def worlds(documented: World) -> Worlds:
    return Worlds(documented.fork("default"))


def lines(text: str) -> list[str]:
    return [one for one in text.splitlines() if not one.startswith("#")]


def test_requests_are_counted_by_what_was_answered(worlds):
    worlds.default.handle(Call("GET", LINKS))
    worlds.default.handle(Call("GET", LINKS))
    worlds.default.handle(Call("GET", "/jira/nowhere"))

    found = lines(worlds.metrics())

    counted = [one for one in found if one.startswith("mockserver_requests_total")]
    assert counted == [
        'mockserver_requests_total{world="default",service="jira",operation="",'
        'status="404",reason="unknown-route"} 1',
        'mockserver_requests_total{world="default",service="jira",operation="getRemoteIssueLinks",'
        'status="200",reason=""} 2',
    ]


def test_every_family_says_what_it_is_and_every_sample_can_be_read(worlds):
    worlds.create_world("blue")
    worlds.named("blue").handle(Call("POST", LINKS, {"content-type": "application/json"}, b"{}"))

    text = worlds.metrics()

    assert text.endswith("\n")
    types = dict(re.findall(r"^# TYPE (\S+) (gauge|counter)$", text, re.MULTILINE))
    helped = re.findall(r"^# HELP (\S+) \S.*$", text, re.MULTILINE)
    samples = [SAMPLE.match(one) for one in lines(text)]
    assert all(samples), lines(text)
    assert {found[1] for found in samples if found} <= set(types)
    assert sorted(types) == sorted(helped)
    assert "mockserver_worlds 2" in lines(text)
    assert 'mockserver_breaches{world="blue"} 1' in lines(text)


def test_every_metric_is_on_the_page_of_the_control_endpoint(worlds):
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "control-endpoint.md"
    named = set(re.findall(r"`((?:mockserver|process)_[a-z_]+)`", page.read_text(encoding="utf-8")))

    assert set(re.findall(r"^# TYPE (\S+) ", worlds.metrics(), re.MULTILINE)) == named


def test_what_is_counted_outlives_a_reset_but_not_its_world(worlds):
    worlds.create_world("blue")
    worlds.named("blue").handle(Call("GET", LINKS))
    worlds.named("blue").reset()

    assert 'world="blue",service="jira"' in worlds.metrics()
    worlds.drop_world("blue")
    assert 'world="blue"' not in worlds.metrics()


def test_kept_and_evicted_exchanges_are_told(worlds):
    worlds.default.journal.bounds = Bounds(entries=1)
    for _ in range(3):
        worlds.default.handle(Call("GET", LINKS))

    found = lines(worlds.metrics())

    assert 'mockserver_journal_entries{world="default"} 1' in found
    assert 'mockserver_journal_evicted{world="default"} 2' in found


def test_what_is_armed_and_how_often_it_was_due_is_told(worlds):
    worlds.default.force("getRemoteIssueLinks", status=503, times=1)
    worlds.default.force("getIssue", status=503, times=2)
    worlds.default.handle(Call("GET", LINKS))

    found = lines(worlds.metrics())

    assert 'mockserver_rules_armed{world="default",kind="override"} 1' in found
    assert 'mockserver_rules_used{world="default",kind="override"} 1' in found
    assert 'mockserver_rules_armed{world="default",kind="fault"} 0' in found


def test_deliveries_are_counted_by_state(worlds):
    world = worlds.default
    hook = {"name": "n", "url": "http://receiver.example/hook", "events": ["jira:issue_updated"]}
    sent = {"content-type": "application/json", "authorization": "Basic bW9jazptb2Nr"}
    world.handle(Call("POST", "/rest/webhooks/1.0/webhook", sent, dumps(hook)))
    world.handle(Call("PUT", "/rest/api/3/issue/MKY-1", sent, dumps({"fields": {"summary": "Changed"}})))

    found = [one for one in lines(worlds.metrics()) if one.startswith("mockserver_deliveries")]

    [state] = {one["state"] for one in world.deliveries()["deliveries"]}
    assert found == [f'mockserver_deliveries{{world="default",service="jira",state="{state}"}} 1']


async def test_the_endpoint_answers_text(worlds, served):
    client = await served()

    async with client.get("/__mock__/metrics") as reply:
        assert reply.status == 200
        assert reply.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "# TYPE mockserver_requests_total counter" in await reply.text()


def test_the_same_text_comes_from_afar(worlds):
    worlds.default.handle(Call("GET", LINKS))

    with MockServer(worlds) as server:
        remote = RemoteWorld(server.url)
        there = remote.metrics()
        remote.close()

    here = worlds.metrics()
    assert [one for one in lines(there) if "process" not in one] == [
        one for one in lines(here) if "process" not in one
    ]
