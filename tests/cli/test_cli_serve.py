"""serve and demo, as processes of their own."""

import importlib
import json
import signal
import socket
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.cli.launch import question
from mockserver.contract.replay import request
from mockserver.values import Call
from mockserver.world.credentials import good


def get(url: str, **headers: str) -> int:
    """The status of one real request."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_serve_tells_where_everything_is_and_ends_well_on_sigterm(start, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "--port", "0", "--ready-file", str(ready), "--json")

    document = process.wait_for(ready)

    assert set(document) == {"url", "control", "services", "pid"}
    assert document["pid"] == process.popen.pid
    assert set(document["services"]) == {"jira", "enterprise_tester", "kordiam", "sd_elements"}
    assert get(document["control"] + "/ready") == 200
    jira = document["services"]["jira"]
    path = "/rest/api/3/issue/MKY-1/remotelink"
    assert get(jira["url"] + path, Authorization=jira["credential"]["authorization"]) == 200
    assert process.stop(signal.SIGTERM) == 0
    assert not ready.exists()
    [line] = process.out.read_text().splitlines()
    assert json.loads(line) == document


def test_serve_prints_a_request_that_is_answered(start, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "jira", "--port", "0", "--ready-file", str(ready))
    process.wait_for(ready)
    process.stop(signal.SIGINT)

    said = process.out.read_text()

    [line] = [one for one in said.splitlines() if one.startswith("Try:")]
    assert line.startswith("Try:  curl -s -H 'Authorization: ")
    assert "/__mock__" in said
    assert "/jira" in said


def test_the_request_that_serve_offers_is_answered_with_200(server) -> None:
    call = question(server.worlds.default)

    assert call is not None
    assert get(server.url + call.target, **call.headers) == 200


@pytest.mark.parametrize("service", ["jira", "enterprise_tester", "kordiam", "sd_elements"])
def test_the_credential_that_serve_prints_is_let_in_even_where_only_known_ones_are(world, service) -> None:
    world.set_auth("strict")
    authorization = good(world, service).authorization
    known = world.shared.services[service]
    call = next(
        request(known, operation, example.call)
        for operation in known.operations.values()
        for example in operation.examples.values()
        if operation.method == "GET" and example.status == 200 and example.call and not example.given
    )

    reply = world.handle(Call("GET", call.target, {"authorization": authorization}))

    assert reply.status == 200


def test_serve_reports_what_the_mock_has_to_say(start, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "jira", "--port", "0", "--ready-file", str(ready))
    url = process.wait_for(ready)["url"]

    get(url + "/rest/api/3/isue")
    get(url + "/rest/api/3/issue/MKY-1/remotelink")
    process.stop()

    first, *rest = process.err.read_text().splitlines()
    assert first.startswith("GET /rest/api/3/isue? 404 — no such operation. Closest: ")
    assert first.endswith("[unknown-route]")
    assert rest == ["stopped"]


def test_serve_reports_every_exchange_as_json_if_asked(start, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "jira", "--port", "0", "--ready-file", str(ready), "-v", "--log-format", "json")
    url = process.wait_for(ready)["url"]

    get(url + "/rest/api/3/issue/MKY-1/remotelink")
    process.stop()

    line = json.loads(process.err.read_text().splitlines()[0])
    assert (line["operation"], line["status"], line["reason"]) == ("getRemoteIssueLinks", 200, "")


def test_a_quiet_server_says_nothing(start, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "jira", "--port", "0", "--ready-file", str(ready), "--quiet")
    url = process.wait_for(ready)["url"]

    get(url + "/rest/api/3/isue")
    process.stop()

    assert process.out.read_text() == process.err.read_text() == ""


def test_a_server_that_others_can_reach_asks_for_a_token_made_up_for_the_run(start, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start("serve", "jira", "--host", "0.0.0.0", "--port", "0", "--ready-file", str(ready))

    document = process.wait_for(ready)

    assert get(document["control"] + "/info") in (401, 403)
    assert get(document["control"] + "/info", **{"X-Mock-Token": document["token"]}) == 200
    process.stop()
    assert f"X-Mock-Token: {document['token']}" in process.out.read_text()


def test_a_taken_port_is_one_sentence_with_exit_code_4(finish) -> None:
    import os

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]

        result = finish("serve", "jira", "--port", str(port))

    assert result.returncode == 4
    assert result.stderr.startswith(f"port {port} is in use (pid {os.getpid()}, ")
    assert result.stderr.endswith("). Try --port 0.\n")


def test_a_ready_file_of_an_earlier_run_is_not_taken_for_this_one(finish, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text("{}")

    result = finish("serve", "jira", "--seed", "nowhere", "--ready-file", str(ready), "--port", "0")

    assert result.returncode == 2
    assert not ready.exists()


def test_a_ready_file_that_cannot_be_written_ends_the_server(finish, tmp_path: Path) -> None:
    ready = tmp_path / "nowhere" / "ready.json"

    result = finish("serve", "jira", "--ready-file", str(ready), "--port", "0")

    assert result.returncode == 2
    assert result.stderr == f"cannot write the ready file {ready}: No such file or directory\n"


def test_the_demo_calls_every_service_and_succeeds(finish) -> None:
    result = finish("demo")

    assert result.stderr == ""
    assert result.returncode == 0
    for title in ("Jira Cloud", "Enterprise Tester", "Kordiam", "SD Elements"):
        assert title in result.stdout
    for status in ("→ 201 Created", "→ 200 OK", "→ 400 Bad Request", "→ 403 Forbidden"):
        assert status in result.stdout
    assert "all answered as documented" in result.stdout.splitlines()[-1]


def test_the_demo_fails_if_a_call_is_not_answered_as_expected(run, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = importlib.import_module("mockserver.cli.demo")  # the package's own `demo` is the command
    step = demo.Step("an issue that is not there", "GET", "/rest/api/3/issue/NOPE-1/remotelink", 200)
    monkeypatch.setattr(demo, "STEPS", {"jira": (step,)})

    result = run("demo")

    assert result.exit_code == 1
    assert "expected 200. What the mock says:" in result.stderr
    assert "GET /jira/rest/api/3/issue/NOPE-1/remotelink 404 — " in result.stderr
    assert "1 of 1 call was not answered as expected" in result.stderr
