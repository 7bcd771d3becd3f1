"""What ``World.handle`` costs, in parts of what bare aiohttp costs for a request of that method."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Callable

import calls
import search
import snapshots
from figures import Run, ratios, shown, side_by_side

from mockserver.state.journal import Bounds
from mockserver.values import Reply, dumps
from mockserver.world import World

GETS, POSTS = "bare aiohttp GETs", "bare aiohttp POSTs"


def handling(run: Run) -> None:
    """The CPU of each kind of call, without a socket."""
    world = World(calls.shared())
    works: dict[str, Callable[[], object]] = {
        "W1": calls.w1(world),
        "W2": calls.w2(World(calls.shared())),
        "write": calls.changing(World(calls.shared())),
        "write and W1": _both(World(calls.shared())),
        "issue": lambda: world.handle(calls.get(calls.ISSUE)),
        "issues": _turns(World(calls.shared())),
    }
    calls.answered(world, calls.get(calls.ISSUE))
    found = side_by_side(run, works)
    found["W1 after a write"] = [
        both - write for both, write in zip(found.pop("write and W1"), found["write"], strict=True)
    ]
    for name, each in found.items():
        method = "POST" if name in ("W2", "write") else "GET"
        run.add(
            f"handle.{name.replace(' ', '-')}",
            [one / run.bare[method] for one in each],
            POSTS if method == "POST" else GETS,
            shown(statistics.median(each)),
        )


def _both(world: World) -> Callable[[], object]:
    write, read = calls.changing(world), calls.w1(world)

    def both() -> None:
        write()
        read()

    return both


def _turns(world: World) -> Callable[[], Reply]:
    """A look at one issue after the other, of more than are remembered."""
    world.seed({"jira": {"issue": search.issues(1000)}})
    at = iter(range(10**9))
    return lambda: world.handle(calls.get(f"/jira/rest/api/3/issue/MKY-{100 + next(at) % 1000}"))


def growth(run: Run) -> None:
    """What does not grow: the cost of a call, whatever else there is."""
    _operations(run)
    _rules(run)
    _many_worlds(run)
    _switches(run)


def _operations(run: Run) -> None:
    """The same calls of one small service, served alone and among all operations."""
    from mockserver.contract.replay import request

    few = calls.only("kordiam")
    service = few.services["kordiam"]
    many = sum(len(one.operations) for one in calls.shared().services.values())
    here = f"{many} against {len(service.operations)}"
    readings = [
        (operation, example)
        for operation in service.operations.values()
        for example in operation.examples.values()
        if operation.method == "GET" and example.status == 200 and example.call and not example.given
    ]
    operation, example = readings[0]
    call = request(service, operation, example.call or {})
    works = {}
    for name, shared in (("few", few), ("many", calls.shared())):
        world = World(shared)
        target = service.mount + call.target
        calls.answered(world, calls.get(target, call.headers))
        works[name] = lambda world=world, target=target: world.handle(calls.get(target, call.headers))
    found = side_by_side(run, works)
    run.add("growth.operations", ratios(found["many"], found["few"]), "times with few operations", here)


def _rules(run: Run) -> None:
    """A thousand faults, and a thousand forced replies, for other calls."""
    plain, faulty, forced = (World(calls.shared()) for _ in range(3))
    for number in range(1000):
        match = {"path": {"issueIdOrKey": f"ABC-{number}"}}
        faulty.fault({"operation": "getIssue", "status": 503, "times": None, "match": match})
        forced.force("getIssue", status=503, times=None, service="jira", match=match)
    works = {"plain": calls.w1(plain), "faults": calls.w1(faulty), "overrides": calls.w1(forced)}
    found = side_by_side(run, works)
    for name in ("faults", "overrides"):
        more = [one - other for one, other in zip(found[name], found["plain"], strict=True)]
        run.add(
            f"growth.{name}",
            [one / run.bare["GET"] for one in more],
            "bare aiohttp GETs more",
            f"{shown(max(0.0, statistics.median(more)))} more",
        )


def _many_worlds(run: Run) -> None:
    """W1 in one of a thousand worlds."""
    alone, among = calls.worlds(), calls.worlds()
    for number in range(1000):
        among.create_world(f"w{number}")
        calls.answered(among.named(f"w{number}"), calls.get())
    found = side_by_side(run, {"alone": calls.w1(alone.default), "among": calls.w1(among.named("w500"))})
    run.add(
        "growth.worlds", ratios(found["among"], found["alone"]), "times with one world", "1,000 against 1"
    )


def _switches(run: Run) -> None:
    """On against off: journal and validation; a full journal; what it takes to count coverage, always on."""
    small = World(calls.shared(), journal=Bounds(entries=1))
    large = World(calls.shared())
    full = World(calls.shared())
    for _ in range(6000):
        full.handle(calls.get())
    off = World(calls.shared(), validation="off")
    found = side_by_side(
        run,
        {
            "small": calls.w1(small),
            "large": calls.w1(large),
            "full": calls.w1(full),
            "strict": calls.w2(World(calls.shared())),
            "off": calls.w2(off),
            "strict, anew": calls.changing(World(calls.shared())),
            "off, anew": calls.changing(World(calls.shared(), validation="off")),
        },
    )
    counts: Counter[tuple[str, str, int]] = Counter()

    def count() -> None:
        counts["jira", "getRemoteIssueLinks", 200] += 1

    counting = side_by_side(run, {"count": count, "W1": calls.w1(World(calls.shared()))})
    run.add(
        "growth.coverage", ratios(counting["count"], counting["W1"]), "of W1, that counting coverage takes"
    )
    run.add("growth.journal", ratios(found["large"], found["small"]), "times W1 with a journal of one entry")
    run.add(
        "growth.journal-full", ratios(found["full"], found["small"]), "times W1 with a journal of one entry"
    )
    run.add("growth.validation", ratios(found["strict"], found["off"]), "times W2 without validation")
    run.add(
        "growth.validation-anew",
        ratios(found["strict, anew"], found["off, anew"]),
        "times a new body without validation",
    )


def states(run: Run) -> None:
    """Powers whose cost is that of the tables, not of the records: with 10,000 issues against 100."""
    # Each by itself is a matter of microseconds: the quickest of many says what it costs.
    small, large = calls.filled(100), calls.filled(10_000)
    rounds = [(snapshots.powers(small), snapshots.powers(large)) for _ in run.rounds(5)]
    for name in ("snapshot", "restore", "reset", "new world"):
        each = [after[name] / before[name] for before, after in rounds]
        here = f"{statistics.median(after[name] for _, after in rounds):.0f} µs with 10,000"
        run.add(f"states.{name.replace(' ', '-')}", each, "times with 100 issues", here)
    worlds = calls.worlds()
    times = sorted(calls.timed(lambda: worlds.create_world("again")) for _ in range(1000))
    for part, at in (("p50", 500), ("p99", 990)):
        run.add(f"states.create-world.{part}", [times[at] / run.bare["GET"]], GETS, shown(times[at]))


def searching(run: Run) -> None:
    """50 of 10,000 issues: through indexes, with their fields, by text; and of 100,000 in a full run.

    No two requests are alike, so that none of them is answered from what is remembered of another.
    """
    worlds = {10_000: calls.filled(10_000)}
    if run.full:
        worlds[100_000] = calls.filled(100_000)
    works: dict[str, Callable[[], object]] = {}
    kinds = {
        "indexed": (search.INDEXED, None),
        "with-fields": (search.INDEXED, search.FIELDS),
        "half-of-all": (search.QUERIES["half of all"], search.FIELDS),
        "by-rank": (search.QUERIES["rank, of all"], search.FIELDS),
        "newest": (search.QUERIES["newest of all"], search.FIELDS),
        "all-fields": (search.INDEXED, ["*all"]),
        "text": (search.QUERIES["text"], None),
        "full-scan": (search.QUERIES["full scan"], None),
    }
    for count, world in worlds.items():
        for name, (jql, fields) in kinds.items():
            works[f"{name} {count}"] = _asked(world, jql, fields)
        works[f"edit {count}"] = _edit(world)
        works[f"after-a-write {count}"] = _after(_edit(world), works[f"half-of-all {count}"])
    found = side_by_side(run, works)
    for count in worlds:
        both, edits = found[f"after-a-write {count}"], found.pop(f"edit {count}")
        found[f"after-a-write {count}"] = [one - edit for one, edit in zip(both, edits, strict=True)]
    for name in (*kinds, "after-a-write"):
        each = found[f"{name} 10000"]
        here = f"{shown(statistics.median(each))}, {1 / statistics.median(each):,.0f}/s"
        run.add(f"search.{name}", [one / run.bare["GET"] for one in each], GETS, here)
        if run.full:
            more = found[f"{name} 100000"]
            run.add(f"search.{name}.100000", ratios(more, each), "times with 10,000 issues")


def _asked(world: World, jql: str, fields: list[str] | None) -> Callable[[], object]:
    asked = dumps({"jql": jql, "maxResults": 50, **({"fields": fields} if fields else {})})
    assert len(calls.answered(world, calls.post(asked, calls.SEARCH)).json()["issues"]) == 50
    bodies = search.different(asked)
    return lambda: world.handle(calls.post(next(bodies), calls.SEARCH))


def _edit(world: World) -> Callable[[], object]:
    """An issue gets another summary each time."""
    numbers = itertools.count()

    def edit() -> None:
        changed = dumps({"fields": {"summary": f"Changed {next(numbers)} times"}})
        calls.answered(world, calls.post(changed, calls.ISSUE, "PUT"))

    return edit


def _after(write: Callable[[], object], ask: Callable[[], object]) -> Callable[[], object]:
    def both() -> None:
        write()
        ask()

    return both
