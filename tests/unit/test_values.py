"""What crosses every boundary keeps what it was given and derives the rest."""

import pytest

from mockserver.values import Broken, Call, Problem, Reply, dumps


def test_the_path_of_a_call_is_still_percent_encoded():
    call = Call("GET", "/a%2Fb/%C3%A9?x=1")

    assert call.path == "/a%2Fb/%C3%A9"


def test_a_query_keeps_the_order_and_every_value_of_a_name():
    call = Call("GET", "/?b=2&a=1&b=3")

    assert call.query == {"b": ["2", "3"], "a": ["1"]}
    assert list(call.query) == ["b", "a"]


def test_a_query_is_decoded_and_keeps_empty_values():
    call = Call("GET", "/?q=a+b%26c&empty=&caf%C3%A9=1")

    assert call.query == {"q": ["a b&c"], "empty": [""], "café": ["1"]}


def test_a_second_question_mark_belongs_to_the_query():
    call = Call("GET", "/x?url=http://a/?b=1")

    assert (call.path, call.query) == ("/x", {"url": ["http://a/?b=1"]})


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ("application/json", "application/json"),
        (" Application/JSON ; charset=utf-8", "application/json"),
        ("", ""),
    ],
)
def test_the_media_type_has_no_parameters_and_no_capitals(header, media_type):
    assert Call("POST", "/", {"content-type": header}).media_type == media_type


def test_a_call_without_a_content_type_has_no_media_type():
    assert Call("POST", "/").media_type == ""


def test_an_empty_body_is_no_json():
    assert Reply(204).json() is None
    assert Reply(200, {}, b'{"a":1}').json() == {"a": 1}


def test_a_pointer_escapes_what_json_pointer_reserves():
    broken = Broken("body", ("a/b", 0, "c~d"), "c~d", "type", "wrong")

    assert broken.pointer == "/a~1b/0/c~0d"


def test_the_pointer_to_the_whole_document_is_empty():
    assert Broken("body", (), "body", "type", "wrong").pointer == ""


def test_a_problem_of_one_field_is_worded_as_invalid_input():
    problem = Problem.field("name", "is taken")

    assert problem.kind == "invalid"
    assert [(one.scope, one.key, one.path, one.message) for one in problem.broken] == [
        ("body", "name", ("name",), "is taken")
    ]


def test_a_problem_carries_what_fills_its_wording():
    problem = Problem("not_found", diagnosis="nowhere", title="Issue", id="7")

    assert problem.values == {"title": "Issue", "id": "7"}
    assert problem.diagnosis == "nowhere"


def test_json_is_written_compactly_in_its_own_order_as_utf_8():
    assert dumps({"b": 1, "a": "é"}) == '{"b":1,"a":"é"}'.encode()
