"""createmeta and editmeta of Jira tell the truth: what they list can be set, what they do not list cannot."""

import pytest

ISSUE = "/rest/api/3/issue"
META = f"{ISSUE}/createmeta"
EMMA = {"accountId": "5b10ac8d82e05b22cc7d4ef5"}
TEXT = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}
# A value for each field that no list of allowed values offers one for.
VALUES = {
    "summary": "A summary",
    "description": TEXT,
    "environment": TEXT,
    "labels": ["a"],
    "assignee": EMMA,
    "reporter": EMMA,
    "duedate": "2025-02-01",
    "timetracking": {"originalEstimate": "2h"},
    "customfield_10011": "An epic",
    "customfield_10015": "2025-02-01",
    "customfield_10016": 5,
    "customfield_10020": None,
    "customfield_10032": "Somebody",
    "customfield_10033": TEXT,
    "customfield_10034": "https://example.com/a",
    "customfield_10035": EMMA,
    "customfield_10036": ["a", "b"],
}
TYPES = {"1": "Bug", "3": "Task", "10000": "Epic", "10001": "Story", "10003": "Sub-task"}
SAID = {**TEXT, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "a"}]}]}
BESIDE = {
    "comment": [{"add": {"body": SAID}}],
    "worklog": [{"add": {"timeSpent": "1h"}}],
    "issuelinks": [{"add": {"type": {"name": "Relates"}, "outwardIssue": {"key": "MKY-2"}}}],
}


@pytest.fixture
def jira(client):
    return client("jira")


def creatable(jira, kind):
    reply = jira("GET", f"{META}/MKY/issuetypes/{kind}?maxResults=200").json()
    assert reply["total"] == len(reply["fields"])
    return {one["fieldId"]: one for one in reply["fields"]}


def value_of(jira, name, described, kind):
    if name == "parent":
        above = "MKY-1" if kind == "10003" else epic(jira)
        return {"key": above}
    if name == "customfield_10014":
        return epic(jira)
    if described.get("allowedValues"):
        chosen = {"id": described["allowedValues"][0]["id"]}
        return [chosen] if described["schema"]["type"] == "array" else chosen
    if described["schema"]["type"] == "array" and "allowedValues" in described:
        return []
    return VALUES[name]


def epic(jira):
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Epic"}, "summary": "E"}
    return jira("POST", ISSUE, {"fields": fields}).json()["key"]


def base(jira, kind):
    fields = {"project": {"key": "MKY"}, "issuetype": {"id": kind}, "summary": "A"}
    return {**fields, "parent": {"key": "MKY-1"}} if kind == "10003" else fields


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_that_createmeta_lists_can_be_set_and_no_other(jira, kind) -> None:
    listed = creatable(jira, kind)
    known = [one["id"] for one in jira("GET", "/rest/api/3/field").json()]

    for name, described in listed.items():
        given = {**base(jira, kind), name: value_of(jira, name, described, kind)}
        reply = jira("POST", ISSUE, {"fields": given})
        assert reply.status == 201, (name, reply.body)
    for name in (*(one for one in known if one not in listed), "nonsense", "customfield_99999"):
        reply = jira("POST", ISSUE, {"fields": {**base(jira, kind), name: {"key": "MKY-1"}}})
        assert reply.status == 400, name
        assert reply.json()["errors"], name


