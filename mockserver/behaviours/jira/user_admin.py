"""Users looked up, made and removed.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
"""

from __future__ import annotations

from mockserver.behaviours.jira import groups, users
from mockserver.behaviours.jira.webhooks import notice
from mockserver.behaviours.jira.words import broken
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

# The group of those who may use a product.
PRODUCTS = {
    "jira-core": "jira-software-users",
    "jira-software": "jira-software-users",
    "jira-servicedesk": "jira-servicemanagement-users",
    "jira-product-discovery": "jira-product-discovery-users",
}


def get(ctx: Context) -> Outcome:
    """The user that the query names, with groups and applications where ``expand`` wants them."""
    return Outcome("ok", detailed(ctx, named(ctx)), ready=True)


def create(ctx: Context) -> Outcome:
    """A new user, in the groups of the products; somebody who is there already comes back as they are."""
    body = ctx.body
    email = body["emailAddress"].strip()
    wrong = [] if "@" in email.strip("@") else [broken(ctx.site, "emailAddress", "email_wrong")]
    unknown = [one for one in body["products"] if one not in PRODUCTS]
    wrong += [broken(ctx.site, "products", "product_unknown", value=one) for one in unknown[:1]]
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="the user cannot be made like this")
    table = ctx.table("user")
    same = [one for one in table if (one.get("emailAddress") or "").casefold() == email.casefold()]
    if same:
        return Outcome("created", detailed(ctx, same[0]), ready=True)
    known = {one["name"] for one in ctx.table("group")}
    user = table.add(
        {
            "accountId": f"6{ctx.ids.number('jira/account', 1):023x}",
            "displayName": body.get("displayName") or email.partition("@")[0],
            "emailAddress": email,
            "groups": sorted({PRODUCTS[one] for one in body["products"]} & known),
        }
    )
    notice.happened(ctx, "user_created", user=user)
    return Outcome("created", detailed(ctx, user), ready=True)


def remove(ctx: Context) -> Outcome:
    """Forget the user, their credentials and roles; what they wrote remains, by a former user."""
    user = named(ctx)
    account = user["accountId"]
    for table in (ctx.table("credential"), ctx.table("role_actor")):
        for one in table.where(user=account):
            table.drop(one)
    ctx.table("user").drop(user)
    notice.happened(ctx, "user_deleted", user=user)
    return Outcome("deleted")


def groups_of(ctx: Context) -> Outcome:
    """The groups of the user that the query names."""
    return Outcome("ok", groups.of_user(ctx, named(ctx)), ready=True)


def everybody(ctx: Context) -> Outcome:
    """All users, active or not, oldest first."""
    return Outcome("ok", list(ctx.table("user")), many=True)


def several(ctx: Context) -> Outcome:
    """The users with the account ids asked for; those who are nobody are left out."""
    table = ctx.table("user")
    found = [one for account in dict.fromkeys(ctx.query["accountId"]) if (one := table.get(account))]
    return Outcome("ok", found, many=True)


def myself(ctx: Context) -> Outcome:
    """The caller, with groups and applications where ``expand`` wants them.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/
    """
    user = ctx.caller.user
    return Outcome("ok", {**detailed(ctx, user), "locale": user.get("locale", "en_US")}, ready=True)


def detailed(ctx: Context, user: Record) -> dict[str, Json]:
    """A user with the number of their groups and applications; their names where ``expand`` wants them."""
    expand = {one.strip() for one in str(ctx.query.get("expand") or "").split(",")}
    found = groups.of_user(ctx, user)
    return {
        **users.shown(ctx, user),
        "groups": {"size": len(found), "items": found if "groups" in expand else []},
        "applicationRoles": {"size": 0, "items": []},
        "expand": "groups,applicationRoles",
    }


def named(ctx: Context) -> Record:
    """The user that ``accountId`` of the query names. Raises Problem account_missing | no_user."""
    account = ctx.query.get("accountId")
    if not account:
        raise Problem("account_missing", diagnosis="the parameter 'accountId' is required")
    return users.named(ctx, account)
