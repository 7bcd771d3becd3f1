"""The session of whoever is calling, as clients ask for it to see whether they are logged in."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Outcome, Problem


def current(ctx: Context) -> Outcome:
    """``{self, name, loginInfo}`` of the caller. Raises Problem no_session for an anonymous one.

    Source: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#auth/1/session-currentUser
    """
    if ctx.caller.anonymous:
        raise Problem("no_session", diagnosis="nobody is logged in")
    user = ctx.caller.user
    account = user["accountId"]
    document = {
        "self": f"{ctx.base}/rest/api/latest/user?accountId={account}",
        "name": user.get("emailAddress") or account,
        "loginInfo": {"loginCount": 1, "previousLoginTime": ctx.stamp()},
    }
    return Outcome("ok", document, ready=True)
