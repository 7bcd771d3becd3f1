"""The addresses that webhooks are sent to, with the gaps in them filled.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks/#variable-substitution-in-the-webhook-url
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from mockserver.engine.context import Context
from mockserver.values import Json, Record

GAP = re.compile(r"\$?\{([A-Za-z]+\.[A-Za-z]+)\}")
ENCODED_GAP = re.compile(r"\$?%7B([A-Za-z]+\.[A-Za-z]+)%7D", re.I)
# What the variables are called, and which record and member they stand for.
VARIABLES: Mapping[str, tuple[str, str]] = {
    "attachment.id": ("attachment", "id"),
    "board.id": ("board", "id"),
    "comment.id": ("comment", "id"),
    "filter.id": ("filter", "id"),
    "issue.id": ("issue", "id"),
    "issue.key": ("issue", "key"),
    "issueType.id": ("issue_type", "id"),
    "mergedVersion.id": ("heir", "id"),
    "modifiedUser.accountId": ("user", "accountId"),
    "project.id": ("project", "id"),
    "project.key": ("project", "key"),
    "property.key": ("property", "key"),
    "sprint.id": ("sprint", "id"),
    "version.id": ("version", "id"),
    "worklog.id": ("worklog", "id"),
}


def filled(ctx: Context, url: str, about: Mapping[str, Json]) -> str:
    """``url`` with ``${issue.key}`` or ``{issue.key}`` as the event has it; other gaps are left."""

    def value(match: re.Match[str]) -> str:
        name, member = VARIABLES.get(match[1], ("", ""))
        record = about.get(name) or (_project(ctx, about) if name == "project" else None)
        return match[0] if record is None else quote(str(record[member]), safe="")

    return ENCODED_GAP.sub(value, GAP.sub(value, url))


def _project(ctx: Context, about: Mapping[str, Json]) -> Record | None:
    """The project of what the event is about."""
    owner = about.get("issue") or about.get("version") or {}
    return ctx.table("project").get(owner.get("project") or "")
