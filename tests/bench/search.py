"""How fast 50 issues out of many are found: through indexes, by text, by rank, against a full scan.

Run it: ``python tests/bench/search.py [issues]``; it prints milliseconds and ratios, best of five.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from mockserver.values import Call, dumps
from mockserver.world import World, catalogue

NOUNS = ("order", "invoice", "supplier", "basket", "payment", "refund", "label", "parcel")
WANTED = 50
INDEXED = "labels = wanted AND project = MKY"
FIELDS = ["summary", "status", "labels"]
# As those of QUERIES, and find the same, but with a number that may be another each time.
NEW = {
    "indexed": "labels in (wanted, number%09d) AND project = MKY",
    "half-of-all": 'project = MKY AND status = "To Do" AND labels != number%09d',
}
QUERIES = {
    "indexed": INDEXED,
    # The same issues, asked for so that no index can help.
    "full scan": "(labels = wanted AND project = MKY) OR votes > 1000000",
    "text": "summary ~ needle",
    "half of all": 'project = MKY AND status = "To Do"',
    "rank, of all": "project = MKY ORDER BY Rank",
    "rank, of 50": "labels = wanted ORDER BY Rank",
    "newest of all": "project = MKY",
}


def issues(count: int) -> list[dict[str, Any]]:
    """Issues to be seeded, of which 50 are wanted, evenly spread."""
    step = max(1, count // WANTED)
    found = []
    for number in range(count):
        wanted = number % step == 0 and number // step < WANTED
        summary = f"{NOUNS[number % 8]} {NOUNS[number // 8 % 8]} {number}" + (" needles" if wanted else "")
        fields = {"summary": summary, "labels": ["wanted"] if wanted else ["other"]}
        if number % 2:
            fields["status"] = {"name": "In Progress"}
        found.append({"key": f"MKY-{number + 100}", "fields": fields})
    return found


def filled(count: int) -> World:
    """A world with ``count`` issues more than the documented ones."""
    return World(catalogue(), seeds=["documented", {"jira": {"issue": issues(count)}}])


def measured(world: World, jql: str) -> tuple[float, int]:
    """Milliseconds of the best of five requests for a page of 50, and how many issues came."""
    sent = {"content-type": "application/json", "authorization": "Basic bWlhQGV4YW1wbGUuY29tOm1vY2stdG9rZW4="}
    bodies = different(dumps({"jql": jql, "maxResults": WANTED}))
    found: Any = None

    def ask() -> None:
        nonlocal found
        found = world.handle(Call("POST", "/jira/rest/api/3/search/jql", sent, next(bodies))).json()

    return best(ask) * 1000, len(found["issues"])


def different(body: bytes) -> Iterator[bytes]:
    """The same JSON in other words each time, so that no reply is one that is remembered."""
    return (body + b" " * number for number in itertools.cycle(range(4999)))


def best(ask: Callable[[], None]) -> float:
    """Seconds of the fastest of five runs."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return min(times)


def figures(count: int = 10_000) -> dict[str, tuple[float, int]]:
    """What each query took and found, in one run."""
    world = filled(count)
    return {name: measured(world, jql) for name, jql in QUERIES.items()}


def main() -> None:
    """Print the figures, each as a part of the full scan."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found = figures(count)
    scan = found["full scan"][0]
    print(f"{WANTED} of {count} issues, through the whole service")
    for name, (milliseconds, issues) in found.items():
        print(f"{name:14} {milliseconds:8.2f} ms  {scan / milliseconds:7.1f} x the scan  {issues} issues")


if __name__ == "__main__":
    main()
