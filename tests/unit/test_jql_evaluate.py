"""What queries find: operators and functions on a small site, random queries against a naive reading."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.behaviours.jira.jql import scope
from mockserver.behaviours.jira.jql.evaluate import prepare
from mockserver.behaviours.jira.jql.parse import JqlError, parse
from mockserver.behaviours.jira.rich.wiki import to_document
from mockserver.engine.context import Caller, Context
from mockserver.engine.site import Site
from mockserver.spec.model import Auth, IdRule, Place, Resource, Service
from mockserver.spec.schemas import Schemas
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.store import Index, Store

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)  # a Wednesday
MIA = {
    "accountId": "mia-1",
    "displayName": "Mia Krystof",
    "emailAddress": "mia@example.com",
    "groups": ["crew"],
}
EMMA = {"accountId": "emma-1", "displayName": "Emma Richards", "groups": ["crew", "guests"]}
POINTS, SPRINT, RANK, KIND = (
    "customfield_10016",
    "customfield_10020",
    "customfield_10019",
    "customfield_10030",
)
PLACE = "customfield_10031"
TYPES = "com.atlassian.jira.plugin.system.customfieldtypes"
CHILDREN = ("comment", "worklog", "watcher", "vote", "change", "attachment", "issue_property", "remote_link")
PLAIN = (
    "field", "project", "project_category", "status", "status_category", "issue_type", "priority",
    "resolution", "version", "component", "sprint", "group", "filter", "field_option", "issue_link",
    "issue_link_type", "permission", "permission_scheme", "permission_grant", "role", "role_actor",
    "user",
)  # fmt: skip
INDEXED = (
    "project", "fields.status", "fields.issuetype", "fields.assignee", "fields.reporter", "fields.parent",
    "fields.labels", f"fields.{SPRINT}",
)  # fmt: skip
RECORDS: dict[str, list[dict[str, Any]]] = {
    "user": [MIA, EMMA],
    "group": [{"id": "g1", "name": "crew"}, {"id": "g2", "name": "guests"}],
    "project_category": [{"id": "1", "name": "Inner"}],
    "project": [
        {
            "id": "10",
            "key": "MKY",
            "name": "Monkey",
            "lead": "mia-1",
            "projectCategory": "1",
            "projectTypeKey": "software",
        },
        {"id": "11", "key": "APE", "name": "Ape house", "lead": "emma-1"},
    ],
    "status_category": [
        {"id": 2, "key": "new", "name": "To Do"},
        {"id": 4, "key": "indeterminate", "name": "In Progress"},
        {"id": 3, "key": "done", "name": "Done"},
    ],
    "status": [
        {"id": "1", "name": "To Do", "category": 2},
        {"id": "3", "name": "In Progress", "category": 4},
        {"id": "5", "name": "Done", "category": 3},
    ],
    "issue_type": [
        {"id": "1", "name": "Bug"},
        {"id": "2", "name": "Epic"},
        {"id": "3", "name": "Sub-task", "subtask": True},
    ],
    "priority": [
        {"id": "1", "name": "Highest"},
        {"id": "2", "name": "Medium"},
        {"id": "3", "name": "Lowest"},
    ],
    "resolution": [{"id": "1", "name": "Fixed"}, {"id": "2", "name": "Won't Do"}],
    "version": [
        {"id": "1", "name": "9.0", "project": "10", "released": True},
        {"id": "2", "name": "10.0", "project": "10", "released": True},
        {"id": "3", "name": "11.0", "project": "10", "released": False},
        {"id": "4", "name": "1.0", "project": "11", "released": False, "archived": True},
    ],
    "component": [
        {"id": "1", "name": "Backend", "project": "10", "lead": "mia-1"},
        {"id": "2", "name": "Frontend", "project": "10", "lead": "emma-1"},
    ],
    "sprint": [
        {"id": 1, "name": "Sprint 1", "state": "closed"},
        {"id": 2, "name": "Sprint 2", "state": "active"},
        {"id": 3, "name": "Sprint 3", "state": "future"},
    ],
    "issue_link_type": [{"id": "1", "name": "Blocking", "inward": "is blocked by", "outward": "blocks"}],
    "permission": [{"id": "EDIT_ISSUES", "key": "EDIT_ISSUES", "name": "Edit Issues"}],
    "role": [{"id": 7, "name": "Member"}],
    "role_actor": [{"id": 1, "project": "11", "role": 7, "user": "mia-1"}],
    "field_option": [
        {"id": "100", "field": KIND, "value": "Soft"},
        {"id": "200", "field": PLACE, "value": "Spain"},
        {"id": "201", "field": PLACE, "value": "Madrid", "optionId": "200"},
        {"id": "101", "field": KIND, "value": "Hard"},
    ],
    "field": [
        {"id": POINTS, "name": "Story Points", "schema": {"type": "number", "custom": f"{TYPES}:float"}},
        {
            "id": SPRINT,
            "name": "Sprint",
            "schema": {"type": "array", "items": "json", "custom": "x:gh-sprint"},
        },
        {"id": RANK, "name": "Rank", "schema": {"type": "any", "custom": "x:gh-lexo-rank"}},
        {
            "id": PLACE,
            "name": "Place",
            "schema": {"type": "option-with-child", "custom": f"{TYPES}:cascadingselect"},
        },
        {"id": KIND, "name": "Kind", "schema": {"type": "option", "custom": f"{TYPES}:select"}},
    ],
    "filter": [
        {"id": "1", "name": "Mine", "jql": "assignee = currentUser()"},
        {"id": "2", "name": "Round", "jql": "filter = Round"},
    ],
}


def made(**settings: Any) -> Site:
    """A site with every resource that queries know, and no issues."""
    here = Place(Path("none.yaml"))
    resources = {
        name: Resource(
            name,
            name,
            here,
            id=IdRule("accountId" if name == "user" else "id", "given"),
            parent="issue" if name in CHILDREN else None,
        )
        for name in (*PLAIN, *CHILDREN)
    }
    resources["issue"] = Resource(
        "issue", "Issue", here, keys=("key",), id=IdRule(style="string", start=10000)
    )
    indexes = {f"jira/{name}": [Index(("issue",))] if name in CHILDREN else [] for name in resources}
    indexes["jira/issue"] = [Index(("key",), fold=True), *(Index((name,)) for name in INDEXED)]
    values = {"anonymousAccess": "all", "denied": [], "globalPermissions": {}, **settings}
    service = Service("jira", "Jira", "", "/jira", Auth(), resources=resources)
    site = Site(service, Schemas({}), {}, Store(indexes), Ids(), Clock(NOW), values)
    for name, records in RECORDS.items():
        for record in records:
            site.table(name).add(record)
    return site


class Zoo:
    """A site to which issues are added in a line, and of which queries are asked as Mia."""

    def __init__(self) -> None:
        self.site = made()
        self.caller = Caller(MIA)

    def issue(self, number: int, project: str = "10", **fields: Any) -> str:
        key = f"{'MKY' if project == '10' else 'APE'}-{number}"
        stamp = (NOW - timedelta(days=100 - number)).isoformat()
        base = {
            "status": "1",
            "issuetype": "1",
            "labels": [],
            "created": stamp,
            "updated": stamp,
            "summary": key,
        }
        self.site.table("issue").add({"key": key, "project": project, "fields": {**base, **fields}})
        return key

    def below(self, resource: str, key: str, /, **members: Any) -> None:
        table = self.site.table(resource)
        table.add({"id": len(table) + 1, **members}, self.site.table("issue").find(key))

    def changed(self, key: str, field: str, before: Any, after: Any, at: str, by: str = "mia-1") -> None:
        item = {"field": field, "fieldId": field, "from": before, "to": after}
        self.below("change", key, author=by, created=at, items=[item])

    def ask(self, jql: str) -> list[str]:
        ctx: Any = Context(self.site, None, None, None, "", "", self.caller)  # type: ignore[arg-type]
        prepared = prepare(parse(jql), scope.SiteScope(ctx))
        prepared.check()
        return [one["key"] for one in scope.first(ctx, prepared)]

    def refused(self, jql: str) -> str:
        with pytest.raises(JqlError) as error:
            self.ask(jql)
        return str(error.value)


@pytest.fixture
def zoo() -> Zoo:
    return Zoo()


# ---- EMPTY


@pytest.mark.parametrize("clause", ["assignee != mia-1", "assignee NOT IN (mia-1)", "NOT assignee = mia-1"])
def test_what_is_empty_is_never_matched_by_a_negation(zoo: Zoo, clause: str) -> None:
    zoo.issue(1)
    zoo.issue(2, assignee="mia-1")
    zoo.issue(3, assignee="emma-1")

    assert zoo.ask(clause) == ["MKY-3"]


def test_what_is_empty_is_never_matched_by_words_that_are_absent(zoo: Zoo) -> None:
    zoo.issue(1, description=None)
    zoo.issue(2, description=to_document("green apples"))

    assert zoo.ask("description !~ pears") == ["MKY-2"]
    assert zoo.ask("NOT description ~ pears") == ["MKY-2"]
    assert zoo.ask("description !~ apples") == []


def test_not_in_open_sprints_drops_what_is_in_no_sprint(zoo: Zoo) -> None:
    zoo.issue(1)
    zoo.issue(2, **{SPRINT: [1]})
    zoo.issue(3, **{SPRINT: [1, 2]})

    assert zoo.ask("sprint in openSprints()") == ["MKY-3"]
    assert zoo.ask("NOT sprint in openSprints()") == ["MKY-2"]
    assert zoo.ask("sprint not in openSprints()") == ["MKY-2"]
    assert zoo.ask("sprint is EMPTY or sprint not in openSprints() order by key") == ["MKY-1", "MKY-2"]
    assert zoo.ask("sprint in closedSprints() ORDER BY key") == ["MKY-2", "MKY-3"]
    assert zoo.ask("sprint in futureSprints()") == []


@pytest.mark.parametrize("clause", ["assignee is EMPTY", "assignee = null", "assignee in (EMPTY)"])
def test_empty_finds_what_is_empty(zoo: Zoo, clause: str) -> None:
    zoo.issue(1)
    zoo.issue(2, assignee="mia-1")

    assert zoo.ask(clause) == ["MKY-1"]


def test_unresolved_is_empty(zoo: Zoo) -> None:
    zoo.issue(1)
    zoo.issue(2, resolution="1")

    assert zoo.ask("resolution = Unresolved") == ["MKY-1"]
    assert zoo.ask("resolution in (unresolved, Fixed) ORDER BY key") == ["MKY-1", "MKY-2"]
    assert zoo.ask("resolution != Unresolved") == ["MKY-2"]


# ---- text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("failing", True),  # by its stem
        ("FAIL", True),
        ("order fail", True),  # both, in any order
        ("fail order", True),
        ("fail pear", False),
        ("supp", False),  # a part of a word is not a word
        ("the order of", True),  # common words are not looked for
        ("supp*", True),
        ("su?plier", True),
        ("s*er", True),
        ("s**p*r", True),
        ("su*l?er", True),
        ("s*x", False),
        ('\\"order entry\\"', True),
        ('\\"entry order\\"', False),
        ("order -pear", True),
        ("order -entry", False),
    ],
)
def test_text_is_searched_by_words(zoo: Zoo, words: str, found: bool) -> None:
    zoo.issue(1, summary="Order entry fails when selecting supplier.")

    assert zoo.ask(f'summary ~ "{words}"') == (["MKY-1"] if found else [])


@pytest.mark.parametrize("words", ["*er", "?x", "", "a OR b", "-only", "near~1", "..."])
def test_text_that_cannot_be_searched_is_refused(zoo: Zoo, words: str) -> None:
    assert f"The text query '{words}' for the field 'summary'" in zoo.refused(f'summary ~ "{words}"')
    assert "has no words" in zoo.refused('summary ~ "\\"...\\""')


def test_many_wildcards_cost_no_more_than_one(zoo: Zoo) -> None:
    zoo.issue(1, summary="a" * 5000)

    assert zoo.ask(f"summary ~ '{'a*' * 300}b'") == []
    assert zoo.ask(f"summary ~ '{'a*' * 300}a'") == ["MKY-1"]


def test_text_looks_through_summary_description_and_comments(zoo: Zoo) -> None:
    zoo.issue(1, summary="An ape")
    zoo.issue(2, description=to_document("Apes, *many*"))
    zoo.issue(3)
    zoo.below("comment", "MKY-3", body=to_document("apes"))
    zoo.issue(4)

    assert zoo.ask("text ~ ape ORDER BY key") == ["MKY-1", "MKY-2", "MKY-3"]
    assert zoo.ask("comment ~ ape") == ["MKY-3"]


# ---- things in an order of their own


def test_priorities_compare_by_rank(zoo: Zoo) -> None:
    for number, priority in ((1, "1"), (2, "2"), (3, "3"), (4, None)):
        zoo.issue(number, priority=priority)

    assert zoo.ask("priority > Medium") == ["MKY-1"]
    assert zoo.ask("priority <= Medium ORDER BY priority ASC") == ["MKY-3", "MKY-2"]
    assert zoo.ask("project = MKY ORDER BY priority") == ["MKY-1", "MKY-2", "MKY-3", "MKY-4"]
    assert zoo.ask("project = MKY ORDER BY priority ASC") == ["MKY-3", "MKY-2", "MKY-1", "MKY-4"]


def test_versions_compare_by_sequence_not_by_name(zoo: Zoo) -> None:
    zoo.issue(1, fixVersions=["1"])
    zoo.issue(2, fixVersions=["2"])
    zoo.issue(3, versions=["3"])

    assert zoo.ask("fixVersion > 9.0") == ["MKY-2"]
    assert zoo.ask("fixVersion < 10.0") == ["MKY-1"]
    assert zoo.ask("fixVersion in releasedVersions(MKY) ORDER BY fixVersion") == ["MKY-1", "MKY-2"]
    assert zoo.ask("fixVersion = latestReleasedVersion(MKY)") == ["MKY-2"]
    assert zoo.ask("affectedVersion = earliestUnreleasedVersion(MKY)") == ["MKY-3"]
    assert zoo.ask("affectedVersion in unreleasedVersions(APE)") == []


def test_order_puts_empty_last_in_both_directions(zoo: Zoo) -> None:
    zoo.issue(1, duedate="2025-02-01")
    zoo.issue(2)
    zoo.issue(3, duedate="2025-01-01")

    assert zoo.ask("project = MKY ORDER BY duedate ASC") == ["MKY-3", "MKY-1", "MKY-2"]
    assert zoo.ask("project = MKY ORDER BY due DESC") == ["MKY-1", "MKY-3", "MKY-2"]
    assert zoo.ask("project = MKY ORDER BY due DESC, key ASC") == ["MKY-1", "MKY-3", "MKY-2"]


def test_keys_are_ordered_by_number(zoo: Zoo) -> None:
    for number in (10, 9, 100):
        zoo.issue(number)
    zoo.issue(50, project="11")

    assert zoo.ask("created is not EMPTY ORDER BY key") == ["APE-50", "MKY-9", "MKY-10", "MKY-100"]
    assert zoo.ask("issuekey >= MKY-10 ORDER BY key DESC") == ["MKY-100", "MKY-10"]


def test_rank_orders_and_nothing_else(zoo: Zoo) -> None:
    zoo.issue(1, **{RANK: "0|i:"})
    zoo.issue(2, **{RANK: "0|h:"})

    assert zoo.ask("project = MKY ORDER BY Rank") == ["MKY-2", "MKY-1"]
    assert zoo.ask("project = MKY ORDER BY cf[10019] DESC") == ["MKY-1", "MKY-2"]
    assert "is not supported by the 'Rank' field" in zoo.refused("Rank = 1")


def test_newest_comes_first_where_nothing_else_is_asked(zoo: Zoo) -> None:
    for number in (2, 1, 3):
        zoo.issue(number)

    assert zoo.ask("project = MKY") == ["MKY-3", "MKY-2", "MKY-1"]


# ---- dates


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("created >= -1d", ["MKY-3", "MKY-2"]),
        ("created < -1d", ["MKY-1"]),
        ("created > startOfDay()", ["MKY-3"]),
        ("created > startOfDay(-1d)", ["MKY-3", "MKY-2"]),
        ("created < startOfDay(-1)", ["MKY-1"]),
        ("created >= startOfWeek()", ["MKY-3", "MKY-2"]),
        ("created < startOfMonth()", []),
        ("created <= endOfDay(-1d)", ["MKY-2", "MKY-1"]),
        ("created >= '2025-01-15'", ["MKY-3"]),
        ("created < '2025/01/14 10:00'", ["MKY-1"]),
        ("created < now()", ["MKY-3", "MKY-2", "MKY-1"]),
        ("created > '-1d 2h'", ["MKY-3", "MKY-2"]),
        ("created < endOfYear(-1y)", []),
    ],
)
def test_dates_are_absolute_or_count_from_now(zoo: Zoo, clause: str, found: list[str]) -> None:
    zoo.issue(1, created="2025-01-10T08:00:00.000+0000")
    zoo.issue(2, created="2025-01-14T12:00:00.000+0000")
    zoo.issue(3, created="2025-01-15T08:00:00.000+0000")

    assert zoo.ask(clause) == found


def test_days_begin_where_the_caller_lives(zoo: Zoo) -> None:
    zoo.issue(1, created="2025-01-14T20:00:00.000+0000", duedate="2025-01-15")

    assert zoo.ask("created >= startOfDay()") == []
    zoo.caller = Caller({**MIA, "timeZone": "Asia/Tokyo"})

    assert zoo.ask("created >= startOfDay()") == ["MKY-1"]
    assert zoo.ask("created >= 2025-01-15") == ["MKY-1"]
    assert zoo.ask("due = 2025-01-15") == ["MKY-1"]


def test_a_text_that_is_no_date_is_refused(zoo: Zoo) -> None:
    assert zoo.refused("created > tomorrow").startswith(
        "Date value 'tomorrow' for field 'created' is invalid."
    )


# ---- history


@pytest.fixture
def told(zoo: Zoo) -> Zoo:
    zoo.issue(1, status="5")
    zoo.changed("MKY-1", "status", "1", "3", "2025-01-10T10:00:00.000+0000")
    zoo.changed("MKY-1", "status", "3", "5", "2025-01-12T10:00:00.000+0000", by="emma-1")
    zoo.issue(2, status="1")
    zoo.issue(3, status="3", fixVersions=["2"])
    zoo.changed("MKY-3", "status", "1", "3", "2025-01-14T10:00:00.000+0000", by="emma-1")
    zoo.changed("MKY-3", "fixVersions", None, "1", "2025-01-11T10:00:00.000+0000")
    zoo.changed("MKY-3", "fixVersions", None, "2", "2025-01-12T10:00:00.000+0000")
    zoo.changed("MKY-3", "fixVersions", "1", None, "2025-01-13T10:00:00.000+0000")
    return zoo


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("status WAS 'In Progress'", ["MKY-1", "MKY-3"]),
        ("status WAS 'To Do'", ["MKY-1", "MKY-2", "MKY-3"]),
        ("status WAS NOT 'In Progress'", ["MKY-2"]),
        ("status WAS IN (Done, 'In Progress')", ["MKY-1", "MKY-3"]),
        ("status WAS NOT IN (Done, 'In Progress')", ["MKY-2"]),
        ("NOT status WAS Done", ["MKY-2", "MKY-3"]),
        ("status WAS 'In Progress' BY mia-1", ["MKY-1"]),
        ("status WAS 'In Progress' BY (mia-1, emma-1)", ["MKY-1", "MKY-3"]),
        ("status WAS 'In Progress' BEFORE '2025-01-11'", ["MKY-1"]),
        ("status WAS 'In Progress' AFTER '2025-01-13'", ["MKY-3"]),
        ("status WAS 'In Progress' ON '2025-01-11'", ["MKY-1"]),
        ("status WAS 'In Progress' DURING ('2025-01-13', '2025-01-14')", ["MKY-3"]),
        ("status WAS 'In Progress' DURING ('2025-01-01', '2025-01-09')", []),
        ("status CHANGED", ["MKY-1", "MKY-3"]),
        ("status CHANGED FROM 'To Do'", ["MKY-1", "MKY-3"]),
        ("status CHANGED TO Done", ["MKY-1"]),
        ("status CHANGED FROM 'To Do' TO Done", []),
        ("status CHANGED FROM 'To Do' TO 'In Progress' BY emma-1", ["MKY-3"]),
        ("status CHANGED BY currentUser()", ["MKY-1"]),
        ("status CHANGED AFTER -2d", ["MKY-3"]),
        ("status CHANGED BEFORE startOfDay(-3d)", ["MKY-1"]),
        ("status CHANGED ON 2025-01-12", ["MKY-1"]),
        ("status CHANGED DURING ('2025-01-12', '2025-01-14')", ["MKY-1", "MKY-3"]),
        ("status CHANGED AFTER 2025-01-11 BEFORE 2025-01-13", ["MKY-1"]),
        ("NOT status CHANGED", ["MKY-2"]),
        ("fixVersion WAS 9.0", ["MKY-3"]),
        ("fixVersion WAS EMPTY", ["MKY-1", "MKY-2", "MKY-3"]),
        ("fixVersion WAS 9.0 AFTER 2025-01-14", []),
        ("fixVersion CHANGED FROM 9.0", ["MKY-3"]),
        ("fixVersion CHANGED FROM EMPTY", ["MKY-3"]),
    ],
)
def test_history_is_searched_with_every_predicate(told: Zoo, clause: str, found: list[str]) -> None:
    assert told.ask(f"{clause} ORDER BY key") == found


@pytest.mark.parametrize(
    "clause",
    [
        "summary CHANGED",
        "status WAS Done FROM 'To Do'",
        "status CHANGED DURING (2025-01-01)",
        "status CHANGED AFTER soon",
        "status CHANGED AFTER currentUser()",
        "status WAS Nowhere",
        "status WAS (Done)",
        "status WAS IN Done",
        "status CHANGED BY nobody",
    ],
)
def test_history_that_is_not_understood_is_refused(told: Zoo, clause: str) -> None:
    assert told.refused(clause)


# ---- functions and other fields


@pytest.fixture
def peopled(zoo: Zoo) -> Zoo:
    zoo.issue(1, issuetype="2", assignee="mia-1", components=["1"], **{POINTS: 5})
    zoo.issue(2, parent="10000", reporter="emma-1", components=["2"], **{POINTS: 3, PLACE: ["200"]})
    zoo.issue(3, parent="10001", issuetype="3", labels=["red", "blue"], timeestimate=7200)
    zoo.issue(
        4,
        project="11",
        status="5",
        timespent=90,
        timeoriginalestimate=60,
        **{KIND: "101", PLACE: ["200", "201"]},
    )
    zoo.site.table("issue_link").add({"id": "1", "type": "1", "inward": "10000", "outward": "10001"})
    zoo.below("watcher", "MKY-2", user="mia-1")
    zoo.below("vote", "MKY-3", user="mia-1")
    zoo.below("vote", "MKY-3", user="emma-1")
    zoo.below(
        "worklog",
        "MKY-1",
        author="emma-1",
        started="2025-01-12T10:00:00.000+0000",
        comment=to_document("dug"),
    )
    zoo.below("attachment", "APE-4")
    zoo.below("remote_link", "APE-4", globalId="g=1")
    zoo.below("issue_property", "MKY-1", key="pet", value={"name": "Rex", "age": 4, "tags": ["a"]})
    zoo.changed("MKY-2", "summary", None, None, "2025-01-14T10:00:00.000+0000", by="emma-1")
    return zoo


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("project = monkey", [1, 2, 3]),
        ("project in (APE, MKY)", [4, 1, 2, 3]),
        ("project = 11", [4]),
        ("category = 'Inner'", [1, 2, 3]),
        ("projectType = software", [1, 2, 3]),
        ("statusCategory = Done", [4]),
        ("statusCategory != done", [1, 2, 3]),
        ("type = Epic", [1]),
        ("issuetype in subtaskIssueTypes()", [3]),
        ("issuetype in standardIssueTypes()", [4, 1, 2]),
        ("key in (MKY-1, mky-2)", [1, 2]),
        ("id = 10002", [3]),
        ("parent = MKY-1", [2]),
        ("'Epic Link' = MKY-1", [2]),
        ("parent is EMPTY", [4, 1]),
        ("issue in parentEpic(MKY-1)", [2, 3]),
        ("labels = red", [3]),
        ("labels in (red, green)", [3]),
        ("labels != red", []),
        ("labels is EMPTY", [4, 1, 2]),
        ("component = backend", [1]),
        ("component in componentsLeadByUser()", [1]),
        ("component in componentsLeadByUser('Emma Richards')", [2]),
        ("project in projectsLeadByUser(emma-1)", [4]),
        ("project in projectsWhereUserHasPermission('Edit Issues')", [4, 1, 2, 3]),
        ("project in projectsWhereUserHasRole(Member)", [4]),
        ("assignee = currentUser()", [1]),
        ("assignee = 'mia@example.com'", [1]),
        ("assignee in membersOf(crew)", [1]),
        ("reporter in membersOf(guests)", [2]),
        ("watcher = currentUser()", [2]),
        ("voter = 'Mia Krystof'", [3]),
        ("issue in watchedIssues()", [2]),
        ("issue in votedIssues()", [3]),
        ("votes >= 2", [3]),
        ("watchers = 0", [4, 1, 3]),
        ("issue in linkedIssues(MKY-1)", [2]),
        ("issue in linkedIssues(MKY-1, blocks)", [2]),
        ("issue in linkedIssues(MKY-1, 'is blocked by')", []),
        ("issue in linkedIssues(MKY-2, 'is blocked by')", [1]),
        ("issueLinkType = blocks", [1]),
        ("issueLinkType = 'is blocked by'", [2]),
        ("issueLinkType = Blocking", [1, 2]),
        ("issue in issuesWithRemoteLinksByGlobalId('g=1')", [4]),
        ("issue in updatedBy(emma-1)", [2]),
        ("issue in updatedBy(emma-1, -2h)", []),
        ("issue in updatedBy(emma-1, -2d, -1h)", [2]),
        ("issue in issueHistory()", []),
        ("worklogAuthor = emma-1", [1]),
        ("worklogDate = 2025-01-12", [1]),
        ("worklogComment ~ dug", [1]),
        ("attachments is not EMPTY", [4]),
        ("remainingEstimate >= 2h", [3]),
        ("remainingEstimate > 1d", []),
        ("timespent is not EMPTY and workRatio > 100", [4]),
        ("'Story Points' > 3", [1]),
        ("cf[10016] <= 3", [2]),
        ("'story points[Number]' in (3, 5)", [1, 2]),
        ("Kind = hard", [4]),
        ("'Kind[Dropdown]' is not EMPTY", [4]),
        ("Place = spain", [4, 2]),
        ("Place in cascadeOption(Spain)", [4, 2]),
        ("Place in cascadeOption(Spain, Madrid)", [4]),
        ("Place in cascadeOption(Spain, none)", [2]),
        ("Place is EMPTY", [1, 3]),
        ("filter = Mine", [1]),
        ("filter != 1", [4, 2, 3]),
        ("issue.property[pet].name = rex", [1]),
        ("issue.property[pet].age > 3", [1]),
        ("issue.property['pet'].tags in (a, b)", [1]),
        ("issue.property[pet].none is not EMPTY", []),
        ("status = 'To Do' AND (type = Epic OR labels = blue) AND NOT key = MKY-1", [3]),
        ("type = Epic OR labels = blue AND project = APE", [1]),
    ],
)
def test_every_field_and_function_finds_its_issues(peopled: Zoo, clause: str, found: list[int]) -> None:
    assert [int(key[4:]) for key in peopled.ask(f"{clause} ORDER BY key")] == found


def test_nobody_has_no_issues_of_their_own(peopled: Zoo) -> None:
    peopled.caller = Caller()

    assert peopled.ask("assignee = currentUser()") == []
    assert peopled.ask("issue in votedIssues()") == []


HIDDEN = "does not exist or you do not have permission to view it."


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("nonsense = 1", f"Field 'nonsense' {HIDDEN}"),
        ("cf[99] = 1", "Field 'cf[99]' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status in (Done, Nowhere)", "The value 'Nowhere' does not exist for the field 'status'."),
        ("key = MKY-99", "An issue with key 'MKY-99' does not exist for field 'key'."),
        ("assignee = nobody", "The value 'nobody' does not exist for the field 'assignee'."),
        ("summary = x", "The operator '=' is not supported by the 'summary' field."),
        ("status ~ Done", "The operator '~' is not supported by the 'status' field."),
        ("status > Done", "The operator '>' is not supported by the 'status' field."),
        ("summary in x", "Operator 'in' does not support the non-list value '\"x\"' for field 'summary'."),
        ("status = (Done)", "Operator '=' does not support the list value (Done) for field 'status'."),
        ("status is Done", "The operator 'is' in 'status' only supports the value EMPTY or NULL."),
        ("priority > EMPTY", "The operator '>' does not support searching for an empty value."),
        ("created = shiftedDay()", "Unable to find JQL function 'shiftedDay()'."),
        ("status = currentUser()", "The function 'currentUser' cannot be used with the field 'status'."),
        ("sprint = now()", "The function 'now' cannot be used with the field 'sprint'."),
        ("assignee = membersOf()", "Function 'membersOf' expected '1' arguments but received '0'."),
        ("created > startOfDay(soon)", "The argument 'soon' of the function 'startOfDay' is not valid."),
        (
            "'Story Points' = many",
            "Value 'many' is invalid for the 'Story Points' field: a number is expected.",
        ),
        ("project = MKY ORDER BY nonsense", f"Field 'nonsense' {HIDDEN}"),
        ("project = MKY ORDER BY comment", "Not able to sort using field 'comment'."),
        (
            "issue in linkedIssues(MKY-99)",
            "Issue 'MKY-99' could not be found or you do not have permission to view it.",
        ),
        ("issue in linkedIssues(MKY-1, loves)", "Issue link type 'loves' could not be found."),
        ("Place in cascadeOption(Italy)", "The option 'Italy' does not exist."),
        ("Place in cascadeOption(Spain, Rome)", "The option 'Rome' does not exist below 'Spain'."),
        ("filter = Round", "The filter 'Round' refers to itself, or to too many others."),
        ("filter = Unheard", "The value 'Unheard' does not exist for the field 'filter'."),
        ("worklogAuthor = emma-1 AND fieldless is EMPTY", f"Field 'fieldless' {HIDDEN}"),
    ],
)
def test_what_a_site_does_not_know_is_refused(peopled: Zoo, query: str, message: str) -> None:
    assert peopled.refused(query) == message


def test_every_problem_of_a_query_is_told_at_once(zoo: Zoo) -> None:
    assert zoo.refused("NOT (a = 1) OR project = NOPE ORDER BY b").split("\n") == [
        "Field 'a' does not exist or you do not have permission to view it.",
        "Field 'b' does not exist or you do not have permission to view it.",
        "The value 'NOPE' does not exist for the field 'project'.",
    ]


# ---- indexes


@pytest.mark.parametrize(
    "clause",
    [
        "project = APE",
        "status = Done",
        "issuetype = Epic",
        "assignee = mia-1",
        "reporter = mia-1",
        "parent = MKY-1",
        "labels = red",
        "sprint in openSprints()",
        "statusCategory = Done",
        "key = MKY-1",
        "status = Done AND summary ~ x",
        "status = Done OR key = MKY-1",
        "NOT NOT status = Done",
        "NOT (status != Done OR summary ~ x)",
    ],
)
def test_an_indexed_field_narrows_a_query(zoo: Zoo, clause: str) -> None:
    zoo.issue(1, parent="10000")
    for number in range(2, 50):
        zoo.issue(number)
    ctx: Any = Context(zoo.site, None, None, None, "", "", zoo.caller)  # type: ignore[arg-type]

    prepared = prepare(parse(clause), scope.SiteScope(ctx))

    assert prepared.ids is not None
    assert len(prepared.ids) <= 1


@pytest.mark.parametrize(
    "clause", ["status != Done", "status = Done OR summary ~ x", "assignee in (mia-1, EMPTY)"]
)
def test_what_no_index_can_answer_looks_at_everything(zoo: Zoo, clause: str) -> None:
    zoo.issue(1)
    ctx: Any = Context(zoo.site, None, None, None, "", "", zoo.caller)  # type: ignore[arg-type]

    assert prepare(parse(clause), scope.SiteScope(ctx)).ids is None


def test_a_page_is_the_beginning_of_the_whole(zoo: Zoo) -> None:
    chance = random.Random(5)
    for number in range(1, 60):
        zoo.issue(number, duedate=chance.choice([None, "2025-01-01", "2025-01-02"]))
    ctx: Any = Context(zoo.site, None, None, None, "", "", zoo.caller)  # type: ignore[arg-type]

    for order in ("", "ORDER BY due ASC", "ORDER BY due DESC", "ORDER BY due DESC, key ASC"):
        prepared = prepare(parse(f"project = MKY {order}"), scope.SiteScope(ctx))
        whole = scope.first(ctx, prepared)
        assert [scope.first(ctx, prepared, most) for most in (0, 1, 30, 59, 70)] == [
            whole[:most] for most in (0, 1, 30, 59, 70)
        ]


# ---- random queries against a naive reading of them

Naive = Callable[[dict[str, Any]], bool | None]
PEOPLE = {"Mia Krystof": "mia-1", "Emma Richards": "emma-1"}
STATUSES = {"To Do": "1", "In Progress": "3", "Done": "5"}
PRIORITIES = ["Lowest", "Medium", "Highest"]
DAYS = ["2025-01-01", "2025-01-05", "2025-01-09"]
NOUNS = ["apple", "banana", "cherry"]


def plain_issues() -> list[dict[str, Any]]:
    """Random issues as a person would write them down, with None or nothing for what is empty."""
    chance = random.Random(7)
    found = []
    for number in range(1, 61):
        found.append(
            {
                "key": number,
                "status": chance.choice(list(STATUSES)),
                "was": [],
                "assignee": chance.choice([None, *PEOPLE]),
                "priority": chance.choice([None, *PRIORITIES]),
                "labels": chance.sample(["red", "green", "blue"], chance.randrange(3)),
                "sprint": chance.sample([1, 2, 3], chance.randrange(3)),
                "due": chance.choice([None, *DAYS]),
                "points": chance.choice([None, 1, 3, 5]),
                "summary": " ".join(chance.choices(NOUNS, k=3)),
                "description": chance.choice([None, *NOUNS]),
            }
        )
        for _ in range(chance.randrange(3)):
            found[-1]["was"].append(chance.choice(list(STATUSES)))
    return found


ISSUES = plain_issues()


def written_down() -> Zoo:
    zoo = Zoo()
    for one in ISSUES:
        description = None if one["description"] is None else to_document(one["description"])
        places = {"Highest": "1", "Medium": "2", "Lowest": "3", None: None}
        key = zoo.issue(
            one["key"],
            status=STATUSES[one["status"]],
            assignee=PEOPLE.get(one["assignee"] or ""),
            priority=places[one["priority"]],
            labels=one["labels"],
            duedate=one["due"],
            summary=one["summary"],
            description=description,
            **{SPRINT: one["sprint"], POINTS: one["points"]},
        )
        line = [*one["was"], one["status"]]
        for at, (before, after) in enumerate(pairwise(line)):
            zoo.changed(key, "status", STATUSES[before], STATUSES[after], f"2025-01-0{at + 1}T00:00:00+00:00")
    return zoo


WRITTEN = written_down()


def values_of(issue: dict[str, Any], name: str) -> list[Any]:
    value = issue[name]
    return value if isinstance(value, list) else [] if value is None else [value]


def leaf(text: str, judge: Callable[[dict[str, Any]], bool | None]) -> tuple[str, Naive]:
    return text, judge


def unless_empty(name: str, judge: Callable[[list[Any]], bool]) -> Naive:
    """Neither true nor false for an issue in which the field is empty: that is what NOT then leaves it."""

    def judged(issue: dict[str, Any]) -> bool | None:
        values = values_of(issue, name)
        return judge(values) if values else None

    return judged


def compared(written: str, name: str, choices: Sequence[Any], orders: Callable[[Any], Any] | None) -> Any:
    """Clauses about one field: equality, lists, emptiness, and order if there is one."""

    def quoted(value: Any) -> str:
        return f"'{value}'"

    one = st.sampled_from(choices)
    some = st.lists(one, min_size=1, max_size=3)
    kinds = [
        one.map(lambda v: leaf(f"{written} = {quoted(v)}", unless_empty(name, lambda held: v in held))),
        one.map(lambda v: leaf(f"{written} != {quoted(v)}", unless_empty(name, lambda held: v not in held))),
        some.map(
            lambda many: leaf(
                f"{written} in ({', '.join(map(quoted, many))})",
                unless_empty(name, lambda held: bool(set(held) & set(many))),
            )
        ),
        some.map(
            lambda many: leaf(
                f"{written} NOT IN ({', '.join(map(quoted, many))})",
                unless_empty(name, lambda held: not set(held) & set(many)),
            )
        ),
        one.map(
            lambda v: leaf(
                f"{written} in ({quoted(v)}, EMPTY)",
                lambda issue: not values_of(issue, name) or v in values_of(issue, name),
            )
        ),
        st.just(leaf(f"{written} is EMPTY", lambda issue: not values_of(issue, name))),
        st.just(leaf(f"{written} IS NOT null", lambda issue: bool(values_of(issue, name)))),
    ]
    if orders is not None:
        kinds += [
            one.map(
                lambda v: leaf(
                    f"{written} < {quoted(v)}",
                    unless_empty(name, lambda held: any(orders(x) < orders(v) for x in held)),
                )
            ),
            one.map(
                lambda v: leaf(
                    f"{written} >= {quoted(v)}",
                    unless_empty(name, lambda held: any(orders(x) >= orders(v) for x in held)),
                )
            ),
        ]
    return st.one_of(kinds)


def said(name: str) -> Any:
    noun = st.sampled_from(NOUNS)
    return st.one_of(
        noun.map(lambda v: leaf(f"{name} ~ {v}", unless_empty(name, lambda held: v in held[0].split()))),
        noun.map(
            lambda v: leaf(f"{name} !~ '{v}s'", unless_empty(name, lambda held: v not in held[0].split()))
        ),
    )


def past(name: str) -> Any:
    state = st.sampled_from(list(STATUSES))
    return st.one_of(
        state.map(lambda v: leaf(f"status WAS '{v}'", lambda issue: v in [*issue["was"], issue["status"]])),
        state.map(
            lambda v: leaf(f"status was not '{v}'", lambda issue: v not in [*issue["was"], issue["status"]])
        ),
        state.map(
            lambda v: leaf(
                f"status CHANGED TO '{v}'", lambda issue: v in [*issue["was"], issue["status"]][1:]
            )
        ),
        state.map(lambda v: leaf(f"status CHANGED FROM '{v}'", lambda issue: v in issue["was"])),
    )


LEAVES = st.one_of(
    compared("status", "status", list(STATUSES), None),
    compared("assignee", "assignee", list(PEOPLE), None),
    compared("priority", "priority", PRIORITIES, PRIORITIES.index),
    compared("labels", "labels", ["red", "green", "blue"], None),
    compared("sprint", "sprint", [1, 2, 3], None),
    compared("duedate", "due", DAYS, str),
    compared("'Story Points'", "points", [1, 3, 5], int),
    compared("key", "key", [1, 2, 30], int).map(
        lambda pair: (
            pair[0].replace("'1'", "MKY-1").replace("'2'", "MKY-2").replace("'30'", "'mky-30'"),
            pair[1],
        )
    ),
    said("summary"),
    said("description"),
    past("status"),
)


def negated(pair: tuple[str, Naive]) -> tuple[str, Naive]:
    text, judge = pair
    return f"NOT ({text})", lambda issue: None if (found := judge(issue)) is None else not found


def joined(pairs: tuple[str, list[tuple[str, Naive]]]) -> tuple[str, Naive]:
    """AND is false if one is false, OR true if one is true; else unknown if one is unknown."""
    word, parts = pairs
    decisive = word == "OR"

    def judged(issue: dict[str, Any]) -> bool | None:
        found = [judge(issue) for _, judge in parts]
        if decisive in found:
            return decisive
        return None if None in found else not decisive

    return f" {word} ".join(f"({text})" for text, _ in parts), judged


QUERIES = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        below.map(negated),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(below, min_size=2, max_size=3)).map(joined),
    ),
    max_leaves=8,
)


def agree(query: tuple[str, Naive]) -> None:
    text, judge = query

    found = WRITTEN.ask(f"{text} ORDER BY key")

    assert found == [f"MKY-{one['key']}" for one in ISSUES if judge(one) is True]


@given(QUERIES)
@settings(max_examples=300)
def test_random_queries_find_what_a_naive_reading_finds(query: tuple[str, Naive]) -> None:
    agree(query)


@pytest.mark.full
@given(QUERIES)
@settings(max_examples=10_000)
def test_many_random_queries_find_what_a_naive_reading_finds(query: tuple[str, Naive]) -> None:
    agree(query)


SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "key": lambda one: one["key"],
    "priority": lambda one: one["priority"] and PRIORITIES.index(one["priority"]),
    "due": lambda one: one["due"],
    "'Story Points'": lambda one: one["points"],
    "assignee": lambda one: one["assignee"],
    "labels": lambda one: min(one["labels"], default=None),
    "summary": lambda one: one["summary"],
}


@given(
    st.lists(
        st.tuples(st.sampled_from(list(SORTS)), st.sampled_from(["ASC", "DESC"])), min_size=1, max_size=4
    )
)
@settings(max_examples=150)
def test_random_orders_are_what_sorting_by_hand_gives(order: list[tuple[str, str]]) -> None:
    rows = sorted(ISSUES, key=lambda one: one["key"], reverse=True)  # the newest first
    for name, direction in reversed(order):
        keyed = [one for one in rows if SORTS[name](one) is not None]
        keyed.sort(key=SORTS[name], reverse=direction == "DESC")
        rows = keyed + [one for one in rows if SORTS[name](one) is None]

    found = WRITTEN.ask("project = MKY ORDER BY " + ", ".join(" ".join(one) for one in order))

    assert found == [f"MKY-{one['key']}" for one in rows]
