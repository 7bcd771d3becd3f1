"""What an app's calls cost of its points, and how many it has in an hour.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/#points-based-rate-limiting
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from mockserver.engine.context import Context
from mockserver.state.meters import Window
from mockserver.values import Json, Reply

HOUR = 3600
READS = ("GET", "HEAD", "OPTIONS")
GLOBAL = "global"
# Members of a reply by which a page of a list is told from a single thing.
_OF_PAGES = {"isLast", "maxResults", "nextPageToken", "startAt", "total"}


def quota(rules: Mapping[str, Json]) -> Window:
    """The points of one hour of UTC."""
    if rules["quota"] is not None:
        return Window(rules["quota"], HOUR, aligned=True)
    tier = rules["quotas"][rules["tier"]]
    points = tier["points"] + tier.get("perUser", 0) * rules["users"]
    return Window(min(points, tier.get("most", points)), HOUR, aligned=True)


def policy(rules: Mapping[str, Json]) -> str:
    """The name of the quota in ``RateLimit-Policy``."""
    return "global-app-quota" if rules["tier"] == GLOBAL else "tenant-app-quota"


def reason(rules: Mapping[str, Json]) -> str:
    """The reason that a 429 gives when the points are used up."""
    return "jira-quota-global-based" if rules["tier"] == GLOBAL else "jira-quota-tenant-based"


def account(ctx: Context, rules: Mapping[str, Json]) -> str | None:
    """Whose points the call uses: its app's; None where it uses none.

    Who calls with an API token is an app of their own, where those are not exempt.
    """
    if ctx.caller.anonymous:
        return None
    if ctx.caller.scheme == "bearer":
        return str(ctx.caller.credential.get("client") or "app")
    return None if rules["tokensExempt"] else str(ctx.caller.user["accountId"])


def cost(ctx: Context, rules: Mapping[str, Json], reply: Reply) -> int:
    """The points of a call that was answered so; what was refused costs no objects (assumed)."""
    points = rules["points"]
    if ctx.call.method not in READS:
        return int(points["write"])
    each = points["identity" if ctx.operation.page in rules["identity"] else "object"]
    found = reply.json() if reply.status < HTTPStatus.BAD_REQUEST and _is_json(reply) else None
    return int(points["base"]) + int(each) * objects(found)


def objects(document: Json) -> int:
    """How many things a reply shows: the items of a list or of a page, else one, or none of nothing.

    What is inside of them does not count: an issue with its users and its project is one.
    """
    if isinstance(document, list):
        return len(document)
    if not isinstance(document, Mapping):
        return 0
    if _OF_PAGES.isdisjoint(document):
        return 1
    return max((len(one) for one in document.values() if isinstance(one, list)), default=1)


def _is_json(reply: Reply) -> bool:
    return "json" in reply.headers.get("Content-Type", "")
