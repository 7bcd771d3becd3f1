"""Schemas by page and name: what is broken is named at once, in the service's words."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.spec.model import SchemaName
from mockserver.spec.schemas import Schemas, UnknownSchema
from mockserver.values import Json

WORDS = {
    "required": "'{name}' is required.",
    "maxLength": "'{name}' is longer than {limit}.",
    "type": "'{path}' must be a {limit}, not {got}.",
    "default": "'{name}' breaks {rule}.",
}


def schemas(**pages: Any) -> Schemas:
    return Schemas({("tiny", page): {"$defs": definitions} for page, definitions in pages.items()})


def messages(found: Schemas, value: Json, page: str = "things", name: str = "Thing") -> dict[str, str]:
    broken = found.broken(SchemaName("tiny", page, name), value, "body", WORDS)
    return {one.pointer: one.message for one in broken}


THING = {
    "type": "object",
    "required": ["name", "size"],
    "properties": {"name": {"type": "string", "maxLength": 3}, "size": {"type": "integer"}},
    "additionalProperties": False,
}


def test_what_keeps_every_rule_is_valid_and_breaks_nothing():
    found = schemas(things={"Thing": THING})

    assert found.valid(SchemaName("tiny", "things", "Thing"), {"name": "abc", "size": 1})
    assert messages(found, {"name": "abc", "size": 1}) == {}


def test_every_broken_rule_is_named_at_once_with_its_pointer():
    found = schemas(things={"Thing": THING})

    assert messages(found, {"name": "abcd", "extra": 1, "more": 2}) == {
        "/name": "'name' is longer than 3.",
        "/size": "'size' is required.",
        "/extra": "'extra' breaks additionalProperties.",
        "/more": "'more' breaks additionalProperties.",
    }


def test_two_missing_members_are_two_broken_rules():
    assert messages(schemas(things={"Thing": THING}), {}) == {
        "/name": "'name' is required.",
        "/size": "'size' is required.",
    }


def test_a_value_of_the_wrong_type_is_shown_as_json():
    found = schemas(things={"Thing": THING})

    assert messages(found, {"name": None, "size": [1]}) == {
        "/name": "'name' must be a string, not null.",
        "/size": "'size' must be a integer, not [1].",
    }


def test_a_document_of_the_wrong_type_is_reported_under_its_scope():
    [broken] = schemas(things={"Thing": THING}).broken(
        SchemaName("tiny", "things", "Thing"), [], "body", WORDS
    )

    assert (broken.key, broken.path, broken.rule) == ("body", (), "type")


def test_a_schema_may_word_its_own_rules_and_name_its_key():
    rule = {"type": "string", "x-key": "id", "x-words": {"required": "give {name} as {key}"}}
    found = schemas(things={"Thing": {"required": ["globalId"], "properties": {"globalId": rule}}})

    [broken] = found.broken(SchemaName("tiny", "things", "Thing"), {}, "query", WORDS)

    assert (broken.key, broken.message) == ("id", "give globalId as id")


def test_a_rule_without_any_words_is_still_named():
    [broken] = schemas(things={"Thing": {"minProperties": 1}}).broken(
        SchemaName("tiny", "things", "Thing"), {}, "body", {}
    )

    assert broken.message == "body: minProperties"


def test_a_placeholder_that_a_message_does_not_know_stays():
    found = schemas(things={"Thing": {"type": "object", "x-words": {"type": "{name} {nonsense}"}}})

    assert messages(found, 1) == {"": "body {nonsense}"}


NESTED = {
    "required": ["object"],
    "properties": {"object": {"$ref": "#/$defs/Inner", "default": {}}},
}
INNER = {"required": ["url", "title"], "properties": {"url": {}, "title": {}}}


def test_a_missing_member_with_a_default_is_judged_as_if_it_had_that_value():
    found = schemas(things={"Thing": NESTED, "Inner": INNER})

    assert messages(found, {}) == {
        "/object/url": "'url' is required.",
        "/object/title": "'title' is required.",
    }


def test_a_member_with_a_default_that_nobody_requires_is_not_filled_in():
    optional = {key: value for key, value in NESTED.items() if key != "required"}

    assert messages(schemas(things={"Thing": optional, "Inner": INNER}), {}) == {}


def test_a_value_is_not_changed_by_being_judged():
    value: dict[str, Any] = {}
    messages(schemas(things={"Thing": NESTED, "Inner": INNER}), value)

    assert value == {}


def test_a_reference_leads_to_another_page_and_on_from_there():
    found = schemas(
        things={"Thing": {"properties": {"user": {"$ref": "users.json#/$defs/User"}}}},
        users={"User": {"properties": {"name": {"$ref": "#/$defs/Name"}}}, "Name": {"type": "string"}},
    )

    assert found.valid(SchemaName("tiny", "things", "Thing"), {"user": {"name": "Ada"}})
    assert messages(found, {"user": {"name": 1}}) == {"/user/name": "'user.name' must be a string, not 1."}


def test_a_reference_stays_within_its_service():
    found = Schemas(
        {
            ("tiny", "things"): {"$defs": {"Thing": {"$ref": "users.json#/$defs/User"}}},
            ("other", "users"): {"$defs": {"User": {"type": "string"}}},
        }
    )

    with pytest.raises(ValueError, match=r"users\.json"):
        found.valid(SchemaName("tiny", "things", "Thing"), {})


def test_the_same_name_on_two_pages_is_two_schemas():
    found = schemas(one={"Thing": {"type": "string"}}, two={"Thing": {"type": "integer"}})

    assert found.valid(SchemaName("tiny", "one", "Thing"), "a")
    assert not found.valid(SchemaName("tiny", "two", "Thing"), "a")


def test_a_definition_is_found_with_the_reference_at_its_top_followed():
    found = schemas(things={"Thing": {"$ref": "users.json#/$defs/User"}}, users={"User": {"type": "string"}})

    assert found.resolved(SchemaName("tiny", "things", "Thing")) == {"type": "string"}


def test_a_definition_that_refers_to_itself_does_not_hang():
    found = schemas(things={"Thing": {"$ref": "#/$defs/Thing"}})

    with pytest.raises(UnknownSchema, match="refers to itself"):
        found.resolved(SchemaName("tiny", "things", "Thing"))


def test_a_schema_may_hold_itself():
    tree = {"required": ["name"], "properties": {"name": {}, "child": {"$ref": "#/$defs/Thing"}}}

    assert messages(schemas(things={"Thing": tree}), {"name": 1, "child": {"child": {"name": 2}}}) == {
        "/child/name": "'name' is required."
    }


def test_a_member_that_may_be_anything_is_no_obstacle():
    found = schemas(things={"Thing": {"required": ["any"], "properties": {"any": True}}})

    assert messages(found, {}) == {"/any": "'any' is required."}
    assert messages(found, {"any": {"a": 1}}) == {}
    assert messages(schemas(things={"Thing": False}), 1) == {"": "'body' breaks false."}


def test_items_of_lists_are_named_by_their_index():
    found = schemas(things={"Thing": {"items": {"required": ["id"]}}})

    assert messages(found, [{"id": 1}, {}]) == {"/1/id": "'id' is required."}


def test_an_unknown_name_is_not_contained_and_is_refused():
    found = schemas(things={"Thing": THING})

    assert SchemaName("tiny", "things", "Thing") in found
    assert SchemaName("tiny", "things", "Thng") not in found
    assert SchemaName("tiny", "nowhere", "Thing") not in found
    with pytest.raises(UnknownSchema):
        found.definition(SchemaName("tiny", "things", "Thng"))


def test_the_names_of_a_page_are_listed():
    assert schemas(things={"Thing": {}, "Other": {}}).names("tiny", "things") == ("Thing", "Other")
    assert schemas().names("tiny", "nowhere") == ()


def test_a_catastrophic_pattern_is_judged_quickly():
    found = schemas(things={"Thing": {"pattern": "^(a+)+$"}})

    assert not found.valid(SchemaName("tiny", "things", "Thing"), "a" * 5000 + "!")
    assert messages(found, "a" * 5000 + "!") == {"": "'body' breaks pattern."}
