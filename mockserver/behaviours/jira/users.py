"""Users as Jira shows them."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Record

SIZES = ("48x48", "24x24", "16x16", "32x32")


def shown(ctx: Context, user: Record) -> dict[str, Json]:
    """A user as fields of issues and projects hold it; no ``emailAddress`` where the profile hides it."""
    user = {**ctx.table("user").resource.fields, **user}
    account = user["accountId"]
    document = {
        "self": f"{ctx.api}/user?accountId={account}",
        "accountId": account,
        "emailAddress": user["emailAddress"],
        "avatarUrls": avatars(f"{ctx.base}/secure/useravatar?ownerId={account}"),
        "displayName": user["displayName"] or account,
        "active": user["active"],
        "timeZone": user["timeZone"],
        "accountType": user["accountType"],
    }
    return {key: value for key, value in document.items() if value is not None}


def by_id(ctx: Context, account: Json) -> dict[str, Json] | None:
    """The user with this account id as shown, None for nobody or an unknown one."""
    user = None if account is None else ctx.table("user").get(account)
    return None if user is None else shown(ctx, user)


def current(ctx: Context) -> Outcome:
    """The caller, with the lists that ``expand`` would fill.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/
    """
    document = shown(ctx, ctx.caller.user)
    document["locale"] = ctx.caller.user.get("locale", "en_US")
    document["groups"] = {"size": 0, "items": []}
    document["applicationRoles"] = {"size": 0, "items": []}
    document["expand"] = "groups,applicationRoles"
    return Outcome("ok", document, ready=True)


def avatars(address: str) -> dict[str, str]:
    """Addresses of one picture in Jira's four sizes."""
    return {size: f"{address}&size={size}" for size in SIZES}
