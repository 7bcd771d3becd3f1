"""Who may see and change a comment or a worklog: it may be kept to a group or a project role.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviours.jira import rights
from mockserver.behaviours.jira.words import Refused
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Problem, Record

KINDS = ("group", "role")
MOST_IDS = 1000


def read(site: Site, value: Json) -> dict[str, Json] | None:
    """``{type, value, identifier}`` of a group or a role given by name or identifier; None for everybody.

    Raises Refused for a kind that does not exist, and for a group or role that this site does not have.
    """
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping) or value.get("type") not in KINDS:
        raise Refused("visibility_type")
    kind, wanted = value["type"], value.get("identifier") or value.get("value")
    if not isinstance(wanted, str) or not wanted:
        raise Refused("visibility_value")
    if kind not in site.service.resources or not len(site.table(kind)):
        return {"type": kind, "value": wanted, "identifier": wanted}
    own = "groupId" if kind == "group" else "id"
    for one in site.table(kind):
        identifier = str(one.get(own))
        if wanted == identifier or str(one["name"]).casefold() == wanted.casefold():
            return {"type": kind, "value": one["name"], "identifier": identifier}
    raise Refused(f"no_{kind}", value=wanted)


def visible(ctx: Context, record: Record) -> bool:
    """Whether the caller may see this comment or worklog, and the issue it is on."""
    issue = ctx.table("issue").get(record["issue"])
    return issue is not None and ctx.sees("issue", issue) and open_to(ctx, record, issue)


def named(ctx: Context, name: str) -> list[Record]:
    """Those of the comments or worklogs (``name``) that the body names which the caller may see.

    Raises Problem bad_comment_ids | bad_worklog_ids for too many of them, and for none.
    """
    ids = list(dict.fromkeys(ctx.body["ids"]))
    if not ids or len(ids) > MOST_IDS:
        raise Problem(f"bad_{name}_ids", diagnosis="there must be 1 to 1000 ids", most=MOST_IDS)
    rows = (ctx.table(name).get(str(one)) for one in ids)
    return [one for one in rows if one is not None and visible(ctx, one)]


def lacking(ctx: Context, record: Record, verb: str, thing: str) -> str:
    """The permissions of which the caller would need one to change this record; empty if one is held.

    verb: edit | delete; thing: comment | worklog.
    """
    own = record["author"] is not None and record["author"] == ctx.caller.user.get("accountId")
    wanted = [f"{verb}_{whose}_{thing}s".upper() for whose in (("all", "own") if own else ("all",))]
    return "" if any(ctx.allowed(one) for one in wanted) else " and ".join(wanted)


def check_change(ctx: Context, record: Record, verb: str, thing: str) -> None:
    """Raise Problem if the caller may neither change all records of this kind nor this one of their own."""
    lacked = lacking(ctx, record, verb, thing)
    if lacked:
        raise Problem(f"may_not_{verb}_{thing}", diagnosis=f"the caller lacks {lacked}", id=record["id"])


def open_to(ctx: Context, record: Record, issue: Record | None) -> bool:
    """Whether the caller is in the group or role that ``record`` is kept to; its author always sees it."""
    kept = record.get("visibility")
    account = ctx.caller.user.get("accountId")
    if not kept or (account is not None and account == record.get("author")):
        return True
    if kept["type"] == "group":
        return bool({kept["value"], kept["identifier"]} & set(ctx.caller.user.get("groups") or ()))
    project = None if issue is None else ctx.table("project").get(issue["project"])
    if (
        project is None
        or not str(kept["identifier"]).isdigit()
        or "role_actor" not in ctx.site.service.resources
    ):
        return False
    return rights.in_role(ctx, rights.caller(ctx), project, int(kept["identifier"]))
