"""Remote links: the documented order of checks, replacement, and what must not happen besides."""

import pytest

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
GOOD = {"object": {"url": "https://a.example/1", "title": "A"}}
FULL = {
    "globalId": "system=a&id=1",
    "application": {"type": "com.a", "name": "A"},
    "relationship": "causes",
    "object": {
        "url": "https://a.example/1",
        "title": "A",
        "summary": "Text",
        "icon": {"url16x16": "https://a.example/i.png", "title": "I"},
        "status": {"resolved": True, "icon": {"url16x16": "https://a.example/s.png", "title": "S"}},
    },
}


@pytest.fixture
def jira(client):
    return client("jira")


def another_issue(world, key="MKY-2"):
    world.seed({"jira": {"issue": [{"key": key, "fields": {"summary": "Another"}}]}})


def test_an_upsert_replaces_the_whole_link_and_says_so_without_location(jira) -> None:
    first = jira("POST", LINKS, FULL)
    second = jira("POST", LINKS, {**GOOD, "globalId": FULL["globalId"]})

    link = jira("GET", f"{LINKS}?globalId=system%3Da%26id%3D1").json()
    assert (first.status, second.status) == (201, 200)
    assert first.json() == second.json()
    assert first.headers["Location"] == first.json()["self"]
    assert "Location" not in second.headers
    assert {key: link[key] for key in link if key != "self"} == {
        "id": first.json()["id"],
        "globalId": FULL["globalId"],
        **GOOD,
    }


def test_put_forgets_the_global_id_that_it_leaves_out(jira) -> None:
    link = jira("POST", LINKS, FULL).json()

    reply = jira("PUT", f"{LINKS}/{link['id']}", GOOD)

    assert (reply.status, reply.body) == (204, b"")
    assert "globalId" not in jira("GET", f"{LINKS}/{link['id']}").json()
    assert jira("GET", f"{LINKS}?globalId=system%3Da%26id%3D1").status == 404


def test_links_with_null_members_are_shown_without_them(jira) -> None:
    body = {
        **GOOD,
        "application": None,
        "object": {**GOOD["object"], "icon": {"title": None}, "status": None},
    }

    link = jira("POST", LINKS, body).json()

    shown = jira("GET", f"{LINKS}/{link['id']}").json()
    assert shown == {"id": link["id"], "self": link["self"], "object": {**GOOD["object"], "icon": {}}}


def test_without_a_global_id_every_post_is_a_new_link(jira) -> None:
    ids = {jira("POST", LINKS, GOOD).json()["id"] for _ in range(3)}

    assert len(ids) == 3
    assert len(jira("GET", LINKS).json()) == 5


def test_the_same_global_id_on_another_issue_is_another_link(jira, world) -> None:
    another_issue(world)

    first = jira("POST", LINKS, FULL)
    second = jira("POST", "/rest/api/3/issue/MKY-2/remotelink", FULL)

    assert (first.status, second.status) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


def test_keys_are_case_sensitive(jira) -> None:
    reply = jira("POST", LINKS, {**GOOD, "globalid": "x", "Object": 1})

    assert reply.status == 201
    assert "globalId" not in jira("GET", f"{LINKS}/{reply.json()['id']}").json()


def test_both_versions_and_the_gateway_serve_one_link_with_their_own_self(jira) -> None:
    prefixes = [
        "/rest/api/2",
        "/rest/api/3",
        "/rest/api/latest",
        "/ex/jira/any/rest/api/3",
        "/jira/rest/api/2",
    ]

    links = [jira("GET", f"{prefix}/issue/10002/remotelink/10000").json() for prefix in prefixes]

    base = "http://localhost:8080"
    assert [link.pop("self") for link in links] == [
        f"{base}{p}/issue/MKY-1/remotelink/10000" for p in prefixes
    ]
    assert all(link == links[0] for link in links)


