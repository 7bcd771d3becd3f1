"""Whole requests over sockets: our server in each of its ways, against a bare aiohttp handler, in turns."""

from __future__ import annotations

import importlib.util
import os
import resource
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

import calls
from figures import Run, shown
from load import NUMBER, WRK, Load, Request, loaded
from processes import CPUS, GENERATOR, HERE, LINUX, Process, busy, on_cpu

from mockserver.values import dumps
from mockserver.world import World

# The workloads. Each different: W1 with a header that is another in each request, W2 with another title, so
# that each changes something.
METHODS = {"W1": "GET", "W2": "POST", "W1-each-different": "GET", "W2-each-different": "POST"}
# The servers that are given all of them; the others W1 and W2, in a quick run only W1.
EACH = ("asyncio", "uvloop")
UVLOOP = importlib.util.find_spec("uvloop") is not None
# CPU, in cores, that others may use while one window is measured, and how often it is measured again.
OTHERS, AGAIN = 0.25, 1
SERVE = ["-m", "mockserver", "serve", "--port", "0", "--json"]


@dataclass(frozen=True, slots=True)
class Window:
    """What came of one server under load. ``cpu``: its seconds for a request; ``others``: cores they used."""

    load: Load
    cpu: float
    others: float


def requests(ours: bool) -> Mapping[str, Request]:
    """The workloads as they are sent, by name."""
    path = calls.LINKS if ours else "/bare"
    headers = {"Authorization": calls.AUTHORIZATION}
    sent = {**headers, "Content-Type": "application/json"}
    return {
        "W1": Request("GET", path, headers),
        "W2": Request("POST", path, sent, dumps(calls.link())),
        "W1-each-different": Request("GET", path, {**headers, "X-Request-Id": NUMBER}),
        "W2-each-different": Request("POST", path, sent, calls.titled(0)),
    }


@cache
def sizes() -> Sequence[str]:
    """Bytes that W1 and W2 are answered with."""
    world = World(calls.shared())
    return [str(len(calls.w1(world)().body)), str(len(calls.w2(world)().body))]


def bare(*switches: str, environment: Mapping[str, str] | None = None) -> Process:
    """The bare server."""
    return Process([str(HERE / "bare.py"), *sizes(), *switches], environment)


def window(server: Process, request: Request, seconds: float, again: int = AGAIN) -> Window:
    """The server under load for so many seconds; once more where others kept the machine busy."""
    for left in range(again, -1, -1):
        children, machine, cpu, begun = (
            _children(),
            busy() if LINUX else 0.0,
            _cpu(server),
            time.perf_counter(),
        )
        with on_cpu(GENERATOR):
            found = loaded(server.url, request, seconds)
        lasted, used = time.perf_counter() - begun, _cpu(server) - cpu
        assert found.answers, "nothing was answered"
        assert not found.refused, f"{found.refused} of {found.answers} requests were refused"
        others = (busy() - machine - used - (_children() - children)) / lasted if LINUX else 0.0
        if others <= OTHERS or not left:
            break
    # Where the CPU of another process is not known: it does nothing else, so it is about the time.
    return Window(found, used / found.answers if LINUX else 1 / found.rate, max(0.0, others))


def warmed(server: Process, request: Request) -> None:
    """Let the server answer a number of requests before anything is measured."""
    with on_cpu(GENERATOR):
        loaded(server.url, request, 10, requests=1000)


def _cpu(server: Process) -> float:
    return server.cpu() if LINUX else 0.0


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bare_costs(run: Run) -> Mapping[str, float]:
    """Seconds of CPU that the bare server takes for a request, by its method."""
    found: dict[str, list[float]] = {"W1": [], "W2": []}
    with bare() as server:
        for name in found:
            warmed(server, requests(False)[name])
        for _ in range(2 if run.quick else 3):
            for name, costs in found.items():
                costs.append(window(server, requests(False)[name], 1, 1 if run.quick else AGAIN).cpu)
    return {METHODS[name]: statistics.median(costs) for name, costs in found.items()}


