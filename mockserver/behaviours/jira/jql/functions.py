"""The functions of the query language: from a call to the things it stands for.

Source: https://support.atlassian.com/jira-software-cloud/docs/jql-functions/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mockserver.behaviours.jira.jql import moments
from mockserver.behaviours.jira.jql.field import Atom, Field, UnknownValue
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.records import Records
from mockserver.behaviours.jira.jql.things import named_projects
from mockserver.behaviours.jira.jql.tree import Function
from mockserver.behaviours.jira.rights import Rights, caller, in_role
from mockserver.values import Record

Give = Callable[[Records, Sequence[str]], Sequence[Atom]]
# Fields that a function can be used with: their kind, or their names in lower case.
PEOPLE = frozenset({"person"})
MOMENTS = frozenset({"moment"})
VERSIONS = frozenset({"fixversion", "affectedversion"})
ISSUES = frozenset({"key", "parent"})
PROJECTS = frozenset({"project"})
MANY = 99
MOST_VIEWED = 50


@dataclass(frozen=True, slots=True)
class Known:
    """A function that there is: what it gives, how many arguments it takes, which fields it fits."""

    name: str
    give: Give
    fits: frozenset[str]
    least: int = 0
    most: int = 0
    several: bool = True


def call(records: Records, function: Function, field: Field) -> Sequence[Atom]:
    """What the function stands for. Raises JqlError for one that does not exist or does not fit."""
    known = KNOWN.get(function.name.casefold())
    if known is None:
        raise JqlError(f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")
    count = len(function.arguments)
    if not known.least <= count <= known.most:
        wanted = str(known.least) if known.least == known.most else f"{known.least} to {known.most}"
        raise JqlError(f"Function '{function.name}' expected '{wanted}' arguments but received '{count}'.")
    if not known.fits & {field.name.casefold(), field.kind}:
        raise JqlError(f"The function '{function.name}' cannot be used with the field '{field.name}'.")
    return known.give(records, function.arguments)


def _current_user(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    return [] if records.caller is None else [records.caller]


def _members_of(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    wanted = given[0].casefold()
    groups = {
        one["name"]
        for one in records.rows("group")
        if wanted in (one["name"].casefold(), str(one.get("groupId")).casefold())
    }
    if not groups:
        raise UnknownValue(
            f"Function 'membersOf' can not generate a list of usernames for group '{given[0]}'; the group"
            " does not exist."
        )
    return [one["accountId"] for one in records.table("user") if groups & set(one.get("groups") or ())]


def _account(records: Records, text: str) -> str:
    found = records.people(text)
    if not found:
        raise UnknownValue(f"The user '{text}' does not exist.")
    return str(found[0])


def _now(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    return [records.now]


def _edge(unit: str, *, end: bool) -> Give:
    def give(records: Records, given: Sequence[str]) -> Sequence[Atom]:
        argument = given[0] if given else ""
        found = moments.edge(unit, end, argument, records.now)
        if found is None:
            name = f"{'end' if end else 'start'}Of{unit}"
            raise JqlError(f"The argument '{argument}' of the function '{name}' is not valid.")
        return [found]

    return give


def _issue(records: Records, text: str) -> Record:
    found = records.table("issue").find(text)
    if found is None:
        raise UnknownValue(f"Issue '{text}' could not be found or you do not have permission to view it.")
    return found


def _linked(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    """Issues that are linked with one, from its own end: what it does to them, or they do to it."""
    issue = _issue(records, given[0])["id"]
    wanted = {one.casefold() for one in given[1:]}
    types = {one["id"]: one for one in records.rows("issue_link_type")}
    known = {name.casefold() for one in types.values() for name in (one["inward"], one["outward"])}
    for name in given[1:]:
        if name.casefold() not in known:
            raise UnknownValue(f"Issue link type '{name}' could not be found.")
    links, found = records.table("issue_link"), []
    for end, other in (("inward", "outward"), ("outward", "inward")):
        for link in links.where(**{end: issue}):
            if not wanted or types[link["type"]][other].casefold() in wanted:
                found.append(link[other])
    return found


def _mine(resource: str) -> Give:
    def give(records: Records, given: Sequence[str]) -> Sequence[Atom]:
        return [one["issue"] for one in records.rows(resource) if one["user"] == records.caller]

    return give


def _below(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    """Everything under some issues, also what is under that."""
    found: dict[Atom, None] = {}
    waiting = [_issue(records, one)["id"] for one in given]
    while waiting:
        for child in records.ids("fields.parent", waiting.pop()):
            if child not in found:
                found[child] = None
                waiting.append(child)
    return list(found)


def _with_remote_links(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    return [one["issue"] for one in records.rows("remote_link") if one.get("globalId") in given]


def _updated_by(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    account = _account(records, given[0])
    bounds = [moments.moment(one, records.now) for one in given[1:]]
    for text, bound in zip(given[1:], bounds, strict=True):
        if bound is None:
            raise UnknownValue(moments.bad_date(text, "updatedBy"))
    after = bounds[0] if bounds else None
    before = bounds[1] if len(bounds) > 1 else None
    return [
        one["issue"]
        for one in records.rows("change")
        if one["author"] == account
        and (after is None or records.when(one["created"]) >= after)
        and (before is None or records.when(one["created"]) <= before)
    ]


def _viewed(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    """What the caller looked at last, where a request said that it counts (``updateHistory``)."""
    seen = [one["issue"] for one in records.rows("viewing") if one["user"] == records.caller]
    return seen[-MOST_VIEWED:]


def _cascade(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    """The options of this name that have others below them, or of those the one (or ``none``) below."""
    rows = list(records.rows("field_option"))
    above = [one for one in rows if not one.get("optionId") and _is_option(one, given[0])]
    if not above:
        raise UnknownValue(f"The option '{given[0]}' does not exist.")
    if len(given) == 1:
        return [one["id"] for one in above]
    if given[1].casefold() == "none":
        return [f"{one['id']}/none" for one in above]
    ids = {one["id"] for one in above}
    below = [one["id"] for one in rows if one.get("optionId") in ids and _is_option(one, given[1])]
    if not below:
        raise UnknownValue(f"The option '{given[1]}' does not exist below '{given[0]}'.")
    return below


def _is_option(option: Record, text: str) -> bool:
    return text == str(option["id"]) or text.casefold() == str(option["value"]).casefold()


def _projects(records: Records, given: Sequence[str]) -> frozenset[Atom] | None:
    """Ids of the projects that arguments name; None for all."""
    if not given:
        return None
    found: set[Atom] = set()
    for text in given:
        atoms = named_projects(records, text)
        if not atoms:
            raise UnknownValue(f"Could not resolve the project '{text}'.")
        found.update(atoms)
    return frozenset(found)


def _versions(*, released: bool, only: int | None = None) -> Give:
    """Versions that are (or are not) released and not archived, in order. ``only``: the one at this place."""

    def give(records: Records, given: Sequence[str]) -> Sequence[Atom]:
        projects = _projects(records, given)
        found = [
            one["id"]
            for one in records.rows("version")
            if bool(one.get("released")) is released
            and not one.get("archived")
            and (projects is None or one["project"] in projects)
        ]
        found.sort(key=records.by_place("version"))
        return found if only is None else [found[only]] if found else []

    return give


def _led(resource: str) -> Give:
    def give(records: Records, given: Sequence[str]) -> Sequence[Atom]:
        account = _account(records, given[0]) if given else records.caller
        return [one["id"] for one in records.rows(resource) if account and one.get("lead") == account]

    return give


def _permitted(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    wanted = given[0].casefold()
    keys = [
        one["key"]
        for one in records.rows("permission")
        if wanted in (one["key"].casefold(), str(one["name"]).casefold())
    ]
    if not keys:
        raise UnknownValue(f"The permission '{given[0]}' does not exist.")
    rights = Rights(records.ctx)
    return [one["id"] for one in records.table("project") if rights.within(keys[0], one)]


def _with_role(records: Records, given: Sequence[str]) -> Sequence[Atom]:
    role = next((one for one in records.rows("role") if one["name"].casefold() == given[0].casefold()), None)
    if role is None:
        raise UnknownValue(f"The role '{given[0]}' does not exist.")
    who = caller(records.ctx)
    return [one["id"] for one in records.table("project") if in_role(records.ctx, who, one, role["id"])]


def _types(*, subtasks: bool) -> Give:
    return lambda records, given: [
        one["id"] for one in records.table("issue_type") if bool(one.get("subtask")) is subtasks
    ]


def _sprints(state: str) -> Give:
    return lambda records, given: [one["id"] for one in records.rows("sprint") if one["state"] == state]


_ALL: Sequence[Known] = (
    Known("currentUser", _current_user, PEOPLE, several=False),
    Known("membersOf", _members_of, PEOPLE, 1, 1),
    Known("now", _now, MOMENTS, several=False),
    *(
        Known(f"{'end' if end else 'start'}Of{unit}", _edge(unit, end=end), MOMENTS, 0, 1, several=False)
        for end in (False, True)
        for unit in moments.UNITS
    ),
    Known("openSprints", _sprints("active"), frozenset({"sprint"})),
    Known("closedSprints", _sprints("closed"), frozenset({"sprint"})),
    Known("futureSprints", _sprints("future"), frozenset({"sprint"})),
    Known("linkedIssues", _linked, ISSUES, 1, MANY),
    Known("issueHistory", _viewed, ISSUES),
    Known("watchedIssues", _mine("watcher"), ISSUES),
    Known("votedIssues", _mine("vote"), ISSUES),
    Known("updatedBy", _updated_by, ISSUES, 1, 3),
    Known("parentEpic", _below, ISSUES, 1, MANY),
    Known("portfolioChildIssuesOf", _below, ISSUES, 1, MANY),
    Known("issuesWithRemoteLinksByGlobalId", _with_remote_links, ISSUES, 1, 100),
    Known("cascadeOption", _cascade, frozenset({"cascade"}), 1, 2),
    Known("releasedVersions", _versions(released=True), VERSIONS, 0, MANY),
    Known("unreleasedVersions", _versions(released=False), VERSIONS, 0, MANY),
    Known("latestReleasedVersion", _versions(released=True, only=-1), VERSIONS, 1, 1),
    Known("earliestUnreleasedVersion", _versions(released=False, only=0), VERSIONS, 1, 1),
    Known("componentsLeadByUser", _led("component"), frozenset({"component"}), 0, 1),
    Known("projectsLeadByUser", _led("project"), PROJECTS, 0, 1),
    Known("projectsWhereUserHasPermission", _permitted, PROJECTS, 1, 1),
    Known("projectsWhereUserHasRole", _with_role, PROJECTS, 1, 1),
    Known("standardIssueTypes", _types(subtasks=False), frozenset({"issuetype"})),
    Known("subtaskIssueTypes", _types(subtasks=True), frozenset({"issuetype"})),
)
KNOWN: Mapping[str, Known] = {one.name.casefold(): one for one in _ALL}
