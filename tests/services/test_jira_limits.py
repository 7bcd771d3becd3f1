"""Jira's rate limits: points an hour, calls a second, writes to one issue."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.values import Reply
from mockserver.world import CommandError, NotThere, World

API = "/rest/api/3"
ISSUE = f"{API}/issue/MKY-1"
COMMENTS = f"{ISSUE}/comment"
MYSELF = f"{API}/myself"
MIA = "5b10a2844c20165700ede21g"
TYPES = f"{API}/issuetype"
TEXT = {"type": "paragraph", "content": [{"type": "text", "text": "Seen."}]}
COMMENT = {"body": {"type": "doc", "version": 1, "content": [TEXT]}}
TOLD = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Reason")
APP = {"Authorization": "Bearer some-token"}


@pytest.fixture
def limited(world: World, client: Any) -> Any:
    """A client of Jira, with the function that sets the limits."""
    jira = client("jira")
    jira.limit = lambda limits=True: world.set_limits("jira", limits)
    return jira


def told(reply: Reply) -> dict[str, str]:
    return {name: reply.headers[name] for name in TOLD if name in reply.headers}


def ratelimits(reply: Reply) -> dict[str, str]:
    return {name: text for name, text in reply.headers.items() if "ratelimit" in name.lower()}


def shown(world: World, limit: str) -> dict[str, int]:
    """What is left by what it is counted of."""
    return {one["of"]: one["left"] for one in world.limits("jira")["counted"] if one["limit"] == limit}


# Off and on


def test_as_a_world_begins_nothing_is_counted(world, limited) -> None:
    statuses = {limited("GET", MYSELF).status for _ in range(400)}

    assert statuses == {200}
    assert world.limits("jira")["on"] is False
    assert world.limits("jira")["counted"] == []


def test_nobody_counts_after_it_is_switched_off(world, limited) -> None:
    limited.limit({"burst": {"GET": 1}})
    counted = [limited("GET", MYSELF).status for _ in range(2)]

    limited.limit(False)

    assert counted == [200, 429]
    assert limited("GET", MYSELF).status == 200


def test_reset_counts_from_nothing_and_switches_off(world, limited) -> None:
    limited.limit({"burst": {"GET": 1}})
    limited("GET", MYSELF)

    world.reset()
    off = world.limits("jira")
    limited.limit({"burst": {"GET": 1}})

    assert (off["on"], off["counted"]) == (False, [])
    assert limited("GET", MYSELF).status == 200


def test_each_world_counts_for_itself(world, limited, client) -> None:
    limited.limit({"burst": {"GET": 1}})
    limited("GET", MYSELF)
    other = world.fork("other")
    other.set_limits("jira", {"burst": {"GET": 1}})

    assert type(limited)(other, "jira")("GET", MYSELF).status == 200
    assert limited("GET", MYSELF).status == 429


def test_the_limits_are_a_setting_too(world, limited) -> None:
    world.set_settings("jira", {"rateLimits": {"burst": {"GET": 1}}})

    assert [limited("GET", MYSELF).status for _ in range(2)] == [200, 429]
    assert world.limits("jira")["on"] is True


@pytest.mark.parametrize("service", ["sd_elements", "enterprise_tester"])
def test_where_nothing_is_documented_nothing_can_be_set(world, service) -> None:
    with pytest.raises(CommandError, match="documents no rate limits"):
        world.set_limits(service)
    assert service not in world.limits()


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"brust": 1}, "did you mean 'burst'"),
        ({"burst": {"getIsue": 1}}, "did you mean 'getIssue'"),
        ({"burst": {"GET": 0}}, "rateLimits"),
        ({"tier": "gold"}, "rateLimits"),
        ({"issueWrites": [{"most": 1}]}, "rateLimits"),
        ("on", "rateLimits"),
    ],
)
def test_limits_that_nobody_knows_are_refused_before_anything_changes(world, limits, message) -> None:
    with pytest.raises(CommandError, match=message):
        world.set_limits("jira", limits)
    assert world.limits("jira")["on"] is False


def test_a_service_that_is_not_there_has_no_limits(world) -> None:
    with pytest.raises(NotThere):
        world.set_limits("jria")


# Calls a second


def test_the_documented_burst_is_a_bucket_and_refills_by_the_second(world, limited) -> None:
    limited.limit()

    first = [limited("GET", MYSELF).status for _ in range(351)]
    world.advance_clock(1)
    second = [limited("GET", MYSELF).status for _ in range(101)]

    assert first == [200] * 350 + [429]
    assert second == [200] * 100 + [429]


def test_a_call_too_many_is_told_when_to_come_again(world, limited) -> None:
    limited.limit({"burst": {"GET": {"rate": 1, "size": 2}}})
    limited("GET", MYSELF)
    limited("GET", MYSELF)

    refused = limited("GET", MYSELF)

    assert refused.status == 429
    assert told(refused) == {
        "Retry-After": "1",
        "X-RateLimit-Limit": "2",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "2025-01-15T09:30:01Z",
        "RateLimit-Reason": "jira-burst-based",
    }
    assert refused.headers["RateLimit"] == '"jira-burst-based";r=0;t=1'
    assert refused.headers["Content-Type"] == "application/json"
    assert "X-RateLimit-NearLimit" not in refused.headers
    assert refused.json()["errorMessages"]
    assert refused.headers["X-Mock-Reason"] == "rate-limit"
    assert limited.diagnosis()["reason"] == "rate-limit"


def test_who_waits_as_told_is_let_in(world, limited) -> None:
    limited.limit({"burst": {"GET": 1}})
    limited("GET", MYSELF)

    world.advance_clock(int(limited("GET", MYSELF).headers["Retry-After"]))

    assert limited("GET", MYSELF).status == 200


def test_each_operation_has_a_bucket_of_its_own_whoever_calls(world, limited) -> None:
    limited.limit({"burst": {"GET": 1}})
    limited("GET", TYPES)

    other = limited("GET", ISSUE)
    app = limited("GET", TYPES, headers=APP)
    limited.authorization = None
    nobody = limited("GET", TYPES)

    assert (other.status, app.status, nobody.status) == (200, 429, 429)
    assert told(nobody)["RateLimit-Reason"] == "jira-burst-based"


def test_both_versions_of_the_api_share_a_bucket(world, limited) -> None:
    limited.limit({"burst": {"GET": 1}})
    limited("GET", MYSELF)

    assert limited("GET", "/rest/api/2/myself").status == 429


def test_a_number_for_an_operation_leaves_the_other_ones_alone(world, limited) -> None:
    limited.limit({"burst": {"getIssue": 1}})

    statuses = [limited("GET", path).status for path in (ISSUE, ISSUE, MYSELF, MYSELF)]

    assert statuses == [200, 429, 200, 200]
    assert world.limits("jira")["limits"]["burst"]["GET"] == {"rate": 100, "size": 350}


def test_a_number_for_a_method_counts_for_each_of_its_operations(world, limited) -> None:
    limited.limit({"burst": {"GET": 1}})

    statuses = [limited("GET", ISSUE).status for _ in range(2)]

    assert statuses == [200, 429]
    assert "getIssue" not in world.limits("jira")["limits"]["burst"]


def test_what_is_left_is_told_in_every_reply(limited) -> None:
    limited.limit()

    left = [limited("GET", ISSUE).headers["X-RateLimit-Remaining"] for _ in range(3)]

    assert left == ["399", "398", "397"]
    assert limited("GET", ISSUE).headers["RateLimit"] == '"jira-burst-based";r=396;t=1'


def test_a_refused_call_uses_a_token_too_unless_it_was_too_many(world, limited) -> None:
    limited.limit({"burst": {"GET": {"rate": 1, "size": 2}}})

    statuses = [limited("GET", f"{API}/issue/NOPE-{one}").status for one in range(4)]
    world.advance_clock(1)

    assert statuses == [404, 404, 429, 429]
    assert limited("GET", f"{API}/issue/NOPE-1").status == 404


def test_a_call_too_many_changes_nothing(world, limited) -> None:
    limited.limit({"burst": {"POST": 1}})
    limited("POST", COMMENTS, COMMENT)
    before = world.state("jira")

    refused = limited("POST", COMMENTS, COMMENT)

    assert refused.status == 429
    assert world.state("jira") == before


def test_tokens_for_apps_are_not_counted_at_the_other_host(world, limited) -> None:
    limited.limit({"burst": {"POST": 1}})
    body = {"grant_type": "client_credentials", "client_id": "mock-client", "client_secret": "mock-secret"}

    statuses = {limited("POST", "/oauth/token", body).status for _ in range(3)}

    assert statuses == {200}


# Writes to one issue


def test_an_issue_takes_twenty_writes_in_two_seconds(world, limited) -> None:
    limited.limit()

    statuses = [limited("POST", COMMENTS, COMMENT).status for _ in range(20)]
    refused = limited("POST", COMMENTS, COMMENT)
    world.advance_clock(2)

    assert statuses == [201] * 20
    assert told(refused) == {
        "Retry-After": "2",
        "X-RateLimit-Limit": "20",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "2025-01-15T09:30:02Z",
        "RateLimit-Reason": "jira-per-issue-on-write",
    }
    assert limited("POST", COMMENTS, COMMENT).status == 201


def test_an_issue_takes_a_hundred_writes_in_thirty_seconds(world, limited) -> None:
    limited.limit()
    for _ in range(5):
        for _ in range(20):
            assert limited("POST", COMMENTS, COMMENT).status == 201
        world.advance_clock(2)

    refused = limited("POST", COMMENTS, COMMENT)
    world.advance_clock(int(refused.headers["Retry-After"]))

    assert (refused.headers["X-RateLimit-Limit"], refused.headers["Retry-After"]) == ("100", "20")
    assert limited("POST", COMMENTS, COMMENT).status == 201


def test_a_busy_issue_can_be_read_and_others_written(world, limited) -> None:
    fields = {"summary": "Another one", "issuetype": {"name": "Bug"}}
    world.seed({"jira": {"issue": [{"key": "MKY-2", "fields": fields}]}})
    limited.limit({"issueWrites": [{"most": 1, "seconds": 2}]})
    limited("POST", COMMENTS, COMMENT)

    assert limited("PUT", ISSUE, {"fields": {"labels": ["a"]}}).status == 429
    assert limited("GET", ISSUE).status == 200
    assert limited("POST", f"{API}/issue/MKY-2/comment", COMMENT).status == 201


def test_an_issue_is_the_same_by_key_and_by_id(world, limited) -> None:
    limited.limit({"issueWrites": [{"most": 1, "seconds": 2}]})
    number = limited("GET", ISSUE).json()["id"]
    limited("POST", COMMENTS, COMMENT)

    assert limited("POST", f"{API}/issue/{number}/comment", COMMENT).status == 429


def test_a_write_that_was_refused_is_none(world, limited) -> None:
    limited.limit({"issueWrites": [{"most": 1, "seconds": 2}]})

    statuses = [limited("POST", COMMENTS, body).status for body in ({}, COMMENT, COMMENT)]

    assert statuses == [400, 201, 429]


# Points an hour


def test_an_app_is_told_of_its_points_beside_the_burst(limited) -> None:
    limited.limit()

    headers = limited("GET", MYSELF, headers=APP).headers

    assert headers["RateLimit-Policy"] == '"global-app-quota";q=65000;w=3600,"jira-burst-based";q=100;w=1'
    assert headers["RateLimit"] == '"global-app-quota";t=1800,"jira-burst-based";r=349;t=1'


@pytest.mark.parametrize(
    ("method", "path", "body", "points"),
    [
        ("GET", ISSUE, None, 2),  # documented: 1 + 1 issue
        ("GET", f"{API}/project/MKY", None, 2),
        ("GET", f"{API}/user?accountId=5b10a2844c20165700ede21g", None, 3),
        ("GET", MYSELF, None, 3),
        ("POST", COMMENTS, COMMENT, 1),
        ("PUT", ISSUE, {"fields": {"labels": ["a"]}}, 1),
        ("GET", f"{API}/issue/NOPE-1", None, 1),
    ],
)
def test_calls_cost_what_they_show(world, limited, method, path, body, points) -> None:
    limited.limit({"quota": 1000})

    limited(method, path, body, headers=APP)

    assert shown(world, "quota") == {"app": 1000 - points}


@pytest.mark.parametrize(
    ("path", "member", "each"),
    [
        (f"{API}/search/jql?jql=project%3DMKY&maxResults=50", "issues", 1),
        (f"{API}/group/member?groupname=jira-software-users", "values", 2),
        (f"{API}/project/search", "values", 1),
    ],
)
def test_a_page_costs_what_is_on_it(world, limited, path, member, each) -> None:
    limited.limit({"quota": 1000})

    reply = limited("GET", path, headers=APP)

    count = len(reply.json()[member])
    assert count > 0
    assert shown(world, "quota") == {"app": 1000 - 1 - each * count}


def test_a_list_costs_its_items(world, limited) -> None:
    limited.limit({"quota": 1000})

    reply = limited("GET", f"{API}/users/search", headers=APP)

    assert shown(world, "quota") == {"app": 1000 - 1 - 2 * len(reply.json())}


@pytest.mark.parametrize(
    ("limits", "reason", "policy", "points"),
    [
        ({}, "jira-quota-global-based", "global-app-quota", 65_000),
        ({"tier": "free"}, "jira-quota-tenant-based", "tenant-app-quota", 65_000),
        ({"tier": "standard", "users": 2000}, "jira-quota-tenant-based", "tenant-app-quota", 120_000),
        ({"tier": "premium", "users": 100}, "jira-quota-tenant-based", "tenant-app-quota", 132_000),
        ({"tier": "enterprise", "users": 15_000}, "jira-quota-tenant-based", "tenant-app-quota", 500_000),
    ],
)
def test_the_tier_says_how_many_points_there_are(limited, limits, reason, policy, points) -> None:
    limited.limit(limits)

    headers = limited("GET", MYSELF, headers=APP).headers
    limited.limit({**limits, "quota": 0})
    refused = limited("GET", MYSELF, headers=APP)

    assert headers["RateLimit-Policy"].startswith(f'"{policy}";q={points};w=3600')
    assert refused.headers["RateLimit-Reason"] == reason


def test_without_points_everything_waits_for_the_next_hour(world, limited) -> None:
    limited.limit({"quota": 4})
    spent = [limited("GET", path, headers=APP).status for path in (ISSUE, ISSUE)]

    refused = limited("GET", MYSELF, headers=APP)
    world.advance_clock(1799)
    still = limited("GET", MYSELF, headers=APP)
    world.advance_clock(1)

    assert spent == [200, 200]
    assert told(refused) == {
        "Retry-After": "1800",
        "X-RateLimit-Limit": "4",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "2025-01-15T10:00:00Z",
        "RateLimit-Reason": "jira-quota-global-based",
    }
    assert refused.headers["RateLimit"].startswith('"global-app-quota";r=0;t=1800')
    assert still.headers["Retry-After"] == "1"
    assert limited("GET", MYSELF, headers=APP).status == 200


def test_few_points_are_told_beforehand(limited) -> None:
    limited.limit({"quota": 10})

    replies = [limited("GET", ISSUE, headers=APP) for _ in range(5)]

    near = [one.headers.get("X-RateLimit-NearLimit") for one in replies]
    left = [one.headers["RateLimit"].partition(",")[0] for one in replies]
    assert near == [None, None, None, None, "true"]
    assert left[3:] == ['"global-app-quota";t=1800', '"global-app-quota";r=0;t=1800']


def test_a_call_may_use_more_than_is_left(world, limited) -> None:
    limited.limit({"quota": 1})

    statuses = [limited("GET", ISSUE, headers=APP).status for _ in range(2)]

    assert statuses == [200, 429]


def test_api_tokens_use_no_points_unless_it_is_said(limited) -> None:
    limited.limit({"quota": 0})
    exempt = limited("GET", MYSELF)
    limited.limit({"quota": 0, "tokensExempt": False})

    assert exempt.status == 200
    assert "quota" not in exempt.headers["RateLimit"]
    assert limited("GET", MYSELF).status == 429


# Announced limits


def test_an_announced_limit_refuses_nothing_and_says_what_it_would(limited) -> None:
    limited.limit({"quota": 2, "beta": ["quota"]})

    first = limited("GET", ISSUE, headers=APP)
    second = limited("GET", ISSUE, headers=APP)

    assert first.headers["Beta-RateLimit-Policy"] == '"global-app-quota";q=2;w=3600'
    assert first.headers["RateLimit-Policy"] == '"jira-burst-based";q=150;w=1'
    assert first.headers["X-Beta-RateLimit-NearLimit"] == "true"
    assert second.status == 200
    assert second.headers["Beta-RateLimit"] == '"global-app-quota";r=0;t=1800'
    assert second.headers["Beta-Retry-After"] == "1800"
    assert second.headers["X-Beta-RateLimit-Reason"] == "jira-quota-global-based"
    assert second.headers["X-Beta-RateLimit-Reset"] == "2025-01-15T10:00:00Z"
    assert "Retry-After" not in second.headers


def test_an_announced_burst_is_told_in_headers_of_its_own(limited) -> None:
    limited.limit({"burst": {"GET": 1}, "beta": ["burst"]})

    replies = [limited("GET", MYSELF, headers=APP) for _ in range(2)]

    assert [one.status for one in replies] == [200, 200]
    assert replies[0].headers["Beta-RateLimit-Policy"] == '"jira-burst-based";q=1;w=1'
    assert replies[0].headers["RateLimit-Policy"] == '"global-app-quota";q=65000;w=3600'
    assert "X-RateLimit-Limit" not in replies[0].headers
    assert replies[1].headers["X-Beta-RateLimit-Reason"] == "jira-burst-based"
    assert replies[1].headers["Beta-Retry-After"] == "1"


# Together


def test_who_waits_for_the_longest_has_waited_for_all(world, limited) -> None:
    limited.limit({"burst": {"POST": 1}, "issueWrites": [{"most": 1, "seconds": 20}]})
    limited("POST", COMMENTS, COMMENT)

    refused = limited("POST", COMMENTS, COMMENT)
    world.advance_clock(int(refused.headers["Retry-After"]))

    assert told(refused)["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert limited("POST", COMMENTS, COMMENT).status == 201


def test_a_refused_call_is_counted_by_no_other_limit(world, limited) -> None:
    limited.limit({"quota": 0, "burst": {"GET": 1}})

    refused = limited("GET", MYSELF, headers=APP)

    assert refused.headers["RateLimit-Reason"] == "jira-quota-global-based"
    assert world.limits("jira")["counted"] == []


def test_off_and_anonymous_calls_are_told_as_recorded(world, client) -> None:
    jira = client("jira")
    usual = ratelimits(jira("GET", MYSELF))
    jira.authorization = None

    assert usual == {
        "X-RateLimit-Limit": "350",
        "X-RateLimit-Remaining": "349",
        "RateLimit": '"jira-burst-based";r=349;t=1',
        "RateLimit-Policy": '"jira-burst-based";q=100;w=1',
    }
    assert ratelimits(jira("GET", TYPES)) == {}


def test_each_app_has_points_of_its_own(world, limited) -> None:
    tokens = [{"scheme": "bearer", "secret": f"{one}-token", "client": one} for one in ("a", "b")]
    world.seed({"jira": {"credential": [{**one, "user": MIA} for one in tokens]}})
    limited.limit({"quota": 3})

    statuses = [
        limited("GET", MYSELF, headers={"Authorization": f"Bearer {token}"}).status
        for token in ("a-token", "a-token", "b-token", "any-token")
    ]

    assert statuses == [200, 429, 200, 200]
    assert shown(world, "quota") == {"a": 0, "b": 0, "app": 0}


def test_searches_for_users_share_a_limit_where_one_is_set(world, limited) -> None:
    searches = [f"{API}/user/search?query=mia", f"{API}/user/picker?query=mia"]
    limited.limit()
    usual = [limited("GET", path).status for path in searches]
    limited.limit({"userSearch": 1})

    together = [limited("GET", path).status for path in (*searches, MYSELF)]
    world.advance_clock(1)

    assert usual == [200, 200]
    assert together == [200, 429, 200]
    assert limited("GET", searches[1]).status == 200
