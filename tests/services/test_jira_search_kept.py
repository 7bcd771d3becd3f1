"""What searches leave for the next ones, orders and sizes, changes no answer, whatever is written between."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.values import Call, dumps
from mockserver.world import World

ISSUE, SEARCH = "/jira/rest/api/3/issue", "/jira/rest/api/3/search/jql"
HEADERS = {"authorization": "Basic bWlhQGV4YW1wbGUuY29tOm1vY2s=", "content-type": "application/json"}
QUERIES = [
    "project = MKY",
    'project = MKY AND status = "To Do"',
    "labels = red AND project = MKY ORDER BY created ASC",
    "labels in (red, green) ORDER BY updated",
    "project = MKY ORDER BY updated DESC",
    "project = MKY ORDER BY rank",
    "project = MKY ORDER BY priority DESC, created DESC",
    "project = MKY ORDER BY assignee, key DESC",
    "project = MKY ORDER BY due",
    "project = MKY ORDER BY status DESC",
    "labels = rare AND created < 2025-01-05",
    "created >= -7d OR labels = red ORDER BY key",
    "summary ~ apple",
    "project = MKY ORDER BY votes DESC",
]
PEOPLE = ["5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"]
RARE: list[list[str]] = [["rare"], [], [], [], []]
MANY = 150


@pytest.fixture
def mky(world: World) -> World:
    """A world with enough issues for their orders to be worth something."""
    chance = random.Random(3)
    issues = [
        {
            "key": f"MKY-{100 + number}",
            "fields": fields(chance, f"2025-01-{1 + number % 14:02}T08:00:00.000Z"),
        }
        for number in range(MANY)
    ]
    world.seed({"jira": {"issue": issues}})
    return world


def fields(chance: random.Random, created: str) -> dict[str, Any]:
    return {
        "summary": " ".join(chance.choices(["apple", "pear", "plum"], k=2)),
        "labels": [*chance.sample(["red", "green", "blue"], chance.randrange(3)), *chance.choice(RARE)],
        "priority": chance.choice([None, {"name": "High"}, {"name": "Low"}]),
        "duedate": chance.choice([None, "2025-01-20", "2025-02-01"]),
        "assignee": chance.choice([None, *({"accountId": one} for one in PEOPLE)]),
        "status": {"name": chance.choice(["To Do", "In Progress"])},
        "created": created,
    }


def asked(world: World, method: str, target: str, body: Any = None) -> Any:
    reply = world.handle(Call(method, target, HEADERS, b"" if body is None else dumps(body)))
    assert reply.status < 300, reply.body
    return reply.json()


def answers(world: World) -> list[Any]:
    """What every query finds: on a page, and altogether."""
    return [
        (jql, size, asked(world, "POST", SEARCH, {"jql": jql, "maxResults": size, "fields": ["key"]}))
        for jql in QUERIES
        for size in (7, 100)
    ]


def never_searched(world: World) -> World:
    """A world with the same content, of which nobody has asked anything."""
    other = world.fork("fresh")
    other.import_state(world.export_state())
    return other


def create(world: World, chance: random.Random) -> None:
    wanted = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "apple", "labels": ["red"]}
    asked(world, "POST", ISSUE, {"fields": wanted})


def edit(world: World, chance: random.Random) -> None:
    made = fields(chance, "")
    kept = {name: made[name] for name in ("summary", "labels", "duedate", "assignee", "priority")}
    asked(world, "PUT", f"{ISSUE}/{some(world, chance)}", {"fields": kept})


def delete(world: World, chance: random.Random) -> None:
    asked(world, "DELETE", f"{ISSUE}/{some(world, chance)}")


def delete_last(world: World, chance: random.Random) -> None:
    asked(world, "DELETE", f"{ISSUE}/{max(everything(world), key=int)}")


def rank(world: World, chance: random.Random) -> None:
    body = {"issues": [some(world, chance)], "rankBeforeIssue": some(world, chance)}
    asked(world, "PUT", "/jira/rest/agile/1.0/issue/rank", body)


def date_back(world: World, chance: random.Random) -> None:
    """Issues as if they had come at another time."""
    keys = {some(world, chance) for _ in range(chance.choice([1, 1, MANY // 3]))}
    issues = [asked(world, "GET", f"{ISSUE}/{key}") for key in keys]
    stamp = f"2025-01-{chance.randrange(1, 15):02}T09:30:00.000+0000"
    seeds = [{"id": one["id"], "key": one["key"], "fields": fields(chance, stamp)} for one in issues]
    if len(seeds) == 1:  # and under another key
        seeds[0]["key"] = f"MKY-{1000 + chance.randrange(10**6)}"
    world.seed({"jira": {"issue": seeds}})


def vote(world: World, chance: random.Random) -> None:
    world.seed({"jira": {"vote": [{"issue": some(world, chance), "user": chance.choice(PEOPLE)}]}})


def rename(world: World, chance: random.Random) -> None:
    """Another order of assignees, though no issue has changed."""
    person = {"accountId": chance.choice(PEOPLE), "displayName": chance.choice(["Aaron", "Mary", "Zoe"])}
    world.seed({"jira": {"user": [person]}})


def move_on(world: World, chance: random.Random) -> None:
    world.advance_clock(3600)


def some(world: World, chance: random.Random) -> str:
    """The key of an issue that is there."""
    row = chance.choice(everything(world))
    return str(asked(world, "GET", f"{ISSUE}/{row}?fields=key")["key"])


def everything(world: World) -> list[str]:
    """The ids of all issues."""
    wanted = {"jql": "project = MKY ORDER BY key", "maxResults": 5000, "fields": ["id"]}
    return [one["id"] for one in asked(world, "POST", SEARCH, wanted)["issues"]]


WRITES: list[Callable[[World, random.Random], None]] = [
    create, edit, edit, delete, delete_last, rank, date_back, vote, rename, move_on,
]  # fmt: skip


@pytest.mark.parametrize("start", range(3))
def test_a_world_that_was_searched_answers_like_one_that_was_not(mky: World, start: int) -> None:
    chance = random.Random(start)
    answers(mky)

    for _ in range(12):
        for write in chance.choices(WRITES, k=chance.choice([1, 1, 1, 5])):
            write(mky, chance)

        assert answers(mky) == answers(never_searched(mky))


def test_after_a_reset_nothing_is_found_that_was_there_before(mky: World) -> None:
    before = answers(mky)

    mky.reset()

    assert answers(mky) == answers(never_searched(mky))
    assert answers(mky) != before


def test_issues_of_a_page_are_those_at_the_beginning_of_all(mky: World) -> None:
    for jql in QUERIES:
        page, whole = (
            asked(mky, "POST", SEARCH, {"jql": jql, "maxResults": size})["issues"] for size in (7, 5000)
        )
        assert page == whole[:7]
