"""Permission schemes decide: what may not be browsed does not exist, on every way to read it."""

import base64

import pytest

MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
SCHEME = "/rest/api/3/permissionscheme"


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.fixture
def emma(client):
    other = client("jira")
    other.authorization = "Basic " + base64.b64encode(b"emma@example.com:mock-token").decode()
    return other


def closed(jira, **holders):
    """Put the project MKY under a scheme that grants nothing but this: ``permission=holder``."""
    permissions = [{"permission": key, "holder": holder} for key, holder in holders.items()]
    reply = jira("POST", SCHEME, {"name": "Closed", "permissions": permissions})
    assert reply.status == 201, reply.body
    body = {"id": reply.json()["id"]}
    assert jira("PUT", "/rest/api/3/project/MKY/permissionscheme", body).status == 200
    return reply.json()["id"]


def user(account):
    return {"type": "user", "parameter": account}


def has(jira, permission, query=""):
    reply = jira("GET", f"/rest/api/3/mypermissions?permissions={permission}&{query}")
    return reply.json()["permissions"][permission]["havePermission"]


READS = [
    "/rest/api/3/issue/MKY-1",
    "/rest/api/2/issue/10002",
    "/rest/api/3/issue/MKY-1/remotelink",
    "/rest/api/3/issue/MKY-1/comment",
    "/rest/api/3/project/MKY",
    "/rest/api/3/project/10000/versions",
    "/rest/api/3/project/MKY/role",
    "/rest/api/3/mypermissions?permissions=EDIT_ISSUES&issueKey=MKY-1",
    "/rest/api/3/user/assignable/search?project=MKY",
]


@pytest.mark.parametrize("path", READS)
def test_what_may_not_be_browsed_is_answered_like_what_is_missing(jira, emma, path) -> None:
    closed(jira, BROWSE_PROJECTS=user(MIA))

    assert jira("GET", path).status == 200
    assert emma("GET", path).status == 404


def test_lists_and_search_leave_out_what_is_hidden(jira, emma) -> None:
    closed(jira, BROWSE_PROJECTS=user(MIA))

    assert emma("GET", "/rest/api/3/project").json() == []
    assert emma("GET", "/rest/api/3/project/search").json()["total"] == 0
    query = {"jql": "created is not EMPTY"}
    assert emma("POST", "/rest/api/3/search/jql", query).json()["issues"] == []
    assert emma("POST", "/rest/api/3/search/approximate-count", query).json() == {"count": 0}
    assert jira("POST", "/rest/api/3/search/approximate-count", query).json() == {"count": 1}


def test_a_hidden_issue_is_not_told_apart_from_a_missing_one(jira, emma) -> None:
    closed(jira, BROWSE_PROJECTS=user(MIA))

    hidden, missing = emma("GET", "/rest/api/3/issue/MKY-1"), emma("GET", "/rest/api/3/issue/MKY-999")

    assert (hidden.status, hidden.body) == (missing.status, missing.body)


def test_parts_of_a_hidden_project_are_hidden(jira, emma) -> None:
    closed(jira, BROWSE_PROJECTS=user(MIA), ADMINISTER_PROJECTS=user(MIA))
    version = jira("POST", "/rest/api/3/version", {"name": "1.0", "projectId": 10000}).json()["id"]
    component = jira("POST", "/rest/api/3/component", {"name": "Engine", "project": "MKY"}).json()["id"]

    for path in (f"/rest/api/3/version/{version}", f"/rest/api/3/component/{component}"):
        assert (jira("GET", path).status, emma("GET", path).status) == (200, 404)


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ({"type": "anyone"}, True),
        ({"type": "applicationRole"}, True),
        (user(EMMA), True),
        (user(MIA), False),
        ({"type": "group", "parameter": "jira-software-users"}, True),
        ({"type": "group", "parameter": "jira-administrators"}, False),
        ({"type": "projectLead"}, False),
        ({"type": "projectRole", "parameter": "10003"}, True),
        ({"type": "projectRole", "parameter": "10004"}, False),
        ({"type": "assignee"}, True),
        ({"type": "reporter"}, False),
    ],
)
def test_every_kind_of_holder_holds(jira, emma, holder, expected) -> None:
    jira("POST", "/rest/api/3/project/MKY/role/10003", {"user": [EMMA]})
    jira("PUT", "/rest/api/3/issue/MKY-1", {"fields": {"assignee": {"accountId": EMMA}}})
    closed(jira, BROWSE_PROJECTS={"type": "anyone"}, EDIT_ISSUES=holder)

    assert has(emma, "EDIT_ISSUES", "issueKey=MKY-1") is expected
    edited = emma("PUT", "/rest/api/3/issue/MKY-1", {"fields": {"summary": "Mine now"}})
    assert (edited.status == 204) is expected


