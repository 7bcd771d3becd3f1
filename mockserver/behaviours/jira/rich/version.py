"""Which version of the API speaks documents, and which wiki text."""

from __future__ import annotations

from mockserver.behaviours.jira.rich.shown import to_wiki
from mockserver.engine.context import Context
from mockserver.values import Json


def speaks_documents(ctx: Context) -> bool:
    """Whether the version that was called speaks ADF.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#differences
    """
    return ctx.prefix.endswith("/3")


def spoken(ctx: Context, document: Json) -> Json:
    """A stored document in the form that the version called speaks: itself, or wiki text."""
    return document if document is None or speaks_documents(ctx) else to_wiki(document)
