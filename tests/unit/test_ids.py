"""Ids are predictable, and never given twice."""

import uuid

from mockserver.state.ids import Ids


def test_the_first_number_is_the_start_and_the_next_follows():
    ids = Ids()

    assert [ids.number("a", 10000), ids.number("a", 10000), ids.number("b")] == [10000, 10001, 1]


def test_a_number_that_a_seed_took_is_not_given_again():
    ids = Ids()
    ids.taken("a", 10005)

    assert ids.number("a", 10000) == 10006


def test_a_lower_number_taken_later_changes_nothing():
    ids = Ids()
    ids.taken("a", 7)
    ids.taken("a", 3)

    assert ids.number("a") == 8


def test_a_number_below_the_start_does_not_pull_the_counter_down():
    ids = Ids()
    ids.taken("a", 5)

    assert ids.number("a", 100) == 100


def test_two_sets_of_counters_give_the_same_uuids_in_the_same_order():
    first, second = Ids(), Ids()

    assert [first.uuid("a") for _ in range(3)] == [second.uuid("a") for _ in range(3)]


def test_uuids_differ_from_each_other_and_are_marked_as_version_4():
    ids = Ids()
    found = [ids.uuid(name) for name in "aabb"]

    assert len(set(found)) == 4
    assert {uuid.UUID(one).version for one in found} == {4}


def test_a_digest_has_the_size_asked_for():
    ids = Ids()

    assert [len(ids.digest("a", size)) for size in (1, 24, 64)] == [1, 24, 64]


def test_a_fork_goes_on_where_its_origin_was_and_both_go_their_own_way():
    ids = Ids()
    ids.number("a")
    fork = ids.fork()

    assert [fork.number("a"), fork.number("a"), ids.number("a")] == [2, 3, 2]
    assert fork.uuid("u") == ids.uuid("u")
