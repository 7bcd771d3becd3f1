"""The issues of the demo seed, each with what belongs to it: comments, work, history, files, links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from mockserver.behaviours.jira import demo_words as words
from mockserver.behaviours.jira.demo_plan import (
    CARRIED,
    CLOSED,
    DONE,
    FORTNIGHT,
    IN_PROGRESS,
    TO_DO,
    Block,
    Issue,
    begin,
)
from mockserver.values import Json

TYPES = {"E": "Epic", "S": "Story", "T": "Task", "B": "Bug", "t": "Sub-task"}
RESOLUTIONS = {"Done": "10000", "Won't Do": "10001", "Duplicate": "10002", "Cannot Reproduce": "10003"}
PRIORITIES = ("Medium", "Medium", "High", "Low", "Highest", "Lowest")
POINTS = (1, 2, 3, 5, 8, 13, 0.5, None)
# One transparent dot.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
FILES: tuple[dict[str, Json], ...] = (
    {"filename": "notes.txt", "text": "Low water at 04:12.\n"},
    {"filename": "潮汐 схема.csv", "text": "hour,level\n4,0.4\n10,4.1\n", "mimeType": "text/csv"},
    {"filename": "empty.log", "text": "", "mimeType": "text/plain"},
    {"filename": "dot.png", "content": PNG, "mimeType": "image/png"},
)
Record = dict[str, Json]
Told = tuple[str, Record]


def account(at: int) -> str:
    """The account id of one of the people."""
    return f"5de300000000000000000{words.PEOPLE[at][0]:0>3}"


def stamp(moment: datetime) -> str:
    """A moment as issues have it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"


def about(block: Block, issue: Issue, release: str | None) -> Iterator[Told]:
    """The issue's record and all that belongs to it, each with its resource."""
    key = block.key(issue)
    resolution = _resolution(block, issue)
    worked = list(_worked(block, issue))
    yield "issue", {"key": key, "fields": _fields(block, issue, release, resolution, worked)}
    yield from (("worklog", {"issue": key, **one}) for one in worked)
    yield from (("comment", {"issue": key, **one}) for one in _comments(block, issue))
    yield from (("change", {"issue": key, **one}) for one in _history(block, issue, resolution))
    yield from _beside(block, issue, key)
    first = f"{block.project.key}-{issue.n - issue.place + 1}"
    if resolution == "Duplicate":
        yield "issue_link", {"type": "Duplicate", "inward": key, "outward": first}
    elif issue.place > 2 and block.draw(issue.n, "link", 6) == 0:
        kind = ("Blocks", "Relates", "Cloners")[block.draw(issue.n, "kind", 3)]
        yield "issue_link", {"type": kind, "inward": first, "outward": key}


def _fields(
    block: Block, issue: Issue, release: str | None, resolution: str | None, worked: Sequence[Record]
) -> Record:
    n, kind = issue.n, block.project.kind
    who = block.draw(n, "assignee", 16)
    fields: Record = {
        "summary": _summary(block, issue),
        "issuetype": {"name": TYPES[issue.kind]},
        "status": {"name": issue.status[1]},
        "description": _description(block, issue),
        "priority": {"name": PRIORITIES[block.draw(n, "priority", len(PRIORITIES))]},
        "assignee": {"accountId": account(who)} if who < 12 else None,
        "reporter": {"accountId": account(_reporter(block, n))},
        "creator": account(_reporter(block, n)),
        "labels": _some(block, n, "label", words.LABELS),
        "created": stamp(issue.created),
        "updated": stamp(issue.last),
        "statuscategorychangedate": stamp(issue.done or issue.started or issue.created),
    }
    above = block.key(issue.above) if issue.above else None
    if above is None and issue.place and block.draw(n, "epic", 4):
        above = f"{block.project.key}-{n - issue.place}"
    if above is not None:
        fields["parent"] = {"key": above}
    if resolution is not None and issue.done is not None:
        fields |= {"resolution": {"name": resolution}, "resolutiondate": stamp(issue.done)}
    if block.draw(n, "due", 4) == 0:
        fields["duedate"] = (max(begin(block.age), issue.created) + FORTNIGHT).date().isoformat()
    if issue.kind not in "Et" and kind != "business":
        fields["components"] = [{"name": one} for one in _some(block, n, "component", words.COMPONENTS)]
        fields["environment"] = "Firefox on the pier" if issue.kind == "B" else None
    if kind == "scrum":
        fields |= _planned(block, issue, release, resolution)
    if issue.place == 5 and block.number == 0:
        fields |= {"labels": [], "priority": None, "assignee": None, "description": None}
    return {**fields, **_times(block, issue, worked)}


def _planned(block: Block, issue: Issue, release: str | None, resolution: str | None) -> Record:
    """What only a project with sprints has."""
    fields: Record = {}
    if issue.kind in "ST" and (points := POINTS[block.draw(issue.n, "points", len(POINTS))]) is not None:
        fields["customfield_10016"] = points
    if issue.kind != "E" and block.sprint is not None:
        carried = issue.place == CARRIED and block.age >= CLOSED
        fields["customfield_10020"] = [block.sprint, *([block.sprint + 1] if carried else [])]
    if issue.kind != "t" and release is not None and resolution in (None, "Done"):
        fields["fixVersions"] = [{"name": release}]
    if issue.kind == "B" and block.age < CLOSED and block.project.block_count > CLOSED:
        fields["versions"] = [{"name": "1.0"}]
    return fields


