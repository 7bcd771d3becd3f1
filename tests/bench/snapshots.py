"""What a snapshot, a restore, a reset and a new world cost with 100 issues and with 10,000.

Run it: ``python tests/bench/snapshots.py [issues]``; it prints microseconds, best of many, and the ratio,
which is 1 where the cost is that of the tables and not of the records. A first write after a snapshot copies
the references of one table, an export and a difference touch records: they are shown, for comparison.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import count

from search import filled

from mockserver.values import Call, dumps
from mockserver.world import World

NUMBERS = count()
HEADERS = {"authorization": "Basic bW9jazptb2Nr", "content-type": "application/json"}


def edit(world: World) -> None:
    """Change one issue, to something else each time."""
    body = dumps({"fields": {"summary": f"changed {next(NUMBERS)}"}})
    assert world.handle(Call("PUT", "/rest/api/3/issue/MKY-100", HEADERS, body)).status == 204


def best(work: Callable[[], object], rounds: int) -> float:
    """Microseconds of the quickest round."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e6


def edited_after_snapshot(world: World) -> None:
    """What a snapshot costs the write after it."""
    world.snapshot("a")
    edit(world)


def powers(world: World) -> dict[str, float]:
    """Microseconds of the powers that touch no record."""
    world.snapshot("a")
    edit(world)
    return {
        "snapshot": best(lambda: world.snapshot("a"), 500),
        "restore": best(lambda: world.restore("a"), 500),
        "reset": best(world.reset, 500),
        "new world": best(lambda: world.fork("new"), 500),
    }


def measured(world: World) -> dict[str, float]:
    """Microseconds of each power, and of those that touch records."""
    return {
        **powers(world),
        "(snapshot and first write)": best(lambda: edited_after_snapshot(world), 30),
        "(diff of one change)": best(lambda: world.diff("seed", "now"), 10),
        "(export)": best(world.export_state, 3),
    }


def main() -> None:
    """Print the table."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    small, large = measured(filled(100)), measured(filled(wanted))
    print(f"{'':28}{'100':>12}{wanted:>12}{'ratio':>8}")
    for name, micros in small.items():
        print(f"{name:28}{micros:12.1f}{large[name]:12.1f}{large[name] / micros:8.2f}")


if __name__ == "__main__":
    main()
