"""The query language: what is understood, what is refused and in which words."""

import contextlib
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.behaviours.jira.jql.parse import RESERVED, JqlError, parse
from mockserver.behaviours.jira.jql.structure import quoted, structure
from mockserver.behaviours.jira.jql.tree import And, Clause, Empty, Function, Not, Or, Value, Values

VALID = (
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
)
RECORDED = {
    "project =": (
        "Error in JQL Query: Expecting either a value, list or function before the end of the query."
    ),
    "invalid query": (
        f"Error in the JQL Query: Expecting operator but got 'query'. {VALID} (line 1, character 9)"
    ),
    "project = MKY AND": "Error in the JQL Query: Expecting a field name at the end of the query.",
    "project = MKY AND (": "Error in the JQL Query: Expecting a field name at the end of the query.",
    "project = = MKY": (
        "Error in JQL Query: Expecting either a value, list or function but got '='. You must surround '='"
        " in quotation marks to use it as a value. (line 1, character 11)"
    ),
    "project = MKYxyz status = Done": (
        "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 18)"
    ),
    "(project = MKY": "Error in the JQL Query: Expecting ')' before the end of the query.",
    "project = 'unclosed": (
        "Error in the JQL Query: The quoted string 'unclosed' has not been completed. (line 1, character 11)"
    ),
    'project = "unclosed': (
        "Error in the JQL Query: The quoted string 'unclosed' has not been completed. (line 1, character 11)"
    ),
    "a = 1 ORDER BY a, b, c, d, e, f, g, h": "JQL can be ordered by at most 7 fields.",
}


@pytest.mark.parametrize("query", RECORDED)
def test_what_is_not_understood_is_refused_in_the_recorded_words(query: str) -> None:
    with pytest.raises(JqlError) as refused:
        parse(query)

    assert str(refused.value) == RECORDED[query]


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(JqlError, match=r"\(line 2, character 5\)"):
        parse("project = A\nAND = 1")


@pytest.mark.parametrize("word", ["table", "user", "as", "select", "commit"])
def test_a_reserved_word_must_be_quoted(word: str) -> None:
    with pytest.raises(JqlError, match=f"'{word}' is a reserved JQL word"):
        parse(f"summary ~ {word}")

    clause = parse(f'summary ~ "{word}"').where
    assert isinstance(clause, Clause)
    assert isinstance(clause.operand, Value)
    assert (clause.operand.text, clause.operand.quoted) == (word, True)


@pytest.mark.parametrize("sign", list("*+^$#@?;%/"))
def test_a_reserved_character_must_be_quoted(sign: str) -> None:
    with pytest.raises(JqlError, match="is a reserved JQL character"):
        parse(f"summary ~ a{sign}b")

    clause = parse(f"summary ~ 'a{sign}b'").where
    assert isinstance(clause, Clause)
    assert isinstance(clause.operand, Value)
    assert clause.operand.text == f"a{sign}b"


def test_and_binds_before_or() -> None:
    where = parse("a = 1 or b = 2 AND c = 3").where

    assert isinstance(where, Or)
    assert isinstance(where.clauses[0], Clause)
    assert isinstance(where.clauses[1], And)


def test_parentheses_bind_before_all_else() -> None:
    where = parse("(a = 1 or b = 2) and not (c = 3 && d = 4 || ! e = 5)").where

    assert isinstance(where, And)
    assert isinstance(where.clauses[0], Or)
    assert isinstance(where.clauses[1], Not)


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("a = 1", "="),
        ("a!=1", "!="),
        ("a<=1", "<="),
        ("a>1", ">"),
        ("a ~ x", "~"),
        ("a !~ x", "!~"),
        ("a IN (1, 2)", "in"),
        ("a NOT IN (1)", "not in"),
        ("a is empty", "is"),
        ("a IS NOT NULL", "is not"),
        ("a WAS 1", "was"),
        ("a was not 1", "was not"),
        ("a was in (1)", "was in"),
        ("a WAS NOT IN (1)", "was not in"),
        ("a CHANGED", "changed"),
    ],
)
def test_every_operator_in_any_case(text: str, operator: str) -> None:
    where = parse(text).where

    assert isinstance(where, Clause)
    assert where.operator == operator


def test_predicates_follow_history_operators() -> None:
    where = parse(
        "status CHANGED FROM Open TO (Done, Closed) BY mia BEFORE -1d AFTER now() ON 2025-01-01"
    ).where

    assert isinstance(where, Clause)
    assert [one.name for one in where.predicates] == ["from", "to", "by", "before", "after", "on"]
    assert isinstance(where.predicates[1].operand, Values)
    assert isinstance(where.predicates[4].operand, Function)


def test_functions_take_words_and_quoted_texts() -> None:
    where = parse('issue in linkedIssues(MKY-1, "is blocked by")').where

    assert isinstance(where, Clause)
    assert isinstance(where.operand, Function)
    assert where.operand.arguments == ("MKY-1", "is blocked by")


