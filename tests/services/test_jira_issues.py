"""Issues of Jira Cloud: one state behind every way to read it, every error at once, nothing half done."""

from base64 import b64encode

import pytest

from mockserver.values import dumps

ISSUE = "/rest/api/3/issue"
PERSON = {"accountId": "5b10ac8d82e05b22cc7d4ef5"}


@pytest.fixture
def jira(client):
    return client("jira")


def created(jira, **fields):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A task", **fields}
    reply = jira("POST", ISSUE, {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()


def fields_of(jira, key, *names, version=3):
    query = f"?fields={','.join(names)}" if names else ""
    return jira("GET", f"/rest/api/{version}/issue/{key}{query}").json()["fields"]


def test_an_issue_lives_from_its_creation_to_its_deletion(jira) -> None:
    made = created(jira, labels=["a"], assignee=PERSON)

    assert fields_of(jira, made["key"], "summary", "labels") == {"summary": "A task", "labels": ["a"]}
    assert jira("PUT", f"{ISSUE}/{made['id']}", {"fields": {"summary": "Done soon"}}).status == 204
    assert fields_of(jira, made["key"], "summary") == {"summary": "Done soon"}
    assert jira("DELETE", f"{ISSUE}/{made['key']}").status == 204
    assert jira("GET", f"{ISSUE}/{made['key']}").status == 404
    assert jira("GET", f"{ISSUE}/{made['id']}").status == 404


def test_an_issue_is_found_by_id_by_key_and_by_key_in_any_case(jira) -> None:
    replies = [jira("GET", f"{ISSUE}/{name}?fields=summary").json() for name in ("10002", "MKY-1", "mky-1")]

    assert [reply["key"] for reply in replies] == ["MKY-1"] * 3


def test_what_is_left_out_gets_the_defaults_of_the_site(jira) -> None:
    fields = fields_of(jira, created(jira)["key"])

    assert fields["status"]["statusCategory"]["key"] == "new"
    assert fields["priority"]["name"] == "Medium"
    assert fields["creator"]["displayName"] == fields["reporter"]["displayName"] == "Mia Krystof"
    assert fields["assignee"] is None
    assert fields["labels"] == fields["subtasks"] == fields["issuelinks"] == []
    assert fields["created"] == fields["updated"] == "2025-01-15T09:30:00.000+0000"


def test_editing_moves_updated_and_nothing_else(jira, world) -> None:
    made = created(jira)
    before = fields_of(jira, made["key"])

    world.advance_clock(60)
    jira("PUT", f"{ISSUE}/{made['key']}", {"fields": {"duedate": "2025-02-01"}})

    after = fields_of(jira, made["key"])
    assert {name for name in after if after[name] != before[name]} == {"duedate", "updated"}
    assert after["updated"] == "2025-01-15T09:31:00.000+0000"


def test_update_verbs_are_applied_in_their_order(jira) -> None:
    key = created(jira, labels=["old"])["key"]

    steps = [{"add": "new"}, {"remove": "old"}, {"add": "new"}, {"add": "last"}]
    reply = jira("PUT", f"{ISSUE}/{key}", {"update": {"labels": steps, "priority": [{"set": {"id": "1"}}]}})

    assert reply.status == 204
    fields = fields_of(jira, key, "labels", "priority")
    assert fields["labels"] == ["new", "last"]
    assert fields["priority"]["name"] == "Highest"


def test_keys_count_up_in_each_project_and_are_never_given_twice(jira) -> None:
    lead = {"leadAccountId": "5b10a2844c20165700ede21g"}
    jira("POST", "/rest/api/3/project", {"key": "EX", "name": "Example", **lead})

    first = created(jira)["key"]
    jira("DELETE", f"{ISSUE}/{first}")
    keys = [created(jira)["key"], created(jira, project={"key": "EX"})["key"], created(jira)["key"]]

    assert [first, *keys] == ["MKY-2", "MKY-3", "EX-1", "MKY-4"]


def test_the_same_calls_give_the_same_ids(jira, world) -> None:
    def ids():
        made = [created(jira)["id"] for _ in range(3)]
        body = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        return made, jira("POST", "/oauth/token", body).json()["access_token"]

    first = ids()
    world.reset("seed")

    assert ids() == first


def test_versions_2_and_3_are_two_views_of_one_description(jira) -> None:
    text = "First line\nsecond line\n\nNext paragraph & <more>"
    fields = {"project": {"key": "MKY"}, "issuetype": {"id": 3}, "summary": "Text", "description": text}
    key = jira("POST", "/rest/api/2/issue", {"fields": fields}).json()["key"]

    document = fields_of(jira, key, "description")["description"]
    again = created(jira, description=document)["key"]

    assert document["type"] == "doc"
    assert [block["type"] for block in document["content"]] == ["paragraph", "paragraph"]
    for version in (2, "latest"):
        assert fields_of(jira, key, "description", version=version)["description"] == text
        assert fields_of(jira, again, "description", version=version)["description"] == text


@pytest.mark.parametrize(
    ("version", "value"),
    [
        (3, "text"),
        (3, {"type": "paragraph"}),
        (3, {"type": "doc", "version": 1}),
        (2, {"type": "doc"}),
        (2, 7),
    ],
)
def test_a_description_in_the_form_of_the_other_version_is_refused(jira, version, value) -> None:
    reply = jira("PUT", f"/rest/api/{version}/issue/MKY-1", {"fields": {"description": value}})

    assert reply.status == 400
    assert list(reply.json()["errors"]) == ["description"]


def test_subtasks_and_parents_name_each_other(jira) -> None:
    below = created(jira, parent={"key": "MKY-1"}, issuetype={"name": "Sub-task"})

    [subtask] = fields_of(jira, "MKY-1", "subtasks")["subtasks"]
    parent = fields_of(jira, below["key"], "parent")["parent"]

    assert subtask["key"] == below["key"]
    assert parent["key"] == "MKY-1"
    assert set(parent["fields"]) == {"summary", "status", "priority", "issuetype"}


def test_deleting_with_subtasks_deletes_them_too(jira) -> None:
    below = created(jira, parent={"key": "MKY-1"}, issuetype={"name": "Sub-task"})["key"]

    refused = jira("DELETE", f"{ISSUE}/MKY-1")
    done = jira("DELETE", f"{ISSUE}/MKY-1?deleteSubtasks=true")

    assert (refused.status, done.status) == (400, 204)
    assert jira("GET", f"{ISSUE}/{below}").status == 404


def test_a_parent_must_be_one_level_up(jira) -> None:
    epic = created(jira, issuetype={"name": "Epic"})["key"]
    task = created(jira, parent={"key": epic})["key"]

    reply = jira("PUT", f"{ISSUE}/{epic}", {"fields": {"parent": {"key": task}}})

    assert reply.status == 400
    assert list(reply.json()["errors"]) == ["parent"]
    assert fields_of(jira, task, "parent")["parent"]["key"] == epic


def test_what_goes_with_an_issue_when_it_is_deleted(jira, world) -> None:
    other = created(jira)["key"]
    ends = {"inwardIssue": {"key": "MKY-1"}, "outwardIssue": {"key": other}}
    jira("POST", "/rest/api/3/issueLink", {"type": {"name": "Blocks"}, **ends})

    jira("DELETE", f"{ISSUE}/MKY-1")

    assert fields_of(jira, other, "issuelinks") == {"issuelinks": []}
    assert jira("GET", "/rest/api/3/issueLink/10000").status == 404
    assert world.state("jira", "remote_link") == []


def test_a_link_is_seen_from_both_its_ends_once(jira) -> None:
    other = created(jira)["key"]
    body = {
        "type": {"name": "blocks"},
        "inwardIssue": {"key": "MKY-1"},
        "outwardIssue": {"key": other},
        "comment": None,
    }

    replies = [jira("POST", "/rest/api/3/issueLink", body) for _ in range(2)]

    assert [(reply.status, reply.body) for reply in replies] == [(201, b"")] * 2
    assert replies[0].headers["Location"] == replies[1].headers["Location"]
    [near] = fields_of(jira, "MKY-1", "issuelinks")["issuelinks"]
    [far] = fields_of(jira, other, "issuelinks")["issuelinks"]
    assert near["outwardIssue"]["key"] == other
    assert far["inwardIssue"]["key"] == "MKY-1"
    assert "inwardIssue" not in near
    assert "outwardIssue" not in far
    assert jira("DELETE", f"/rest/api/3/issueLink/{near['id']}").status == 204
    assert fields_of(jira, other, "issuelinks") == {"issuelinks": []}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("summary,duedate", {"summary", "duedate"}),
        ("summary&fields=duedate", {"summary", "duedate"}),
        ("*all,-comment", None),
        ("-comment", None),
        ("unknown", set()),
        ("-*all", set()),
    ],
)
def test_fields_are_those_asked_for(jira, asked, shown) -> None:
    everything = set(fields_of(jira, "MKY-1"))

    found = set(jira("GET", f"{ISSUE}/MKY-1?fields={asked}").json()["fields"])

    assert found == (everything - {"comment"} if shown is None else shown)


