"""The control commands, against a running server."""

import json
from pathlib import Path

from mockserver.values import Call

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
LINK = {"issue": "MKY-1", "object": {"url": "http://a/1", "title": "A"}}


def test_no_server_is_exit_code_3_with_what_to_do(run) -> None:
    result = run("reset", "--url", "http://127.0.0.1:9")

    assert result.exit_code == 3
    assert result.stderr.startswith("no mock server answers at http://127.0.0.1:9")
    assert "jira-mockserver serve" in result.stderr


def test_an_address_that_is_none_is_a_usage_error(run) -> None:
    result = run("reset", "--url", "nonsense")

    assert result.exit_code == 2
    assert "nonsense" in result.stderr


def test_ready_counts_the_operations(steer) -> None:
    result = steer("ready", "--wait", "1")

    assert result.exit_code == 0
    assert result.stdout.startswith("ready: operations of ")


def test_ready_gives_up_after_the_time_given(run) -> None:
    result = run("ready", "--wait", "0.1", "--url", "http://127.0.0.1:9")

    assert result.exit_code == 3


def test_a_seed_from_stdin_is_stored(steer, server) -> None:
    result = steer("seed", "-", stdin=json.dumps({"jira": {"remote_link": [LINK]}}))

    assert result.exit_code == 0
    assert result.stdout == "jira: 1 remote_link\n"
    assert len(server.worlds.default.state("jira", "remote_link")) == 3


def test_a_seed_file_may_be_yaml_and_only_tried(steer, server, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("jira:\n  remote_link:\n    - {issue: MKY-1, object: {url: 'http://a/1', title: A}}\n")

    result = steer("seed", str(file), "--dry-run")

    assert result.stdout == "jira: 1 remote_link\n"
    assert result.stderr == "nothing was stored (--dry-run)\n"
    assert len(server.worlds.default.state("jira", "remote_link")) == 2


def test_every_bad_record_of_a_seed_is_named(steer) -> None:
    data = {"jira": {"remote_lnk": []}, "jria": {}}

    result = steer("seed", "-", stdin=json.dumps(data))

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "jira.remote_lnk: no such resource — did you mean 'remote_link'?",
        "jria: no such service — did you mean 'jira'?",
    ]


def test_a_seed_that_is_no_yaml_is_refused_with_line_and_column(steer) -> None:
    result = steer("seed", "-", stdin="jira: [")

    assert result.exit_code == 2
    assert result.stderr.startswith("stdin:2:1 ")


def test_reset_goes_back_to_the_seed_or_to_nothing(steer, server) -> None:
    server.worlds.default.seed({"jira": {"remote_link": [LINK]}})

    first = steer("reset")
    back = len(server.worlds.default.state("jira", "remote_link"))
    second = steer("reset", "--to", "empty")

    assert first.stdout.startswith("reset to seed: ")
    assert back == 2
    assert second.stdout.startswith("reset to empty: ")
    assert server.worlds.default.state("jira", "remote_link") == []


def test_state_prints_the_records_of_a_resource(steer, server) -> None:
    result = steer("state", "jira", "remote_link")

    assert json.loads(result.stdout) == server.worlds.default.state("jira", "remote_link")


def test_a_snapshot_is_saved_listed_and_restored(steer, server) -> None:
    saved = steer("snapshot", "save", "before")
    server.worlds.default.reset("empty")
    listed = steer("snapshot", "list")
    restored = steer("snapshot", "restore", "before")

    assert saved.stdout.startswith("saved before: ")
    assert listed.stdout == "before\n"
    assert restored.stdout.startswith("restored before: ")
    assert len(server.worlds.default.state("jira", "remote_link")) == 2


def test_an_unknown_snapshot_is_answered_with_the_nearest_one(steer) -> None:
    steer("snapshot", "save", "before")

    result = steer("snapshot", "restore", "befor")

    assert result.exit_code == 2
    assert result.stderr == "no snapshot 'befor' — did you mean 'before'?\n"


def test_settings_are_listed_with_what_they_are_about(steer) -> None:
    result = steer("settings", "get", "jira")

    [line] = [one for one in result.stdout.splitlines() if " issueLinkingEnabled " in one]
    assert line.split()[:4] == ["jira", "issueLinkingEnabled", "true", "true"]
    assert "Issue linking" in line


def test_a_setting_is_changed(steer, server) -> None:
    result = steer("settings", "set", "jira", "issueLinkingEnabled=false", 'denied=["LINK_ISSUES"]')

    assert result.stdout == 'jira.issueLinkingEnabled = false\njira.denied = ["LINK_ISSUES"]\n'
    assert server.worlds.default.settings("jira")["issueLinkingEnabled"]["value"] is False


def test_a_wrong_setting_changes_nothing_and_is_explained(steer, server) -> None:
    result = steer("settings", "set", "jira", "issueLinkingEnabld=false")

    assert result.exit_code == 2
    assert result.stderr == (
        "jira has no setting 'issueLinkingEnabld' — did you mean 'issueLinkingEnabled'?\n"
    )


def test_a_setting_without_a_value_is_a_usage_error(steer) -> None:
    result = steer("settings", "set", "jira", "issueLinkingEnabled")

    assert result.exit_code == 2
    assert "expected NAME=VALUE, not 'issueLinkingEnabled'" in result.stderr


