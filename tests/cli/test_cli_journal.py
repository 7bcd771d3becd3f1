"""``journal``: listed, followed, shown, exported."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.remote import RemoteWorld
from mockserver.state.journal import Bounds
from mockserver.values import Call

LINKS = "/rest/api/3/issue/MKY-1/remotelink"


@pytest.fixture
def asked(server: Any) -> None:
    for target in (LINKS, "/jira/nowhere", f"{LINKS}?token=c4n4ry"):
        server.worlds.default.handle(Call("GET", target))


def numbers(stdout: str) -> list[int]:
    return [int(line.split()[0]) for line in stdout.splitlines() if line.split()[0].isdigit()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [1, 2, 3]),
        (("-n", "2"), [2, 3]),
        (("-n", "0"), []),
        (("--status", "4xx"), [2]),
        (("--path", "nowhere"), [2]),
        (("--operation", "getRemoteIssueLinks", "--status", "200"), [1, 3]),
        (("--reason", "unknown-route"), [2]),
        (("--text", "nowhere"), [2]),
        (("--method", "post"), []),
    ],
    ids=str,
)
def test_exchanges_are_listed(steer, asked: None, words: tuple[str, ...], expected: list[int]) -> None:
    assert numbers(steer("journal", *words).stdout) == expected


def test_no_secret_is_listed(steer, asked: None) -> None:
    for words in ((), ("--json",), ("show", "3"), ("export", "--har", "-"), ("export", "--jsonl", "-")):
        result = steer("journal", *words)

        assert result.exit_code == 0
        assert "token=[redacted]" in result.stdout, words
        assert "c4n4ry" not in result.stdout


def test_one_exchange_is_shown_by_its_number(steer, asked: None) -> None:
    assert steer("journal", "show", "2").stdout == steer("journal", "2").stdout
    assert json.loads(steer("journal", "2").stdout)["target"] == "/jira/nowhere"


def test_a_number_that_is_gone_is_said(steer, server: Any, asked: None) -> None:
    server.worlds.default.journal.bounds = Bounds(entries=2)
    server.worlds.default.handle(Call("GET", LINKS))

    result = steer("journal", "show", "1")

    assert result.exit_code == 2
    assert result.stderr == "no request 1 in the journal (2 were evicted or cleared)\n"


def test_a_misspelt_command_is_told_the_nearest(steer) -> None:
    result = steer("journal", "exprot")

    assert result.exit_code == 2
    assert "did you mean 'export'?" in result.stderr


def test_exchanges_are_followed(steer, server: Any, asked: None) -> None:
    def ask() -> None:
        deadline = time.monotonic() + 20
        while not server.worlds.default._waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        server.worlds.default.handle(Call("GET", LINKS))

    thread = threading.Thread(target=ask)
    thread.start()
    result = steer("journal", "-n", "1", "--for", "1")
    thread.join()

    assert numbers(result.stdout) == [3, 4]
    assert result.exit_code == 0


def test_exchanges_are_followed_as_lines_of_json(steer, asked: None) -> None:
    result = steer("journal", "-f", "--for", "0", "--json", "-n", "2")

    assert [json.loads(line)["number"] for line in result.stdout.splitlines()] == [2, 3]


def test_the_journal_is_written_to_files(steer, asked: None, tmp_path: Any) -> None:
    har, lines = tmp_path / "a.har", tmp_path / "b.jsonl"

    result = steer("journal", "export", "--har", str(har), "--jsonl", str(lines), "--status", "404")

    assert result.stderr == f"wrote {har}\nwrote {lines}\n"
    assert len(json.loads(har.read_text())["log"]["entries"]) == 1
    assert [json.loads(line)["number"] for line in lines.read_text().splitlines()] == [2]


def test_an_export_says_where_to(steer, tmp_path: Any) -> None:
    nowhere = steer("journal", "export")
    failed = steer("journal", "export", "--har", str(tmp_path / "no" / "a.har"))

    assert (nowhere.exit_code, failed.exit_code) == (2, 2)
    assert "--har FILE or --jsonl FILE" in nowhere.stderr
    assert "No such file" in failed.stderr


def test_the_journal_is_cleared(steer, asked: None) -> None:
    assert steer("journal", "clear").stdout == "forgot 3 exchanges\n"
    assert steer("journal").stderr == "0 of 0 exchanges\n"


def test_a_server_keeps_as_much_as_it_is_told(start, tmp_path: Any) -> None:
    ready = tmp_path / "ready.json"
    process = start(
        "serve", "--port", "0", "--ready-file", str(ready), "--journal-entries", "2", "-q", "jira"
    )
    url = process.wait_for(ready)["url"]
    remote = RemoteWorld(url)
    remote.create_world("blue")
    blue = RemoteWorld(url, "blue")
    for _ in range(5):
        for prefix in ("", "/~blue"):
            with pytest.raises(HTTPError):
                urlopen(f"{url}{prefix}/jira/nowhere", timeout=20)

    for one in (remote, blue):
        found = one.requests()
        assert (found["total"], found["evicted"]) == (2, 3)
        one.close()


def test_a_real_token_is_said_loudly_and_once(start, tmp_path: Any) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "--port", "0", "--ready-file", str(ready), "jira")
    url = process.wait_for(ready)["url"]
    token = "ATATT" + "3x" + "notreal" * 6  # put together here, so that it stands in no file
    for _ in range(3):
        request = Request(f"{url}{LINKS}", headers={"Authorization": f"Bearer {token}"})
        with urlopen(request, timeout=20) as response:
            response.read()
    remote = RemoteWorld(url)
    info = remote.info()
    remote.close()
    process.stop()

    assert process.err.read_text().count("LOOKS LIKE A REAL API TOKEN") == 1
    assert "notreal" not in process.err.read_text() + process.out.read_text()
    assert len(info["warnings"]) == 1


def test_calls_are_waited_for(steer, asked: None) -> None:
    came = steer("journal", "wait", "--operation", "getRemoteIssueLinks", "--count", "2")
    not_came = steer("journal", "wait", "--path", "/remotelink", "--body", '{"a": 1}', "--timeout", "0.1")
    as_json = steer("journal", "wait", "--status", "404", "--after", "1", "--json")
    wrong = steer("journal", "wait", "--body", "{")

    assert (came.exit_code, numbers(came.stdout), came.stderr) == (0, [1, 3], "2 of 2 calls\n")
    assert (not_came.exit_code, not_came.stderr) == (1, "0 of 1 call\n")
    assert json.loads(as_json.stdout)["satisfied"] is True
    assert (wrong.exit_code, "no JSON" in wrong.stderr) == (2, True)
