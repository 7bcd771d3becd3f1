"""Custom fields of Jira by their types: what is taken, what is refused, what is shown in both versions."""

import pytest

ISSUE = "/rest/api/3/issue"
MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
OWN = "com.atlassian.jira.plugin.system.customfieldtypes:"
DOC = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Read me"}]}],
}


@pytest.fixture
def jira(client):
    return client("jira")


def field(jira, kind, *options):
    made = jira("POST", "/rest/api/3/field", {"name": f"A {kind}", "type": OWN + kind}).json()["id"]
    if options:
        [context] = jira("GET", f"/rest/api/3/field/{made}/context").json()["values"]
        address = f"/rest/api/3/field/{made}/context/{context['id']}/option"
        jira("POST", address, {"options": [{"value": one} for one in options]})
    return made


def put(jira, name, value, version=3):
    return jira("PUT", f"/rest/api/{version}/issue/MKY-1", {"fields": {name: value}})


def shown(jira, name, version=3):
    return jira("GET", f"/rest/api/{version}/issue/MKY-1?fields={name}").json()["fields"][name]


PLAIN = [
    ("textfield", "A line", "A line"),
    ("url", "https://example.com/a?b=c", "https://example.com/a?b=c"),
    ("float", 2.5, 2.5),
    ("float", 0, 0),
    ("datepicker", "2025-02-28", "2025-02-28"),
    ("datetime", "2025-02-28T12:00:00.000+0200", "2025-02-28T10:00:00.000+0000"),
    ("datetime", "2025-02-28T12:00:00Z", "2025-02-28T12:00:00.000+0000"),
    ("labels", ["a", "b", "a"], ["a", "b"]),
]


@pytest.mark.parametrize(("kind", "given", "stored"), PLAIN)
def test_a_plain_value_is_shown_as_it_was_given_and_can_be_taken_away(jira, kind, given, stored) -> None:
    name = field(jira, kind)

    assert shown(jira, name) is None
    assert put(jira, name, given).status == 204
    assert shown(jira, name) == shown(jira, name, 2) == stored
    assert put(jira, name, None).status == 204
    assert shown(jira, name) is None


BAD = [
    ("textfield", 7, "Operation value must be a string"),
    ("textfield", "a" * 256, "The entered text is too long. It exceeds the allowed limit of 255 characters."),
    ("url", "no address", "The URL is not valid."),
    ("float", "5", "Operation value must be a number"),
    ("float", True, "Operation value must be a number"),
    ("datepicker", "2025-02-30", "Error parsing date string: 2025-02-30"),
    ("datetime", "2025-02-28", "Error parsing date string: 2025-02-28"),
    ("labels", "a", "data was not an array"),
    ("labels", ["a b"], "The label 'a b' contains spaces which is invalid."),
    ("userpicker", {"accountId": "nobody"}, "User 'nobody' does not exist."),
    ("userpicker", {"accountId": "-1"}, "User '-1' does not exist."),
    ("userpicker", "mia", "data was not an object"),
    ("multiuserpicker", {"accountId": MIA}, "data was not an array"),
    ("textarea", "text", "Operation value must be an Atlassian Document (see the Atlassian Document Format)"),
    ("select", "Red", "data was not an object"),
    ("select", {"value": "Red"}, "Option value 'Red' is not valid"),
    ("select", {"id": "1"}, "Option id '1' is not valid"),
    ("multiselect", [{"value": "Red"}], "Option value 'Red' is not valid"),
    ("multicheckboxes", {"value": "Red"}, "data was not an array"),
]


@pytest.mark.parametrize(("kind", "value", "message"), BAD)
def test_a_value_of_the_wrong_kind_is_refused_and_changes_nothing(jira, kind, value, message) -> None:
    name = field(jira, kind)

    reply = put(jira, name, value)

    assert reply.status == 400
    assert reply.json()["errors"] == {name: message}
    assert shown(jira, name) is None


def test_rich_text_is_one_text_in_both_versions(jira) -> None:
    name = field(jira, "textarea")

    put(jira, name, DOC)
    spoken = shown(jira, name, 2)
    put(jira, name, "Read *me*", version=2)

    assert spoken == "Read me"
    assert shown(jira, name)["content"][0]["content"][1]["marks"] == [{"type": "strong"}]
    assert put(jira, name, DOC, version=2).status == 400