@contextmanager
def started(run: Run) -> Iterator[dict[str, Process]]:
    """Every server that is measured, by name."""
    ours = str(HERE / "ours.py")
    with ExitStack() as stack:
        servers = {"bare": bare(), "asyncio": Process([*SERVE, "--no-uvloop"])}
        servers["ordinary"] = Process([ours, "ordinary"])
        if UVLOOP:
            servers["uvloop"] = Process(SERVE)
            if not run.quick:
                servers["ordinary-uvloop"] = Process([ours, "ordinary", "uvloop"])
                servers["bare-uvloop"] = bare("uvloop")
        if not run.quick:
            servers["faults"] = Process([ours, "faults=1000"])
        for one in servers.values():
            stack.enter_context(one)
        yield servers


def servers(run: Run) -> None:
    """The workloads on each server: requests a second, CPU of the server, the slowest in a hundred."""
    if not UVLOOP:
        for name in METHODS:
            run.skip(f"servers.{name}.uvloop", "uvloop is not installed")
            run.skip(f"servers.{name}.ordinary-uvloop", "uvloop is not installed")
    elsewhere = WRK or "a generator in Python, which may be slower than the server"
    run.note(f"servers: load by {elsewhere}; cores {CPUS}; {os.getloadavg()[0]:.1f} processes running before")
    with started(run) as found:
        windows = _windows(run, found)
    others = [one.others for each in windows.values() for one in each]
    run.note(
        f"servers: others used {statistics.median(others):.2f} cores (median), {max(others):.2f} at most"
    )
    costs = {}
    for name in METHODS:
        first = windows[name, "bare"]
        last = windows.get((name, "bare again"), first)
        base = [(one.load.rate + other.load.rate) / 2 for one, other in zip(first, last, strict=True)]
        cpus = [(one.cpu + other.cpu) / 2 for one, other in zip(first, last, strict=True)]
        tails = [(one.load.p99 + other.load.p99) / 2 for one, other in zip(first, last, strict=True)]
        costs[name] = statistics.median(cpus)
        for (of, server), each in windows.items():
            if of != name or server == "bare":
                continue
            title = f"servers.{name}.{'noise' if server == 'bare again' else server}"
            pairs = first if server == "bare again" else None
            rates = [one.load.rate for one in pairs] if pairs else base
            run.add(
                title,
                [one.load.rate / rate for one, rate in zip(each, rates, strict=True)],
                "bare aiohttp’s requests a second",
                f"{statistics.median(one.load.rate for one in each):,.0f}/s",
            )
            if server == "bare again":
                continue
            if LINUX:
                run.add(
                    f"{title}.cpu",
                    [cost / one.cpu for one, cost in zip(each, cpus, strict=True)],
                    "times less CPU than bare aiohttp",
                    shown(statistics.median(one.cpu for one in each)),
                )
            else:
                run.skip(f"{title}.cpu", "the CPU of another process is read from /proc")
            p50, p99 = (
                statistics.median(getattr(one.load, which) for one in each) for which in ("p50", "p99")
            )
            run.add(
                f"{title}.p99",
                [one.load.p99 / tail for one, tail in zip(each, tails, strict=True)],
                "bare aiohttp’s p99",
                f"p50 {shown(p50)}, p99 {shown(p99)}",
            )
    run.bare = {METHODS[name]: costs[name] for name in ("W1", "W2")}


def _windows(run: Run, found: Mapping[str, Process]) -> dict[tuple[str, str], list[Window]]:
    """What was measured, by workload and server, round by round; the bare server first and last in each.

    A quick run finds the noise, and what all servers do, with W1 only.
    """
    kept: dict[tuple[str, str], list[Window]] = {}
    lasting = 1 if run.quick else 2
    for name, server in found.items():
        for workload in METHODS:
            warmed(server, requests("bare" not in name)[workload])
    for number in range(3 if run.quick else 5):
        for workload in METHODS:
            whole = workload == "W1" or not run.quick
            asked = found if whole and not workload.endswith("different") else EACH
            rest = [name for name in found if name in asked and name != "bare"]
            turned = rest[number % len(rest) :] + rest[: number % len(rest)]
            last = ["bare again"] if whole else []
            for name in ("bare", *turned, *last):
                server = found[name.removesuffix(" again")]
                request = requests("bare" not in name)[workload]
                kept.setdefault((workload, name), []).append(
                    window(server, request, lasting, 0 if run.quick else AGAIN)
                )
    return kept
