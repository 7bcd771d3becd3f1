"""Tasks of a project: changed by people and by synchronisation."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.behaviours.sd_elements.references import broken, check_seed, missing
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Broken, Json, Outcome, Record

# Documented as available only where the task is specific to its project.
OF_SPECIFIC_TASKS = ("phase", "priority", "text", "title")


def checks(ctx: Context, body: Json) -> Sequence[Broken]:
    """What is wrong with the status, the phase and the people that a body names."""
    found = [*missing(ctx, body, "status", "task_status"), *missing(ctx, body, "phase", "phase")]
    if not isinstance(body, dict):
        return found
    emails = body.get("assigned_to")
    for email in emails if isinstance(emails, list) else ():
        if isinstance(email, str) and not ctx.table("user").where(email=email):
            found.append(broken("assigned_to", f"Object with email={email} does not exist."))
            break
    if ctx.target is not None and not ctx.target["project_specific"]:
        message = "This field can only be changed for project specific tasks."
        named = {one.key for one in found}
        found += [broken(name, message) for name in OF_SPECIFIC_TASKS if name in body and name not in named]
    return found


def changed(ctx: Context) -> Outcome:
    """The task with what the body has; who calls is its updater.

    Source: seed-api-facts 4.5
    """
    names = ("artifact_proxy", "status", *OF_SPECIFIC_TASKS)
    values = {name: ctx.body[name] for name in names if name in ctx.body}
    if "assigned_to" in ctx.body:
        found = [ctx.table("user").where(email=email)[0] for email in ctx.body["assigned_to"]]
        values["assigned_to"] = list(dict.fromkeys(one["id"] for one in found))
    values["updater"] = ctx.caller.user["id"]
    return Outcome("updated", ctx.table("task").change(ctx.found(), values))


def seeded(site: Site, values: Record) -> Record:
    """The values of a seeded task. Raises Problem for anything it names that does not exist."""
    check_seed(site, "status", "task_status", [values.get("status")])
    check_seed(site, "phase", "phase", [values.get("phase")])
    check_seed(site, "assigned_to", "user", values.get("assigned_to", ()))
    check_seed(site, "updater", "user", [values.get("updater")])
    return values
