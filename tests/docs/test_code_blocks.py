"""Every block of code in the README and in docs/ is run; only ``text`` is for the eye alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mockserver.server import MockServer
from mockserver.spec.yaml12 import parse
from mockserver.world import World, Worlds

TOP = Path(__file__).resolve().parents[2]
FORMAT = "docs/reference/fixture-format.md"
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INSTALLS = re.compile(r"python3 -m venv \.venv && \.venv/bin/pip install \S+(?: \S+)*?(?: && |$)", re.M)
INI = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    info: str
    text: str

    @property
    def folder(self) -> str:
        """The folder of its page, where the page's files are."""
        return re.sub(r"\W", "_", self.page.removesuffix(".md"))

    @property
    def module(self) -> str:
        """The name of a file for it."""
        return f"test_{self.folder}_{self.line}.py"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(str(page.relative_to(TOP)), line, found[1], found[2].strip(), found[3])


PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks(page)]
INSTALLING = [block for block in BLOCKS if block.language == "sh" and "pip install" in block.text]


def of(language: str, among: Any = None) -> list[Any]:
    found = [one for one in (BLOCKS if among is None else among) if one.language == language]
    return [pytest.param(one, id=f"{one.page}:{one.line}") for one in found]


def is_test(block: Block) -> bool:
    return block.language == "python" and not block.info and "def test_" in block.text


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command did, with the installed commands of this interpreter in its path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MOCKSERVER"))
    }
    done = {**kept, "PATH": path, "NO_COLOR": "1", **environment}
    return subprocess.run(
        command, cwd=folder, env=done, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> Path:
    """A folder for each page, with the files that the page names and its unnamed tests."""
    top: Path = tmp_path_factory.mktemp("docs")
    (top / "pytest.ini").write_text(INI)
    for block in BLOCKS:
        folder = top / block.folder
        folder.mkdir(exist_ok=True)
        if is_test(block):
            (folder / block.module).write_text(block.text)
        elif block.language == "python" and block.info:
            (folder / block.info).write_text(block.text)
    return top


@pytest.fixture(scope="module")
def tested(folders) -> str:
    """What pytest said of all tests in the pages."""
    files = [str(folders / block.folder / block.module) for block in BLOCKS if is_test(block)]
    done = run([sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *files], folders)
    return done.stdout + done.stderr


@pytest.fixture
def server(shared) -> Iterator[MockServer]:
    """A server such as ``serve`` starts, on a free port."""
    with MockServer(Worlds(World(shared))) as server:
        yield server


@pytest.mark.parametrize("block", of("python"))
def test_a_python_block_runs(block, folders, tested):
    if is_test(block):
        results = re.findall(rf"^(\w+) \S*{re.escape(block.module)}::", tested, re.MULTILINE)

        assert len(results) == block.text.count("def test_"), tested
        assert set(results) == {"PASSED"}, tested
    elif block.info:
        compile(block.text, block.info, "exec")
        assert any(
            Path(block.info).stem in one.text for one in BLOCKS if one.page == block.page and one != block
        )
    else:
        done = run([sys.executable, "-W", "error", "-c", block.text], folders / block.folder)

        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", of("sh", [one for one in BLOCKS if one not in INSTALLING]))
def test_a_shell_block_runs(block, folders, server):
    script = block.text.replace("http://127.0.0.1:8080", server.url)
    done = run(["bash", "-euo", "pipefail", "-c", script], folders / block.folder, MOCKSERVER_URL=server.url)

    assert (done.returncode != 0) == (block.info == "fails"), f"{done.stdout}\n{done.stderr}"
    answers = re.findall(r"^HTTP/\S+ (\d+)", done.stdout, re.MULTILINE)
    assert [one for one in answers if one in ("404", "405", "500", "501")] == []
    assert re.search(r'^{"errors":\[', done.stdout, re.MULTILINE) is None


@pytest.mark.parametrize("block", of("sh", INSTALLING))
def test_what_an_installing_block_starts_can_be_started(block, tmp_path):
    command = INSTALLS.sub("", block.text).strip().replace(".venv/bin/", "")

    assert "pip install" not in command
    if command.endswith("serve"):
        ready = tmp_path / "ready.json"
        installed = str(Path(sys.executable).parent / "jira-mockserver")
        started = subprocess.Popen(
            [installed, "serve", "--port", "0", "--ready-file", str(ready)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 30
            while not ready.exists() and time.monotonic() < deadline and started.poll() is None:
                time.sleep(0.05)
            assert json.loads(ready.read_text())["services"]["jira"]["url"].endswith("/jira")
        finally:
            started.send_signal(signal.SIGINT)
            assert started.wait(30) == 0
    else:
        assert command in ("", "pytest")


@pytest.mark.full
@pytest.mark.parametrize("block", of("sh", INSTALLING))
def test_an_installing_block_runs_in_a_clone_of_its_own(block, tmp_path):
    clone = tmp_path / "clone"
    left_out = shutil.ignore_patterns(".git", ".venv", "venv", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(TOP, clone, ignore=left_out)
    command = block.text.replace("jira-mockserver serve", "jira-mockserver demo")

    done = run(["bash", "-euo", "pipefail", "-c", command], clone)

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


@pytest.mark.parametrize("block", of("json"))
def test_a_json_block_is_json(block):
    json.loads(block.text)


@pytest.mark.parametrize("block", of("yaml", [one for one in BLOCKS if one.page != FORMAT]))
def test_a_yaml_block_is_a_seed(block, shared):
    assert block.info == "seed"

    stored = World(shared).seed(parse(block.text))["seeded"]

    assert sum(sum(counts.values()) for counts in stored.values()) > 0


def test_no_block_is_left_out():
    known = {"python", "sh", "json", "yaml", "text"}

    assert [f"{one.page}:{one.line}" for one in BLOCKS if one.language not in known] == []
    assert len(of("python")) >= 8
    assert len(of("sh")) >= 15


def test_every_link_leads_somewhere():
    broken = []
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http://", "https://")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(TOP)}: {target}")

    assert broken == []


def test_the_readme_fits_on_two_hundred_lines():
    assert len((TOP / "README.md").read_text().splitlines()) <= 200


def test_the_readme_shows_the_whole_way_in_two_commands():
    assert [INSTALLS.sub("", one.text).strip() for one in INSTALLING if one.page == "README.md"] == [
        ".venv/bin/jira-mockserver serve",
        ".venv/bin/pytest",
    ]