def test_navigable_fields_are_those_the_catalogue_calls_navigable(jira) -> None:
    catalogue = jira("GET", "/rest/api/3/field").json()

    found = fields_of(jira, "MKY-1", "*navigable")

    assert set(found) == {one["id"] for one in catalogue if one["navigable"]}
    assert "comment" not in found


@pytest.mark.parametrize("member", ["transition", "properties"])
def test_what_is_not_served_yet_is_said_and_not_passed_over(jira, world, member) -> None:
    before = world.state("jira")

    reply = jira("PUT", f"{ISSUE}/MKY-1", {"fields": {"summary": "New"}, member: [{"id": "1"}]})

    assert reply.status in (400, 501)
    assert world.state("jira") == before


BAD_FIELDS = {
    "project": [None, 1, "MKY", [], {}, {"key": None}, {"key": "NOPE"}, {"id": {}}, {"key": ["MKY"]}],
    "issuetype": [None, 3, "Bug", [], {}, {"name": "Wish"}, {"id": 99}, {"id": []}, {"name": {}}],
    "summary": [None, "", " \t", 7, [], {}, "x" * 256, "two\nlines"],
    "description": [7, "", "text", [], {}, {"type": "doc"}, {"type": "doc", "version": 1, "content": [1]}],
    "environment": [True, {"type": "doc", "version": 1, "content": [{"type": "text"}]}],
    "priority": [1, "High", [], {}, {"id": "99"}, {"name": None}, {"id": {}}],
    "labels": ["a", {}, 1, ["two words"], [""], [1], [None], [["a"]], ["x" * 256]],
    "assignee": ["mia", 1, [], {"accountId": "nobody"}, {"accountId": 1}, {"accountId": []}],
    "reporter": [None, "mia", {}, {"accountId": None}, {"accountId": "nobody"}, {"accountId": "-1"}],
    "duedate": [1, "soon", "2025-02-30", "01/02/2025", [], {}],
    "parent": [1, "MKY-1", [], {}, {"key": "MKY-99"}, {"id": []}, {"key": "MKY-1"}],
    "status": [{"name": "Done"}],
    "customfield_10000": [None, 1],
}
BAD = [(name, value) for name, values in BAD_FIELDS.items() for value in values]


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{n}-{v!r}"[:40] for n, v in BAD])
def test_a_refused_field_is_named_and_changes_nothing(jira, world, name, value) -> None:
    good = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A task"}
    before = world.state("jira")

    create = jira("POST", ISSUE, {"fields": {**good, name: value}})
    edit = jira("PUT", f"{ISSUE}/MKY-1", {"fields": {"labels": ["changed"], name: value}})

    assert (create.status, list(create.json()["errors"])) == (400, [name])
    assert edit.status == 400
    assert name in edit.json()["errors"]
    assert world.state("jira") == before


