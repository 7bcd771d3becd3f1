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


@dataclass(frozen=True, slots=True)
class _Term:
    """Words that must stand one after another; ``pattern`` for a word with wildcards."""

    words: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    without: bool = False


def matcher(text: str) -> Callable[[Sequence[str]], bool]:
    """A test whether any of some texts has all that ``text`` asks for.

    Words in any order; ``"in quotation marks"`` one after another; ``*`` and ``?`` stand for characters
    inside or at the end of a word; ``-word`` must be absent. Raises BadText.
    Source: https://support.atlassian.com/jira-software-cloud/docs/search-for-issues-using-the-text-field/
    """
    terms = _terms(text)

    def matches(texts: Sequence[str]) -> bool:
        split = [_split(one) for one in texts if one]
        return all(any(_has(words, term) for words in split) != term.without for term in terms)

    return matches


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
            words = _stems(phrase)
            if words:
                found.append(_Term(words, without=without))
            continue
        if word[:1] in ("*", "?"):
            raise BadText(f"is not allowed to start with '{word[0]}'")
        if re.search(r"(?<!\\)[~^]", word):
            raise BadText("uses '~' or '^', which this server does not implement")
        if re.search(r"(?<!\\)[*?]", word):
            found.append(_Term(pattern=_pattern(word), without=without))
            continue
        plain = re.sub(r"\\(.)", r"\1", word)
        words = _stems(plain)
        if words:
            too_common = plain.casefold() in COMMON
            (common if too_common else found).append(_Term(words, without=without))
    found = found or common
    if all(term.without for term in found):
        raise BadText("has no words to look for")
    return tuple(found)


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(one) for one in _WORD.findall(text.casefold()))


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


def _has(words: tuple[tuple[str, ...], tuple[str, ...]], term: _Term) -> bool:
    raw, stems = words
    if term.pattern is not None:
        return any(term.pattern.fullmatch(one) for one in raw)
    size = len(term.words)
    if size == 1:
        return term.words[0] in stems
    return any(stems[at : at + size] == term.words for at in range(len(stems) - size + 1))


@lru_cache(maxsize=50_000)
def _split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of ``text``, as they are and stemmed."""
    raw = tuple(_WORD.findall(text.casefold()))
    return raw, tuple(stem(one) for one in raw)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English stem of a lower-case word."""
    return str(_stemmer()(word))


@cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    found: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return found
