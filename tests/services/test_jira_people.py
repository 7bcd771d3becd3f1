"""Users and groups: made, found, in and out of groups, removed."""

import pytest

MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
USER, GROUP = "/rest/api/3/user", "/rest/api/3/group"


@pytest.fixture
def jira(client):
    return client("jira")


def names(reply):
    assert reply.status == 200, reply.body
    found = reply.json()
    return [one["displayName"] for one in (found["values"] if isinstance(found, dict) else found)]


def created(jira, name, *products):
    body = {
        "emailAddress": f"{name.split()[0].lower()}@example.com",
        "displayName": name,
        "products": list(products),
    }
    reply = jira("POST", USER, body)
    assert reply.status == 201, reply.body
    return reply.json()["accountId"]


def test_a_user_is_found_by_every_way_to_look(jira) -> None:
    kim = created(jira, "Kim Lee", "jira-software")

    assert jira("GET", f"{USER}?accountId={kim}").json()["displayName"] == "Kim Lee"
    assert "Kim Lee" in names(jira("GET", "/rest/api/3/users/search"))
    assert names(jira("GET", f"{USER}/search?query=lee")) == ["Kim Lee"]
    assert names(jira("GET", f"{USER}/search?query=kim@ex")) == ["Kim Lee"]
    assert names(jira("GET", f"{USER}/bulk?accountId={kim}&accountId={EMMA}")) == ["Kim Lee", "Emma Richards"]
    assert "Kim Lee" in names(jira("GET", f"{GROUP}/member?groupname=jira-software-users"))
    assert jira("GET", f"{USER}/picker?query=ki").json()["users"][0]["html"] == "<b>Ki</b>m Lee"


def test_what_a_removed_user_wrote_remains_by_a_former_user(jira) -> None:
    fields = {"assignee": {"accountId": EMMA}}
    jira("PUT", "/rest/api/3/issue/MKY-1", {"fields": fields})

    assert jira("DELETE", f"{USER}?accountId={EMMA}").status == 204

    assert jira("GET", f"{USER}?accountId={EMMA}").status == 404
    assignee = jira("GET", "/rest/api/3/issue/MKY-1?fields=assignee").json()["fields"]["assignee"]
    assert (assignee["accountId"], assignee["displayName"], assignee["active"]) == (
        EMMA,
        "Former user",
        False,
    )


def test_groups_agree_with_their_members(jira) -> None:
    group = jira("POST", GROUP, {"name": "power-users"}).json()

    joined = jira("POST", f"{GROUP}/user?groupId={group['groupId']}", {"accountId": EMMA})

    assert joined.json()["users"]["size"] == 1
    assert names(jira("GET", f"{GROUP}/member?groupname=POWER-USERS")) == ["Emma Richards"]
    assert "power-users" in [one["name"] for one in jira("GET", f"{USER}/groups?accountId={EMMA}").json()]
    assert jira("DELETE", f"{GROUP}/user?groupname=power-users&accountId={EMMA}").status == 200
    assert names(jira("GET", f"{GROUP}/member?groupname=power-users")) == []


def test_a_removed_group_is_gone_from_everywhere(jira) -> None:
    jira("POST", GROUP, {"name": "power-users"})
    jira("POST", f"{GROUP}/user?groupname=power-users", {"accountId": EMMA})
    jira("POST", "/rest/api/3/project/MKY/role/10003", {"group": ["power-users"]})

    assert jira("DELETE", f"{GROUP}?groupname=power-users").status == 200

    assert jira("GET", f"{GROUP}?groupname=power-users").status == 404
    assert "power-users" not in [one["name"] for one in jira("GET", f"{USER}/groups?accountId={EMMA}").json()]
    assert jira("GET", "/rest/api/3/project/MKY/role/10003").json()["actors"] == []


def test_grants_of_a_removed_group_pass_to_its_heir(jira) -> None:
    for name in ("old", "new"):
        jira("POST", GROUP, {"name": name})
    grant = {"permission": "EDIT_ISSUES", "holder": {"type": "group", "parameter": "old"}}
    made = jira("POST", "/rest/api/3/permissionscheme/0/permission", grant).json()["id"]

    jira("DELETE", f"{GROUP}?groupname=old&swapGroup=new")

    holder = jira("GET", f"/rest/api/3/permissionscheme/0/permission/{made}").json()["holder"]
    assert holder["parameter"] == "new"


def test_members_come_in_pages_of_fifty_at_most(jira, world) -> None:
    many = [
        {"accountId": f"a{n}", "displayName": f"A {n}", "groups": ["jira-administrators"]} for n in range(60)
    ]
    world.seed({"jira": {"user": many}})

    page = jira("GET", f"{GROUP}/member?groupname=jira-administrators&maxResults=200").json()

    assert (page["maxResults"], len(page["values"]), page["total"], page["isLast"]) == (50, 50, 61, False)
    rest = jira("GET", page["nextPage"].removeprefix("http://localhost:8080")).json()
    assert (len(rest["values"]), rest["isLast"]) == (11, True)


def test_inactive_users_are_found_only_where_asked_for(jira, world) -> None:
    gone = {"accountId": "gone", "displayName": "Gone", "active": False, "groups": ["jira-administrators"]}
    world.seed({"jira": {"user": [gone]}})
    path = f"{GROUP}/member?groupname=jira-administrators"

    assert "Gone" not in names(jira("GET", path))
    assert "Gone" in names(jira("GET", f"{path}&includeInactiveUsers=true"))
    assert names(jira("GET", f"{USER}/search?query=gone")) == []


def test_who_can_be_assigned_follows_the_permission_scheme(jira) -> None:
    scheme = {
        "name": "Closed",
        "permissions": [
            {"permission": "BROWSE_PROJECTS", "holder": {"type": "anyone"}},
            {"permission": "ASSIGNABLE_USER", "holder": {"type": "user", "parameter": EMMA}},
        ],
    }
    number = jira("POST", "/rest/api/3/permissionscheme", scheme).json()["id"]
    jira("PUT", "/rest/api/3/project/MKY/permissionscheme", {"id": number})

    assert names(jira("GET", f"{USER}/assignable/search?project=MKY")) == ["Emma Richards"]
    assert names(jira("GET", f"{USER}/assignable/multiProjectSearch?projectKeys=MKY")) == ["Emma Richards"]
    assert len(names(jira("GET", f"{USER}/viewissue/search?query=&issueKey=MKY-1"))) == 3


def test_myself_counts_groups_and_names_them_where_asked(jira) -> None:
    plain = jira("GET", "/rest/api/3/myself").json()["groups"]
    expanded = jira("GET", "/rest/api/3/myself?expand=groups").json()["groups"]

    assert plain == {"size": 2, "items": []}
    assert [one["name"] for one in expanded["items"]] == ["jira-administrators", "jira-software-users"]


def test_users_are_found_by_what_their_properties_hold(jira, world) -> None:
    user = {"accountId": "u-1", "displayName": "Una", "properties": {"team": {"name": "red", "size": 3}}}
    world.seed({"jira": {"user": [user]}})

    found = {
        wanted: [one["accountId"] for one in jira("GET", f"/rest/api/3/user/search?property={wanted}").json()]
        for wanted in ("team.name=red", "team.size=3", "team.name=blue", "team.name.first=r", "other=1")
    }

    assert found == {
        "team.name=red": ["u-1"],
        "team.size=3": ["u-1"],
        "team.name=blue": [],
        "team.name.first=r": [],
        "other=1": [],
    }
