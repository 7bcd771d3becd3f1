"""Users as Jira shows them."""

from __future__ import annotations

from mockserver.engine.context import Context
from mockserver.values import Json, Problem, Record

# Whom a site shows in the place of somebody who was removed from it.
FORMER = {"displayName": "Former user", "active": False, "accountType": "unknown"}
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
    """The user with this account id as shown, None for nobody; who was removed is a former user."""
    if account is None:
        return None
    user = ctx.table("user").get(account)
    return shown(ctx, FORMER | {"accountId": account} if user is None else user)


def named(ctx: Context, account: str, otherwise: str = "no_user") -> Record:
    """The user with this account id. Raises Problem(``otherwise``)."""
    found = ctx.table("user").get(account)
    if found is None:
        raise Problem(otherwise, diagnosis=f"no user {account!r} in this world", id=account)
    return found


def avatars(address: str) -> dict[str, str]:
    """Addresses of one picture in Jira's four sizes."""
    return {size: f"{address}&size={size}" for size in SIZES}
