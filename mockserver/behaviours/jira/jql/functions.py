"""The functions of the query language: from a call to the things it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mockserver.behaviours.jira.jql import moments
from mockserver.behaviours.jira.jql.evaluate import Atom, Field
from mockserver.behaviours.jira.jql.fields import Fields
from mockserver.behaviours.jira.jql.parse import JqlError
from mockserver.behaviours.jira.jql.tree import Function
from mockserver.engine.context import Context

PEOPLE = frozenset({"assignee", "reporter", "creator", "watcher", "voter", "vote", "worklogauthor"})
VERSIONS = frozenset({"fixversion", "affectedversion"})
ISSUES = frozenset({"key", "parent"})


class Functions:
    """The functions as the caller of ``ctx`` may call them."""

    def __init__(self, ctx: Context, fields: Fields) -> None:
        """``fields``: the same caller's fields, for resolving names in arguments."""
        self._ctx = ctx
        self._fields = fields
        self._edges: Mapping[str, tuple[str, bool]] = {
            f"{side}of{unit.lower()}": (unit, side == "end")
            for side in ("start", "end")
            for unit in moments.UNITS
        }
        self._known: Mapping[
            str, tuple[Callable[[Sequence[str]], Sequence[Atom]], int, int, frozenset[str]]
        ] = {
            # name: what it gives, fewest and most arguments, fields it can be used with
            "currentuser": (self._current_user, 0, 0, PEOPLE),
            "membersof": (self._members_of, 1, 1, PEOPLE),
            "now": (lambda given: [ctx.now], 0, 0, frozenset({"moment"})),
            "opensprints": (lambda given: self._sprints("active"), 0, 0, frozenset({"sprint"})),
            "closedsprints": (lambda given: self._sprints("closed"), 0, 0, frozenset({"sprint"})),
            "futuresprints": (lambda given: self._sprints("future"), 0, 0, frozenset({"sprint"})),
            "linkedissues": (self._linked, 1, 9, ISSUES),
            "issuehistory": (lambda given: [], 0, 0, ISSUES),
            "watchedissues": (lambda given: self._mine("watcher"), 0, 0, ISSUES),
            "votedissues": (lambda given: self._mine("vote"), 0, 0, ISSUES),
            "updatedby": (self._updated_by, 1, 3, ISSUES),
            "parentepic": (self._children, 1, 9, ISSUES),
            "subtasksof": (self._children, 1, 9, ISSUES),
            "releasedversions": (lambda given: self._versions(given, True), 0, 99, VERSIONS),
            "unreleasedversions": (lambda given: self._versions(given, False), 0, 99, VERSIONS),
            "latestreleasedversion": (self._latest_released, 1, 1, VERSIONS),
            "earliestunreleasedversion": (self._earliest_unreleased, 1, 1, VERSIONS),
            "componentsleadbyuser": (self._components_led, 0, 1, frozenset({"component"})),
            "projectsleadbyuser": (self._projects_led, 0, 1, frozenset({"project"})),
            "standardissuetypes": (lambda given: self._types(False), 0, 0, frozenset({"issuetype"})),
            "subtaskissuetypes": (lambda given: self._types(True), 0, 0, frozenset({"issuetype"})),
        }

    def call(self, function: Function, field: Field) -> Sequence[Atom]:
        """What the function stands for. Raises JqlError for one that does not exist or does not fit."""
        name = function.name.casefold()
        if name in self._edges:
            self._fit(function, 0, 1, frozenset({"moment"}), field)
            unit, end = self._edges[name]
            argument = function.arguments[0] if function.arguments else ""
            found = moments.edge(unit, end, argument, self._ctx.now)
            if found is None:
                raise JqlError(f"The argument '{argument}' of the function '{function.name}' is not valid.")
            return [found]
        if name not in self._known:
            raise JqlError(f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")
        give, least, most, fits = self._known[name]
        self._fit(function, least, most, fits, field)
        return give(function.arguments)

    def names(self) -> Sequence[str]:
        """Every function's name, in lower case."""
        return (*self._known, *self._edges)

    def _fit(self, function: Function, least: int, most: int, fits: frozenset[str], field: Field) -> None:
        count = len(function.arguments)
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise JqlError(
                f"Function '{function.name}' expected '{wanted}' arguments but received '{count}'."
            )
        person = field.meant == self._fields._account
        if not fits & {field.name.casefold(), field.kind} and not (fits is PEOPLE and person):
            raise JqlError(f"The function '{function.name}' cannot be used with the field '{field.name}'.")

    # ---- people

    def _current_user(self, given: Sequence[str]) -> Sequence[Atom]:
        account = self._ctx.caller.user.get("accountId")
        return [] if account is None else [account]

    def _members_of(self, given: Sequence[str]) -> Sequence[Atom]:
        groups = [one for one in self._fields.rows("group") if one["name"].casefold() == given[0].casefold()]
        if not groups:
            raise JqlError(f"The group '{given[0]}' does not exist.")
        names = {one["name"] for one in groups}
        return [
            one["accountId"] for one in self._fields.table("user") if names & set(one.get("groups") or ())
        ]

    def _account(self, text: str) -> str:
        found = self._fields._account(text)
        if not found:
            raise JqlError(f"The user '{text}' does not exist.")
        return str(found[0])

    # ---- issues

    def _issue(self, text: str) -> str:
        found = self._fields.table("issue").find(text)
        if found is None:
            raise JqlError(f"Issue '{text}' could not be found or you do not have permission to view it.")
        return str(found["id"])

    def _linked(self, given: Sequence[str]) -> Sequence[Atom]:
        issue = self._issue(given[0])
        wanted = [one.casefold() for one in given[1:]]
        types = {one["id"]: one for one in self._fields.rows("issue_link_type")}
        known = {name.casefold() for one in types.values() for name in (one["inward"], one["outward"])}
        for at, name in enumerate(wanted):
            if name not in known:
                raise JqlError(f"Issue link type '{given[at + 1]}' could not be found.")
        found = []
        for link in self._fields.rows("issue_link"):
            kind = types[link["type"]]
            # From the issue's own end: what it does to the other, or what the other does to it.
            if link["inward"] == issue and (not wanted or kind["outward"].casefold() in wanted):
                found.append(link["outward"])
            if link["outward"] == issue and (not wanted or kind["inward"].casefold() in wanted):
                found.append(link["inward"])
        return found

    def _mine(self, resource: str) -> Sequence[Atom]:
        account = self._ctx.caller.user.get("accountId")
        return [one["issue"] for one in self._fields.rows(resource) if one["user"] == account]

    def _children(self, given: Sequence[str]) -> Sequence[Atom]:
        parents = {self._issue(one) for one in given}
        issues = self._fields.table("issue")
        return [one["id"] for parent in sorted(parents) for one in issues.where(**{"fields.parent": parent})]

    def _updated_by(self, given: Sequence[str]) -> Sequence[Atom]:
        account = self._account(given[0])
        bounds = [moments.moment(one, self._ctx.now) for one in given[1:]]
        if None in bounds:
            raise JqlError("The dates of the function 'updatedBy' are not valid.")
        from mockserver.behaviours.jira.jql.fields import when

        after = bounds[0] if bounds else None
        before = bounds[1] if len(bounds) > 1 else None
        return [
            one["issue"]
            for one in self._fields.rows("change")
            if one["author"] == account
            and (after is None or when(one["created"]) >= after)
            and (before is None or when(one["created"]) <= before)
        ]

    # ---- projects and what they hold

    def _projects(self, given: Sequence[str]) -> frozenset[Atom] | None:
        if not given:
            return None
        project = self._fields.named("project")
        found: set[Atom] = set()
        for one in given:
            atoms = project.meant(one) if project is not None else None
            if atoms is None:
                raise JqlError(f"Could not resolve the project '{one}'.")
            found.update(atoms)
        return frozenset(found)

    def _versions(self, given: Sequence[str], released: bool) -> Sequence[Atom]:
        projects = self._projects(given)
        return [
            one["id"]
            for one in self._fields.rows("version")
            if bool(one.get("released")) is released
            and not one.get("archived")
            and (projects is None or one["project"] in projects)
        ]

    def _latest_released(self, given: Sequence[str]) -> Sequence[Atom]:
        return self._versions(given, True)[-1:]

    def _earliest_unreleased(self, given: Sequence[str]) -> Sequence[Atom]:
        return self._versions(given, False)[:1]

    def _led(self, resource: str, given: Sequence[str]) -> Sequence[Atom]:
        account = self._account(given[0]) if given else self._ctx.caller.user.get("accountId")
        return [one["id"] for one in self._fields.rows(resource) if account and one.get("lead") == account]

    def _components_led(self, given: Sequence[str]) -> Sequence[Atom]:
        return self._led("component", given)

    def _projects_led(self, given: Sequence[str]) -> Sequence[Atom]:
        return self._led("project", given)

    def _types(self, subtasks: bool) -> Sequence[Atom]:
        return [one["id"] for one in self._fields.table("issue_type") if bool(one.get("subtask")) is subtasks]

    def _sprints(self, state: str) -> Sequence[Atom]:
        return [one["id"] for one in self._fields.rows("sprint") if one["state"] == state]
