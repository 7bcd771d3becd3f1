"""Rich text: wiki text and documents describe the same thing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.behaviours.jira.rich.document import is_document, plain
from mockserver.behaviours.jira.rich.shown import to_html, to_wiki
from mockserver.behaviours.jira.rich.wiki import to_document

SAMPLES = [
    "One line.",
    "Two\nlines.",
    "First paragraph.\n\nSecond paragraph.",
    "h1. Title\n\nText with *bold*, _slanted_, -gone-, +under+, {{code}}, x^2^ and H~2~O.",
    "* one\n* two\n** two a\n** two b\n* three",
    "# first\n## first a\n# second",
    "{code:python}\nprint('*x*')\n{code}",
    "{quote}\nquoted\n{quote}",
    "||Name||Size||\n|a|1|\n|b|2|",
    "----",
    "A [link|http://example.com/a] and [http://example.com/b].",
    "Ask [~accountid:5b10a2844c20165700ede21g].",
    "{color:#ff0000}red{color} text",
    "{panel:bgColor=#fffae6}\nCareful.\n{panel}",
    "Hello! C++ costs 5$ - or not - at well-known places (a|b) [see below]; x = y_z * 2?",
    "Path C:\\temp\\new and {braces}",
    "Emoji 🎉 und Umlaute äöü, right to left: שלום עולם",
]


@pytest.mark.parametrize("source", SAMPLES)
def test_wiki_text_survives_the_way_through_a_document(source: str) -> None:
    assert to_wiki(to_document(source)) == source


@pytest.mark.parametrize("source", SAMPLES)
def test_wiki_text_becomes_a_well_formed_document(source: str) -> None:
    assert is_document(to_document(source))


def test_marks_become_marks() -> None:
    [block] = to_document("a *b* c")["content"]

    assert block["content"][1] == {"type": "text", "text": "b", "marks": [{"type": "strong"}]}


def test_signs_inside_words_are_no_markup() -> None:
    source = "snake_case_name and 2*3*4 and well-known-word"

    [block] = to_document(source)["content"]

    assert [one["text"] for one in block["content"]] == [source]


def test_html_is_escaped() -> None:
    assert to_html(to_document("<script>alert(1)</script>")) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_the_words_of_a_document_can_be_searched() -> None:
    assert plain(to_document("h2. Title\n\n* one\n* two")).split() == ["Title", "one", "two"]


@pytest.mark.parametrize(
    "value",
    [
        "text",
        None,
        {"type": "doc", "version": 2, "content": []},
        {"type": "doc", "version": 1},
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": ""}]},
        {"type": "doc", "version": 1, "content": [{"type": "nonsense"}]},
        {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": ["x"]}]},
    ],
)
def test_what_is_no_document_is_told(value: object) -> None:
    assert not is_document(value)


@settings(max_examples=300)
@given(st.text(alphabet="ab *_-+^~{}[]|!#\\\nh1. ", max_size=60))
def test_any_text_becomes_a_document_and_text_and_html_again(source: str) -> None:
    document = to_document(source)

    assert is_document(document)
    again = to_document(to_wiki(document))
    assert plain(again).split() == plain(document).split()
    assert to_html(document).count("<p>") == to_html(document).count("</p>")