def test_custom_fields_and_properties_have_forms_of_their_own() -> None:
    custom = parse("cf[10010] = 1").where
    inside = parse('issue.property["spaces here"].value.deep in (1)').where

    assert isinstance(custom, Clause)
    assert isinstance(inside, Clause)
    assert custom.field.custom_id == "10010"
    assert (inside.field.property_key, inside.field.property_path) == ("spaces here", "value.deep")


def test_escapes_are_undone() -> None:
    where = parse(r'summary ~ "say \"hello\"\n\u00e4"').where

    assert isinstance(where, Clause)
    assert isinstance(where.operand, Value)
    assert where.operand.text == 'say "hello"\nä'


def test_an_illegal_escape_is_refused() -> None:
    with pytest.raises(JqlError):
        parse("summary ~ a\\")


def test_null_is_empty() -> None:
    where = parse("assignee = NULL").where

    assert isinstance(where, Clause)
    assert isinstance(where.operand, Empty)


def test_a_blank_query_restricts_nothing() -> None:
    assert parse("  \n ").where is None
    assert [one.direction for one in parse("order by a, b desc, c ASC").order] == ["", "desc", "asc"]


def test_ordering_comes_once_and_last() -> None:
    with pytest.raises(JqlError):
        parse("ORDER BY a AND b = 1")


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    with pytest.raises(JqlError, match="nested too deeply"):
        parse("(" * 1000 + "a = 1" + ")" * 1000)
    with pytest.raises(JqlError, match="nested too deeply"):
        parse("not " * 1000 + "a = 1")


def test_a_query_of_two_thousand_terms_is_taken() -> None:
    where = parse(" or ".join(f"key = MKY-{number}" for number in range(2000))).where

    assert isinstance(where, Or)
    assert len(where.clauses) == 2000


def test_a_query_of_more_than_a_hundred_thousand_characters_is_refused() -> None:
    with pytest.raises(JqlError, match="too long"):
        parse(f"summary ~ '{'a' * 100_000}'")


@pytest.mark.parametrize(
    "text", ["plain", "two words", 'a "b" c', "back\\slash", "and", "EMPTY", "", "1.5-x", "ä"]
)
def test_a_text_as_quoted_is_read_back_as_itself(text: str) -> None:
    where = parse(f"summary ~ {quoted(text)}").where

    assert isinstance(where, Clause)
    assert isinstance(where.operand, Value)
    assert where.operand.text == text


def test_the_structure_of_a_query_names_all_its_parts() -> None:
    found = structure(parse("NOT a IS EMPTY AND b WAS IN (1, f(x)) DURING (d, e) ORDER BY c"))

    assert found == {
        "where": {
            "operator": "and",
            "clauses": [
                {
                    "operator": "not",
                    "clauses": [
                        {
                            "field": {"name": "a", "encodedName": "a"},
                            "operand": {"keyword": "empty"},
                            "operator": "is",
                        }
                    ],
                },
                {
                    "field": {"name": "b", "encodedName": "b"},
                    "operand": {
                        "values": [
                            {"value": "1", "encodedValue": "1"},
                            {"function": "f", "arguments": ["x"], "encodedOperand": "f(x)"},
                        ],
                        "encodedOperand": "(1, f(x))",
                    },
                    "operator": "was in",
                    "predicates": [
                        {
                            "operand": {
                                "values": [
                                    {"value": "d", "encodedValue": "d"},
                                    {"value": "e", "encodedValue": "e"},
                                ],
                                "encodedOperand": "(d, e)",
                            },
                            "operator": "during",
                        }
                    ],
                },
            ],
        },
        "orderBy": {"fields": [{"field": {"name": "c", "encodedName": "c"}}]},
    }


PARTS = r"""
project status = != ~ !~ < > >= in not is was changed empty ( ) , and or order by asc desc 'a 1 -1d
cf [ ] 10010 now () from to during ! && || ' " \ \u00 issue.property .x ä 🎉 ; -- '1'='1 ${jndi:x}
{{7*7}} %00 ../.. DROP TABLE
"""
WORDS = [*re.findall(r"\S+", PARTS), "\x00", "\n", "'a b'", '"c"', "' OR '1'='1"]


def parsed_or_refused(text: str) -> None:
    """Nothing but a tree or a JqlError comes back."""
    with contextlib.suppress(JqlError):
        structure(parse(text))


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
@settings(max_examples=500)
def test_any_words_are_a_query_or_refused(text: str) -> None:
    parsed_or_refused(text)


@given(st.text(max_size=60))
@settings(max_examples=500)
def test_any_text_is_a_query_or_refused(text: str) -> None:
    parsed_or_refused(text)
    parsed_or_refused(f"summary ~ {quoted(text)}")


@pytest.mark.full
def test_a_hundred_thousand_random_texts_are_queries_or_refused() -> None:
    chance = random.Random(4711)

    for _ in range(100_000):
        parsed_or_refused(" ".join(chance.choices(WORDS, k=chance.randrange(12))))


def test_reserved_words_are_all_refused_bare() -> None:
    taken = []
    for word in RESERVED:
        try:
            parse(f"summary ~ {word}")
        except JqlError:
            continue
        taken.append(word)

    # EMPTY is a value of its own, refused only later, by the field.
    assert sorted(taken) == ["empty", "null"]
