"""Project roles: an object of addresses, actors in person or by group, defaults for new projects."""

import pytest

MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
ROLE = "/rest/api/3/project/MKY/role"
ADMINISTRATORS = 10002


@pytest.fixture
def jira(client):
    return client("jira")


def actors(reply):
    assert reply.status == 200, reply.body
    return [one.get("actorUser", one.get("actorGroup")) for one in reply.json()["actors"]]


def test_roles_of_a_project_are_an_object_of_addresses_that_answer(jira) -> None:
    roles = jira("GET", ROLE).json()

    assert set(roles) == {"Administrators", "Member", "Viewer"}
    for name, address in roles.items():
        assert jira("GET", address.removeprefix("http://localhost:8080")).json()["name"] == name
    assert jira("GET", "/rest/api/3/project/MKY").json()["roles"] == roles


def test_an_actor_is_held_once_and_removed_once(jira) -> None:
    path = f"{ROLE}/{ADMINISTRATORS}"

    for _ in range(2):
        added = jira("POST", path, {"user": [EMMA]})

    assert actors(added) == [{"accountId": EMMA}]
    assert jira("DELETE", f"{path}?user={EMMA}").status == 204
    assert jira("DELETE", f"{path}?user={EMMA}").status == 404
    assert actors(jira("GET", path)) == []


def test_setting_actors_replaces_those_of_this_project_alone(jira) -> None:
    path = f"{ROLE}/{ADMINISTRATORS}"
    jira("POST", path, {"user": [MIA]})

    body = {"categorisedActors": {"atlassian-group-role-actor": ["jira-software-users"]}}
    replaced = jira("PUT", path, body)

    assert [one["name"] for one in actors(replaced)] == ["jira-software-users"]
    defaults = jira("GET", f"/rest/api/3/role/{ADMINISTRATORS}")
    assert [one["name"] for one in actors(defaults)] == ["jira-administrators"]


def test_a_refused_actor_leaves_the_role_as_it_was(jira) -> None:
    path = f"{ROLE}/{ADMINISTRATORS}"
    jira("POST", path, {"user": [MIA]})

    assert (
        jira("PUT", path, {"categorisedActors": {"atlassian-user-role-actor": [EMMA, "nobody"]}}).status
        == 404
    )
    assert actors(jira("GET", path)) == [{"accountId": MIA}]


def test_a_new_project_begins_with_the_default_actors(jira) -> None:
    jira("POST", "/rest/api/3/role/10003/actors", {"user": [EMMA]})

    jira("POST", "/rest/api/3/project", {"key": "EX", "name": "Example", "leadAccountId": MIA})

    assert actors(jira("GET", "/rest/api/3/project/EX/role/10003")) == [{"accountId": EMMA}]
    assert actors(jira("GET", "/rest/api/3/project/MKY/role/10003")) == []


def test_inactive_actors_are_left_out_where_asked(jira, world) -> None:
    world.seed({"jira": {"user": [{"accountId": "gone", "displayName": "Gone", "active": False}]}})
    path = f"{ROLE}/{ADMINISTRATORS}"
    jira("POST", path, {"user": ["gone", EMMA]})

    assert actors(jira("GET", f"{path}?excludeInactiveUsers=true")) == [{"accountId": EMMA}]
    assert len(actors(jira("GET", path))) == 2


def test_a_role_in_use_is_deleted_only_for_another(jira) -> None:
    role = jira("POST", "/rest/api/3/role", {"name": "Testers"}).json()["id"]
    grant = {"permission": "EDIT_ISSUES", "holder": {"type": "projectRole", "parameter": str(role)}}
    made = jira("POST", "/rest/api/3/permissionscheme/0/permission", grant).json()

    assert jira("DELETE", f"/rest/api/3/role/{role}").status == 409
    assert jira("DELETE", f"/rest/api/3/role/{role}?swap=10003").status == 204

    holder = jira("GET", f"/rest/api/3/permissionscheme/0/permission/{made['id']}").json()["holder"]
    assert holder["parameter"] == "10003"
    assert "Testers" not in jira("GET", ROLE).json()


def test_the_roles_of_the_caller_are_told_apart(jira) -> None:
    jira("POST", f"{ROLE}/10004", {"group": ["jira-administrators"]})

    mine = jira("GET", "/rest/api/3/project/MKY/roledetails?currentMember=true").json()

    assert [one["name"] for one in mine] == ["Viewer"]