def test_a_role_played_through_a_group_counts(jira, emma) -> None:
    jira("POST", "/rest/api/3/project/MKY/role/10003", {"group": ["jira-software-users"]})
    closed(jira, BROWSE_PROJECTS={"type": "projectRole", "parameter": "10003"})

    assert emma("GET", "/rest/api/3/issue/MKY-1").status == 200


def test_a_reporter_browses_their_own_issues_alone(jira, emma) -> None:
    jira("PUT", "/rest/api/3/issue/MKY-1", {"fields": {"reporter": {"accountId": EMMA}}})
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "Of Mia"}
    other = jira("POST", "/rest/api/3/issue", {"fields": fields}).json()["key"]
    closed(jira, BROWSE_PROJECTS={"type": "reporter"})

    found = emma("POST", "/rest/api/3/search/jql", {"jql": "project = MKY", "fields": ["key"]}).json()[
        "issues"
    ]

    assert [one["key"] for one in found] == ["MKY-1"]
    assert (
        emma("GET", f"/rest/api/3/issue/{other}").status,
        jira("GET", f"/rest/api/3/issue/{other}").status,
    ) == (
        404,
        200,
    )


def test_a_deleted_scheme_leaves_the_default_one(jira, emma) -> None:
    scheme = closed(jira, BROWSE_PROJECTS=user(MIA))

    assert jira("DELETE", f"{SCHEME}/{scheme}").status == 204

    assert emma("GET", "/rest/api/3/issue/MKY-1").status == 200


def test_the_setting_denied_goes_over_every_scheme(jira, world) -> None:
    world.set_settings("jira", {"denied": ["BROWSE_PROJECTS", "ADMINISTER_PROJECTS"]})

    assert jira("GET", "/rest/api/3/issue/MKY-1").status == 404
    assert jira("GET", "/rest/api/3/project/MKY").status == 404
    assert has(jira, "BROWSE_PROJECTS") is False


def test_global_permissions_are_those_of_the_groups_that_a_setting_names(jira, emma, world) -> None:
    world.set_settings("jira", {"globalPermissions": {"ADMINISTER": ["jira-administrators"]}})

    assert (has(jira, "ADMINISTER"), has(emma, "ADMINISTER")) == (True, False)
    assert jira("POST", "/rest/api/3/group", {"name": "a"}).status == 201
    assert emma("POST", "/rest/api/3/group", {"name": "b"}).status == 403


@pytest.mark.parametrize(
    ("access", "anyone", "status"), [("schemes", True, 200), ("schemes", False, 404), ("none", True, 404)]
)
def test_anonymous_callers_browse_what_schemes_grant_to_anyone(jira, world, access, anyone, status) -> None:
    closed(jira, BROWSE_PROJECTS={"type": "anyone"} if anyone else {"type": "applicationRole"})
    world.set_settings("jira", {"anonymousAccess": access})
    jira.authorization = None

    assert jira("GET", "/rest/api/3/issue/MKY-1").status == status


def test_projects_permitted_follow_the_schemes(jira, emma) -> None:
    closed(jira, BROWSE_PROJECTS={"type": "anyone"}, EDIT_ISSUES=user(MIA))
    body = {"permissions": ["EDIT_ISSUES"]}

    assert jira("POST", "/rest/api/3/permissions/project", body).json() == {
        "projects": [{"id": 10000, "key": "MKY"}]
    }
    assert emma("POST", "/rest/api/3/permissions/project", body).json() == {"projects": []}
