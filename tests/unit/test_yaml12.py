"""YAML with JSON types only: what is typed, what is refused and where, and that nothing else ever happens."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.spec import yaml12
from mockserver.spec.yaml12 import YamlError, locate, parse


@pytest.fixture(params=["libyaml", "pure"])
def parser(request, monkeypatch):
    """Runs the test with PyYAML's C parser and once more without."""
    if request.param == "libyaml" and not yaml.__with_libyaml__:
        pytest.skip("this PyYAML was built without libyaml")
    loader = yaml.CSafeLoader if request.param == "libyaml" else yaml.SafeLoader
    monkeypatch.setattr(yaml12, "_LOADER", loader)


def refusal(text, **limits):
    with pytest.raises(YamlError) as caught:
        parse(text, **limits)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("-7", -7),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1e3", 1000.0),
        ("2E-2", 0.02),
        ("1.5e+2", 150.0),
    ],
)
@pytest.mark.usefixtures("parser")
def test_plain_scalars_have_the_types_of_json(text, value):
    found = parse(f"a: {text}\n")["a"]

    assert (found, type(found)) == (value, type(value))


# fmt: off
STRINGS = [
    "no", "on", "off", "yes", "No", "NO", "y", "n", "True", "TRUE", "False", "NULL", "Null",
    "2024-01-01", "2024-01-01T10:00:00Z", "1:30", "190:20:30", "0x10", "0o17", "012", "-012",
    "1_000", ".5", "5.", "+1", "1e", "1.e3", ".inf", "-.inf", ".nan", "NaN", "Infinity", "=", "0b1",
    "--1", "1.2.3", "\u0661\u0662",
]
# fmt: on


@pytest.mark.parametrize("text", STRINGS)
@pytest.mark.usefixtures("parser")
def test_everything_else_stays_a_string(text):
    assert parse(f"a: {text}\n") == {"a": text}


@pytest.mark.parametrize("text", ["true", "null", "1", "~", "", "1e3"])
@pytest.mark.usefixtures("parser")
def test_quoted_and_block_scalars_are_always_strings(text):
    document = f"double: \"{text}\"\nsingle: '{text}'\nliteral: |-\n  {text}\nfolded: >-\n  {text}\n"

    assert parse(document) == dict.fromkeys(["double", "single", "literal", "folded"], text)


@pytest.mark.usefixtures("parser")
def test_a_plain_scalar_key_becomes_its_text():
    document = "200: a\n1.0: b\ntrue: c\nnull: d\nno: e\n~: f\n"

    assert list(parse(document)) == ["200", "1.0", "true", "null", "no", "~"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "---\n...\n", b"", b"\xef\xbb\xbf"])
@pytest.mark.usefixtures("parser")
def test_an_empty_document_is_none(text):
    assert parse(text) is None


@pytest.mark.usefixtures("parser")
def test_block_and_flow_collections_nest():
    document = "a: {b: [1, {c: x}], d: []}\ne:\n- - 1\n  - 2\n- {}\n"

    assert parse(document) == {"a": {"b": [1, {"c": "x"}], "d": []}, "e": [[1, 2], {}]}


