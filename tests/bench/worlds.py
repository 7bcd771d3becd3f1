"""What worlds cost: making and dropping one, holding ten thousand, one for each of a thousand tests.

Run it: ``python tests/bench/worlds.py [--json]``. The times are those of this machine, as busy as it is: run
it when nothing else runs. ``--only`` takes the names of parts.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

from mockserver.world import World, Worlds, catalogue

MANY = 10_000
TESTS = 1_000
KIB = 1024

# Two modules of a thousand tests that do nothing; those of the second have a world each.
WITHOUT = """
import pytest

@pytest.mark.parametrize("turn", range({tests}))
def test_it(turn):
    pass
"""
WITH = """
import pytest

@pytest.mark.parametrize("turn", range({tests}))
def test_it(jira_mock, turn):
    pass
"""


def made() -> Worlds:
    """The worlds of a server that has just begun."""
    return Worlds(World(catalogue(), seeds=["documented"]))


def lives() -> Mapping[str, float]:
    """Microseconds in which a world is made and dropped again."""
    worlds = made()

    def one() -> float:
        start = time.perf_counter()
        worlds.create_world("a")
        worlds.drop_world("a")
        return (time.perf_counter() - start) * 1e6

    for _ in range(1000):
        one()
    found = sorted(one() for _ in range(20_000))
    return {
        "create and drop, p50 (µs)": found[len(found) // 2],
        "create and drop, p99 (µs)": found[len(found) * 99 // 100],
        "create and drop, worst (µs)": found[-1],
    }


def memory() -> Mapping[str, float]:
    """What ten thousand worlds that nobody touched take, and what stays when they come and go ten times."""
    worlds = made()
    cycle(worlds, 100)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    fill(worlds, 1000)
    gc.collect()
    each = (tracemalloc.get_traced_memory()[0] - before) / 1000
    tracemalloc.stop()
    empty(worlds, 1000)
    gc.collect()
    first = resident()
    fill(worlds, MANY)
    full = resident()
    empty(worlds, MANY)
    gc.collect()
    once = resident()
    for _ in range(9):
        cycle(worlds, MANY)
    gc.collect()
    return {
        "an untouched world, traced (KiB)": each / KIB,
        f"an untouched world, resident, of {MANY} (KiB)": (full - first) / MANY / KIB,
        f"{MANY} untouched worlds, resident (MiB)": (full - first) / KIB**2,
        "kept once they are dropped (MiB)": (once - first) / KIB**2,
        "kept once they came and went ten times (MiB)": (resident() - first) / KIB**2,
        "so much more after ten times than after one (MiB)": (resident() - once) / KIB**2,
    }


def fill(worlds: Worlds, many: int) -> None:
    """Make so many worlds."""
    for number in range(many):
        worlds.create_world(f"w{number}")


def empty(worlds: Worlds, many: int) -> None:
    """Drop them again."""
    for number in range(many):
        worlds.drop_world(f"w{number}")


def cycle(worlds: Worlds, many: int) -> None:
    """Make and drop so many."""
    fill(worlds, many)
    empty(worlds, many)


def resident() -> int:
    """Bytes of this process that are in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) * KIB


def suites() -> Mapping[str, float]:
    """Seconds of a thousand tests with ``jira_mock``, and of a thousand that do nothing; best of three."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("with", WITH), ("without", WITHOUT)):
            (Path(folder) / f"test_{name}.py").write_text(text.format(tests=TESTS))
            (Path(folder) / f"test_{name}_one.py").write_text(text.format(tests=1))
        took = {name: suite(folder, name) for name in ("without", "without_one", "with", "with_one")}
    added = took["with"] - took["without"]
    start = took["with_one"] - took["without_one"]
    return {
        f"{TESTS} tests without (s)": took["without"],
        f"{TESTS} tests with jira_mock (s)": took["with"],
        "added (s)": added,
        "of that, the start of the server (s)": start,
        "added for each test (ms)": (added - start) / TESTS * 1e3,
    }


def suite(folder: str, name: str) -> float:
    """Seconds of one run of pytest; best of three."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["-p", "no:randomly", "-p", "no:rerunfailures", "-p", "no:asyncio", "-p", "no:aiohttp"]
    found = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([*command, f"test_{name}.py"], cwd=folder, check=True, capture_output=True)
        found.append(time.perf_counter() - start)
    return min(found)


PARTS: Mapping[str, Callable[[], Mapping[str, float]]] = {
    "lives": lives,
    "memory": memory,
    "suites": suites,
}


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    asked = parser.parse_args()
    found = {name: value for part in asked.only for name, value in PARTS[part]().items()}
    if asked.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for name, value in found.items():
        print(f"{name:55}{value:12.2f}")


if __name__ == "__main__":
    main()
