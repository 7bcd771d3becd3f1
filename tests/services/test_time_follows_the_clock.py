"""Whatever a service says about time, it has from the world's clock, wherever that stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockserver.contract.replay import request
from mockserver.values import Call, dumps
from mockserver.world import World

# Leap day, the hours at which New York and Lord Howe change their clocks, and the borders of every clock.
MOMENTS = [
    "0002-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2015-01-15T09:30:00Z",
    "2024-02-29T23:59:59.999999Z",
    "2024-03-10T07:00:00Z",
    "2024-04-06T15:00:00Z",
    "2024-11-03T05:30:00Z",
    "2038-01-19T03:14:08Z",
    "9998-12-31T23:59:59.999999Z",
]


def asked(world: World) -> list[Any]:
    """What every documented call is answered, one after the other in one world."""
    found = []
    for service in world.shared.services.values():
        for operation in service.operations.values():
            for example in operation.examples.values():
                if example.call is not None:
                    found.append(world.exchange(request(service, operation, example.call)))
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_call_breaks_wherever_the_clock_stands(documented: World, moment: str) -> None:
    world = documented.fork("test")
    world.set_clock(moment)

    broken = [
        (one.operation, one.diagnosis.message.splitlines()[-1])
        for one in asked(world)
        if one.diagnosis.reason == "broken"
    ]

    assert broken == []


def test_nothing_shows_the_day_on_which_the_test_runs(documented: World) -> None:
    world = documented.fork("test")
    world.set_clock("2091-07-05T09:30:00Z")
    first = datetime.now(UTC)
    entries = asked(world)
    days = {f"{(first + timedelta(days=more)).date()}" for more in (0, 1)}

    assert len(entries) > 1000
    assert [one.operation for one in entries if any(day.encode() in one.reply.body for day in days)] == []
    assert [day for day in days if day.encode() in dumps(world.state())] == []
    assert {one.at.year for one in entries} == {2091}


def test_every_stamp_of_a_new_issue_is_the_clocks(client: Any, world: World) -> None:
    world.set_clock("2024-02-29T12:00:00Z")
    jira = client("jira")
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "Leap"}
    key = jira("POST", "/rest/api/3/issue", {"fields": fields}).json()["key"]

    shown = jira("GET", f"/rest/api/3/issue/{key}").json()["fields"]

    assert shown["created"][:19] == shown["updated"][:19]
    assert datetime.fromisoformat(shown["created"]) == datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "created", "found"),
    [
        # New York's day begins at 05:00 UTC in winter and at 04:00 in summer.
        ("America/New_York", "2024-03-09T12:00:00Z", "2024-03-09T05:00:00Z", True),
        ("America/New_York", "2024-03-09T12:00:00Z", "2024-03-09T04:59:00Z", False),
        ("America/New_York", "2024-03-11T12:00:00Z", "2024-03-11T04:00:00Z", True),
        ("America/New_York", "2024-03-11T12:00:00Z", "2024-03-11T03:59:00Z", False),
        # On the day of the change itself it still begins in winter time.
        ("America/New_York", "2024-03-10T12:00:00Z", "2024-03-10T05:00:00Z", True),
        ("America/New_York", "2024-03-10T12:00:00Z", "2024-03-10T04:59:00Z", False),
        ("America/New_York", "2024-11-03T12:00:00Z", "2024-11-03T04:00:00Z", True),
        ("America/New_York", "2024-11-03T12:00:00Z", "2024-11-03T03:59:00Z", False),
        ("UTC", "2024-02-29T12:00:00Z", "2024-02-29T00:00:00Z", True),
        ("UTC", "2024-02-29T12:00:00Z", "2024-02-28T23:59:00Z", False),
        # Lord Howe moves by half an hour.
        ("Australia/Lord_Howe", "2024-04-06T18:00:00Z", "2024-04-06T13:00:00Z", True),
        ("Australia/Lord_Howe", "2024-04-06T18:00:00Z", "2024-04-06T12:59:00Z", False),
    ],
)
def test_a_day_begins_when_it_does_for_the_user(
    client: Any, world: World, zone: str, now: str, created: str, found: bool
) -> None:
    jira = client("jira")
    me = jira("GET", "/rest/api/3/myself").json()["accountId"]
    user = next(one for one in world.state("jira", "user") if one["accountId"] == me)
    world.seed({"jira": {"user": [{**user, "timeZone": zone}]}})
    world.set_clock(created)
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "Daybreak"}
    key = jira("POST", "/rest/api/3/issue", {"fields": fields}).json()["key"]
    world.set_clock(now)

    reply = jira("POST", "/rest/api/3/search/jql", {"jql": f"key = {key} AND created >= startOfDay()"})

    assert (len(reply.json()["issues"]) == 1) == found


def test_jqls_now_is_the_clocks(client: Any, world: World) -> None:
    jira = client("jira")
    world.set_clock("2035-01-01T00:00:00Z")
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "Later"}
    key = jira("POST", "/rest/api/3/issue", {"fields": fields}).json()["key"]
    ask = {"jql": f"key = {key} AND created <= now()"}
    then = len(jira("POST", "/rest/api/3/search/jql", ask).json()["issues"])
    world.set_clock("2025-01-01T00:00:00Z")

    assert (then, len(jira("POST", "/rest/api/3/search/jql", ask).json()["issues"])) == (1, 0)


def test_a_credential_expires_when_the_clock_says_so(client: Any, world: World) -> None:
    world.set_auth("strict")
    user = world.state("jira", "user")[0]["accountId"]
    credential = {
        "scheme": "bearer",
        "secret": "short-lived",
        "user": user,
        "expires": "2025-01-15T10:00:00Z",
    }
    world.seed({"jira": {"credential": [credential]}})
    call = Call("GET", "/rest/api/3/myself", {"authorization": "Bearer short-lived"})
    statuses = []
    for seconds in (0, 1799, 1):
        world.advance_clock(seconds)
        statuses.append(world.handle(call).status)

    assert statuses == [200, 200, 401]


def test_kordiams_token_expires_when_the_clock_says_so(world: World) -> None:
    service = world.shared.services["kordiam"]
    grant = next(
        request(service, operation, example.call)
        for operation in service.operations.values()
        for example in operation.examples.values()
        if "token" in operation.path and example.status == 200 and example.call is not None
    )
    issued = world.handle(grant).json()
    world.set_auth("strict")
    call = Call("GET", "/kordiam/api/v2/elements", {"authorization": f"Bearer {issued['access_token']}"})
    before = world.handle(call).status
    world.advance_clock(issued["expires_in"] + 1)

    assert before != 401
    assert world.handle(call).status == 401


def test_the_list_of_changed_worklogs_is_late_by_the_clock(client: Any, world: World) -> None:
    world.set_settings("jira", {"worklogListDelay": 60})
    jira = client("jira")
    jira("POST", "/rest/api/3/issue/MKY-1/worklog", {"timeSpentSeconds": 60})
    counts = []
    for seconds in (0, 61):
        world.advance_clock(seconds)
        counts.append(len(jira("GET", "/rest/api/3/worklog/updated").json()["values"]))

    assert counts[1] == counts[0] + 1


def test_a_page_token_is_good_however_far_the_clock_jumps(client: Any, world: World) -> None:
    jira = client("jira")
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "One more"}
    jira("POST", "/rest/api/3/issue", {"fields": fields})
    ask = {"jql": "project = MKY ORDER BY created ASC, key ASC", "maxResults": 1}
    first = jira("POST", "/rest/api/3/search/jql", ask).json()
    statuses = []
    for moment in ("2035-01-15T09:30:00Z", "2015-01-15T09:30:00Z"):
        world.set_clock(moment)
        reply = jira("POST", "/rest/api/3/search/jql", {**ask, "nextPageToken": first["nextPageToken"]})
        statuses.append(reply.status)

    assert statuses == [200, 200]