ORDER = [
    ("MKY-99", "abc", 404, "Issue does not exist"),
    ("MKY-1", "abc", 400, "'abc' is not valid"),
    ("MKY-1", "4711", 403, "currently disabled"),
]


@pytest.mark.parametrize(("issue", "link", "status", "words"), ORDER)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_checks_come_in_the_documented_order(jira, world, method, issue, link, status, words) -> None:
    world.set_settings("jira", {"issueLinkingEnabled": False, "denied": ["LINK_ISSUES"]})
    body = {} if method == "PUT" else None

    reply = jira(method, f"/rest/api/3/issue/{issue}/remotelink/{link}", body)

    assert reply.status == status
    assert words in reply.json()["errorMessages"][0]


def test_the_link_is_looked_up_before_the_permission_and_the_body_comes_last(jira, world) -> None:
    another_issue(world)
    world.set_settings("jira", {"denied": ["LINK_ISSUES"]})

    unknown = jira("PUT", f"{LINKS}/4711", {})
    elsewhere = jira("PUT", "/rest/api/3/issue/MKY-2/remotelink/10000", {})
    forbidden = jira("PUT", f"{LINKS}/10000", {})
    world.set_settings("jira", {"denied": []})
    invalid = jira("PUT", f"{LINKS}/10000", {})

    assert [one.status for one in (unknown, elsewhere, forbidden, invalid)] == [404, 400, 403, 400]
    assert set(invalid.json()["errors"]) == {"url", "title"}


def test_deleting_by_global_id_looks_before_it_asks_for_the_permission(jira, world) -> None:
    world.set_settings("jira", {"denied": ["LINK_ISSUES"]})

    missing = jira("DELETE", LINKS)
    unknown = jira("DELETE", f"{LINKS}?globalId=nobody")
    known = jira("DELETE", f"{LINKS}?globalId=system%3Dhttp%3A%2F%2Fwww.mycompany.com%2Fsupport%26id%3D1")

    assert [one.status for one in (missing, unknown, known)] == [400, 404, 403]
    assert len(jira("GET", LINKS).json()) == 2


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ({}, {"url", "title"}),
        ({"object": {}}, {"url", "title"}),
        ({"object": {"url": " ", "title": "\t"}}, {"url", "title"}),
        ({"object": None}, {"object"}),
        ({"object": []}, {"object"}),
        ({**GOOD, "globalId": "x" * 256}, {"globalId"}),
        ({**GOOD, "globalId": 5, "relationship": []}, {"globalId", "relationship"}),
        ({**GOOD, "application": "x"}, {"application"}),
        ({"object": {"url": "javascript:alert(1)", "title": "A"}}, {"url"}),
        ({"object": {"url": "http:///path", "title": "A"}}, {"url"}),
        ({"object": {"url": "https://a b", "title": "A"}}, {"url"}),
        ({"object": {"url": "/relative", "title": "A" * 256}}, {"url", "title"}),
        ({"object": {**GOOD["object"], "status": {"resolved": "yes"}}}, {"resolved"}),
    ],
    ids=lambda value: None if isinstance(value, set) else repr(value)[:40],
)
def test_a_refused_link_names_its_members_and_changes_nothing(jira, world, body, keys) -> None:
    before = world.state("jira")

    replies = [jira("POST", LINKS, body), jira("PUT", f"{LINKS}/10000", body)]

    assert [reply.status for reply in replies] == [400, 400]
    assert [set(reply.json()["errors"]) for reply in replies] == [keys, keys]
    assert world.state("jira") == before


@pytest.mark.parametrize("length", [255, 256])
def test_255_characters_are_the_limit_and_they_are_characters_not_bytes(jira, length) -> None:
    reply = jira(
        "POST", LINKS, {"globalId": "ü" * length, "object": {**GOOD["object"], "title": "\U0001d54f" * 255}}
    )

    assert reply.status == (201 if length == 255 else 400)
