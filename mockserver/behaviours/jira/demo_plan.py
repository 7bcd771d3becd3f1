"""How far everything in the demo seed is: projects, blocks of issues, and each issue's dates and status.

Issues come in blocks of twenty: an epic, and what is done for it in one fortnight. The age of a block says
how far it is: 0 is the backlog, 1 planned, 2 at work, all older ones are done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

BACKLOG, FUTURE, ACTIVE, CLOSED = 0, 1, 2, 3  # ages; what is older than CLOSED is closed too
NOW = datetime(2025, 1, 15, 9, 0, tzinfo=UTC)
MONDAY = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
FORTNIGHT = timedelta(days=14)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FIRST_SPRINT = 1001
# Epic, Story, Task, Bug; t is a sub-task of the last one before it that is none.
PATTERN = "ESSTtBSTBSttTSBTSBtT"
CARRIED = 13  # the place in its block of the story that takes two sprints
TO_DO, IN_PROGRESS, DONE = ("10000", "To Do"), ("3", "In Progress"), ("10001", "Done")


@dataclass(frozen=True, slots=True)
class Project:
    """One project; ``kind`` is scrum, kanban or business."""

    id: str
    key: str
    name: str
    kind: str
    count: int

    @property
    def block_size(self) -> int:
        """How many issues share an epic: twenty, fewer where there are few issues."""
        return max(5, min(len(PATTERN), self.count // 5))

    @property
    def block_count(self) -> int:
        """How many blocks there are; the last may be smaller."""
        return -(-self.count // self.block_size)

    def blocks(self) -> Iterator[Block]:
        """Its blocks, oldest first."""
        for number in range(self.block_count):
            yield Block(self, number, self.block_count - 1 - number)


@dataclass(frozen=True, slots=True)
class Issue:
    """How far one issue is. ``n`` is its number in the project, ``kind`` a letter of the pattern."""

    n: int
    place: int
    kind: str
    status: tuple[str, str]
    created: datetime
    started: datetime | None
    done: datetime | None
    above: Issue | None = None

    @property
    def last(self) -> datetime:
        """When something happened to it for the last time."""
        return self.done or min(NOW, (self.started or self.created) + 2 * DAY)


@dataclass(frozen=True, slots=True)
class Block:
    """An epic and its issues."""

    project: Project
    number: int
    age: int

    @property
    def sprint(self) -> int | None:
        """The sprint in which it is worked on."""
        planned = self.project.kind == "scrum" and self.age != BACKLOG
        return FIRST_SPRINT + self.number if planned else None

    def draw(self, n: int, what: str, count: int) -> int:
        """A number below ``count`` that looks like chance, and is always the same."""
        return crc32(f"{self.project.key} {n} {what}".encode()) // 7 % count

    def key(self, issue: Issue) -> str:
        """The key of an issue."""
        return f"{self.project.key}-{issue.n}"

    def issues(self) -> Iterator[Issue]:
        """Its issues, the epic first, sub-tasks after what they belong to."""
        first = self.number * self.project.block_size + 1
        size = min(self.project.block_size, self.project.count - first + 1)
        above: Issue | None = None
        for place in range(size):
            kind = PATTERN[place]
            if self.project.kind == "business" and kind in "SB":
                kind = "T"
            if place == 0:
                yield self._epic(first)
            elif kind == "t" and above is not None:
                yield self._subtask(first + place, place, above)
            else:
                above = self._issue(first + place, place, kind)
                yield above

    def _epic(self, n: int) -> Issue:
        created = min(begin(self.age), NOW) - 8 * DAY - self.draw(n, "hour", 9) * HOUR
        if self.age < ACTIVE:
            return Issue(n, 0, "E", TO_DO, created, None, None)
        if self.age == ACTIVE or (self.age == CLOSED and self.project.kind == "scrum"):
            return Issue(n, 0, "E", IN_PROGRESS, created, begin(self.age), None)
        done = begin(self.age) + FORTNIGHT * (2 if self.age > CLOSED else 1)
        return Issue(n, 0, "E", DONE, created, begin(self.age), done)

    def _issue(self, n: int, place: int, kind: str) -> Issue:
        created = (
            min(begin(self.age), NOW)
            - (1 + self.draw(n, "day", 6)) * DAY
            - self.draw(n, "minute", 600) * MINUTE
        )
        started = begin(self.age) + self.draw(n, "start", 4) * DAY + self.draw(n, "hour", 7) * HOUR
        done = started + (1 + self.draw(n, "end", 3)) * DAY + self.draw(n, "late", 120) * MINUTE
        if place == CARRIED and self.project.kind == "scrum" and self.age >= CLOSED:
            if self.age == CLOSED:
                return Issue(n, place, kind, IN_PROGRESS, created, started, None)
            return Issue(n, place, kind, DONE, created, started, done + FORTNIGHT)
        step = self.draw(n, "status", 3) if self.age == ACTIVE else 2 if self.age > ACTIVE else 0
        if step == 0:
            return Issue(n, place, kind, TO_DO, created, None, None)
        if step == 1:
            return Issue(n, place, kind, IN_PROGRESS, created, started, None)
        return Issue(n, place, kind, DONE, created, started, done)

    def _subtask(self, n: int, place: int, above: Issue) -> Issue:
        created = above.created + HOUR
        if above.started is None:
            return Issue(n, place, "t", TO_DO, created, None, None, above)
        started = above.started + HOUR
        if above.done is not None:
            return Issue(n, place, "t", DONE, created, started, above.done - HOUR, above)
        if self.draw(n, "half", 2):
            return Issue(n, place, "t", DONE, created, started, started + 3 * HOUR, above)
        return Issue(n, place, "t", TO_DO, created, None, None, above)


def begin(age: int) -> datetime:
    """When the fortnight of a block begins."""
    return MONDAY + FORTNIGHT * (ACTIVE - age)
