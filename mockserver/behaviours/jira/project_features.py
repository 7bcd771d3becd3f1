"""What is switched on in a project.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-features/
"""

from __future__ import annotations

from mockserver.behaviours.jira import rights
from mockserver.engine.context import Context
from mockserver.values import Json, Outcome, Problem, Record

FEATURES = {
    "jsw.classic.backlog": ("Backlog", "Plan what is to be done next."),
    "jsw.classic.reports": ("Reports", "See how the work goes."),
    "jsw.classic.releases": ("Releases", "Ship in versions."),
    "jsw.classic.roadmap": ("Timeline", "See the long way ahead."),
}


def listed(ctx: Context) -> Outcome:
    """The features of the project and whether they are on."""
    return Outcome("ok", _shown(ctx, ctx.found()), ready=True)


def toggle(ctx: Context) -> Outcome:
    """The features of the project with one of them switched."""
    project, name = ctx.found(), ctx.path["featureKey"]
    if not rights.administers(ctx, project):
        raise Problem("forbidden", diagnosis="the caller lacks ADMINISTER_PROJECTS")
    if name not in FEATURES:
        raise Problem("no_feature", diagnosis=f"no feature {name!r}", name=name)
    features = {**(project.get("features") or {}), name: ctx.body["state"]}
    return Outcome(
        "ok", _shown(ctx, ctx.table("project").change(project, {"features": features})), ready=True
    )


def _shown(ctx: Context, project: Record) -> dict[str, Json]:
    states = project.get("features") or {}
    found = [
        {
            "projectId": int(project["id"]),
            "state": states.get(name, "ENABLED"),
            "toggleLocked": False,
            "feature": name,
            "prerequisites": [],
            "localisedName": title,
            "localisedDescription": about,
            "imageUri": f"{ctx.base}/images/features/{name}.svg",
        }
        for name, (title, about) in FEATURES.items()
    ]
    return {"features": found}
