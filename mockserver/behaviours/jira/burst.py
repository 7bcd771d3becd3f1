"""What every reply to somebody says about how many calls are left in this second; none are counted here.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

from __future__ import annotations

from mockserver.engine.context import Context

POLICY = "jira-burst-based"
# Calls in a burst and calls a second: as recorded for a few operations, and for all the others.
USUAL = (350, 100)
OTHERS = {
    "getIssue": (400, 150),
    "getProjectRole": (500, 200),
    "searchAndReconsileIssuesUsingJqlPost": (200, 100),
}
UNLIMITED = 10**12
FREE = ("HEAD", "OPTIONS")


def told(ctx: Context) -> None:
    """Add the headers of the burst limit to the reply."""
    limit, rate = OTHERS.get(ctx.operation.id, USUAL)
    if ctx.call.method in FREE:
        limit = UNLIMITED
    ctx.headers["X-RateLimit-Limit"] = str(limit)
    ctx.headers["RateLimit"] = f'"{POLICY}";r={limit - 1};t=1'
    ctx.headers["RateLimit-Policy"] = f'"{POLICY}";q={rate};w=1'
