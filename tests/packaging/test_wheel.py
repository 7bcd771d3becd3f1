"""The wheel alone, in an empty environment elsewhere: it serves a request and finds no mistakes in itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
LINKS = "/rest/api/3/issue/MKY-1/remotelink"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(TOP),
    ]
    subprocess.run(command, check=True, timeout=300)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment that holds nothing but the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", wheel], check=True, timeout=300)
    return scripts / "jira-mockserver"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a user's programs keep things who has never started any."""
    return tmp_path / "home"


def without_anything_kept(home: Path) -> dict[str, str]:
    named = ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE")
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**surroundings, **dict.fromkeys(named, str(home))}


def test_the_first_start_of_all_parses_no_fixtures(command: Path, tmp_path: Path, home: Path) -> None:
    first = (
        "import sys; from pathlib import Path; from mockserver.world import World, catalogue;"
        f"World(catalogue(cache=Path({str(home)!r}), thorough=False)); print('yaml' in sys.modules)"
    )
    done = subprocess.run(
        [command.with_name("python"), "-c", first],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env=without_anything_kept(home),
    )

    assert (done.stdout, done.stderr) == ("False\n", "")
    assert not home.exists()


def test_the_wheel_holds_fixtures_and_schemas(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert "mockserver/_data/fixtures/jira/issue_remote_links.yaml" in names
    assert "mockserver/_data/schemas/fixture.json" in names
    assert "mockserver/_data/fixtures.bundle" in names
    assert not [name for name in names if name.startswith(("tests", "docs", "fixtures", "hatch"))]


def test_the_installed_package_finds_no_mistakes_in_itself(command: Path, tmp_path: Path) -> None:
    done = subprocess.run([command, "check"], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "no mistakes" in done.stdout


def test_the_installed_package_serves_a_request(command: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    server = subprocess.Popen(
        [command, "serve", "--port", "0", "--ready-file", ready], cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            if ready.exists():
                break
            time.sleep(0.1)

        url = json.loads(ready.read_text())["url"]
        with urllib.request.urlopen(url + LINKS, timeout=10) as reply:
            links = json.load(reply)
    finally:
        server.terminate()
        server.wait(timeout=10)

    assert [link["id"] for link in links] == [10000, 10001]
