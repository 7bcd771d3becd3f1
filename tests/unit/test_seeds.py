"""Seeds that a function makes: what their file may say, and what it may not."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from mockserver.contract.check import check
from mockserver.spec.load import Folder
from mockserver.spec.load import shipped as shipped_folder
from mockserver.values import Call
from mockserver.world import Catalogue, CommandError, UnknownFunction, World, shipped


@pytest.fixture
def with_seed(shared: Catalogue, tmp_path: Path):
    """The shipped Jira with one more seed, ``made``, whose file says ``text``."""

    def with_seed(text: str) -> Catalogue:
        file = tmp_path / "made.yaml"
        file.write_text(text)
        jira = shared.services["jira"]
        return replace(shared, services={"jira": replace(jira, seeds={**jira.seeds, "made": file})})

    return with_seed


def test_the_file_says_how_many_where_nobody_does(with_seed):
    shared = with_seed("generate: demo.records\nsize: 7\n")

    assert len(shipped(shared, "jira", "made")["issue"]) == 7
    assert len(shipped(shared, "jira", "made", 9)["issue"]) == 9


def test_one_is_made_where_the_file_does_not_say_how_many(with_seed):
    assert len(shipped(with_seed("generate: demo.records\n"), "jira", "made")["issue"]) == 1


def test_a_generated_seed_holds_no_records_of_its_own(with_seed):
    shared = with_seed("generate: demo.records\nissue: []\n")

    with pytest.raises(CommandError, match=r"made\.yaml:1:1 a seed that is generated holds no records"):
        World(shared, seeds=["made"])


def test_a_function_that_is_not_there_is_named(with_seed):
    with pytest.raises(UnknownFunction, match=r"'demo\.nothing'"):
        World(with_seed("generate: demo.nothing\n"), seeds=["made"])


def test_check_names_the_function_that_is_not_there_with_its_place(tmp_path: Path):
    seeds = tmp_path / "jira" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "made.yaml").write_text("# Nothing\ngenerate: demo.nothing\n")

    report = check([shipped_folder(), Folder(tmp_path, tmp_path)], ["jira"], replay=False)

    [error] = report.errors
    assert "made.yaml:2:1 fixtures of jira name 'demo.nothing'" in error


@pytest.mark.parametrize("key", ["MKY-2", "no key"])
def test_garbage_is_collected_as_before_once_records_are_stored_or_refused(world: World, key: str):
    issue = {"key": key, "fields": {"summary": "A"}}

    try:
        world.seed({"jira": {"issue": [issue]}})
    except CommandError:
        refused = True
    else:
        refused = False

    assert refused is (key == "no key")
    assert gc.isenabled()
    gc.disable()
    try:
        world.seed({"jira": {"issue": [{"key": "MKY-3", "fields": {"summary": "B"}}]}})
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_same_text_twice_is_the_same_document_and_each_may_be_changed(world: World):
    issues = [
        {"key": f"MKY-{number}", "fields": {"summary": "A", "description": "*Loud*"}} for number in (2, 3)
    ]
    world.seed({"jira": {"issue": issues}})
    address = "/jira/rest/api/2/issue/MKY-{}"

    changed = world.handle(
        Call(
            "PUT",
            address.format(2),
            {"content-type": "application/json"},
            b'{"fields": {"description": "_soft_"}}',
        )
    )

    assert changed.status == 204
    told = [
        world.handle(Call("GET", address.format(number))).json()["fields"]["description"] for number in (2, 3)
    ]
    assert told == ["_soft_", "*Loud*"]
