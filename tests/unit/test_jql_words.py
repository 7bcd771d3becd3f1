"""Text search finds what comparing the stems of all words would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.behaviours.jira.jql.words import matcher, stem

# Words are made of a beginning and endings that stemming drops or changes.
ENDINGS = (
    "", "s", "es", "ies", "ied", "y", "ying", "ed", "ing", "ingly", "edly", "eed", "er", "or", "ation",
    "ational", "ization", "alism", "ality", "fulness", "fully", "ously", "ousness", "iveness", "ivity",
    "ability", "ably", "ency", "ancy", "ently", "ogy", "ogist", "ly", "lessly", "ative", "alize", "icate",
    "ical", "ness", "ance", "ible", "ement", "ent", "ism", "ate", "ous", "ive", "ion", "e", "l", "é",
)  # fmt: skip
BEGINNINGS = st.one_of(
    st.sampled_from(
        ["d", "l", "t", "sk", "hop", "stab", "relat", "gener", "commun", "ship", "naïv", "123", "日本"]
    ),
    st.text("abcdeilnorstuvy", min_size=1, max_size=5),
)
WORDS = st.builds(lambda *parts: "".join(parts), BEGINNINGS, *[st.sampled_from(ENDINGS)] * 2).filter(
    str.isalnum
)
FEW = ["ship", "ships", "shipping", "sky", "skies", "crane", "cranes", "12"]


def agree(asked: str, said: str) -> None:
    assert matcher(asked)([said]) == (stem(asked) == stem(said))


@pytest.mark.parametrize(
    "pair", ["die dying", "tie ties", "lying lie", "sky skies", "relate relational", "be being"]
)
def test_words_that_change_much_find_one_another(pair: str) -> None:
    asked, said = pair.split()

    assert matcher(asked)([said])


@given(WORDS, WORDS)
@settings(max_examples=500)
def test_a_word_finds_the_words_of_its_stem(asked: str, said: str) -> None:
    agree(asked, said)


@given(BEGINNINGS, st.sampled_from(ENDINGS), st.sampled_from(ENDINGS))
@settings(max_examples=500)
def test_a_word_finds_itself_with_other_endings(beginning: str, asked: str, said: str) -> None:
    if (beginning + asked).isalnum() and (beginning + said).isalnum():
        agree(beginning + asked, beginning + said)


@pytest.mark.full
@given(BEGINNINGS, st.sampled_from(ENDINGS), st.sampled_from(ENDINGS))
@settings(max_examples=50_000)
def test_many_words_find_themselves_with_other_endings(beginning: str, asked: str, said: str) -> None:
    if (beginning + asked).isalnum() and (beginning + said).isalnum():
        agree(beginning + asked, beginning + said)


@given(
    st.lists(st.lists(st.sampled_from(FEW), max_size=6), max_size=3),
    st.lists(st.sampled_from(FEW), min_size=1, max_size=3),
    st.lists(st.sampled_from(FEW), max_size=2),
    st.booleans(),
)
def test_texts_have_a_phrase_and_lack_words(
    texts: list[list[str]], wanted: list[str], unwanted: list[str], phrase: bool
) -> None:
    said = [[stem(word) for word in text] for text in texts]
    sought = [stem(word) for word in wanted]
    if phrase:
        has = any(text[at : at + len(sought)] == sought for text in said for at in range(len(text)))
        asked = f'"{" ".join(wanted)}"'
    else:
        has = all(any(one in text for text in said) for one in sought)
        asked = " ".join(wanted)
    lacks = not any(stem(word) in text for text in said for word in unwanted)

    matches = matcher(" ".join([asked, *(f"-{word}" for word in unwanted)]))

    assert matches([" ".join(text) for text in texts]) == (has and lacks)
