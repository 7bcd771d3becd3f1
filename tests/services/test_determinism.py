"""The same requests get the same replies, byte for byte, in every process and with every version of Python.

Run as a script, this file prints the transcript of every documented call; long_story.py prints that of a
scripted story. Interpreters of other versions are looked for on the PATH, among those of pyenv, and in
OTHER_PYTHONS, a list of paths as in PATH; one that does not have what the package needs is not asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from mockserver.contract.replay import replayed, request
from mockserver.state.entry import Entry
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


TOP = Path(__file__).parents[2]
LONG = Path(__file__).with_name("long_story.py")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
NEEDED = "import sys, aiohttp, jsonschema, jsonschema_rs, lark, orjson, platformdirs, snowballstemmer, yaml"


def transcript(hash_seed: int, story: Path = Path(__file__), python: str = sys.executable) -> list[bytes]:
    """A story, told by a process of its own that orders its sets by ``hash_seed``."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(TOP)}
    done = subprocess.run([python, str(story)], capture_output=True, timeout=240, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.split(b"\n\0")


@cache
def long_story() -> list[bytes]:
    """The long story as this interpreter tells it."""
    return transcript(0, LONG)


def interpreters(version: str) -> Iterator[str]:
    """Where a Python of that version may be."""
    yield from filter(None, os.environ.get("OTHER_PYTHONS", "").split(os.pathsep))
    if found := shutil.which(f"python{version}"):
        yield found
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))


def able(python: str, version: str) -> bool:
    """Whether an interpreter has that version, and all that the package needs."""
    asked = f"{NEEDED}; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", asked], capture_output=True, timeout=60)
    except OSError:
        return False
    return done.stdout.decode().strip() == version


def test_two_processes_answer_every_documented_call_alike() -> None:
    with ThreadPoolExecutor() as both:
        one, other = both.map(transcript, (0, 1))

    assert len(one) > 1000
    assert [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]] == []


def different(one: list[bytes], other: list[bytes]) -> list[tuple[bytes, bytes]]:
    return [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]


def test_a_long_story_is_told_alike_twice_and_with_other_hash_seeds() -> None:
    with ThreadPoolExecutor() as both:
        again, other = both.map(transcript, (0, 1), (LONG, LONG))

    assert len(long_story()) > 600
    assert different(long_story(), again) == []
    assert different(long_story(), other) == []


def test_a_long_story_is_mostly_one_of_success() -> None:
    told = [line.split(b" ", 4) for line in long_story()]
    replies = [words[3] for words in told if len(words) > 4 and words[2].startswith(b"/")]

    assert len(replies) > 450
    assert sum(one.startswith(b"2") for one in replies) > 0.75 * len(replies)
    assert {b"400", b"401", b"403", b"404", b"405", b"429", b"500", b"501", b"502", b"503"} <= set(replies)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_long_story_is_told_alike_by_other_versions_of_python(version: str) -> None:
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("that is this one")
    python = next((one for one in interpreters(version) if able(one, version)), None)
    if python is None:
        pytest.skip(f"no Python {version} has what the package needs; name one in OTHER_PYTHONS")

    assert different(long_story(), transcript(7, LONG, python)) == []


if __name__ == "__main__":
    for line in story():
        sys.stdout.buffer.write(line + b"\n\0")
