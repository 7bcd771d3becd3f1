"""The same requests get the same replies, byte for byte, in every process.

Run as a script, this file prints the transcript that the test compares.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from mockserver.contract.replay import replayed, request
from mockserver.state.journal import Entry
from mockserver.values import dumps
from mockserver.world import World, catalogue


def story() -> Iterator[bytes]:
    """Every documented call, in a world of its own and in one where all of them were made before it."""
    documented = World(catalogue(), seeds=["documented"])
    busy = documented.fork("busy")
    for service in documented.shared.services.values():
        for operation in service.operations.values():
            for example in operation.examples.values():
                if example.call is not None:
                    fresh = documented.fork("fresh")
                    replayed(fresh, operation, example)
                    busy.handle(request(service, operation, example.call))
                    yield from (answered(entry) for entry in (*fresh.journal, *busy.journal))
                    busy.clear_requests()
    yield dumps(busy.state())


def answered(entry: Entry) -> bytes:
    """What was asked, and everything of the reply that a client sees."""
    reply = entry.reply
    return (
        f"{entry.operation} {entry.call.target} {reply.status} {dict(reply.headers)} ".encode() + reply.body
    )


def transcript(hash_seed: int) -> list[bytes]:
    """The story, told by a process of its own that orders its sets by ``hash_seed``."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run([sys.executable, __file__], capture_output=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.split(b"\n\0")


def test_two_processes_answer_every_documented_call_alike() -> None:
    with ThreadPoolExecutor() as both:
        one, other = both.map(transcript, (0, 1))

    assert len(one) > 1000
    assert [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]] == []


if __name__ == "__main__":
    for line in story():
        sys.stdout.buffer.write(line + b"\n\0")
