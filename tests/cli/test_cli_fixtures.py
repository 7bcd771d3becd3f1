"""check, routes, env and doctor: commands that need no server."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

PAGE = "docs: https://example.com/extra\noperations:\n  getExtra:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's own folder, with an empty place for pages of Jira."""
    (tmp_path / "jira" / "seeds").mkdir(parents=True)
    return tmp_path


# CI runs the same command as a step of its own.
@pytest.mark.full
def test_the_shipped_fixtures_have_no_mistakes(run) -> None:
    result = run("check")

    assert result.stderr == ""
    assert result.exit_code == 0
    assert "no mistakes" in result.stdout
    assert "examples replayed" in result.stdout


def test_check_counts_operations_and_examples_by_evidence_as_json(run) -> None:
    result = run("check", "--no-replay", "--json")

    found = json.loads(result.stdout)
    assert found["errors"] == found["differences"] == []
    assert found["services"]["jira"]["examples"]["documented"] > 0
    assert found["replayed"] == 0


def test_check_names_every_mistake_at_once_with_file_line_and_column(run, folder: Path) -> None:
    (folder / "jira" / "extra.yaml").write_text(PAGE + "    ruote: GET /rest/api/3/extra\n")
    (folder / "jira" / "other.yaml").write_text("docs: https://example.com\noperatoins: {}\n")

    result = run("check", str(folder))

    assert result.exit_code == 2
    first = f"{folder}/jira/extra.yaml:4:5 unknown key 'ruote' — did you mean 'route'?"
    second = f"{folder}/jira/other.yaml:2:1 unknown key 'operatoins' — did you mean 'operations'?"
    assert {first, second} <= set(result.stderr.splitlines())
    assert result.stderr.splitlines()[-1].endswith("errors")


def test_check_names_python_functions_that_are_not_there(run, folder: Path) -> None:
    body = "    route: GET /rest/api/3/extra\n    does: call nowhere.found\n    returns: {200: null}\n"
    (folder / "jira" / "extra.yaml").write_text(PAGE + body)

    result = run("check", str(folder))

    assert result.exit_code == 2
    assert f"{folder}/jira/extra.yaml:3:3 " in result.stderr
    assert "'nowhere.found'" in result.stderr


def test_check_names_each_seed_record_that_would_not_be_stored(run, folder: Path) -> None:
    seed = "remote_link:\n  - {issue: NOPE-1, object: {url: 'http://a/1', title: A}}\n"
    (folder / "jira" / "seeds" / "mine.yaml").write_text(seed)

    result = run("check", str(folder))

    assert result.exit_code == 2
    line = result.stderr.splitlines()[0]
    assert line.startswith(f"{folder}/jira/seeds/mine.yaml:2:5 jira.remote_link[0]: 'issue' must name")


def test_a_seed_may_build_on_the_documented_one(run, folder: Path) -> None:
    seed = "remote_link:\n  - {issue: MKY-1, object: {url: 'http://a/1', title: A}}\n"
    (folder / "jira" / "seeds" / "mine.yaml").write_text(seed)

    result = run("check", "--no-replay", str(folder))

    assert result.stderr == ""
    assert result.exit_code == 0


def test_check_names_documented_statuses_without_an_example(run, folder: Path) -> None:
    body = "    route: GET /rest/api/3/extra\n    does: list issue\n    returns: {200: null, 404: null}\n"
    (folder / "jira" / "extra.yaml").write_text(PAGE + body)

    result = run("check", str(folder))

    assert result.exit_code == 2
    assert f"{folder}/jira/extra.yaml:3:3 getExtra has no example of the documented 200, 404" in result.stderr


def test_check_tells_where_the_mock_answers_otherwise_than_an_example(run, folder: Path) -> None:
    body = (
        "    route: GET /rest/api/3/extra\n    does: list remote_link\n    returns: {200: null}\n"
        "    examples:\n      none:\n        call: {}\n        reply: {status: 200, body: []}\n"
        "        source: assumed\n"
    )
    (folder / "jira" / "extra.yaml").write_text(PAGE + body)

    result = run("check", str(folder))

    assert result.exit_code == 1
    assert f"{folder}/jira/extra.yaml:8:7 example 'none' of getExtra: " in result.stderr


