"""What worlds have counted, in the text format that Prometheus reads."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from mockserver.world.core import Core

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float]


def exposition(worlds: Iterable[Core]) -> str:
    """The counts of these worlds and the memory of this process, a line each.

    Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    """
    known = list(worlds)
    armed = [
        ({"world": one.name}, kind, rules.all())
        for one in known
        for kind, rules in (("fault", one._rules.faults), ("override", one._rules.overrides))
    ]
    lines = [
        *_family("worlds", "gauge", "Worlds of this server.", [({}, len(known))]),
        *_family("requests_total", "counter", "Requests answered, by what was answered.", _requests(known)),
        *_family(
            "breaches",
            "gauge",
            "Requests that broke their schema since the journal was cleared.",
            [({"world": one.name}, one._breaches) for one in known],
        ),
        *_family(
            "journal_entries",
            "gauge",
            "Exchanges kept in the journal.",
            [({"world": one.name}, len(one.journal)) for one in known],
        ),
        *_family(
            "journal_evicted",
            "gauge",
            "Exchanges that newer ones pushed out of the journal since it was cleared.",
            [({"world": one.name}, one.journal.evicted) for one in known],
        ),
        *_family(
            "rules_armed",
            "gauge",
            "Faults and forced replies that may still be due.",
            [
                ({**of, "kind": kind}, len([one for one in rules if one.left != 0]))
                for of, kind, rules in armed
            ],
        ),
        *_family(
            "rules_used",
            "gauge",
            "How often faults and forced replies were due, since they were last disarmed.",
            [({**of, "kind": kind}, sum(one.used for one in rules)) for of, kind, rules in armed],
        ),
        *_family("deliveries", "gauge", "Webhooks kept, by what became of them.", _deliveries(known)),
    ]
    return "\n".join([*lines, *_process(), ""])


def _deliveries(worlds: Iterable[Core]) -> Iterator[Sample]:
    for world in worlds:
        with world._lock:
            world.outbox.settle(world.clock.now())
            counts = Counter((one.service, one.state) for one in world.outbox)
        for (service, state), count in sorted(counts.items()):
            yield {"world": world.name, "service": service, "state": state}, count


def _requests(worlds: Iterable[Core]) -> Iterator[Sample]:
    for world in worlds:
        for (service, operation, status, reason), count in world._tallies:
            labels = {"world": world.name, "service": service, "operation": operation}
            yield {**labels, "status": str(status), "reason": reason}, count


def _family(name: str, kind: str, about: str, samples: Iterable[Sample]) -> Iterator[str]:
    """The lines of one metric of this server, with the same prefix as all of them."""
    yield from _lines(f"mockserver_{name}", kind, about, samples)


def _lines(name: str, kind: str, about: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _process() -> Iterator[str]:
    """The memory that this process has, where the system tells."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE")
        yield from _lines(
            "process_resident_memory_bytes", "gauge", "Resident memory in bytes.", [({}, memory)]
        )
