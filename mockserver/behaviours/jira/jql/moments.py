"""Dates and periods as queries write them, and the edges of days, weeks, months and years."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
_PERIOD = re.compile(r"([+-]?)((?:\d{1,6}[wdhmMy]\s*)+)")
_PART = re.compile(r"(\d+)([wdhmMy])")
_STEP = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
UNITS = ("Day", "Week", "Month", "Year")
_UNIT_OF_NUMBER = {"Day": "d", "Week": "w", "Month": "M", "Year": "y"}


def moment(text: str, now: datetime) -> datetime | None:
    """The instant that ``text`` stands for, in the time zone of ``now``; None if it is no date, no period.

    A period (``-5d``, ``4w 2d``) counts from ``now``; ``m`` are minutes here.
    Source: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/#Created
    """
    text = text.strip()
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
    match = _PERIOD.fullmatch(text)
    if match is None or "M" in text or "y" in text:
        return None
    return _moved(now, match[1], match[2])


def bad_date(value: str, field: str) -> str:
    """Jira's words for a text that is no date."""
    return (
        f"Date value '{value}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
        " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def whole_day(text: str) -> bool:
    """Whether ``text`` is a date without a time of day."""
    return re.fullmatch(r"\s*\d{4}[/-]\d{1,2}[/-]\d{1,2}\s*", text) is not None


def edge(unit: str, end: bool, argument: str, now: datetime) -> datetime | None:
    """The start (or ``end``) of the day, week, month or year around ``now``, moved by ``argument``.

    ``argument``: empty, a number of such units (``-1``), or a period (``+1d``; ``M`` months, ``m``
    minutes). Weeks begin on Sunday. None if the argument is none of these.
    Source: https://support.atlassian.com/jira-software-cloud/docs/jql-functions/#startOfDay
    """
    argument = argument.strip()
    if re.fullmatch(r"[+-]?\d{1,6}", argument):
        sign = argument[0] if argument[0] in "+-" else "+"
        argument = f"{sign}{argument.lstrip('+-')}{_UNIT_OF_NUMBER[unit]}"
    shift = _PERIOD.fullmatch(argument)
    if argument and shift is None:
        return None
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "Week":
        day -= timedelta(days=(day.weekday() + 1) % 7)
    elif unit == "Month":
        day = day.replace(day=1)
    elif unit == "Year":
        day = day.replace(month=1, day=1)
    if end:
        following = {"Day": "1d", "Week": "1w", "Month": "1M", "Year": "1y"}[unit]
        day = _moved(day, "+", following) or day
        day -= timedelta(milliseconds=1)
    return day if shift is None else _moved(day, shift[1] or "+", shift[2])


def _moved(start: datetime, sign: str, period: str) -> datetime | None:
    factor = -1 if sign == "-" else 1
    try:
        for count, unit in _PART.findall(period):
            if unit in _STEP:
                start += factor * int(count) * _STEP[unit]
            else:
                start = _months(start, factor * int(count) * (12 if unit == "y" else 1))
    except (OverflowError, ValueError):
        return None
    return start


def _months(start: datetime, count: int) -> datetime:
    """``start`` moved by whole months; the last day of a shorter month stands for a later one."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    for day in range(start.day, start.day - 4, -1):
        try:
            return start.replace(year=year, month=month + 1, day=day)
        except ValueError:
            if not 1 <= year <= 9999:
                raise
    raise ValueError("no such month")
