"""What the journal costs: microseconds for each exchange it keeps, and memory at its bounds.

Run it by hand: ``python tests/bench/journal_memory.py [ENTRIES]``. No test depends on the numbers.
"""

from __future__ import annotations

import gc
import itertools
import sys
import time
import timeit
import tracemalloc
from datetime import UTC, datetime

from mockserver.state.diagnosis import Diagnosis
from mockserver.state.journal import Journal
from mockserver.values import Call, Reply, dumps

NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)
HEADERS = {
    "host": "127.0.0.1:8080",
    "user-agent": "python-requests/2.32.3",
    "accept-encoding": "gzip, deflate",
    "accept": "application/json",
    "connection": "keep-alive",
    "content-type": "application/json",
    "content-length": "120",
    "authorization": "Basic bWlhQGV4YW1wbGUuY29tOm5vdC1hLXJlYWwtdG9rZW4=",
}
ISSUE = {
    "id": "10001",
    "key": "MKY-1",
    "self": "http://127.0.0.1:8080/rest/api/3/issue/10001",
    "fields": {
        "summary": "Something is wrong with the thing that was right",
        "status": {"name": "To Do", "description": "The issue is open and nobody works on it"},
        "assignee": {"displayName": "Mia", "emailAddress": "mia@example.com", "active": True},
    },
}
REPLY_HEADERS = {"Content-Type": "application/json", "X-AREQUESTID": "0123456789abcdef", "Vary": "Origin"}
NOTHING = Diagnosis()


def call(at: int, body: bytes) -> Call:
    """A request as it comes from a socket: with texts of its own, nothing shared with the one before."""
    headers = {(name + "!")[:-1]: (value + "!")[:-1] for name, value in HEADERS.items()}
    return Call("PUT", f"/rest/api/3/issue/MKY-{at}?expand=names&fields=summary", headers, body)


def microseconds(issues: int, different: int = 500) -> tuple[int, float]:
    """Bytes of a reply with so many issues, and what it costs to keep one of so many exchanges in turn."""
    journal = Journal()
    exchanges = []
    for number in range(100_000, 100_000 + different):
        asked = call(number, dumps({"fields": {"summary": f"{number} {'x' * 80}"}}))
        exchanges.append((asked, dumps({"issues": [{**ISSUE, "id": str(number)}] * issues, "n": number})))
    turns = itertools.cycle(exchanges)

    def add() -> None:
        asked, body = next(turns)
        reply = Reply(200, dict(REPLY_HEADERS), body)
        journal.keep(NOON, "jira", "editIssue", asked, reply, NOTHING)

    cost = min(timeit.repeat(add, timer=time.process_time, number=2000, repeat=5)) / 2000 * 1e6
    return len(exchanges[0][1]), cost


def megabytes(entries: int, size: int) -> tuple[float, int]:
    """What a full journal holds after many exchanges with bodies of ``size`` bytes, and how many it kept."""
    gc.collect()
    tracemalloc.start()
    journal = Journal()
    for at in range(entries):
        journal.keep(
            NOON,
            "jira",
            "editIssue",
            call(at, bytes(size)),
            Reply(200, dict(REPLY_HEADERS), bytes(size)),
            NOTHING,
        )
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    return used, len(journal)


def main() -> None:
    """Print what it costs."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    for issues in (0, 1, 5, 50):
        size, cost = microseconds(issues)
        print(f"keeping an exchange with a reply of {size:>6} bytes: {cost:6.2f} µs")
    for size in (0, 500, 5_000, 100_000):
        used, kept = megabytes(entries, size)
        print(f"{entries} exchanges of twice {size:>6} bytes: {kept:>5} kept, {used:6.2f} MiB")


if __name__ == "__main__":
    main()
