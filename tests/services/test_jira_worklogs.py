"""Worklogs: working time, estimates that move along, lists by time."""

from datetime import UTC, datetime, timedelta

import pytest

ISSUE = "/rest/api/3/issue/MKY-1"
WORKLOGS = f"{ISSUE}/worklog"


@pytest.fixture
def jira(client):
    return client("jira")


def logged(jira, spent="3h", query="", **members):
    reply = jira("POST", WORKLOGS + query, {"timeSpent": spent, **members})
    assert reply.status == 201, reply.body
    return reply.json()


def times(jira):
    return jira("GET", f"{ISSUE}?fields=timetracking").json()["fields"]["timetracking"]


def estimated(jira, **estimates):
    reply = jira("PUT", ISSUE, {"fields": {"timetracking": estimates}})
    assert reply.status == 204, reply.body


@pytest.mark.parametrize(
    ("given", "shown", "seconds"),
    [
        ("1d 2h", "1d 2h", 36_000),
        ("8h", "1d", 28_800),
        ("1w", "1w", 144_000),
        ("5d", "1w", 144_000),
        ("2h30m", "2h 30m", 9_000),
        ("1.5h", "1h 30m", 5_400),
        ("90", "1h 30m", 5_400),
        ("1w 1d 1h 1m", "1w 1d 1h 1m", 176_460),
    ],
)
def test_time_is_said_in_the_largest_units_of_work(jira, given, shown, seconds) -> None:
    made = logged(jira, given)

    assert (made["timeSpent"], made["timeSpentSeconds"]) == (shown, seconds)


@pytest.mark.parametrize("given", ["", "soon", "-1h", "1y", "h", "1h x", "nan", "0m", "59s"])
def test_what_is_no_time_is_refused(jira, given) -> None:
    reply = jira("POST", WORKLOGS, {"timeSpent": given})

    assert reply.status == 400
    assert list(reply.json()["errors"]) == ["timeLogged"]
    assert times(jira) == {}


def test_a_site_may_work_longer_days(jira, world) -> None:
    world.set_settings("jira", {"workingHoursPerDay": 10, "workingDaysPerWeek": 4})

    assert logged(jira, "1w 1d")["timeSpentSeconds"] == 50 * 3600
    assert times(jira)["timeSpent"] == "1w 1d"


def test_what_remains_follows_a_worklog_through_its_life(jira) -> None:
    made = logged(jira, "3h")
    after_adding = times(jira)
    jira("PUT", f"{WORKLOGS}/{made['id']}", {"timeSpent": "2h"})
    after_editing = times(jira)
    jira("DELETE", f"{WORKLOGS}/{made['id']}")
    after_deleting = times(jira)

    assert (after_adding["timeSpent"], after_adding["remainingEstimate"]) == ("3h", "0m")
    assert (after_editing["timeSpent"], after_editing["remainingEstimate"]) == ("2h", "1h")
    assert after_deleting == {"remainingEstimate": "3h", "remainingEstimateSeconds": 10_800}


@pytest.mark.parametrize(
    ("query", "remaining"),
    [
        ("", "5h"),
        ("?adjustEstimate=auto", "5h"),
        ("?adjustEstimate=leave", "1d"),
        ("?adjustEstimate=new&newEstimate=2h", "2h"),
        ("?adjustEstimate=manual&reduceBy=1h", "7h"),
        ("?adjustEstimate=manual&reduceBy=9h", "0m"),
    ],
)
def test_the_caller_says_how_the_estimate_changes(jira, query, remaining) -> None:
    estimated(jira, originalEstimate="1d")

    logged(jira, "3h", query)

    assert times(jira)["remainingEstimate"] == remaining
    assert times(jira)["originalEstimate"] == "1d"


@pytest.mark.parametrize(
    ("query", "remaining"),
    [("", "1d"), ("?adjustEstimate=leave", "5h"), ("?adjustEstimate=manual&increaseBy=1h", "6h")],
)
def test_deleting_gives_time_back_as_the_caller_says(jira, query, remaining) -> None:
    estimated(jira, originalEstimate="1d")
    made = logged(jira, "3h")

    jira("DELETE", f"{WORKLOGS}/{made['id']}{query}")

    assert times(jira)["remainingEstimate"] == remaining


def test_a_refused_adjustment_changes_nothing(jira) -> None:
    made = logged(jira)
    before = times(jira)

    replies = [
        jira("POST", f"{WORKLOGS}?adjustEstimate=new", {"timeSpent": "1h"}),
        jira("PUT", f"{WORKLOGS}/{made['id']}?adjustEstimate=manual", {"timeSpent": "1h"}),
        jira("DELETE", f"{WORKLOGS}/{made['id']}?adjustEstimate=manual"),
        jira("POST", f"{WORKLOGS}?adjustEstimate=later", {"timeSpent": "1h"}),
    ]

    assert [reply.status for reply in replies] == [400] * 4
    assert times(jira) == before
    assert jira("GET", WORKLOGS).json()["total"] == 1


def test_every_field_about_time_moves_together(jira) -> None:
    estimated(jira, originalEstimate="4h")
    logged(jira, "1h")

    fields = jira("GET", ISSUE).json()["fields"]

    assert (fields["timeoriginalestimate"], fields["timeestimate"], fields["timespent"]) == (
        14400,
        10800,
        3600,
    )
    assert (
        fields["progress"] == fields["aggregateprogress"] == {"progress": 3600, "total": 14400, "percent": 25}
    )
    assert fields["aggregatetimespent"] == 3600
    assert fields["workratio"] == 25
    assert fields["worklog"]["total"] == jira("GET", WORKLOGS).json()["total"] == 1


