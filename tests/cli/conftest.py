"""The command line in this process, and as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockserver.cli import cli
from mockserver.server import MockServer
from mockserver.world import World, Worlds

SECONDS = 20.0  # until something that takes one second has failed
COMMAND = (sys.executable, "-m", "mockserver")


class Process:
    """A command that runs until it is told to stop."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.out, self.err = folder / "stdout", folder / "stderr"
        with self.out.open("w") as out, self.err.open("w") as err:
            self.popen = subprocess.Popen((*COMMAND, *arguments), stdout=out, stderr=err, env=surroundings())

    def wait_for(self, file: Path) -> dict[str, Any]:
        """The JSON document in ``file``, as soon as it is there."""
        until = time.monotonic() + SECONDS
        while not file.exists():
            assert self.popen.poll() is None, self.err.read_text()
            assert time.monotonic() < until, "it never got ready"
            time.sleep(0.02)
        return json.loads(file.read_text())

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit code after a signal."""
        self.popen.send_signal(number)
        return self.popen.wait(SECONDS)


def surroundings(**variables: str) -> dict[str, str]:
    """This process's environment without what would steer the command line."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    return {**kept, **variables}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def process(*arguments: str) -> Process:
        started.append(Process(tmp_path, *arguments))
        return started[-1]

    yield process
    for one in started:
        if one.popen.poll() is None:
            one.popen.kill()
            one.popen.wait(SECONDS)


@pytest.fixture
def finish() -> Callable[..., subprocess.CompletedProcess[str]]:
    def finished(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*COMMAND, *arguments),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=surroundings(**variables),
            check=False,
        )

    return finished


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in [one for one in os.environ if one.startswith("MOCKSERVER_")]:
        monkeypatch.delenv(name)

    def invoke(*arguments: str, stdin: str | None = None, **variables: str) -> Result:
        result = CliRunner(env=variables).invoke(cli, arguments, input=stdin, prog_name="jira-mockserver")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def server(documented: World) -> Iterator[MockServer]:
    with MockServer(Worlds(documented.fork("default"))) as server:
        yield server


@pytest.fixture
def steer(run: Callable[..., Result], server: MockServer) -> Callable[..., Result]:
    return lambda *arguments, **given: run(*arguments, MOCKSERVER_URL=server.url, **given)
