"""Filters: seen by their owners and by those they are shared with, and usable in searches."""

import base64

import pytest

MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
FILTER = "/rest/api/3/filter"


@pytest.fixture
def jira(client):
    return client("jira")


@pytest.fixture
def emma(client):
    other = client("jira")
    other.authorization = "Basic " + base64.b64encode(b"emma@example.com:mock-token").decode()
    return other


def created(jira, name="Mine", jql="project = MKY", **more):
    reply = jira("POST", FILTER, {"name": name, "jql": jql, **more})
    assert reply.status == 200, reply.body
    return reply.json()["id"]


def test_a_filter_lives_from_its_creation_to_its_deletion(jira) -> None:
    number = created(jira)

    changed = jira("PUT", f"{FILTER}/{number}", {"name": "Ours", "jql": "type = Bug"}).json()

    assert (changed["name"], changed["jql"], changed["owner"]["accountId"]) == ("Ours", "type = Bug", MIA)
    assert jira("GET", f"{FILTER}/{number}").json()["name"] == "Ours"
    assert [one["id"] for one in jira("GET", f"{FILTER}/my").json()] == [number]
    assert jira("DELETE", f"{FILTER}/{number}").status == 204
    assert jira("GET", f"{FILTER}/{number}").status == 400


def test_a_filter_finds_what_its_query_finds(jira) -> None:
    number = created(jira, jql="key = MKY-1")

    found = jira("POST", "/rest/api/3/search/jql", {"jql": f"filter = {number}", "fields": ["key"]}).json()

    assert [one["key"] for one in found["issues"]] == ["MKY-1"]


@pytest.mark.parametrize(
    ("share", "seen"),
    [
        (None, False),
        ({"type": "global"}, True),
        ({"type": "authenticated"}, True),
        ({"type": "user", "accountId": EMMA}, True),
        ({"type": "group", "groupname": "jira-administrators"}, False),
        ({"type": "group", "groupname": "jira-software-users"}, True),
        ({"type": "project", "projectId": "10000"}, True),
        ({"type": "projectRole", "projectId": "10000", "projectRoleId": "10002"}, False),
    ],
)
def test_a_filter_is_seen_by_those_it_is_shared_with(jira, emma, share, seen) -> None:
    number = created(jira)
    if share is not None:
        assert jira("POST", f"{FILTER}/{number}/permission", share).status == 201

    assert (emma("GET", f"{FILTER}/{number}").status == 200) is seen
    assert (emma("GET", f"{FILTER}/{number}/permission").status == 200) is seen
    assert (emma("GET", f"{FILTER}/search").json()["total"] == 1) is seen
    assert emma("PUT", f"{FILTER}/{number}", {"name": "Stolen"}).status == 400


def test_editors_change_what_owners_share_with_them(jira, emma) -> None:
    number = created(jira, editPermissions=[{"type": "user", "user": {"accountId": EMMA}}])

    assert emma("PUT", f"{FILTER}/{number}", {"name": "Better"}).json()["owner"]["accountId"] == MIA


def test_names_are_unique_for_each_owner(jira, emma) -> None:
    created(jira, "Mine")

    again = jira("POST", FILTER, {"name": "MINE", "jql": ""})

    assert (again.status, again.json()["errors"]) == (
        400,
        {"filterName": "Filter with same name already exists."},
    )
    created(emma, "Mine")


def test_a_query_that_cannot_be_read_is_refused_with_everything_else(jira) -> None:
    reply = jira("POST", FILTER, {"name": "", "jql": "nosuchfield = 1"})

    assert reply.status == 400
    assert set(reply.json()["errors"]) == {"filterName", "jql"}


def test_favourites_are_each_callers_own(jira, emma) -> None:
    number = created(jira, sharePermissions=[{"type": "global"}])

    assert emma("PUT", f"{FILTER}/{number}/favourite").json()["favourite"] is True

    assert jira("GET", f"{FILTER}/{number}").json()["favourite"] is False
    assert jira("GET", f"{FILTER}/{number}").json()["favouritedCount"] == 1
    assert [one["id"] for one in emma("GET", f"{FILTER}/favourite").json()] == [number]
    assert [one["id"] for one in emma("GET", f"{FILTER}/my?includeFavourites=true").json()] == [number]
    assert emma("DELETE", f"{FILTER}/{number}/favourite").json()["favouritedCount"] == 0


def test_a_share_with_everybody_stands_alone(jira) -> None:
    number = created(jira)
    first = jira("POST", f"{FILTER}/{number}/permission", {"type": "user", "accountId": EMMA}).json()

    assert jira("POST", f"{FILTER}/{number}/permission", {"type": "global"}).status == 400
    assert jira("DELETE", f"{FILTER}/{number}/permission/{first[0]['id']}").status == 204
    assert jira("POST", f"{FILTER}/{number}/permission", {"type": "global"}).status == 201


def test_a_filter_given_away_is_its_new_owners(jira, emma) -> None:
    number = created(jira)

    assert jira("PUT", f"{FILTER}/{number}/owner", {"accountId": EMMA}).status == 204

    assert [one["id"] for one in emma("GET", f"{FILTER}/my").json()] == [number]
    assert jira("GET", f"{FILTER}/{number}").status == 400


def test_columns_are_kept_and_reset(jira) -> None:
    path = f"{FILTER}/{created(jira)}/columns"
    usual = jira("GET", path).json()

    jira("PUT", path, {"columns": ["issuekey", "summary"]})

    assert jira("GET", path).json() == [
        {"label": "Key", "value": "issuekey"},
        {"label": "Summary", "value": "summary"},
    ]
    assert jira("DELETE", path).status == 204
    assert jira("GET", path).json() == usual


def test_the_search_shows_little_until_it_is_asked_for_more(jira) -> None:
    created(jira)

    [brief] = jira("GET", f"{FILTER}/search").json()["values"]
    [full] = jira("GET", f"{FILTER}/search?expand=jql,owner&filterName=mine&orderBy=-name").json()["values"]

    assert set(brief) == {"self", "id", "name", "expand"}
    assert (full["jql"], full["owner"]["accountId"]) == ("project = MKY", MIA)


def test_the_shares_of_a_seeded_filter_are_numbered(world, jira) -> None:
    share = {"type": "authenticated"}
    world.seed(
        {"jira": {"filter": [{"id": "777", "name": "Seeded", "jql": "", "sharePermissions": [share]}]}}
    )

    shares = jira("GET", "/rest/api/3/filter/777").json()["sharePermissions"]

    assert [one["type"] for one in shares] == ["loggedin"]
    assert jira("GET", f"/rest/api/3/filter/777/permission/{shares[0]['id']}").json() == shares[0]
