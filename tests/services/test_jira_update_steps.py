"""What ``update`` does beside fields: comments, worklogs and links, all or nothing; and its history."""

import pytest

ISSUES = "/rest/api/3/issue"
ISSUE = f"{ISSUES}/MKY-1"


@pytest.fixture
def jira(client):
    return client("jira")


def doc(text):
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def edited(jira, **update):
    return jira("PUT", ISSUE, {"update": update})


def fields_of(jira, key="MKY-1"):
    return jira("GET", f"{ISSUES}/{key}").json()["fields"]


def entries(jira):
    return jira("GET", f"{ISSUE}/changelog").json()["values"]


def lines(entry):
    return {one["field"]: (one.get("from"), one.get("to")) for one in entry["items"]}


def test_an_edit_may_comment_log_work_and_link_at_once(jira) -> None:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "The other one"}
    other = jira("POST", ISSUES, {"fields": fields}).json()["key"]

    reply = edited(
        jira,
        comment=[{"add": {"body": doc("Said while editing.")}}],
        worklog=[{"add": {"timeSpent": "1h"}}, {"add": {"timeSpent": "2h"}}],
        issuelinks=[{"add": {"type": {"name": "Blocks"}, "outwardIssue": {"key": other}}}],
    )

    found = fields_of(jira)
    assert reply.status == 204, reply.body
    assert (found["comment"]["total"], found["worklog"]["total"], found["timespent"]) == (1, 2, 10_800)
    assert [one["outwardIssue"]["key"] for one in found["issuelinks"]] == [other]


def test_one_broken_step_keeps_all_others_out(jira) -> None:
    reply = edited(
        jira,
        comment=[{"add": {"body": doc("Said while editing.")}}, {"add": {"body": "plain"}}],
        worklog=[{"add": {"timeSpent": "soon"}}],
        labels=[{"add": "new"}],
    )

    found = fields_of(jira)
    assert reply.status == 400
    assert set(reply.json()["errors"]) == {"comment", "timeLogged"}
    assert (found["comment"]["total"], found["worklog"]["total"], found["labels"]) == (0, 0, [])


def test_comments_are_edited_and_removed_by_id(jira) -> None:
    edited(jira, comment=[{"add": {"body": doc("one")}}, {"add": {"body": doc("two")}}])

    reply = edited(jira, comment=[{"edit": {"id": "10000", "body": doc("uno")}}, {"remove": {"id": "10001"}}])
    unknown = edited(jira, comment=[{"remove": {"id": "10001"}}])

    found = fields_of(jira)["comment"]
    assert (reply.status, unknown.status, found["total"]) == (204, 400, 1)
    assert found["comments"][0]["body"] == doc("uno")


def test_a_new_issue_may_come_with_estimates_a_comment_and_work(jira) -> None:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"}
    tracking = {"originalEstimate": "1d", "remainingEstimate": "4h"}
    update = {"comment": [{"add": {"body": doc("First!")}}], "worklog": [{"add": {"timeSpent": "1h"}}]}

    reply = jira("POST", ISSUES, {"fields": {**fields, "timetracking": tracking}, "update": update})

    found = fields_of(jira, reply.json()["key"])
    assert reply.status == 201, reply.body
    assert found["comment"]["total"] == 1
    assert found["timetracking"]["originalEstimate"] == "1d"
    assert found["timetracking"]["remainingEstimate"] == "3h"


def test_estimates_are_edited_by_field_or_by_verb(jira) -> None:
    jira("PUT", ISSUE, {"fields": {"timetracking": {"originalEstimate": "1w"}}})
    edited(jira, timetracking=[{"edit": {"remainingEstimate": "2d"}}])

    found = fields_of(jira)["timetracking"]

    assert (found["originalEstimate"], found["remainingEstimate"]) == ("1w", "2d")


@pytest.mark.parametrize("given", ["1d", {"originalEstimate": "soon"}, {"remainingEstimate": "-1h"}, 5])
def test_estimates_that_are_none_are_refused(jira, given) -> None:
    reply = jira("PUT", ISSUE, {"fields": {"timetracking": given}})

    assert (reply.status, list(reply.json()["errors"])) == (400, ["timetracking"])


def test_history_tells_of_work_in_one_entry(jira) -> None:
    jira("PUT", ISSUE, {"fields": {"timetracking": {"originalEstimate": "4h"}}})
    jira("POST", f"{ISSUE}/worklog", {"timeSpent": "1h"})

    told = [lines(entry) for entry in entries(jira)]

    assert told == [
        {"timeoriginalestimate": (None, "14400"), "timeestimate": (None, "14400")},
        {"timeestimate": ("14400", "10800"), "timespent": (None, "3600"), "WorklogId": (None, "10000")},
    ]


def test_history_tells_of_attachments_and_links_but_not_of_comments(jira, world) -> None:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "The other one"}
    other = jira("POST", ISSUES, {"fields": fields}).json()["key"]
    body = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Atlassian-Token": "no-check"}
    jira("POST", f"{ISSUE}/attachments", text=body, headers=headers)
    jira("DELETE", "/rest/api/3/attachment/10000")
    edited(jira, issuelinks=[{"add": {"type": {"name": "Blocks"}, "outwardIssue": {"key": other}}}])
    edited(jira, comment=[{"add": {"body": doc("Nobody tells.")}}])

    kept = world.state("jira")["change"]

    assert [lines(entry) for entry in kept if entry["issue"] == "10002"] == [
        {"Attachment": (None, "10000")},
        {"Attachment": ("10000", None)},
        {"Link": (None, other)},
    ]


def test_a_comment_that_one_step_removes_is_not_brought_back_by_the_next(jira) -> None:
    comment = jira("POST", f"{ISSUE}/comment", {"body": doc("A")}).json()["id"]

    reply = edited(jira, comment=[{"remove": {"id": comment}}, {"edit": {"id": comment, "body": doc("B")}}])

    assert reply.status == 204
    assert jira("GET", f"{ISSUE}/comment/{comment}").status == 404


def test_a_worklog_that_is_removed_twice_gives_its_time_back_once(jira) -> None:
    jira("PUT", ISSUE, {"fields": {"timetracking": {"remainingEstimate": "2h"}}})
    worklog = jira("POST", f"{ISSUE}/worklog", {"timeSpent": "1h"}).json()["id"]

    reply = edited(jira, worklog=[{"remove": {"id": worklog}}, {"remove": {"id": worklog}}])

    assert reply.status == 204
    assert fields_of(jira)["timetracking"]["remainingEstimate"] == "2h"
