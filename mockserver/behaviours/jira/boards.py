"""Boards: made, listed, configured, deleted.

A record is ``{id, name, type, sprints, project, user, filter}``: ``project`` or ``user`` is where it is
located, ``sprints`` whether it has any, ``filter`` the id of the filter that says which issues it shows.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
"""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.behaviours.jira import agile, paged, projects, users
from mockserver.behaviours.jira.agile import refusal
from mockserver.behaviours.jira.comments import expanded
from mockserver.behaviours.jira.rights import Rights, administers, visible_project
from mockserver.behaviours.jira.webhooks import notice
from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.values import Json, Outcome, Problem, Record

CATEGORIES = ("new", "indeterminate", "done")
COLUMNS = ("To Do", "In Progress", "Done")
KINDS = ("scrum", "kanban", "simple")


def shown(ctx: Context, board: Record) -> dict[str, Json]:
    """A board with its location, and who may change it where ``expand`` asks for that."""
    asked = expanded(ctx)
    return {
        "id": board["id"],
        "self": agile.address(ctx, "board", board["id"]),
        "name": board["name"],
        "type": board["type"],
        "location": _location(ctx, board),
        "isPrivate": False,
        "favourite": False,
        "admins": _admins(ctx, board) if "admins" in asked else None,
        "canEdit": _may_edit(ctx, board) if "permissions" in asked else None,
    }


def visible(ctx: Context, board: Record) -> bool:
    """Whether the caller may see a board: that of a project, if the project is there and may be seen."""
    if board["project"] is None:
        return True
    project = ctx.table("project").get(board["project"])
    return project is not None and visible_project(ctx, project)


def listed(ctx: Context) -> Outcome:
    """The boards that the query asks for, in the order it asks for, oldest first if in none."""
    query = ctx.query
    found = [one for one in ctx.table("board") if visible(ctx, one)]
    kinds = query.get("type")
    if kinds and not set(kinds) <= set(KINDS):
        raise refusal(ctx.site, ("board_type", {"value": ", ".join(kinds)}))
    if kinds:
        found = [one for one in found if one["type"] in kinds]
    found = paged.matching(query.get("name"), found, "name")
    if name := query.get("projectKeyOrId"):
        project = ctx.table("project").find(str(name))
        if project is None or not visible_project(ctx, project):
            raise refusal(ctx.site, ("project_of_board_unknown", {"value": name}))
        found = [one for one in found if one["project"] == project["id"]]
    if query.get("filterId") is not None:
        found = [one for one in found if one["filter"] == str(query["filterId"])]
    found = _located(ctx, found)
    if query.get("orderBy"):
        found.sort(key=lambda one: str(one["name"]).casefold(), reverse=query["orderBy"].startswith("-"))
    return Outcome("ok", found, many=True)


def of_filter(ctx: Context) -> Outcome:
    """The boards whose issues a filter chooses."""
    wanted = str(ctx.path["boardFilterId"])
    return Outcome(
        "ok", [one for one in ctx.table("board").where(filter=wanted) if visible(ctx, one)], many=True
    )


def brief(ctx: Context, board: Record) -> dict[str, Json]:
    """A board as the list of a filter's boards has it."""
    return {"id": board["id"], "name": board["name"], "self": agile.address(ctx, "board", board["id"])}


def create(ctx: Context) -> Outcome:
    """A new board. Raises Problem("agile_refused") with everything that is wrong."""
    body = ctx.body
    location = body.get("location") or {}
    project = ctx.table("project").find(str(location.get("projectKeyOrId") or ""))
    wrong: list[str | tuple[str, dict[str, Json]]] = []
    if not str(body["name"]).strip():
        wrong.append("board_name")
    if body["type"] not in ("scrum", "kanban"):
        wrong.append(("board_type", {"value": body["type"]}))
    chooser = ctx.table("filter").get(str(body["filterId"]))
    if chooser is None or not ctx.sees("filter", chooser):
        wrong.append(("board_filter", {"value": body["filterId"]}))
    if location.get("type") == "project" and (project is None or not visible_project(ctx, project)):
        wrong.append(("project_of_board_unknown", {"value": location.get("projectKeyOrId")}))
    if wrong:
        raise refusal(ctx.site, *wrong)
    board = ctx.table("board").add(
        {
            "name": body["name"].strip(),
            "type": body["type"],
            "sprints": body["type"] == "scrum",
            "filter": str(body["filterId"]),
            "project": project["id"] if project is not None and location.get("type") == "project" else None,
            "user": ctx.caller.user.get("accountId") if location.get("type") != "project" else None,
        }
    )
    notice.happened(ctx, "board_created", board=board)
    return Outcome("created", board)


def delete(ctx: Context) -> Outcome:
    """Forget a board; its sprints stay, as they may hold issues of other boards too."""
    board = ctx.found()
    if board["type"] == "simple":
        raise Problem(
            "board_of_project", diagnosis="the board of a team-managed project goes with the project"
        )
    if not _may_edit(ctx, board):
        raise Problem("may_not_edit_board", diagnosis="the caller administers neither project nor site")
    ctx.table("board").drop(board)
    notice.happened(ctx, "board_deleted", board=board)
    return Outcome("deleted")