@pytest.mark.parametrize("kind", ["select", "radiobuttons"])
def test_one_option_is_chosen_by_value_or_by_id(jira, kind) -> None:
    name = field(jira, kind, "Red", "Blue")

    put(jira, name, {"value": "Blue"})
    first = shown(jira, name)
    put(jira, name, {"id": str(int(first["id"]) - 1)})

    assert first == {
        "self": f"http://localhost:8080/rest/api/3/customFieldOption/{first['id']}",
        "value": "Blue",
        "id": first["id"],
    }
    assert shown(jira, name)["value"] == "Red"


@pytest.mark.parametrize("kind", ["multiselect", "multicheckboxes"])
def test_several_options_are_set_added_and_removed(jira, kind) -> None:
    name = field(jira, kind, "Red", "Blue", "Green")
    steps = [{"add": {"value": "Green"}}, {"remove": {"value": "Red"}}, {"add": {"value": "Green"}}]

    put(jira, name, [{"value": "Red"}, {"value": "Blue"}, {"value": "Red"}])
    before = shown(jira, name)
    reply = jira("PUT", f"{ISSUE}/MKY-1", {"update": {name: steps}})

    assert [one["value"] for one in before] == ["Red", "Blue"]
    assert reply.status == 204
    assert [one["value"] for one in shown(jira, name)] == ["Blue", "Green"]


def test_an_option_that_is_switched_off_cannot_be_chosen_but_stays_where_it_was(jira) -> None:
    put(jira, "customfield_10030", {"value": "Minor"})
    address = "/rest/api/3/field/customfield_10030/context/10230/option"

    jira("PUT", address, {"options": [{"id": "10102", "disabled": True}]})

    assert shown(jira, "customfield_10030")["value"] == "Minor"
    assert put(jira, "customfield_10030", {"value": "Minor"}).status == 400
    allowed = jira("GET", f"{ISSUE}/MKY-1/editmeta").json()["fields"]["customfield_10030"]["allowedValues"]
    assert [one["value"] for one in allowed] == ["Critical", "Major"]


def test_a_cascading_field_holds_an_option_and_one_below_it(jira) -> None:
    name = field(jira, "cascadingselect", "Europe", "Asia")
    [context] = jira("GET", f"/rest/api/3/field/{name}/context").json()["values"]
    address = f"/rest/api/3/field/{name}/context/{context['id']}/option"
    above = jira("GET", address).json()["values"][0]["id"]
    jira("POST", address, {"options": [{"value": "Berlin", "optionId": above}]})

    wrong = put(jira, name, {"value": "Asia", "child": {"value": "Berlin"}})
    right = put(jira, name, {"value": "Europe", "child": {"value": "Berlin"}})

    assert wrong.json()["errors"] == {name: "Option value 'Berlin' is not valid"}
    assert right.status == 204
    assert (shown(jira, name)["value"], shown(jira, name)["child"]["value"]) == ("Europe", "Berlin")
    every = jira("GET", address).json()["values"]
    assert [(one["value"], one.get("optionId")) for one in every] == [
        ("Europe", None),
        ("Asia", None),
        ("Berlin", above),
    ]
    assert len(jira("GET", f"{address}?onlyOptions=true").json()["values"]) == 2


def test_people_are_shown_in_full(jira) -> None:
    one, many = field(jira, "userpicker"), field(jira, "multiuserpicker")

    put(jira, one, {"accountId": EMMA})
    put(jira, many, [{"accountId": MIA}, {"accountId": EMMA}])
    jira("PUT", f"{ISSUE}/MKY-1", {"update": {many: [{"remove": {"accountId": MIA}}]}})

    assert shown(jira, one)["displayName"] == "Emma Richards"
    assert [user["accountId"] for user in shown(jira, many)] == [EMMA]


def test_the_epic_link_is_another_name_of_the_parent(jira) -> None:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Epic"}, "summary": "E"}
    epic = jira("POST", ISSUE, {"fields": fields}).json()["key"]

    assert put(jira, "customfield_10014", epic).status == 204
    assert shown(jira, "parent")["key"] == epic
    assert shown(jira, "customfield_10014") == epic
    assert put(jira, "parent", None).status == 204
    assert shown(jira, "customfield_10014") is None


def test_an_epic_link_names_an_epic_and_agrees_with_the_parent(jira) -> None:
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Epic"}, "summary": "E"}
    one, other = (jira("POST", ISSUE, {"fields": fields}).json()["key"] for _ in range(2))
    both = {"customfield_10014": one, "parent": {"key": other}}

    replies = [
        put(jira, "customfield_10014", "MKY-1"),
        put(jira, "customfield_10014", "MKY-99"),
        jira("PUT", f"{ISSUE}/MKY-1", {"fields": both}),
    ]

    assert [reply.json()["errors"] for reply in replies] == [
        {"customfield_10014": "Issue 'MKY-1' is not an Epic."},
        {"customfield_10014": "Could not find issue by id or key."},
        {"customfield_10014": "Epic Link and parent name different issues."},
    ]


