"""OAuth 2.0 (3LO) at Jira: consent, codes, tokens that rotate, scopes, revocation."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

CALLBACK = "http://localhost/callback"
ASKED = {
    "audience": "api.atlassian.com",
    "client_id": "mock-client",
    "scope": "read:jira-work offline_access",
    "redirect_uri": CALLBACK,
    "state": "a&b=c",
    "response_type": "code",
    "prompt": "consent",
}
APP = {"client_id": "mock-client", "client_secret": "mock-secret"}
GATEWAY = "/ex/jira/1324a887-45db-1bf4-1e99-ef0ff456d421"
ISSUE = "/rest/api/3/issue/MKY-1"
EMMA = "5b10ac8d82e05b22cc7d4ef5"
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def jira(client: Any, world: Any) -> Any:
    world.set_auth("strict")
    found = client("jira")
    found.authorization = None
    return found


@pytest.fixture
def granted(jira: Any, world: Any) -> Any:
    """A function that goes through all three legs and gives the tokens."""
    world.set_settings("jira", {"consent": "approve"})

    def go(**other: str) -> Any:
        code = back(jira("GET", authorize(**other)))["code"]
        return exchange(jira, grant_type="authorization_code", code=code, redirect_uri=CALLBACK).json()

    return go


def authorize(**other: str | None) -> str:
    return "/authorize?" + urlencode({k: v for k, v in {**ASKED, **other}.items() if v is not None})


def back(reply: Any) -> dict[str, str]:
    """What the app is told when the browser comes back to it."""
    assert reply.status == 302, reply.body
    place = reply.headers["Location"]
    assert place.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}


def exchange(jira: Any, **grant: str) -> Any:
    return jira("POST", "/oauth/token", {**APP, **grant})


def refresh(jira: Any, tokens: Any) -> Any:
    return exchange(jira, grant_type="refresh_token", refresh_token=tokens["refresh_token"])


def bearer(tokens: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_a_person_is_shown_who_asks_for_what(jira: Any, world: Any) -> None:
    scope = "read:jira-work <script>"

    reply = jira("GET", authorize(scope=scope))

    page = reply.body.decode()
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    assert "<code>read:jira-work</code>" in page
    assert "<script>" not in page
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert f'value="{EMMA}"' in page


@pytest.mark.parametrize("user", [EMMA, "emma@example.com"])
def test_whoever_grants_access_is_who_the_token_is_for(jira: Any, user: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    text = urlencode({"decision": "approve", "user": user})

    told = back(jira("POST", authorize(scope="read:jira-user"), text=text, headers=form))
    tokens = exchange(jira, grant_type="authorization_code", code=told["code"], redirect_uri=CALLBACK).json()
    me = jira("GET", f"{GATEWAY}/rest/api/3/myself", headers=bearer(tokens))

    assert told["state"] == ASKED["state"]
    assert me.json()["accountId"] == EMMA


def test_who_denies_access_sends_an_error_back(jira: Any) -> None:
    told = back(jira("POST", authorize(), {"decision": "deny"}))

    assert (told["error"], told["state"]) == ("access_denied", ASKED["state"])
    assert "code" not in told


def test_settings_decide_in_a_persons_place(jira: Any, world: Any) -> None:
    world.set_settings("jira", {"consent": "approve", "consentUser": "emma@example.com"})
    code = back(jira("GET", authorize()))["code"]
    world.set_settings("jira", {"consent": "deny"})
    denied = back(jira("GET", authorize()))

    assert [one["user"] for one in world.state("jira", "oauth_grant") if one["token"] == code] == [EMMA]
    assert denied["error"] == "access_denied"


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"audience": None}, "invalid_request"),
        ({"scope": " "}, "invalid_scope"),
    ],
)
def test_an_app_that_asks_wrongly_is_told_at_its_own_address(jira: Any, other: Any, error: str) -> None:
    told = back(jira("GET", authorize(**other)))

    assert (told["error"], told["state"]) == (error, ASKED["state"])


def test_an_app_asks_only_for_the_scopes_that_it_registered(jira: Any, world: Any) -> None:
    app = {
        "client_id": "small",
        "client_secret": "s",
        "redirect_uris": [CALLBACK],
        "scopes": ["read:jira-user"],
    }
    world.seed({"jira": {"oauth_app": [app]}})

    told = back(jira("GET", authorize(client_id="small")))

    assert told["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": None},
        {"client_id": "unknown"},
        {"redirect_uri": None},
        {"redirect_uri": "http://elsewhere.example/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": CALLBACK + "#part"},
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_the_apps(jira: Any, other: Any) -> None:
    reply = jira("GET", authorize(**other))

    assert reply.status == 400
    assert "Location" not in reply.headers


def test_while_any_credential_is_taken_so_is_any_app(jira: Any, world: Any) -> None:
    world.set_auth("any")
    world.set_settings("jira", {"consent": "approve"})

    reply = jira("GET", authorize(client_id="mine", redirect_uri="http://localhost:3000/back?x=1"))

    assert reply.headers["Location"].startswith("http://localhost:3000/back?x=1&code=mock-code-")


@pytest.mark.parametrize("mode", ["strict", "any"])
def test_a_code_is_exchanged_once(jira: Any, world: Any, mode: str) -> None:
    world.set_auth(mode)
    world.set_settings("jira", {"consent": "approve"})
    code = back(jira("GET", authorize()))["code"]

    first, again = (
        exchange(jira, grant_type="authorization_code", code=code, redirect_uri=CALLBACK) for _ in range(2)
    )

    assert (first.status, again.status, again.json()["error"]) == (200, 403, "invalid_grant")


@pytest.mark.parametrize(
    ("seconds", "body", "status"),
    [
        (299, {}, 200),
        (300, {}, 403),
        (0, {"redirect_uri": "http://localhost/other"}, 403),
        (0, {"client_id": "other", "client_secret": "s"}, 403),
    ],
)
def test_a_code_is_for_one_app_at_one_address_for_a_short_time(
    jira: Any, world: Any, seconds: int, body: Any, status: int
) -> None:
    world.seed({"jira": {"oauth_app": [{"client_id": "other", "client_secret": "s"}]}})
    world.set_settings("jira", {"consent": "approve"})
    code = back(jira("GET", authorize()))["code"]
    world.advance_clock(seconds)

    reply = exchange(
        jira, **{"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **body}
    )

    assert reply.status == status


def test_there_is_a_refresh_token_only_for_offline_access(granted: Any) -> None:
    assert "refresh_token" in granted()
    assert "refresh_token" not in granted(scope="read:jira-work")


def test_a_used_refresh_token_is_taken_within_the_leeway_only(jira: Any, world: Any, granted: Any) -> None:
    world.set_settings("jira", {"refreshLeeway": 600})
    tokens = granted()
    refresh(jira, tokens)

    world.advance_clock(599)
    within = refresh(jira, tokens)
    world.advance_clock(1)
    after = refresh(jira, tokens)

    assert (within.status, after.status) == (200, 403)
    assert after.json() == {
        "error": "invalid_grant",
        "error_description": "Unknown or invalid refresh token.",
    }


def test_an_access_token_outlives_its_refresh_by_ten_minutes(jira: Any, world: Any, granted: Any) -> None:
    tokens = granted()
    refresh(jira, tokens)

    world.advance_clock(599)
    within = jira("GET", GATEWAY + ISSUE, headers=bearer(tokens))
    world.advance_clock(1)
    after = jira("GET", GATEWAY + ISSUE, headers=bearer(tokens))

    assert (within.status, after.status) == (200, 401)
    assert after.json() == {"code": 401, "message": "Unauthorized"}


def test_a_refresh_token_dies_of_disuse_and_of_age(jira: Any, world: Any, granted: Any) -> None:
    unused = granted()
    tokens = granted()
    ages = []
    for _ in range(4):  # after 80, 160, 240 and 320 days
        world.advance_clock(80 * DAY)
        tokens = refresh(jira, tokens).json()
        ages.append(refresh(jira, unused).status)
    world.advance_clock(45 * DAY)

    assert ages[1:] == [403, 403, 403]
    assert refresh(jira, tokens).status == 403  # 365 days after the consent


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_revoked_grant_is_good_for_nothing(jira: Any, granted: Any, kind: str) -> None:
    tokens = granted()

    done = jira("POST", "/oauth/revoke", {**APP, "token": tokens[kind]})

    assert (done.status, done.body) == (200, b"")
    assert jira("GET", GATEWAY + ISSUE, headers=bearer(tokens)).status == 401
    assert refresh(jira, tokens).status == 403
    assert jira("POST", "/oauth/revoke", {**APP, "token": "unknown"}).status == 200


READ, WRITE = ("GET", ISSUE, None), ("PUT", ISSUE, {"fields": {"summary": "New"}})
AGILE = ("GET", "/rest/agile/1.0/board", None)
OPEN = ("GET", "/rest/api/3/serverInfo", None)


@pytest.mark.parametrize(
    ("scope", "call", "status"),
    [
        ("read:jira-work", READ, 200),
        ("read:jira-work", WRITE, 401),
        ("write:jira-work", WRITE, 204),
        ("write:jira-work", READ, 401),
        ("write:issue:jira", WRITE, 204),
        ("read:issue-meta:jira read:issue:jira", READ, 401),  # granular ones are needed together
        ("read:jira-work", AGILE, 401),  # documented with granular scopes only
        ("read:board-scope:jira-software read:project:jira", AGILE, 200),
        ("read:me", OPEN, 200),
    ],
)
def test_a_token_does_what_its_scopes_cover(
    jira: Any, world: Any, scope: str, call: Any, status: int
) -> None:
    method, path, body = call
    made = world.login("jira", scope=scope)

    reply = jira(method, GATEWAY + path, body, headers=made["headers"])

    assert reply.status == status
    if status == 401:
        assert reply.json() == {"code": 401, "message": "Unauthorized; scope does not match"}
        assert scope in jira.diagnosis()["message"]


@pytest.mark.parametrize(("mode", "status"), [("strict", 401), ("any", 401), ("off", 200)])
def test_scopes_count_unless_nobody_is_asked(jira: Any, world: Any, mode: str, status: int) -> None:
    world.set_auth(mode)
    made = world.login("jira", scope="read:me")

    assert jira("GET", ISSUE, headers=made["headers"]).status == status


def test_an_api_token_is_not_held_to_scopes(jira: Any, world: Any) -> None:
    made = world.login("jira", scheme="bearer")

    assert jira("GET", AGILE[1], headers=made["headers"]).status == 200


def test_a_call_that_its_scopes_refuse_changes_nothing(jira: Any, world: Any) -> None:
    made = world.login("jira", scope="read:jira-work")
    before = world.state("jira", "issue")

    jira("DELETE", ISSUE, headers=made["headers"])

    assert world.state("jira", "issue") == before


def test_tokens_of_apps_may_be_taken_at_the_gateway_only(jira: Any, world: Any, granted: Any) -> None:
    tokens = granted()
    lenient = jira("GET", ISSUE, headers=bearer(tokens)).status
    world.set_settings("jira", {"appTokensAtSite": False})

    assert (lenient, jira("GET", ISSUE, headers=bearer(tokens)).status) == (200, 401)
    assert jira("GET", GATEWAY + ISSUE, headers=bearer(tokens)).status == 200
    assert jira("GET", "/oauth/token/accessible-resources", headers=bearer(tokens)).status == 200


@pytest.mark.parametrize("path", [ISSUE, "/rest/api/3/myself", "/rest/api/3/serverInfo"])
def test_a_token_that_cannot_be_read_is_refused_by_the_site(jira: Any, world: Any, path: str) -> None:
    unreadable = {"Authorization": "Bearer what-is-this"}

    refused = jira("GET", path, headers=unreadable)
    at_the_gateway = jira("GET", GATEWAY + path, headers=unreadable)
    world.set_settings("jira", {"unreadableBearer": "anonymous"})
    lenient = jira("GET", path, headers=unreadable)

    assert (refused.status, refused.json()) == (403, {"error": "Failed to parse Connect Session Auth Token"})
    assert at_the_gateway.status in (200, 401)
    assert lenient.status != 403


def test_the_app_learns_who_granted_access(jira: Any, granted: Any) -> None:
    without, tokens = granted(), granted(scope="read:me")

    me = jira("GET", "/me", headers=bearer(tokens))

    assert (me.json()["account_id"], me.json()["email"]) == ("5b10a2844c20165700ede21g", "mia@example.com")
    assert jira("GET", "/me", headers=bearer(without)).status == 401
