"""OData query options, as a reader of the Enterprise Tester reference would try them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.behaviours.enterprise_tester.odata import (
    DEEPEST,
    LONGEST,
    ODataError,
    filtering,
    names,
    ordering,
)

GUID = "3afb1d3c-91d2-4c0b-9a4e-0f6f0d1c2b3a"
LINK = {
    "Id": GUID,
    "Name": "Project X",
    "Type": "Incident",
    "Owner": "O'Neil",
    "Enabled": True,
    "Version": 3,
    "LastSynchronizedAt": "2012-01-01T14:04:07Z",
    "AutoSelect": None,
    "ConfigurationProblems": [],
    "ExternalSystem": {"Name": "Our Jira", "Type": "Jira"},
}


def refused(text: str, known: frozenset[str] | None = None) -> ODataError:
    with pytest.raises(ODataError) as caught:
        filtering(text, known)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        f"Type eq 'Incident' and Id eq guid'{GUID.upper()}'",
        "substringof('ject',Name) eq true",
        "Name eq 'Project X'",
    ],
)
def test_the_filters_of_the_reference_find_the_link(text: str) -> None:
    assert filtering(text)(LINK) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Version eq 3", True),
        ("Version ne 3", False),
        ("Version gt 2.5", True),
        ("Version ge 3", True),
        ("Version lt 3", False),
        ("Version le 3e0", True),
        ("Version gt -1", True),
        ("Name lt 'Q'", True),
        ("Enabled eq true", True),
        ("Enabled ne false", True),
    ],
)
def test_each_operator_compares_the_field_with_the_literal(text: str, expected: bool) -> None:
    assert filtering(text)(LINK) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("startswith(Name,'Pro')", True),
        ("startswith(Name,'X')", False),
        ("startswith(Name,'X') eq false", True),
        ("endswith(Name, ' X')", True),
        ("substringof(Name,'My Project X')", True),
        ("tolower(Name) eq 'project x'", True),
        ("toupper(Name) eq 'PROJECT X'", True),
        ("length(Name) gt 8", True),
        ("trim('  Project X ') eq Name", True),
        ("indexof(Name,'ject') eq 3", True),
        ("indexof(Name,'zzz') eq -1", True),
        ("startswith(tolower(trim(Name)),tolower('PRO'))", True),
    ],
)
def test_functions_read_text(text: str, expected: bool) -> None:
    assert filtering(text)(LINK) is expected


@pytest.mark.parametrize(
    "text", ["startswith(AutoSelect,'a')", "substringof('3',Version)", "endswith(Absent,'')"]
)
def test_a_boolean_function_of_something_that_is_not_text_is_false(text: str) -> None:
    assert filtering(text)(LINK) is False


@pytest.mark.parametrize("text", ["tolower(Version) eq null", "length(AutoSelect) eq null"])
def test_any_other_function_of_something_that_is_not_text_is_null(text: str) -> None:
    assert filtering(text)(LINK) is True


def test_and_binds_closer_than_or() -> None:
    assert filtering("Version eq 3 or Version eq 4 and Name eq 'no'")(LINK) is True
    assert filtering("(Version eq 3 or Version eq 4) and Name eq 'no'")(LINK) is False


def test_not_binds_closer_than_and() -> None:
    assert filtering("not (Version eq 4) and Version eq 3")(LINK) is True
    assert filtering("not startswith(Name,'X') and Version eq 4")(LINK) is False


def test_not_binds_closer_than_a_comparison() -> None:
    assert filtering("not startswith(Name,'Pro') eq false")(LINK) is True


def test_a_doubled_quote_is_one_quote() -> None:
    assert filtering("Owner eq 'O''Neil'")(LINK) is True


def test_parentheses_and_quotes_inside_text_mean_nothing() -> None:
    assert filtering(f"Name ne '{'(' * 200}'' and'")(LINK) is True


@pytest.mark.parametrize("literal", [f"guid'{GUID.upper()}'", f"'{GUID.upper()}'", f"guid'{GUID}'"])
def test_guids_are_equal_whatever_their_case(literal: str) -> None:
    assert filtering(f"Id eq {literal}")(LINK) is True


def test_other_text_is_equal_in_its_own_case_only() -> None:
    assert filtering("Name eq 'project x'")(LINK) is False


@pytest.mark.parametrize(
    "literal",
    [
        "datetime'2012-01-01T14:04:07Z'",
        "datetime'2012-01-01T14:04:07'",
        "datetimeoffset'2012-01-01T16:04:07+02:00'",
        "'2012-01-01T14:04:07.0000000Z'",
        "'2012-01-01T13:04:07-01:00'",
    ],
)
def test_dates_are_equal_when_they_are_the_same_instant(literal: str) -> None:
    assert filtering(f"LastSynchronizedAt eq {literal}")(LINK) is True


def test_a_date_without_a_time_is_its_midnight_in_utc() -> None:
    assert (
        filtering("LastSynchronizedAt gt datetime'2012-01-01' and LastSynchronizedAt lt '2012-01-02'")(LINK)
        is True
    )


def test_dates_at_the_ends_of_time_compare_across_offsets() -> None:
    at_the_end = filtering("At gt datetimeoffset'9999-12-31T23:59:59+14:00'")

    assert at_the_end({"At": "9999-12-31T23:59:59-14:00"}) is True
    assert at_the_end({"At": "0001-01-01T00:00:00+14:00"}) is False


def test_a_path_reads_the_field_of_an_expanded_object() -> None:
    assert filtering("ExternalSystem/Name eq 'Our Jira'")(LINK) is True


@pytest.mark.parametrize("path", ["Absent", "Absent/Name", "Name/Name", "ConfigurationProblems/Name"])
def test_a_field_that_the_record_lacks_is_null(path: str) -> None:
    assert filtering(f"{path} eq null")(LINK) is True


def test_field_names_match_whatever_their_case() -> None:
    assert filtering("externalsystem/TYPE eq 'Jira'")(LINK) is True


def test_the_exact_spelling_of_a_field_comes_first() -> None:
    assert filtering("name eq 2")({"Name": 1, "name": 2}) is True


def test_a_field_may_be_named_like_a_function_or_begin_with_a_keyword() -> None:
    assert filtering("length eq 1 and android eq 2 and nothing eq null")({"Length": 1, "android": 2}) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AutoSelect eq null", True),
        ("AutoSelect ne null", False),
        ("Name eq null", False),
        ("Name ne null", True),
        ("null eq null", True),
        ("AutoSelect ne 'Yes'", True),
        ("AutoSelect eq Absent", True),
    ],
)
def test_null_equals_null_only(text: str, expected: bool) -> None:
    assert filtering(text)(LINK) is expected


@pytest.mark.parametrize("operator", ["gt", "ge", "lt", "le"])
@pytest.mark.parametrize(
    "operands", ["{} OP null", "null OP {}", "Version OP '3'", "Enabled OP 1", "Name OP guid'G'"]
)
def test_null_and_values_of_different_kinds_are_in_no_order(operator: str, operands: str) -> None:
    text = operands.replace("OP", operator).replace("{}", "AutoSelect").replace("guid'G'", f"guid'{GUID}'")

    assert filtering(text)(LINK) is False


@pytest.mark.parametrize(
    "operands",
    ["Version OP '3'", "Enabled OP 1", "Name OP datetime'2012-01-01'", "ConfigurationProblems OP 'x'"],
)
def test_values_of_different_kinds_are_never_equal(operands: str) -> None:
    assert filtering(operands.replace("OP", "eq"))(LINK) is False
    assert filtering(operands.replace("OP", "ne"))(LINK) is True


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 1, "found the end"),
        ("Name eq", 8, "found the end"),
        ("Name eq  ", 8, "found the end"),
        ("Name EQ 'x'", 6, "found 'EQ'"),
        ("Name eq 'x", 9, "closing quote"),
        ("Name eq 'x'and Version eq 3", 9, "next word"),
        ("Version eq 1and Name eq 'x'", 12, "next word"),
        ("Version eq 1 androi eq 2", 14, "found 'androi'"),
        ("Version eq 1e999", 12, "too large"),
        ("Version add 1 eq 2", 9, "found 'add'"),
        ("Version eq 1 eq true", 14, "found 'eq'"),
        ("(Version eq 1", 14, "expected an operator or ')'"),
        ("Version eq 1)", 13, "expected an operator or the end"),
        ("Name = 'x'", 6, "unexpected character '='"),
        ("Id eq guid'3AFB'", 7, "expected a guid"),
        ("At eq datetime'2012-02-30'", 7, "expected a date"),
        ("At eq datetime'yesterday'", 7, "expected a date"),
        ("not Name eq 'x'", 10, "after 'not'"),
        ("not not (Version eq 1)", 5, "after 'not'"),
        ("not (Name)", 6, "'Name' alone is not a condition; write 'Name eq true'"),
        ("Enabled", 1, "'Enabled' alone is not a condition; write 'Enabled eq true'"),
        ("Version eq 1 or 'x'", 17, "expected a condition, found a text value"),
        ("length(Name)", 1, "expected a condition, found a number value"),
        ("startwith(Name,'x')", 1, "unknown function 'startwith'; nearest: startswith"),
        ("Version eq 1 and cast(Name)", 18, "unknown function 'cast'"),
        ("startswith(Name)", 1, "takes 2 arguments, found 1"),
        ("length() eq 1", 1, "takes 1 arguments, found 0"),
        ("startswith(Name, 3)", 18, "found a number value"),
        ("tolower(Name eq 'x') eq 'x'", 9, "found a boolean value"),
    ],
)
def test_what_is_not_understood_is_refused_where_it_stands(text: str, position: int, message: str) -> None:
    error = refused(text)

    assert (error.option, error.position) == ("$filter", position)
    assert message in error.message


def test_an_error_reads_option_column_and_message() -> None:
    assert (
        str(refused("Nmae eq 1", frozenset({"Name"})))
        == "$filter, column 1: unknown field 'Nmae'; nearest: Name"
    )


def test_an_unknown_field_is_refused_with_the_nearest_known_names() -> None:
    error = refused(
        "Version eq 3 and ExternalSystem/Nam eq 'x'", frozenset({"Version", "ExternalSystem/Name"})
    )

    assert error.position == 18
    assert error.message == "unknown field 'ExternalSystem/Nam'; nearest: ExternalSystem/Name"


def test_a_known_field_is_accepted_in_any_case() -> None:
    assert filtering("VERSION eq 3", frozenset({"Version"}))(LINK) is True


def test_a_known_name_listed_alone_admits_everything_inside_it() -> None:
    assert filtering("ExternalSystem/Name ne null", frozenset({"ExternalSystem"}))(LINK) is True


def test_a_known_name_with_listed_parts_admits_those_only() -> None:
    assert (
        refused("ExternalSystem/Key eq 1", frozenset({"ExternalSystem", "ExternalSystem/Name"})).position == 1
    )


def test_a_long_text_is_refused() -> None:
    assert refused("a eq 1 or " * 10_000 + "a eq 1").position == LONGEST + 1


def test_a_text_of_the_greatest_length_is_read() -> None:
    text = ("Version eq 4 or " * 499 + "Version eq 3").rjust(LONGEST)

    assert filtering(text)(LINK) is True


def nested(depth: int) -> str:
    text = "Version eq 3"
    for _ in range(depth):
        text = f"Version eq 4 or Version eq 3 and not ({text})"
    return text


def test_parentheses_nest_to_the_bound() -> None:
    assert filtering(nested(DEEPEST))(LINK) is (DEEPEST % 2 == 0)


def test_parentheses_beyond_the_bound_are_refused() -> None:
    assert "open parentheses" in refused(nested(DEEPEST + 1)).message
    assert refused("(" * 7_000).position == DEEPEST + 1


def test_parentheses_side_by_side_are_not_deep() -> None:
    assert filtering(" and ".join(["(Version eq 3)"] * 300))(LINK) is True


def test_order_is_ascending_unless_told() -> None:
    records = [{"Name": "b"}, {"Name": "a"}, {"Name": "c"}]

    assert [record["Name"] for record in ordering("Name")(records)] == ["a", "b", "c"]
    assert [record["Name"] for record in ordering("Name asc")(records)] == ["a", "b", "c"]
    assert [record["Name"] for record in ordering("Name desc")(records)] == ["c", "b", "a"]


def test_the_first_field_of_an_order_decides_before_the_second() -> None:
    records = [{"Type": "b", "N": 1}, {"Type": "a", "N": 1}, {"Type": "b", "N": 2}, {"Type": "a", "N": 2}]

    arranged = ordering("type, n desc")(records)

    assert [(record["Type"], record["N"]) for record in arranged] == [("a", 2), ("a", 1), ("b", 2), ("b", 1)]


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_equal_records_keep_their_order(direction: str) -> None:
    records = [{"Name": "same", "N": n} for n in (3, 1, 2)]

    assert [record["N"] for record in ordering(f"Name {direction}")(records)] == [3, 1, 2]


@pytest.mark.parametrize(
    ("direction", "expected"), [("asc", [1, 2, None, None]), ("desc", [2, 1, None, None])]
)
def test_nulls_come_last_in_both_directions(direction: str, expected: Sequence[int | None]) -> None:
    records: list[dict[str, int | None]] = [{"N": None}, {"N": 2}, {}, {"N": 1}]

    assert [record.get("N") for record in ordering(f"N {direction}")(records)] == expected


def test_dates_are_ordered_as_instants() -> None:
    records = [{"At": "2012-01-01T10:00:00Z"}, {"At": "2012-01-01T11:00:00+02:00"}]

    assert ordering("At")(records) == [records[1], records[0]]


def test_values_of_different_kinds_are_ordered_by_kind() -> None:
    values = [["x"], "b", {"y": 1}, "2012-01-01", GUID, 2, True, "a", 1.5, False]

    arranged = ordering("V")([{"V": value} for value in values])

    assert [r["V"] for r in arranged] == [False, True, 1.5, 2, GUID, "2012-01-01", "a", "b", ["x"], {"y": 1}]


def test_an_order_reads_paths() -> None:
    records = [{"ExternalSystem": {"Name": "b"}}, {"ExternalSystem": {"Name": "a"}}]

    assert ordering("ExternalSystem/Name")(records) == [records[1], records[0]]


def test_an_order_can_be_used_again_and_leaves_its_input_alone() -> None:
    records, by_number = [{"N": 2}, {"N": 1}], ordering("N")

    assert by_number(iter(records)) == by_number(records) == [{"N": 1}, {"N": 2}]
    assert records == [{"N": 2}, {"N": 1}]


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 1, "expected a name, found the end"),
        ("Name DESC", 6, "expected 'asc' or 'desc', found 'DESC'"),
        ("Name desc asc", 11, "expected ',' or the end, found 'asc'"),
        ("Name 'x'", 6, "expected 'asc', 'desc', ',' or the end"),
        ("Name,", 6, "expected a name, found the end"),
        ("tolower(Name)", 8, "found '('"),
        ("Name, Nmae", 7, "unknown field 'Nmae'; nearest: Name"),
    ],
)
def test_an_order_that_is_not_understood_is_refused_where_it_fails(
    text: str, position: int, message: str
) -> None:
    with pytest.raises(ODataError) as caught:
        ordering(text, frozenset({"Name"}))

    assert (caught.value.option, caught.value.position) == ("$orderby", position)
    assert message in caught.value.message


def test_names_are_given_as_written() -> None:
    assert names("Configuration, externalSystem,A/B") == ("Configuration", "externalSystem", "A/B")


@pytest.mark.parametrize(
    ("text", "position"), [("", 1), ("A,,B", 3), ("A B", 3), ("A,", 3), ("*", 1), ("'A'", 1)]
)
def test_a_list_of_names_with_anything_else_is_refused(text: str, position: int) -> None:
    with pytest.raises(ODataError) as caught:
        names(text, "$select")

    assert (caught.value.option, caught.value.position) == ("$select", position)


def test_importing_the_module_does_not_import_the_parser() -> None:
    code = "import sys, mockserver.behaviours.enterprise_tester.odata; sys.exit('lark' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# What follows compares the module with a second, naive reading of the same trees.

TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "O'Neil",
    GUID,
    GUID.upper(),
    "2012-01-01",
    "2012-01-01T02:00:00+02:00",
    "2012-13-01",
]
FIELDS = ["Name", "Count", "Sub/Name"]
BOOLEAN = ("startswith", "endswith", "substringof")
NAIVE_FUNCTIONS: Mapping[str, Any] = {
    "startswith": lambda text, start: text[: len(start)] == start,
    "endswith": lambda text, end: text[len(text) - len(end) :] == end if len(end) <= len(text) else False,
    "substringof": lambda needle, text: text.find(needle) >= 0,
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "length": lambda text: len(text),
}

values = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([0.5, 1.0]), st.sampled_from(TEXTS)
)
records = st.fixed_dictionaries(
    {},
    optional={
        "Name": values,
        "Count": values,
        "Sub": st.one_of(values, st.fixed_dictionaries({"Name": values})),
    },
)
fields = st.sampled_from(FIELDS).map(lambda name: ("field", name))
literals = st.one_of(
    values.map(lambda value: ("literal", value)),
    st.sampled_from([GUID, GUID.upper()]).map(lambda guid: ("guid", guid)),
    st.sampled_from(["2012-01-01", "2012-01-01T00:00:00Z"]).map(lambda date: ("datetime", date)),
)
texts = st.one_of(fields, st.sampled_from(TEXTS).map(lambda text: ("literal", text)))
functions = st.tuples(st.sampled_from(BOOLEAN), texts, texts)
operands = st.one_of(
    fields, literals, st.tuples(st.sampled_from(["tolower", "toupper", "length"]), texts), functions
)
comparisons = st.tuples(st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), operands, operands)
conditions: st.SearchStrategy[Any] = st.recursive(
    st.one_of(comparisons, functions),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or", "eq"]), inner, inner)
    ),
    max_leaves=8,
)

STRENGTH = {"or": 1, "and": 2, "eq": 3, "ne": 3, "gt": 3, "ge": 3, "lt": 3, "le": 3}


DATES = {
    "2012-01-01": datetime(2012, 1, 1, tzinfo=UTC),
    "2012-01-01T00:00:00Z": datetime(2012, 1, 1, tzinfo=UTC),
    "2012-01-01T02:00:00+02:00": datetime(2012, 1, 1, tzinfo=UTC),
}


def written(tree: Any) -> str:
    """The tree as OData, with the fewest parentheses."""
    match tree:
        case ("field", name):
            return str(name)
        case ("guid" | "datetime" as kind, value):
            return f"{kind}'{value}'"
        case ("literal", value):
            return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else json.dumps(value)
        case ("not", inner):
            return f"not {written(inner)}" if inner[0] in BOOLEAN else f"not ({written(inner)})"
        case (operator, left, right) if operator in STRENGTH:
            return f"{inside(left, operator)} {operator} {inside(right, operator)}"
        case (function, *arguments):
            return f"{function}({', '.join(map(written, arguments))})"
    raise AssertionError(tree)


def inside(tree: Any, operator: str) -> str:
    strength = STRENGTH.get(tree[0], 9)
    loose = strength < STRENGTH[operator] or strength == STRENGTH[operator] == STRENGTH["eq"]
    return f"({written(tree)})" if loose else written(tree)


def naive(tree: Any, record: Mapping[str, Any]) -> Any:
    """The tree's value, read straight from the rules."""
    match tree:
        case ("field", "Sub/Name"):
            sub = record.get("Sub")
            return sub.get("Name") if isinstance(sub, dict) else None
        case ("field", name):
            return record.get(name)
        case ("literal", value):
            return value
        case ("guid" | "datetime", value):
            return tree
        case ("not", inner):
            return not naive(inner, record)
        case ("and", left, right):
            return naive(left, record) and naive(right, record)
        case ("or", left, right):
            return naive(left, record) or naive(right, record)
        case (operator, left, right) if operator in STRENGTH:
            return naive_holds(operator, naive(left, record), naive(right, record))
        case (function, *arguments):
            found = [naive(argument, record) for argument in arguments]
            if all(isinstance(text, str) for text in found):
                return NAIVE_FUNCTIONS[function](*found)
            return False if function in BOOLEAN else None
    raise AssertionError(tree)


