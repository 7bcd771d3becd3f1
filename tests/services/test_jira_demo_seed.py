"""The demo seed, and seeds that can be made in any size: the records agree on every way of reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.behaviours.jira.demo import records
from mockserver.values import dumps
from mockserver.world import Catalogue, CommandError, NotThere, World

from ..openapi import WHOLE

NOW = "2025-01-15T09:30:00.000+0000"
Read = Callable[..., Any]


@pytest.fixture(scope="module")
def demo(shared: Catalogue) -> World:
    return World(shared, seeds=["demo"], journal=WHOLE)


@pytest.fixture
def world(demo: World, conforms: Callable[[World], None]) -> Iterator[World]:
    world = demo.fork("test")
    yield world
    conforms(world)


@pytest.fixture
def read(client: Callable[[str], Any]) -> Read:
    jira = client("jira")

    def read(target: str, method: str = "GET", body: Any = None) -> Any:
        reply = jira(method, f"/jira/rest/{target}", body)
        assert reply.status == 200, reply.body
        return reply.json()

    return read


@pytest.fixture
def search(read: Read) -> Callable[..., list[Any]]:
    def search(jql: str, *fields: str, expand: str = "") -> list[Any]:
        found: list[Any] = []
        token: str | None = None
        while True:
            body = {"jql": jql, "maxResults": 100, "fields": list(fields or ("*all",)), "expand": expand}
            page = read("api/3/search/jql", "POST", body | ({"nextPageToken": token} if token else {}))
            found += page["issues"]
            token = page.get("nextPageToken")
            if token is None:
                return found

    return search


ALL = "project in (PIER, CRANE, FEST)"


def counted(world: World) -> int:
    return len(world.state("jira", "issue"))


def test_there_are_200_issues_in_three_projects(read, search):
    counts = {
        key: read("api/3/search/approximate-count", "POST", {"jql": f"project = {key}"})["count"]
        for key in ("PIER", "CRANE", "FEST")
    }

    assert counts == {"PIER": 100, "CRANE": 60, "FEST": 40}
    assert len(search(ALL, "summary")) == 200


def test_every_type_status_priority_and_resolution_is_there(search):
    issues = search(ALL, "issuetype", "status", "priority", "resolution")

    def names(field: str) -> set[str | None]:
        return {(one["fields"][field] or {"name": None})["name"] for one in issues}

    assert names("issuetype") == {"Epic", "Story", "Task", "Bug", "Sub-task"}
    assert names("status") == {"To Do", "In Progress", "Done"}
    assert names("priority") == {"Highest", "High", "Medium", "Low", "Lowest", None}
    assert names("resolution") == {"Done", "Won't Do", "Duplicate", "Cannot Reproduce", None}


def test_an_issue_is_resolved_exactly_where_it_is_done(search):
    for one in search(ALL, "status", "resolution", "resolutiondate"):
        done = one["fields"]["status"]["statusCategory"]["key"] == "done"

        assert (one["fields"]["resolution"] is not None) == done, one["key"]
        assert (one["fields"]["resolutiondate"] is not None) == done, one["key"]


def test_dates_are_in_order_and_none_is_to_come(search):
    for one in search(ALL, "created", "updated", "resolutiondate", "statuscategorychangedate", "duedate"):
        fields = one["fields"]
        resolved = fields["resolutiondate"] or fields["updated"]

        assert fields["created"] <= fields["statuscategorychangedate"] <= fields["updated"] < NOW, one["key"]
        assert fields["created"] <= resolved <= fields["updated"], one["key"]
        assert fields["duedate"] is None or fields["duedate"] >= fields["created"][:10], one["key"]


def test_what_is_beside_an_issue_lies_within_its_life(search):
    for one in search(ALL, "created", "updated", "comment", "worklog", "attachment", expand="changelog"):
        fields = one["fields"]
        moments = [comment["created"] for comment in fields["comment"]["comments"]]
        moments += [log["started"] for log in fields["worklog"]["worklogs"]]
        moments += [file["created"] for file in fields["attachment"]]
        moments += [change["created"] for change in one["changelog"]["histories"]]

        assert all(fields["created"] <= moment <= fields["updated"] for moment in moments), one["key"]


def test_the_history_ends_at_the_status_and_the_resolution(search):
    for one in search(ALL, "status", "resolution", expand="changelog"):
        now = {"status": "To Do", "resolution": None}
        for change in sorted(one["changelog"]["histories"], key=lambda change: change["created"]):
            for item in change["items"]:
                assert item["fromString"] == now[item["field"]], one["key"]
                now[item["field"]] = item["toString"]

        assert now["status"] == one["fields"]["status"]["name"], one["key"]
        assert now["resolution"] == (one["fields"]["resolution"] or {"name": None})["name"], one["key"]


def test_sub_tasks_and_epics_are_no_further_than_what_they_belong_to(search):
    issues = {one["key"]: one["fields"] for one in search(ALL, "parent", "status", "issuetype", "created")}

    for key, fields in issues.items():
        assert (fields["parent"] is not None) or not fields["issuetype"]["subtask"], key
        if fields["parent"] is None:
            continue
        above = issues[fields["parent"]["key"]]
        assert above["created"] <= fields["created"], key
        assert above["status"]["name"] != "Done" or fields["status"]["name"] == "Done", key
        assert above["status"]["name"] != "To Do" or fields["status"]["name"] == "To Do", key


def test_time_spent_is_what_the_worklogs_say(search):
    issues = search(ALL, "timespent", "worklog", "timeestimate", "resolution")

    assert sum(bool(one["fields"]["timespent"]) for one in issues) > 20
    for one in issues:
        logged = sum(log["timeSpentSeconds"] for log in one["fields"]["worklog"]["worklogs"])
        assert (one["fields"]["timespent"] or 0) == logged, one["key"]


def test_each_way_of_reading_an_issue_counts_the_same(search, read):
    issues = search(ALL, "comment", "watches", "votes", "worklog")

    for one in issues[::7]:
        key, fields = one["key"], one["fields"]
        assert read(f"api/3/issue/{key}/comment")["total"] == fields["comment"]["total"], key
        assert read(f"api/3/issue/{key}/worklog")["total"] == fields["worklog"]["total"], key
        assert read(f"api/3/issue/{key}/watchers")["watchCount"] == fields["watches"]["watchCount"], key
        assert read(f"api/3/issue/{key}/votes")["votes"] == fields["votes"]["votes"], key
        assert (
            read(f"api/2/issue/{key}?fields=comment")["fields"]["comment"]["total"]
            == fields["comment"]["total"]
        )
    assert max(one["fields"]["comment"]["total"] for one in issues) > 50


def test_sprints_are_closed_active_and_future(read, search):
    [board] = read("agile/1.0/board?projectKeyOrId=PIER")["values"]

    sprints = read(f"agile/1.0/board/{board['id']}/sprint")["values"]

    assert [one["state"] for one in sprints] == ["closed", "closed", "active", "future"]
    for sprint in sprints:
        within = search(f"sprint = {sprint['id']} ORDER BY Rank", "status", "issuetype")
        shown = read(f"agile/1.0/sprint/{sprint['id']}/issue?maxResults=100")["issues"]
        assert [one["key"] for one in shown] == [one["key"] for one in within] != []
        if sprint["state"] == "future":
            assert {one["fields"]["status"]["name"] for one in within} == {"To Do"}
    backlog = read(f"agile/1.0/board/{board['id']}/backlog?maxResults=200")["issues"]
    assert any(one["fields"]["sprint"] is None for one in backlog)


def test_released_versions_hold_only_what_is_done(search, read):
    versions = read("api/3/project/PIER/versions")

    assert [(one["released"], one["archived"]) for one in versions] == [
        (True, True),
        (True, False),
        (False, False),
        (False, False),
    ]
    for one in search("fixVersion in releasedVersions()", "status", "fixVersions", "resolutiondate"):
        assert one["fields"]["status"]["name"] == "Done", one["key"]
        assert one["fields"]["resolutiondate"][:10] <= one["fields"]["fixVersions"][0]["releaseDate"], one[
            "key"
        ]


def test_duplicates_name_what_they_duplicate(search):
    issues = search("resolution = Duplicate", "issuelinks")

    assert issues
    for one in issues:
        assert "duplicates" in [link["type"]["outward"] for link in one["fields"]["issuelinks"]]


def test_the_extremes_are_there(search, read):
    issues = search(ALL, "summary", "description", "labels", "assignee", "priority")

    assert max(len(one["fields"]["summary"]) for one in issues) == 255
    assert min(len(one["fields"]["summary"]) for one in issues) == 1
    assert any("👩🏽‍🚀" in one["fields"]["summary"] for one in issues)
    bare = [
        one
        for one in issues
        if not any(one["fields"][name] for name in ("description", "labels", "assignee"))
    ]
    assert bare
    longest = read("api/2/issue/PIER-4?fields=description")["fields"]["description"]
    assert len(longest) > 32_000
    assert [one["key"] for one in search('summary ~ "تصدير"', "summary")]


def test_people_can_log_in_and_one_has_left(client, read):
    jira = client("jira")
    jira.world.set_auth("strict")
    jira.authorization = "Basic c2FrdXJhQGV4YW1wbGUuY29tOm1vY2stdG9rZW4="  # sakura@example.com:mock-token

    assert jira("GET", "/jira/rest/api/3/myself").json()["displayName"] == "さくら 田中"
    assert jira("GET", "/jira/rest/api/3/user?accountId=5de300000000000000000013").json()["active"] is False


def test_the_same_size_gives_the_same_bytes():
    assert dumps(records(200)) == dumps(records(200))
    assert dumps(records(137)) == dumps(records(137)) != dumps(records(138))


def test_two_worlds_of_the_demo_show_the_same(shared, demo):
    assert World(shared, seeds=["demo"]).state() == demo.state()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 24, 50, 101])
def test_every_size_can_be_stored(shared, size):
    assert counted(World(shared, seeds=[f"demo:{size}"])) == size


def test_the_demo_stands_beside_the_world_of_the_references(shared):
    assert counted(World(shared, seeds=["documented", "demo"])) == 201


@pytest.mark.parametrize("size", ["", "0", "-1", "many", "1.5", "99999999", "\u0661\u0660"])
def test_a_size_that_is_none_is_refused(shared, size):
    with pytest.raises(CommandError, match="NAME:SIZE"):
        World(shared, seeds=[f"demo:{size}"])


def test_a_seed_of_one_size_has_no_other(shared):
    with pytest.raises(CommandError, match=r"'documented' of .* has one size"):
        World(shared, seeds=["documented:5"])


def test_an_unknown_seed_is_answered_with_the_nearest_one(shared):
    with pytest.raises(NotThere, match="no seed 'dmo' — did you mean 'demo'"):
        World(shared, seeds=["dmo:5"])


@pytest.mark.full
def test_ten_thousand_issues_can_be_seeded(shared):
    world = World(shared, seeds=["demo:10000"])

    assert counted(world) == 10_000
