"""``fault`` and the matches of ``force``, against a running server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockserver.values import Call

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
LIST = "getRemoteIssueLinks"


def status(server: Any, target: str = LINKS) -> int:
    found: int = server.worlds.default.handle(Call("GET", target)).status
    return found


def test_a_fault_is_armed_with_options(steer: Any, server: Any) -> None:
    result = steer("fault", "add", LIST, "--status", "503", "--header", "Retry-After=2", "--times", "2")

    assert result.exit_code == 0
    assert result.stdout == f"fault 1: jira {LIST}: status 503, 2 times\n"
    assert [status(server) for _ in range(3)] == [503, 503, 200]


def test_every_option_is_a_member(steer: Any, server: Any) -> None:
    match, then = '{"headers": {"A": "b"}}', '{"delay": {"uniform": [1, 2]}}'
    where = ("--service", "jira", "--method", "GET", "--path", "/rest/**", "--match", match)
    when = ("--after", "1", "--every", "2", "--priority", "3", "--then", then)
    steer("fault", "add", *where, "--drop", "--perform", *when)
    steer("fault", "add", LIST, "--rate-limit", "jira-burst-based", "--retry-after", "4", "--always")
    steer("fault", "add", LIST, "--cut", "0", "--delay", "1.5")
    for kind in (("--garble", "json"), ("--html", "login"), ("--empty",)):
        steer("fault", "add", LIST, *kind)

    first, second, third, *others = server.worlds.default.faults()["faults"]

    assert (first["path"], first["match"], first["then"]) == ("/rest/**", json.loads(match), json.loads(then))
    assert [first[name] for name in ("drop", "perform", "after", "every", "priority")] == [
        True,
        True,
        1,
        2,
        3,
    ]
    assert [second[name] for name in ("rate_limit", "retry_after", "times")] == ["jira-burst-based", 4, None]
    assert [third[name] for name in ("cut", "delay", "times")] == [0, 1.5, 1]
    assert [one.get("garble") or one.get("html") or one.get("empty") for one in others] == [
        "json",
        "login",
        True,
    ]


def test_several_faults_come_from_a_file(steer: Any, server: Any, tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(
        f"- {{operation: {LIST}, status: 500}}\n- {{service: kordiam, drop: true, times: null}}\n"
    )

    result = steer("fault", "add", "--from", str(file))

    assert (
        result.stdout
        == f"fault 1: jira {LIST}: status 500, once\nfault 2: kordiam: drop, until the next reset\n"
    )
    assert status(server) == 500


def test_faults_are_listed_and_disarmed(steer: Any, server: Any) -> None:
    steer("fault", "add", LIST, "--status", "503")
    steer("fault", "add", LIST, "--cut", "0", "--match", '{"query": {"globalId": "x"}}')
    status(server)

    listed = steer("fault", "list")
    as_json = json.loads(steer("fault", "list", "--json").stdout)

    assert [line.split() for line in listed.stdout.splitlines()] == [
        ["FAULT", "CALLS", "WHAT", "LEFT", "USED", "SEEN"],
        ["1", "jira", LIST, "status", "503", "0", "1", "1"],
        ["2", "jira", LIST, "with", '{"query":', '{"globalId":', '"x"}}', "cut", "0", "1", "0", "0"],
    ]
    assert [one["used"] for one in as_json["faults"]] == [1, 0]
    assert steer("fault", "clear", "2").stdout == "disarmed 1 fault\n"
    assert steer("fault", "clear").stdout == "disarmed 1 fault\n"
    assert steer("fault", "list").stderr == "nothing is armed\n"
    assert json.loads(steer("fault", "clear", "--json").stdout) == {"disarmed": 0}


def test_what_cannot_be_armed_is_told_and_is_exit_code_2(steer: Any, tmp_path: Path) -> None:
    misspelt = steer("fault", "add", "getRemoteIsueLinks", "--drop")
    garbled = steer("fault", "add", LIST, "--delay", "{")
    file = tmp_path / "faults.json"
    file.write_text("[]")
    twice = steer("fault", "add", LIST, "--drop", "--from", str(file))

    assert misspelt.exit_code == garbled.exit_code == twice.exit_code == 2
    assert misspelt.stderr == "no operation 'getRemoteIsueLinks' — did you mean 'getRemoteIssueLinks'?\n"
    assert "--delay" in garbled.stderr
    assert "either in the file or in options" in twice.stderr


def test_an_armed_fault_is_shown_as_json(steer: Any) -> None:
    done = json.loads(steer("fault", "add", LIST, "--drop", "--json").stdout)

    assert [(one["number"], one["drop"]) for one in done["faults"]] == [(1, True)]


def test_a_reply_is_forced_on_matching_calls_by_priority(steer: Any, server: Any) -> None:
    steer("force", LIST, "--status", "502")
    match = '{"query": {"globalId": "x"}}'
    steer("force", LIST, "--status", "503", "--match", match, "--priority", "1")

    assert [status(server), status(server, f"{LINKS}?globalId=x")] == [502, 503]
    assert steer("force", LIST, "--status", "503", "--match", "{").exit_code == 2
