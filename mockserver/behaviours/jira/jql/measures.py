"""Fields that hold texts, moments and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mockserver.behaviours.jira.jql import moments
from mockserver.behaviours.jira.jql.field import ORDERED, TEXT, Atom, Field, Held, UnknownValue
from mockserver.behaviours.jira.jql.records import Records
from mockserver.behaviours.jira.rich.document import plain
from mockserver.values import Json, Record

NUMBER_UNKNOWN = "Value '{value}' is invalid for the '{field}' field: a number is expected."
DURATION_UNKNOWN = "Value '{value}' is invalid for the '{field}' field: a duration is expected."
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{1,20})?|\.\d{1,20})", re.ASCII)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([wdhm]?)", re.ASCII)
_SECONDS = {"w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60, "": 60}
Make = Callable[[], Field]
Texts = Callable[[Record], Sequence[str]]


def fields(records: Records) -> Mapping[str, Make]:
    """How each of these fields is made, under its name in lower case."""
    return {
        "summary": lambda: text("summary", lambda issue: [issue["fields"].get("summary") or ""]),
        "description": lambda: text("description", _rich("description")),
        "environment": lambda: text("environment", _rich("environment")),
        "comment": lambda: text("comment", _comments(records), whole=False),
        "worklogcomment": lambda: text("worklogComment", _worklog_comments(records), whole=False),
        "text": lambda: text("text", _all_texts(records), whole=False),
        "created": lambda: stamp(records, "created"),
        "updated": lambda: stamp(records, "updated"),
        "resolved": lambda: stamp(records, "resolutiondate").called("resolved"),
        "statuscategorychangeddate": lambda: stamp(records, "statuscategorychangedate").called(
            "statusCategoryChangedDate"
        ),
        "lastviewed": lambda: _last_viewed(records),
        "due": lambda: stamp(records, "duedate", downward=False).called("due"),
        "worklogdate": lambda: _worklog_date(records),
        "votes": lambda: _count(records, "votes", "vote"),
        "watchers": lambda: _count(records, "watchers", "watcher"),
        "originalestimate": lambda: _duration("originalEstimate", "timeoriginalestimate"),
        "remainingestimate": lambda: _duration("remainingEstimate", "timeestimate"),
        "timespent": lambda: _duration("timeSpent", "timespent"),
        "workratio": _work_ratio,
        "attachments": lambda: _attachments(records),
    }


def text(name: str, texts: Texts, *, whole: bool = True) -> Field:
    """A field that is searched by words. ``whole``: it is one text, which can be empty and sorted by."""
    return Field(
        name,
        lambda issue: [one for one in texts(issue) if one],
        lambda value: [value],
        TEXT if whole else ("~", "!~"),
        kind="text",
        order=lambda atom: str(atom).casefold(),
        sortable=whole,
        texts=texts,
    )


def stamp(records: Records, member: str, *, downward: bool = True) -> Field:
    """A field that holds a time stamp or a day."""

    def held(issue: Record) -> Sequence[Atom]:
        found = issue["fields"].get(member)
        return () if not found else (records.when(found),)

    # A day begins when it does where the caller lives.
    return replace(_moment(records, member, held, downward=downward), lasting=f"{member} {records.zone}")


def _last_viewed(records: Records) -> Field:
    """When the caller looked at an issue, else what was seeded."""
    seeded = stamp(records, "lastViewed")

    def held(issue: Record) -> Sequence[Atom]:
        seen = [one["seen"] for one in records.under("viewing", issue) if one["user"] == records.caller]
        return [records.when(one) for one in seen] or seeded.held(issue)

    return replace(seeded, held=held, lasting="")


def number(name: str, held: Held) -> Field:
    """A field that holds a number."""

    def meant(value: str) -> Sequence[Atom] | None:
        return [float(value)] if _NUMBER.fullmatch(value) else None

    return Field(name, held, meant, ORDERED, kind="number", unknown=NUMBER_UNKNOWN)


def spoken(value: Json) -> str:
    """The text of a value that is a document or a text already."""
    return plain(value) if isinstance(value, dict) else str(value)


def seconds(value: str) -> float | None:
    """A duration (``2d 4h``; a bare number is minutes) in seconds; days have 8 hours, weeks 5 days."""
    total = 0.0
    for part in value.split():
        match = _DURATION.fullmatch(part)
        if match is None:
            return None
        total += float(match[1]) * _SECONDS[match[2]]
    return total if value.strip() else None


def _moment(records: Records, name: str, held: Held, *, downward: bool = True) -> Field:
    def meant(value: str) -> Sequence[Atom]:
        found = moments.moment(value, records.now)
        if found is None:
            raise UnknownValue(moments.bad_date(value, name))
        return [found]

    return Field(name, held, meant, ORDERED, kind="moment", downward=downward)


def _rich(member: str) -> Texts:
    def texts(issue: Record) -> Sequence[str]:
        document = issue["fields"].get(member)
        return () if document is None else (plain(document),)

    return texts


def _comments(records: Records) -> Texts:
    return lambda issue: [plain(one["body"]) for one in records.under("comment", issue) if one.get("body")]


def _worklog_comments(records: Records) -> Texts:
    return lambda issue: [
        plain(one["comment"]) for one in records.under("worklog", issue) if one.get("comment")
    ]


def _all_texts(records: Records) -> Texts:
    """Everything that ``text ~`` looks through: summary, rich texts, custom texts, comments."""
    custom = [
        one["id"]
        for one in records.table("field")
        if one["id"].startswith("customfield_") and (one.get("schema") or {}).get("type") == "string"
    ]
    comments, description, environment = _comments(records), _rich("description"), _rich("environment")

    def texts(issue: Record) -> Sequence[str]:
        fields = issue["fields"]
        own = [spoken(fields[one]) for one in custom if fields.get(one)]
        summary = fields.get("summary") or ""
        return [summary, *description(issue), *environment(issue), *own, *comments(issue)]

    return texts


def _worklog_date(records: Records) -> Field:
    def held(issue: Record) -> Sequence[Atom]:
        begun = (records.when(one["started"]) for one in records.under("worklog", issue))
        return [
            one.astimezone(records.zone).replace(hour=0, minute=0, second=0, microsecond=0) for one in begun
        ]

    return _moment(records, "worklogDate", held)


def _count(records: Records, name: str, resource: str) -> Field:
    return number(name, lambda issue: (float(len(records.under(resource, issue))),))


def _duration(name: str, member: str) -> Field:
    def held(issue: Record) -> Sequence[Atom]:
        found = issue["fields"].get(member)
        return () if found is None else (float(found),)

    def meant(value: str) -> Sequence[Atom] | None:
        found = seconds(value)
        return None if found is None else [found]

    return Field(name, held, meant, ORDERED, kind="number", unknown=DURATION_UNKNOWN)


def _work_ratio() -> Field:
    """Time spent as a percentage of the original estimate; EMPTY without one."""

    def held(issue: Record) -> Sequence[Atom]:
        spent, estimate = issue["fields"].get("timespent"), issue["fields"].get("timeoriginalestimate")
        return (float((spent or 0) * 100 // estimate),) if estimate else ()

    return number("workRatio", held)


def _attachments(records: Records) -> Field:
    return Field(
        "attachments",
        lambda issue: [one["id"] for one in records.under("attachment", issue)],
        lambda value: None,
        ("is", "is not"),
        sortable=False,
    )