def test_a_rank_is_not_set_by_hand(jira) -> None:
    reply = put(jira, "customfield_10019", "0|zzzzzz:")

    assert reply.status == 400
    assert list(reply.json()["errors"]) == ["customfield_10019"]


def test_fields_are_found_by_name_and_kind_in_pages(jira) -> None:
    found = jira("GET", "/rest/api/3/field/search?type=custom&query=link&orderBy=name").json()

    assert [one["name"] for one in found["values"]] == ["Design link", "Epic Link"]
    assert jira("GET", "/rest/api/3/field/search?id=summary").json()["total"] == 1
    assert jira("GET", "/rest/api/3/field/search?maxResults=500").json()["maxResults"] == 50
    assert jira("GET", "/rest/api/3/field/search?orderBy=age").status == 400


def test_the_history_of_several_options_or_users_has_their_ids(jira) -> None:
    options, people = field(jira, "multiselect", "Red", "Blue"), field(jira, "multiuserpicker")

    put(jira, options, [{"value": "Red"}])
    put(jira, options, [{"value": "Red"}, {"value": "Blue"}])
    put(jira, people, [{"accountId": MIA}, {"accountId": EMMA}])

    chosen = [one["id"] for one in shown(jira, options)]
    history = jira("GET", f"{ISSUE}/MKY-1/changelog").json()["values"]
    first, second, third = [one["items"][0] for one in history]
    assert ([first["from"], first["to"]], first["toString"]) == ([None, f"[{chosen[0]}]"], "Red")
    assert [second["from"], second["to"]] == [f"[{chosen[0]}]", f"[{chosen[0]}, {chosen[1]}]"]
    assert third["to"] == f"[{MIA}, {EMMA}]"


PICKED = [
    ("grouppicker", {"name": "jira-administrators"}, "name", "jira-administrators"),
    ("multigrouppicker", [{"name": "jira-administrators"}], "name", "jira-administrators"),
    ("version", {"name": "Spring"}, "name", "Spring"),
    ("multiversion", [{"id": "10500"}], "name", "Spring"),
    ("project", {"key": "MKY"}, "key", "MKY"),
]


@pytest.fixture
def versioned(world):
    world.seed({"jira": {"version": [{"id": "10500", "project": "MKY", "name": "Spring"}]}})


@pytest.mark.parametrize(("kind", "given", "member", "picked"), PICKED)
def test_what_was_picked_is_shown_told_and_found(jira, versioned, kind, given, member, picked) -> None:
    name = field(jira, kind)
    query = {"jql": f'cf[{name.removeprefix("customfield_")}] = "{picked}"'}

    assert put(jira, name, given).status == 204

    value = shown(jira, name)
    [one] = value if isinstance(given, list) else [value]
    assert one[member] == picked
    [change] = jira("GET", f"{ISSUE}/MKY-1/changelog").json()["values"]
    assert change["items"][0]["toString"] in (picked, "Monkey")
    assert (one.get("groupId") or one["id"]) in change["items"][0]["to"]
    assert jira("POST", "/rest/api/3/search/jql", query).json()["issues"] == [{"id": "10002"}]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("grouppicker", {"name": "nobodies"}, "The group named 'nobodies' does not exist."),
        ("multigrouppicker", [{}], "The group named 'null' does not exist."),
        ("multigrouppicker", [None], "data was not an object"),
        ("version", {"name": "Never"}, "Version name 'Never' is not valid"),
        ("multiversion", [None], "data was not an object"),
        ("project", {"key": "NONE"}, "Specify a valid project ID or key"),
    ],
)
def test_what_there_is_not_cannot_be_picked(jira, kind, value, message) -> None:
    name = field(jira, kind)

    reply = put(jira, name, value)

    assert (reply.status, reply.json()["errors"]) == (400, {name: message})


def test_a_read_only_field_is_set_by_requests(jira) -> None:
    name = field(jira, "readonlyfield")

    assert put(jira, name, "Told").status == 204
    assert shown(jira, name) == "Told"


def test_the_versions_that_can_be_picked_are_listed(jira, versioned) -> None:
    name = field(jira, "version")

    described = jira("GET", f"{ISSUE}/MKY-1/editmeta").json()["fields"][name]

    assert [one["name"] for one in described["allowedValues"]] == ["Spring"]
