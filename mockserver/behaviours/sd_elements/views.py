"""How SD Elements shows its records."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.sd_elements.permissions import EDIT_CONNECTIONS
from mockserver.behaviours.sd_elements.shapes import Shape, shaped
from mockserver.engine.context import Context
from mockserver.values import Json, Record

SECRETS = ("issue_tracker_pass", "issue_tracker_api_token")
# Seen in a sample of a connection in debug mode, and in no other.
CAPTURE_SOCKET = "/doc/sde/sdetools_session_capture.sock"
HIGH, MEDIUM = 7, 4


def connection(ctx: Context, record: Record) -> dict[str, Json]:
    """A connection; without ``params`` for callers who may not edit connections.

    Source: seed-api-facts 4.2
    """
    connector = _named(ctx, "issue_tracker_connector", record["connector"])
    listed = ctx.case.does == "list"
    system = dict(connector["system"])
    if not (listed or ctx.call.method == "POST" or ctx.settings["system_short_name"] == "always"):
        system.pop("short_name", None)
    shown = {
        "id": record["id"],
        "alias": record["alias"],
        "system": system,
        "frequency": record["frequency"],
        "command": f"sync_{system['id']}",
        "debug_mode": record["debug_mode"],
        "params": _merged_params(ctx, record, connector),
        "inaccessible": record["inaccessible"],
        "in_progress": record["in_progress"],
        "connector": record["connector"],
        "project": record["project"],
    }
    if not ctx.allowed(EDIT_CONNECTIONS):
        del shown["params"]
    if not listed:
        del shown["in_progress"]
    return shaped(ctx, record, shown, CONNECTIONS)


def connector(ctx: Context, record: Record) -> dict[str, Json]:
    """A connector; without ``params`` for callers who may not edit connections."""
    shown = {**ctx.plain("issue_tracker_connector", record), "params": _shown_params(ctx, record["params"])}
    if not ctx.allowed(EDIT_CONNECTIONS):
        del shown["params"]
    return shaped(ctx, record, shown, Shape())


def business_unit(ctx: Context, record: Record) -> dict[str, Json]:
    """A business unit with its users and groups."""
    shown = ctx.plain("business_unit", record)
    shown["users"] = [short_user(ctx, _named(ctx, "user", one["user"])) for one in record["users"]]
    shown["default_users"] = [_member(ctx, one) for one in record["default_users"]]
    shown["groups"] = [_group(ctx, {"group": one["group"]}) for one in record["groups"]]
    shown["default_groups"] = [_group(ctx, one) for one in record["default_groups"]]
    return shaped(ctx, record, shown, BUSINESS_UNITS)


def application(ctx: Context, record: Record) -> dict[str, Json]:
    """An application with its business unit, as an object or as an id."""
    unit: Json = record["business_unit"]
    if ctx.settings["application_business_unit"] == "object":
        unit = expanded_unit(ctx, record)
    shown = {**ctx.plain("application", record), "business_unit": unit}
    return shaped(ctx, record, shown, APPLICATIONS)


def project(ctx: Context, record: Record) -> dict[str, Json]:
    """A project.

    Source: seed-api-facts 4.5
    """
    shown = ctx.plain("project", record)
    above = _named(ctx, "application", record["application"])
    profile = ctx.table("profile").get(record["profile"]) if record["profile"] else None
    shown["url"] = f"{_address(ctx, record)}/"
    shown["application"] = record["application"]
    shown["application_tags"] = above["tags"]
    shown["profile"] = profile
    shown["users"] = [_member(ctx, one) for one in record["users"]]
    shown["groups"] = [_group(ctx, one) for one in record["groups"]]
    return shaped(ctx, record, shown, PROJECTS)


def task(ctx: Context, record: Record) -> dict[str, Json]:
    """A task of a project."""
    shown = ctx.plain("task", record)
    above = _named(ctx, "project", record["project"])
    phase = ctx.table("phase").get(record["phase"])
    slug = phase["slug"] if phase else record["phase"]
    shown["url"] = f"{_address(ctx, above)}/tasks/phase/{slug}/{record['id']}/"
    users = [_named(ctx, "user", one) for one in record["assigned_to"]]
    shown["assigned_to"] = [{"id": one["id"], "email": one["email"]} for one in users]
    return shaped(ctx, record, shown, TASKS)


def task_status(ctx: Context, record: Record) -> dict[str, Json]:
    """A task status."""
    return shaped(ctx, record, ctx.plain("task_status", record), Shape())


def user(ctx: Context, record: Record) -> dict[str, Json]:
    """A user in full."""
    groups = [_group(ctx, {"group": one}) for one in record.get("groups", ())]
    return shaped(ctx, record, {**ctx.plain("user", record), "groups": groups}, Shape())


def short_user(ctx: Context, record: Record) -> dict[str, Json]:
    """A user as other records show one."""
    names = ("id", "email", "first_name", "last_name", "is_active", "role")
    return {name: record[name] for name in names if name in record}


def last_job(ctx: Context, record: Record) -> Json:
    """The last job run for a connection; None if there was none."""
    jobs = ctx.table("issue_tracker_job").under(record)
    return ctx.plain("issue_tracker_job", jobs[-1]) if jobs else None


def expanded_unit(ctx: Context, record: Record) -> Json:
    """The business unit of an application as ``{id, slug, name}``."""
    unit = _named(ctx, "business_unit", record["business_unit"])
    return {name: unit[name] for name in ("id", "slug", "name")}


def _merged_params(ctx: Context, record: Record, connector: Record) -> dict[str, Json]:
    """What the project says, over it the connector's settings, over those the connection's own."""
    project = _named(ctx, "project", record["project"])
    application = _named(ctx, "application", project["application"])
    unit = _named(ctx, "business_unit", application["business_unit"])
    params = {
        "sde_businessunit": unit["name"],
        "sde_application": application["name"],
        "sde_project": project["name"],
        **connector["params"],
        **record["params"],
    }
    if record["last_successful_run"]:
        params["last_successful_run"] = record["last_successful_run"]
    if record["debug_mode"]:
        params["session_capture_socket"] = CAPTURE_SOCKET
    return _shown_params(ctx, params)


def _shown_params(ctx: Context, params: Mapping[str, Json]) -> dict[str, Json]:
    if ctx.settings["secrets"] == "clear":
        return dict(params)
    return {name: "********" if name in SECRETS and value else value for name, value in params.items()}


def _task_counts(ctx: Context, record: Record) -> Json:
    """Tasks by name of their phase, all and complete ones."""
    tasks = [one for one in ctx.table("task").under(record) if one["accepted"]]
    counts = {}
    for phase in ctx.table("phase"):
        own = [one for one in tasks if one["phase"] == phase["id"]]
        done = [one for one in own if _is_done(ctx, one)]
        counts[phase["name"]] = {"total": len(own), "complete": len(done), "slug": phase["slug"]}
    return counts


def _incomplete_tasks(ctx: Context, record: Record) -> Json:
    """Tasks that are to do by priority: high from 7, medium from 4, low below."""
    tasks = [one for one in ctx.table("task").under(record) if one["accepted"] and not _is_done(ctx, one)]
    high = sum(one["priority"] >= HIGH for one in tasks)
    medium = sum(MEDIUM <= one["priority"] < HIGH for one in tasks)
    return {"high": high, "medium": medium, "low": len(tasks) - high - medium}


def _is_done(ctx: Context, task: Record) -> bool:
    return bool(_named(ctx, "task_status", task["status"]).get("meaning") != "TODO")


def _creator(ctx: Context, record: Record) -> Json:
    return short_user(ctx, _named(ctx, "user", record["creator"]))


def _updater(ctx: Context, record: Record) -> Json:
    return None if record["updater"] is None else short_user(ctx, _named(ctx, "user", record["updater"]))


def _status(ctx: Context, record: Record) -> Json:
    return ctx.plain("task_status", _named(ctx, "task_status", record["status"]))


def _phase(ctx: Context, record: Record) -> Json:
    return _named(ctx, "phase", record["phase"]) or record["phase"]


def _text(ctx: Context, record: Record) -> Json:
    return {"description": record["text"], "amendments": []}


def _tags(ctx: Context, record: Record) -> Json:
    return [*record["library_tags"], *record["project_tags"]]


def _tags_by_origin(ctx: Context, record: Record) -> Json:
    return {"library_tags": record["library_tags"], "project_tags": record["project_tags"]}


def _member(ctx: Context, one: Mapping[str, Json]) -> dict[str, Json]:
    """A user with the id of the role it has here."""
    return {**short_user(ctx, _named(ctx, "user", one["user"])), "role": one.get("role")}


def _group(ctx: Context, one: Mapping[str, Json]) -> dict[str, Json]:
    group = _named(ctx, "group", one["group"])
    shown = {"id": group["id"], "name": group["name"]}
    return {**shown, "role": one["role"]} if "role" in one else shown


def _named(ctx: Context, resource: str, row_id: str | int) -> Record:
    """The record with that id; empty if it has gone."""
    return ctx.table(resource).get(row_id) or {}


def _address(ctx: Context, project: Record) -> str:
    """Where the product shows a project in a browser, without a trailing slash."""
    application = _named(ctx, "application", project["application"])
    unit = _named(ctx, "business_unit", application["business_unit"])
    return f"{ctx.base}/bunits/{unit['slug']}/{application['slug']}/{project['slug']}"


CONNECTIONS = Shape(include={"last_job": last_job})
BUSINESS_UNITS = Shape(unserved=("risk_policy_compliance",))
APPLICATIONS = Shape(expand={"business_unit": expanded_unit}, unserved=("projects",))
PROJECTS = Shape(
    include={"task_counts": _task_counts, "incomplete_tasks": _incomplete_tasks},
    expand={"creator": _creator},
    unserved=("permissions", "risk_policy"),
)
TASKS = Shape(
    include={"tags": _tags},
    expand={
        "status": _status,
        "phase": _phase,
        "updater": _updater,
        "text": _text,
        "tags": _tags_by_origin,
    },
    aliases={"description": "text"},
    unserved=("how_tos", "problem", "related", "regulation_sections"),
)
# What can be asked for, by page of the fixtures.
SHAPES: Mapping[str, Shape] = {
    "issue_tracker_connections": CONNECTIONS,
    "business_units": BUSINESS_UNITS,
    "applications": APPLICATIONS,
    "projects": PROJECTS,
    "tasks": TASKS,
}
