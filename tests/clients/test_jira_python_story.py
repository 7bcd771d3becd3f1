"""The life of a project as the unmodified ``jira`` client from PyPI lives it, on a real socket.

Every step builds on those before it; what a step did is read back in more than one way.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from jira import JIRA, JIRAError

from mockserver.server import MockServer

MIA, EMMA, ALANA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5", "5b109f2e9729b51b54dc274d"


@pytest.fixture
def jira(server: MockServer) -> Iterator[JIRA]:
    client = JIRA(server.url, basic_auth=("mia@example.com", "mock-token"), max_retries=0)
    yield client
    client.close()


def keys(jira: JIRA, jql: str) -> list[str]:
    return [one.key for one in jira.enhanced_search_issues(jql, maxResults=0, fields="summary")]


def a_project_is_made(jira: JIRA, story: SimpleNamespace) -> None:
    scrum = "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic"
    made = jira.create_project(
        "SEA", "Sea trials", assignee=MIA, template_name=scrum, permissionScheme=0, issueSecurityScheme=10000
    )

    project = jira.project("SEA")
    assert (project.id, project.name, project.lead.accountId) == (str(made["id"]), "Sea trials", MIA)
    assert "SEA" in [one.key for one in jira.projects()]
    assert {one.name for one in project.issueTypes} >= {"Epic", "Story", "Task", "Bug", "Sub-task"}
    with pytest.raises(JIRAError, match="uses this project key") as taken:
        jira.create_project("SEA", "Again", assignee=MIA, permissionScheme=0, issueSecurityScheme=10000)
    assert taken.value.status_code == 400


def versions_and_components_are_planned(jira: JIRA, story: SimpleNamespace) -> None:
    story.first = jira.create_version("1.0", "SEA", description="First", releaseDate="2025-02-01")
    story.second = jira.create_version("2.0", "SEA", startDate="2025-02-02")
    story.hull = jira.create_component("Hull", "SEA", description="Steel")
    story.mast = jira.create_component("Mast", "SEA")

    assert [one.name for one in jira.project_versions("SEA")] == ["1.0", "2.0"]
    assert [one.name for one in jira.project_components("SEA")] == ["Hull", "Mast"]
    assert jira.get_project_version_by_name("SEA", "2.0").id == story.second.id
    story.hull.update(description="Aluminium")
    assert jira.component(story.hull.id).description == "Aluminium"
    jira.move_version(story.second.id, position="First")
    assert [one.name for one in jira.project_versions("SEA")] == ["2.0", "1.0"]
    with pytest.raises(JIRAError, match="already exists"):
        jira.create_version("1.0", "SEA")


def issues_are_created_one_and_many(jira: JIRA, story: SimpleNamespace) -> None:
    story.epic = jira.create_issue(project="SEA", issuetype="Epic", summary="Leave the dock")
    story.story = jira.create_issue(
        project="SEA",
        issuetype="Story",
        summary="Cast off",
        description="h2. How\n\n* loosen the *ropes*",
        labels=["ropes", "夜"],
        components=[{"name": "Hull"}],
        fixVersions=[{"name": "1.0"}],
        priority={"name": "High"},
        duedate="2025-01-31",
    )
    made = jira.create_issues(
        [
            {"project": "SEA", "issuetype": "Bug", "summary": f"Leak {at} 💧", "versions": [{"name": "1.0"}]}
            for at in (1, 2)
        ]
        + [{"project": "SEA", "issuetype": {"id": "99"}, "summary": "Sinks"}]
    )
    story.bugs = [one["issue"] for one in made[:2]]
    story.part = jira.create_issue(
        project="SEA", issuetype="Sub-task", summary="Ropes", parent={"key": story.story.key}
    )

    assert [one["status"] for one in made] == ["Success", "Success", "Error"]
    assert keys(jira, "project = SEA ORDER BY key") == ["SEA-1", "SEA-2", "SEA-3", "SEA-4", "SEA-5"]
    fields = jira.issue(story.story.key).fields
    assert fields.description == "h2. How\n\n* loosen the *ropes*"
    assert (fields.priority.name, fields.duedate, fields.labels) == ("High", "2025-01-31", ["ropes", "夜"])
    assert [one.name for one in fields.components] == ["Hull"]
    assert [one.key for one in fields.subtasks] == [story.part.key]
    assert jira.issue(story.part.key).fields.parent.key == story.story.key


def issues_are_edited_and_assigned(jira: JIRA, story: SimpleNamespace) -> None:
    story.story.update(summary="Cast off quietly", update={"labels": [{"add": "quiet"}, {"remove": "ropes"}]})
    jira.assign_issue(story.story.key, EMMA)
    story.bugs[0].update(assignee={"accountId": ALANA}, notify=False)

    again = jira.issue(story.story.key, expand="changelog,renderedFields")
    assert (again.fields.summary, again.fields.labels) == ("Cast off quietly", ["夜", "quiet"])
    assert again.fields.assignee.accountId == EMMA
    assert "<ul>" in again.renderedFields.description
    changed = {item.field for one in again.changelog.histories for item in one.items}
    assert changed == {"summary", "labels", "assignee"}
    assert keys(jira, f'assignee = "{ALANA}" AND project = SEA') == [story.bugs[0].key]
    assert keys(jira, "labels = quiet") == [story.story.key]
    jira.assign_issue(story.story.key, None)
    assert jira.issue(story.story.key).fields.assignee is None
    assert "summary" in jira.editmeta(story.story.key)["fields"]
    with pytest.raises(JIRAError) as refused:
        story.story.update(fields={"priority": {"name": "Whatever"}, "summary": ""})
    assert set(refused.value.response.json()["errors"]) == {"priority", "summary"}


def work_goes_through_the_workflow(jira: JIRA, story: SimpleNamespace) -> None:
    assert [one["name"] for one in jira.transitions(story.story)] == ["To Do", "In Progress", "Done"]

    jira.transition_issue(story.story, "In Progress")
    assert jira.issue(story.story.key).fields.status.statusCategory.key == "indeterminate"
    assert keys(jira, "project = SEA AND status = 'In Progress'") == [story.story.key]
    jira.transition_issue(story.bugs[1], "Done", comment="Same as 1")

    done = jira.issue(story.bugs[1].key)
    assert done.fields.resolution.name == "Done"
    assert done.fields.resolutiondate is not None
    assert [one.body for one in done.fields.comment.comments] == ["Same as 1"]
    assert keys(jira, "project = SEA AND status CHANGED FROM 'To Do' TO Done") == [story.bugs[1].key]
    assert keys(jira, "project = SEA AND resolution IS NOT EMPTY") == [story.bugs[1].key]


def people_talk(jira: JIRA, story: SimpleNamespace) -> None:
    first = jira.add_comment(story.story, "*Ready* when you are")
    jira.add_comment(
        story.story.key, "مرحبا 👋", visibility={"type": "group", "value": "jira-administrators"}
    )
    first.update(body="Ready!")

    assert [one.body for one in jira.comments(story.story)] == ["Ready!", "مرحبا 👋"]
    assert jira.comment(story.story.key, first.id).author.displayName == "Mia Krystof"
    assert keys(jira, "comment ~ ready") == [story.story.key]
    first.delete()
    assert [one.body for one in jira.issue(story.story.key).fields.comment.comments] == ["مرحبا 👋"]
    with pytest.raises(JIRAError):
        jira.comment(story.story.key, first.id)


def work_is_logged(jira: JIRA, story: SimpleNamespace) -> None:
    story.story.update(timetracking={"originalEstimate": "1d"})
    log = jira.add_worklog(story.story, timeSpent="2h", comment="Untied")
    jira.add_worklog(story.story.key, timeSpentSeconds="1800", adjustEstimate="new", newEstimate="3h")

    tracked = jira.issue(story.story.key).fields.timetracking
    assert (tracked.originalEstimate, tracked.timeSpent, tracked.remainingEstimate) == ("1d", "2h 30m", "3h")
    assert [one.timeSpentSeconds for one in jira.worklogs(story.story.key)] == [7200, 1800]
    assert jira.worklog(story.story.key, log.id).comment == "Untied"
    assert keys(jira, "project = SEA AND timespent > 1h") == [story.story.key]
    log.update(fields={"timeSpent": "1h"})
    assert jira.issue(story.story.key).fields.timespent == 5400
    log.delete()
    assert jira.issue(story.story.key).fields.timespent == 1800


def files_are_attached(jira: JIRA, story: SimpleNamespace) -> None:
    content = bytes(range(256)) * 40
    file = jira.add_attachment(story.story.key, io.BytesIO(content), "Hafenplan 港.bin")
    note = jira.add_attachment(story.story, io.BytesIO(b"low water"), "note.txt")

    assert {one.filename for one in jira.issue(story.story.key).fields.attachment} == {
        "Hafenplan 港.bin",
        "note.txt",
    }
    assert jira.attachment(file.id).get() == content
    assert b"".join(jira.attachment(note.id).iter_content()) == b"low water"
    assert jira.attachment(note.id).mimeType == "text/plain"
    assert jira.attachment_meta()["enabled"] is True
    assert keys(jira, "project = SEA AND attachments IS NOT EMPTY") == [story.story.key]
    jira.delete_attachment(note.id)
    assert [one.id for one in jira.issue(story.story.key).fields.attachment] == [file.id]


def issues_are_linked(jira: JIRA, story: SimpleNamespace) -> None:
    jira.create_issue_link("Blocks", story.bugs[0].key, story.story.key, comment={"body": "Pump first"})
    jira.add_remote_link(story.story.key, {"url": "https://b.example/1", "title": "Berth"}, globalId="b=1")

    [link] = jira.issue(story.story.key).fields.issuelinks
    assert (link.type.name, link.inwardIssue.key) == ("Blocks", story.bugs[0].key)
    assert jira.issue_link(link.id).outwardIssue.key == story.story.key
    assert "Blocks" in [one.name for one in jira.issue_link_types()]
    assert keys(jira, f"issue IN linkedIssues({story.story.key})") == [story.bugs[0].key]
    assert [one.object.title for one in jira.remote_links(story.story.key)] == ["Berth"]
    jira.delete_issue_link(link.id)
    assert jira.issue(story.bugs[0].key).fields.issuelinks == []


def people_watch_and_vote(jira: JIRA, story: SimpleNamespace) -> None:
    jira.add_watcher(story.bugs[0].key, EMMA)
    bug = jira.create_issue(
        project="MKY", issuetype="Bug", summary="Somebody else's", reporter={"accountId": EMMA}
    )
    jira.add_vote(bug.key)

    assert EMMA in [one.accountId for one in jira.watchers(story.bugs[0].key).watchers]
    assert jira.issue(story.bugs[0].key).fields.watches.watchCount == len(
        jira.watchers(story.bugs[0].key).watchers
    )
    assert (jira.votes(bug.key).votes, jira.votes(bug.key).hasVoted) == (1, True)
    assert bug.key in keys(jira, "voter = currentUser()")
    jira.remove_vote(bug.key)
    jira.remove_watcher(story.bugs[0].key, EMMA)
    assert jira.issue(bug.key).fields.votes.votes == 0
    assert EMMA not in [one.accountId for one in jira.watchers(story.bugs[0].key).watchers]
    jira.add_issue_property(bug.key, "tide", {"level": 4.1})
    assert jira.issue_property(bug.key, "tide").value.level == 4.1
    assert [one.key for one in jira.issue_properties(bug.key)] == ["tide"]
    bug.delete()


def a_sprint_is_run(jira: JIRA, story: SimpleNamespace) -> None:
    mine = jira.create_filter("Sea", "All of it", "project = SEA ORDER BY Rank", favourite=True)
    board = jira.create_board("Sea board", mine.id, location_type="project", location_id="SEA")
    sprint = jira.create_sprint("Trial 1", board.id, goal="Leave")

    jira.add_issues_to_sprint(sprint.id, [story.story.key, story.bugs[0].key])
    jira.rank(story.bugs[0].key, next_issue=story.story.key)
    jira.add_issues_to_epic(story.epic.id, [story.story.key])
    assert keys(jira, f"sprint = {sprint.id} AND issuetype != Sub-task ORDER BY Rank") == [
        story.bugs[0].key,
        story.story.key,
    ]
    assert keys(jira, f"parent = {story.epic.key}") == [story.story.key]
    jira.update_sprint(
        sprint.id, state="active", startDate="2025-01-13T09:00:00.000Z", endDate="2025-01-27T09:00:00.000Z"
    )
    assert [one.name for one in jira.sprints(board.id, state="active")] == ["Trial 1"]
    assert story.story.key in keys(jira, "sprint IN openSprints()")
    jira.move_to_backlog([story.bugs[0].key])
    assert story.bugs[0].key not in keys(jira, "sprint IN openSprints()")
    jira.transition_issue(story.part, "Done")
    jira.transition_issue(story.story, "Done")
    jira.update_sprint(sprint.id, state="closed")
    assert jira.sprint(sprint.id).state == "closed"
    assert story.story.key in keys(jira, "sprint IN closedSprints()")
    assert board.id in [one.id for one in jira.boards(projectKeyOrID="SEA")]
    story.board = board


def versions_are_released_and_removed(jira: JIRA, story: SimpleNamespace) -> None:
    story.first.update(released=True)

    assert keys(jira, "project = SEA AND fixVersion IN releasedVersions()") == [story.story.key]
    assert jira.version_count_related_issues(story.first.id)["issuesFixedCount"] == 1
    assert jira.version_count_unresolved_issues(story.first.id) == 0
    assert jira.component_count_related_issues(story.hull.id) == 1
    story.first.delete(moveFixIssuesTo=story.second.id, moveAffectedIssuesTo=story.second.id)
    story.hull.delete(moveIssuesTo=story.mast.id)
    fields = jira.issue(story.story.key).fields
    assert [one.name for one in fields.fixVersions] == ["2.0"]
    assert [one.name for one in fields.components] == ["Mast"]
    assert [one.name for one in jira.issue(story.bugs[0].key).fields.versions] == ["2.0"]


def filters_keep_searches(jira: JIRA, story: SimpleNamespace) -> None:
    kept = jira.create_filter(
        "Open leaks", "Wet", "project = SEA AND issuetype = Bug AND resolution IS EMPTY"
    )

    assert keys(jira, jira.filter(kept.id).jql) == [story.bugs[0].key]
    assert keys(jira, f"filter = {kept.id}") == [story.bugs[0].key]
    jira.update_filter(kept.id, name="Leaks", jql="project = SEA AND issuetype = Bug")
    assert jira.filter(kept.id).name == "Leaks"
    assert "Sea" in [one.name for one in jira.favourite_filters()]
    assert jira.approximate_issue_count(f"filter = {kept.id}") == 2
    kept.delete()
    with pytest.raises(JIRAError):
        jira.filter(kept.id)


def people_and_groups_are_kept(jira: JIRA, story: SimpleNamespace) -> None:
    assert jira.user(EMMA).displayName == "Emma Richards"
    assert [one.accountId for one in jira.search_users(query="emma")] == [EMMA]
    assert EMMA in [
        one.accountId for one in jira.search_assignable_users_for_issues(query="emma", project="SEA")
    ]
    assert "jira-software-users" in jira.groups()
    assert EMMA in jira.group_members("jira-software-users")
    jira.add_group("pilots")
    assert "pilots" in jira.groups(query="pil")
    jira.remove_group("pilots")
    assert "pilots" not in jira.groups()
    assert {"Administrators", "Member", "Viewer"} <= set(jira.project_roles("SEA"))


def everything_is_searched_by_pages(jira: JIRA, story: SimpleNamespace) -> None:
    for many in (range(50), range(50, 60)):  # fifty are the most that one request may bring
        jira.create_issues([{"project": "SEA", "issuetype": "Task", "summary": f"Task {at}"} for at in many])

    found = jira.enhanced_search_issues("project = SEA AND summary ~ task ORDER BY key", maxResults=25)
    assert len(found) == 25
    assert len(keys(jira, "project = SEA AND summary ~ task")) == 60
    assert keys(jira, "project = SEA ORDER BY Rank")[0] == "SEA-1"
    with pytest.raises(JIRAError) as refused:
        jira.enhanced_search_issues("project = SEA AND nonsense = 1")
    assert refused.value.status_code == 400


def everything_is_deleted(jira: JIRA, story: SimpleNamespace) -> None:
    with pytest.raises(JIRAError):
        story.story.delete()
    story.story.delete(deleteSubtasks=True)

    assert story.part.key not in keys(jira, "project = SEA")
    with pytest.raises(JIRAError) as gone:
        jira.issue(story.part.key)
    assert gone.value.status_code == 404
    story.board.delete()
    jira.delete_project("SEA")
    assert "SEA" not in [one.key for one in jira.projects()]
    with pytest.raises(JIRAError):
        jira.issue(story.epic.key)


STORY = (
    a_project_is_made,
    versions_and_components_are_planned,
    issues_are_created_one_and_many,
    issues_are_edited_and_assigned,
    work_goes_through_the_workflow,
    people_talk,
    work_is_logged,
    files_are_attached,
    issues_are_linked,
    people_watch_and_vote,
    a_sprint_is_run,
    versions_are_released_and_removed,
    filters_keep_searches,
    people_and_groups_are_kept,
    everything_is_searched_by_pages,
    everything_is_deleted,
)


def test_a_project_lives_its_whole_life(jira: JIRA) -> None:
    story = SimpleNamespace()

    for step in STORY:
        step(jira, story)
