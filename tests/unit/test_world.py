"""A world's state can be put back, and nothing that was refused leaves a trace."""

from __future__ import annotations

import pytest

from mockserver.world import CommandError, World

PAGE = {
    "docs": "x",
    "resources": {"thing": {"title": "Thing", "param": "id", "unique": ["name"], "fields": {"name": None}}},
    "operations": {
        "listThings": {
            "route": "GET /things",
            "accepts": {"query": "Numbers"},
            "does": "list thing",
            "where": {"size": "query.size"},
        },
        "createThing": {"route": "POST /things", "accepts": {"body": "Thing"}, "does": "create thing"},
    },
}
SCHEMAS = {
    "Thing": {"type": "object"},
    "Numbers": {"type": "object", "properties": {"size": {"type": "number"}, "count": {"type": "integer"}}},
}


@pytest.fixture
def world(files) -> World:
    files.service(settings={"loud": {"default": False, "type": "boolean", "about": "x", "source": "assumed"}})
    files.page("things", PAGE).schemas("things", SCHEMAS)
    return files.world(({"tiny": {"thing": [{"id": 1, "name": "One"}]}},))


def names(world: World) -> list[str]:
    return [one["name"] for one in world.state("tiny", "thing")]


def test_reset_puts_the_seed_back_and_empty_takes_it_away(world, ask):
    ask(world, "POST", "/things", {"name": "Two"})
    world.reset("empty")
    nothing = names(world)
    world.reset()

    assert (nothing, names(world)) == ([], ["One"])


def test_the_same_calls_after_a_reset_give_the_same_replies(world, ask):
    first = ask(world, "POST", "/things", {"name": "Two"})
    world.reset()

    assert ask(world, "POST", "/things", {"name": "Two"}) == first


def test_a_snapshot_holds_records_ids_and_settings(world, ask):
    world.set_settings("tiny", {"loud": True})
    taken = world.snapshot()["id"]
    first = ask(world, "POST", "/things", {"name": "Two"}).json()
    world.set_settings("tiny", {"loud": False})
    world.restore(taken)

    assert names(world) == ["One"]
    assert world.settings("tiny")["loud"]["value"] is True
    assert ask(world, "POST", "/things", {"name": "Two"}).json() == first


def test_a_snapshot_can_be_restored_more_than_once(world, ask):
    world.snapshot("start")
    for name in ("Two", "Three"):
        ask(world, "POST", "/things", {"name": name})
        world.restore("start")

    assert names(world) == ["One"]


def test_an_unnamed_snapshot_never_replaces_a_named_one(world):
    world.snapshot("s2")
    found = [world.snapshot()["id"] for _ in range(3)]

    assert found == ["s1", "s3", "s4"]
    assert world.snapshots() == {"snapshots": ["s2", "s1", "s3", "s4"]}


def test_seeding_stores_all_or_nothing(world):
    with pytest.raises(CommandError) as caught:
        world.seed({"tiny": {"thing": [{"name": "Two"}, {"nmae": "Three"}], "thng": []}, "tny": {}})

    assert caught.value.lines == (
        "tiny.thing[1]: unknown member 'nmae' — did you mean 'name'?",
        "tiny.thng: no such resource — did you mean 'thing'?",
        "tny: no such service — did you mean 'tiny'?",
    )
    assert names(world) == ["One"]


def test_a_seeded_value_that_is_taken_is_refused(world):
    with pytest.raises(CommandError, match=r"tiny\.thing\[0\]: 'name' is taken: 'One'"):
        world.seed({"tiny": {"thing": [{"name": "One"}]}})


def test_a_dry_run_of_seeding_stores_nothing(world):
    found = world.seed({"tiny": {"thing": [{"name": "Two"}]}}, dry_run=True)

    assert found == {"dry_run": True, "seeded": {"tiny": {"thing": 1}}}
    assert names(world) == ["One"]


def test_settings_change_all_or_none(world):
    with pytest.raises(CommandError) as caught:
        world.set_settings("tiny", {"loud": True, "lod": 1})

    assert caught.value.lines == ("tiny has no setting 'lod' — did you mean 'loud'?",)
    assert world.settings("tiny")["loud"]["value"] is False


def test_a_setting_of_the_wrong_type_is_refused(world):
    with pytest.raises(CommandError, match=r"tiny\.loud: 'yes' is not of type 'boolean'"):
        world.set_settings("tiny", {"loud": "yes"})


def test_two_worlds_of_one_origin_are_told_nothing_of_each_other(world, ask):
    one, two = world.fork("one"), world.fork("two")
    ask(one, "POST", "/things", {"name": "Two"})
    one.set_settings("tiny", {"loud": True})
    one.advance_clock(60)

    assert (names(one), names(two), names(world)) == (["One", "Two"], ["One"], ["One"])
    assert two.settings("tiny")["loud"]["value"] is False
    assert two.show_clock() == world.show_clock()
    assert len(two.journal) == 0


@pytest.mark.parametrize("seconds", [-1, 1e300, float("nan")])
def test_a_clock_that_cannot_go_there_stays(world, seconds):
    before = world.show_clock()

    with pytest.raises(CommandError):
        world.advance_clock(seconds)

    assert world.show_clock() == before


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "0x1", "", "1e", "٣", "1e9999"])
def test_what_is_no_number_in_a_query_is_refused(world, ask, text):
    assert ask(world, "GET", f"/things?size={text}").json()["kind"] == "bad_value"


@pytest.mark.parametrize("text", ["1", "-1.5", "1e3", ".5", "%2B2"])
def test_what_is_a_number_in_a_query_is_taken(world, ask, text):
    assert ask(world, "GET", f"/things?size={text}").status == 200


@pytest.mark.parametrize("text", ["1.0", "%2B-1", "1_0", "٣", "9" * 30])
def test_what_is_no_integer_in_a_query_is_refused(world, ask, text):
    assert ask(world, "GET", f"/things?count={text}").json()["kind"] == "bad_value"