@pytest.mark.usefixtures("parser")
def test_a_byte_order_mark_is_no_part_of_the_text():
    assert parse(b"\xef\xbb\xbfa: \xc3\xa9\n") == parse("\ufeffa: é\n") == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", "'a' for the second time"),
        ("x: {a: 1, 'a': 2}\n", "1:11", "second time"),
        ("200: a\n'200': b\n", "2:1", "second time"),
        ("a: &here 1\n", "1:4", "an anchor, '&here'"),
        ("a:\n  b: &here\n    c: 1\n", "2:6", "an anchor"),
        ("&k a: 1\n", "1:1", "an anchor"),
        ("a: 1\nb: *a\n", "2:4", "an alias, '*a'"),
        ("*a : 1\n", "1:1", "an alias"),
        ("a: !!str 1\n", "1:4", "a tag"),
        ("a: !x [1]\n", "1:4", "a tag, '!x'"),
        (f"a: !{'x' * 5000} 1\n", "1:4", "xxx..."),
        ("a: ! 1\n", "1:4", "a tag"),
        ("!!python/object/apply:os.system ['true']\n", "1:1", "a tag"),
        ("%YAML 1.2\n---\na: 1\n", "1:1", "a directive"),
        ("%TAG !e! tag:example.org,2000:\n---\na: 1\n", "1:1", "a directive"),
        ("a: {b: 1}\nc:\n  <<: {d: 1}\n", "3:3", "a merge key"),
        ("? [a]\n: 1\n", "1:3", "a list as a key"),
        ("{a: 1}: 2\n", "1:1", "a mapping as a key"),
        ("a: 1\n?\n: 2\n", "2:2", "an empty key"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document"),
        ("---\n---\n", "2:1", "a second document"),
        ("a: 1e400\n", "1:4", "out of range"),
        (f"a: {'9' * 5000}\n", "1:4", "5000 characters"),
        ("a: 1\nb:\t2\n", "2:3", "a tab"),
        ("a:\n\tb: 1\n", "2:1", "a tab"),
        ("a: 'b\x00c'\n", "1:6", "U+0000"),
        ("a: b\x07c\n", "1:5", "U+0007"),
        ("a: b\x7fc\n", "1:5", "U+007F"),
        ("a: 1\r\nb: c\x85d\n", "2:5", "U+0085"),
        ("a: b\u2028c\n", "1:5", "U+2028"),
        ("a: b\ufeffc\n", "1:5", "U+FEFF"),
        ("a: \ud800\n", "1:4", "U+D800"),
        (b"a: 1\nb: \xc3\xa9\xff\n", "2:5", "not UTF-8"),
        (b"\xef\xbb\xbf\xff", "1:1", "not UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1", "not UTF-8"),
        (b"\x1f\x8b\x08\x00\x00", "1:2", "not UTF-8"),
        ("a: 1\n b: 2\n", "2:3", "not allowed"),
        ("a: @b\n", "1:4", "cannot start any token"),
    ],
)
@pytest.mark.usefixtures("parser")
def test_what_is_refused_is_named_with_line_and_column(text, where, words):
    error = refusal(text)

    assert str(error).startswith(f"{where} ")
    assert words in error.message


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "{a",
        "}",
        "a: [1, 2\nb: 3\n",
        'a: "b',
        "a: 'b",
        'a: "\\q"',
        'a: "\\U00110000"',
        'a: "\\ud83d\\ude00"',
        "- a\nb",
    ],
)
@pytest.mark.usefixtures("parser")
def test_what_is_not_yaml_is_an_error_with_a_place(text):
    error = refusal(text)

    assert error.line >= 1
    assert error.column >= 1
    assert str(error) == f"{error.line}:{error.column} {error.message}"


@pytest.mark.usefixtures("parser")
def test_an_unclosed_collection_is_named_by_where_it_begins():
    assert "begins at 2:4" in refusal("a: 1\nb: {c: 1\nd: 2\n").message


@pytest.mark.usefixtures("parser")
def test_sixty_four_levels_are_read_and_one_more_is_refused():
    assert parse("[" * 64 + "]" * 64)

    error = refusal("[" * 65 + "]" * 65)

    assert str(error) == "1:65 nested deeper than 64 levels"


@pytest.mark.usefixtures("parser")
def test_nodes_are_counted_keys_included():
    assert parse("{a: 1, b: 2}", max_nodes=5) == {"a": 1, "b": 2}

    assert refusal("{a: 1, b: 2}", max_nodes=4).message == "more than 4 nodes"


