"""Sprints: future, active, closed; an issue in one open sprint at most; the field Sprint and JQL agree."""

import pytest

AGILE = "/rest/agile/1.0"
ISSUE = "/rest/api/3/issue"
CLOSED, ACTIVE, FUTURE = 37, 71, 72
DATES = {"startDate": "2025-01-15T10:00:00.000Z", "endDate": "2025-01-29T10:00:00.000Z"}


@pytest.fixture
def jira(client):
    return client("jira")


def issue(jira, summary="A task", kind="Task", **fields):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": kind}, "summary": summary, **fields}
    reply = jira("POST", ISSUE, {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()["key"]


def move(jira, sprint, *keys, **more):
    return jira("POST", f"{AGILE}/sprint/{sprint}/issue", {"issues": list(keys), **more})


def sprint_ids(jira, key):
    found = jira("GET", f"{ISSUE}/{key}?fields=customfield_10020").json()["fields"]["customfield_10020"]
    return None if found is None else [one["id"] for one in found]


def keys_in(jira, sprint, query=""):
    return [one["key"] for one in jira("GET", f"{AGILE}/sprint/{sprint}/issue{query}").json()["issues"]]


def found(jira, jql):
    reply = jira("POST", "/rest/api/3/search/jql", {"jql": jql, "fields": ["key"]})
    assert reply.status == 200, reply.body
    return sorted(one["key"] for one in reply.json()["issues"])


def change(jira, sprint, **members):
    return jira("POST", f"{AGILE}/sprint/{sprint}", members)


def test_a_sprint_lives_from_its_creation_to_its_end(jira, world) -> None:
    made = jira("POST", f"{AGILE}/sprint", {"name": " Sprint X ", "originBoardId": 84}).json()
    started = change(jira, made["id"], state="active", **DATES).json()
    world.advance_clock(3600)
    closed = change(jira, made["id"], state="closed").json()

    assert (made["name"], made["state"]) == ("Sprint X", "future")
    assert (started["state"], started["startDate"]) == ("active", "2025-01-15T10:00:00.000Z")
    assert (closed["state"], closed["completeDate"]) == ("closed", "2025-01-15T10:30:00.000Z")
    assert jira("DELETE", f"{AGILE}/sprint/{made['id']}").status == 204
    assert jira("GET", f"{AGILE}/sprint/{made['id']}").status == 404


@pytest.mark.parametrize(
    ("sprint", "state"), [(CLOSED, "active"), (CLOSED, "future"), (ACTIVE, "future"), (FUTURE, "closed")]
)
def test_no_other_step_is_possible(jira, sprint, state) -> None:
    before = jira("GET", f"{AGILE}/sprint/{sprint}").json()

    reply = change(jira, sprint, state=state, **DATES)

    # A closed sprint passes over what it does not take; any other refuses.
    assert reply.status == (200 if sprint == CLOSED else 400)
    assert jira("GET", f"{AGILE}/sprint/{sprint}").json() == before


def test_a_start_may_take_the_dates_that_the_sprint_has_already(jira) -> None:
    change(jira, FUTURE, **DATES)

    assert change(jira, FUTURE, state="active").json()["state"] == "active"


def test_put_unsets_what_it_leaves_out_and_post_does_not(jira) -> None:
    kept = change(jira, ACTIVE, name="Other").json()
    unset = jira("PUT", f"{AGILE}/sprint/{ACTIVE}", {"name": "Other", "state": "active"}).json()

    assert {"startDate", "endDate", "goal"} <= kept.keys()
    assert {"startDate", "endDate", "goal"}.isdisjoint(unset)


def test_a_refused_change_changes_nothing(jira) -> None:
    before = jira("GET", f"{AGILE}/sprint/{FUTURE}").json()

    reply = change(jira, FUTURE, name="New", state="active", goal="More", endDate="soon")

    assert reply.status == 400
    assert len(reply.json()["errorMessages"]) == 2
    assert jira("GET", f"{AGILE}/sprint/{FUTURE}").json() == before


def test_the_lists_of_sprints_are_filtered_and_paged(jira) -> None:
    page = jira("GET", f"{AGILE}/board/84/sprint?state=active,future&maxResults=1").json()

    assert [one["id"] for one in page["values"]] == [ACTIVE]
    assert (page["startAt"], page["maxResults"], page["total"], page["isLast"]) == (0, 1, 2, False)


def test_sprints_swap_their_places(jira) -> None:
    other = jira("POST", f"{AGILE}/sprint", {"name": "Later", "originBoardId": 84}).json()["id"]

    jira("POST", f"{AGILE}/sprint/{FUTURE}/swap", {"sprintToSwapWith": other})

    page = jira("GET", f"{AGILE}/board/84/sprint?state=future").json()
    assert [one["id"] for one in page["values"]] == [other, FUTURE]


def test_an_issue_is_in_one_open_sprint_at_most(jira) -> None:
    key = issue(jira)

    move(jira, ACTIVE, key)
    move(jira, FUTURE, key)

    assert sprint_ids(jira, key) == [FUTURE]
    assert keys_in(jira, ACTIVE) == []
    assert keys_in(jira, FUTURE) == [key]


def test_an_issue_keeps_the_closed_sprints_it_was_in(jira) -> None:
    key = issue(jira)
    move(jira, ACTIVE, key)
    change(jira, ACTIVE, state="closed")

    move(jira, FUTURE, key)

    assert sprint_ids(jira, key) == [ACTIVE, FUTURE]
    shown = jira("GET", f"{AGILE}/issue/{key}?fields=sprint,closedSprints").json()["fields"]
    assert shown["sprint"]["id"] == FUTURE
    assert [one["id"] for one in shown["closedSprints"]] == [ACTIVE]


def test_what_is_not_finished_when_a_sprint_is_closed_is_in_the_backlog_again(jira, world) -> None:
    open_one = issue(jira)
    world.seed({"jira": {"issue": [{"key": "MKY-50", "fields": {"summary": "Done", "status": "Done"}}]}})
    move(jira, ACTIVE, open_one, "MKY-50")

    change(jira, ACTIVE, state="closed")

    backlog = jira("GET", f"{AGILE}/board/84/backlog").json()["issues"]
    assert [one["key"] for one in backlog] == ["MKY-1", open_one]


def test_the_issues_of_a_deleted_sprint_leave_it(jira) -> None:
    key = issue(jira)
    move(jira, FUTURE, key)

    jira("DELETE", f"{AGILE}/sprint/{FUTURE}")

    assert sprint_ids(jira, key) is None


def test_sub_tasks_go_with_their_parent(jira) -> None:
    above = issue(jira)
    below = issue(jira, "Part", "Sub-task", parent={"key": above})

    move(jira, ACTIVE, above)

    assert sprint_ids(jira, below) == [ACTIVE]
    assert move(jira, FUTURE, below).status == 400


def test_a_new_sub_task_is_planned_with_its_parent(jira) -> None:
    above = issue(jira, customfield_10020=ACTIVE)

    below = issue(jira, "Part", "Sub-task", parent={"key": above})

    assert sprint_ids(jira, below) == [ACTIVE]


def test_the_field_sprint_moves_an_issue_like_the_board_does(jira) -> None:
    key = issue(jira, customfield_10020=ACTIVE)
    before = sprint_ids(jira, key)

    jira("PUT", f"{ISSUE}/{key}", {"fields": {"customfield_10020": FUTURE}})

    assert before == [ACTIVE]
    assert keys_in(jira, FUTURE) == [key]


def test_the_field_sprint_holds_whole_sprints(jira) -> None:
    key = issue(jira, customfield_10020=ACTIVE)

    [one] = jira("GET", f"/rest/api/2/issue/{key}?fields=customfield_10020").json()["fields"][
        "customfield_10020"
    ]

    assert one == {
        "id": ACTIVE,
        "name": "sprint 2",
        "state": "active",
        "boardId": 84,
        "goal": "sprint 2 goal",
        "startDate": "2025-01-13T09:00:00.000Z",
        "endDate": "2025-01-27T09:00:00.000Z",
    }


def test_jql_sees_sprints_by_id_name_and_state(jira) -> None:
    first, second, third = (issue(jira, name) for name in ("One", "Two", "Three"))
    move(jira, ACTIVE, first)
    move(jira, FUTURE, second)

    assert found(jira, f"sprint = {ACTIVE}") == [first]
    assert found(jira, 'sprint = "sprint 3"') == [second]
    assert found(jira, "sprint in openSprints()") == [first]
    assert found(jira, "sprint in futureSprints()") == [second]
    assert found(jira, "sprint is EMPTY") == ["MKY-1", third]


def test_moves_are_told_in_the_history_with_ids_and_names(jira) -> None:
    key = issue(jira)

    move(jira, ACTIVE, key)

    [entry] = jira("GET", f"{ISSUE}/{key}?expand=changelog").json()["changelog"]["histories"]
    [item] = entry["items"]
    assert (item["field"], item["fieldId"]) == ("Sprint", "customfield_10020")
    assert (item["to"], item["toString"]) == (str(ACTIVE), "sprint 2")


def test_nothing_moves_where_one_issue_cannot(jira) -> None:
    key = issue(jira)

    reply = move(jira, ACTIVE, key, "MKY-99", "MKY-98")

    assert reply.status == 400
    assert len(reply.json()["errorMessages"]) == 2
    assert sprint_ids(jira, key) is None


def test_fifty_issues_move_at_once_and_no_more(jira) -> None:
    keys = [issue(jira) for _ in range(51)]

    assert move(jira, ACTIVE, *keys).status == 400
    assert move(jira, ACTIVE, *keys[:50]).status == 204


def test_a_kanban_board_has_no_sprints(jira) -> None:
    for reply in (
        jira("GET", f"{AGILE}/board/92/sprint"),
        jira("POST", f"{AGILE}/sprint", {"name": "S", "originBoardId": 92}),
    ):
        assert reply.status == 400
        assert reply.json() == {"errorMessages": ["The board does not support sprints"], "errors": {}}


@pytest.mark.parametrize("prefix", ["", "/jira", "/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421"])
def test_the_agile_api_answers_everywhere_the_platform_does(jira, prefix) -> None:
    reply = jira("GET", f"{prefix}{AGILE}/sprint/{ACTIVE}")

    assert reply.status == 200
    assert reply.json()["self"] == f"http://localhost:8080{prefix}{AGILE}/sprint/{ACTIVE}"