def test_all_wrong_fields_are_named_together(jira) -> None:
    wrong = {name: values[1] for name, values in BAD_FIELDS.items() if len(values) > 1}

    reply = jira("POST", ISSUE, {"fields": wrong})

    assert reply.status == 400
    assert set(reply.json()["errors"]) == set(wrong)


BODIES = [[], 1, "x", None, True, {"fields": 1}, {"fields": []}, {"update": "x"}, {"update": {"labels": 1}}]
BODIES += [
    {"update": {"labels": [1]}},
    {"update": {"labels": [{"frob": "x"}]}},
    {"update": {"labels": [{"add": []}]}},
]


@pytest.mark.parametrize("body", BODIES, ids=repr)
@pytest.mark.parametrize(("method", "path"), [("POST", ISSUE), ("PUT", f"{ISSUE}/MKY-1")])
def test_a_body_of_another_shape_is_refused(jira, world, method, path, body) -> None:
    before = world.state("jira")

    reply = jira(method, path, text=dumps(body))

    assert reply.status == 400
    assert world.state("jira") == before


@pytest.mark.parametrize("mode", ["warn", "off"])
@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_no_body_breaks_the_server_even_if_validation_is_off(jira, body, mode) -> None:
    for method, path in [
        ("POST", ISSUE),
        ("PUT", f"{ISSUE}/MKY-1"),
        ("POST", "/rest/api/3/issueLink"),
        ("POST", "/rest/api/3/project"),
        ("POST", "/oauth/token"),
        ("POST", f"{ISSUE}/MKY-1/remotelink"),
    ]:
        reply = jira(method, path, text=dumps(body), headers={"X-Mock-Validation": mode})

        assert reply.status < 500, (method, path, reply.body)


