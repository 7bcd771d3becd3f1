"""``{dotted.name}``: alone it keeps its type, without a value its key is left out."""

from __future__ import annotations

import pytest

from mockserver.engine.template import MISSING, dotted, fill

VALUES = {
    "id": 7,
    "name": "Ada",
    "flag": True,
    "nothing": None,
    "parent": {"key": "MKY-1", "list": [{"id": 8}]},
    "list": [1, 2],
}


def filled(template):
    return fill(template, lambda name: dotted(VALUES, name))


@pytest.mark.parametrize("name", list(VALUES))
def test_a_placeholder_alone_keeps_the_type_of_its_value(name):
    found = filled("{" + name + "}")

    assert found == VALUES[name]
    assert type(found) is type(VALUES[name])


def test_a_placeholder_within_a_text_becomes_text():
    assert filled("{name} has {id} in {parent.key}") == "Ada has 7 in MKY-1"


@pytest.mark.parametrize(
    ("template", "text"),
    [("is {flag}", "is true"), ("is {nothing}", "is null"), ("is {list}", "is [1,2]")],
)
def test_what_is_no_text_is_written_as_json_within_a_text(template, text):
    assert filled(template) == text


def test_keys_and_items_without_a_value_are_left_out():
    template = {"a": "{id}", "b": "{missing}", "c": ["{missing}", "{name}"], "d": {"e": "x {missing}"}}

    assert filled(template) == {"a": 7, "c": ["Ada"], "d": {}}


def test_a_null_is_a_value():
    assert filled({"a": "{nothing}"}) == {"a": None}


def test_a_template_that_is_itself_without_a_value_is_missing():
    assert filled("{missing}") is MISSING
    assert filled("a {missing}") is MISSING


@pytest.mark.parametrize(
    "template", [1, 1.5, True, None, "", "plain", "{ id }", "{}", "{1}", "{{", "a } b {"]
)
def test_what_holds_no_placeholder_stays_as_it_is(template):
    assert filled(template) == template


def test_a_list_is_indexed_by_number():
    assert filled("{parent.list.0.id}") == 8
    assert filled("{parent.list.1.id}") is MISSING
    assert filled("{parent.list.x}") is MISSING


def test_what_a_placeholder_holds_is_not_filled_again():
    assert fill("{a}", lambda name: "{b}") == "{b}"
    assert fill("x{a}", lambda name: "{b}") == "x{b}"


def test_a_text_has_no_members():
    assert dotted({"a": "text"}, "a.upper") is MISSING
    assert dotted({"a": "text"}, "a.0") is MISSING