def test_the_aggregates_count_the_subtasks_in(jira) -> None:
    subtask = {"project": {"key": "MKY"}, "issuetype": {"name": "Sub-task"}, "parent": {"key": "MKY-1"}}
    tracking = {"originalEstimate": "2h", "remainingEstimate": "1h"}
    made = jira(
        "POST", "/rest/api/3/issue", {"fields": {**subtask, "summary": "S", "timetracking": tracking}}
    )
    jira("POST", f"/rest/api/3/issue/{made.json()['key']}/worklog", {"timeSpent": "30m"})
    logged(jira, "1h")

    fields = jira("GET", ISSUE).json()["fields"]

    assert fields["timespent"] == 3600
    assert fields["aggregatetimespent"] == 5400
    assert fields["aggregatetimeestimate"] == 1800
    assert fields["aggregatetimeoriginalestimate"] == 7200
    assert fields["aggregateprogress"] == {"progress": 5400, "total": 7200, "percent": 75}


@pytest.mark.parametrize(
    "given",
    ["2025-01-15", "2025-01-15T08:00:00Z", "2025-01-15T08:00:00.000Z", "2025-01-15T08:00:00.000+00:00",
     "2025-02-30T08:00:00.000+0000", "2025-01-15T08:00:00+0000", "2025-01-15T08:00:00.000+0075", 5],
)  # fmt: skip
def test_when_work_started_must_be_written_exactly(jira, given) -> None:
    reply = jira("POST", WORKLOGS, {"timeSpent": "1h", "started": given})

    assert reply.status == 400
    assert reply.json()["errors"]["started"].startswith("Invalid date format.")


def test_work_is_listed_by_when_it_started_in_utc(jira) -> None:
    logged(jira, started="2025-01-15T09:00:00.000+0000")
    logged(jira, started="2025-01-15T09:30:00.000+0100")

    found = jira("GET", WORKLOGS).json()["worklogs"]

    assert [one["started"] for one in found] == [
        "2025-01-15T08:30:00.000+0000",
        "2025-01-15T09:00:00.000+0000",
    ]


def test_the_lists_tell_of_changes_a_minute_later(jira, world) -> None:
    made = logged(jira)
    at_once = jira("GET", "/rest/api/3/worklog/updated").json()
    world.advance_clock(60)
    updated = jira("GET", "/rest/api/3/worklog/updated").json()
    jira("DELETE", f"{WORKLOGS}/{made['id']}")
    world.advance_clock(60)
    deleted = jira("GET", f"/rest/api/3/worklog/deleted?since={updated['until']}").json()

    assert at_once["values"] == []
    assert [one["worklogId"] for one in updated["values"]] == [10000]
    assert [one["worklogId"] for one in deleted["values"]] == [10000]
    assert jira("GET", "/rest/api/3/worklog/updated").json()["values"] == []
    assert jira("GET", f"/rest/api/3/worklog/deleted?since={deleted['until']}").json()["values"] == []


def test_a_long_list_is_followed_page_by_page(jira, world) -> None:
    start = datetime(2025, 1, 14, tzinfo=UTC)
    stamps = [(start + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S.000%z") for at in range(1001)]
    rows = [{"issue": "MKY-1", "timeSpent": "1m", "updated": stamp} for stamp in stamps]
    world.seed({"jira": {"worklog": rows}})

    first = jira("GET", "/rest/api/3/worklog/updated").json()
    second = jira("GET", first["nextPage"].removeprefix("http://localhost:8080")).json()

    assert (len(first["values"]), first["lastPage"]) == (1000, False)
    assert (len(second["values"]), second["lastPage"], "nextPage" in second) == (1, True, False)


def test_time_said_twice_must_agree(jira) -> None:
    same = jira("POST", WORKLOGS, {"timeSpent": "1h", "timeSpentSeconds": 3600})
    other = jira("POST", WORKLOGS, {"timeSpent": "1h", "timeSpentSeconds": 7200})

    assert (same.status, other.status) == (201, 400)


def test_jql_finds_an_issue_by_its_work(jira) -> None:
    logged(jira, "2h", started="2025-01-10T08:00:00.000+0000")

    counts = [
        jira("POST", "/rest/api/3/search/approximate-count", {"jql": jql}).json()["count"]
        for jql in (
            "timespent = 2h",
            "worklogAuthor = currentUser()",
            "worklogDate = 2025-01-10",
            "timespent > 2h",
        )
    ]

    assert counts == [1, 1, 1, 0]


@pytest.mark.parametrize("gone", [ISSUE, "/rest/api/3/project/MKY"])
def test_what_goes_with_its_issue_is_listed_as_deleted(jira, world, gone) -> None:
    made = logged(jira)

    assert jira("DELETE", gone).status == 204
    world.advance_clock(60)
    deleted = jira("GET", "/rest/api/3/worklog/deleted").json()

    assert [one["worklogId"] for one in deleted["values"]] == [int(made["id"])]


def test_a_seeded_worklog_leaves_the_times_of_its_issue_as_they_were_seeded(jira, world) -> None:
    fields = {"summary": "A", "timespent": 3600, "timeestimate": 7200}
    world.seed({"jira": {"issue": [{"key": "MKY-9", "fields": fields}]}})
    world.seed({"jira": {"worklog": [{"issue": "MKY-9", "timeSpent": "1h"}]}})

    shown = jira("GET", "/rest/api/3/issue/MKY-9?fields=timetracking,worklog").json()["fields"]

    assert shown["worklog"]["total"] == 1
    assert shown["timetracking"]["timeSpentSeconds"] == 3600
    assert shown["timetracking"]["remainingEstimateSeconds"] == 7200
