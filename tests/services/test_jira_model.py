"""Jira: whatever is done in whatever order, every way to read tells the same, and it is what was done.

A small model of a site is kept beside the server. Random operations go to both; after each step what
the server shows is held against the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import Client

API = "/rest/api/3"
AGILE = "/rest/agile/1.0"
MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"
PEOPLE = (MIA, EMMA)
DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Words"}]}],
}
TYPES = ("Bug", "Task", "Epic", "Story", "Sub-task")
STATUSES = ("To Do", "In Progress", "Done")
KEYS = ("ALPHA", "BETA", "GAMMA", "DELTA")
LABELS = ("red", "green", "blue")
HOUR = 3600
SPRINT, RANK = "customfield_10020", "customfield_10019"
FULL_STEPS = 12_000

index = st.integers(0, 1_000_000)


@dataclass
class Issue:
    id: str
    key: str
    project: str
    kind: str
    summary: str
    status: str = "To Do"
    labels: list[str] = field(default_factory=list)
    assignee: str | None = None
    reporter: str = MIA
    parent: str | None = None
    versions: set[str] = field(default_factory=set)
    components: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    worklogs: dict[str, int] = field(default_factory=dict)
    watchers: set[str] = field(default_factory=set)
    voted: bool = False
    attachments: list[str] = field(default_factory=list)
    remotes: set[int] = field(default_factory=set)
    properties: dict[str, Any] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    sprint: int | None = None
    changes: int = 0
    points: int | None = None
    former: set[str] = field(default_factory=set)


class Site(RuleBasedStateMachine):
    """Random steps through one world of the documented site."""

    world: Any

    def __init__(self) -> None:
        super().__init__()
        self.here = self.world.fork("model")
        self.here.set_settings("jira", {"lifecycle": "2025-01-01"})
        self.jira = Client(self.here, "jira")
        self.steps = 0
        self.touched: set[str] = set()
        first = Issue("10002", "MKY-1", "10000", "Bug", "Main order flow broken", remotes={10000, 10001})
        self.issues = {first.id: first}
        self.projects = {"10000": "MKY"}
        self.former: dict[str, set[str]] = {}
        self.boards = {84: "10000"}
        self.sprints = {37: "closed", 71: "active", 72: "future"}
        self.board_of = {37: 84, 71: 84, 72: 84}
        self.versions: dict[str, str] = {}
        self.components: dict[str, str] = {}
        self.links: dict[str, tuple[str, str, str]] = {}
        self.ranks = [first.id]
        self.serial = 0

    # What is said, and what comes back

    def state(self) -> Any:
        return self.here.state("jira")

    def call(self, method: str, target: str, body: Any = None, **sent: Any) -> Any:
        reply = self.jira(method, target, body, **sent)
        assert reply.status < 500, (method, target, body, reply.status, reply.body)
        return reply

    def read(self, target: str) -> Any:
        reply = self.call("GET", target)
        assert reply.status == 200, (target, reply.status, reply.body)
        return reply.json()

    def done(self, status: int, method: str, target: str, body: Any = None, **sent: Any) -> Any:
        reply = self.call(method, target, body, **sent)
        assert reply.status == status, (method, target, body, reply.status, reply.body)
        self.steps += 1
        return reply.json() if reply.body else None

    def refused(self, method: str, target: str, body: Any = None, **sent: Any) -> None:
        before = self.state()
        reply = self.call(method, target, body, **sent)
        assert 400 <= reply.status < 500, (method, target, body, reply.status, reply.body)
        assert self.state() == before, f"a refusal changed something: {method} {target}"
        self.steps += 1

    # Choosing

    def pick(self, at: int, kinds: tuple[str, ...] = TYPES) -> Issue | None:
        found = [one for one in self.issues.values() if one.kind in kinds]
        return found[at % len(found)] if found else None

    def any_of(self, at: int) -> Issue:
        found = list(self.issues.values())
        return found[at % len(found)]

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def subtasks(self, issue: Issue) -> list[Issue]:
        return [one for one in self.issues.values() if one.kind == "Sub-task" and one.parent == issue.id]

    def plan(self, issue: Issue, sprint: int | None) -> None:
        for one in (issue, *self.subtasks(issue)):
            self.changed(one, one.sprint != sprint)
            one.sprint = sprint

    def changed(self, issue: Issue, differs: bool) -> None:
        self.touched.add(issue.id)
        issue.changes += differs

    # Issues

    @initialize()
    def begin(self) -> None:
        """One issue more than the site comes with, so that there are pairs."""
        self.make("Task", 0, ["red"], None)

    @precondition(lambda self: self.projects and len(self.issues) < 9)
    @rule(
        kind=st.sampled_from(TYPES),
        at=index,
        labels=st.lists(st.sampled_from(LABELS), unique=True),
        assignee=st.sampled_from((None, *PEOPLE)),
    )
    def make(self, kind: str, at: int, labels: list[str], assignee: str | None) -> None:
        project = list(self.projects)[at % len(self.projects)]
        fields: dict[str, Any] = {
            "project": {"id": project},
            "issuetype": {"name": kind},
            "summary": f"Work {self.next()}",
            "labels": labels,
            "assignee": None if assignee is None else {"accountId": assignee},
        }
        above = None
        if kind == "Sub-task":
            above = next(
                (
                    one
                    for one in self.issues.values()
                    if one.project == project and one.kind in ("Bug", "Task", "Story")
                ),
                None,
            )
            if above is None:
                self.refused("POST", f"{API}/issue", {"fields": fields})
                return
            fields["parent"] = {"key": above.key}
        made = self.done(201, "POST", f"{API}/issue", {"fields": fields})
        issue = Issue(made["id"], made["key"], project, kind, fields["summary"])
        issue.labels, issue.assignee = labels, assignee
        issue.parent = None if above is None else above.id
        issue.sprint = None if above is None else above.sprint
        assert issue.key.rpartition("-")[0] == self.projects[project]
        self.issues[issue.id] = issue
        self.ranks.append(issue.id)
        self.touched.add(issue.id)

    @precondition(lambda self: self.issues)
    @rule(at=index, labels=st.lists(st.sampled_from(LABELS), unique=True), summary=st.booleans())
    def edit(self, at: int, labels: list[str], summary: bool) -> None:
        issue = self.any_of(at)
        text = f"Work {self.next()}" if summary else issue.summary
        self.done(204, "PUT", f"{API}/issue/{issue.key}", {"fields": {"summary": text, "labels": labels}})
        self.changed(issue, text != issue.summary or labels != issue.labels)
        issue.summary, issue.labels = text, labels

    @precondition(lambda self: self.issues)
    @rule(at=index, label=st.sampled_from(LABELS), verb=st.sampled_from(("add", "remove")))
    def relabel(self, at: int, label: str, verb: str) -> None:
        issue = self.any_of(at)
        self.done(204, "PUT", f"{API}/issue/{issue.id}", {"update": {"labels": [{verb: label}]}})
        self.changed(issue, (label in issue.labels) != (verb == "add"))
        rest = [one for one in issue.labels if one != label or verb == "add"]
        issue.labels = [*rest, label] if verb == "add" and label not in rest else rest

    @precondition(lambda self: self.issues)
    @rule(at=index, person=st.sampled_from((None, *PEOPLE)))
    def assign(self, at: int, person: str | None) -> None:
        issue = self.any_of(at)
        self.done(204, "PUT", f"{API}/issue/{issue.key}/assignee", {"accountId": person})
        self.changed(issue, issue.assignee != person)
        issue.assignee = person

    @precondition(lambda self: self.issues)
    @rule(at=index, to=index)
    def transition(self, at: int, to: int) -> None:
        issue = self.any_of(at)
        offered = self.read(f"{API}/issue/{issue.key}/transitions")["transitions"]
        assert offered
        chosen = offered[to % len(offered)]
        body = {"transition": {"id": chosen["id"]}}
        self.done(204, "POST", f"{API}/issue/{issue.key}/transitions", body)
        self.changed(issue, issue.status != chosen["to"]["name"])
        issue.status = chosen["to"]["name"]

    @precondition(lambda self: len(self.issues) > 1)
    @rule(at=index, along=st.booleans())
    def remove(self, at: int, along: bool) -> None:
        issue = self.any_of(at)
        below = self.subtasks(issue)
        if below and not along:
            self.refused("DELETE", f"{API}/issue/{issue.key}")
            return
        self.done(204, "DELETE", f"{API}/issue/{issue.key}?deleteSubtasks={str(along).lower()}")
        for one in (*below, issue):
            self.forget(one)

    def forget(self, issue: Issue, told: bool = True) -> None:
        del self.issues[issue.id]
        self.ranks.remove(issue.id)
        for one in self.issues.values():
            if one.parent == issue.id:
                one.parent = None
                self.changed(one, told)
        self.links = {row: ends for row, ends in self.links.items() if issue.id not in (ends[1], ends[2])}

    @rule(at=index, of=index, away=st.booleans())
    def below_epic(self, at: int, of: int, away: bool) -> None:
        issue, epic = self.pick(at, ("Bug", "Task", "Story")), self.pick(of, ("Epic",))
        if issue is None or epic is None:
            return
        parent = None if away else {"key": epic.key}
        self.done(204, "PUT", f"{API}/issue/{issue.key}", {"fields": {"parent": parent}})
        self.changed(issue, issue.parent != (None if away else epic.id))
        issue.parent = None if away else epic.id

    # What is on an issue

    @precondition(lambda self: self.issues)
    @rule(at=index)
    def comment(self, at: int) -> None:
        issue = self.any_of(at)
        made = self.done(201, "POST", f"{API}/issue/{issue.key}/comment", {"body": DOCUMENT})
        issue.comments.append(made["id"])
        self.touched.add(issue.id)

    @rule(at=index, which=index, drop=st.booleans())
    def recomment(self, at: int, which: int, drop: bool) -> None:
        found = [one for one in self.issues.values() if one.comments]
        if not found:
            return
        issue = found[at % len(found)]
        row = issue.comments[which % len(issue.comments)]
        place = f"issue/{issue.key}/comment/{row}"
        if drop:
            self.done(204, "DELETE", f"{API}/{place}")
            issue.comments.remove(row)
        else:
            made = self.done(200, "PUT", f"/rest/api/2/{place}", {"body": "Other *words*"})
            assert made["body"] == "Other *words*"
        self.touched.add(issue.id)

    @precondition(lambda self: self.issues)
    @rule(at=index, hours=st.integers(1, 9))
    def log(self, at: int, hours: int) -> None:
        issue = self.any_of(at)
        body = {"timeSpentSeconds": hours * HOUR}
        made = self.done(201, "POST", f"{API}/issue/{issue.key}/worklog", body)
        issue.worklogs[made["id"]] = hours * HOUR
        self.changed(issue, True)

    @rule(at=index, which=index, hours=st.integers(0, 9))
    def relog(self, at: int, which: int, hours: int) -> None:
        found = [one for one in self.issues.values() if one.worklogs]
        if not found:
            return
        issue = found[at % len(found)]
        row = list(issue.worklogs)[which % len(issue.worklogs)]
        place = f"{API}/issue/{issue.key}/worklog/{row}"
        if hours:
            self.done(200, "PUT", place, {"timeSpent": f"{hours}h"})
            issue.worklogs[row] = hours * HOUR
        else:
            self.done(204, "DELETE", place)
            del issue.worklogs[row]
        self.changed(issue, True)

    @precondition(lambda self: self.issues)
    @rule(at=index, person=st.sampled_from(PEOPLE), stop=st.booleans())
    def watch(self, at: int, person: str, stop: bool) -> None:
        issue = self.any_of(at)
        place = f"{API}/issue/{issue.key}/watchers"
        if stop:
            self.done(204, "DELETE", f"{place}?accountId={person}")
            issue.watchers.discard(person)
        else:
            self.done(204, "POST", place, text=f'"{person}"')
            issue.watchers.add(person)
        self.touched.add(issue.id)

    @precondition(lambda self: self.issues)
    @rule(at=index, back=st.booleans())
    def vote(self, at: int, back: bool) -> None:
        """Votes of Emma, as nobody votes for what they reported."""
        issue = self.any_of(at)
        mine, self.jira.authorization = self.jira.authorization, "Basic ZW1tYUBleGFtcGxlLmNvbTptb2NrLXRva2Vu"
        try:
            place = f"{API}/issue/{issue.key}/votes"
            if back and issue.voted:
                self.done(204, "DELETE", place)
                issue.voted = False
            elif back or issue.status == "Done":
                self.refused("DELETE" if back else "POST", place)
            else:
                self.done(204, "POST", place)
                issue.voted = True
        finally:
            self.jira.authorization = mine
        self.touched.add(issue.id)

    @precondition(lambda self: self.issues)
    @rule(at=index, size=st.integers(0, 50))
    def attach(self, at: int, size: int) -> None:
        issue = self.any_of(at)
        form = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
            + b"x" * size
            + b"\r\n--b--\r\n"
        )
        sent = {"content-type": "multipart/form-data; boundary=b", "x-atlassian-token": "no-check"}
        [made] = self.done(200, "POST", f"{API}/issue/{issue.key}/attachments", text=form, headers=sent)
        assert made["size"] == size
        issue.attachments.append(made["id"])
        self.changed(issue, True)

    @rule(at=index)
    def detach(self, at: int) -> None:
        found = [(one, row) for one in self.issues.values() for row in one.attachments]
        if not found:
            return
        issue, row = found[at % len(found)]
        self.done(204, "DELETE", f"{API}/attachment/{row}")
        issue.attachments.remove(row)
        self.changed(issue, True)

    @precondition(lambda self: self.issues)
    @rule(
        at=index,
        key=st.sampled_from(("a", "b")),
        value=st.none() | st.integers(-(2**53), 2**53) | st.lists(st.text()),
    )
    def keep(self, at: int, key: str, value: Any) -> None:
        issue = self.any_of(at)
        status = 200 if key in issue.properties else 201
        self.done(status, "PUT", f"{API}/issue/{issue.key}/properties/{key}", {"value": value})
        issue.properties[key] = {"value": value}
        self.touched.add(issue.id)

    @precondition(lambda self: self.issues)
    @rule(at=index, key=st.sampled_from(("a", "b")))
    def unkeep(self, at: int, key: str) -> None:
        issue = self.any_of(at)
        place = f"{API}/issue/{issue.key}/properties/{key}"
        if key not in issue.properties:
            self.refused("DELETE", place)
            return
        self.done(204, "DELETE", place)
        del issue.properties[key]
        self.touched.add(issue.id)

    @precondition(lambda self: self.issues)
    @rule(at=index, which=st.integers(0, 2))
    def link_away(self, at: int, which: int) -> None:
        issue = self.any_of(at)
        body = {"globalId": f"g{which}", "object": {"url": "https://example.com/", "title": "Away"}}
        reply = self.call("POST", f"{API}/issue/{issue.key}/remotelink", body)
        made = reply.json()["id"]
        assert reply.status == (200 if made in issue.remotes else 201)
        issue.remotes.add(made)
        self.touched.add(issue.id)
        self.steps += 1

    @rule(at=index)
    def unlink_away(self, at: int) -> None:
        found = [(one, row) for one in self.issues.values() for row in sorted(one.remotes)]
        if not found:
            return
        issue, row = found[at % len(found)]
        self.done(204, "DELETE", f"{API}/issue/{issue.key}/remotelink/{row}")
        issue.remotes.remove(row)
        self.touched.add(issue.id)

    @precondition(lambda self: len(self.issues) > 1)
    @rule(at=index, of=index, kind=st.sampled_from(("Blocks", "Relates")))
    def link(self, at: int, of: int, kind: str) -> None:
        one, other = self.any_of(at), self.any_of(of)
        body = {"type": {"name": kind}, "inwardIssue": {"key": one.key}, "outwardIssue": {"key": other.key}}
        if one is other:
            self.refused("POST", f"{API}/issueLink", body)
            return
        reply = self.call("POST", f"{API}/issueLink", body)
        assert reply.status == 201
        row = reply.headers["Location"].rpartition("/")[2]
        fresh = row not in self.links
        self.links[row] = (kind, one.id, other.id)
        self.steps += 1
        for end in (one, other):
            self.changed(end, fresh)

    @precondition(lambda self: self.links)
    @rule(at=index)
    def unlink(self, at: int) -> None:
        row = list(self.links)[at % len(self.links)]
        self.done(204, "DELETE", f"{API}/issueLink/{row}")
        _, one, other = self.links.pop(row)
        for end in (one, other):
            self.changed(self.issues[end], True)

    # What belongs to a project

    @precondition(lambda self: self.projects)
    @rule(at=index, what=st.sampled_from(("version", "component")))
    def add_part(self, at: int, what: str) -> None:
        there = self.versions if what == "version" else self.components
        if len(there) > 5:
            return
        project = list(self.projects)[at % len(self.projects)]
        body = {"name": f"{what} {self.next()}", "project": self.projects[project], "projectId": int(project)}
        if what == "component":
            del body["projectId"]
        else:
            del body["project"]
        made = self.done(201, "POST", f"{API}/{what}", body)
        there[made["id"]] = project
        self.refused("POST", f"{API}/{what}", body)

    @rule(
        at=index,
        of=index,
        what=st.sampled_from(("version", "component")),
        verb=st.sampled_from(("add", "remove")),
    )
    def put_part(self, at: int, of: int, what: str, verb: str) -> None:
        there = self.versions if what == "version" else self.components
        if not there or not self.issues:
            return
        row = list(there)[of % len(there)]
        issue = self.any_of(at)
        name = "fixVersions" if what == "version" else "components"
        body = {"update": {name: [{verb: {"id": row}}]}}
        if issue.project != there[row] and verb == "add":
            self.refused("PUT", f"{API}/issue/{issue.key}", body)
            return
        if issue.project != there[row]:
            return
        self.done(204, "PUT", f"{API}/issue/{issue.key}", body)
        held = issue.versions if what == "version" else issue.components
        self.changed(issue, (row in held) != (verb == "add"))
        (held.add if verb == "add" else held.discard)(row)

    @rule(at=index, to=index, what=st.sampled_from(("version", "component")), moved=st.booleans())
    def drop_part(self, at: int, to: int, what: str, moved: bool) -> None:
        there = self.versions if what == "version" else self.components
        if not there:
            return
        row = list(there)[at % len(there)]
        others = [one for one in there if there[one] == there[row] and one != row]
        heir = others[to % len(others)] if moved and others else None
        name = "moveFixIssuesTo" if what == "version" else "moveIssuesTo"
        self.done(204, "DELETE", f"{API}/{what}/{row}" + ("" if heir is None else f"?{name}={heir}"))
        del there[row]
        for issue in self.issues.values():
            held = issue.versions if what == "version" else issue.components
            if row in held:
                held.remove(row)
                held |= set() if heir is None else {heir}
                self.changed(issue, True)

    @precondition(lambda self: len(self.versions) > 1)
    @rule(at=index, to=index)
    def merge_version(self, at: int, to: int) -> None:
        row, heir = (list(self.versions)[one % len(self.versions)] for one in (at, to))
        place = f"{API}/version/{row}/mergeto/{heir}"
        if row == heir or self.versions[row] != self.versions[heir]:
            self.refused("PUT", place)
            return
        self.done(204, "PUT", place)
        del self.versions[row]
        for issue in self.issues.values():
            if row in issue.versions:
                issue.versions = issue.versions - {row} | {heir}
                self.changed(issue, True)

    @precondition(lambda self: self.versions)
    @rule(at=index, place=st.sampled_from(("First", "Last", "Earlier", "Later")))
    def move_version(self, at: int, place: str) -> None:
        row = list(self.versions)[at % len(self.versions)]
        self.done(200, "POST", f"{API}/version/{row}/move", {"position": place})

    @precondition(lambda self: len(self.projects) < 3)
    @rule(key=st.sampled_from(KEYS))
    def found_project(self, key: str) -> None:
        body = {"key": key, "name": f"Project {self.next()}", "leadAccountId": MIA}
        body["projectTemplateKey"] = "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic"
        body["projectTypeKey"] = "software"
        if self.taken(key, None):
            self.refused("POST", f"{API}/project", body)
            return
        made = self.done(201, "POST", f"{API}/project", body)
        self.projects[str(made["id"])] = key
        [board] = self.read(f"{AGILE}/board?projectKeyOrId={key}")["values"]
        self.boards[board["id"]] = str(made["id"])

    @precondition(lambda self: self.projects)
    @rule(at=index, key=st.sampled_from(KEYS))
    def rename_project(self, at: int, key: str) -> None:
        row = list(self.projects)[at % len(self.projects)]
        if self.taken(key, row):
            self.refused("PUT", f"{API}/project/{row}", {"key": key})
            return
        self.done(200, "PUT", f"{API}/project/{row}", {"key": key})
        self.former.setdefault(row, set()).add(self.projects[row])
        self.projects[row] = key
        for issue in self.issues.values():
            if issue.project == row:
                issue.former.add(issue.key)
                issue.key = f"{key}-{issue.key.rpartition('-')[2]}"
                self.touched.add(issue.id)

    def taken(self, key: str, own: str | None) -> bool:
        """Whether a key is, or was, that of another project."""
        return any(
            key in (self.projects[row], *self.former.get(row, ())) for row in self.projects if row != own
        )

    @precondition(lambda self: len(self.projects) > 1)
    @rule(at=index)
    def drop_project(self, at: int) -> None:
        row = list(self.projects)[at % len(self.projects)]
        self.done(204, "DELETE", f"{API}/project/{row}")
        del self.projects[row]
        gone = [one for one in self.issues.values() if one.project == row]
        for issue in gone:
            del self.issues[issue.id]
        for issue in gone:
            self.issues[issue.id] = issue
            self.forget(issue)
        self.versions = {one: of for one, of in self.versions.items() if of != row}
        self.components = {one: of for one, of in self.components.items() if of != row}
        self.boards = {one: of for one, of in self.boards.items() if of != row}

    # Plans

    def open_boards(self) -> list[int]:
        return list(self.boards)

    @precondition(lambda self: self.boards and len(self.sprints) < 7)
    @rule(at=index)
    def make_sprint(self, at: int) -> None:
        board = self.open_boards()[at % len(self.boards)]
        body = {"name": f"Sprint {self.next()}", "originBoardId": board}
        made = self.done(201, "POST", f"{AGILE}/sprint", body)
        self.sprints[made["id"]] = "future"
        self.board_of[made["id"]] = board

    @precondition(lambda self: self.sprints)
    @rule(at=index)
    def step_sprint(self, at: int) -> None:
        row = list(self.sprints)[at % len(self.sprints)]
        if self.board_of[row] not in self.boards:
            return
        place = f"{AGILE}/sprint/{row}"
        if self.sprints[row] == "future":
            dates = {"startDate": "2025-01-15T10:00:00.000Z", "endDate": "2025-01-29T10:00:00.000Z"}
            self.done(200, "POST", place, {"state": "active", **dates})
            self.sprints[row] = "active"
        elif self.sprints[row] == "active":
            self.refused("POST", place, {"state": "future"})
            self.done(200, "POST", place, {"state": "closed"})
            self.sprints[row] = "closed"
            for issue in self.issues.values():
                if issue.sprint == row:
                    issue.sprint = None
                    issue.closed.append(row)
                    self.touched.add(issue.id)
        else:
            # A closed sprint takes a name and a goal; the rest is passed over.
            self.done(200, "POST", place, {"state": "active"})

    @precondition(lambda self: len(self.sprints) > 2)
    @rule(at=index)
    def drop_sprint(self, at: int) -> None:
        row = list(self.sprints)[at % len(self.sprints)]
        if self.board_of[row] not in self.boards:
            return
        self.done(204, "DELETE", f"{AGILE}/sprint/{row}")
        del self.sprints[row], self.board_of[row]
        for issue in self.issues.values():
            if row == issue.sprint or row in issue.closed:
                self.changed(issue, True)
                issue.sprint = None if issue.sprint == row else issue.sprint
                issue.closed = [one for one in issue.closed if one != row]

    @rule(at=index, to=index)
    def take(self, at: int, to: int) -> None:
        if not self.sprints or not self.issues:
            return
        row, issue = list(self.sprints)[to % len(self.sprints)], self.any_of(at)
        place = f"{AGILE}/sprint/{row}/issue"
        if issue.kind in ("Epic", "Sub-task") or self.sprints[row] == "closed":
            self.refused("POST", place, {"issues": [issue.key]})
            return
        self.refused("POST", place, {"issues": [issue.key, "NOPE-1"]})
        self.done(204, "POST", place, {"issues": [issue.key]})
        self.plan(issue, row)

    @rule(at=index, to=index)
    def take_by_field(self, at: int, to: int) -> None:
        """The field Sprint moves an issue like its board does."""
        issue = self.pick(at, ("Bug", "Task", "Story"))
        row = list(self.sprints)[to % len(self.sprints)] if self.sprints else None
        if issue is None or row is None or self.sprints[row] == "closed":
            return
        self.done(204, "PUT", f"{API}/issue/{issue.key}", {"fields": {SPRINT: row}})
        self.plan(issue, row)

    @rule(at=index)
    def put_back(self, at: int) -> None:
        issue = self.pick(at, ("Bug", "Task", "Story"))
        if issue is None:
            return
        self.done(204, "POST", f"{AGILE}/backlog/issue", {"issues": [issue.id]})
        self.plan(issue, None)

    @precondition(lambda self: len(self.issues) > 1)
    @rule(at=st.lists(index, min_size=1, max_size=3), of=index, before=st.booleans())
    def rank(self, at: list[int], of: int, before: bool) -> None:
        pivot = self.any_of(of)
        moved = [one for one in dict.fromkeys(self.any_of(one).id for one in at) if one != pivot.id]
        if not moved:
            return
        body = {
            "issues": [self.issues[one].key for one in moved],
            "rankBeforeIssue" if before else "rankAfterIssue": pivot.key,
        }
        self.done(204, "PUT", f"{AGILE}/issue/rank", body)
        rest = [one for one in self.ranks if one not in moved]
        place = rest.index(pivot.id) + (0 if before else 1)
        self.ranks = [*rest[:place], *moved, *rest[place:]]
        self.touched |= set(moved)

    @rule(at=index, of=index, away=st.booleans())
    def move_to_epic(self, at: int, of: int, away: bool) -> None:
        """The board's own way into an epic and out of it."""
        issue, epic = self.pick(at, ("Bug", "Task", "Story")), self.pick(of, ("Epic",))
        if issue is None or epic is None:
            return
        self.refused("POST", f"{AGILE}/epic/{epic.key}/issue", {"issues": [issue.key, epic.key]})
        place = "none" if away else epic.key
        self.done(204, "POST", f"{AGILE}/epic/{place}/issue", {"issues": [issue.key]})
        self.changed(issue, issue.parent != (None if away else epic.id))
        issue.parent = None if away else epic.id

    @precondition(lambda self: self.issues)
    @rule(at=index, points=st.none() | st.integers(0, 13))
    def estimate(self, at: int, points: int | None) -> None:
        board = next((row for row, of in self.boards.items() if row != 92), None)
        if board is None:
            return
        issue = self.any_of(at)
        place = f"{AGILE}/issue/{issue.key}/estimation?boardId={board}"
        self.done(200, "PUT", place, {"value": None if points is None else str(points)})
        self.changed(issue, issue.points != points)
        issue.points = points
        shown = self.read(f"{API}/issue/{issue.key}")["fields"]["customfield_10016"]
        assert shown == (None if points is None else float(points))

    @precondition(lambda self: len(self.boards) > 1)
    @rule(at=index)
    def drop_board(self, at: int) -> None:
        row = list(self.boards)[at % len(self.boards)]
        self.done(204, "DELETE", f"{AGILE}/board/{row}")
        del self.boards[row]

    @precondition(lambda self: len(self.issues) < 8 and self.projects)
    @rule(at=index, wrong=st.booleans())
    def make_two(self, at: int, wrong: bool) -> None:
        """Two at once; with ``wrong``, the second is refused and the first made."""
        project = list(self.projects)[at % len(self.projects)]
        names = [f"Work {self.next()}" for _ in range(2)]
        updates = [
            {"fields": {"project": {"id": project}, "issuetype": {"name": "Task"}, "summary": name}}
            for name in names
        ]
        if wrong:
            updates[1]["fields"]["issuetype"] = {"name": "Nope"}
        made = self.done(201, "POST", f"{API}/issue/bulk", {"issueUpdates": updates})
        assert len(made["errors"]) == wrong
        for one, name in zip(made["issues"], names, strict=False):
            self.issues[one["id"]] = Issue(one["id"], one["key"], project, "Task", name)
            self.ranks.append(one["id"])
            self.touched.add(one["id"])
        assert len(made["issues"]) == 2 - wrong

    @rule(seconds=st.sampled_from((1, 3600, 90_000)))
    def wait(self, seconds: int) -> None:
        """Time goes by for the stamps; not so much that a token expires."""
        self.here.advance_clock(seconds)

    # What must not be done

    @precondition(lambda self: self.issues)
    @rule(at=index, how=st.integers(0, 21))
    def misuse(self, at: int, how: int) -> None:
        key = self.any_of(at).key
        issue, missing = f"{API}/issue/{key}", f"{API}/issue/NOPE-1"
        wrong: list[tuple[str, str, Any]] = [
            ("PUT", issue, {"fields": {"summary": "New", "labels": ["two words"]}}),
            ("PUT", issue, {"fields": {"labels": ["x"]}, "update": {"labels": [{"add": "y"}]}}),
            ("PUT", issue, {"fields": {"summary": "New", "priority": {"name": "Nope"}}}),
            ("PUT", issue, {"update": {"summary": [{"set": "New"}], "comment": [{"add": {"body": 1}}]}}),
            ("PUT", issue, {"fields": {"summary": "New", "parent": {"key": key}}}),
            ("PUT", f"{issue}/assignee", {"accountId": "nobody"}),
            ("POST", f"{issue}/transitions", {"transition": {"id": "999"}, "fields": {"summary": "New"}}),
            ("POST", f"{issue}/comment", {"body": "plain"}),
            ("POST", f"{issue}/comment", {"body": DOCUMENT, "visibility": {"type": "group", "value": "?"}}),
            ("POST", f"{issue}/worklog", {"timeSpent": "soon"}),
            ("POST", f"{issue}/worklog?adjustEstimate=new", {"timeSpent": "1h"}),
            ("POST", f"{issue}/watchers", "nobody"),
            ("POST", f"{issue}/votes", None),
            ("POST", f"{issue}/attachments", {"file": "a"}),
            ("POST", f"{issue}/remotelink", {"object": {"title": "No address"}}),
            ("PUT", f"{AGILE}/issue/rank", {"issues": [key], "rankBeforeIssue": "NOPE-1"}),
            ("POST", f"{API}/issue", {"fields": {"project": {"key": "NOPE"}, "summary": "Lost"}}),
            ("POST", f"{API}/issue/bulk", {"issueUpdates": [{"fields": {"summary": "Lost"}}]}),
            ("PUT", missing, {"fields": {"summary": "New"}}),
            ("DELETE", missing, None),
            ("POST", f"{API}/version", {"name": "Lost", "projectId": 99}),
            ("POST", f"{AGILE}/sprint", {"name": "Lost", "originBoardId": 9999}),
        ]
        self.refused(*wrong[how])

    # What must be so

    @invariant()
    def every_list_agrees(self) -> None:
        ids = set(self.issues)
        state = self.state()
        assert {one["id"] for one in state["issue"]} == ids
        for name in ("comment", "worklog", "attachment", "change", "vote", "watcher", "remote_link"):
            assert {one["issue"] for one in state[name]} <= ids, name
        assert {one["id"] for one in state["issue_link"]} == set(self.links)
        every = f"project in ({','.join(self.projects.values())}) ORDER BY Rank"
        found = self.search(every, "key")
        assert [one["id"] for one in found] == self.ranks
        assert {one["id"]: one["key"] for one in found} == {one.id: one.key for one in self.issues.values()}
        if ids:
            self.every_bulk_agrees(every)
        used = {label for one in self.issues.values() for label in one.labels}
        assert set(self.read(f"{API}/label")["values"]) == used
        counted = self.call("POST", f"{API}/search/approximate-count", {"jql": every}).json()
        assert counted == {"count": len(ids)}
        old = self.read(f"{API}/search?fields=key&jql={quote(every)}")
        assert (old["total"], [one["id"] for one in old["issues"]]) == (len(ids), self.ranks)
        assert {one["id"]: one["key"] for one in self.read(f"{API}/project")} == self.projects
        assert {one["id"] for one in self.read(f"{API}/project/search")["values"]} == set(self.projects)
        for one in sorted(self.touched & ids):
            self.every_view_agrees(self.issues[one])
        self.touched.clear()
        if self.steps % 5 == 0:
            self.every_query_agrees()
            self.every_plan_agrees()

    def every_bulk_agrees(self, every: str) -> None:
        ids = list(self.issues)
        body = {"issueIdsOrKeys": self.ranks, "fields": ["key"]}
        fetched = self.call("POST", f"{API}/issue/bulkfetch", body).json()["issues"]
        assert {one["id"] for one in fetched} == set(ids)
        numbers = sorted(int(one) for one in ids)
        body = {"jqls": [every], "issueIds": numbers}
        [match] = self.call("POST", f"{API}/jql/match", body).json()["matches"]
        assert sorted(match["matchedIssues"]) == numbers

    def teardown(self) -> None:
        for issue in self.issues.values():
            self.every_view_agrees(issue)
        type(self).total += self.steps
        self.judge(self.here)

    total = 0
    judge: Any = staticmethod(lambda world: None)

    def search(self, jql: str, fields: str) -> Any:
        return self.read(f"{API}/search/jql?jql={quote(jql)}&fields={fields}&maxResults=100")["issues"]

    def every_view_agrees(self, issue: Issue) -> None:
        place = f"{API}/issue/{issue.key}"
        shown = self.read(place)
        fields = shown["fields"]
        [row] = self.search(f"key = {issue.key}", "*all")
        assert row["fields"] == fields
        older = self.read(f"/rest/api/2/issue/{issue.id}")["fields"]
        plain = ("summary", "labels", "duedate", "updated", "created", "timespent", RANK, "workratio")
        assert {name: older[name] for name in plain} == {name: fields[name] for name in plain}
        assert set(older) == set(fields)
        assert (shown["id"], shown["key"]) == (issue.id, issue.key)
        assert fields["summary"] == issue.summary
        assert fields["labels"] == issue.labels
        assert fields["issuetype"]["name"] == issue.kind
        assert (fields["project"]["id"], fields["project"]["key"]) == (
            issue.project,
            self.projects[issue.project],
        )
        assert fields["status"]["name"] == issue.status
        assert (fields["resolution"] is not None) == (issue.status == "Done")
        assert (fields["resolutiondate"] is not None) == (issue.status == "Done")
        assert (fields["assignee"] or {}).get("accountId") == issue.assignee
        assert (fields["parent"] or {}).get("id") == issue.parent
        assert {one["id"] for one in fields["subtasks"]} == {one.id for one in self.subtasks(issue)}
        assert {one["id"] for one in fields["fixVersions"]} == issue.versions
        assert {one["id"] for one in fields["components"]} == issue.components
        planned = [*issue.closed, *([] if issue.sprint is None else [issue.sprint])]
        assert sorted(one["id"] for one in fields[SPRINT] or []) == sorted(planned), issue
        for key in issue.former:
            assert self.read(f"{API}/issue/{key}?fields=id")["key"] == issue.key
        agile = self.read(f"{AGILE}/issue/{issue.id}")["fields"]
        assert (agile["sprint"] or {}).get("id") == issue.sprint
        self.beside(issue, place, fields)
        history = self.read(f"{place}/changelog?maxResults=100")
        inside = self.read(f"{place}?fields=key&expand=changelog")["changelog"]
        assert history["total"] == inside["total"] == issue.changes, history["values"][-1:]
        newest = [one["id"] for one in reversed(history["values"])]
        assert issue.changes > 100 or [one["id"] for one in inside["histories"]] == newest

    def beside(self, issue: Issue, place: str, fields: Any) -> None:
        comments = self.read(f"{place}/comment")
        assert fields["comment"]["total"] == comments["total"] == len(issue.comments)
        assert [one["id"] for one in comments["comments"]] == issue.comments
        assert [one["id"] for one in fields["comment"]["comments"]] == issue.comments
        work = self.read(f"{place}/worklog")
        assert {one["id"]: one["timeSpentSeconds"] for one in work["worklogs"]} == issue.worklogs
        assert fields["worklog"]["total"] == work["total"] == len(issue.worklogs)
        spent = sum(issue.worklogs.values())
        assert (fields["timespent"] or 0) == spent
        below = sum(sum(one.worklogs.values()) for one in self.subtasks(issue))
        assert (fields["aggregatetimespent"] or 0) == spent + below
        watching = self.read(f"{place}/watchers")
        assert {one["accountId"] for one in watching["watchers"]} == issue.watchers
        assert fields["watches"]["watchCount"] == watching["watchCount"] == len(issue.watchers)
        assert fields["watches"]["isWatching"] == (MIA in issue.watchers)
        assert fields["votes"]["votes"] == self.read(f"{place}/votes")["votes"] == issue.voted
        assert [one["id"] for one in fields["attachment"]] == issue.attachments
        for row in issue.attachments:
            assert self.read(f"{API}/attachment/{row}")["id"] == int(row)
        assert {one["id"] for one in self.read(f"{place}/remotelink")} == issue.remotes
        assert {one["key"] for one in self.read(f"{place}/properties")["keys"]} == set(issue.properties)
        for key, value in issue.properties.items():
            assert self.read(f"{place}/properties/{key}")["value"] == value
        ends = {row: one for row, one in self.links.items() if issue.id in one[1:]}
        assert {one["id"] for one in fields["issuelinks"]} == set(ends)
        for one in fields["issuelinks"]:
            kind, inward, outward = ends[one["id"]]
            assert one["type"]["name"] == kind
            seen = one["outwardIssue"]["id"] if "outwardIssue" in one else one["inwardIssue"]["id"]
            assert seen == (outward if issue.id == inward else inward)
            whole = self.read(f"{API}/issueLink/{one['id']}")
            assert (whole["inwardIssue"]["id"], whole["outwardIssue"]["id"]) == (inward, outward)

    def every_query_agrees(self) -> None:
        issues = list(self.issues.values())
        wanted: dict[str, set[str]] = {}
        for name in STATUSES:
            wanted[f'status = "{name}"'] = {one.id for one in issues if one.status == name}
        for name in LABELS:
            wanted[f"labels = {name}"] = {one.id for one in issues if name in one.labels}
        for name in TYPES:
            wanted[f'issuetype = "{name}"'] = {one.id for one in issues if one.kind == name}
        wanted[f'assignee = "{EMMA}"'] = {one.id for one in issues if one.assignee == EMMA}
        wanted["assignee is EMPTY"] = {one.id for one in issues if one.assignee is None}
        wanted["resolution is EMPTY"] = {one.id for one in issues if one.status != "Done"}
        wanted["watcher = currentUser()"] = {one.id for one in issues if MIA in one.watchers}
        wanted[f'voter = "{EMMA}"'] = {one.id for one in issues if one.voted}
        wanted["attachments is not EMPTY"] = {one.id for one in issues if one.attachments}
        wanted[f'worklogAuthor = "{MIA}"'] = {one.id for one in issues if one.worklogs}
        wanted["sprint in openSprints()"] = {
            one.id for one in issues if one.sprint is not None and self.sprints[one.sprint] == "active"
        }
        wanted["sprint is EMPTY"] = {one.id for one in issues if one.sprint is None and not one.closed}
        for row in self.versions:
            wanted[f"fixVersion = {row}"] = {one.id for one in issues if row in one.versions}
        for row in self.components:
            wanted[f"component = {row}"] = {one.id for one in issues if row in one.components}
        for row, key in self.projects.items():
            wanted[f"project = {key}"] = {one.id for one in issues if one.project == row}
            for old in self.former.get(row, ()):
                wanted[f"project = {old}"] = wanted[f"project = {key}"]
        for issue in issues:
            below = {one.id for one in issues if one.parent == issue.id}
            wanted[f"parent = {issue.key}"] = below
            linked = {e for _, a, b in self.links.values() if issue.id in (a, b) for e in (a, b)} - {issue.id}
            wanted[f"issue in linkedIssues({issue.key})"] = linked
        for jql, ids in wanted.items():
            assert {one["id"] for one in self.search(jql, "id")} == ids, jql

    def every_plan_agrees(self) -> None:
        rank = {row: at for at, row in enumerate(self.ranks)}
        ordered = sorted(self.issues.values(), key=lambda one: rank[one.id])
        for row in self.sprints:
            inside = [one.id for one in ordered if row == one.sprint or row in one.closed]
            if self.board_of[row] in self.boards or inside:
                listed = self.read(f"{AGILE}/sprint/{row}/issue?fields=summary")
                assert [one["id"] for one in listed["issues"]] == inside
        for board, project in self.boards.items():
            own = [one for one in ordered if one.project == project and one.kind != "Epic"]
            listed = self.read(f"{AGILE}/board/{board}/issue?fields=summary")
            assert [one["id"] for one in listed["issues"]] == [one.id for one in own]
            waiting = [one.id for one in own if one.status != "Done" and one.sprint is None]
            backlog = self.read(f"{AGILE}/board/{board}/backlog?fields=summary")
            assert [one["id"] for one in backlog["issues"]] == waiting
            sprints = self.read(f"{AGILE}/board/{board}/sprint")["values"]
            assert {one["id"]: one["state"] for one in sprints} == {
                row: state for row, state in self.sprints.items() if self.board_of[row] == board
            }
        for epic in self.issues.values():
            if epic.kind == "Epic":
                inside = [one.id for one in ordered if one.parent == epic.id]
                listed = self.read(f"{AGILE}/epic/{epic.id}/issue?fields=summary")
                assert [one["id"] for one in listed["issues"]] == inside
        for row in self.projects:
            insight = self.read(f"{API}/project/{row}?expand=insight")["insight"]
            assert insight["totalIssueCount"] == len([one for one in ordered if one.project == row])
        rows = [int(one) for issue in ordered for one in issue.comments]
        if rows:
            found = self.call("POST", f"{API}/comment/list", {"ids": rows}).json()["values"]
            assert {int(one["id"]) for one in found} == set(rows)
        rows = [int(one) for issue in ordered for one in issue.worklogs]
        work = self.call("POST", f"{API}/worklog/list", {"ids": rows}).json() if rows else []
        assert {int(one["id"]) for one in work} == set(rows)
        for row, of in self.versions.items():
            counts = self.read(f"{API}/version/{row}/relatedIssueCounts")
            held = [one for one in self.issues.values() if row in one.versions]
            assert counts["issuesFixedCount"] == len(held)
            left = self.read(f"{API}/version/{row}/unresolvedIssueCount")["issuesUnresolvedCount"]
            assert left == len([one for one in held if one.status != "Done"])
            assert row in {one["id"] for one in self.read(f"{API}/project/{of}/versions")}
        for row, of in self.components.items():
            counts = self.read(f"{API}/component/{row}/relatedIssueCounts")
            assert counts["issueCount"] == len([one for one in self.issues.values() if row in one.components])
            assert row in {one["id"] for one in self.read(f"{API}/project/{of}/components")}


def run(documented: Any, conforms: Any, examples: int, steps: int, *, anew: bool) -> int:
    """How many operations a run of the machine made; ``anew``: others than the last time.

    Nothing is shrunk: that takes minutes. Add Phase.shrink for a shorter sequence of what was found.
    """

    class Walk(Site):
        world = documented
        judge = staticmethod(conforms)
        total = 0

    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            database=None,
            report_multiple_bugs=False,
            derandomize=not anew,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Walk.total


def test_every_way_to_read_agrees_after_every_step(documented, conforms) -> None:
    made = run(documented, conforms, examples=12, steps=45, anew=False)

    assert made > 100


@pytest.mark.full
def test_every_way_to_read_agrees_after_twelve_thousand_steps(documented, conforms) -> None:
    made = 0
    while made < FULL_STEPS:
        made += run(documented, conforms, examples=60, steps=60, anew=True)

    assert made >= FULL_STEPS
