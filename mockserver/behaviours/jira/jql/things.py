"""Fields that hold things with an id and a name: projects, statuses, types, versions, sprints, people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mockserver.behaviours.jira.jql.field import EQUAL, ORDERED, Atom, Choice, Field, Narrowed, united
from mockserver.behaviours.jira.jql.records import Records
from mockserver.values import Json, Record

SPRINT_UNKNOWN = "Sprint with name '{value}' does not exist or you do not have permission to view it."
Make = Callable[[], Field]


def fields(records: Records) -> Mapping[str, Make]:
    """How each of these fields is made, under its name in lower case."""
    several = _several
    return {
        "project": lambda: _project(records),
        "projecttype": lambda: _project_type(records),
        "category": lambda: _category(records),
        "status": lambda: _status(records),
        "statuscategory": lambda: _status_category(records),
        "issuetype": lambda: _issue_type(records),
        "priority": lambda: _priority(records),
        "resolution": lambda: _resolution(records),
        "level": lambda: _named(records, "level", "security", "security_level"),
        "labels": lambda: _labels(records),
        "component": lambda: several(records, "component", "components", "component"),
        "fixversion": lambda: several(records, "fixVersion", "fixVersions", "version"),
        "affectedversion": lambda: several(records, "affectedVersion", "versions", "version"),
        "sprint": lambda: sprint(records),
        "assignee": lambda: _person(records, "assignee", told=True, indexed=True),
        "reporter": lambda: _person(records, "reporter", told=True, indexed=True),
        "creator": lambda: _person(records, "creator"),
        "watcher": lambda: _people(records, "watcher", "watcher", "user"),
        "voter": lambda: _people(records, "voter", "vote", "user"),
        "worklogauthor": lambda: _people(records, "worklogAuthor", "worklog", "author"),
    }


def sprint(records: Records) -> Field:
    """The sprints that an issue is or was in, by id."""
    member = next(
        (
            one["id"]
            for one in records.table("field")
            if str((one.get("schema") or {}).get("custom", "")).endswith(":gh-sprint")
        ),
        "",
    )
    return Field(
        "sprint",
        lambda issue: issue["fields"].get(member) or (),
        records.meant("sprint"),
        order=records.by_place("sprint"),
        narrow=lambda atom: records.near(f"fields.{member}", atom),
        unknown=SPRINT_UNKNOWN,
        choices=records.choices("sprint"),
    )


def named_projects(records: Records, text: str) -> list[Atom]:
    """Ids of the projects with this id, key or name; a key that a project had before still names it."""
    folded = text.casefold()
    return [
        one["id"]
        for one in records.table("project")
        if text == one["id"]
        or folded == str(one["name"]).casefold()
        or folded in map(str.casefold, (one["key"], *one.get("formerKeys", ())))
    ]


def _project(records: Records) -> Field:
    def meant(text: str) -> Sequence[Atom] | None:
        return named_projects(records, text) or None

    def choices() -> list[Choice]:
        return [Choice(one["key"], f"{one['name']} ({one['key']})") for one in records.table("project")]

    return Field(
        "project",
        lambda issue: (issue["project"],),
        meant,
        order=records.by_name("project"),
        lasting="project",
        reads=("project",),
        narrow=lambda atom: records.near("project", atom),
        choices=choices,
    )


def _of_project(records: Records, name: str, member: str, meant: Callable[[str], Json]) -> Field:
    def held(issue: Record) -> Sequence[Atom]:
        project = records.one("project", issue["project"])
        found = None if project is None else project.get(member)
        return () if found is None else (found,)

    return Field(name, held, meant)


def _project_type(records: Records) -> Field:
    kinds = ("software", "business", "service_desk", "product_discovery")
    return _of_project(
        records,
        "projectType",
        "projectTypeKey",
        lambda text: [text.casefold()] if text.casefold() in kinds else None,
    )


def _category(records: Records) -> Field:
    return _of_project(records, "category", "projectCategory", records.meant("project_category"))


def _status(records: Records) -> Field:
    return Field(
        "status",
        records.held("status"),
        records.meant("status"),
        order=records.by_place("status"),
        lasting="status",
        reads=("status",),
        history=records.history("status"),
        narrow=lambda atom: records.near("fields.status", atom),
        choices=records.choices("status"),
    )


def _status_category(records: Records) -> Field:
    def held(issue: Record) -> Sequence[Atom]:
        status = records.one("status", issue["fields"].get("status"))
        return () if status is None else (status["category"],)

    def meant(text: str) -> Sequence[Atom] | None:
        folded = text.casefold()
        return [
            one["id"]
            for one in records.rows("status_category")
            if folded in (str(one["id"]), one["key"].casefold(), one["name"].casefold())
        ] or None

    def narrow(atom: Atom) -> Narrowed:
        statuses = [one["id"] for one in records.rows("status") if one["category"] == atom]
        return united([records.near("fields.status", status) for status in statuses])

    return Field("statusCategory", held, meant, narrow=narrow, choices=records.choices("status_category"))


def _issue_type(records: Records) -> Field:
    return Field(
        "issuetype",
        records.held("issuetype"),
        records.meant("issue_type"),
        order=records.by_name("issue_type"),
        lasting="issuetype",
        reads=("issue_type",),
        narrow=lambda atom: records.near("fields.issuetype", atom),
        choices=records.choices("issue_type"),
    )


def _priority(records: Records) -> Field:
    place = records.by_place("priority")
    return Field(
        "priority",
        records.held("priority"),
        records.meant("priority"),
        ORDERED,
        order=lambda atom: -int(place(atom)),  # the first of the list is the highest
        lasting="priority",
        reads=("priority",),
        downward=True,
        history=records.history("priority"),
        choices=records.choices("priority"),
    )


def _resolution(records: Records) -> Field:
    return Field(
        "resolution",
        records.held("resolution"),
        records.meant("resolution"),
        order=records.by_name("resolution"),
        lasting="resolution",
        reads=("resolution",),
        history=records.history("resolution"),
        empties=frozenset({"unresolved"}),
        choices=lambda: [Choice("Unresolved", "Unresolved"), *records.choices("resolution")()],
    )


def _named(records: Records, name: str, member: str, resource: str) -> Field:
    return Field(name, records.held(member), records.meant(resource), choices=records.choices(resource))


def _labels(records: Records) -> Field:
    def choices() -> list[Choice]:
        known = {label for issue in records.table("issue") for label in issue["fields"].get("labels") or ()}
        return [Choice(one, one) for one in sorted(known)]

    return Field(
        "labels",
        lambda issue: issue["fields"].get("labels") or (),
        lambda text: [text],
        narrow=lambda atom: records.near("fields.labels", atom),
        choices=choices,
    )


def _several(records: Records, name: str, member: str, resource: str) -> Field:
    versions = resource == "version"
    told = member == "fixVersions"
    return Field(
        name,
        lambda issue: issue["fields"].get(member) or (),
        records.meant(resource),
        ORDERED if versions else EQUAL,
        order=records.by_place(resource) if versions else records.by_name(resource),
        history=records.history(member, several=True) if told else None,
        choices=records.choices(resource),
    )


def _person(records: Records, name: str, *, told: bool = False, indexed: bool = False) -> Field:
    return Field(
        name,
        records.held(name),
        records.people,
        kind="person",
        order=records.display_name,
        lasting=name,
        reads=("user",),
        history=records.history(name) if told else None,
        narrow=(lambda atom: records.near(f"fields.{name}", atom)) if indexed else None,
        choices=records.users,
    )


def _people(records: Records, name: str, resource: str, member: str) -> Field:
    """People of the records that belong to an issue."""
    return Field(
        name,
        lambda issue: [one[member] for one in records.under(resource, issue)],
        records.people,
        kind="person",
        sortable=False,
        choices=records.users,
    )
