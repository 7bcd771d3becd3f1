"""Links between issues and their types: seen from both ends, with a comment or not at all."""

import pytest

LINKS = "/rest/api/3/issueLink"
TYPES = "/rest/api/3/issueLinkType"


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.fixture
def other(jira):
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "The other one"}
    return jira("POST", "/rest/api/3/issue", {"fields": fields}).json()["key"]


def linked(jira, other, **members):
    body = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"key": other}}
    return jira("POST", LINKS, {**body, **members})


def links_of(jira, key):
    return jira("GET", f"/rest/api/3/issue/{key}?fields=issuelinks").json()["fields"]["issuelinks"]


def doc(text):
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def test_each_end_sees_the_other(jira, other) -> None:
    reply = linked(jira, other)

    near, far = links_of(jira, "MKY-1"), links_of(jira, other)

    assert (reply.status, reply.body) == (201, b"")
    assert [one["outwardIssue"]["key"] for one in near] == [other]
    assert [one["inwardIssue"]["key"] for one in far] == ["MKY-1"]
    assert near[0]["id"] == far[0]["id"] == reply.headers["Location"].rpartition("/")[2]


def test_both_issues_are_updated_by_a_link_and_by_its_end(jira, other, world) -> None:
    def updated():
        keys = ("MKY-1", other)
        return {
            jira("GET", f"/rest/api/3/issue/{key}?fields=updated").json()["fields"]["updated"] for key in keys
        }

    world.advance_clock(60)
    linked(jira, other)
    after_linking = updated()
    world.advance_clock(60)
    jira("DELETE", f"{LINKS}/10000")

    assert after_linking == {"2025-01-15T09:31:00.000+0000"}
    assert updated() == {"2025-01-15T09:32:00.000+0000"}
    assert links_of(jira, "MKY-1") == links_of(jira, other) == []


def test_a_comment_comes_with_the_link_or_neither_comes(jira, other) -> None:
    refused = linked(jira, other, comment={"body": "plain text"})
    before = links_of(jira, other)
    taken = linked(jira, other, comment={"body": doc("Because of this.")})

    assert (refused.status, before) == (400, [])
    assert (taken.status, len(links_of(jira, other))) == (201, 1)
    assert jira("GET", f"/rest/api/3/issue/{other}/comment").json()["total"] == 1


def test_linking_again_changes_nothing(jira, other) -> None:
    first, second = linked(jira, other), linked(jira, other)

    assert first.headers["Location"] == second.headers["Location"]
    assert len(links_of(jira, other)) == 1


def test_a_type_lives_from_its_creation_to_its_deletion(jira, other) -> None:
    made = jira("POST", TYPES, {"name": "Causes", "inward": "is caused by", "outward": "causes"}).json()
    linked(jira, other, type={"id": made["id"]})

    changed = jira("PUT", f"{TYPES}/{made['id']}", {"outward": "brings about"}).json()
    seen = links_of(jira, "MKY-1")[0]["type"]
    gone = jira("DELETE", f"{TYPES}/{made['id']}")

    assert changed == seen == {**made, "outward": "brings about"}
    assert gone.status == 204
    assert jira("GET", f"{TYPES}/{made['id']}").status == 404
    assert links_of(jira, "MKY-1") == []


def test_the_name_of_a_type_is_taken_in_any_case_but_may_be_its_own(jira) -> None:
    words = {"inward": "a", "outward": "b"}

    assert jira("POST", TYPES, {"name": "BLOCKS", **words}).status == 404
    assert jira("PUT", f"{TYPES}/10001", {"name": "blocks"}).status == 404
    assert jira("PUT", f"{TYPES}/10000", {"name": "BLOCKS"}).status == 200
