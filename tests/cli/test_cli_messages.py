"""What the command line says about itself and about slips."""

import importlib
import tomllib
from pathlib import Path

import click
import pytest

from mockserver.cli import LOCAL, REMOTE, main
from mockserver.control.table import COMMANDS

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]

# Each control command that has no command of its own, and why.
ELSEWHERE = {
    "health": "ready says more",
    "info": "world show default",
    "openapi": "a document for programs, at the control endpoint",
}


def test_the_version_is_that_of_the_distribution(run) -> None:
    result = run("--version")

    assert result.stdout == f"jira-mockserver {PROJECT['version']}\n"


def test_help_names_every_command_and_the_exit_codes(run) -> None:
    result = run("--help")

    assert result.exit_code == 0
    assert "0 fine, 1 contract failed, 2 usage or fixture error, 3 not ready, 4 port" in " ".join(
        result.stdout.split()
    )
    listed = [line.split()[0] for line in result.stdout.partition("Commands:\n")[2].splitlines() if line]
    assert listed == [command.name for command in (*LOCAL, *REMOTE)]


@pytest.mark.parametrize("command", [*LOCAL, *REMOTE], ids=lambda command: command.name)
def test_every_command_says_what_it_does_and_every_option_what_it_is_for(command) -> None:
    nested = list(getattr(command, "commands", {}).values())

    for one in (command, *nested):
        assert one.help
        for param in one.params:
            if isinstance(param, click.Option):
                assert param.help or hasattr(param.type, "choices") or param.metavar, param.name


def test_every_control_command_has_a_face_on_the_command_line() -> None:
    folder = Path(__file__).parents[2] / "mockserver" / "cli"
    source = "".join(file.read_text() for file in folder.glob("*.py"))

    names = {one.name for one in COMMANDS}
    missing = {one for one in names if f").{one}(" not in source and f"server.{one}(" not in source}

    assert missing == set(ELSEWHERE)


def test_an_unknown_command_is_answered_with_the_nearest_one(run) -> None:
    result = run("serv")

    assert result.exit_code == 2
    assert "no command 'serv' — did you mean 'serve'?" in result.stderr


def test_an_unknown_option_is_answered_with_the_nearest_one(run) -> None:
    result = run("serve", "--prot", "0")

    assert result.exit_code == 2
    assert "--port" in result.stderr.partition("--prot")[2]


def test_an_unknown_service_is_answered_with_the_nearest_one(run) -> None:
    result = run("serve", "jria", "--port", "0")

    assert result.exit_code == 2
    assert result.stderr == "no service 'jria' — did you mean 'jira'?\n"


def test_an_unknown_seed_is_answered_with_the_nearest_one(run) -> None:
    result = run("serve", "--seed", "documentd", "--port", "0")

    assert result.exit_code == 2
    assert result.stderr == "no seed 'documentd' — did you mean 'documented'?\n"


def test_a_seed_file_with_mistakes_is_refused_with_file_line_and_column(run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("jira:\n  issue: [\n")

    result = run("serve", "--seed", str(file), "--port", "0")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}:3:1 ")


def test_an_instant_that_is_none_is_refused_with_an_example_of_one(run) -> None:
    result = run("serve", "--clock", "tomorrow", "--port", "0")

    assert result.exit_code == 2
    assert result.stderr.startswith("not an ISO 8601 instant (")
    assert result.stderr.endswith("nor 'real', 'frozen', 'ticking' or a speed such as 'x60': 'tomorrow'\n")


def test_every_option_of_serve_but_the_switches_can_come_from_the_environment(run) -> None:
    result = run("serve", MOCKSERVER_CLOCK="tomorrow")

    assert result.exit_code == 2
    assert "'tomorrow'" in result.stderr


def test_an_address_of_no_interface_is_named_without_a_traceback(run) -> None:
    result = run("serve", "--host", "203.0.113.7", "--port", "0")

    assert result.exit_code == 2
    assert result.stderr == (
        "no interface of this machine has the address 203.0.113.7. Try --host 127.0.0.1.\n"
    )


def test_nothing_is_coloured_where_the_output_is_no_terminal(run) -> None:
    result = run("doctor")

    assert "\x1b" not in result.output


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from mockserver.cli.console import colour

    monkeypatch.setenv("NO_COLOR", "1")
    forbidden = colour()
    monkeypatch.delenv("NO_COLOR")

    assert forbidden is False
    assert colour() is None


def test_a_defect_of_ours_is_one_sentence_and_says_how_to_see_more(monkeypatch, capsys) -> None:
    doctor = importlib.import_module("mockserver.cli.doctor")  # the package's own `doctor` is the command
    monkeypatch.setattr(doctor, "findings", lambda: 1 / 0)
    monkeypatch.setattr("sys.argv", ["jira-mockserver", "doctor"])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 70
    said = capsys.readouterr().err
    assert said.startswith("a defect of jira-mockserver: ZeroDivisionError('division by zero')")
    assert len(said.splitlines()) == 1
