"""The benchmark suite: ``python tests/bench/run.py`` runs all of it and prints a table of ratios.

Every figure is a ratio within one run, mostly to bare aiohttp on the same interpreter: absolute figures say
more about the machine. ``--check`` compares them with ``floors.yaml``. See docs/reference/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from figures import Figure, Run

HERE = Path(__file__).parent


def groups() -> Mapping[str, Callable[[Run], None]]:
    """What finds the figures whose names begin so."""
    from edge import edges
    from in_process import growth, handling, searching, states
    from journalling import journalling
    from memory import memory
    from over_sockets import servers
    from starting import starting

    return {
        "servers": servers,
        "edge": edges,
        "handle": handling,
        "growth": growth,
        "states": states,
        "search": searching,
        "journal": journalling,
        "start": starting,
        "memory": memory,
    }


def floors() -> dict[str, dict[str, Any]]:
    """By the name of a figure: ``least`` or ``most``, and the ``aim`` where one was set."""
    from mockserver.spec.yaml12 import parse

    found: dict[str, dict[str, Any]] = parse((HERE / "floors.yaml").read_bytes())
    return found


def beyond(figure: Figure, floor: Mapping[str, Any]) -> bool:
    """Whether the figure is not what it must be."""
    return figure.value < floor.get("least", figure.value) or figure.value > floor.get("most", figure.value)


def missing(run: Run, only: list[str]) -> list[str]:
    """Figures with a floor that this run should have had."""
    had = {one.name for one in run.figures}
    return [
        name
        for name, floor in floors().items()
        if name not in had
        and wanted(name, only)
        and not any(name.startswith(one) for one in run.skipped)
        and not (run.quick and floor.get("in") in ("default", "full"))
        and not (not run.full and floor.get("in") == "full")
    ]


def wanted(name: str, only: list[str]) -> bool:
    """Whether a figure, or any of a group's figures, was asked for."""
    return not only or any(f"{name}.".startswith(f"{one}.") for one in only)


def main() -> int:
    """Run what was asked for; 1 if a figure is beyond its floor."""
    asked = options()
    if asked.profile:
        return profile(asked.profile)
    run = Run(asked.quick, asked.full)
    begun = time.perf_counter()
    run.note(machine())
    for name, find in groups().items():
        if any(one.split(".")[0] == name for one in asked.only or [name]):
            print(f"{name} …", file=sys.stderr, flush=True)
            since = time.perf_counter()
            find(run)
            run.note(f"{name}: {time.perf_counter() - since:.0f} s")
    run.figures = [one for one in run.figures if wanted(one.name, asked.only)]
    run.note(f"all of it: {time.perf_counter() - begun:.0f} s")
    offending = [one for one in run.figures if one.name in floors() and beyond(one, floors()[one.name])]
    lost = missing(run, asked.only)
    if asked.json:
        print(json.dumps(document(run, offending, lost), indent=2, ensure_ascii=False))
    else:
        print(table(run))
    if asked.check:
        for one in offending:
            print(f"BEYOND ITS FLOOR  {line(one)}", file=sys.stderr)
        for name in lost:
            print(f"NOT MEASURED  {name}", file=sys.stderr)
        print(f"{len(offending)} beyond their floors, {len(lost)} not measured", file=sys.stderr)
    return int(asked.check and bool(offending or lost))


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="groups or figures, e.g. servers.W1"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--check", action="store_true", help="compare with floors.yaml; exit 1 if one is not met"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="fewer and shorter rounds: less than two minutes")
    size.add_argument("--full", action="store_true", help="also 100,000 issues and 150,000 requests")
    parser.add_argument("--profile", metavar="W1|W2|search|…", help="print its five hottest places")
    asked = parser.parse_args()
    if unknown := [one for one in asked.only if one.split(".")[0] not in groups()]:
        parser.error(f"no such group: {', '.join(unknown)} (known: {', '.join(groups())})")
    return asked


def profile(name: str) -> int:
    """Print the hottest places."""
    from profiling import WORKS, profiled

    if name not in WORKS:
        print(f"no such workload: {name} (known: {', '.join(WORKS)})", file=sys.stderr)
        return 2
    for place, part, made in profiled(name):
        print(f"{part:6.1%}  {made:>5} a request  {place}")
    return 0


def machine() -> str:
    """Where this runs, and how busy it is there."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.python_implementation()} {platform.python_version()}, aiohttp {version('aiohttp')}, "
        f"{os.cpu_count()} cores{load}"
    )


def bound(name: str) -> str:
    """The floor of a figure, for the eye."""
    floor = floors().get(name, {})
    return f"≥ {floor['least']}" if "least" in floor else f"≤ {floor['most']}" if "most" in floor else ""


def line(one: Figure) -> str:
    """A figure and what it must be."""
    return (
        f"{one.name}: {number(one.value)} ({number(one.low)}–{number(one.high)}), must be {bound(one.name)}"
    )


def number(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def table(run: Run) -> str:
    """All figures, for the eye."""
    head = ("figure", "ratio", "rounds", "floor", "aim", "of", "here")
    known = floors()
    rows = [
        (
            one.name,
            number(one.value),
            f"{number(one.low)}–{number(one.high)}",
            bound(one.name),
            str(known.get(one.name, {}).get("aim", "")),
            one.unit,
            one.here,
        )
        for one in run.figures
    ]
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
    lines += [f"{name}: skipped, {why}" for name, why in run.skipped.items()]
    return "\n".join([*run.notes, "", *lines])


def document(run: Run, offending: list[Figure], lost: list[str]) -> dict[str, Any]:
    """All figures, for programs."""
    known = floors()
    return {
        "notes": run.notes,
        "figures": {
            one.name: {
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "unit": one.unit,
                "here": one.here,
                **known.get(one.name, {}),
            }
            for one in run.figures
        },
        "skipped": run.skipped,
        "beyond": [one.name for one in offending],
        "missing": lost,
    }


if __name__ == "__main__":
    sys.exit(main())