@pytest.mark.parametrize("kind", TYPES)
def test_required_are_the_fields_without_which_nothing_is_created(jira, kind) -> None:
    required = {name for name, one in creatable(jira, kind).items() if one["required"]}

    for name in required:
        given = {key: value for key, value in base(jira, kind).items() if key != name}
        if name == "project":
            given.pop("parent", None)
        assert name in jira("POST", ISSUE, {"fields": given}).json()["errors"]
    assert required == {"project", "issuetype", "summary"} | ({"parent"} if kind == "10003" else set())


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_that_editmeta_lists_can_be_edited_and_no_other(jira, kind) -> None:
    other = jira("POST", ISSUE, {"fields": base(jira, "3")}).json()["key"]
    key = jira("POST", ISSUE, {"fields": base(jira, kind)}).json()["key"]
    listed = jira("GET", f"{ISSUE}/{key}/editmeta").json()["fields"]
    known = [one["id"] for one in jira("GET", "/rest/api/3/field").json()]

    assert other == "MKY-2"
    for name, described in listed.items():
        if name in BESIDE:
            body = {"update": {name: BESIDE[name]}}
        elif name == "issuetype":
            body = {"fields": {name: {"id": kind}}}
        else:
            body = {"fields": {name: value_of(jira, name, described, kind)}}
        reply = jira("PUT", f"{ISSUE}/{key}", body)
        assert reply.status == 204, (name, reply.body)
    for name in (one for one in known if one not in listed):
        reply = jira("PUT", f"{ISSUE}/{key}", {"fields": {name: {"key": "MKY-1"}}})
        assert reply.status == 400, name


def test_the_verbs_that_editmeta_lists_are_those_that_update_takes(jira) -> None:
    listed = jira("GET", f"{ISSUE}/MKY-1/editmeta").json()["fields"]
    verbs = ("set", "add", "remove", "edit", "copy")

    for name, described in listed.items():
        for verb in verbs:
            errors = jira("PUT", f"{ISSUE}/MKY-1", {"update": {name: [{verb: None}]}})
            refused = b"does not support operation" in errors.body
            assert refused == (verb not in described["operations"]), (name, verb, errors.body)


def test_a_screen_decides_what_can_be_set_and_what_must_be(jira, world) -> None:
    screen = {"id": "7", "name": "Short", "fields": ["duedate", "customfield_10032"]}
    project = {"id": "10600", "key": "SHO", "screen": "7"}
    world.seed({"jira": {"screen": [{**screen, "required": ["customfield_10032"]}], "project": [project]}})
    given = {"project": {"key": "SHO"}, "issuetype": {"name": "Task"}, "summary": "A"}

    reply = jira("GET", f"{META}/SHO/issuetypes/3").json()["fields"]
    unlisted = jira("POST", ISSUE, {"fields": {**given, "labels": ["a"]}}).json()["errors"]
    made = jira("POST", ISSUE, {"fields": {**given, "customfield_10032": "Me"}})

    assert {one["fieldId"]: one["required"] for one in reply} == {
        "summary": True,
        "issuetype": True,
        "project": True,
        "duedate": False,
        "customfield_10032": True,
    }
    assert unlisted == {
        "labels": "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown.",
        "customfield_10032": "Customer is required.",
    }
    assert made.status == 201
    emptied = jira("PUT", f"{ISSUE}/{made.json()['key']}", {"fields": {"customfield_10032": None}})
    assert emptied.json()["errors"] == {"customfield_10032": "Customer is required."}


def test_what_takes_a_permission_is_listed_only_with_it(jira, world) -> None:
    lacking = {"duedate": "SCHEDULE_ISSUES", "reporter": "MODIFY_REPORTER", "assignee": "ASSIGN_ISSUES"}
    world.set_settings("jira", {"denied": list(lacking.values())})

    listed = {*creatable(jira, "3"), *jira("GET", f"{ISSUE}/MKY-1/editmeta").json()["fields"]}
    given = {"duedate": "2025-02-01", "reporter": EMMA, "assignee": EMMA}
    refused = jira("POST", ISSUE, {"fields": {**base(jira, "3"), **given}}).json()["errors"]

    assert not listed & set(lacking)
    assert set(refused) == set(lacking)


