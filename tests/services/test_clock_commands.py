"""The commands about a world's time, in the process and from afar; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.world import CommandError, World, Worlds

SEEDED = "2025-01-15T09:30:00+00:00"


@pytest.fixture(params=["here", "afar"])
def steer(request: pytest.FixtureRequest, documented: World) -> Iterator[Any]:
    world = documented.fork("default")
    if request.param == "here":
        yield world
        return
    with MockServer(Worlds(world)) as server:
        remote = RemoteWorld(server.url)
        yield remote
        remote.close()


def test_a_world_stands_still_at_its_seeds_instant(steer: Any) -> None:
    assert steer.show_clock() == {"now": SEEDED, "mode": "frozen", "scale": 0, "frozen": True}


@pytest.mark.parametrize(
    ("given", "mode", "scale"),
    [
        ({"to": "2030-01-01"}, "frozen", 0),
        ({"to": "2030-01-01", "mode": "frozen"}, "frozen", 0),
        ({"to": "2030-01-01", "mode": "ticking"}, "ticking", 1),
        ({"to": "2030-01-01", "mode": "scaled", "scale": 60}, "scaled", 60),
        ({"to": "2030-01-01", "scale": 0.5}, "scaled", 0.5),
        ({"to": "2030-01-01T02:00:00+02:00", "scale": 1_000_000}, "scaled", 1_000_000),
    ],
    ids=str,
)
def test_the_time_is_set(steer: Any, given: dict[str, Any], mode: str, scale: float) -> None:
    shown = steer.set_clock(**given)

    assert (shown["mode"], shown["scale"], shown["frozen"]) == (mode, scale, mode == "frozen")
    assert shown["now"].startswith("2030-01-" if scale > 1 else "2030-01-01T00:00")


@pytest.mark.parametrize("given", [{"to": "real"}, {"mode": "real"}, {"to": "real", "mode": "real"}], ids=str)
def test_the_real_time_is_followed(steer: Any, given: dict[str, Any]) -> None:
    shown = steer.set_clock(**given)

    assert (shown["mode"], shown["scale"], shown["frozen"]) == ("real", 1, False)
    assert shown["now"] > "2026"


def test_without_an_instant_the_time_goes_on_from_where_it_is(steer: Any) -> None:
    steer.set_clock("2030-01-01")

    assert steer.set_clock(mode="ticking")["now"].startswith("2030-01-01T00:00")
    assert steer.set_clock(scale=2)["now"].startswith("2030-01-01T00:0")
    assert steer.set_clock(mode="frozen")["frozen"] is True
    assert steer.show_clock() == steer.show_clock()


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "give 'to', 'mode' or 'scale'"),
        ({"to": "noon"}, "not an ISO 8601 instant: 'noon'"),
        ({"to": "0001-06-01"}, "years 2 to 9998"),
        ({"to": "9999-12-31T23:59:59Z"}, "years 2 to 9998"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "not an ISO 8601 instant"),
        ({"mode": "tickin"}, "did you mean 'ticking'"),
        ({"mode": "scaled"}, "needs a 'scale'"),
        ({"mode": "frozen", "scale": 2}, "'scale' is for the mode 'scaled'"),
        ({"to": "real", "scale": 2}, "'scale' is for the mode 'scaled'"),
        ({"to": "2030-01-01", "mode": "real"}, "do not go together"),
        ({"to": "real", "mode": "frozen"}, "do not go together"),
        ({"scale": 0}, "positive number"),
        ({"scale": -1}, "positive number"),
    ],
    ids=str,
)
def test_a_time_that_makes_no_sense_is_refused(steer: Any, given: dict[str, Any], line: str) -> None:
    with pytest.raises(CommandError, match=line):
        steer.set_clock(**given)

    assert steer.show_clock()["now"] == SEEDED
    assert steer.show_clock()["frozen"] is True


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_refused_in_the_process(documented: World, number: float) -> None:
    world = documented.fork("test")

    for command in (lambda: world.set_clock(scale=number), lambda: world.advance_clock(number)):
        with pytest.raises(CommandError):
            command()

    assert world.show_clock()["now"] == SEEDED


@pytest.mark.parametrize("seconds", [-1, -0.001, 1e12, 1e300])
def test_seconds_that_lead_nowhere_are_refused(steer: Any, seconds: float) -> None:
    with pytest.raises(CommandError, match="'seconds'"):
        steer.advance_clock(seconds)

    assert steer.show_clock()["now"] == SEEDED


def test_a_reset_puts_the_clock_back(steer: Any) -> None:
    steer.set_clock("2030-01-01", scale=60)
    steer.reset()

    assert steer.show_clock()["now"] == SEEDED


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("real", "real"),
        ("frozen", "frozen"),
        ("ticking", "ticking"),
        ("x60", "scaled"),
        ("2030-01-01,x60", "scaled"),
    ],
)
def test_a_world_is_made_with_a_clock_of_its_own(documented: World, word: str, mode: str) -> None:
    worlds = Worlds(documented.fork("default"))
    worlds.create_world("blue", clock=word)

    assert worlds.named("blue").show_clock()["mode"] == mode
    assert worlds.default.show_clock()["now"] == SEEDED


def test_a_world_made_of_a_ticking_one_starts_where_that_one_started(
    documented: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = [0.0]
    monkeypatch.setattr("mockserver.state.clock.monotonic", lambda: reading[0])
    worlds = Worlds(documented.fork("default"))
    worlds.create_world("blue", clock="ticking")
    reading[0] += 100
    blue = worlds.named("blue")

    assert blue.fork("green").show_clock()["now"] == SEEDED
    assert blue.show_clock()["now"] == "2025-01-15T09:31:40+00:00"
    blue.reset()
    assert blue.show_clock()["now"] == SEEDED
