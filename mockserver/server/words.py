"""Replies in the mock's own words, where no service is asked."""

from __future__ import annotations

from mockserver.values import Reply, dumps


def own(status: int, message: str, reason: str) -> Reply:
    """A refusal that says why."""
    headers = {"Content-Type": "application/json", "X-Mock-Reason": reason}
    return Reply(status, headers, dumps({"errors": [message], "message": message}))
