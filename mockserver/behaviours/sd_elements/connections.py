"""Issue tracker connections: created, changed and tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.behaviours.sd_elements.references import broken, check_seed, missing
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Problem, Record

# Members of params that say something about the project or the last run: shown, never stored.
DERIVED = (
    "sde_businessunit",
    "sde_application",
    "sde_project",
    "last_successful_run",
    "session_capture_socket",
)
REQUIRED = "This field is required."


def checks(ctx: Context, body: Json) -> Sequence[Broken]:
    """What is wrong with the connector, the project and the frequency that a body names."""
    found = [
        *missing(ctx, body, "connector", "issue_tracker_connector"),
        *missing(ctx, body, "project", "project"),
    ]
    frequency = body.get("frequency") if isinstance(body, dict) else None
    if isinstance(frequency, str) and frequency != "manually" and not ctx.settings["advanced_issue_tracker"]:
        found.append(broken("frequency", f'"{frequency}" is not a valid choice.'))
    return found


def created(ctx: Context) -> Outcome:
    """A new connection, synchronised never.

    Source: seed-api-facts 4.3
    """
    body = ctx.body
    project = ctx.table("project").get(int(body["project"]))
    values = {**_written(body), "params": _own_params(body["params"])}
    del values["project"]
    return Outcome("created", ctx.table("issue_tracker_connection").add(values, project))


def changed(ctx: Context) -> Outcome:
    """The connection with what the body has; its params go over the stored ones.

    The sample of the reference sends one member of params and is answered with the others too.
    """
    record = ctx.found()
    values = _written(ctx.body)
    if "params" in values:
        before = record["params"] if ctx.settings["patched_params"] == "merge" else {}
        values["params"] = {**before, **_own_params(values["params"])}
    return Outcome("updated", ctx.table("issue_tracker_connection").change(record, values))


def tested(ctx: Context) -> Outcome:
    """``{"success": true}`` if the settings are complete and the issue tracker is said to be reachable.

    The reference says neither which params are required nor what a failure looks like: both are
    settings. Raises Problem invalid | unreachable.
    """
    params = ctx.body["params"]
    connector = ctx.table("issue_tracker_connector").get(int(ctx.body.get("connector", 0)))
    known = {**(connector["params"] if connector else {}), **params}
    wrong = [
        Broken("body", ("params", name), name, "required", REQUIRED)
        for name in ctx.settings["connection_test_requires"]
        if known.get(name) in (None, "")
    ]
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="params are incomplete (connection_test_requires)")
    message = ctx.settings["connection_test_message"]
    if ctx.settings["connection_test"] == "fail_400":
        raise Problem("unreachable", message=message, diagnosis="the setting connection_test is fail_400")
    if ctx.settings["connection_test"] == "fail_200":
        return Outcome("ok", {"success": False, "message": message}, ready=True)
    return Outcome("ok", {"success": True}, ready=True)


def seeded(site: Site, values: Record) -> Record:
    """The values of a seeded connection. Raises Problem if there is no such connector."""
    check_seed(site, "connector", "issue_tracker_connector", [values["connector"]])
    return values


def _written(body: Mapping[str, Json]) -> dict[str, Json]:
    """The members of ``body`` that a caller may write; ids as numbers, also where they came as text."""
    names = ("alias", "connector", "project", "debug_mode", "frequency", "params")
    values = {name: body[name] for name in names if name in body}
    for name in ("connector", "project"):
        if name in values:
            values[name] = int(values[name])
    return values


def _own_params(params: Mapping[str, Json]) -> dict[str, Json]:
    """``params`` without what is derived, so that a client may send back what it was given."""
    return {name: value for name, value in params.items() if name not in DERIVED}