def seeded(site: Site, values: Json) -> Json:
    """A seed record with ids for keys, and without a filter the board of its whole project."""
    project = site.table("project").find(str(values.get("project") or ""))
    if values.get("project") and project is None:
        raise Problem("invalid", diagnosis=f"no project {values['project']!r}")
    kind = values.get("type") or "scrum"
    return {
        **values,
        "type": kind,
        "name": values.get("name") or (f"{project['key']} board" if project else "Board"),
        "sprints": values.get("sprints", kind != "kanban"),
        "project": None if project is None else project["id"],
    }


def configuration(ctx: Context) -> Outcome:
    """Columns, estimation, ranking. There is a column for each category of statuses.

    Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/#api-rest-agile-1-0-board-boardid-configuration-get
    """
    board = ctx.found()
    document: dict[str, Json] = {
        "id": board["id"],
        "name": board["name"],
        "type": board["type"],
        "self": agile.address(ctx, "board", board["id"]) + "/configuration",
        "location": _container(ctx, board),
        "filter": _filter(ctx, board),
        "subQuery": None if board["sprints"] else {"query": ""},
        "columnConfig": {"columns": list(_columns(ctx)), "constraintType": "none"},
        "estimation": _estimation(ctx) if board["sprints"] else None,
        "ranking": {"rankCustomFieldId": 10019},
    }
    return Outcome("ok", document, ready=True)


def jql_of(ctx: Context, board: Record) -> str:
    """The query that says which issues a board shows."""
    chooser = ctx.table("filter").get(board["filter"] or "")
    if chooser is not None:
        return str(chooser["jql"])
    project = ctx.table("project").get(board["project"] or "")
    return "ORDER BY Rank" if project is None else f"project = {project['key']} ORDER BY Rank"


def _columns(ctx: Context) -> Iterable[dict[str, Json]]:
    names = {one["id"]: one["key"] for one in ctx.table("status_category")}
    for category, title in zip(CATEGORIES, COLUMNS, strict=True):
        yield {
            "name": title,
            "statuses": [
                {"id": one["id"], "self": f"{agile.as_version_2(ctx).api}/status/{one['id']}"}
                for one in ctx.table("status")
                if names.get(one["category"]) == category
            ],
        }


def _estimation(ctx: Context) -> dict[str, Json]:
    field = ctx.table("field").get(agile.POINTS) or {"name": "Story Points"}
    return {"type": "field", "field": {"fieldId": agile.POINTS, "displayName": field["name"]}}


def _filter(ctx: Context, board: Record) -> Json:
    if board["filter"] is None:
        return None
    return {"id": board["filter"], "self": f"{agile.as_version_2(ctx).api}/filter/{board['filter']}"}


def _container(ctx: Context, board: Record) -> Json:
    project = ctx.table("project").get(board["project"] or "")
    if project is None:
        return {"type": "user", "id": board["user"]}
    address = projects.brief(agile.as_version_2(ctx), project)["self"]
    return {
        "type": "project",
        "key": project["key"],
        "id": project["id"],
        "self": address,
        "name": project["name"],
    }


def _location(ctx: Context, board: Record) -> Json:
    project = ctx.table("project").get(board["project"] or "")
    if project is not None:
        pictures = projects.brief(agile.as_version_2(ctx), project)["avatarUrls"]
        return {
            "projectId": int(project["id"]),
            "displayName": f"{project['name']} ({project['key']})",
            "projectName": project["name"],
            "projectKey": project["key"],
            "projectTypeKey": project["projectTypeKey"],
            "avatarURI": pictures["24x24"],
            "name": f"{project['name']} ({project['key']})",
        }
    user = users.by_id(agile.as_version_2(ctx), board["user"])
    if user is None:
        return None
    return {
        "userAccountId": user["accountId"],
        "displayName": user["displayName"],
        "avatarURI": user["avatarUrls"]["24x24"],
        "name": user["displayName"],
    }


def _located(ctx: Context, boards: list[Record]) -> list[Record]:
    """Those at the places the query names, or those elsewhere if it negates that."""
    account, project = ctx.query.get("accountIdLocation"), ctx.query.get("projectLocation")
    kinds = ctx.query.get("projectTypeLocation")
    if not (account or project or kinds):
        return boards

    place = None if not project else ctx.table("project").find(project)

    def there(board: Record) -> bool:
        of = ctx.table("project").get(board["project"] or "")
        return (
            (not account or board["user"] == account)
            and (not project or (of is not None and of == place))
            and (not kinds or (of is not None and of["projectTypeKey"] in kinds))
        )

    wanted = not ctx.query.get("negateLocationFiltering")
    return [one for one in boards if there(one) == wanted]


def _admins(ctx: Context, board: Record) -> dict[str, Json]:
    """Whose a board is: that of a project is its lead's."""
    project = ctx.table("project").get(board["project"] or "")
    owner = users.by_id(agile.as_version_2(ctx), board["user"] if project is None else project["lead"])
    members = ("self", "accountId", "avatarUrls", "displayName", "active")
    return {"users": [] if owner is None else [{name: owner[name] for name in members}], "groups": []}


def _may_edit(ctx: Context, board: Record) -> bool:
    project = ctx.table("project").get(board["project"] or "")
    if project is not None:
        return administers(ctx, project)
    owner = ctx.caller.user.get("accountId")
    return Rights(ctx).globally("ADMINISTER") or (owner is not None and board["user"] == owner)
