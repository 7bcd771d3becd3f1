"""``limits``: seen, switched on with numbers of one's own, and off."""

import json

from mockserver.values import Call

MYSELF = Call("GET", "/jira/rest/api/3/myself", {"authorization": "Bearer some-token"})


def test_limits_are_switched_on_with_numbers_and_off(steer, server) -> None:
    world = server.worlds.default

    on = steer("limits", "on", "jira", "burst.GET=1", "burst.getIssue=3", "tier=free")
    limits = world.limits("jira")
    off = steer("limits", "off", "jira")

    assert (on.stdout, off.stdout) == (
        "jira: calls are counted from now on\n",
        "jira: calls are not counted\n",
    )
    assert limits["on"] is True
    assert (limits["limits"]["burst"]["GET"], limits["limits"]["burst"]["getIssue"]) == (1, 3)
    assert limits["limits"]["tier"] == "free"
    assert world.limits("jira")["on"] is False


def test_limits_without_numbers_are_the_documented_ones(steer, server) -> None:
    steer("limits", "on", "jira")

    assert server.worlds.default.settings("jira")["rateLimits"]["value"] is True


def test_what_is_used_is_listed(steer, server) -> None:
    steer("limits", "on", "jira", "quota=10")
    server.worlds.default.handle(MYSELF)

    shown = steer("limits", "show")

    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["jira", "on", "quota", "10"] in lines
    assert ["jira", "quota", "app", "7", "of", "10", "2025-01-15T10:00:00+00:00"] in lines
    assert ["kordiam", "off", "requestsPerMinute", "60"] in lines


def test_limits_of_one_service_are_listed_as_json(steer) -> None:
    found = json.loads(steer("limits", "show", "kordiam", "--json").stdout)

    assert found == {"on": False, "limits": {"requestsPerMinute": 60}, "counted": []}


def test_a_service_without_limits_says_so(steer) -> None:
    result = steer("limits", "on", "sd_elements")

    assert result.exit_code == 2
    assert result.stderr == "SD Elements API v2 documents no rate limits: there is nothing to set\n"


def test_a_limit_that_nobody_knows_is_refused(steer) -> None:
    result = steer("limits", "on", "jira", "brust.GET=1")

    assert result.exit_code == 2
    assert "did you mean 'burst'?" in result.stderr
