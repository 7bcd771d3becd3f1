"""exec: a program led to the mock, and what is said about it afterwards."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import COMMAND, SECONDS, surroundings

CLIENT = """
import json, os, sys
from http.client import HTTPConnection
from urllib.parse import urlsplit
def call(method, path, body=None):
    parts = urlsplit(os.environ["JIRA_BASE_URL"])
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10)
    headers = {"Content-Type": "application/json"}
    connection.request(method, parts.path + path, body and json.dumps(body), headers)
    status = connection.getresponse().status
    connection.close()
    return status
"""
LIST = 'print(call("GET", "/rest/api/3/issue/MKY-1/remotelink"))\n'
BREACH = 'print(call("POST", "/rest/api/3/issue/MKY-1/remotelink", {"object": {"url": "http://a/1"}}))\n'


def python(script: str) -> tuple[str, ...]:
    """The rest of a command line that runs a client."""
    return ("--service", "jira", "--", sys.executable, "-c", CLIENT + script)


def test_a_client_that_keeps_the_contract_is_let_through(finish) -> None:
    result = finish("exec", *python(LIST))

    assert result.returncode == 0
    assert result.stdout == "200\n"
    kept, exercised = result.stderr.splitlines()
    assert kept == "contract: kept"
    assert exercised.startswith("exercised: ")
    assert "jira 1 of " in exercised


def test_a_broken_contract_turns_success_into_failure_and_is_explained(finish) -> None:
    result = finish("exec", *python(LIST + BREACH))

    assert result.returncode == 1
    assert result.stdout == "200\n400\n"
    first, second, _ = result.stderr.splitlines()
    assert first == "contract: 1 finding"
    assert second.startswith(
        "  POST /jira/rest/api/3/issue/MKY-1/remotelink body /object/title: required, expected "
    )
    assert second.endswith("got nothing")


def test_a_call_that_nothing_documented_answers_breaks_the_contract(finish) -> None:
    result = finish("exec", *python('call("GET", "/rest/api/3/isue")\n'))

    assert result.returncode == 1
    assert "GET /jira/rest/api/3/isue unknown-route: no such operation. Closest: " in result.stderr


@pytest.mark.parametrize(("mode", "lines"), [("warn", 3), ("off", 0)])
def test_a_broken_contract_may_be_only_reported_or_passed_over(finish, mode: str, lines: int) -> None:
    result = finish("exec", "--contract", mode, *python(BREACH))

    assert result.returncode == 0
    assert len(result.stderr.splitlines()) == lines


def test_the_exit_code_of_the_command_is_passed_through(finish) -> None:
    result = finish("exec", *python(BREACH + "sys.exit(7)\n"))

    assert result.returncode == 7
    assert "contract: 1 finding" in result.stderr


def test_the_command_finds_the_variables_of_every_service(finish) -> None:
    script = "import json, os; print(json.dumps(dict(os.environ)))"

    result = finish("exec", "--", sys.executable, "-c", script)

    found = json.loads(result.stdout)
    url = found["MOCKSERVER_URL"]
    values = set(found.values())
    assert {f"{url}/{one}" for one in ("jira", "enterprise-tester", "kordiam", "sd-elements")} <= values


def test_the_command_may_have_options_of_the_same_name(finish) -> None:
    result = finish("exec", "--service", "jira", sys.executable, "--version")

    assert result.returncode == 0
    assert result.stdout.startswith("Python 3")


def test_a_command_that_is_not_there_is_one_sentence(finish) -> None:
    result = finish("exec", "--service", "jira", "--", "no-such-command")

    assert result.returncode == 127
    assert result.stderr == "no-such-command: command not found\n"


def test_a_command_that_is_no_program_is_one_sentence(finish, tmp_path: Path) -> None:
    result = finish("exec", "--service", "jira", "--", str(tmp_path))

    assert result.returncode == 126
    assert result.stderr == f"{tmp_path}: Permission denied\n"


def test_a_command_is_required(run) -> None:
    result = run("exec")

    assert result.exit_code == 2
    assert "-- COMMAND" in result.stderr


def test_a_signal_is_passed_on_and_its_number_comes_back(tmp_path: Path) -> None:
    up = tmp_path / "up"
    script = f"open({str(up)!r}, 'w').close(); import time; time.sleep({SECONDS})"
    command = (*COMMAND, "exec", "--service", "jira", "--", sys.executable, "-c", script)
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=surroundings()) as process:
        until = time.monotonic() + SECONDS
        while not up.exists() and time.monotonic() < until:
            time.sleep(0.02)

        process.send_signal(signal.SIGTERM)
        code = process.wait(SECONDS)

    assert code == 128 + signal.SIGTERM
