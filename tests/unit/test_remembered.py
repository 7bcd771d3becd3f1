"""What is remembered of calls that come again: never longer than it holds."""

from __future__ import annotations

import pytest

from mockserver.values import Call, Reply, dumps
from mockserver.world import World

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
ALICE = {"authorization": "Basic YWxpY2U6bW9jaw=="}
JSON = {"content-type": "application/json"}


def get(world: World, target: str = LINKS, **headers: str) -> Reply:
    return world.handle(Call("GET", target, {**ALICE, **headers}))


def post(world: World, target: str = LINKS, title: str = "New") -> Reply:
    body = dumps({"object": {"url": f"http://cases/{title}", "title": title}})
    return world.handle(Call("POST", target, {**ALICE, **JSON}, body))


def count(world: World) -> int:
    return len(get(world).json())


def test_the_second_look_says_the_same_but_for_its_trace_id(world: World) -> None:
    first, second = get(world), get(world)

    assert second.body == first.body
    assert second.headers["X-AREQUESTID"] != first.headers["X-AREQUESTID"]
    assert {**second.headers, "X-AREQUESTID": "", "Atl-Traceid": ""} == {
        **first.headers,
        "X-AREQUESTID": "",
        "Atl-Traceid": "",
    }


def test_every_look_is_in_the_journal_and_counts_as_coverage(world: World) -> None:
    for _ in range(3):
        get(world)

    assert [one["operation"] for one in world.requests()["requests"]] == ["getRemoteIssueLinks"] * 3
    assert world.coverage()["operations"]["jira"]["getRemoteIssueLinks"] == {"200": 3}


def test_a_look_after_a_write_sees_it(world: World) -> None:
    before = [count(world), count(world)]

    post(world)
    after = [count(world), count(world)]

    assert before == [2, 2]
    assert after == [3, 3]


def test_a_look_after_a_write_elsewhere_is_the_same(world: World) -> None:
    before = get(world).body

    body = dumps({"body": {"type": "doc", "version": 1, "content": []}})
    world.handle(Call("POST", "/rest/api/3/issue/MKY-1/comment", {**ALICE, **JSON}, body))

    assert get(world).body == before


@pytest.mark.parametrize("command", ["reset", "restore", "seed", "settings", "auth", "force"])
def test_a_command_takes_effect_at_once(world: World, command: str) -> None:
    world.snapshot("empty-handed")
    post(world)
    seen = [count(world), count(world)]

    if command == "reset":
        world.reset()
    elif command == "restore":
        world.restore("empty-handed")
    elif command == "seed":
        world.seed(
            {"jira": {"remote_link": [{"issue": "MKY-1", "object": {"url": "http://x", "title": "x"}}]}}
        )
    elif command == "settings":
        world.set_settings("jira", {"issueLinkingEnabled": False})
    elif command == "auth":
        world.set_auth("strict")
    else:
        world.force("getRemoteIssueLinks", status=503)
    after = get(world)

    assert seen == [3, 3]
    if command in ("reset", "restore"):
        assert len(after.json()) == 2
    elif command == "seed":
        assert len(after.json()) == 4
    else:
        assert after.status == {"settings": 403, "auth": 404, "force": 503}[command]


def test_who_loses_a_permission_loses_it_at_once(world: World) -> None:
    allowed = [post(world).status, post(world).status]

    world.set_settings("jira", {"denied": ["LINK_ISSUES"]})

    assert allowed == [201, 201]
    assert post(world).status == 403


def test_what_depends_on_the_time_is_worked_out_each_time(world: World) -> None:
    target = "/rest/api/3/serverInfo"
    first = get(world, target).json()["serverTime"]

    world.advance_clock(60)

    assert get(world, target).json()["serverTime"] != first


def test_callers_are_not_taken_for_one_another(world: World) -> None:
    target = "/rest/api/3/myself"
    mine = [get(world, target).json()["accountId"] for _ in range(2)]

    anonymous = world.handle(Call("GET", target)).status

    assert mine[0] == mine[1]
    assert anonymous == 401


def test_the_version_and_the_address_that_were_asked_for_are_in_the_links(world: World) -> None:
    for _ in range(2):
        assert get(world).json()[0]["self"].startswith("http://localhost/rest/api/3/")
        assert (
            get(world, LINKS.replace("/3/", "/2/"))
            .json()[0]["self"]
            .startswith("http://localhost/rest/api/2/")
        )
        other = world.handle(Call("GET", LINKS, ALICE, root="http://elsewhere")).json()
        assert other[0]["self"].startswith("http://elsewhere/")


def test_a_request_about_itself_is_not_confused_with_the_same_without(world: World) -> None:
    plain = [get(world).status, get(world).status]

    preferred = get(world, prefer="code=413")

    assert plain == [200, 200]
    assert preferred.status == 413
    assert get(world).status == 200


def test_an_issue_that_is_gone_has_no_links(world: World) -> None:
    seen = [count(world), count(world)]

    world.handle(Call("DELETE", "/rest/api/3/issue/MKY-1", ALICE))

    assert seen == [2, 2]
    assert get(world).status == 404


def test_a_header_that_nobody_looks_at_makes_no_difference(world: World) -> None:
    get(world)
    site = world._site(world.shared.services["jira"])

    for number in range(600):
        get(world, LINKS, **{"x-request-id": str(number)})

    assert len(site.remembered) == 1


def test_a_header_that_matters_does(world: World) -> None:
    plain = [get(world, "/enterprise-tester/api/externalsystems").body for _ in range(2)]

    indented = get(world, "/enterprise-tester/api/externalsystems", **{"indent-json": "true"}).body

    assert plain[0] == plain[1] != indented
    assert get(world, "/enterprise-tester/api/externalsystems").body == plain[0]


def test_many_different_calls_are_not_remembered_for_ever(world: World) -> None:
    for number in range(600):
        assert get(world, f"{LINKS}?x={number}").status == 200
    site = world._site(world.shared.services["jira"])

    assert count(world) == 2
    assert len(site.remembered) <= 256


def test_forks_do_not_see_each_other(world: World) -> None:
    other = world.fork("other")
    seen = [count(world), count(other), count(world), count(other)]

    post(world)

    assert seen == [2, 2, 2, 2]
    assert (count(world), count(other)) == (3, 2)
