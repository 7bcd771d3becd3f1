"""Credentials for whoever a test wants to be: issued, listed, revoked; here and from afar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.values import Call
from mockserver.world import CommandError, NotThere, World, Worlds

EMMA = "5b10ac8d82e05b22cc7d4ef5"
ME = {
    "jira": "/jira/rest/api/3/myself",
    "sd_elements": "/sd-elements/api/v2/users/me/",
    "kordiam": "/kordiam/api/v2/elements",
    "enterprise_tester": "/enterprise-tester/api/systeminfo",
}


@pytest.fixture(params=["here", "afar"])
def face(request: pytest.FixtureRequest, world: World) -> Iterator[Any]:
    """What gives commands to the world: itself, or a client of its server."""
    world.set_auth("strict")
    if request.param == "here":
        yield world
        return
    with MockServer(Worlds(world)) as server:
        remote = RemoteWorld(server.url)
        yield remote
        remote.close()


def status(world: World, service: str, headers: dict[str, str]) -> int:
    sent = {name.lower(): value for name, value in headers.items()}
    return world.handle(Call("GET", ME[service], sent)).status


@pytest.mark.parametrize(
    ("service", "user", "scheme"),
    [
        ("jira", EMMA, "basic"),
        ("jira", "emma@example.com", "basic"),
        ("jira", "emma richards", "bearer"),
        ("jira", None, "session"),
        ("sd_elements", 3, "token"),
        ("sd_elements", "user1@example.com", "basic"),
        ("kordiam", "mock-client", "bearer"),
        ("enterprise_tester", "administrator", "basic"),
        ("enterprise_tester", None, "session"),
    ],
)
def test_a_user_named_in_any_way_gets_a_credential_that_is_let_in(
    face: Any, world: World, service: str, user: str | int | None, scheme: str
) -> None:
    made = face.login(service, user, scheme=scheme)

    assert made["scheme"] == scheme
    assert made["secret"].startswith("mock-login-")
    assert status(world, service, made["headers"]) == 200


def test_it_is_the_users_own(face: Any, world: World) -> None:
    made = face.login("jira", "emma@example.com")

    sent = {"authorization": made["headers"]["Authorization"]}
    reply = world.handle(Call("GET", ME["jira"], sent))

    assert (made["user"], made["name"]) == (EMMA, "emma@example.com")
    assert reply.json()["accountId"] == EMMA


def test_a_user_without_an_address_is_named_by_its_id(face: Any) -> None:
    made = face.login("jira", "Alana Grant")

    assert made["name"] == made["user"] == "5b109f2e9729b51b54dc274d"


def test_it_expires_on_the_worlds_clock(face: Any, world: World) -> None:
    made = face.login("sd_elements", expires_in=60)
    face.advance_clock(59)
    before = status(world, "sd_elements", made["headers"])

    face.advance_clock(1)

    assert (before, status(world, "sd_elements", made["headers"])) == (200, 401)
    assert face.credentials("sd_elements")["credentials"][-1]["state"] == "expired"


@pytest.mark.parametrize("service", ME)
def test_a_revoked_credential_is_let_in_no_more(face: Any, world: World, service: str) -> None:
    made = face.login(service)
    before = status(world, service, made["headers"])

    done = face.revoke(service, secret=made["secret"])

    assert done == {"revoked": 1}
    assert (before, status(world, service, made["headers"])) == (200, 401)
    assert face.credentials(service)["credentials"][-1]["state"] == "revoked"


def test_all_credentials_of_a_user_are_revoked_at_once(face: Any, world: World) -> None:
    one, other = face.login("jira", "emma@example.com"), face.login("jira", EMMA, scheme="bearer")
    mine = face.login("jira")

    done = face.revoke("jira", user="Emma Richards")

    assert done == {"revoked": 3}  # the seeded one too
    assert [status(world, "jira", made["headers"]) for made in (one, other, mine)] == [401, 401, 200]


def test_kordiam_says_that_a_token_was_revoked(world: World) -> None:
    made = world.login("kordiam")
    world.revoke("kordiam", secret=made["secret"])

    reply = world.handle(Call("GET", ME["kordiam"], {"authorization": made["headers"]["Authorization"]}))

    assert (reply.status, reply.json()["type"].rpartition("/")[2]) == (401, "token-revoked")


def test_a_reset_forgets_what_was_issued(face: Any, world: World) -> None:
    before = face.credentials("jira")
    face.login("jira")

    face.reset()

    assert face.credentials("jira") == before


@pytest.mark.parametrize(
    ("error", "says", "asked"),
    [
        (NotThere, "no service 'jra' — did you mean 'jira'?", {"service": "jra"}),
        (NotThere, "jira has no user 'ema@example.com' — did you mean 'emma@example.com'?",
         {"service": "jira", "user": "ema@example.com"}),
        (CommandError, "3 users of jira are 'atlassian': name one by its id",
         {"service": "jira", "user": "atlassian"}),
        (CommandError, "'scheme' must be one of basic, bearer, session, not 'tokn'",
         {"service": "jira", "scheme": "tokn"}),
        (CommandError, "the credentials of sd_elements have no scopes",
         {"service": "sd_elements", "scope": "x"}),
        (CommandError, "leads beyond the year 9999", {"service": "jira", "expires_in": 1e300}),
    ],
)  # fmt: skip
def test_what_cannot_be_issued_is_said(face: Any, error: type, says: str, asked: dict[str, Any]) -> None:
    before = face.state("jira", "credential")

    with pytest.raises(error) as raised:
        face.login(**asked)

    assert says in str(raised.value)
    assert face.state("jira", "credential") == before


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (CommandError, {}),
        (CommandError, {"secret": "mock-token", "user": EMMA}),
        (NotThere, {"secret": "never"}),
        (NotThere, {"user": "nobody"}),
    ],
)
def test_what_cannot_be_revoked_is_said(face: Any, error: type, asked: dict[str, Any]) -> None:
    with pytest.raises(error):
        face.revoke("jira", **asked)


def test_the_credential_of_a_user_who_is_gone_is_no_credential(world: World, client: Any) -> None:
    made = world.login("jira", "emma@example.com")
    deleted = client("jira")("DELETE", f"/rest/api/3/user?accountId={EMMA}")
    world.set_auth("strict")

    assert deleted.status == 204
    assert status(world, "jira", made["headers"]) == 401


@pytest.mark.parametrize(
    ("service", "user", "body"),
    [
        ("jira", {"accountId": "gone", "displayName": "Gone", "active": False}, None),
        ("sd_elements", {"id": 9, "email": "gone@example.com", "is_active": False},
         {"detail": "User inactive or deleted."}),
    ],
)  # fmt: skip
def test_a_user_who_is_not_active_is_not_let_in(world: World, service: str, user: Any, body: Any) -> None:
    world.seed({service: {"user": [user]}})
    made = world.login(service, user.get("accountId") or user["id"])

    reply = world.handle(Call("GET", ME[service], {"authorization": made["headers"]["Authorization"]}))

    assert reply.status == 401
    assert body is None or reply.json() == body
