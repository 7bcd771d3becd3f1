"""Epics: the parents of their issues, under a name of their own."""

import pytest

AGILE = "/rest/agile/1.0"
ISSUE = "/rest/api/3/issue"


@pytest.fixture
def jira(client):
    return client("jira")


def issue(jira, kind="Task", **fields):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": kind}, "summary": f"A {kind}", **fields}
    reply = jira("POST", ISSUE, {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()["key"]


@pytest.fixture
def epic(jira):
    return issue(jira, "Epic")


def inside(jira, epic):
    return [one["key"] for one in jira("GET", f"{AGILE}/epic/{epic}/issue").json()["issues"]]


def test_an_epic_is_found_by_id_and_by_key(jira, epic) -> None:
    by_key = jira("GET", f"{AGILE}/epic/{epic}").json()

    assert by_key["name"] == by_key["summary"] == "A Epic"
    assert jira("GET", f"{AGILE}/epic/{by_key['id']}").json() == by_key


def test_issues_move_into_an_epic_and_out_again(jira, epic) -> None:
    key = issue(jira)

    jira("POST", f"{AGILE}/epic/{epic}/issue", {"issues": [key, "MKY-1"]})
    moved = inside(jira, epic)
    parent = jira("GET", f"{ISSUE}/{key}?fields=parent,customfield_10014").json()["fields"]
    jira("POST", f"{AGILE}/epic/none/issue", {"issues": [key]})

    assert moved == ["MKY-1", key]
    assert (parent["parent"]["key"], parent["customfield_10014"]) == (epic, epic)
    assert inside(jira, epic) == ["MKY-1"]
    loose = jira("GET", f"{AGILE}/epic/none/issue").json()["issues"]
    assert [one["key"] for one in loose] == [key]


def test_what_is_created_below_an_epic_is_in_it(jira, epic) -> None:
    key = issue(jira, parent={"key": epic})

    assert inside(jira, epic) == [key]
    shown = jira("GET", f"{AGILE}/issue/{key}?fields=epic").json()["fields"]["epic"]
    assert (shown["key"], shown["self"]) == (epic, f"http://localhost:8080{AGILE}/epic/{shown['id']}")


def test_an_epic_is_renamed_coloured_and_done(jira, epic) -> None:
    body = {"name": "Short", "color": {"key": "color_9"}, "done": True}

    changed = jira("POST", f"{AGILE}/epic/{epic}", body).json()

    assert {name: changed[name] for name in body} == body
    assert changed["summary"] == "A Epic"
    listed = jira("GET", f"{AGILE}/board/84/epic?done=true").json()["values"]
    assert listed == [changed]
    assert jira("GET", f"{AGILE}/board/84/epic?done=false").json()["values"] == []


def test_neither_epics_nor_sub_tasks_move_into_one(jira, epic) -> None:
    part = issue(jira, "Sub-task", parent={"key": "MKY-1"})

    reply = jira("POST", f"{AGILE}/epic/{epic}/issue", {"issues": ["MKY-1", part, epic]})

    assert reply.status == 400
    assert len(reply.json()["errorMessages"]) == 2
    assert inside(jira, epic) == []


def test_epics_are_ranked_among_each_other(jira, epic) -> None:
    other = issue(jira, "Epic")

    reply = jira("PUT", f"{AGILE}/epic/{other}/rank", {"rankBeforeEpic": epic})

    assert reply.status == 204
    assert [one["key"] for one in jira("GET", f"{AGILE}/board/84/epic").json()["values"]] == [other, epic]
