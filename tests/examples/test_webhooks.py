"""An application that receives webhooks, tested with what Jira tells it, also twice, late, or not at all."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

SECRET = "mock-webhook-secret"


class Board:
    """What a user has written: it shows the summaries of issues, as webhooks tell them."""

    def __init__(self) -> None:
        self.summaries: dict[str, str] = {}
        self._known: set[str] = set()
        self._latest: dict[str, int] = {}
        self.busy = 0

    def told(self, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer to one webhook."""
        signed = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, headers.get("X-Hub-Signature", "")):
            return 401
        if self.busy:
            self.busy -= 1
            return 503
        identifier = headers["X-Atlassian-Webhook-Identifier"]
        if identifier in self._known:
            return 200
        self._known.add(identifier)
        event = json.loads(body)
        key, issue = event["issue"]["key"], event["issue"]
        if event["timestamp"] >= self._latest.get(key, 0):
            self._latest[key] = event["timestamp"]
            self.summaries[key] = issue["fields"]["summary"]
        return 200


@pytest.fixture
def board(jira_mock: Any) -> Any:
    """The application at a port of this machine, subscribed to new and changed issues."""
    board = Board()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(board.told(dict(self.headers), body))
            self.end_headers()

        def log_message(self, *about: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hook = {
        "name": "board",
        "url": f"http://127.0.0.1:{server.server_port}/",
        "events": ["jira:issue_created", "jira:issue_updated"],
        "secret": SECRET,
    }
    call(jira_mock, "POST", "/rest/webhooks/1.0/webhook", hook)
    yield board
    server.shutdown()
    thread.join()
    server.server_close()


def call(jira_mock: Any, method: str, path: str, body: Any) -> None:
    reply = requests.request(method, jira_mock.url + path, json=body, auth=jira_mock.auth, timeout=10)
    reply.raise_for_status()


def rename(jira_mock: Any, summary: str) -> None:
    call(jira_mock, "PUT", "/rest/api/3/issue/MKY-1", {"fields": {"summary": summary}})


def test_the_board_shows_what_was_changed(jira_mock, board):
    rename(jira_mock, "Peel it")

    jira_mock.webhooks.wait("jira:issue_updated", state="delivered")

    assert board.summaries == {"MKY-1": "Peel it"}


def test_a_webhook_that_comes_twice_counts_once(jira_mock, board):
    jira_mock.webhooks.fault("duplicate")
    rename(jira_mock, "Peel it")

    first, second = jira_mock.webhooks.wait(state="delivered", count=2)

    assert (first.identifier, board.summaries) == (second.identifier, {"MKY-1": "Peel it"})


def test_an_older_webhook_does_not_win_over_a_newer_one(jira_mock, board):
    jira_mock.webhooks.fault("reorder")
    rename(jira_mock, "First")
    jira_mock.clock.advance(1)
    rename(jira_mock, "Second")

    jira_mock.webhooks.wait(state="delivered", count=2)

    assert board.summaries == {"MKY-1": "Second"}


def test_a_board_that_is_busy_is_told_again(jira_mock, board):
    board.busy = 1
    rename(jira_mock, "Peel it")
    jira_mock.webhooks.wait("jira:issue_updated", attempts=1)

    jira_mock.clock.advance(5 * 60)
    [told] = jira_mock.webhooks.wait(state="delivered")

    assert [one["status"] for one in told.attempts] == [503, 200]
    assert board.summaries == {"MKY-1": "Peel it"}


def test_what_was_lost_is_not_shown(jira_mock, board):
    jira_mock.webhooks.fault("drop")
    rename(jira_mock, "Lost")

    assert [one.state for one in jira_mock.webhooks] == ["dropped"]
    assert board.summaries == {}


def test_a_stranger_is_not_believed(board):
    assert board.told({"X-Hub-Signature": "sha256=0"}, b"{}") == 401
