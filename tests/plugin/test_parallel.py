"""The plugin beside pytest-xdist, pytest-randomly and pytest-rerunfailures."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

SUITE = Path(__file__).with_name("example_suite.py")
ALONE = ("-p", "no:randomly", "-p", "no:rerunfailures")
ALWAYS = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:aiohttp", "--strict-markers", "-W", "error")

# The default run takes the way that has most in it; the others differ by what they leave out.
FULL = pytest.mark.full

Start = Callable[..., pytest.RunResult]


@pytest.fixture
def start(pytester: pytest.Pytester) -> Start:
    """Runs what is in the folder, in a process of its own, with these arguments."""

    def start(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*ALWAYS, *arguments, timeout=240)

    return start


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("-p", "no:xdist", *ALONE), id="in one process", marks=FULL),
        pytest.param(("--mock-shared", *ALONE), id="shared by nobody", marks=FULL),
        pytest.param(("-n", "2", *ALONE), id="a server for each worker", marks=FULL),
        pytest.param(("-n", "2", "--mock-shared", *ALONE), id="a server for all workers"),
        pytest.param(
            ("-p", "no:xdist", "-p", "no:rerunfailures", "-p", "randomly"), id="in any order", marks=FULL
        ),
        pytest.param(("-n", "2", "--mock-shared", "--reruns", "2"), id="all of it together", marks=FULL),
    ],
)
def test_a_suite_passes_however_it_is_run(pytester, start, arguments):
    for name in ("test_one.py", "test_two.py"):
        shutil.copy(SUITE, pytester.path / name)

    result = start(*arguments)

    result.assert_outcomes(passed=72)
    result.stdout.no_fnmatch_line("*Warning*")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), marks=FULL),
        pytest.param(("-n", "2"), marks=FULL),
        pytest.param(("-n", "2", "--mock-shared"), id="shared"),
    ],
)
def test_a_test_that_is_run_again_has_a_fresh_world(pytester, start, arguments):
    pytester.makepyfile("""
        import pytest
        import requests

        turns = []

        @pytest.mark.flaky(reruns=2)
        def test_flaky(jira_mock):
            turns.append(1)
            url = f"{jira_mock.url}/rest/api/3/issue/MKY-1/remotelink"
            body = {"object": {"title": "A", "url": "http://cases.example/1"}}
            requests.post(url, json=body, auth=jira_mock.auth, timeout=10).close()
            assert len(jira_mock.records("remote_link")) == 3
            assert len(turns) == 3
    """)

    result = start("-p", "no:randomly", *arguments)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*2 rerun*"])


FAILING = """
    import pytest
    import requests

    LINKS = "/rest/api/3/issue/MKY-1/remotelink"

    def test_traffic(jira_mock):
        requests.get(jira_mock.url + LINKS, auth=jira_mock.auth, timeout=10).close()
        assert False

    def test_breach(jira_mock):
        requests.post(jira_mock.url + LINKS, json={}, auth=jira_mock.auth, timeout=10).close()

    def test_unexpected(mock_server):
        requests.get(mock_server.url + "/jira/nowhere", timeout=10).close()

    @pytest.fixture
    def late(jira_mock):
        yield
        requests.get(jira_mock.url + LINKS, auth=jira_mock.auth, timeout=10).close()
        assert False

    def test_after_the_test(late):
        pass

    def test_unused(make_mock_world):
        make_mock_world().jira.force("getIssue", status=500)

    def test_fine(jira_mock, mock_server):
        pass
"""


def test_failures_are_told_alike_wherever_the_server_is(pytester, start):
    pytester.makepyfile(FAILING)

    found = {}
    for name, arguments in (("own", ()), ("shared", ("-n", "2", "--mock-shared"))):
        result = start(*ALONE, *arguments)
        result.assert_outcomes(passed=2, failed=4, errors=1)
        found[name] = sorted(
            line.strip() for line in result.outlines if "→" in line or "never called" in line
        )

    assert found["own"] == found["shared"]
    assert len(found["own"]) == 5


def test_a_worker_that_crashes_takes_no_server_along_and_leaves_none_behind(pytester, start):
    pytester.makepyfile("""
        import os
        import pytest
        import requests

        @pytest.mark.parametrize("turn", range(8))
        def test_one_crashes(mock_server, jira_mock, turn, pytestconfig):
            with open(pytestconfig.rootpath / "at", "w") as file:
                file.write(mock_server.server_url)
            if turn == 3:
                os._exit(1)
            url = f"{jira_mock.url}/rest/api/3/issue/MKY-1/remotelink"
            with requests.get(url, auth=jira_mock.auth, timeout=10) as reply:
                assert reply.status_code == 200
    """)

    result = start(*ALONE, "-n", "2", "--mock-shared")

    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running*"])
    _, _, port = (pytester.path / "at").read_text().rpartition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)


def test_all_workers_use_one_server_and_their_worlds_have_different_names(pytester, start):
    pytester.makepyfile("""
        import pytest
        import threading

        @pytest.mark.parametrize("turn", range(6))
        def test_address(mock_server, mock_world, mock_world_session, worker_id, pytestconfig, turn):
            assert "mockserver" not in [one.name for one in threading.enumerate()]
            assert mock_server.worlds.default.name == worker_id
            told = (mock_server.server_url, worker_id, mock_world.name, mock_world_session.name)
            with open(pytestconfig.rootpath / "at", "a") as file:
                print(*told, file=file)
    """)

    result = start(*ALONE, "-n", "2", "--mock-shared")

    result.assert_outcomes(passed=6)
    lines = [line.split() for line in (pytester.path / "at").read_text().splitlines()]
    assert len({server for server, *_ in lines}) == 1
    assert len({worker for _, worker, *_ in lines}) == 2
    assert len({world for _, _, world, _ in lines}) == 6
    assert len({world for *_, world in lines}) == 2


def test_fixtures_that_are_broken_end_a_shared_run_before_any_test(pytester, start):
    folder = pytester.mkdir("ours") / "jira"
    folder.mkdir()
    (folder / "extra.yaml").write_text("docs: https://example.com/\noperatoins: {}\n")
    pytester.makeini("[pytest]\nmock_shared = true\nmock_fixtures = ours\n")
    pytester.makepyfile("def test_it(jira_mock): pass")

    result = start(*ALONE, "-n", "2")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*extra.yaml:2:1 unknown key 'operatoins' — did you mean 'operations'?"])
