"""What issues hold of a project, its versions and components: counted, and moved from one to another.

Issues are changed through their history alone, so every move is told there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockserver.behaviours.jira import rights
from mockserver.behaviours.jira.history import changed
from mockserver.engine.context import Context
from mockserver.values import Problem, Record


def holding(ctx: Context, field: str, thing: Record) -> list[Record]:
    """The issues that hold ``thing`` in ``field`` and that the caller may see, oldest first."""
    sees = rights.Rights(ctx).sees
    return [one for one in holders(ctx, field, thing) if sees(one)]


def holders(ctx: Context, field: str, thing: Record) -> list[Record]:
    """All issues that hold ``thing`` in ``field``, whoever may see them."""
    return ctx.table("issue").where(project=thing["project"], **{f"fields.{field}": thing["id"]})


def swap(ctx: Context, field: str, thing: Record, heir: Record | None, among: Iterable[Record]) -> None:
    """In ``field`` of the issues put ``heir`` in the place of ``thing``, or nothing."""
    for issue in among:
        held = [one for one in issue["fields"][field] if one != thing["id"]]
        if heir is not None and heir["id"] not in held:
            held.append(heir["id"])
        changed(ctx, issue, {field: held})


def project_of(ctx: Context, thing: Record) -> Record:
    """The project that a version or component belongs to."""
    found = ctx.table("project").get(thing["project"])
    if found is None:
        raise Problem("no_project", diagnosis="the project is gone", id=thing["project"])
    return found


def visible(ctx: Context, thing: Record) -> bool:
    """Whether the caller may know of a version or component: of its project, that is."""
    found = ctx.table("project").get(thing["project"])
    return found is not None and rights.visible_project(ctx, found)


def named_project(ctx: Context, body: Mapping[str, object]) -> Record | None:
    """The project that ``projectId`` or ``project`` of a body names; None where neither is there.

    Raises Problem("no_project") for one that does not exist or is hidden.
    """
    wanted = body.get("projectId")
    wanted = body.get("project") if wanted is None else wanted
    if wanted is None or wanted == "":
        return None
    found = ctx.table("project").find(str(wanted))
    if found is None or not rights.visible_project(ctx, found):
        raise Problem(
            "no_project", diagnosis=f"no project {wanted!r} that the caller may see", id=str(wanted)
        )
    return found