def test_a_seed_needs_only_a_key_and_gets_the_rest(jira, world) -> None:
    world.seed(
        {"jira": {"issue": [{"key": "MKY-41", "fields": {"summary": "Seeded", "description": "Text"}}]}}
    )

    assert fields_of(jira, "MKY-41", "description", version=2) == {"description": "Text"}
    assert created(jira)["key"] == "MKY-42"


def test_a_seed_is_held_against_the_rules_of_a_request(world) -> None:
    issues = [{"key": "NOPE-1", "fields": {"summary": "A"}}, {"key": "MKY-5", "fields": {"labels": ["a b"]}}]

    with pytest.raises(ValueError, match="Specify a valid project ID or key") as refused:
        world.seed({"jira": {"issue": issues}})

    assert "You must specify a summary of the issue." in str(refused.value)


def test_a_seeded_project_needs_only_a_key(jira, world) -> None:
    world.seed({"jira": {"project": [{"key": "EX"}]}})

    project = jira("GET", "/rest/api/3/project/ex").json()

    assert (project["name"], project["lead"]["displayName"]) == ("EX", "Mia Krystof")
    assert created(jira, project={"id": int(project["id"])})["key"] == "EX-1"


@pytest.mark.parametrize(
    "project", [{}, {"key": "lower"}, {"key": "EX", "lead": "nobody"}, {"key": "EX", "colour": 1}]
)
def test_a_seeded_project_that_no_request_could_make_is_refused(world, project) -> None:
    before = world.state("jira")

    with pytest.raises(ValueError, match="project"):
        world.seed({"jira": {"project": [project]}})

    assert world.state("jira") == before


def test_after_a_reset_to_empty_a_site_without_projects_is_left(jira, world) -> None:
    world.reset("empty")

    replies = [
        jira("GET", f"/rest/api/3/{path}").status
        for path in ("myself", "issuetype", "issue/MKY-1", "project/MKY")
    ]

    assert replies == [200, 200, 404, 404]


def test_an_issue_was_viewed_by_whom_it_was_shown_to_where_that_counts(jira, world, client) -> None:
    emma = client("jira")
    emma.authorization = "Basic " + b64encode(b"emma@example.com:mock-token").decode()
    searched = {"jql": "issue in issueHistory() AND lastViewed >= -1d"}

    def viewed(caller):
        shown = fields_of(caller, "MKY-1", "lastViewed")["lastViewed"]
        return shown, caller("POST", "/rest/api/3/search/jql", searched).json()["issues"]

    before = viewed(jira)
    first = jira("GET", f"{ISSUE}/MKY-1?updateHistory=true&fields=lastViewed").json()["fields"]
    world.advance_clock(60)
    jira("GET", "/rest/agile/1.0/issue/MKY-1?updateHistory=true")

    assert before == viewed(emma) == (None, [])
    assert first == {"lastViewed": "2025-01-15T09:30:00.000+0000"}
    assert viewed(jira) == ("2025-01-15T09:31:00.000+0000", [{"id": "10002"}])


def test_projects_are_recent_where_issues_were_viewed_or_made(jira, world) -> None:
    world.seed({"jira": {"project": [{"id": "10600", "key": "APE"}, {"id": "10601", "key": "ZOO"}]}})
    fields = {"project": {"key": "ZOO"}, "issuetype": {"name": "Task"}, "summary": "A"}

    def recent(count):
        return [one["key"] for one in jira("GET", f"/rest/api/3/project?recent={count}").json()]

    before = recent(20)
    jira("POST", f"{ISSUE}?updateHistory=true", {"fields": fields})
    jira("GET", f"{ISSUE}/MKY-1?updateHistory=true")

    assert before == ["APE", "MKY", "ZOO"]
    assert (recent(20), recent(1), recent(0)) == (["MKY", "ZOO", "APE"], ["MKY"], [])
    assert jira("DELETE", "/rest/api/3/project/MKY").status == 204
    assert recent(20) == ["ZOO", "APE"]
