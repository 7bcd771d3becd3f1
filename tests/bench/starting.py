"""How long it takes to begin, in parts of what a process takes that starts a bare aiohttp server."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from figures import Run, shown
from over_sockets import SERVE, bare
from processes import Process, finished

STARTS = "starts of bare aiohttp"
# Imports first, then what a session's first fixture does, once with everything imported and parsed before.
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

print(json.dumps(begun()))
"""
PLUGIN = """
import json, time
import pytest
start = time.perf_counter()
import mockserver.pytest_plugin
print(json.dumps(time.perf_counter() - start))
"""


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
    size = {"bare": [], "warm": [], "cold": [], "fixture": [], "stop": [], "plugin": []}  # type: ignore[var-annotated]
    found: dict[str, list[float]] = size
    with tempfile.TemporaryDirectory() as kept:
        warm = _cache(kept)
        _started(SERVE, warm)
        for _ in rounds:
            with bare() as process:
                found["bare"].append(process.seconds)
            found["warm"].append(_started(SERVE, warm))
            with tempfile.TemporaryDirectory() as empty:
                found["cold"].append(_started(SERVE, _cache(empty)))
            ready, stopped = json.loads(finished(["-c", FIXTURE], warm))
            found["fixture"].append(ready)
            found["stop"].append(stopped)
            found["plugin"].append(json.loads(finished(["-c", PLUGIN])))
    names = {
        "warm": "serve",
        "cold": "serve-cold",
        "fixture": "fixture",
        "stop": "fixture-stop",
        "plugin": "plugin-import",
    }
    run.note(f"start: bare aiohttp starts in {shown(statistics.median(found['bare']))}")
    for name, title in names.items():
        each = [one / other for one, other in zip(found[name], found["bare"], strict=True)]
        run.add(f"start.{title}", each, STARTS, shown(statistics.median(found[name])))
    _plugin(run, statistics.median(found["bare"]))


def _started(command: list[str], environment: Mapping[str, str]) -> float:
    with Process(command, environment) as process:
        return process.seconds


def _cache(folder: str) -> dict[str, str]:
    """The environment in which what was parsed is kept in ``folder``."""
    return {"XDG_CACHE_HOME": folder, "HOME": folder, "LOCALAPPDATA": folder}


def _plugin(run: Run, start: float) -> None:
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
        more = []
        for _ in run.rounds(15):
            without, with_it = (
                float(finished([*asked, *rest]).split()[-1]) for rest in (["-p", "no:jira_mockserver"], [])
            )
            more.append(with_it - without)
    run.add(
        "start.plugin",
        [one / start for one in more],
        f"{STARTS} more",
        shown(max(0.0, statistics.median(more))),
    )


if __name__ == "__main__":
    sys.exit("run.py runs this")