@pytest.mark.parametrize("text", ["a: é", "a: é".encode()])
def test_size_is_counted_in_bytes(text):
    assert parse(text, max_bytes=5) == {"a": "é"}

    assert refusal(text, max_bytes=4).message == "5 bytes: expected at most 4"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[\n", "{a: [", "!x ["])
@pytest.mark.usefixtures("parser")
def test_thirty_thousand_levels_are_refused_near_the_top(opening):
    error = refusal(opening * 30_000)

    assert error.line <= 70
    assert error.column <= 700


def test_thirty_thousand_levels_do_not_end_the_interpreter():
    script = (
        "from mockserver.spec.yaml12 import parse\ntry: parse('[' * 30_000)\nexcept ValueError as e: print(e)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stdout) == (0, "1:65 nested deeper than 64 levels\n")


@pytest.mark.usefixtures("parser")
def test_an_alias_bomb_is_refused_at_its_first_anchor():
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert str(refusal(bomb)).startswith("1:4 an anchor, '&a'")


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="this PyYAML was built without libyaml")
def test_a_megabyte_is_read():
    line = "  operation{0}: {{route: GET /rest/api/3/thing/{{id}}, ids: [1, 2, 3], reply: {{status: 200}}}}\n"
    text = "operations:\n" + "".join(line.format(number) for number in range(11_000)).replace("{id}", "id")
    assert len(text) > 900_000

    found = parse(text)

    assert len(found["operations"]) == 11_000


DOCUMENT = """\
# a page
operations:
  getThing:
    route: GET /thing
    cases:
      - if: query.id
        does: get thing
      -
        does: list thing
    200: ok
    flow: {a: 1, "b": [x, {c: 2}]}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ([], (2, 1)),
        (["operations"], (2, 1)),
        (["operations", "getThing"], (3, 3)),
        (["operations", "getThing", "route"], (4, 5)),
        (["operations", "getThing", "cases", 0], (6, 9)),
        (["operations", "getThing", "cases", 0, "does"], (7, 9)),
        (["operations", "getThing", "cases", 1, "does"], (9, 9)),
        (["operations", "getThing", "200"], (10, 5)),
        (["operations", "getThing", "flow", "b"], (11, 18)),
        (["operations", "getThing", "flow", "b", 1, "c"], (11, 28)),
        (["operations", "getThing", "cases", 2], (5, 5)),
        (["operations", "getThing", "route", "more"], (4, 5)),
        (["operations", "getThing", "nothing", "here"], (3, 3)),
        (["operations", "other"], (2, 1)),
        (["nothing"], (2, 1)),
    ],
)
@pytest.mark.usefixtures("parser")
def test_a_path_is_located_by_its_key_or_else_by_its_deepest_ancestor(path, place):
    assert locate(DOCUMENT, path) == locate(DOCUMENT.encode(), path) == place


def test_a_path_does_not_continue_in_a_later_sibling():
    assert locate("a:\n  x: 1\nb:\n  y: 2\n", ["a", "y"]) == (1, 1)


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_everything_in_an_empty_document_is_at_its_beginning(text):
    assert locate(text, ["a", 0]) == (1, 1)


def test_what_cannot_be_read_cannot_be_located():
    with pytest.raises(YamlError, match=r"^1:4 an alias"):
        locate("a: *b", ["a"])


# json.dumps leaves some characters as they are that this parser wants escaped: U+2028, U+FEFF and the like.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"),
    max_size=20,
).filter(lambda text: all(ord(character) & 0xFFFE != 0xFFFE for character in text))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT, inside, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_a_json_document_is_yaml_with_the_same_value(value):
    found = parse(json.dumps(value, ensure_ascii=False, indent=2))

    assert json.dumps(found) == json.dumps(value)


def is_json(value):
    if isinstance(value, dict):
        return all(type(key) is str and is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_json, value))
    return value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value))


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@given(
    text=st.binary(max_size=200)
    | st.text(max_size=200)
    | st.text("ab:-[]{},&*!%?#|>'\"\\xuU0123 \n\r\t.~<", max_size=60)
)
def test_any_input_is_json_or_one_kind_of_error(loader, text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml12, "_LOADER", getattr(yaml, loader))
        try:
            value = parse(text)
        except YamlError as error:
            value = [error.line, error.column, error.message]

    assert is_json(value)