def test_createmeta_in_bulk_is_filtered_and_expanded(jira) -> None:
    bare = jira("GET", f"{META}?projectKeys=MKY&issuetypeIds=1&issuetypeIds=3").json()["projects"]
    query = "projectIds=10000&issuetypeNames=Bug&expand=projects.issuetypes.fields"
    [full] = jira("GET", f"{META}?{query}").json()["projects"]

    assert [one["name"] for one in bare[0]["issuetypes"]] == ["Bug", "Task"]
    assert "fields" not in bare[0]["issuetypes"][0]
    fields = full["issuetypes"][0]["fields"]
    assert fields.keys() == creatable(jira, "1").keys()
    assert fields["priority"]["hasDefaultValue"]
    assert fields["priority"]["defaultValue"]["name"] == "Medium"
    assert [one["value"] for one in fields["customfield_10030"]["allowedValues"]] == [
        "Critical",
        "Major",
        "Minor",
    ]


def test_createmeta_in_pages_leaves_nothing_out(jira) -> None:
    whole = list(creatable(jira, "3"))
    address = f"{META}/MKY/issuetypes/3"

    pages = [jira("GET", f"{address}?startAt={at}&maxResults=10").json()["fields"] for at in range(0, 40, 10)]

    assert [one["fieldId"] for page in pages for one in page] == whole


def test_a_new_field_can_be_set_at_once(jira) -> None:
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:multiselect"
    field = jira("POST", "/rest/api/3/field", {"name": "Sizes", "type": kind}).json()["id"]
    [context] = jira("GET", f"/rest/api/3/field/{field}/context").json()["values"]
    address = f"/rest/api/3/field/{field}/context/{context['id']}/option"
    jira("POST", address, {"options": [{"value": "S"}, {"value": "L"}]})

    described = creatable(jira, "3")[field]
    reply = jira("POST", ISSUE, {"fields": {**base(jira, "3"), field: [{"value": "L"}]}})

    assert described["name"] == "Sizes"
    assert [one["value"] for one in described["allowedValues"]] == ["S", "L"]
    assert described["operations"] == ["add", "set", "remove"]
    shown = jira("GET", f"{ISSUE}/{reply.json()['key']}?fields={field}").json()["fields"][field]
    assert [one["value"] for one in shown] == ["L"]


def test_a_screen_is_overridden_by_administrators_only(jira, world) -> None:
    project = {"id": "10600", "key": "SHO", "screen": "7"}
    screen = {"id": "7", "name": "Short", "fields": ["duedate"]}
    issue = {"key": "SHO-1", "fields": {"summary": "A"}}
    world.seed({"jira": {"screen": [screen], "project": [project], "issue": [issue]}})
    address, override = f"{ISSUE}/SHO-1", "overrideScreenSecurity=true"
    edit = {"fields": {"labels": ["a"]}}

    hidden = jira("PUT", address, edit)
    plain = jira("GET", f"{address}/editmeta").json()["fields"]
    shown = jira("GET", f"{address}/editmeta?{override}").json()["fields"]
    done = jira("PUT", f"{address}?{override}", edit)
    world.set_settings("jira", {"denied": ["ADMINISTER"]})
    refused = [
        jira(method, f"{address}{path}?{flag}=true", body).status
        for method, path, body in (("PUT", "", edit), ("GET", "/editmeta", None))
        for flag in ("overrideScreenSecurity", "overrideEditableFlag")
    ]

    assert (hidden.status, done.status) == (400, 204)
    assert "labels" not in plain
    assert "labels" in shown
    assert refused == [403] * 4


def test_who_may_not_silence_the_mails_of_an_edit_edits_all_the_same(jira, world) -> None:
    world.set_settings("jira", {"denied": ["ADMINISTER", "ADMINISTER_PROJECTS"]})

    reply = jira("PUT", f"{ISSUE}/MKY-1?notifyUsers=false", {"fields": {"summary": "Quietly"}})

    assert reply.status == 204
    assert jira("GET", f"{ISSUE}/MKY-1?fields=summary").json()["fields"]["summary"] == "Quietly"
