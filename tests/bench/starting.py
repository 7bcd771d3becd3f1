"""How long it takes to begin, in parts of what a process takes that starts a bare aiohttp server."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from figures import Run, shown
from over_sockets import SERVE, bare
from processes import Process, finished

STARTS = "starts of bare aiohttp"
# Imports first, then twice what the first fixture of a session does: behaviours are imported by the first.
FIXTURE = """
import json, time
from platformdirs import user_cache_path
from mockserver.server import MockServer
from mockserver.spec.load import shipped
from mockserver.testing import MockWorld
from mockserver.world import World, Worlds, catalogue

def begun():
    start = time.perf_counter()
    default = World(catalogue([shipped()], cache=user_cache_path("jira-mockserver"), thorough=False))
    server = MockServer(Worlds(default)).start()
    ready = time.perf_counter()
    server.stop()
    return ready - start, time.perf_counter() - ready

print(json.dumps([*begun(), *begun()]))
"""
PLUGIN = """
import json, time
import pytest
start = time.perf_counter()
import mockserver.pytest_plugin
print(json.dumps(time.perf_counter() - start))
"""


TITLES = {
    "warm": "serve",
    "cold": "serve-cold",
    "first": "fixture-first",
    "fixture": "fixture",
    "stop": "fixture-stop",
    "plugin": "plugin-import",
}
# pytest, and then the seconds of CPU that all of it took.
COUNTED = """
import resource, sys, pytest
pytest.main(sys.argv[1:])
print()
print(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
"""


def starting(run: Run) -> None:
    """``serve`` until it is ready, with and without a cache; the plugin; the fixture of a session."""
    rounds = run.rounds(7)
    found: dict[str, list[float]] = {name: [] for name in ("bare", *TITLES)}
    with tempfile.TemporaryDirectory() as kept:
        compiled = str(Path(kept) / "compiled")
        warm = _cache(kept, compiled)
        for _ in range(2):  # the first writes what later ones read
            _started(SERVE, warm)
            bare(environment=warm).__exit__(None, None, None)
            finished(["-c", FIXTURE], warm)
            finished(["-c", PLUGIN], warm)
        for _ in rounds:
            with bare(environment=warm) as process:
                found["bare"].append(process.seconds)
            found["warm"].append(_started(SERVE, warm))
            with tempfile.TemporaryDirectory() as empty:
                found["cold"].append(_started(SERVE, _cache(empty, compiled)))
            first, _, again, stopped = json.loads(finished(["-c", FIXTURE], warm))
            found["first"].append(first)
            found["fixture"].append(again)
            found["stop"].append(stopped)
            found["plugin"].append(json.loads(finished(["-c", PLUGIN], warm)))
        _plugin(run, statistics.median(found["bare"]), warm)
    run.note(f"start: bare aiohttp starts in {shown(statistics.median(found['bare']))}")
    for name, title in TITLES.items():
        each = [one / other for one, other in zip(found[name], found["bare"], strict=True)]
        run.add(f"start.{title}", each, STARTS, shown(statistics.median(found[name])))


def _started(command: list[str], environment: Mapping[str, str]) -> float:
    with Process(command, environment) as process:
        return process.seconds


def _cache(folder: str, compiled: str) -> dict[str, str]:
    """The environment in which what was parsed is kept in ``folder``, and Python's own files are written."""
    homes = {"XDG_CACHE_HOME": folder, "HOME": folder, "LOCALAPPDATA": folder}
    return {**homes, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}


def _plugin(run: Run, start: float, environment: Mapping[str, str]) -> None:
    """A whole run of pytest, with the plugin and without it: CPU of the process, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test_nothing.py"
        test.write_text("def test_nothing():\n    pass\n")
        asked = [
            "-c",
            COUNTED,
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--rootdir",
            folder,
            str(test),
        ]
        without, with_it, more = [*asked, "-p", "no:jira_mockserver"], asked, []
        for command in (without, with_it):
            finished(command, environment)
        for _ in run.rounds(9):
            costs = [float(finished(command, environment).split()[-1]) for command in (without, with_it)]
            more.append(costs[1] - costs[0])
    run.add(
        "start.plugin",
        [one / start for one in more],
        f"{STARTS} more",
        shown(max(0.0, statistics.median(more))),
    )
