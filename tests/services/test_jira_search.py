"""Search through the public interface: pages, envelopes, refusals, and the queries about queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEARCH, OLD, PARSE = "/jira/rest/api/3/search/jql", "/jira/rest/api/3/search", "/jira/rest/api/3/jql/parse"
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration"
    " guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."


@pytest.fixture
def jira(client: Callable[[str], Any]) -> Any:
    return client("jira")


@pytest.fixture
def ten(jira: Any) -> Any:
    """A client of a site with MKY-1 and nine issues more."""
    for number in range(2, 11):
        fields = {
            "project": {"key": "MKY"},
            "issuetype": {"name": "Task"},
            "summary": f"Issue number {number}",
        }
        assert jira("POST", "/jira/rest/api/3/issue", {"fields": fields}).status == 201
    return jira


def found(jira: Any, jql: str, **more: Any) -> Any:
    reply = jira("GET", f"{SEARCH}?{urlencode({'jql': jql, **more})}")
    assert reply.status == 200, reply.body
    return reply.json()


def refused(reply: Any, *messages: str) -> None:
    assert reply.status == 400
    assert reply.json() == {"errorMessages": list(messages), "errors": {}}


# ---- search/jql


def test_only_ids_are_sent_unless_more_is_asked_for(ten: Any) -> None:
    page = found(ten, "project = MKY ORDER BY key", maxResults=2)

    assert page["issues"] == [{"id": "10002"}, {"id": "10003"}]
    assert set(page) == {"issues", "nextPageToken", "isLast"}


def test_asking_for_a_field_adds_key_self_and_expand(ten: Any) -> None:
    [issue] = found(ten, "key = MKY-2", fields="summary")["issues"]

    assert issue["fields"] == {"summary": "Issue number 2"}
    assert {"key", "self", "expand", "id"} < set(issue)


def test_tokens_lead_through_all_pages(ten: Any) -> None:
    seen, asked = [], {"jql": "project = MKY ORDER BY key DESC", "maxResults": 3, "fields": ["key"]}
    while True:
        page = ten("POST", SEARCH, asked).json()
        seen.append([one["key"] for one in page["issues"]])
        if page["isLast"]:
            break
        asked["nextPageToken"] = page["nextPageToken"]

    assert [len(keys) for keys in seen] == [3, 3, 3, 1]
    assert [key for keys in seen for key in keys] == [f"MKY-{number}" for number in range(10, 0, -1)]
    assert "nextPageToken" not in page
    assert "total" not in page


def test_a_page_is_cut_once_fields_are_asked_for(world: Any, jira: Any) -> None:
    issues = [{"key": f"MKY-{number}", "fields": {"summary": "Many"}} for number in range(100, 250)]
    world.seed({"jira": {"issue": issues}})

    assert len(found(jira, "summary ~ many", maxResults=5000)["issues"]) == 150
    assert len(found(jira, "summary ~ many", maxResults=5000, fields="summary")["issues"]) == 100


@pytest.mark.parametrize("size", [0, -1, 5001])
def test_a_page_size_out_of_range_is_refused(jira: Any, size: int) -> None:
    reply = jira("POST", SEARCH, {"jql": "project = MKY", "maxResults": size})

    refused(reply, "The max results parameter has to be between 1 and 5,000.")


def test_a_token_of_nobody_is_refused(jira: Any) -> None:
    reply = jira("POST", SEARCH, {"jql": "project = MKY", "nextPageToken": "CAEaAggD"})

    refused(reply, "The provided next page token is invalid or expired.")


@pytest.mark.parametrize("body", [{}, {"jql": ""}, {"jql": None}, {"jql": "  ORDER BY created"}])
def test_a_query_must_restrict_something(jira: Any, body: Any) -> None:
    refused(jira("POST", SEARCH, body), UNBOUNDED)


def test_too_many_issues_to_reconcile_are_refused(jira: Any) -> None:
    asked = {"jql": "project = MKY", "reconcileIssues": list(range(51))}

    refused(jira("POST", SEARCH, asked), "The max number of issues to reconcile is 50.")
    assert jira("POST", SEARCH, {**asked, "reconcileIssues": [10002]}).status == 200


@pytest.mark.parametrize(
    "body",
    [{"startAt": 0}, {"jql": 5}, {"fields": "summary"}, {"expand": ["names"]}, {"maxResults": "x"}, []],
)
def test_a_body_that_cannot_be_read_is_refused_without_errors(jira: Any, body: Any) -> None:
    reply = jira(
        "POST", SEARCH, {"jql": "project = MKY", **body} if isinstance(body, dict) and body else body
    )

    assert (reply.status, reply.json()) == (400, {"errorMessages": [PAYLOAD]})


def test_a_number_that_is_none_is_refused_by_the_framework(jira: Any) -> None:
    reply = jira("GET", f"{SEARCH}?jql=project=MKY&maxResults=x")

    assert reply.status == 400
    assert reply.json()["detail"] == "Failed to convert 'maxResults' with value: 'x'"


def test_names_and_schema_are_told_once_for_the_page(ten: Any) -> None:
    page = found(ten, "key in (MKY-1, MKY-2)", fields="summary,-labels,nonsense", expand="names,schema")

    assert not {"names", "schema"} & set(page["issues"][0])
    assert page["names"] == {"summary": "Summary"}
    assert page["schema"] == {"summary": {"type": "string", "system": "summary"}}


def test_fields_can_be_all_navigable_or_all_but_some(ten: Any) -> None:
    [everything] = found(ten, "key = MKY-1", fields="*all")["issues"]
    [navigable] = found(ten, "key = MKY-1", fields="*navigable,-summary")["issues"]
    [by_key] = found(ten, "key = MKY-1", fields="summary", fieldsByKeys="true")["issues"]

    assert "comment" in everything["fields"]
    assert not {"comment", "summary"} & set(navigable["fields"])
    assert set(by_key["fields"]) == {"summary"}


def test_more_than_five_properties_are_refused(jira: Any) -> None:
    asked = {"jql": "project = MKY", "fields": ["summary"], "properties": list("abcdef")}

    assert jira("POST", SEARCH, asked).status == 400
    assert jira("POST", SEARCH, {**asked, "properties": ["a"]}).json()["issues"][0]["properties"] == {}


def test_get_with_a_very_long_query_fails_and_post_does_not(jira: Any) -> None:
    jql = " OR ".join(f"key = MKY-{number}" for number in [1] * 2000)

    assert jira("GET", f"{SEARCH}?jql={quote(jql)}").status == 414
    assert jira("POST", SEARCH, {"jql": jql}).json() == {"issues": [{"id": "10002"}], "isLast": True}


def test_version_2_gives_descriptions_as_wiki_text(jira: Any) -> None:
    [issue] = jira("GET", "/jira/rest/api/2/search/jql?jql=key=MKY-1&fields=description").json()["issues"]

    assert issue["fields"]["description"] == "Main order flow broken"


def test_every_problem_of_a_query_is_a_message(jira: Any) -> None:
    reply = jira("POST", SEARCH, {"jql": "a = 1 AND project = NOPE"})

    refused(
        reply,
        "Field 'a' does not exist or you do not have permission to view it.",
        "The value 'NOPE' does not exist for the field 'project'.",
    )


@pytest.mark.parametrize(
    "jql", ["a = 1", "project = NOPE", "assignee = shifted()", "created > soon", "status ~ x"]
)
def test_an_anonymous_caller_is_not_told_what_does_not_exist(world: Any, jira: Any, jql: str) -> None:
    jira.authorization = None

    assert found(jira, jql) == {"issues": [], "isLast": True}
    assert jira("POST", "/jira/rest/api/3/search/approximate-count", {"jql": jql}).json() == {"count": 0}
    world.set_settings("jira", {"anonymousJql": "refuse"})
    assert jira("POST", SEARCH, {"jql": jql}).status == 400


def test_an_anonymous_caller_is_told_of_wrong_syntax(jira: Any) -> None:
    jira.authorization = None

    reply = jira("POST", SEARCH, {"jql": "project ="})

    refused(
        reply, "Error in JQL Query: Expecting either a value, list or function before the end of the query."
    )


@pytest.mark.parametrize("access", ["none", "browse"])
def test_a_post_that_only_reads_is_open_to_anonymous_callers(world: Any, jira: Any, access: str) -> None:
    world.set_settings("jira", {"anonymousAccess": access})
    jira.authorization = None

    page = jira("POST", SEARCH, {"jql": "project = MKY"})

    assert (page.status, page.json()["isLast"]) == (200, True)
    assert len(page.json()["issues"]) == (1 if access == "browse" else 0)


def test_what_changes_is_found_at_once(ten: Any) -> None:
    assert found(ten, "labels = urgent")["issues"] == []

    ten("PUT", "/jira/rest/api/3/issue/MKY-3", {"fields": {"labels": ["urgent"], "summary": "Pears"}})

    assert [one["id"] for one in found(ten, "labels = urgent AND summary ~ pear")["issues"]] == ["10004"]
    ten("DELETE", "/jira/rest/api/3/issue/MKY-3")
    assert found(ten, "labels = urgent OR summary ~ pear")["issues"] == []


def test_issues_are_counted(ten: Any) -> None:
    address = "/jira/rest/api/3/search/approximate-count"

    assert ten("POST", address, {"jql": "project = MKY"}).json() == {"count": 10}
    refused(ten("POST", address, {}), UNBOUNDED)
    assert ten("POST", address, {"jql": "project = MKY", "more": 1}).json() == {"errorMessages": [PAYLOAD]}


# ---- the search that was removed


@pytest.mark.parametrize("version", ["2", "3", "latest"])
def test_the_removed_search_says_where_to_go(jira: Any, version: str) -> None:
    for reply in (
        jira("GET", f"/jira/rest/api/{version}/search?jql=project=MKY"),
        jira("POST", f"/jira/rest/api/{version}/search", {"jql": "project = MKY"}),
    ):
        assert (reply.status, reply.json()) == (410, {"errorMessages": [GONE], "errors": {}})


@pytest.fixture
def old(world: Any, ten: Any) -> Any:
    world.set_settings("jira", {"lifecycle": "2025-10-30"})
    return ten


def test_before_it_was_removed_it_searches_with_offsets_and_totals(old: Any) -> None:
    page = old("GET", f"{OLD}?jql=project=MKY+ORDER+BY+key&startAt=8&maxResults=5&fields=summary").json()

    assert {key: page[key] for key in ("startAt", "maxResults", "total")} == {
        "startAt": 8,
        "maxResults": 5,
        "total": 10,
    }
    assert [one["key"] for one in page["issues"]] == ["MKY-9", "MKY-10"]


def test_the_old_search_takes_an_empty_query_and_shows_navigable_fields(old: Any) -> None:
    page = old("POST", OLD, {"maxResults": 1}).json()

    assert page["total"] == 10
    assert page["issues"][0]["key"] == "MKY-10"
    assert "summary" in page["issues"][0]["fields"]
    assert "comment" not in page["issues"][0]["fields"]


@pytest.mark.parametrize(
    ("validate", "status", "warned"),
    [
        ("strict", 400, False),
        ("true", 400, False),
        ("warn", 200, True),
        ("false", 200, True),
        ("none", 200, False),
    ],
)
def test_the_old_search_validates_as_it_is_told(old: Any, validate: str, status: int, warned: bool) -> None:
    message = "The value 'NOPE' does not exist for the field 'project'."

    reply = old("GET", f"{OLD}?jql=project=NOPE&validateQuery={validate}")

    assert reply.status == status
    assert reply.json().get("warningMessages") == ([message] if warned else None)
    assert old("GET", f"{OLD}?jql=project&validateQuery={validate}").status == 400


# ---- queries about queries


def parsed(jira: Any, query: str, how: str = "strict") -> Any:
    reply = jira("POST", f"{PARSE}?validation={how}", {"queries": [query]})
    assert reply.status == 200, reply.body
    [found] = reply.json()["queries"]
    return found


@pytest.mark.parametrize(
    ("query", "how", "members"),
    [
        ("project = MKY", "strict", {"query", "structure"}),
        ("project = NOPE", "strict", {"query", "warnings"}),
        ("project = NOPE", "warn", {"query", "structure", "warnings"}),
        ("project = NOPE", "none", {"query", "structure"}),
        ("nope = 1", "strict", {"query", "errors"}),
        ("nope = 1", "warn", {"query", "structure", "errors"}),
        ("nope = 1", "none", {"query", "structure"}),
        ("nope", "none", {"query", "errors"}),
    ],
)
def test_parsing_tells_structure_and_problems(jira: Any, query: str, how: str, members: set[str]) -> None:
    assert set(parsed(jira, query, how)) == members


def test_an_unknown_way_of_validating_is_refused(jira: Any) -> None:
    assert jira("POST", f"{PARSE}?validation=maybe", {"queries": []}).status == 400


def test_matching_keeps_to_the_issues_that_are_named(ten: Any) -> None:
    asked = {"issueIds": [10003, 10002, 99999], "jqls": ["project = MKY", "key = MKY-1", "x"]}

    assert ten("POST", "/jira/rest/api/3/jql/match", asked).json() == {
        "matches": [
            {"matchedIssues": [10003, 10002], "errors": []},
            {"matchedIssues": [10002], "errors": []},
            {"matchedIssues": [], "errors": ["Invalid JQL: x"]},
        ]
    }
    assert ten("POST", "/jira/rest/api/3/jql/match", {"issueIds": [], "jqls": ["a = 1"] * 51}).status == 400


def test_autocompletion_knows_every_field_that_can_be_searched(jira: Any) -> None:
    address = "/jira/rest/api/3/jql/autocompletedata"
    data = jira("GET", address).json()
    fields = {one["value"]: one for one in data["visibleFieldNames"]}

    assert {"project", "status", "fixVersion", "text", "summary", "Sprint"} <= set(fields)
    assert fields["status"]["operators"][-1] == "changed"
    assert fields["Sprint"]["cfid"] == "cf[10020]"
    assert "currentUser()" in {one["value"] for one in data["visibleFunctionNames"]}
    assert {"and", "table"} <= set(data["jqlReservedWords"])
    assert jira("POST", address, {"includeCollapsedFields": True, "projectIds": [10000]}).json() == data
    for name, one in fields.items():
        if one["orderable"] == "true":
            assert found(jira, f"project = MKY ORDER BY {name}")["isLast"] is True


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ({"fieldName": "status", "fieldValue": "do"}, ['"To Do"', "Done"]),
        ({"fieldName": "project"}, ["MKY"]),
        ({"fieldName": "type", "fieldValue": "ep"}, ["Epic"]),
        ({"fieldName": "assignee", "fieldValue": "emma"}, ["5b10ac8d82e05b22cc7d4ef5"]),
        (
            {"fieldName": "status", "predicateName": "by", "predicateValue": "alana"},
            ["5b109f2e9729b51b54dc274d"],
        ),
        ({"fieldName": "priority", "fieldValue": "zz"}, []),
        ({"fieldName": "summary", "fieldValue": "x"}, []),
        ({}, []),
    ],
)
def test_values_are_suggested_by_what_was_typed(jira: Any, query: dict[str, str], values: list[str]) -> None:
    reply = jira("GET", f"/jira/rest/api/3/jql/autocompletedata/suggestions?{urlencode(query)}")

    assert [one["value"] for one in reply.json()["results"]] == values


@pytest.mark.parametrize(
    "query",
    [
        {"fieldName": "nope"},
        {"fieldName": "summary", "predicateName": "by"},
        {"fieldName": "status", "predicateName": "near"},
        {"fieldValue": "x"},
    ],
)
def test_suggestions_of_what_cannot_be_are_refused(jira: Any, query: dict[str, str]) -> None:
    assert jira("GET", f"/jira/rest/api/3/jql/autocompletedata/suggestions?{urlencode(query)}").status == 400


def picked(jira: Any, **query: str) -> list[list[str]]:
    reply = jira("GET", f"/jira/rest/api/3/issue/picker?{urlencode(query)}").json()
    return [[one["key"] for one in section["issues"]] for section in reply["sections"]]


def test_the_picker_begins_where_words_begin(ten: Any) -> None:
    assert picked(ten, query="order") == [["MKY-1"]]
    assert picked(ten, query="rder") == [[]]
    assert picked(ten, query="mky-10") == [["MKY-10"]]
    assert picked(ten, query="number 3", currentJQL="key = MKY-3") == [["MKY-3"], ["MKY-3"]]
    assert picked(ten, query="order", currentIssueKey="MKY-1") == [[]]
    assert picked(ten, query="order", currentProjectId="10001") == [[]]
    assert picked(ten) == [[]]


def test_the_picker_says_what_it_does_not_understand(jira: Any) -> None:
    reply = jira("GET", "/jira/rest/api/3/issue/picker?query=x&currentJQL=nope").json()

    assert "Expecting operator before the end of the query" in reply["sections"][1]["msg"]


def test_the_picker_can_leave_out_subtasks_and_their_parent(jira: Any) -> None:
    fields = {"parent": {"key": "MKY-1"}, "issuetype": {"name": "Sub-task"}, "summary": "Order more"}
    jira("POST", "/jira/rest/api/3/issue", {"fields": fields})

    assert picked(jira, query="order") == [["MKY-1", "MKY-2"]]
    assert picked(jira, query="order", showSubTasks="false") == [["MKY-1"]]
    assert picked(jira, query="order", currentIssueKey="MKY-2") == [["MKY-1"]]
    assert picked(jira, query="order", currentIssueKey="MKY-2", showSubTaskParent="false") == [[]]


# ---- anything at all

ODD = [
    "(" * 1000 + "a = 1" + ")" * 1000,
    "summary ~ '" + "x" * 100_000 + "'",
    "project = MKY AND " * 3000 + "project = MKY",
    "' OR 1=1 --",
    'summary ~ "${jndi:ldap://x}"',
    "issue.property[__class__].__init__ = 1",
    "summary ~ '\\u0000'",
    "created > -999999w",
    "created > startOfYear(-999999y)",
    "cf[999999999999999999999999] = 1",
    "key = 'MKY-99999999999999999999999999'",
    "'Story Points' = 1e999",
    "votes > nan",
    "project = MKY ORDER BY Rank, Rank, Rank",
    "summary ~ 'a" + "*" * 500 + "b'",
    "summary ~ '((((((((((a*)*)*)*)*)*)*)*)*)*b'",
]


def nested(depth: int) -> str:
    """ANDs and ORs inside one another."""
    return (
        "".join(f"votes = {at} {'AND' if at % 2 else 'OR'} (" for at in range(depth))
        + "votes = 0"
        + ")" * depth
    )


def test_what_is_nested_as_deep_as_it_may_be_is_still_answered(jira: Any) -> None:
    assert found(jira, nested(100))["issues"] == [{"id": "10002"}]
    assert jira("POST", PARSE, {"queries": [nested(100)]}).json()["queries"][0]["structure"]
    assert jira("POST", SEARCH, {"jql": f"NOT ({nested(98)})"}).json()["issues"] == []
    assert jira("POST", SEARCH, {"jql": nested(101)}).status == 400


@pytest.mark.parametrize("jql", ODD)
def test_odd_queries_are_answered_or_refused(jira: Any, jql: str) -> None:
    for reply in (
        jira("POST", SEARCH, {"jql": jql}),
        jira("POST", PARSE, {"queries": [jql]}),
        jira("POST", "/jira/rest/api/3/jql/match", {"issueIds": [10002], "jqls": [jql]}),
    ):
        assert reply.status in (200, 400)


@given(jql=st.one_of(st.text(max_size=50), st.text(alphabet="a =~!<>()'\"\\,-1[].*?", max_size=20)))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_queries_are_answered_or_refused(jira: Any, jql: str) -> None:
    assert jira("POST", SEARCH, {"jql": jql}).status in (200, 400)
    assert jira("GET", f"{SEARCH}?jql={quote(jql)}&fields=summary").status in (200, 400)
    assert jira(
        "GET", f"/jira/rest/api/3/jql/autocompletedata/suggestions?fieldName={quote(jql)}"
    ).status in (
        200,
        400,
    )


def test_a_search_takes_five_properties_and_an_issue_any_number(jira: Any) -> None:
    five, six = list("abcde"), list("abcdef")

    statuses = {
        len(keys): [
            jira("GET", f"{SEARCH}?jql=project%3DMKY&properties={','.join(keys)}").status,
            jira("POST", SEARCH, {"jql": "project = MKY", "properties": keys}).status,
            jira("GET", f"/jira/rest/api/3/issue/MKY-1?properties={','.join(keys)}").status,
        ]
        for keys in (five, six)
    }

    assert statuses == {5: [200, 200, 200], 6: [400, 400, 200]}
