"""The unmodified ``jira.js`` client from npm lives the life of a project, on a real socket.

The story is ``jira_js/story.mjs``: version 6 of the client checks every response against its schemas and is
set to throw where one does not match; version 5 speaks version 2 of the API.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mockserver.server import MockServer

HERE = Path(__file__).parent / "jira_js"
NODE, NPM = shutil.which("node"), shutil.which("npm")
LEAST = 20
# What the client is sent and does not know. Atlassian's own example of this reply has it.
UNKNOWN = {"POST /rest/api/N/issue/bulkfetch : expand"}
UNREACHABLE = re.compile(r"\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTCACHED)\b")


def version() -> int:
    """The major version of node; 0 where there is none."""
    if NODE is None:
        return 0
    said = subprocess.run([NODE, "--version"], capture_output=True, text=True, timeout=20)
    return int((re.match(r"v(\d+)", said.stdout) or ["", "0"])[1])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if NPM is None or version() < LEAST:
        pytest.skip(f"needs node {LEAST} or newer and npm")
    folder = tmp_path_factory.mktemp("jira_js")
    for name in ("package.json", "package-lock.json", "story.mjs"):
        shutil.copy(HERE / name, folder)
    command = [NPM, "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180)
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip("npm cannot reach its registry, and has not kept the packages")
    assert done.returncode == 0, done.stderr
    return folder


def test_a_project_lives_its_whole_life(installed: Path, server: MockServer) -> None:
    steps = (HERE / "story.mjs").read_text().count("\n  async '")
    own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    own["AUDIT_SCHEMAS"] = "true"

    told = subprocess.run(
        [str(NODE), "story.mjs", server.url],
        cwd=installed,
        env=own,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert told.returncode == 0, told.stdout + told.stderr
    assert steps == told.stdout.count("ok   ") > 10
    assert set(re.findall(r"unknown (.+)", told.stdout)) == UNKNOWN
