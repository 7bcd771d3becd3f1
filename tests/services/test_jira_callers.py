"""Who is calling Jira: wrong credentials make nobody of a caller, the gateway refuses, tokens expire."""

import base64

import pytest

ISSUE = "/rest/api/3/issue/MKY-1"
GATEWAY = "/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421"
WRONG = {"Authorization": "Bearer mock.never-issued.unsigned"}  # shaped like a JWT, so that it can be read


@pytest.fixture
def jira(client):
    return client("jira")


def basic(name, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.mark.parametrize(
    "headers", [basic("mia@example.com", "mock-token"), {"Authorization": "Bearer mock-token"}]
)
def test_the_seeded_credentials_are_taken_in_strict_mode(jira, world, headers) -> None:
    world.set_auth("strict")

    reply = jira("GET", "/rest/api/3/myself", headers=headers)

    assert reply.status == 200
    assert reply.json()["accountId"] == reply.headers["X-AACCOUNTID"] == "5b10a2844c20165700ede21g"
    assert reply.headers["X-Seraph-LoginReason"] == "OK"


def test_another_seeded_user_is_another_caller(jira, world) -> None:
    reply = jira("GET", "/rest/api/3/myself", headers=basic("emma@example.com", "mock-token"))

    assert reply.json()["displayName"] == "Emma Richards"


def test_a_wrong_credential_makes_nobody_of_the_caller(jira, world) -> None:
    world.set_auth("strict")
    calls = [
        ("GET", ISSUE),
        ("GET", f"{ISSUE}/remotelink"),
        ("GET", "/rest/api/3/issuetype"),
        ("GET", "/rest/api/3/myself"),
    ]

    replies = [jira(method, path, headers=WRONG) for method, path in calls]

    assert [reply.status for reply in replies] == [404, 404, 200, 401]
    assert {reply.headers["X-Seraph-LoginReason"] for reply in replies} == {"AUTHENTICATED_FAILED"}
    assert not any("X-AACCOUNTID" in reply.headers for reply in replies)


def test_a_wrong_credential_is_never_enough_even_where_a_missing_one_is(jira, world) -> None:
    jira.authorization = None
    missing = jira("GET", ISSUE)

    malformed = jira("GET", ISSUE, headers={"Authorization": "Basic !!!"})

    assert missing.status == 200
    assert "X-Seraph-LoginReason" not in missing.headers
    assert malformed.status == 404


@pytest.mark.parametrize(
    ("access", "reads", "writes"), [("all", 200, 204), ("browse", 200, 401), ("none", 404, 404)]
)
def test_what_anonymous_callers_may_do_is_a_setting(jira, world, access, reads, writes) -> None:
    world.set_settings("jira", {"anonymousAccess": access})
    jira.authorization = None

    assert jira("GET", ISSUE).status == reads
    assert jira("PUT", ISSUE, {"fields": {"summary": "New"}}).status == writes


@pytest.mark.parametrize(
    ("access", "held"), [("all", (True, True)), ("browse", (True, False)), ("none", (False, False))]
)
def test_the_permissions_of_an_anonymous_caller_say_the_same(jira, world, access, held) -> None:
    world.set_settings("jira", {"anonymousAccess": access})
    jira.authorization = None

    found = jira("GET", "/rest/api/3/mypermissions?permissions=BROWSE_PROJECTS,EDIT_ISSUES").json()[
        "permissions"
    ]

    assert (found["BROWSE_PROJECTS"]["havePermission"], found["EDIT_ISSUES"]["havePermission"]) == held


def test_there_are_permissions_enough_for_clients_that_count_them(jira, world) -> None:
    keys = [one["key"] for one in world.state("jira", "permission")]

    found = jira("GET", f"/rest/api/3/mypermissions?permissions={','.join(keys)}").json()["permissions"]

    assert len(found) >= 40
    assert all(
        set(one) >= {"id", "key", "name", "type", "description", "havePermission"} for one in found.values()
    )


def test_the_gateway_answers_in_its_own_words(jira, world) -> None:
    world.set_auth("strict")

    wrong = jira("GET", f"{GATEWAY}{ISSUE}", headers=WRONG)
    right = jira("GET", f"{GATEWAY}{ISSUE}?fields=summary", headers={"Authorization": "Bearer mock-token"})

    assert (wrong.status, wrong.json()) == (401, {"code": 401, "message": "Unauthorized"})
    assert right.json()["self"] == f"http://localhost:8080{GATEWAY}/rest/api/3/issue/10002"


def test_a_wrong_cloud_id_is_refused_if_the_world_says_so(jira, world) -> None:
    lenient = jira("GET", "/ex/jira/elsewhere/rest/api/3/serverInfo")
    world.set_settings("jira", {"checkCloudId": True})
    strict = jira("GET", "/ex/jira/elsewhere/rest/api/3/serverInfo")
    right = jira("GET", f"{GATEWAY}/rest/api/3/serverInfo")

    assert [one.status for one in (lenient, strict, right)] == [200, 404, 200]
    assert strict.json()["message"] == "No message available"


APP = {"client_id": "mock-client", "client_secret": "mock-secret"}


def token(jira, **grant):
    return jira("POST", "/oauth/token", {**APP, **grant})


def test_an_issued_token_is_taken_until_it_expires(jira, world) -> None:
    world.set_auth("strict")
    issued = token(jira, grant_type="authorization_code", code="mock-code").json()
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}

    before = jira("GET", f"{GATEWAY}{ISSUE}", headers=bearer)
    world.advance_clock(issued["expires_in"] - 1)
    late = jira("GET", f"{GATEWAY}{ISSUE}", headers=bearer)
    world.advance_clock(1)
    after = jira("GET", f"{GATEWAY}{ISSUE}", headers=bearer)

    assert [one.status for one in (before, late, after)] == [200, 200, 401]