def _times(block: Block, issue: Issue, worked: Sequence[Record]) -> Record:
    spent = sum(one["timeSpentSeconds"] for one in worked)
    original = 3600 * block.draw(issue.n, "estimate", 17)
    if not original:
        return {"timespent": spent} if spent else {}
    left = 0 if issue.done else max(0, original - spent)
    times: Record = {"timeoriginalestimate": original, "timeestimate": left}
    return {**times, "timespent": spent} if spent else times


def _summary(block: Block, issue: Issue) -> str:
    n = issue.n
    if block.number == 0 and issue.place == 1:
        return words.LONGEST_SUMMARY
    if block.number == 0 and issue.place == 2:
        return words.LONG_WORD
    if issue.kind == "E":
        return f"{words.THINGS[block.number % len(words.THINGS)].capitalize()}, part {block.number + 1}"
    if n % 7 == 3:
        return words.SUMMARIES[n // 7 % len(words.SUMMARIES)]
    verb = words.VERBS[block.draw(n, "verb", len(words.VERBS))]
    return f"{verb} {words.THINGS[block.draw(n, 'thing', len(words.THINGS))]}"


def _description(block: Block, issue: Issue) -> str | None:
    if block.number == 0 and issue.place == 3:
        return words.LONGEST_TEXT
    chosen = block.draw(issue.n, "description", len(words.DESCRIPTIONS) + 2)
    return words.DESCRIPTIONS[chosen] if chosen < len(words.DESCRIPTIONS) else None


def _resolution(block: Block, issue: Issue) -> str | None:
    if issue.done is None:
        return None
    chosen = block.draw(issue.n, "resolution", 20)
    if chosen == 0 and issue.place > 2:
        return "Duplicate"
    if chosen == 1 and issue.kind == "B":
        return "Cannot Reproduce"
    return "Won't Do" if chosen == 2 and issue.kind != "E" else "Done"


def _reporter(block: Block, n: int) -> int:
    """Somebody; of old issues also one who is not there any more."""
    return block.draw(n, "reporter", 13 if block.age > CLOSED else 12)


def _some(block: Block, n: int, what: str, known: Sequence[str]) -> list[str]:
    """None to three of what is known, each once."""
    count = block.draw(n, f"how many {what}", 5) - 1
    start = block.draw(n, what, len(known))
    return [known[(start + at * 3) % len(known)] for at in range(min(count, 3))]


def _comments(block: Block, issue: Issue) -> Iterator[Record]:
    count = max(0, block.draw(issue.n, "comments", 6) - 2)
    if block.number == 0 and issue.place == 1:
        count = 60  # more than a page
    for at in range(count):
        when = stamp(issue.created + (issue.last - issue.created) * (at + 1) / (count + 1))
        body = words.COMMENTS[block.draw(issue.n, f"comment {at}", len(words.COMMENTS))]
        made: Record = {
            "author": account(block.draw(issue.n, f"author {at}", 12)),
            "body": body,
            "created": when,
        }
        hidden = block.draw(issue.n, f"hidden {at}", 40) == 0
        yield {**made, "visibility": {"type": "role", "value": "Administrators"}} if hidden else made


def _worked(block: Block, issue: Issue) -> Iterator[Record]:
    if issue.started is None or issue.kind == "E":
        return
    count = block.draw(issue.n, "worklogs", 4)
    for at in range(count):
        yield {
            "author": account(block.draw(issue.n, f"worker {at}", 12)),
            "comment": words.WORK[block.draw(issue.n, f"work {at}", len(words.WORK))],
            "started": stamp(issue.started + (issue.last - issue.started) * at / count),
            "timeSpentSeconds": 900 * (1 + block.draw(issue.n, f"time {at}", 16)),
        }


def _history(block: Block, issue: Issue, resolution: str | None) -> Iterator[Record]:
    author = account(block.draw(issue.n, "author of changes", 12))
    if issue.started is not None:
        yield {"author": author, "created": stamp(issue.started), "items": [_step(TO_DO, IN_PROGRESS)]}
    if issue.done is not None and resolution is not None:
        resolved = _item("resolution", None, None, RESOLUTIONS[resolution], resolution)
        items = [_step(IN_PROGRESS, DONE), resolved]
        yield {"author": author, "created": stamp(issue.done), "items": items}


def _step(before: tuple[str, str], after: tuple[str, str]) -> Record:
    return _item("status", *before, *after)


def _item(name: str, before: Json, before_text: Json, after: Json, after_text: Json) -> Record:
    return {
        "field": name,
        "fieldtype": "jira",
        "fieldId": name,
        "from": before,
        "fromString": before_text,
        "to": after,
        "toString": after_text,
    }


def _beside(block: Block, issue: Issue, key: str) -> Iterator[Told]:
    n, reporter = issue.n, _reporter(block, issue.n)
    watching = {reporter, *(block.draw(n, f"watcher {at}", 12) for at in range(block.draw(n, "watchers", 4)))}
    yield from (("watcher", {"issue": key, "user": account(at)}) for at in sorted(watching) if at < 12)
    voters = {block.draw(n, f"voter {at}", 12) for at in range(block.draw(n, "votes", 5) - 2)}
    yield from (("vote", {"issue": key, "user": account(at)}) for at in sorted(voters - {reporter}))
    if block.draw(n, "file", 9) == 0:
        file = FILES[block.draw(n, "which file", len(FILES))]
        yield "attachment", {"issue": key, **file, "author": account(0), "created": stamp(issue.last)}
    if block.draw(n, "remote", 11) == 0:
        case = block.draw(n, "case", 900) + 100
        what = {
            "url": f"https://cases.example/{case}",
            "title": f"Case {case} ⚓",
            "summary": "From the harbour office",
        }
        yield (
            "remote_link",
            {"issue": key, "globalId": f"case={case}", "relationship": "reported in", "object": what},
        )
