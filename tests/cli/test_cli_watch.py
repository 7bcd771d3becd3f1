"""serve --watch: fixtures and seeds are read again when they change, and never half of them."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from mockserver.cli.launch import Wanted
from mockserver.cli.launch import world as made
from mockserver.cli.watch import Watch, prints
from mockserver.values import Call, Reply
from mockserver.world import World, Worlds

SECONDS = 20.0
KINDS = {
    *("no_route", "wrong_method", "unauthorized", "forbidden", "malformed", "media_type", "bad_value"),
    *("invalid", "not_found", "conflict", "too_large", "rate_limited", "not_implemented", "broken"),
}
TOP = {
    "service": "tiny",
    "title": "Tiny",
    "docs": "https://docs.example/",
    "mount": "/tiny",
    "auth": {"accepts": ["basic"], "anonymous": True},
    "headers": {"Content-Type": "application/json"},
    "problems": {
        kind: {"status": 404 if kind == "not_found" else 400, "body": {"kind": kind}} for kind in KINDS
    },
    "settings": {
        "loud": {"default": False, "type": "boolean", "about": "x", "source": "assumed"},
        "size": {"default": 1, "type": "integer", "about": "x", "source": "assumed"},
    },
}
THING: dict[str, Any] = {"title": "Thing", "param": "id", "fields": {"name": None}}
PAGE: dict[str, Any] = {
    "docs": "x",
    "resources": {"thing": THING, "other": {"title": "Other", "param": "other"}},
    "operations": {
        "listThings": {"route": "GET /things", "does": "list thing"},
        "createThing": {"route": "POST /things", "accepts": {"body": "Thing"}, "does": "create thing"},
    },
}
SEED = {"tiny": {"thing": [{"name": "One"}]}}


class Place:
    """A folder of fixtures and a seed that a person edits."""

    def __init__(self, folder: Path) -> None:
        self.fixtures = folder / "mine"
        self.seed = folder / "seed.json"
        self.told: list[str] = []
        (self.fixtures / "fixtures" / "tiny").mkdir(parents=True)
        (self.fixtures / "schemas" / "tiny").mkdir(parents=True)
        self.schemas({"Thing": {"type": "object"}})
        self.top(TOP)
        self.page(PAGE)
        self.seed.write_text(json.dumps(SEED))

    def top(self, content: Any) -> None:
        (self.fixtures / "fixtures" / "tiny" / "service.yaml").write_text(json.dumps(content))

    def page(self, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (self.fixtures / "fixtures" / "tiny" / "things.yaml").write_text(text)

    def schemas(self, content: Any) -> None:
        (self.fixtures / "schemas" / "tiny" / "things.json").write_text(json.dumps({"$defs": content}))

    @property
    def wanted(self) -> Wanted:
        return Wanted(["tiny"], seeds=[str(self.seed)], fixtures=[self.fixtures], clock="frozen")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def worlds(place: Place) -> Worlds:
    return Worlds(made(place.wanted))


@pytest.fixture
def watch(place: Place, worlds: Worlds) -> Watch:
    """A watch without a thread: it looks when it is told to."""
    return Watch(place.wanted, worlds, place.told.append, prints(place.wanted))


def ask(world: World, method: str = "GET", path: str = "/things", body: Any = None) -> Reply:
    raw = b"" if body is None else json.dumps(body).encode()
    return world.handle(
        Call(method, f"/tiny{path}", {"content-type": "application/json"}, raw, "http://localhost")
    )


def names(world: World) -> list[str]:
    return [one["name"] for one in world.state("tiny", "thing")]


def other_page(**more: Any) -> dict[str, Any]:
    """The page with one operation more."""
    count = {"route": "GET /things/count", "does": "example", **more}
    count["examples"] = {"one": {"reply": {"status": 200, "body": {"count": 1}}, "source": "assumed"}}
    count["returns"] = {"200": None}
    return {**PAGE, "operations": {**PAGE["operations"], "countThings": count}}


def test_nothing_is_read_where_nothing_changed(watch: Watch, worlds: Worlds) -> None:
    shared = worlds.default.shared

    assert watch.look() is False
    assert worlds.default.shared is shared


def test_a_new_operation_is_served_and_the_records_stay(place: Place, worlds: Worlds, watch: Watch) -> None:
    world = worlds.default
    ask(world, "POST", body={"name": "Two"})
    before = ask(world, path="/things/count").status
    place.page(other_page())

    assert watch.look() is True
    assert (before, ask(world, path="/things/count").status) == (400, 200)
    assert names(world) == ["One", "Two"]
    assert ask(world, "POST", body={"name": "Three"}).json()["id"] == 3
    assert place.told == [
        "watch: things.yaml read again; records kept in default (`reset` goes to the new seed)"
    ]


def test_an_edited_seed_is_there_at_once_where_nobody_has_changed_anything(
    place: Place, worlds: Worlds, watch: Watch
) -> None:
    worlds.create_world("busy")
    ask(worlds.named("busy"), "POST", body={"name": "Two"})
    place.seed.write_text(json.dumps({"tiny": {"thing": [{"name": "Uno"}, {"name": "Due"}]}}))
    watch.look()
    kept = names(worlds.named("busy"))
    worlds.named("busy").reset()
    worlds.create_world("new")

    assert names(worlds.default) == ["Uno", "Due"]
    assert kept == ["One", "Two"]
    assert names(worlds.named("busy")) == names(worlds.named("new")) == ["Uno", "Due"]
    assert place.told == ["watch: seed.json read again; records kept in busy (`reset` goes to the new seed)"]


def test_a_world_with_a_seed_of_its_own_keeps_it(place: Place, worlds: Worlds, watch: Watch) -> None:
    worlds.create_world("own", seeds=[{"tiny": {"thing": [{"name": "Mine"}]}}])
    place.seed.write_text(json.dumps({"tiny": {"thing": [{"name": "Uno"}]}}))
    watch.look()
    own = worlds.named("own")
    first = names(own)
    ask(own, "POST", body={"name": "More"})
    own.reset()

    assert first == names(own) == ["Mine"]


def test_records_of_a_resource_that_is_gone_are_forgotten_snapshots_too(
    place: Place, worlds: Worlds, watch: Watch
) -> None:
    world = worlds.default
    world.seed({"tiny": {"other": [{"x": 1}]}})
    world.snapshot("before")
    place.page({**PAGE, "resources": {"thing": THING}})
    watch.look()
    world.restore("before")

    assert list(world.state("tiny")) == ["thing"]
    assert names(world) == ["One"]


def test_a_resource_with_other_indexes_is_found_by_them(place: Place, worlds: Worlds, watch: Watch) -> None:
    world = worlds.default
    ask(world, "POST", body={"name": "Two"})
    place.page({**PAGE, "resources": {**PAGE["resources"], "thing": {**THING, "unique": ["name"]}}})
    watch.look()

    assert ask(world, "POST", body={"name": "Two"}).status == 400
    assert names(world) == ["One", "Two"]


def test_settings_that_somebody_changed_stay_and_the_others_follow_their_default(
    place: Place, worlds: Worlds, watch: Watch
) -> None:
    worlds.default.set_settings("tiny", {"loud": True})
    settings = {**TOP["settings"], "size": {**TOP["settings"]["size"], "default": 5}}  # type: ignore[dict-item]
    place.top({**TOP, "settings": settings})
    watch.look()

    shown = worlds.default.settings("tiny")
    assert (shown["loud"]["value"], shown["size"]["value"]) == (True, 5)


def test_a_broken_file_changes_nothing_is_told_and_can_be_put_right(
    place: Place, worlds: Worlds, watch: Watch
) -> None:
    shared = worlds.default.shared
    place.page("{")
    watch.look()
    broken = (worlds.default.shared is shared, ask(worlds.default).status, worlds.default.health()["status"])
    place.page(other_page())
    watch.look()

    assert broken == (True, 200, "degraded")
    assert any(
        line.startswith(str(place.fixtures / "fixtures" / "tiny" / "things.yaml")) for line in place.told
    )
    assert "watch: the fixtures of before are still served" in place.told
    assert worlds.default.health() == {"status": "ok"}
    assert ask(worlds.default, path="/things/count").status == 200


@pytest.mark.parametrize(
    "break_it",
    [
        lambda place: place.page({**PAGE, "operatons": {}}),
        lambda place: place.page(other_page(does="call nowhere.nothing")),
        lambda place: place.schemas({"Thing": {"type": "objekt"}}),
        lambda place: place.seed.write_text('{"tiny": {"thing": [{"nmae": 1}]}}'),
        lambda place: place.seed.write_text("{"),
        lambda place: place.seed.unlink(),
    ],
    ids=["key", "function", "schema", "record", "text", "gone"],
)
def test_whatever_is_wrong_the_old_set_keeps_serving(
    place: Place, worlds: Worlds, watch: Watch, break_it: Callable[[Place], Any]
) -> None:
    shared = worlds.default.shared
    break_it(place)

    assert watch.look() is True
    assert worlds.default.shared is shared
    assert ask(worlds.default).status == 200
    assert worlds.default.health()["status"] == "degraded"
    assert len(place.told) >= 2


def test_a_file_that_goes_and_comes_back_is_noticed_twice(place: Place, watch: Watch) -> None:
    text = place.seed.read_text()
    place.seed.unlink()
    gone = watch.look()
    place.seed.write_text(text)

    assert (gone, watch.look(), watch.look()) == (True, True, False)


def test_no_request_fails_while_files_are_broken_and_mended(
    place: Place, worlds: Worlds, watch: Watch
) -> None:
    failed: list[int] = []
    count = 0
    done = threading.Event()

    def client(world: World) -> None:
        nonlocal count
        while not done.is_set():
            statuses = [ask(world, "POST", body={"name": "x"}).status, ask(world).status]
            count += 1
            failed.extend(one for one in statuses if one not in (200, 201))

    worlds.create_world("blue")
    clients = [threading.Thread(target=client, args=(world,)) for world in worlds]
    for one in clients:
        one.start()
    for number in range(30):
        place.page("{" if number % 2 else {**PAGE, "docs": f"x{number}"})
        watch.look()
    done.set()
    for one in clients:
        one.join()

    assert count > 0
    assert failed == []
    assert [len(names(world)) > 1 for world in worlds] == [True, True]


def test_a_world_that_is_made_meanwhile_serves_the_new_set(
    place: Place, worlds: Worlds, watch: Watch
) -> None:
    done = threading.Event()
    made_: list[World] = []

    def maker() -> None:
        while not done.is_set():
            worlds.create_world(f"w{len(made_)}", seeds=[SEED])
            made_.append(worlds.named(f"w{len(made_)}"))

    thread = threading.Thread(target=maker)
    thread.start()
    for number in range(10):
        place.page({**PAGE, "docs": f"x{number}"})
        watch.look()
    done.set()
    thread.join()

    assert len(made_) > 1
    assert {id(world.shared) for world in worlds} == {id(worlds.default.shared)}
    assert {tuple(names(world)) for world in made_} == {("One",)}


def test_a_server_that_watches_serves_what_was_edited(start: Any, place: Place, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    arguments = ["--fixtures", str(place.fixtures), "--seed", str(place.seed), "--ready-file", str(ready)]
    process = start("serve", "tiny", "--port", "0", "--watch", *arguments)
    url = process.wait_for(ready)["services"]["tiny"]["url"]
    connection = http.client.HTTPConnection("127.0.0.1", int(url.split(":")[2].split("/")[0]), timeout=10)

    def status() -> int:
        connection.request("GET", "/tiny/things/count")
        reply = connection.getresponse()
        reply.read()
        return reply.status

    place.page("{")
    place.page(other_page())
    until = time.monotonic() + SECONDS
    while (seen := status()) != 200 and time.monotonic() < until:
        time.sleep(0.02)
    with urlopen(f"{url}/things", timeout=10) as reply:
        listed = reply.status
    connection.close()

    assert (seen, listed) == (200, 200)
    assert process.stop() == 0
    assert "watch: things.yaml read again" in process.err.read_text()
