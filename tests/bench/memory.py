"""Memory: of an idle server, of one whose journal is full, of an issue, of a world."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

import calls
from figures import Run
from load import NUMBER, Request, loaded
from over_sockets import SERVE, requests
from processes import GENERATOR, LINUX, Process, on_cpu

from mockserver.values import dumps

MEGABYTES, KILOBYTES = "megabytes", "kilobytes"
FULL = 6000  # requests after which the journal is as full as it gets
WORLDS = 1_000
DIFFERENT = (
    requests(True)["W1-each-different"],
    Request("GET", f"{calls.LINKS}?number={NUMBER}", {"Authorization": calls.AUTHORIZATION}),
    requests(True)["W2-each-different"],
)


def memory(run: Run) -> None:
    """What ``serve`` takes, and what grows with issues and with worlds."""
    if LINUX:
        _served(run)
    else:
        run.skip("memory.idle", "the memory of another process is read from /proc")
        run.skip("memory.growth", "the memory of another process is read from /proc")
    _kept(run, 2_000 if run.quick else 10_000)


def _served(run: Run) -> None:
    """Idle, and from a full journal on, and with all remembered that ever is: requests that all differ."""
    each = 50_000 if run.full else 5_000 if run.quick else 10_000
    with Process(SERVE):
        pass  # now everything is parsed
    with Process(SERVE) as server:
        run.add("memory.idle", [server.memory() / 2**20], MEGABYTES, "all services, before the first request")
        for _ in range(1 if run.quick else 3):
            _asked(server, FULL)
        before = server.memory()
        _asked(server, each)
        grown = server.memory() - before
    run.add("memory.full", [before / 2**20], MEGABYTES, "with a full journal and all remembered that ever is")
    here = f"{len(DIFFERENT) * each:,} different requests more"
    run.add("memory.growth", [grown / 2**20], MEGABYTES, here)


def _asked(server: Process, count: int) -> None:
    """So many of each kind, of which no two are alike: in a header, in the target, in the body."""
    with on_cpu(GENERATOR):
        for request in DIFFERENT:
            done = loaded(server.url, request, 300, requests=count)
            assert not done.refused


def _kept(run: Run, issues: int) -> None:
    """Issues with a summary and a description of about 1 kB of JSON, and worlds that nobody has touched."""
    world = calls.worlds().default
    words = "Something is wrong with the thing that was right. " * 14

    def issue(number: int) -> dict[str, object]:
        fields = {
            "summary": f"Issue {number}",
            "labels": ["other"],
            "description": _document(words + str(number)),
        }
        return {"key": f"MKY-{number + 100}", "fields": fields}

    size = len(dumps(issue(1)))

    def seeded() -> object:
        for at in range(0, issues, 1000):
            world.seed({"jira": {"issue": [issue(number) for number in range(at, at + 1000)]}})
        return world

    each = _bytes(seeded) / issues
    run.add("memory.issue", [each / 1024], KILOBYTES, f"each of {issues:,} issues of {size} bytes of JSON")
    many = calls.worlds()

    def made() -> object:
        for number in range(WORLDS):
            many.create_world(f"w{number}")
        return many

    run.add("memory.world", [_bytes(made) / WORLDS / 1024], KILOBYTES, f"each of {WORLDS:,} untouched worlds")


def _document(text: str) -> dict[str, object]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def _bytes(work: Callable[[], object]) -> int:
    """What is there after ``work`` and was not before."""
    gc.collect()
    tracemalloc.start()
    try:
        result = work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] + 0 * id(result)
    finally:
        tracemalloc.stop()
