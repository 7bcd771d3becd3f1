"""``login`` and ``credentials``, against a running server."""

import json

from mockserver.values import Call


def test_a_login_is_a_header_that_is_let_in(steer, server) -> None:
    server.worlds.default.set_auth("strict")

    result = steer("login", "jira", "emma@example.com")

    name, _, value = result.stdout.rstrip("\n").partition(": ")
    reply = server.worlds.default.handle(Call("GET", "/rest/api/3/myself", {name.lower(): value}))
    assert (result.exit_code, name) == (0, "Authorization")
    assert reply.json()["displayName"] == "Emma Richards"


def test_a_token_has_the_scopes_and_the_time_asked_for(steer) -> None:
    result = steer("login", "jira", "--scope", "read:jira-work", "--expires-in", "60", "--json")

    made = json.loads(result.stdout)
    assert (made["scheme"], made["scope"]) == ("bearer", "read:jira-work")
    assert made["expires"] == "2025-01-15T09:31:00+00:00"


def test_credentials_are_listed_and_revoked(steer) -> None:
    secret = json.loads(steer("login", "sd_elements", "3", "--json").stdout)["secret"]

    before = steer("credentials", "sd_elements")
    revoked = steer("credentials", "sd_elements", "--revoke", secret)
    all_of_one = steer("credentials", "sd_elements", "--revoke-user", "admin@example.com", "--json")
    after = json.loads(steer("credentials", "sd_elements", "--json").stdout)

    assert secret in before.stdout
    assert revoked.stdout == "revoked 1 credential\n"
    assert json.loads(all_of_one.stdout) == {"revoked": 3}
    assert {one["secret"]: one["state"] for one in after}[secret] == "revoked"


def test_an_unknown_user_is_said_with_the_nearest(steer) -> None:
    result = steer("login", "jira", "ema@example.com")

    assert result.exit_code == 2
    assert "did you mean 'emma@example.com'?" in result.stderr
