"""The root document, and what the installation says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mockserver.engine.context import Context
from mockserver.spec.model import Operation
from mockserver.values import Json, Outcome

# The relations by which clients find a resource. The first seven are documented, the rest follow them.
RELATIONS = {
    "/api/externalsystemlinks": "ExternalSystemLinks",
    "/api/externalsystems": "ExternalSystems",
    "/api/externalsourcesmetadata": "ExternalSourcesMetadata",
    "/api/backgroundtasks": "BackgroundTasks",
    "/api/projects": "Projects",
    "/api/systeminfo": "SystemInfo",
    "/api/project/{projectId}/searchlinks": "ProjectExternalSystemLinksSearch",
    "/api/externalsystemtypes": "ExternalSystemTypes",
    "/api/externalsourcemetadata": "ExternalSourceMetadata",
    "/api/organisations": "Organisations",
    "/api/systemevents": "SystemEvents",
}


def links(ctx: Context) -> Outcome:
    """A link to every collection that is really served, found by its ``Rel``.

    Source: https://help.catchsoftware.com/display/ET68/API
    """
    found = [_link(ctx, path, rel, served) for path, rel in RELATIONS.items() if (served := _at(ctx, path))]
    return Outcome("ok", {"Links": found}, ready=True)


def system_info(ctx: Context) -> Outcome:
    """Version, modules and root address; the names of the members are assumed."""
    info = {
        "Version": "6.8.0.0",
        "RootUrl": f"{ctx.base}/",
        "Modules": ["Core", "ExternalLinks", "Incidents", "Requirements", "TestManagement"],
    }
    return Outcome("ok", info, ready=True)


def _at(ctx: Context, path: str) -> Sequence[Operation]:
    """The operations served at ``path``, in the order of their methods."""
    order = ("GET", "POST", "PUT", "PATCH", "DELETE")
    operations = ctx.site.service.operations.values()
    found = [one for one in operations if one.path == path and one.rung != "absent"]
    return sorted(found, key=lambda one: order.index(one.method))


def _link(ctx: Context, path: str, rel: str, served: Sequence[Operation]) -> dict[str, Json]:
    return {
        "Title": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", rel),
        "Href": ctx.base + path,
        "Rel": rel,
        "Description": served[0].title,
        "SupportedHttpMethods": [one.method for one in served],
        "SupportsOData": any("$filter" in names for names in _options(ctx, served)),
        "SupportsTQL": False,
        "Help": served[0].docs,
    }


def _options(ctx: Context, served: Sequence[Operation]) -> Iterator[Sequence[str]]:
    for one in served:
        if one.accepts.query is not None:
            yield tuple(ctx.site.schemas.resolved(one.accepts.query)["properties"])
