"""Webhooks from a terminal, against a running server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.server import MockServer
from mockserver.values import Call, dumps

HOOK = {"name": "app", "url": "http://app.example/hook", "events": ["comment_created"]}
HEADERS = {
    "authorization": "Basic bWlhQGV4YW1wbGUuY29tOm1vY2stdG9rZW4=",
    "content-type": "application/json",
}


def asked(server: MockServer, path: str, body: Any) -> None:
    reply = server.worlds.default.handle(Call("POST", f"/jira/rest{path}", HEADERS, dumps(body)))
    assert reply.status == 201, reply.body


@pytest.fixture
def comment(server: MockServer) -> Any:
    """Somebody is subscribed; whoever calls this comments."""
    asked(server, "/webhooks/1.0/webhook", HOOK)
    return lambda: asked(server, "/api/2/issue/MKY-1/comment", {"body": "Done"})


def test_webhooks_are_listed_a_line_each(steer, comment) -> None:
    comment()
    comment()

    result = steer("webhooks", "list", "-n", "1")

    assert result.exit_code == 0
    head, line = result.stdout.splitlines()
    assert head.split() == ["ID", "EVENT", "TO", "STATE", "MET", "URL"]
    assert line.split() == ["2", "comment_created", "webhook:1", "held", "-", "http://app.example/hook"]
    assert result.stderr == "1 of 2 webhooks\n"


@pytest.mark.parametrize(
    ("options", "total"),
    [
        (["--event", "comment_*"], 1),
        (["--event", "issue_*"], 0),
        (["--to", "http://app.example/*"], 1),
        (["--to", "http://other.example/*"], 0),
        (["--subscription", "webhook:1"], 1),
        (["--service", "kordiam"], 0),
        (["--state", "held"], 1),
        (["--state", "failed"], 0),
    ],
)
def test_webhooks_are_listed_by_what_they_are(steer, comment, options, total) -> None:
    comment()

    assert json.loads(steer("webhooks", "list", "--json", *options).stdout)["total"] == total


def test_one_webhook_is_shown_whole(steer, comment) -> None:
    comment()

    assert json.loads(steer("webhooks", "list", "1").stdout)["body"]["comment"]["body"] == "Done"


def test_a_webhook_that_is_not_there_is_a_usage_error(steer) -> None:
    result = steer("webhooks", "list", "1")

    assert (result.exit_code, "there is no webhook 1" in result.stderr) == (2, True)


def test_who_waits_is_shown_what_came(steer, comment) -> None:
    comment()

    result = steer("webhooks", "wait", "comment_created", "--timeout", "0")

    assert result.exit_code == 0
    assert "comment_created" in result.stdout


def test_who_waits_in_vain_fails(steer, comment) -> None:
    comment()

    result = steer("webhooks", "wait", "--count", "2", "--timeout", "0.01", "--json")

    assert result.exit_code == 1
    assert result.stderr == "1 of 2 webhooks within 0.01 s\n"
    assert json.loads(result.stdout)["satisfied"] is False


def test_who_waits_may_leave_out_what_came_before(steer, comment) -> None:
    comment()

    assert steer("webhooks", "wait", "--after", "1", "--timeout", "0").exit_code == 1


def test_what_may_not_be_sent_is_said(steer, comment) -> None:
    comment()

    result = steer("webhooks", "redeliver", "1")

    assert result.exit_code == 2
    assert "neither this machine" in result.stderr


def test_a_webhook_is_sent_again(steer, server) -> None:
    asked(server, "/webhooks/1.0/webhook", {**HOOK, "url": f"{server.url}/hook"})
    asked(server, "/api/2/issue/MKY-1/comment", {"body": "Done"})

    result = steer("webhooks", "redeliver", "1")

    assert (result.exit_code, result.stdout) == (0, f"webhook 1 is sent again to {server.url}/hook\n")


def test_webhooks_are_forgotten(steer, comment) -> None:
    comment()

    assert steer("webhooks", "clear").stdout == "forgot 1 webhook\n"
    assert steer("webhooks", "list").stderr == "0 of 0 webhooks\n"


def test_faults_are_armed_listed_and_taken_back(steer, comment) -> None:
    armed = steer("webhooks", "fault", "status", "503", "--event", "comment_*", "--times", "2")
    delayed = steer("webhooks", "fault", "delay", "60", "--always", "--after", "1", "--json")
    comment()

    listed = steer("webhooks", "fault").stdout.splitlines()
    assert armed.stdout == "armed: status, 2 times\n"
    assert json.loads(delayed.stdout)["seconds"] == 60
    assert [line.split() for line in listed[1:]] == [
        ["1", "status", "503", "event=comment_*", "1", "1"],
        ["2", "delay", "60.0", "any", "all", "0"],
    ]
    assert steer("webhooks", "clear", "--faults").stdout == "disarmed 2 faults\n"
    assert steer("webhooks", "fault").stderr == "nothing is to go wrong\n"
    assert json.loads(steer("webhooks", "fault", "--json").stdout) == {"faults": []}


@pytest.mark.parametrize(
    ("arguments", "message"), [(["delay"], "needs a number"), (["drop", "3"], "takes no number")]
)
def test_a_number_goes_with_the_faults_that_have_one(steer, arguments, message) -> None:
    result = steer("webhooks", "fault", *arguments)

    assert (result.exit_code, message in result.stderr) == (2, True)


def test_a_server_is_told_where_it_may_send(run) -> None:
    result = run("serve", "--port", "0", "--deliver-to", "app.example")

    assert result.exit_code == 2
    assert "an origin is written like" in result.stderr
