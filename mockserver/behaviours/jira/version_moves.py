"""Versions moved in their order, merged, deleted, and the issues counted that depend on them.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
"""

from __future__ import annotations

from mockserver.behaviours.jira import holdings, versions
from mockserver.behaviours.jira.webhooks import notice
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

FIELDS = {"fixVersions": "moveFixIssuesTo", "versions": "moveAffectedIssuesTo"}


def related(ctx: Context) -> Outcome:
    """How many issues are fixed in the version, and how many affected by it."""
    version = ctx.found()
    document = {
        "self": f"{ctx.api}/version/{version['id']}/relatedIssueCounts",
        "issuesFixedCount": len(holdings.holding(ctx, "fixVersions", version)),
        "issuesAffectedCount": len(holdings.holding(ctx, "versions", version)),
        "issueCountWithCustomFieldsShowingVersion": 0,
        "customFieldUsage": [],
    }
    return Outcome("ok", document, ready=True)


def unresolved(ctx: Context) -> Outcome:
    """How many issues are to be fixed in the version, and how many of them are not resolved."""
    version = ctx.found()
    found = holdings.holding(ctx, "fixVersions", version)
    document = {
        "self": f"{ctx.api}/version/{version['id']}/unresolvedIssueCount",
        "issuesUnresolvedCount": len([one for one in found if versions.unresolved(one)]),
        "issuesCount": len(found),
    }
    return Outcome("ok", document, ready=True)


def move(ctx: Context) -> Outcome:
    """The version at its new place: after another one, or by word."""
    version, body = ctx.found(), ctx.body
    versions.may_change(ctx, version)
    if (body.get("after") is None) == (body.get("position") is None):
        raise Problem("version_move", diagnosis="exactly one of after and position must be given")
    siblings = versions.of(ctx.site, holdings.project_of(ctx, version))
    others = [one for one in siblings if one["id"] != version["id"]]
    if body.get("after") is not None:
        wanted = str(body["after"]).rstrip("/").rpartition("/")[2]
        at = next((at + 1 for at, one in enumerate(others) if one["id"] == wanted), None)
        if at is None:
            raise Problem("no_version", diagnosis=f"no version {wanted!r} in this project", id=wanted)
    else:
        now = next(at for at, one in enumerate(siblings) if one["id"] == version["id"])
        last = len(others)
        at = {"First": 0, "Last": last, "Earlier": max(0, now - 1), "Later": min(last, now + 1)}[
            body["position"]
        ]
    others.insert(at, version)
    for place, one in enumerate(others, 1):
        if one["sequence"] != place:
            ctx.table("version").change(one, {"sequence": place})
    notice.happened(ctx, "jira:version_moved", version=ctx.table("version").get(version["id"]))
    return Outcome("ok", ctx.table("version").get(version["id"]))


def merge(ctx: Context) -> Outcome:
    """Forget the version; its issues get the other one in its place."""
    version = ctx.found()
    versions.may_change(ctx, version)
    heir = _heir(ctx, version, ctx.path["moveIssuesTo"], "no_version")
    # Documented as version_deleted with mergedTo, and to apps as version_merged.
    for event in ("jira:version_merged", "jira:version_deleted"):
        notice.happened(ctx, event, version=version, heir=heir)
    _gone(ctx, version, dict.fromkeys(FIELDS, heir))
    return Outcome("deleted")


def delete(ctx: Context) -> Outcome:
    """Forget the version; its issues get those in its place that the query names, or none."""
    return _deleted(ctx, ctx.query)


def swap(ctx: Context) -> Outcome:
    """Forget the version; its issues get those in its place that the body names, or none."""
    return _deleted(ctx, ctx.body)


def _deleted(ctx: Context, asked: Json) -> Outcome:
    version = ctx.found()
    versions.may_change(ctx, version)
    heirs = {
        field: None if asked.get(name) is None else _heir(ctx, version, str(asked[name]), "version_heir")
        for field, name in FIELDS.items()
    }
    notice.happened(ctx, "jira:version_deleted", version=version)
    _gone(ctx, version, heirs)
    return Outcome("deleted")


def _gone(ctx: Context, version: Record, heirs: dict[str, Record | None]) -> None:
    for field, heir in heirs.items():
        holdings.swap(ctx, field, version, heir, holdings.holders(ctx, field, version))
    ctx.table("version").drop(version)


def _heir(ctx: Context, version: Record, wanted: str, otherwise: str) -> Record:
    found = ctx.table("version").get(wanted)
    if found is None or found["project"] != version["project"]:
        raise Problem(otherwise, diagnosis=f"no version {wanted!r} in this project", id=wanted)
    if found["id"] == version["id"]:
        raise Problem("version_heir", diagnosis="a version cannot take its own place", id=wanted)
    return found
