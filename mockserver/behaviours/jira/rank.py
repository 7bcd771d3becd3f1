"""LexoRank: texts whose alphabetical order is the order of issues; there is always room between two."""

from __future__ import annotations

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
SIZE = 6  # digits before the colon; more precision goes behind it
FIRST = "0|hzzzzz:"
STEP = 8  # how far apart the ranks of new issues are, in units of the last digit


def between(before: str | None, after: str | None) -> str:
    """A rank above ``before`` and below ``after``; None stands for the end of the order.

    Source: https://support.atlassian.com/jira/kb/understand-the-lexorank-managment-page-in-jira-server/
    """
    low, high = _digits(before), _digits(after)
    if after is None:
        if before is None:
            return FIRST
        number = _number(low[:SIZE]) + STEP
        if number < BASE**SIZE:
            return _written(_text(number))
    if before is None and after is not None:
        number = _number(high[:SIZE].ljust(SIZE, "0")) - STEP
        if number > 0:
            return _written(_text(number))
    return _written(_middle(low, high if after is not None else ""))


def nth(number: int) -> str:
    """The rank of the ``number``-th new issue, the first being 0; each comes after those before it."""
    return _written(_text(_number(_digits(FIRST)) + number * STEP))


def _middle(low: str, high: str) -> str:
    """Digits strictly between two fractions; an empty ``high`` is one."""
    size = max(len(low), len(high)) + 1
    bottom = _number(low.ljust(size, "0"))
    top = _number(high.ljust(size, "0")) if high else BASE**size
    found = _text((bottom + top) // 2, size).rstrip("0")
    return found.ljust(SIZE, "0")


def _digits(rank: str | None) -> str:
    return "" if rank is None else rank.partition("|")[2].replace(":", "")


def _written(digits: str) -> str:
    return f"0|{digits[:SIZE]}:{digits[SIZE:]}"


def _number(digits: str) -> int:
    return int(digits, BASE) if digits else 0


def _text(number: int, size: int = SIZE) -> str:
    found = ""
    while number:
        number, digit = divmod(number, BASE)
        found = DIGITS[digit] + found
    return found.rjust(size, "0")