def test_a_code_and_a_refresh_token_work_once(jira, world) -> None:
    world.set_auth("strict")
    first = token(jira, grant_type="authorization_code", code="mock-code").json()
    again = token(jira, grant_type="authorization_code", code="mock-code")

    second = token(jira, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    spent = token(jira, grant_type="refresh_token", refresh_token=first["refresh_token"])
    third = token(jira, grant_type="refresh_token", refresh_token=second["refresh_token"])

    assert (again.status, again.json()["error"]) == (403, "invalid_grant")
    assert (spent.status, spent.json()["error"]) == (403, "invalid_grant")
    assert third.status == 200
    assert len({first["access_token"], second["access_token"], third.json()["access_token"]}) == 3


def test_a_refused_grant_changes_nothing(jira, world) -> None:
    before = world.state("jira")

    replies = [
        token(jira, grant_type="password"),
        token(jira, grant_type=["refresh_token"]),
        token(jira, grant_type="authorization_code"),
        token(jira, grant_type="refresh_token", refresh_token="unknown"),
        token(jira, grant_type="refresh_token", refresh_token="mock-code"),
        token(jira, grant_type="authorization_code", code="mock-code", client_secret="guessed"),
        token(jira, grant_type="authorization_code", code="mock-code", client_id=None),
    ]

    assert [reply.status for reply in replies] == [400, 400, 400, 403, 403, 401, 401]
    assert world.state("jira") == before


def test_the_resources_of_a_token_are_this_site_with_its_scopes(jira) -> None:
    scope = "read:jira-work offline_access"
    issued = token(jira, grant_type="client_credentials", scope=scope).json()

    reply = jira(
        "GET",
        "/oauth/token/accessible-resources",
        headers={"Authorization": f"Bearer {issued['access_token']}"},
    )

    [site] = reply.json()
    assert site["url"] == "http://localhost:8080"
    assert site["scopes"] == ["read:jira-work"]
    assert site["id"] == jira("GET", "/_edge/tenant_info").json()["cloudId"]
    assert "refresh_token" not in issued
