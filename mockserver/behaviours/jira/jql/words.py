"""Text search as ``~`` does it: by words, stemmed, whatever their case, with wildcards and phrases."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

_WORD = re.compile(r"\w+", re.UNICODE)
# Too common to be looked for, unless a phrase has them.
# Source: https://support.atlassian.com/jira-software-cloud/docs/search-for-issues-using-the-text-field/
COMMON = frozenset(
    word
    for line in (
        "a and are as at be but by for if in into is it no not of on or s such t that the their",
        "then there these they this to was will with",
    )
    for word in line.split()
)
_STARS = re.compile(r"(?<!\\)\*+")
_PART = re.compile(r"\\.|.", re.DOTALL)
_TERM = re.compile(r'([+-]?)(?:"((?:\\.|[^"\\])*)"|(\S+))')


class BadText(ValueError):
    """A text query that Jira refuses; the text says why."""


# How much of its end a word can lose or change before what is left is all of its stem but these last
# characters (``stability``, ``stabl``; ``dying``, ``die``).
_CHANGED = 2


@dataclass(frozen=True, slots=True)
class _Term:
    """Stems that must stand one after another, as ``_stemmed`` has them, or a pattern of a single word.

    ``begin``: what must be in a text in lower case if it has the term: cheaper to look for than the term.
    """

    stems: str = ""
    pattern: re.Pattern[str] | None = None
    without: bool = False
    begin: str = ""


def matcher(text: str) -> Callable[[Sequence[str]], bool]:
    """A test whether any of some texts has all that ``text`` asks for.

    Words in any order; ``"in quotation marks"`` one after another; ``*`` and ``?`` stand for characters
    inside or at the end of a word; ``-word`` must be absent. Raises BadText.
    Source: https://support.atlassian.com/jira-software-cloud/docs/search-for-issues-using-the-text-field/
    """
    terms = _terms(text)

    def finds(texts: Sequence[str], term: _Term) -> bool:
        begin = term.begin
        for one in texts:
            folded = one.casefold()
            if begin in folded and _has(folded, term):
                return True
        return False

    if len(terms) == 1:  # which is not one that must be absent
        return lambda texts: finds(texts, terms[0])
    return lambda texts: all(finds(texts, term) is not term.without for term in terms)


def _terms(text: str) -> tuple[_Term, ...]:
    if not text.strip():
        raise BadText("is empty")
    found: list[_Term] = []
    common: list[_Term] = []
    for sign, phrase, word in _TERM.findall(text):
        if word in ("AND", "&&"):
            continue
        if word in ("OR", "||", "NOT", "!"):
            raise BadText(f"uses {word}, which this server does not implement")
        without = sign == "-"
        if phrase:
            if stems := _stemmed(phrase.casefold()):
                found.append(_term(stems, without))
            continue
        if word[:1] in ("*", "?"):
            raise BadText(f"is not allowed to start with '{word[0]}'")
        if re.search(r"(?<!\\)[~^]", word):
            raise BadText("uses '~' or '^', which this server does not implement")
        if re.search(r"(?<!\\)[*?]", word):
            found.append(_Term(pattern=_pattern(word), without=without))
            continue
        plain = re.sub(r"\\(.)", r"\1", word)
        if stems := _stemmed(plain.casefold()):
            too_common = plain.casefold() in COMMON
            (common if too_common else found).append(_term(stems, without))
    found = found or common
    if all(term.without for term in found):
        raise BadText("has no words to look for")
    return tuple(found)


def _term(stems: str, without: bool) -> _Term:
    longest = max(stems.split(), key=len)
    return _Term(stems, without=without, begin=longest[: max(1, len(longest) - _CHANGED)])


def _pattern(word: str) -> re.Pattern[str]:
    """What a word with ``*`` and ``?`` matches; each star takes the least it can, once and for all,
    so that many of them cost no more than one.
    """
    pieces = [
        "".join(r"\w" if part == "?" else re.escape(part.removeprefix("\\")) for part in _PART.findall(piece))
        for piece in _STARS.split(word.casefold())
    ]
    first, *rest = pieces
    middle = "".join(rf"(?>\w*?{piece})" for piece in rest[:-1])
    return re.compile(first + middle + (rf"\w*{rest[-1]}" if rest else ""))


def _has(folded: str, term: _Term) -> bool:
    if term.pattern is not None:
        return any(map(term.pattern.fullmatch, _WORD.findall(folded)))
    return term.stems in _stemmed(folded)


def _stemmed(folded: str) -> str:
    """The stems of a text in lower case, each between two spaces; empty if it has no words."""
    words = _WORD.findall(folded)
    return f" {' '.join(map(stem, words))} " if words else ""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English stem of a lower-case word."""
    return str(_stemmer()(word))


@cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    found: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return found
