"""Servers in processes of their own: started, pinned, looked at, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
LINUX = sys.platform == "linux"
# What a process may take to say that it is ready.
READY = 60.0
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
# The server has one core to itself, whatever loads it the other; on one core they share it.
SERVER, GENERATOR = CPUS[0], CPUS[-1]


@contextmanager
def on_cpu(cpu: int) -> Iterator[None]:
    """This thread, and every process it starts meanwhile, on one core, where that can be asked for."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Process:
    """A process that prints one line of JSON when it is ready; ended when the block ends."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Started, and ready. ``seconds``: how long that took. Raises RuntimeError."""
        begun = time.perf_counter()
        with on_cpu(SERVER):
            self.popen = subprocess.Popen(
                [sys.executable, *command],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
            )
        late = threading.Timer(READY, self.popen.kill)
        late.start()
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        self.seconds = time.perf_counter() - begun
        late.cancel()
        if not line:
            self.popen.wait()
            self.popen.stdout.close()
            raise RuntimeError(f"{' '.join(command)} ended with {self.popen.returncode} before it was ready")
        self.said: dict[str, Any] = json.loads(line)
        self.url: str = self.said.get("url", "")
        self.pid = self.popen.pid

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.popen.terminate()
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        assert self.popen.stdout is not None
        self.popen.stdout.close()

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        text = Path(f"/proc/{self.pid}/stat").read_text()
        fields = text[text.rindex(")") + 2 :].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> int:
        """Bytes of memory that are its own, and its part of those it shares."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no Pss in smaps_rollup")


def busy() -> float:
    """Seconds of CPU that all processes of this machine have used, and what its host took from it."""
    fields = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _waiting, irq, soft, steal = fields[:8]
    return (user + nice + system + irq + soft + steal) / TICK


def finished(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What a Python process printed. Raises CalledProcessError."""
    with on_cpu(SERVER):
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
    return done.stdout