def test_check_of_a_folder_that_is_not_there_says_so(run, tmp_path: Path) -> None:
    result = run("check", str(tmp_path / "nowhere"))

    assert result.exit_code == 2
    assert "nowhere:1:1 no such folder" in result.stderr


def test_the_shipped_folder_itself_is_read_only_once(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])

    result = run("check", "--no-replay", ".")

    assert result.stderr == ""
    assert result.exit_code == 0


def test_routes_lists_every_operation_of_a_service(run, shared) -> None:
    result = run("routes", "--service", "jira", "--json")

    found = json.loads(result.stdout)["routes"]
    assert [one["operation"] for one in found] == list(shared.services["jira"].operations)


def test_routes_prints_method_path_operation_rung_evidence_and_statuses(run) -> None:
    result = run("routes", "--service", "jira")

    line = next(one for one in result.stdout.splitlines() if " deleteRemoteIssueLinkById " in one)
    assert line.split() == [
        "jira",
        "DELETE",
        "/rest/api/3/issue/{issueIdOrKey}/remotelink/{linkId}",
        "deleteRemoteIssueLinkById",
        "verb",
        "documented",
        *("204", "400", "401", "403", "404"),
    ]


def test_routes_lists_what_is_known_but_missing(run) -> None:
    result = run("routes", "--missing", "--json")

    found = json.loads(result.stdout)["routes"]
    assert found
    assert {one["rung"] for one in found} == {"absent"}


def test_env_prints_only_export_lines_which_a_shell_takes_literally(run) -> None:
    result = run("env", "jira", "--url", "http://127.0.0.1:9")

    script = f'{result.stdout}printf "%s" "$JIRA_BASE_URL"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=10, check=True)
    assert all(line.startswith("export ") for line in result.stdout.splitlines())
    assert said.stdout == "http://127.0.0.1:9/jira"
    assert "nothing answers at http://127.0.0.1:9 yet" in result.stderr


@pytest.mark.parametrize("service", ["enterprise-tester", "kordiam", "sd_elements"])
def test_env_knows_every_service_with_either_spelling(run, service: str) -> None:
    result = run("env", service)

    assert result.exit_code == 0
    assert f"http://127.0.0.1:8080/{service.replace('_', '-')}" in result.stdout


def test_env_leads_into_a_world(run) -> None:
    result = run("env", "jira", "--world", "blue")

    assert "http://127.0.0.1:8080/~blue/jira" in result.stdout


def test_env_quotes_whatever_a_value_holds() -> None:
    from mockserver.cli.run import _quoted

    value = 'it\'s $HOME `and` "more" \\'
    said = subprocess.run(
        ["sh", "-c", f"printf %s {_quoted(value)}"], capture_output=True, text=True, timeout=10, check=True
    )

    assert said.stdout == value


def test_doctor_finds_this_machine_fit(run) -> None:
    result = run("doctor", "--json")

    found = {one["name"]: one for one in json.loads(result.stdout)["findings"]}
    assert result.exit_code == 0
    assert found["python"]["state"] == found["aiohttp"]["state"] == "fine"
    assert {"port", "proxy", "localhost", "open files", "libyaml"} <= set(found)


def test_doctor_names_proxies_that_swallow_loopback(run) -> None:
    result = run("doctor", HTTP_PROXY="http://proxy:3128", NO_PROXY="localhost", no_proxy="")

    assert "HTTP_PROXY swallows calls to 127.0.0.1: export NO_PROXY='127.0.0.1,localhost'" in result.stdout


def test_the_process_that_holds_a_port_is_found() -> None:
    import os

    from mockserver.cli.ports import listener

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()

        found = listener(held.getsockname()[1])

    assert found is not None
    assert found[0] == os.getpid()
