"""Background tasks: started by other operations or by hand, read until they are flushed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from mockserver.behaviours.enterprise_tester.bodies import fault, member
from mockserver.engine.context import Context
from mockserver.engine.site import formatted
from mockserver.state.clock import instant
from mockserver.values import Broken, Json, Outcome, Problem, Record

# Source: https://help.catchsoftware.com/display/ET60 (background tasks)
TYPES = (
    "AutomatedTestImport",
    "bulkaction",
    "CreateTicketLink",
    "DeleteOrganisation",
    "DeleteProject",
    "GenerateTestProject",
    "LinkTicketToAgileRunStep",
    "LinkTicketToAutomatedTestRunResultNode",
    "LinkTicketToStepResult",
    "PerformanceTest",
    "Reindex",
)


def create(ctx: Context) -> Outcome:
    """A task of a known type, started. It runs to its end and changes nothing else."""
    return Outcome("accepted", start(ctx, _type(ctx.body["Type"])))


def faults(ctx: Context, body: Json) -> Sequence[Broken]:
    """What no schema can say of a task: is its type known?"""
    given = member(body, "Type")
    if isinstance(given, str) and _type(given):
        return ()
    return [fault(("Type",), given, f"Type must be one of {', '.join(TYPES)}.")]


def get(ctx: Context) -> Outcome:
    """The task, until it is flushed. Raises Problem("not_found") from then on."""
    task = ctx.found()
    kept = timedelta(seconds=ctx.settings["finishedTaskSeconds"])
    if ctx.now >= instant(task["Begun"]) + timedelta(seconds=task["Seconds"]) + kept:
        raise Problem(
            "not_found",
            diagnosis="the finished task has been flushed",
            title="Background task",
            resource="background_task",
            id=task["Id"],
        )
    return Outcome("ok", task)


def start(ctx: Context, kind: str) -> Record:
    """A new task of type ``kind``, begun now, with an id like ``DeleteProject-<guid>``."""
    values = {
        "Id": f"{kind}-{ctx.ids.uuid('background_task')}",
        "Begun": ctx.now.isoformat(),
        "Seconds": ctx.settings["backgroundTaskSeconds"],
    }
    return ctx.table("background_task").add(values)


def view(ctx: Context, record: Record) -> Json:
    """How far the task has come by the world's clock; ``ProgressInPercent`` goes from 0 to 1."""
    begun, length = instant(record["Begun"]), timedelta(seconds=record["Seconds"])
    elapsed = min(max(ctx.now - begun, timedelta()), length)
    complete = elapsed >= length
    pattern = ctx.site.service.dates
    return {
        "Complete": complete,
        "Error": None,
        "TotalElements": 1,
        "ProcessedElements": 1 if complete else 0,
        "StartedAt": formatted(begun, pattern),
        "FinishedAt": formatted(begun + length, pattern) if complete else None,
        "ProgressInPercent": 1.0 if complete else elapsed / length,
        "Elapsed": str(timedelta(seconds=int(elapsed.total_seconds()))).rjust(8, "0"),
        "Id": record["Id"],
        "Message": "Complete" if complete else "In progress",
        "Self": f"{ctx.base}/api/backgroundtask/{record['Id']}",
    }


def _type(text: str) -> str:
    """The type as the service spells it; empty if there is none such."""
    return next((one for one in TYPES if one.lower() == text.lower()), "")
