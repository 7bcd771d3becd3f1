"""What a world costs, told by what is shared and what is allocated: no test here looks at a watch."""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mockserver.values import Call, Reply, dumps
from mockserver.world import Catalogue, World, Worlds

SIGNED = {"authorization": "Basic bW9jazptb2Nr", "content-type": "application/json"}
LINKS = "/rest/api/3/issue/MKY-1/remotelink"


@pytest.fixture
def worlds(documented: World) -> Worlds:
    return Worlds(documented.fork("default"))


def link(world: World, number: int = 1) -> Reply:
    body = dumps({"object": {"title": f"Case {number}", "url": f"http://cases.example/{number}"}})
    return world.handle(Call("POST", LINKS, SIGNED, body, "http://localhost"))


def tables(world: World) -> dict[str, int]:
    """The identity of each table."""
    return {name: id(world._store[name]) for name in world._store}


def test_an_untouched_world_shares_every_table_and_a_write_copies_one(worlds: Worlds) -> None:
    worlds.create_world("a")
    world = worlds.named("a")
    before = tables(worlds.default)

    assert tables(world) == before
    assert len(before) > 50

    assert link(world).status == 201
    different = [name for name, one in tables(world).items() if one != before[name]]
    assert "jira/remote_link" in different
    assert "jira/project" not in different
    assert "kordiam/element" not in different
    assert tables(worlds.default) == before


def test_reading_copies_nothing(worlds: Worlds) -> None:
    worlds.create_world("a")
    world = worlds.named("a")

    world.handle(Call("GET", LINKS, SIGNED, b"", "http://localhost"))
    world.state()
    world.snapshot("here")
    world.reset()

    assert tables(world) == tables(worlds.default)


def test_an_untouched_world_takes_less_than_64_kib(worlds: Worlds) -> None:
    for number in range(10):  # what the first ones leave behind for all
        worlds.create_world(f"w{number}")
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(10, 110):
            worlds.create_world(f"w{number}")
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (after - before) / 100 < 64 * 1024


def test_worlds_that_came_and_went_leave_nothing(worlds: Worlds) -> None:
    def cycle() -> None:
        for number in range(200):
            worlds.create_world(f"w{number}")
        for number in range(200):
            worlds.drop_world(f"w{number}")

    cycle()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(10):
            cycle()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < 64 * 1024


def test_a_dropped_world_is_gone_at_once_without_a_collection_of_garbage(worlds: Worlds) -> None:
    gc.collect()
    gc.disable()
    try:
        worlds.create_world("a")
        gone = weakref.ref(worlds.named("a"))
        worlds.drop_world("a")

        assert gone() is None
    finally:
        gc.enable()


def test_many_threads_make_use_and_drop_worlds(worlds: Worlds) -> None:
    failed: list[object] = []

    def live(name: str) -> None:
        for turn in range(20):
            worlds.create_world(name)
            world = worlds.named(name)
            statuses = [link(world, number).status for number in range(turn % 3)]
            kept = len(world.state("jira", "remote_link"))
            world.reset()
            after = len(world.state("jira", "remote_link"))
            if (statuses, kept, after) != ([201] * (turn % 3), 2 + turn % 3, 2):
                failed.append((name, turn, statuses, kept, after))
            worlds.drop_world(name)

    threads = [threading.Thread(target=live, args=[f"w{number}"]) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert failed == []
    assert worlds.worlds() == {"worlds": ["default"]}
    assert len(worlds.default.state("jira", "remote_link")) == 2


def filled(shared: Catalogue, many: int) -> World:
    """A world with so many issues more than the documented ones."""
    issues = [{"key": f"MKY-{number + 100}", "fields": {"summary": f"S {number}"}} for number in range(many)]
    return World(shared, seeds=["documented", {"jira": {"issue": issues}}])


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many functions were called meanwhile, and how many bytes were taken at most."""
    found = [0, 0]

    def called(frame: object, event: str, argument: object) -> None:
        found[0] += event in ("call", "c_call")

    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    sys.setprofile(called)
    try:
        yield found
    finally:
        sys.setprofile(None)
        found[1] = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()


@pytest.mark.parametrize("many", [2_000, pytest.param(10_000, marks=pytest.mark.full)])
def test_snapshot_restore_reset_and_a_new_world_cost_the_same_with_many_issues(
    shared: Catalogue, many: int
) -> None:
    def costs(world: World) -> dict[str, list[int]]:
        works: dict[str, Callable[[], object]] = {
            "snapshot": lambda: world.snapshot("a"),
            "restore": lambda: world.restore("a"),
            "reset": world.reset,
            "fork": lambda: world.fork("b"),
        }
        world.snapshot("a")
        assert link(world).status == 201
        found = {}
        for name, work in works.items():
            with counted() as count:
                work()
            found[name] = list(count)
        return found

    few, lots = costs(filled(shared, 100)), costs(filled(shared, many))

    for name, (calls, size) in few.items():
        assert lots[name][0] == calls, name
        assert lots[name][1] <= 2 * size, name
