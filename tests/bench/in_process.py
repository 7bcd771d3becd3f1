"""What ``World.handle`` costs, in parts of what bare aiohttp costs for a request of that method."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence

import calls
import search
import snapshots
from figures import Run, ratios, shown, side_by_side

from mockserver.state.journal import Bounds
from mockserver.state.tallies import Tallies
from mockserver.values import Reply, dumps
from mockserver.world import World

GETS, POSTS = "bare aiohttp GETs", "bare aiohttp POSTs"
MANY = 10_000  # issues; more than a world remembers targets


# What is measured in bare POSTs; all else in bare GETs.
POSTED = frozenset({"W2", "W2 each different", "W2 refused"})


def handling(run: Run) -> None:
    """The CPU of each kind of call, without a socket: the same again, the first of its kind, new ones."""
    world = calls.documented()
    untouched = calls.documented()
    works: dict[str, Callable[[], object]] = {
        "W1": calls.w1(world),
        "W1 each different": calls.traced(calls.documented()),
        "W1 unheard": calls.unheard(calls.documented()),
        "W2": calls.w2(calls.documented()),
        "W2 each different": calls.changing(calls.documented()),
        "W2 refused": _refused(calls.documented()),
        "write and W1": _both(calls.documented()),
        "fork": lambda: untouched.fork("test"),
        "fork and W1": lambda: untouched.fork("test").handle(calls.get()),
        "issue": _issue(world),
        "issues": _turns(calls.filled(MANY)),
    }
    found = side_by_side(run, works)
    written = found["W2 each different"]
    found["W1 after a write"] = _more(found.pop("write and W1"), written)
    found["first"] = _more(found.pop("fork and W1"), found.pop("fork"))
    for name, each in found.items():
        method = "POST" if name in POSTED else "GET"
        run.add(
            f"handle.{name.replace(' ', '-')}",
            [one / run.bare[method] for one in each],
            POSTS if method == "POST" else GETS,
            shown(statistics.median(each)),
        )


def _more(some: Sequence[float], others: Sequence[float]) -> list[float]:
    """By how much each of ``some`` is more than what was measured beside it."""
    return [one - other for one, other in zip(some, others, strict=True)]


def _both(world: World) -> Callable[[], object]:
    """W2 with another title, and then W1."""
    write, read = calls.changing(world), calls.w1(world)
    assert (write(), read().body)[1] != (write(), read().body)[1], "nothing was changed"

    def both() -> None:
        write()
        read()

    return both


def _refused(world: World) -> Callable[[], Reply]:
    """W2 without what it must have; each time another."""
    body = calls.titled(0).replace(b'"url":', b'"address":')
    before, _, after = body.partition(b"000000000")

    def refused() -> Reply:
        return world.handle(calls.post(before + b"%09d" % next(calls.NUMBERS) + after))

    assert refused().status == 400
    return refused


def _issue(world: World) -> Callable[[], Reply]:
    """The same issue again and again."""
    calls.answered(world, calls.get(calls.ISSUE))
    return lambda: world.handle(calls.get(calls.ISSUE))


def _turns(world: World) -> Callable[[], Reply]:
    """One issue after the other, of more than are remembered."""
    at = iter(range(10**9))
    return lambda: world.handle(calls.get(f"/jira/rest/api/3/issue/MKY-{100 + next(at) % MANY}"))


def growth(run: Run) -> None:
    """What does not grow: the cost of a call, whatever else there is; of the same again and of new ones."""
    _operations(run)
    _rules(run)
    _many_worlds(run)
    _journal(run)
    _switches(run)


def _operations(run: Run) -> None:
    """The calls of one small service, served alone and among all operations."""
    from mockserver.contract.replay import request

    few = calls.only("kordiam")
    service = few.services["kordiam"]
    many = sum(len(one.operations) for one in calls.shared().services.values())
    here = f"{many} against {len(service.operations)}"
    operation = service.operations["getElement"]
    call = request(service, operation, next(iter(operation.examples.values())).call or {})
    target = service.mount + call.target
    works: dict[str, Callable[[], object]] = {}
    for name, shared in (("few", few), ("many", calls.shared())):
        world = World(shared)
        calls.answered(world, calls.get(target, call.headers))
        works[name] = lambda world=world: world.handle(calls.get(target, call.headers))
        works[f"{name}, unheard"] = calls.unheard(World(shared), target, call.headers)
    found = side_by_side(run, works)
    run.add("growth.operations", ratios(found["many"], found["few"]), "times with few operations", here)
    run.add(
        "growth.operations-unheard",
        ratios(found["many, unheard"], found["few, unheard"]),
        "times with few operations",
        here,
    )


def _rules(run: Run) -> None:
    """A thousand faults, and a thousand forced replies: for other operations, and for other issues."""
    kinds = ("plain", "faults", "overrides")
    works: dict[str, Callable[[], object]] = {}
    for suffix, make in {
        "": calls.w1,
        "-each-different": calls.changing,
        "-same-operation": _issue,
    }.items():
        worlds = [calls.documented() for _ in kinds]
        for number in range(1000):
            match = {"path": {"issueIdOrKey": f"ABC-{number}"}}
            worlds[1].fault({"operation": "getIssue", "status": 503, "times": None, "match": match})
            worlds[2].force("getIssue", status=503, times=None, service="jira", match=match)
        for kind, world in zip(kinds, worlds, strict=True):
            works[f"{kind}{suffix}"] = make(world)
    found = side_by_side(run, works)
    for suffix in ("", "-each-different", "-same-operation"):
        for name in ("faults", "overrides"):
            more = _more(found[f"{name}{suffix}"], found[f"plain{suffix}"])
            run.add(
                f"growth.{name}{suffix}",
                [one / run.bare["GET"] for one in more],
                "bare aiohttp GETs more",
                f"{shown(max(0.0, statistics.median(more)))} more",
            )


def _many_worlds(run: Run) -> None:
    """In one of a thousand worlds."""
    alone, among = calls.worlds(), calls.worlds()
    for number in range(1000):
        among.create_world(f"w{number}")
        calls.answered(among.named(f"w{number}"), calls.get())
    works: dict[str, Callable[[], object]] = {
        "": calls.w1(alone.default),
        "-each-different": calls.changing(alone.default.fork("written")),
    }
    works |= {
        "among": calls.w1(among.named("w500")),
        "among-each-different": calls.changing(among.named("w501")),
    }
    found = side_by_side(run, works)
    for suffix in ("", "-each-different"):
        run.add(
            f"growth.worlds{suffix}",
            ratios(found[f"among{suffix}"], found[suffix]),
            "times with one world",
            "1,000 against 1",
        )


def _journal(run: Run) -> None:
    """A journal, as yet with room and full, against one that keeps one exchange."""
    works: dict[str, Callable[[], object]] = {}
    for suffix, make in {"": calls.w1, "-each-different": calls.changing}.items():
        full = calls.documented()
        for _ in range(6000):
            full.handle(calls.get())
        works[f"small{suffix}"] = make(World(calls.shared(), journal=Bounds(entries=1)))
        works[f"journal{suffix}"] = make(calls.documented())
        works[f"journal-full{suffix}"] = make(full)
    found = side_by_side(run, works)
    for suffix, unit in {"": "times W1", "-each-different": "times W2, each different,"}.items():
        for name in ("journal", "journal-full"):
            run.add(
                f"growth.{name}{suffix}",
                ratios(found[f"{name}{suffix}"], found[f"small{suffix}"]),
                f"{unit} with a journal of one entry",
            )


def _switches(run: Run) -> None:
    """Validation on against off, of bodies that are all different; what it takes to count coverage."""
    tallies = Tallies()

    def count() -> None:
        tally = tallies["jira", "getRemoteIssueLinks", 200, ""]
        tally.count += 1
        tally.covered += 1

    found = side_by_side(
        run,
        {
            "strict": calls.changing(calls.documented()),
            "off": calls.changing(World(calls.shared(), validation="off")),
            "count": count,
            "W1": calls.w1(calls.documented()),
        },
    )
    run.add("growth.coverage", ratios(found["count"], found["W1"]), "of W1, that counting coverage takes")
    run.add("growth.validation", ratios(found["strict"], found["off"]), "times W2, each different, without")


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

    No two requests are alike, so that none of them is answered from what is remembered of another; but for
    those of ``again``. New queries are also read anew.
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
    new = {f"{name}-new-query": search.NEW[name] for name in ("indexed", "half-of-all")}
    for count, world in worlds.items():
        for name, (jql, fields) in kinds.items():
            works[f"{name} {count}"] = asking(world, jql, fields)
        for name, jql in new.items():
            works[f"{name} {count}"] = inquiring(world, jql)
        works[f"again {count}"] = _repeating(world)
        works[f"edit {count}"] = _edit(world)
        works[f"after-a-write {count}"] = _after(_edit(world), works[f"half-of-all {count}"])
    found = side_by_side(run, works)
    for count in worlds:
        both, edits = found[f"after-a-write {count}"], found.pop(f"edit {count}")
        found[f"after-a-write {count}"] = _more(both, edits)
    for name in (*kinds, *new, "after-a-write", "again"):
        each = found[f"{name} 10000"]
        here = f"{shown(statistics.median(each))}, {1 / statistics.median(each):,.0f}/s"
        run.add(f"search.{name}", [one / run.bare["GET"] for one in each], GETS, here)
        if run.full:
            more = found[f"{name} 100000"]
            run.add(f"search.{name}.100000", ratios(more, each), "times with 10,000 issues")


def asking(world: World, jql: str, fields: list[str] | None) -> Callable[[], object]:
    asked = dumps({"jql": jql, "maxResults": 50, **({"fields": fields} if fields else {})})
    assert len(calls.answered(world, calls.post(asked, calls.SEARCH)).json()["issues"]) == 50
    bodies = search.different(asked)
    return lambda: world.handle(calls.post(next(bodies), calls.SEARCH))


def inquiring(world: World, jql: str) -> Callable[[], object]:
    """A search by another query each time: with another number in it."""

    def ask() -> Reply:
        asked = {"jql": jql % next(calls.NUMBERS), "maxResults": 50, "fields": search.FIELDS}
        return world.handle(calls.post(dumps(asked), calls.SEARCH))

    assert len(ask().json()["issues"]) == 50
    return ask


def _repeating(world: World) -> Callable[[], object]:
    """The same search again and again."""
    asked = dumps({"jql": search.INDEXED, "maxResults": 50})
    calls.answered(world, calls.post(asked, calls.SEARCH))
    return lambda: world.handle(calls.post(asked, calls.SEARCH))


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
