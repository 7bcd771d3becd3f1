"""Webhooks of apps: who may register them, what JQL they may use, how long they live, what failed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

API = "/rest/api/3"
HOOKS = f"{API}/webhook"
URL = "http://localhost:9/app"
AS_APP = {"Authorization": "Bearer mock-token"}
BY_TOKEN = {"Authorization": "Basic " + base64.b64encode(b"mia@example.com:mock-token").decode()}
DAY = 24 * 3600


@pytest.fixture
def jira(client: Any) -> Any:
    return client("jira")


@pytest.fixture
def register(jira: Any) -> Callable[..., Any]:
    """Registers one webhook of the app, for edits of all of MKY or as told; what became of it."""

    def one(**members: Any) -> Any:
        webhook = {"events": ["jira:issue_updated"], "jqlFilter": "project = MKY", **members}
        reply = jira("POST", HOOKS, {"url": URL, "webhooks": [webhook]}, headers=AS_APP)
        assert reply.status == 200, reply.json()
        return reply.json()["webhookRegistrationResult"][0]

    return one


@pytest.fixture
def told(world: Any) -> Callable[..., list[Any]]:
    def read(**asked: Any) -> list[Any]:
        found: list[Any] = world.deliveries(limit=1000, **asked)["deliveries"]
        return found

    return read


def edit(jira: Any, **fields: Any) -> None:
    assert jira("PUT", f"{API}/issue/MKY-1", {"fields": fields or {"summary": "Changed"}}).status == 204


def test_who_is_no_app_may_use_none_of_it(jira) -> None:
    calls = [
        ("GET", HOOKS, None),
        ("POST", HOOKS, {"url": URL, "webhooks": []}),
        ("DELETE", HOOKS, {"webhookIds": []}),
        ("PUT", f"{HOOKS}/refresh", {"webhookIds": []}),
        ("GET", f"{HOOKS}/failed", None),
    ]

    refused = [jira(method, path, body, headers=BY_TOKEN) for method, path, body in calls]

    assert {one.status for one in refused} == {403}
    assert refused[0].json()["errorMessages"] == ["Only Connect and OAuth 2.0 apps can use this operation"]


def test_a_setting_lets_anybody_use_them(jira, world) -> None:
    world.set_settings("jira", {"webhookCallers": "all"})

    assert jira("GET", HOOKS, headers=BY_TOKEN).status == 200
    assert jira("GET", f"{HOOKS}/failed", headers=BY_TOKEN).status == 200


@pytest.mark.parametrize(
    "jql",
    [
        "project = MKY",
        "project != null",
        "issuekey IN (MKY-1) OR NOT status = Done",
        'issuetype in (Bug, Task) AND assignee != "5b10ac8d82e05b22cc7d4ef5"',
        "priority = High AND reporter = currentUser()",
        "issue.property[colour].is = red",
        "cf[10011] in (Moon, Mars)",
    ],
)
def test_a_part_of_jql_is_taken(register, jql) -> None:
    assert "createdWebhookId" in register(jqlFilter=jql)


@pytest.mark.parametrize(
    ("jql", "error"),
    [
        ("", "Empty JQL search not supported"),
        ("project is not EMPTY", "Operator is not is unsupported"),
        ("project = MKY AND watchCount > 1", "The clause watchCount is unsupported"),
        ("summary ~ fast", "The clause summary is unsupported"),
        ("cf[10016] = 3", "The clause cf[10016] is unsupported"),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
    ],
)
def test_the_rest_of_jql_is_refused_by_name(register, jql, error) -> None:
    assert register(jqlFilter=jql) == {"errors": [error]}


def test_events_that_apps_cannot_have_are_refused(register) -> None:
    assert register(events=["worklog_created"]) == {"errors": ["The event worklog_created is unsupported"]}


def test_an_app_has_five_webhooks_for_a_user_and_no_more(register, jira) -> None:
    found = [register() for _ in range(6)]

    assert [one.get("createdWebhookId") for one in found] == [1000, 1001, 1002, 1003, 1004, None]
    assert jira("GET", HOOKS, headers=AS_APP).json()["total"] == 5


def test_what_several_webhooks_of_an_app_hear_is_sent_once_with_their_ids(jira, register, told) -> None:
    register()
    register(events=["jira:issue_created"])
    register(jqlFilter="project != MKY")
    register(jqlFilter="key = MKY-1")

    edit(jira)

    [delivery] = told()
    assert delivery["url"] == URL
    assert delivery["body"]["matchedWebhookIds"] == [1000, 1003]


def test_the_label_of_an_epic_is_compared_as_a_whole(jira, register, told) -> None:
    register(events=["jira:issue_created"], jqlFilter="cf[10011] = moon")
    fields = {"project": {"key": "MKY"}, "issuetype": {"name": "Epic"}, "summary": "Far away"}

    for label in ("Moon", "Moonlight"):
        made = jira("POST", f"{API}/issue", {"fields": {**fields, "customfield_10011": label}})
        assert made.status == 201

    assert [one["body"]["issue"]["fields"]["customfield_10011"] for one in told()] == ["Moon"]


def test_only_the_fields_asked_for_are_heard_of(jira, register, told) -> None:
    register(fieldIdsFilter=["labels"])

    edit(jira, summary="Not this")
    before = len(told())
    edit(jira, labels=["this"])

    assert (before, len(told())) == (0, 1)


def test_only_the_properties_asked_for_are_heard_of(jira, register, told) -> None:
    register(events=["issue_property_set", "issue_property_deleted"], issuePropertyKeysFilter=["colour"])

    for key in ("size", "colour"):
        jira("PUT", f"{API}/issue/MKY-1/properties/{key}", 7)
        jira("DELETE", f"{API}/issue/MKY-1/properties/{key}")

    assert [(one["event"], one["body"]["property"]) for one in told()] == [
        ("issue_property_set", {"key": "colour", "value": 7}),
        ("issue_property_deleted", {"key": "colour", "value": 7}),
    ]


def test_a_webhook_of_an_app_expires_after_thirty_days(jira, register, told, world) -> None:
    register()

    world.advance_clock(30 * DAY - 1)
    edit(jira, summary="Heard")
    world.advance_clock(1)
    edit(jira, summary="Unheard")

    assert len(told()) == 1
    assert jira("GET", HOOKS, headers=AS_APP).json()["total"] == 0


def test_a_refreshed_one_lives_on(jira, register, told, world) -> None:
    created = register()["createdWebhookId"]
    register()
    world.advance_clock(20 * DAY)

    reply = jira("PUT", f"{HOOKS}/refresh", {"webhookIds": [created, 4711]}, headers=AS_APP)
    world.advance_clock(20 * DAY)
    edit(jira)

    assert reply.json() == {"expirationDate": "2025-03-06T09:30:00.000+0000"}
    assert [one["body"]["matchedWebhookIds"] for one in told()] == [[created]]


def test_what_is_deleted_hears_nothing(jira, register, told) -> None:
    created = register()["createdWebhookId"]

    jira("DELETE", HOOKS, {"webhookIds": [created, 4711]}, headers=AS_APP)
    edit(jira)

    assert told() == []


def test_apps_do_not_see_the_webhooks_of_each_other(jira, register) -> None:
    created = register()["createdWebhookId"]
    other = {"Authorization": f"Bearer {_token(jira)}"}

    jira("DELETE", HOOKS, {"webhookIds": [created]}, headers=other)

    assert jira("GET", HOOKS, headers=other).json()["total"] == 0
    assert jira("GET", HOOKS, headers=AS_APP).json()["total"] == 1


def test_a_delivery_to_a_known_app_bears_a_token_signed_with_its_secret(jira, world) -> None:
    headers = {"Authorization": f"Bearer {_token(jira)}"}
    webhooks = [{"events": ["jira:issue_updated"], "jqlFilter": "project = MKY"}]
    jira("POST", HOOKS, {"url": URL, "webhooks": webhooks}, headers=headers)

    edit(jira)

    [delivery] = world.outbox
    token = delivery.message.headers["Authorization"].removeprefix("Bearer ")
    signed, _, signature = token.rpartition(".")
    expected = hmac.new(b"mock-secret", signed.encode(), hashlib.sha256).digest()
    claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    assert base64.urlsafe_b64decode(signature + "==") == expected
    assert claims["iss"] == "mock-client"
    assert claims["iat"] < claims["exp"]


def test_failures_are_told_for_three_days_the_oldest_first(jira, register, world) -> None:
    world.set_settings("jira", {"webhookCallers": "apps"})
    register()
    world.set_webhook_fault("status", status=500, times=None)
    for name in ("one", "two"):
        edit(jira, summary=name)
        world.advance_clock(2 * 3600)

    page = jira("GET", f"{HOOKS}/failed?maxResults=1", headers=AS_APP).json()
    rest = jira("GET", page["next"].partition("8080")[2], headers=AS_APP).json()
    world.advance_clock(3 * DAY)
    later = jira("GET", f"{HOOKS}/failed", headers=AS_APP).json()

    [first], [second] = page["values"], rest["values"]
    assert json.loads(first["body"])["issue"]["fields"]["summary"] == "one"
    assert json.loads(second["body"])["issue"]["fields"]["summary"] == "two"
    assert (first["url"], page["maxResults"]) == (URL, 1)
    assert first["failureTime"] < second["failureTime"]
    assert later == {"values": [], "maxResults": 100}


def _token(jira: Any) -> str:
    """An access token of the seeded app, for Mia, with the scope that webhooks take."""
    jira.world.seed(
        {
            "jira": {
                "credential": [
                    {
                        "scheme": "bearer",
                        "secret": "mock-webhook-token",
                        "user": "5b10a2844c20165700ede21g",
                        "client": "mock-client",
                        "scope": "read:jira-work manage:jira-webhook",
                    }
                ]
            }
        }
    )
    return "mock-webhook-token"