def test_a_reply_is_forced_listed_and_disarmed(steer, server) -> None:
    armed = steer(
        *("force", "getRemoteIssueLinks", "--status", "503", "--body", '{"why": "tired"}', "--times", "2")
    )
    reply = server.worlds.default.handle(Call("GET", LINKS))
    listed = steer("force", "--list")
    cleared = steer("force", "--clear")

    assert armed.stdout == "jira getRemoteIssueLinks answers 503 (a reply of your own) 2 times\n"
    assert (reply.status, reply.json()) == (503, {"why": "tired"})
    assert listed.stdout.splitlines()[1].split() == ["jira", "getRemoteIssueLinks", "503", "-", "1", "1"]
    assert cleared.stdout == "disarmed 1 forced reply\n"


def test_an_example_that_is_not_there_cannot_be_forced(steer, shared) -> None:
    first = next(iter(shared.services["jira"].operations["getRemoteIssueLinks"].examples))

    result = steer("force", "getRemoteIssueLinks", first + "x")

    assert result.exit_code == 2
    assert f"did you mean '{first}'?" in result.stderr


def test_force_without_an_operation_says_what_is_needed(steer) -> None:
    result = steer("force")

    assert result.exit_code == 2
    assert "name an OPERATION, or say --list or --clear" in result.stderr


def test_a_body_that_is_no_json_is_a_usage_error(steer) -> None:
    result = steer("force", "getRemoteIssueLinks", "--status", "200", "--body", "{")

    assert result.exit_code == 2
    assert "not JSON" in result.stderr


def test_a_world_is_made_listed_and_dropped(steer, server) -> None:
    made = steer("world", "create", "blue", "--auth", "strict")
    listed = steer("world", "list")
    shown = steer("world", "show", "blue")
    dropped = steer("world", "drop", "blue")

    assert made.stdout == f"created blue: {server.url}/~blue\n"
    assert listed.stdout == "default\nblue\n"
    assert json.loads(shown.stdout)["auth"] == "strict"
    assert dropped.stdout == "dropped blue\n"


def test_a_world_takes_seeds_from_files(steer, server, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"jira": {"remote_link": [LINK]}}))

    result = steer("world", "create", "mine", "--seed", "documented", "--seed", str(file))

    assert result.exit_code == 0
    assert len(server.worlds.get("mine").state("jira", "remote_link")) == 3


def test_a_command_reaches_the_world_that_is_named(steer, server) -> None:
    steer("world", "create", "blue")

    steer("reset", "--to", "empty", "--world", "blue")

    assert server.worlds.get("blue").state("jira", "remote_link") == []
    assert len(server.worlds.default.state("jira", "remote_link")) == 2


def test_a_world_that_is_not_there_is_named(steer) -> None:
    result = steer("journal", "--world", "nowhere")

    assert result.exit_code == 2
    assert "no world 'nowhere'" in result.stderr


def test_the_modes_are_changed(steer, server) -> None:
    first = steer("auth", "strict")
    second = steer("validation", "warn")

    assert (first.stdout, second.stdout) == ("auth: strict\n", "validation: warn\n")
    info = server.worlds.default.info()
    assert (info["auth"], info["validation"]) == ("strict", "warn")


def test_the_clock_is_set_advanced_and_shown(steer) -> None:
    steer("clock", "set", "2025-01-01T00:00:00Z")
    steer("clock", "advance", "90")
    shown = steer("clock", "show")

    assert shown.stdout == "2025-01-01T00:01:30+00:00 (standing still)\n"


def test_the_journal_shows_the_last_exchanges_with_their_diagnosis(steer, server) -> None:
    world = server.worlds.default
    world.handle(Call("GET", LINKS))
    body = b'{"object": {"url": "http://a/1"}}'
    world.handle(Call("POST", LINKS, {"content-type": "application/json"}, body))

    result = steer("journal", "-n", "1")

    first, second = result.stdout.splitlines()
    assert first.split()[:4] == ["2", "POST", LINKS, "400"]
    assert second.strip().startswith("body /object/title — required: ")
    assert result.stderr == "1 of 2 exchanges\n"


def test_the_journal_shows_one_exchange_as_json_and_is_cleared(steer, server) -> None:
    server.worlds.default.handle(Call("GET", LINKS))

    shown = steer("journal", "1")
    cleared = steer("journal", "--clear")

    assert json.loads(shown.stdout)["target"] == LINKS
    assert cleared.stdout == "forgot 1 exchange\n"


def test_coverage_lists_the_operations_called_and_is_cleared(steer, server) -> None:
    server.worlds.default.handle(Call("GET", LINKS))

    result = steer("coverage", "report", "--service", "jira")
    cleared = steer("coverage", "clear")

    head, line = result.stdout.splitlines()
    assert head.split() == ["SERVICE", "OPERATION", "SEEN", "NOT", "SEEN"]
    assert line.split()[:3] == ["jira", "getRemoteIssueLinks", "200×1"]
    assert result.stderr.startswith("1 of ")
    assert cleared.stdout == "coverage cleared\n"
    assert server.worlds.default.coverage()["operations"] == {}


def test_what_is_listed_is_also_there_as_json(steer) -> None:
    listings = (
        ("ready",),
        ("snapshot", "list"),
        ("settings", "get"),
        ("force", "--list"),
        ("world", "list"),
        ("clock", "show"),
        ("journal",),
        ("coverage", "report"),
    )

    for words in listings:
        assert isinstance(json.loads(steer(*words, "--json").stdout), dict), words
