"""Tasks and publications of an element, written one at a time; the element as it is then comes back."""

from __future__ import annotations

from mockserver.behaviours.kordiam.elements import nested_in, stored, with_id
from mockserver.engine.context import Context
from mockserver.values import Broken, Json, Outcome, Problem


def task_created(ctx: Context) -> Outcome:
    """The element with one more task.

    Source: https://docs.kordiam.app/api/platform/element-tasks
    """
    return _added(ctx, "tasks", "task")


def publication_created(ctx: Context) -> Outcome:
    """The element with one more publication, whose tasks must be the element's.

    Source: https://docs.kordiam.app/api/platform/element-publications
    """
    known = [one["id"] for one in nested_in(ctx.found(), "tasks")]
    wrong = [
        Broken("body", ("assignedTaskIds", at), "assignedTaskIds", "unknown", "does not exist", got=task)
        for at, task in enumerate(ctx.body.get("assignedTaskIds") or ())
        if task not in known
    ]
    if wrong:
        raise Problem("invalid", broken=wrong, diagnosis="tasks of another element")
    return _added(ctx, "publications", "publication")


def publication_deleted(ctx: Context) -> Outcome:
    """Nothing but the end of one publication; the element stays, even without any.

    Source: https://docs.kordiam.app/api/platform/element-publications
    """
    element, gone = ctx.found(), ctx.path["publicationId"]
    kept = [one for one in nested_in(element, "publications") if one["id"] != gone]
    if len(kept) == len(nested_in(element, "publications")):
        message = f"element {element['id']} has no publication {gone}"
        raise Problem("not_found", diagnosis=message, title="Publication", id=gone)
    stored(ctx, element, {"publications": kept})
    return Outcome("deleted")


def _added(ctx: Context, name: str, kind: str) -> Outcome:
    values: dict[str, Json] = {
        key: value for key, value in ctx.body.items() if key != "id" and value is not None
    }
    element = ctx.found()
    items = [*nested_in(element, name), with_id(ctx.site, kind, values)]
    return Outcome("created", stored(ctx, element, {name: items}).value)
