"""Every command, given to a world in the process and to the same world from afar: nobody can tell which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from mockserver.remote import RemoteWorld, Unreachable
from mockserver.server import MockServer
from mockserver.values import Call
from mockserver.world import CommandError, NotThere, World, Worlds

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
LIST = "getRemoteIssueLinks"
LINK = {"issue": "MKY-1", "object": {"url": "http://cases/111", "title": "TSTSUP-111"}}
Get = Callable[..., int]


@pytest.fixture(params=["here", "afar"])
def worlds(request: pytest.FixtureRequest, documented: World) -> Iterator[tuple[Any, Any, World]]:
    """What gives commands to the worlds and to the default world, and that world itself."""
    world = documented.fork("default")
    all_of_them = Worlds(world)
    if request.param == "here":
        yield all_of_them, world, world
        return
    with MockServer(all_of_them) as server:
        remote = RemoteWorld(server.url)
        yield remote, remote, world
        remote.close()


@pytest.fixture
def steer(worlds: tuple[Any, Any, World]) -> Any:
    return worlds[1]


@pytest.fixture
def get(worlds: tuple[Any, Any, World]) -> Get:
    def status(target: str = LINKS, method: str = "GET") -> int:
        return worlds[2].handle(Call(method, target)).status

    return status


def test_life_is_shown(steer: Any) -> None:
    assert steer.health() == {"status": "ok"}
    assert steer.ready()["operations"]["jira"] > 0
    assert steer.info()["services"]["jira"]["mount"] == "/jira"


def test_reset_says_what_it_forgot(steer: Any, get: Get) -> None:
    get()

    found = steer.reset()

    assert found["reset"] == "seed"
    assert found["requests_forgotten"] == 1
    assert found["records"]["jira"]["remote_link"] == 2


def test_reset_to_empty_leaves_nobodys_work(steer: Any) -> None:
    assert "remote_link" not in steer.reset("empty")["records"].get("jira", {})


def test_a_reset_to_elsewhere_is_refused(steer: Any) -> None:
    with pytest.raises(CommandError) as refused:
        steer.reset("sed")

    assert refused.value.lines == ("'to' must be one of seed, empty, not 'sed' — did you mean 'seed'?",)


def test_records_are_seeded_and_shown(steer: Any) -> None:
    assert steer.seed({"jira": {"remote_link": [LINK]}}) == {
        "dry_run": False,
        "seeded": {"jira": {"remote_link": 1}},
    }
    assert steer.state("jira", "remote_link")[-1]["object"] == LINK["object"]
    assert steer.state("jira")["remote_link"] == steer.state()["jira"]["remote_link"]


def test_a_dry_run_of_seeding_stores_nothing(steer: Any) -> None:
    before = steer.state()

    assert steer.seed({"jira": {"remote_link": [LINK]}}, dry_run=True)["dry_run"] is True
    assert steer.state() == before


def test_seeds_that_are_wrong_are_refused_with_every_line(steer: Any) -> None:
    before = steer.state()

    with pytest.raises(CommandError) as refused:
        steer.seed({"jira": {"remote_link": [LINK], "isue": []}, "jra": {}})

    assert refused.value.lines == (
        "jira.isue: no such resource — did you mean 'issue'?",
        "jra: no such service — did you mean 'jira'?",
    )
    assert steer.state() == before


@pytest.mark.parametrize("data", [None, [1], "documented", 5], ids=str)
def test_seeds_that_are_no_records_are_refused(steer: Any, data: Any) -> None:
    with pytest.raises(CommandError, match="expected records by service and resource"):
        steer.seed(data)


def test_a_state_that_is_not_there_is_refused(steer: Any) -> None:
    with pytest.raises(NotThere, match="no service 'jra' — did you mean 'jira'"):
        steer.state("jra")
    with pytest.raises(NotThere, match="jira has no resource 'remote_lnk' — did you mean 'remote_link'"):
        steer.state("jira", "remote_lnk")


def test_a_snapshot_is_taken_and_restored(steer: Any) -> None:
    steer.snapshot("before")
    assert steer.snapshot()["id"] == "s1"
    steer.seed({"jira": {"remote_link": [LINK]}})

    assert steer.snapshots() == {"snapshots": ["before", "s1"]}
    assert steer.restore("before")["records"]["jira"]["remote_link"] == 2
    assert len(steer.state("jira", "remote_link")) == 2


def test_a_snapshot_that_is_not_there_is_refused(steer: Any) -> None:
    steer.snapshot("before")

    with pytest.raises(NotThere, match="no snapshot 'befor' — did you mean 'before'"):
        steer.restore("befor")


def test_a_reply_is_forced_and_counted(steer: Any, get: Get) -> None:
    armed = steer.force(LIST, status=503, body={"message": "down"}, headers={"Retry-After": "5"}, times=2)

    assert (armed["left"], armed["used"]) == (2, 0)
    assert [get(), get(), get()] == [503, 503, 200]
    assert [(one["left"], one["used"]) for one in steer.forced()["overrides"]] == [(0, 2)]


def test_an_example_is_forced_for_ever_and_disarmed(steer: Any, get: Get) -> None:
    armed = steer.force(LIST, "all", times=None, service="jira")

    assert armed["left"] is None
    assert [get("/rest/api/3/issue/NONE-1/remotelink") for _ in range(3)] == [200] * 3
    assert steer.unforce() == {"disarmed": 1}
    assert get("/rest/api/3/issue/NONE-1/remotelink") == 404


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"operation": "getRemoteIsueLinks", "status": 500}, "did you mean 'getRemoteIssueLinks'"),
        ({"operation": LIST, "example": "al"}, "has no example 'al'"),
        ({"operation": LIST}, "give either 'example' or 'status'"),
        ({"operation": LIST, "status": 500, "times": 0}, "'times' must be at least 1"),
        ({"operation": LIST, "status": 7}, "'status' must be from 200 to 599, not 7"),
        (
            {"operation": LIST, "status": 200, "headers": {"A": 1}},
            "'headers': A must be printable text, not 1",
        ),
        ({"operation": LIST, "status": 200, "headers": {"content-length": "1"}}, "is written by the server"),
    ],
)
def test_what_cannot_be_forced_is_refused(steer: Any, given: Any, line: str) -> None:
    with pytest.raises(CommandError, match=line):
        steer.force(**given)

    assert steer.forced() == {"overrides": []}


def test_a_reply_is_forced_on_the_calls_it_matches(steer: Any, get: Get) -> None:
    match = {"path": {"issueIdOrKey": "MKY-2"}, "caller": "anonymous"}
    armed = steer.force(LIST, status=503, match=match, priority=2)
    steer.force(LIST, status=502)

    assert (armed["match"], armed["priority"], armed["seen"]) == (match, 2, 0)
    assert [get(), get(LINKS.replace("-1", "-2"))] == [502, 503]


def test_a_match_that_no_call_could_fit_is_refused(steer: Any) -> None:
    with pytest.raises(CommandError, match=r"no placeholder 'issueKey' .* did you mean 'issueIdOrKey'"):
        steer.force(LIST, status=503, match={"path": {"issueKey": "MKY-1"}})

    assert steer.forced() == {"overrides": []}


def test_faults_are_armed_counted_and_disarmed(steer: Any, get: Get) -> None:
    armed = steer.fault(
        [{"operation": LIST, "status": 503}, {"service": "jira", "html": "login", "times": None}]
    )

    assert [one["number"] for one in armed["faults"]] == [1, 2]
    assert [get(), get()] == [503, 200]
    assert [(one["left"], one["used"], one["seen"]) for one in steer.faults()["faults"]] == [
        (0, 1, 1),
        (None, 1, 2),
    ]
    assert steer.clear_faults(2) == {"disarmed": 1}
    assert steer.clear_faults() == {"disarmed": 1}
    assert steer.faults() == {"faults": []}


def test_one_fault_needs_no_list(steer: Any, get: Get) -> None:
    [armed] = steer.fault({"operation": LIST, "status": 500})["faults"]

    assert (armed["operation"], armed["status"], armed["times"]) == (LIST, 500, 1)
    assert get() == 500


def test_faults_that_could_never_happen_are_refused_with_every_line(steer: Any) -> None:
    with pytest.raises(CommandError) as refused:
        steer.fault([{"operation": "getRemoteIsueLinks", "drop": True}, {"operation": LIST, "drp": True}])

    assert refused.value.lines == (
        "faults[0]: no operation 'getRemoteIsueLinks' — did you mean 'getRemoteIssueLinks'?",
        "faults[1]: a fault has no member 'drp' — did you mean 'drop'?",
    )
    assert steer.faults() == {"faults": []}


def test_what_a_fault_names_must_be_there(steer: Any) -> None:
    with pytest.raises(NotThere, match="no operation 'x'"):
        steer.fault({"operation": "x", "drop": True})
    with pytest.raises(NotThere, match=r"no fault 3 \(armed: none\)"):
        steer.clear_faults(3)


def test_settings_are_changed_and_shown(steer: Any, get: Get) -> None:
    assert steer.set_settings("jira", {"issueLinkingEnabled": False})["issueLinkingEnabled"] is False
    assert steer.settings("jira")["issueLinkingEnabled"]["value"] is False
    assert steer.settings()["jira"]["issueLinkingEnabled"]["default"] is True
    assert get() == 403


def test_settings_that_are_wrong_are_refused_together(steer: Any) -> None:
    with pytest.raises(CommandError) as refused:
        steer.set_settings("jira", {"issueLinkingEnabled": "yes", "issueLinkingEnable": True})

    assert refused.value.lines == (
        "jira.issueLinkingEnabled: 'yes' is not of type 'boolean'",
        "jira has no setting 'issueLinkingEnable' — did you mean 'issueLinkingEnabled'?",
    )


def test_modes_are_chosen(steer: Any) -> None:
    assert steer.set_auth("off") == {"auth": "off"}
    assert steer.set_validation("warn") == {"validation": "warn"}
    assert (steer.info()["auth"], steer.info()["validation"]) == ("off", "warn")
    with pytest.raises(CommandError, match="'mode' must be one of strict, warn, off, not 'warm'"):
        steer.set_validation("warm")


def test_the_clock_obeys(steer: Any) -> None:
    assert steer.set_clock("2030-01-01T00:00:00+00:00")["frozen"] is True
    assert steer.advance_clock(90)["now"] == "2030-01-01T00:01:30+00:00"
    assert steer.show_clock()["now"] == "2030-01-01T00:01:30+00:00"
    assert steer.set_clock("real")["frozen"] is False
    with pytest.raises(CommandError, match="not an ISO 8601 instant: 'noon'"):
        steer.set_clock("noon")
    with pytest.raises(CommandError, match="'seconds' must not be negative"):
        steer.advance_clock(-1)


def test_the_journal_is_searched(steer: Any, get: Get) -> None:
    get()
    get("/rest/api/3/issue/NONE-1/remotelink")
    get("/nowhere", "PUT")

    def numbers(**filters: Any) -> list[int]:
        return [one["number"] for one in steer.requests(**filters)["requests"]]

    assert numbers() == [1, 2, 3]
    assert numbers(operation=LIST) == [1, 2]
    assert numbers(service="jira", status=404) == [2]
    assert numbers(method="PUT") == [3]
    assert numbers(path="NONE-1") == [2]
    assert numbers(breach=True) == []
    assert numbers(after=1, limit=1) == [2]
    assert steer.request(2)["reply"]["status"] == 404
    with pytest.raises(NotThere, match="no request 9 in the journal"):
        steer.request(9)
    assert steer.clear_requests() == {"forgotten": 3}
    assert steer.requests()["requests"] == []


def test_what_was_exercised_is_counted_and_forgotten(steer: Any, get: Get) -> None:
    get()

    assert steer.coverage() == {"operations": {"jira": {LIST: {"200": 1}}}, "breaches": 0}
    assert steer.clear_coverage() == {"forgotten": 1}
    assert steer.coverage()["operations"] == {}
    assert len(steer.requests()["requests"]) == 1


def test_routes_are_listed(steer: Any) -> None:
    routes = steer.routes("jira")["routes"]

    [found] = [one for one in routes if one["operation"] == LIST]
    assert (found["method"], found["path"]) == ("GET", "/rest/api/3/issue/{issueIdOrKey}/remotelink")
    assert {one["service"] for one in steer.routes()["routes"]} >= {"jira"}
    with pytest.raises(NotThere, match="no service 'jra'"):
        steer.routes("jra")


def test_worlds_are_made_shown_and_dropped(worlds: tuple[Any, Any, World]) -> None:
    them = worlds[0]

    assert them.create_world("blue", auth="strict", clock="2030-01-01") == {
        "created": "blue",
        "replaced": False,
    }
    assert them.create_world("blue", validation="off") == {"created": "blue", "replaced": True}
    assert them.worlds() == {"worlds": ["default", "blue"]}
    assert them.world("blue")["validation"] == "off"
    assert them.drop_world("blue") == {"dropped": "blue"}
    for gone in (them.world, them.drop_world):
        with pytest.raises(NotThere, match="no world 'blue'; create it with PUT"):
            gone("blue")


def test_a_world_is_made_with_seeds_from_names_data_and_files(
    worlds: tuple[Any, Any, World], tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("jira: {remote_link: [{issue: MKY-1, object: {url: 'http://file/', title: x}}]}")

    worlds[0].create_world("blue", seeds=["documented", {"jira": {"remote_link": [LINK]}}, file])

    assert worlds[0].world("blue")["name"] == "blue"


def test_the_default_world_stays(worlds: tuple[Any, Any, World]) -> None:
    for command in (worlds[0].create_world, worlds[0].drop_world):
        with pytest.raises(CommandError, match="reset it instead"):
            command("default")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"name": "a/b"}, "a world's name has letters"),
        ({"name": "x", "auth": "non"}, "'auth' must be one of any, strict, off"),
        ({"name": "x", "clock": "noon"}, "not an ISO 8601 instant"),
        ({"name": "x", "seeds": ["documentd"]}, "no seed 'documentd' — did you mean 'documented'"),
    ],
)
def test_a_world_that_cannot_be_made_is_refused(
    worlds: tuple[Any, Any, World], given: Any, line: str
) -> None:
    with pytest.raises(CommandError, match=line):
        worlds[0].create_world(**given)

    assert worlds[0].worlds() == {"worlds": ["default"]}


def test_a_world_from_afar_has_an_address_of_its_own(documented: World) -> None:
    worlds = Worlds(documented.fork("default"))
    worlds.create_world("blue")
    with MockServer(worlds, token="right") as server:
        remote = RemoteWorld(server.url, "blue", token="right")

        remote.set_auth("off")

        assert remote.url == f"{server.url}/~blue"
        assert (worlds.default.auth_mode, worlds.named("blue").auth_mode) == ("any", "off")
        assert remote.openapi()["paths"]
        remote.close()


def test_a_wrong_token_is_refused(documented: World) -> None:
    with MockServer(Worlds(documented.fork("default")), token="right") as server:
        remote = RemoteWorld(server.url, token="wrong")

        with pytest.raises(CommandError, match="asks for its token"):
            remote.health()

        remote.close()


def test_a_server_that_is_gone_is_unreachable_and_may_come_back(documented: World) -> None:
    worlds = Worlds(documented.fork("default"))
    with MockServer(worlds) as server:
        remote = RemoteWorld(server.url)
        remote.health()

    with pytest.raises(Unreachable, match=f"no mock server answers at {server.url}"):
        remote.health()
    with MockServer(worlds, port=server.port):
        assert remote.health() == {"status": "ok"}
        remote.close()


def test_what_answers_but_is_no_mock_server_is_unreachable(
    documented: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def page(request: web.BaseRequest) -> web.Response:
        return web.Response(text="<h1>It works!</h1>")

    mock = MockServer(Worlds(documented))
    monkeypatch.setattr(mock, "handler", page)
    with mock:
        remote = RemoteWorld(mock.url)

        with pytest.raises(Unreachable, match="is no mock server: status 200"):
            remote.health()

        remote.close()


@pytest.mark.parametrize("url", ["ftp://localhost", "https://localhost", "", "http://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(CommandError, match="not the address of a mock server"):
        RemoteWorld(url)


def test_calls_are_counted_as_it_is_said(steer: Any, get: Get) -> None:
    off = steer.limits("jira")
    on = steer.set_limits("jira", {"burst": {"GET": 1}})

    statuses = [get(), get()]

    assert (off["on"], on["on"]) == (False, True)
    assert statuses == [200, 429]
    [counted] = steer.limits("jira")["counted"]
    assert (counted["limit"], counted["of"], counted["left"]) == ("burst", LIST, 0)
    assert set(steer.limits()) == {"jira", "kordiam"}
    assert steer.set_limits("jira")["limits"]["burst"]["GET"] == {"rate": 100, "size": 350}
    assert steer.set_limits("jira", False)["on"] is False


def test_a_service_without_rate_limits_refuses_them(steer: Any) -> None:
    with pytest.raises(CommandError, match="Enterprise Tester documents no rate limits"):
        steer.set_limits("enterprise_tester")
    with pytest.raises(CommandError, match="did you mean 'burst'"):
        steer.set_limits("jira", {"bursts": {}})
