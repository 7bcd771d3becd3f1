"""Tables of records: indexes agree with the rows, and a fork shares everything and is told nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.state.store import Index, Store

PARENT = Index(("parent",))
NAME = Index(("name",), fold=True)
BOTH = Index(("parent", "name"))


@pytest.fixture
def store() -> Store:
    store = Store({"thing": [PARENT, NAME, BOTH], "other": []})
    store.put("thing", 1, {"id": 1, "parent": 7, "name": "One"})
    store.put("thing", 2, {"id": 2, "parent": 7, "name": "Two"})
    return store


def test_rows_come_in_the_order_in_which_they_were_stored(store):
    store.put("thing", 0, {"id": 0})

    assert list(store["thing"].rows) == [1, 2, 0]


def test_a_replaced_row_keeps_its_position(store):
    store.put("thing", 1, {"id": 1, "parent": 8, "name": "New"})

    assert list(store["thing"].rows) == [1, 2]
    assert store["thing"].rows[1]["name"] == "New"


def test_an_index_finds_rows_by_all_its_fields(store):
    assert store["thing"].ids(PARENT, [7]) == (1, 2)
    assert store["thing"].ids(BOTH, [7, "Two"]) == (2,)
    assert store["thing"].ids(BOTH, [8, "Two"]) == ()


def test_a_folding_index_ignores_case_and_another_does_not(store):
    assert store["thing"].ids(NAME, ["oNE"]) == (1,)
    assert store["thing"].ids(BOTH, [7, "oNE"]) == ()


def test_a_changed_row_is_found_by_its_new_values_only(store):
    store.put("thing", 1, {"id": 1, "parent": 8, "name": "One"})

    assert store["thing"].ids(PARENT, [7]) == (2,)
    assert store["thing"].ids(PARENT, [8]) == (1,)
    assert store["thing"].ids(NAME, ["one"]) == (1,)


def test_a_dropped_row_is_found_by_nothing(store):
    store.drop("thing", 1)

    assert list(store["thing"].rows) == [2]
    assert store["thing"].ids(PARENT, [7]) == (2,)
    assert store["thing"].ids(NAME, ["one"]) == ()


def test_dropping_what_is_not_there_changes_nothing(store):
    store.drop("thing", 99)

    assert list(store["thing"].rows) == [1, 2]


def test_a_row_is_found_by_each_item_of_a_list(store):
    store.put("thing", 3, {"id": 3, "parent": [7, 8], "name": "Three"})
    store.put("thing", 3, {"id": 3, "parent": [8, 9], "name": "Three"})

    assert store["thing"].ids(PARENT, [7]) == (1, 2)
    assert store["thing"].ids(PARENT, [8]) == store["thing"].ids(PARENT, [9]) == (3,)


@pytest.mark.parametrize("value", [None, [], {}, [None]])
def test_a_row_whose_field_cannot_be_indexed_is_in_no_bucket(store, value):
    store.put("thing", 3, {"id": 3, "parent": value, "name": "Three"})

    assert store["thing"].ids(PARENT, [value]) == ()
    assert store["thing"].ids(NAME, ["three"]) == (3,)


def test_rows_without_bucket_leave_nothing_behind_in_the_index(store):
    for number in range(50):
        store.put("thing", 1, {"id": 1, "parent": number, "name": str(number)})
    store.drop("thing", 1)
    store.drop("thing", 2)

    assert [len(buckets) for buckets in store["thing"]._buckets.values()] == [0, 0, 0]


def test_a_fork_starts_with_the_same_records_and_copies_none(store):
    fork = store.fork()

    assert fork["thing"] is store["thing"]
    assert fork["thing"].rows[1] is store["thing"].rows[1]


def test_a_fork_and_its_origin_do_not_see_each_others_writes(store):
    fork = store.fork()

    fork.put("thing", 3, {"id": 3, "parent": 7, "name": "Fork"})
    fork.drop("thing", 1)
    store.put("thing", 4, {"id": 4, "parent": 7, "name": "Origin"})
    store.put("thing", 2, {"id": 2, "parent": 9, "name": "Moved"})

    assert list(fork["thing"].rows) == [2, 3]
    assert list(store["thing"].rows) == [1, 2, 4]
    assert fork["thing"].ids(PARENT, [7]) == (2, 3)
    assert store["thing"].ids(PARENT, [7]) == (1, 4)
    assert fork["thing"].ids(NAME, ["moved"]) == ()
    assert store["thing"].ids(NAME, ["fork"]) == ()


def test_a_fork_of_a_fork_is_as_separate_as_the_first(store):
    first = store.fork()
    first.put("thing", 3, {"id": 3, "parent": 7, "name": "First"})
    second = first.fork()

    second.put("thing", 5, {"id": 5, "parent": 7, "name": "Second"})
    first.put("thing", 4, {"id": 4, "parent": 7, "name": "First too"})

    assert store["thing"].ids(PARENT, [7]) == (1, 2)
    assert first["thing"].ids(PARENT, [7]) == (1, 2, 3, 4)
    assert second["thing"].ids(PARENT, [7]) == (1, 2, 3, 5)


def test_a_write_copies_only_the_table_that_is_written(store):
    fork = store.fork()

    fork.put("thing", 3, {"id": 3})

    assert fork["thing"] is not store["thing"]
    assert fork["other"] is store["other"]


def test_the_origin_of_a_fork_may_go_on_writing_after_many_forks(store):
    forks = []
    for number in range(10, 20):
        store.put("thing", number, {"id": number, "parent": 7, "name": "x"})
        forks.append(store.fork())

    assert [len(fork["thing"].ids(PARENT, [7])) for fork in forks] == list(range(3, 13))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "drop", "fork"]),
            st.integers(0, 3),
            st.integers(0, 5),
            st.sampled_from([1, 2, None, "a", "A"]),
        ),
        max_size=40,
    )
)
def test_every_index_of_every_fork_agrees_with_a_scan(steps):
    stores = [Store({"thing": [PARENT, NAME]})]
    for what, which, row_id, value in steps:
        store = stores[which % len(stores)]
        if what == "put":
            store.put("thing", row_id, {"id": row_id, "parent": value, "name": value})
        elif what == "drop":
            store.drop("thing", row_id)
        else:
            stores.append(store.fork())

    for store in stores:
        rows = store["thing"].rows.values()
        for value in (1, 2, "a", "A"):
            wanted = {row["id"] for row in rows if row["parent"] == value}
            folded = {row["id"] for row in rows if str(row["name"]).casefold() == str(value).casefold()}
            assert set(store["thing"].ids(PARENT, [value])) == wanted
            assert set(store["thing"].ids(NAME, [value])) == folded


def test_rows_are_found_in_the_order_they_came_wherever_they_were_meanwhile():
    index = Index(("colour",))
    store = Store({"thing": [index]})
    for row_id in (1, 2, 3):
        store.put("thing", row_id, {"id": row_id, "colour": "red"})
    fork = store.fork()
    fork.put("thing", 1, {"id": 1, "colour": "blue"})
    fork.put("thing", 3, {"id": 3, "colour": "blue"})
    fork.put("thing", 2, {"id": 2, "colour": "blue"})
    fork.put("thing", 1, {"id": 1, "colour": "red"})
    fork.put("thing", 1, {"id": 1, "colour": "blue"})

    assert fork["thing"].ids(index, ["blue"]) == (1, 2, 3)
    assert store["thing"].ids(index, ["red"]) == (1, 2, 3)


def test_a_row_that_was_dropped_comes_back_as_the_last_one():
    index = Index(("colour",))
    store = Store({"thing": [index]})
    for row_id in (1, 2):
        store.put("thing", row_id, {"id": row_id, "colour": "red"})
    store.drop("thing", 1)
    store.put("thing", 1, {"id": 1, "colour": "red"})

    assert list(store["thing"].rows) == [2, 1]
    assert store["thing"].ids(index, ["red"]) == (2, 1)


def test_a_fork_is_the_same_until_one_of_the_two_is_written_to():
    store = Store({"thing": [], "other": []})
    store.put("thing", 1, {"id": 1})
    fork = store.fork()
    before = store.same(fork)
    store.put("thing", 2, {"id": 2})

    assert (before, store.same(fork), fork.same(fork.fork())) == (True, False, True)


def test_a_table_that_replaces_another_is_not_written_to_by_its_store():
    store = Store({"thing": []})
    table = Store({"thing": []})["thing"]
    table.put(1, {"id": 1})
    store.replace("thing", table)
    store.put("thing", 2, {"id": 2})

    assert list(table.rows) == [1]
    assert list(store["thing"].rows) == [1, 2]
