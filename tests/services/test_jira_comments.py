"""Comments: one store behind every way to read them, both ways of speaking, recorded words."""

import base64

import pytest

ISSUE = "/rest/api/3/issue/MKY-1"
COMMENTS = f"{ISSUE}/comment"
EMMA = {"Authorization": "Basic " + base64.b64encode(b"emma@example.com:mock-token").decode()}


def doc(text):
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


@pytest.fixture
def jira(client):
    return client("jira")


def commented(jira, text="A comment", **members):
    reply = jira("POST", COMMENTS, {"body": doc(text), **members})
    assert reply.status == 201, reply.body
    return reply.json()


def test_a_comment_is_the_same_on_every_way_to_read_it(jira) -> None:
    made = commented(jira, "Needle")

    single = jira("GET", f"{COMMENTS}/{made['id']}").json()
    listed = jira("GET", COMMENTS).json()
    field = jira("GET", f"{ISSUE}?fields=comment").json()["fields"]["comment"]
    by_id = jira("POST", "/rest/api/3/comment/list", {"ids": [int(made["id"])]}).json()
    found = jira("POST", "/rest/api/3/search/approximate-count", {"jql": "comment ~ needle"}).json()

    assert single == made
    assert listed["comments"] == field["comments"] == by_id["values"] == [made]
    assert listed["total"] == field["total"] == by_id["total"] == found["count"] == 1


def test_version_2_speaks_wiki_text_about_the_same_comment(jira) -> None:
    made = jira("POST", "/rest/api/2/issue/MKY-1/comment", {"body": "*loud* words"}).json()

    version_3 = jira("GET", f"{COMMENTS}/{made['id']}?expand=renderedBody").json()

    assert made["body"] == "*loud* words"
    assert version_3["body"]["content"][0]["content"][0]["marks"] == [{"type": "strong"}]
    assert version_3["renderedBody"] == "<p><b>loud</b> words</p>"


@pytest.mark.parametrize("content", [[], [{"type": "paragraph", "content": []}], [{"type": "paragraph"}]])
def test_a_document_without_words_is_an_empty_comment(jira, content) -> None:
    reply = jira("POST", COMMENTS, {"body": {"type": "doc", "version": 1, "content": content}})

    assert reply.status == 400
    assert reply.json()["errors"] == {"comment": "Comment body can not be empty!"}


def test_a_page_is_cut_to_a_hundred_and_to_one(jira) -> None:
    for number in range(3):
        commented(jira, str(number))

    sizes = [jira("GET", f"{COMMENTS}?maxResults={asked}").json() for asked in (5000, 0, -1)]
    second = jira("GET", f"{COMMENTS}?startAt=1&maxResults=1").json()

    assert [page["maxResults"] for page in sizes] == [100, 1, 1]
    assert [len(page["comments"]) for page in sizes] == [3, 1, 1]
    assert (second["startAt"], second["total"], second["comments"][0]["id"]) == (1, 3, "10001")


def test_comments_come_oldest_first_or_newest_first(jira, world) -> None:
    for text in ("old", "new"):
        commented(jira, text)
        world.advance_clock(60)

    orders = {
        order: [one["id"] for one in jira("GET", f"{COMMENTS}{order}").json()["comments"]]
        for order in ("", "?orderBy=created", "?orderBy=%2Bcreated", "?orderBy=-created")
    }

    assert list(orders.values()) == [["10000", "10001"]] * 3 + [["10001", "10000"]]


def test_editing_moves_who_and_when_and_the_issue_with_it(jira, world) -> None:
    made = commented(jira)
    world.advance_clock(60)

    edited = jira("PUT", f"{COMMENTS}/{made['id']}", {"body": doc("Better")}, headers=EMMA).json()
    issue = jira("GET", f"{ISSUE}?fields=updated").json()["fields"]

    assert edited["author"]["displayName"] == "Mia Krystof"
    assert edited["updateAuthor"]["displayName"] == "Emma Richards"
    assert edited["created"] == made["created"]
    assert edited["updated"] == issue["updated"] == "2025-01-15T09:31:00.000+0000"


def test_a_comment_kept_to_a_group_is_hidden_from_everybody_else(jira) -> None:
    kept = {"type": "group", "value": "jira-administrators"}
    made = commented(jira, visibility=kept)

    seen = jira("GET", f"{COMMENTS}/{made['id']}")
    hidden = jira("GET", f"{COMMENTS}/{made['id']}", headers=EMMA)
    total = jira("GET", COMMENTS, headers=EMMA).json()["total"]
    field = jira("GET", f"{ISSUE}?fields=comment", headers=EMMA).json()["fields"]["comment"]
    edited = jira("PUT", f"{COMMENTS}/{made['id']}", {"body": doc("Mine")}, headers=EMMA)

    assert seen.json()["visibility"]["value"] == "jira-administrators"
    assert (hidden.status, edited.status, total, field["total"]) == (404, 404, 0, 0)


def test_a_group_or_role_that_does_not_exist_is_refused(jira) -> None:
    replies = [
        jira("POST", COMMENTS, {"body": doc("A"), "visibility": {"type": kind, "value": "nobody"}})
        for kind in ("group", "role")
    ]

    assert [reply.status for reply in replies] == [400, 400]
    assert all("commentLevel" in reply.json()["errors"] for reply in replies)
    assert jira("GET", COMMENTS).json()["total"] == 0


def test_a_comment_of_another_issue_is_not_found(jira) -> None:
    made = commented(jira)
    other = {"fields": {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "Other"}}
    key = jira("POST", "/rest/api/3/issue", other).json()["key"]

    replies = [jira(method, f"/rest/api/3/issue/{key}/comment/{made['id']}") for method in ("GET", "DELETE")]

    assert [reply.status for reply in replies] == [404, 404]
    assert jira("GET", f"{COMMENTS}/{made['id']}").status == 200


def test_a_deleted_comment_is_gone_everywhere_and_its_id_is_not_used_again(jira) -> None:
    made = commented(jira)

    assert jira("DELETE", f"{COMMENTS}/{made['id']}").status == 204

    assert jira("GET", f"{COMMENTS}/{made['id']}").status == 404
    assert jira("GET", COMMENTS).json()["total"] == 0
    assert commented(jira)["id"] == "10001"


def test_properties_of_a_comment_go_with_it(jira) -> None:
    made = commented(jira, properties=[{"key": "a", "value": {"deep": None}}])

    shown = jira("GET", f"{COMMENTS}/{made['id']}?expand=properties").json()
    single = jira("GET", f"/rest/api/3/comment/{made['id']}/properties/a").json()
    jira("DELETE", f"{COMMENTS}/{made['id']}")

    assert shown["properties"] == [single] == [{"key": "a", "value": {"deep": None}}]
    assert jira("GET", f"/rest/api/3/comment/{made['id']}/properties/a").status == 404


def test_more_than_a_thousand_ids_are_refused(jira) -> None:
    replies = [
        jira("POST", "/rest/api/3/comment/list", {"ids": list(range(count))}) for count in (1000, 1001)
    ]

    assert [reply.status for reply in replies] == [200, 400]
