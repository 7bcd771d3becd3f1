"""The journal by itself: what keeping an exchange costs, and how much memory it holds at its bounds."""

from __future__ import annotations

import journal_memory
from figures import Run
from in_process import GETS


def journalling(run: Run) -> None:
    """An exchange with a reply of one issue; a journal full of exchanges of 500 and of 5,000 bytes."""
    for name, different in {"entry": 500, "entry-again": 1}.items():
        rounds = [journal_memory.microseconds(1, different) for _ in run.rounds(5)]
        each = [cost / 1e6 / run.bare["GET"] for _, cost in rounds]
        here = f"{min(cost for _, cost in rounds):.1f} µs for {rounds[0][0]} bytes"
        run.add(f"journal.{name}", each, GETS, here)
    for size in () if run.quick else (500, 5_000):
        used, kept = journal_memory.megabytes(8_000, size)
        run.add(f"journal.memory.{size}", [used], "megabytes", f"{kept} exchanges of twice {size} bytes")