def naive_holds(operator: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return {"eq": left is right, "ne": left is not right}.get(operator, False)
    one, other = readings(left), readings(right)
    for kind in ("flag", "number", "guid", "date", "text"):
        if kind in one and kind in other:
            a, b = one[kind], other[kind]
            held = {"eq": a == b, "ne": a != b, "lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b}
            return bool(held[operator])
    return operator == "ne"


def readings(value: Any) -> dict[str, Any]:
    """Everything that a value can be taken for."""
    match value:
        case bool():
            return {"flag": value}
        case int() | float():
            return {"number": value}
        case ("guid", text):
            return {"guid": text.lower()}
        case ("datetime", text):
            return {"date": DATES[text]}
        case str() if value.lower() == GUID:
            return {"guid": value.lower(), "text": value}
        case str() if value in DATES:
            return {"date": DATES[value], "text": value}
        case str():
            return {"text": value}
    return {}


@given(conditions, records)
@settings(max_examples=300)
def test_a_filter_agrees_with_a_naive_reading_of_its_tree(tree: Any, record: Mapping[str, Any]) -> None:
    assert filtering(written(tree))(record) == naive(tree, record)


@given(st.lists(records, max_size=8), st.booleans())
@settings(max_examples=300)
def test_neighbours_in_an_order_agree_with_the_filter(
    some: list[Mapping[str, Any]], descending: bool
) -> None:
    arranged = ordering("Name desc" if descending else "Name")(some)

    out_of_order = "lt" if descending else "gt"
    for first, second in pairwise(arranged):
        pair = {"A": first.get("Name"), "B": second.get("Name")}
        assert pair["A"] is not None or pair["B"] is None
        same_kind = set(readings(pair["A"])) == set(readings(pair["B"]))
        assert not (same_kind and filtering(f"A {out_of_order} B")(pair))


WORDS = (
    "and or not eq ne gt ge lt le ( ) ( ) , , / ' '' Name Name Sub/Name Count 'x' 'it''s' 1 -2 0.5 1e999 "
    "true null asc desc startswith( substringof( tolower( length( indexof( guid' datetime' guid'x' "
    "\x00 \ud800 é ="
)
soups = st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).flatmap(
    lambda soup: st.sampled_from([" ".join(soup), "".join(soup)])
)
damaged = st.builds(
    lambda tree, at, gone, put: written(tree)[:at] + put + written(tree)[at + gone :],
    conditions,
    st.integers(0, 60),
    st.integers(0, 5),
    st.sampled_from(["", "'", "(", ")", ",", " ", "not ", "eq", "\x00"]),
)
anything = st.one_of(st.text(), soups, damaged)


@given(anything, records)
@settings(max_examples=300)
def test_any_filter_is_understood_or_refused_with_a_position(text: str, record: Mapping[str, Any]) -> None:
    position = 1
    try:
        found: bool = filtering(text)(record)
    except ODataError as error:
        position, found = error.position, False

    assert found in (True, False)
    assert 1 <= position <= len(text) + 1


@given(anything, records)
@settings(max_examples=300)
def test_any_order_is_understood_or_refused_with_a_position(text: str, record: Mapping[str, Any]) -> None:
    position = 1
    try:
        found = ordering(text)([record, record])
    except ODataError as error:
        position, found = error.position, [record, record]

    assert found == [record, record]
    assert 1 <= position <= len(text) + 1


@given(anything)
@settings(max_examples=300)
def test_any_list_of_names_is_understood_or_refused_with_a_position(text: str) -> None:
    position = 1
    try:
        found = names(text)
    except ODataError as error:
        position, found = error.position, ()

    assert all(name in text for name in found)
    assert 1 <= position <= len(text) + 1
