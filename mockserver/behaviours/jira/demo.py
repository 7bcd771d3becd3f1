"""The demo seed: a harbour's three projects, with as many issues as are asked for.

Everything follows from the number: the same size always gives the same records. No record is later than
the instant at which frozen worlds stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mockserver.behaviours.jira.demo_issues import Record, about, account, stamp
from mockserver.behaviours.jira.demo_plan import ACTIVE, CLOSED, FORTNIGHT, Block, Project, begin
from mockserver.behaviours.jira.demo_words import COMPONENTS, PEOPLE

SCRUM = ("10100", "PIER", "Pier 9", "scrum")
KANBAN = ("10101", "CRANE", "Cranes and lifts", "kanban")
BUSINESS = ("10102", "FEST", "Hafenfest 港祭り", "business")
GROUPS = ["jira-software-users"]
# Name, share of the sprints at whose end it was released; None: to come.
VERSIONS = (("0.9", 0.5), ("1.0", 1.0), ("1.1", None), ("2.0 «Leuchtturm»", None))
BOARDS = {"PIER": 101, "CRANE": 102}


def records(size: int) -> dict[str, list[Record]]:
    """Records by resource, in the order in which they can be stored, with ``size`` issues."""
    kanban, business = size * 3 // 10, size // 5
    counts = (size - kanban - business, kanban, business)
    projects = [Project(*one, count) for one, count in zip((SCRUM, KANBAN, BUSINESS), counts, strict=True)]
    found: dict[str, list[Record]] = {
        "user": [_user(at) for at in range(len(PEOPLE))],
        "credential": [
            {"scheme": "basic", "name": one[2], "secret": "mock-token", "user": account(at)}
            for at, one in enumerate(PEOPLE)
            if one[2] is not None
        ],
        "project": [_project(one) for one in projects],
        "role_actor": [{"role": 10003, "project": one.id, "group": GROUPS[0]} for one in projects],
        "component": [one for project in projects for one in _components(project)],
        "version": list(_versions(projects[0])),
        "board": [
            {"id": BOARDS["PIER"], "name": "Pier 9 sprints", "type": "scrum", "project": "PIER"},
            {"id": BOARDS["CRANE"], "name": "Cranes, flowing", "type": "kanban", "project": "CRANE"},
        ],
        "sprint": list(_sprints(projects[0])),
        "filter": list(_filters()),
    }
    for project in projects:
        for block in project.blocks():
            for issue in block.issues():
                for resource, record in about(block, issue, _release(project, block)):
                    found.setdefault(resource, []).append(record)
    # Links name issues of both ends: all issues are to be there first.
    return {
        **{name: found[name] for name in found if name != "issue_link"},
        "issue_link": found.get("issue_link", []),
    }


def _user(at: int) -> Record:
    _, name, address, zone, locale, active = PEOPLE[at]
    return {
        "accountId": account(at),
        "displayName": name,
        "emailAddress": address,
        "timeZone": zone,
        "locale": locale,
        "active": active,
        "groups": GROUPS if active else [],
    }


def _project(project: Project) -> Record:
    made: Record = {
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "description": f"{project.count} issues of the demo.",
        "lead": account(0),
        "projectTypeKey": "business" if project.kind == "business" else "software",
    }
    return {**made, "issueTypes": ["10000", "3", "10003"]} if project.kind == "business" else made


def _components(project: Project) -> Iterator[Record]:
    for at, name in enumerate(COMPONENTS[: 2 if project.kind == "business" else 4]):
        lead = account(at) if at % 2 else None
        yield {
            "project": project.key,
            "name": name,
            "description": f"All about {name.lower()}.",
            "lead": lead,
        }


def _versions(project: Project) -> Iterator[Record]:
    last = project.block_count - 1
    for at, (name, share) in enumerate(VERSIONS):
        made: Record = {"project": project.key, "name": name, "description": f"Release {name}"}
        if share is None or last < CLOSED:
            planned = begin(0) + FORTNIGHT * (at + 2)
            yield {
                **made,
                "startDate": begin(ACTIVE).date().isoformat(),
                "releaseDate": planned.date().isoformat(),
            }
            continue
        oldest = begin(last)
        released = oldest + (begin(ACTIVE) - oldest) * share
        dates = {"startDate": oldest.date().isoformat(), "releaseDate": released.date().isoformat()}
        yield {**made, **dates, "released": True, "archived": at == 0}


def _release(project: Project, block: Block) -> str | None:
    """The version that the work of a block goes into."""
    if project.kind != "scrum" or block.age == 0:
        return None
    last = project.block_count - 1
    if block.age < CLOSED or last < CLOSED:
        return VERSIONS[2][0]
    # A sprint later than it seems: what is carried over is done in the next one.
    ended, oldest = begin(block.age - 2), begin(last)
    for name, share in VERSIONS[:2]:
        if share is not None and ended <= oldest + (begin(ACTIVE) - oldest) * share:
            return name
    return VERSIONS[2][0]


def _sprints(project: Project) -> Iterator[Record]:
    for block in project.blocks():
        if block.sprint is None:
            continue
        number, start = block.number + 1, begin(block.age)
        made: Record = {"id": block.sprint, "name": f"PIER Sprint {number}", "originBoardId": BOARDS["PIER"]}
        made |= {"goal": "" if number % 3 else f"Goal {number}: 安全第一, safe at high water 🌊"}
        if block.age >= CLOSED:
            ended = start + FORTNIGHT - timedelta(hours=2)
            dates = {
                "startDate": _agile(start),
                "endDate": _agile(start + FORTNIGHT),
                "completeDate": _agile(ended),
            }
            yield {**made, "state": "closed", **dates}
        elif block.age == ACTIVE:
            yield {
                **made,
                "state": "active",
                "startDate": _agile(start),
                "endDate": _agile(start + FORTNIGHT),
            }
        else:
            yield {**made, "state": "future"}


def _agile(moment: datetime) -> str:
    """A moment as sprints have it."""
    return stamp(moment).replace("+0000", "Z")


def _filters() -> Iterator[Record]:
    share = [{"type": "authenticated"}]
    yield {
        "name": "Open at the pier",
        "jql": "project = PIER AND statusCategory != Done ORDER BY Rank",
        "owner": account(0),
        "sharePermissions": share,
        "favourites": [account(0)],
    }
    yield {"name": "Mine 🌊", "jql": "assignee = currentUser() ORDER BY updated DESC", "owner": account(6)}
    yield {
        "name": "緊急",
        "jql": 'labels = "緊急" AND resolution IS EMPTY',
        "owner": account(1),
        "description": "Everything that cannot wait",
        "sharePermissions": share,
    }
