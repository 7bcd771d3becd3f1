"""Records of one resource: found by id, key or member, indexed or not, and never changed in place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mockserver.engine.collection import Collection
from mockserver.engine.site import Site, formatted
from mockserver.spec.model import Auth, IdRule, Place, Resource, Service
from mockserver.spec.schemas import Schemas
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.store import Index, Store

NOON = datetime(2025, 1, 15, 12, 0, 0, 7000, tzinfo=UTC)
HERE = Place(Path("tiny.yaml"))


@pytest.fixture
def site() -> Site:
    folder = Resource("folder", "Folder", HERE, keys=("key",))
    file = Resource(
        "file",
        "File",
        HERE,
        parent="folder",
        id=IdRule(style="string", start=10, prefix="F"),
        unique=("name",),
        fields={"name": None, "size": 0},
        stamps={"created": ("made", "changed"), "updated": ("changed",)},
    )
    service = Service(
        "tiny", "Tiny", "", "/tiny", Auth(), dates="%H:%M:%S.%3f", resources={"folder": folder, "file": file}
    )
    indexes = {
        "tiny/folder": [Index(("key",), fold=True), Index(("tags",)), Index(("above",))],
        "tiny/file": [Index(("folder",)), Index(("folder", "name"))],
    }
    return Site(service, Schemas({}), {}, Store(indexes), Ids(), Clock(NOON), {})


@pytest.fixture
def folders(site) -> Collection:
    table = site.table("folder")
    table.add({"key": "ABC", "tags": ["a", "b"], "above": None})
    table.add({"key": "XYZ", "tags": ["b"], "above": 1})
    return table


def ids(records: Any) -> list[Any]:
    return [one["id"] for one in records]


def test_ids_are_told_by_an_index_or_without_one(folders):
    assert folders.ids("tags", "b") == (1, 2)
    assert folders.ids("key", "xyz") == (2,)
    assert list(folders.ids("id", 2)) == [2]
    assert list(folders.ids("above", None)) == [1]


def test_a_record_is_found_by_its_id_or_by_its_key_in_any_case(folders):
    assert [folders.find(text)["id"] for text in ("1", "ABC", "abc", "2", "xYz")] == [1, 1, 1, 2, 2]
    assert folders.find("3") is None


def test_records_are_found_by_what_no_index_can_hold(folders):
    assert ids(folders.where(above=None)) == [1]
    assert ids(folders.where(above=None, key="ABC")) == [1]
    assert ids(folders.where(above=1)) == [2]


def test_records_are_found_by_an_item_of_a_list_and_by_the_whole_list(folders):
    assert ids(folders.where(tags="b")) == [1, 2]
    assert ids(folders.where(tags=["a", "b"])) == [1]


@pytest.mark.parametrize("unindexed", [{"id": 1}, {"id": 1, "key": "ABC"}, {"id": 1, "tags": "a"}])
def test_records_are_found_without_an_index_of_all_members(folders, unindexed):
    assert ids(folders.where(**unindexed)) == [1]


def test_a_new_record_has_id_parent_fields_and_stamps(site, folders):
    made = site.table("file").add({"name": "x"}, folders.get(1))

    assert made == {
        "id": "F10",
        "folder": 1,
        "name": "x",
        "size": 0,
        "made": "12:00:00.007",
        "changed": "12:00:00.007",
    }


def test_an_id_that_a_seed_took_is_not_given_again(site, folders):
    files = site.table("file")
    files.add({"id": "F12", "name": "x"}, folders.get(1))

    assert files.add({"name": "y"}, folders.get(1))["id"] == "F13"


@pytest.mark.parametrize("row_id", ["F²", "free", "F", "G7"])
def test_an_id_of_any_other_form_may_be_given(site, folders, row_id):
    assert site.table("file").add({"id": row_id}, folders.get(1))["id"] == row_id


def test_a_change_leaves_the_old_record_as_it_was(site, folders):
    files = site.table("file")
    old = files.add({"name": "x"}, folders.get(1))
    site.clock.advance(60)
    new = files.change(old, {"size": 5})

    assert (old["size"], old["changed"]) == (0, "12:00:00.007")
    assert (new["size"], new["made"], new["changed"]) == (5, "12:00:00.007", "12:01:00.007")


def test_what_must_be_unique_is_so_within_its_parent(site, folders):
    files = site.table("file")
    first = files.add({"name": "x"}, folders.get(1))

    assert files.clash({"folder": 1, "name": "x"}) == "name"
    assert files.clash({"folder": 2, "name": "x"}) is None
    assert files.clash({"folder": 1, "name": None}) is None
    assert files.clash(first) is None


def test_what_belongs_to_a_record_goes_with_it(site, folders):
    files = site.table("file")
    files.add({"name": "x"}, folders.get(1))
    files.add({"name": "y"}, folders.get(2))
    folders.drop(folders.get(1))

    assert (ids(folders), ids(files)) == ([2], ["F11"])
    assert files.under(folders.get(2)) == list(files)


@pytest.mark.parametrize(
    ("style", "text", "row_id"),
    [
        ("integer", "7", 7),
        ("integer", "007", 7),
        ("integer", "-7", None),
        ("integer", "7.0", None),
        ("integer", "²", None),
        ("integer", "9" * 30, None),
        ("string", "7", "7"),
        ("given", "any thing", "any thing"),
        ("given", "", None),
        ("uuid", "ABCD", "abcd"),
    ],
)
def test_an_id_is_read_in_the_style_of_its_resource(site, style, text, row_id):
    assert Collection(site, Resource("folder", "Folder", HERE, id=IdRule(style=style))).id_of(text) == row_id


def test_milliseconds_have_three_digits():
    assert formatted(NOON, "%Y-%m-%dT%H:%M:%S.%3f%z") == "2025-01-15T12:00:00.007+0000"
