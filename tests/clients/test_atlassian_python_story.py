"""The life of a project as the unmodified ``atlassian-python-api`` from PyPI lives it, on a real socket.

The classic client speaks version 2 of the API, the one for Cloud version 3. Each step builds on those before.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from atlassian import Jira
from atlassian.jira import JiraCloud, JiraSoftware
from requests import HTTPError

from mockserver.server import MockServer

Story = SimpleNamespace
MIA, EMMA, ALANA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5", "5b109f2e9729b51b54dc274d"
SCRUM = "com.pyxis.greenhopper.jira:gh-simplified-scrum-classic"


def connected(url: str) -> tuple[Jira, JiraCloud, JiraSoftware]:
    who = {"username": "mia@example.com", "password": "mock-token"}
    return Jira(url, cloud=True, **who), JiraCloud(url, **who), JiraSoftware(url, **who)


@pytest.fixture
def clients(server: MockServer) -> Iterator[tuple[Jira, JiraCloud, JiraSoftware]]:
    clients = connected(server.url)
    yield clients
    for client in clients:
        client.close()


def keys(jira: Jira, jql: str) -> list[str]:
    return [one["key"] for one in jira.enhanced_jql_get_list_of_tickets(jql, fields="summary")]


def names(records: list[Any]) -> list[str]:
    return [one["name"] for one in records]


def document(text: str) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def a_project_is_made(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    made = jira.create_project_from_raw_json(
        {
            "key": "SEA",
            "name": "Sea trials",
            "projectTypeKey": "software",
            "projectTemplateKey": SCRUM,
            "leadAccountId": MIA,
            "assigneeType": "PROJECT_LEAD",
        }
    )

    story.project = made["id"]
    assert jira.project("SEA")["lead"]["accountId"] == MIA
    assert cloud.get_project("SEA")["name"] == "Sea trials"
    assert "SEA" in [one["key"] for one in jira.projects()]
    assert "SEA" in [one["key"] for one in cloud.search_projects(query="sea")["values"]]
    assert jira.myself()["accountId"] == cloud.get_current_user()["accountId"] == MIA
    with pytest.raises(HTTPError, match="uses this project key"):
        cloud.create_project(data={"key": "SEA", "name": "Again", "leadAccountId": MIA})


def versions_and_components_are_planned(
    jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story
) -> None:
    story.first = jira.add_version(project_id=story.project, version="1.0")["id"]
    story.second = cloud.create_version(data={"name": "2.0", "projectId": story.project})["id"]
    story.hull = jira.create_component({"name": "Hull", "project": "SEA", "leadAccountId": EMMA})["id"]
    story.mast = cloud.create_component(data={"name": "Mast", "project": "SEA"})["id"]

    assert names(jira.get_project_versions("SEA")) == ["1.0", "2.0"]
    assert names(jira.get_project_components("SEA")) == ["Hull", "Mast"]
    jira.move_version(story.second, position="First")
    assert names(cloud.get_project_versions("SEA")) == ["2.0", "1.0"]
    jira.update_component({"description": "Steel"}, story.hull)
    assert cloud.get_component(story.hull)["description"] == "Steel"
    assert jira.component(story.hull)["lead"]["accountId"] == EMMA


def issues_are_created_one_and_many(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    def plan(kind: str, summary: str, **more: Any) -> dict[str, Any]:
        return {"project": {"key": "SEA"}, "issuetype": {"name": kind}, "summary": summary, **more}

    story.epic = jira.create_issue(plan("Epic", "Leave the dock"))["key"]
    more = {"labels": ["ropes", "夜"], "components": [{"name": "Hull"}], "fixVersions": [{"name": "1.0"}]}
    story.story = jira.issue_create(plan("Story", "Cast off 🚢", description="*ropes*", **more))["key"]
    many = [{"fields": plan("Bug", f"Leak {at}", versions=[{"name": "1.0"}])} for at in (1, 2)]
    made = jira.create_issues([*many, {"fields": plan("Bug", "")}])
    story.bugs = [one["key"] for one in made["issues"]]
    story.part = cloud.create_issue(data={"fields": plan("Sub-task", "Ropes", parent={"key": story.story})})[
        "key"
    ]

    assert made["errors"][0]["failedElementNumber"] == 2
    assert keys(jira, "project = SEA ORDER BY key") == ["SEA-1", "SEA-2", "SEA-3", "SEA-4", "SEA-5"]
    assert jira.issue(story.story)["fields"]["description"] == "*ropes*"
    marks = cloud.get_issue(story.story)["fields"]["description"]["content"][0]["content"][0]["marks"]
    assert marks == [{"type": "strong"}]
    assert jira.get_issue_labels(story.story) == ["ropes", "夜"]
    found, missing = jira.bulk_issue([story.epic, story.story], fields="summary")
    assert ({one["key"] for one in found["issues"]}, missing) == ({story.epic, story.story}, [])
    kinds = names(jira.issue_createmeta_issuetypes("SEA")["issueTypes"])
    assert {"Epic", "Story", "Bug", "Sub-task"} <= set(kinds)
    assert jira.issue_exists(story.story)
    assert not jira.issue_exists("SEA-99")


def issues_are_edited_and_assigned(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    jira.update_issue_field(story.story, {"summary": "Cast off quietly"})
    jira.label_issue(story.story, ["quiet"])
    jira.unlabel_issue(story.story, ["ropes"])
    jira.assign_issue(story.story, EMMA)
    cloud.edit_issue(
        story.bugs[0], data={"fields": {"description": document("Drip"), "priority": {"name": "High"}}}
    )

    assert jira.issue_field_value(story.story, "summary") == "Cast off quietly"
    assert jira.get_issue_labels(story.story) == ["夜", "quiet"]
    assert cloud.get_issue(story.story, fields="assignee")["fields"]["assignee"]["accountId"] == EMMA
    assert jira.issue_field_value(story.bugs[0], "description") == "Drip"
    history = cloud.get_change_logs(story.story)["values"]
    assert [item["field"] for one in history for item in one["items"]] == [
        "summary",
        "labels",
        "labels",
        "assignee",
    ]
    assert keys(jira, "project = SEA AND priority = High") == [story.bugs[0]]
    assert "summary" in jira.issue_editmeta(story.story)["fields"]
    with pytest.raises(HTTPError, match="priority selected is invalid"):
        jira.update_issue_field(story.story, {"priority": {"name": "Whatever"}})


def work_goes_through_the_workflow(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    assert names(jira.get_issue_transitions(story.story)) == ["To Do", "In Progress", "Done"]

    jira.set_issue_status(story.story, "In Progress")
    assert jira.get_issue_status(story.story) == "In Progress"
    jira.issue_transition(story.bugs[1], "Done")
    fields = cloud.get_issue(story.bugs[1])["fields"]
    assert fields["resolution"]["name"] == "Done"
    assert fields["resolutiondate"] is not None
    assert keys(jira, "project = SEA AND statusCategory = Done") == [story.bugs[1]]
    assert keys(jira, "project = SEA AND status CHANGED TO 'In Progress'") == [story.story]
    [step] = jira.get_issue_status_changelog(story.story)
    assert (step["from"], step["to"]) == ("To Do", "In Progress")


def people_talk(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    first = jira.issue_add_comment(story.story, "h2. Now\n\n*bold*")
    second = cloud.add_comment(story.story, data={"body": document("مرحبا 👋")})
    jira.issue_edit_comment(story.story, first["id"], "Later")

    assert [one["body"] for one in jira.issue_get_comments(story.story)["comments"]] == ["Later", "مرحبا 👋"]
    assert cloud.get_comments(story.story)["total"] == 2
    assert jira.issue_get_comment(story.story, second["id"])["body"] == "مرحبا 👋"
    assert keys(jira, "comment ~ later") == [story.story]
    cloud.delete_comment(story.story, first["id"])
    assert cloud.get_issue(story.story)["fields"]["comment"]["total"] == 1
    jira.set_comment_property(second["id"], "tone", "loud")
    assert jira.get_comment_property(second["id"], "tone")["value"] == {
        "value": "loud"
    }  # the client wraps it


def work_is_logged(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    jira.update_issue_field(story.story, {"timetracking": {"originalEstimate": "1d"}})
    log = jira.issue_worklog(story.story, "2025-01-14T09:00:00.000+0000", 7200, comment="Untied")
    cloud.add_worklog(story.story, adjust_estimate="new", new_estimate="3h", data={"timeSpent": "30m"})

    tracked = jira.issue_field_value(story.story, "timetracking")
    assert (tracked["originalEstimate"], tracked["timeSpent"], tracked["remainingEstimate"]) == (
        "1d",
        "2h 30m",
        "3h",
    )
    assert [one["timeSpentSeconds"] for one in jira.issue_get_worklog(story.story)["worklogs"]] == [
        7200,
        1800,
    ]
    assert jira.get_worklogs([int(log["id"])])[0]["comment"] == "Untied"
    cloud.delete_worklog(story.story, log["id"])
    assert jira.issue_field_value(story.story, "timespent") == 1800
    assert keys(jira, "project = SEA AND worklogAuthor = currentUser()") == [story.story]


def files_are_attached(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    content = bytes(range(256)) * 20
    file = io.BytesIO(content)
    file.name = "plan.bin"
    [added] = jira.add_attachment_object(story.story, file)

    assert jira.get_attachment(added["id"])["size"] == len(content)
    assert jira.get_attachment_content(added["id"]) == content
    assert [one["attachment_id"] for one in jira.get_attachments_ids_from_issue(story.story)] == [added["id"]]
    assert jira.get_attachment_meta()["enabled"] is True
    jira.remove_attachment(added["id"])
    assert cloud.get_issue(story.story)["fields"]["attachment"] == []


def issues_are_linked(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    ends = {"inwardIssue": {"key": story.bugs[0]}, "outwardIssue": {"key": story.story}}
    jira.create_issue_link({"type": {"name": "Blocks"}, **ends, "comment": {"body": "Pump first"}})
    added = jira.create_or_update_issue_remote_links(
        story.story, "https://b.example/1", "Berth", global_id="b=1"
    )

    [link] = cloud.get_issue(story.story)["fields"]["issuelinks"]
    assert link["inwardIssue"]["key"] == story.bugs[0]
    assert jira.get_issue_link(link["id"])["outwardIssue"]["key"] == story.story
    assert "Blocks" in jira.get_issue_link_types_names()
    jira.remove_issue_link(link["id"])
    assert cloud.get_issue(story.bugs[0])["fields"]["issuelinks"] == []
    jira.update_issue_remote_link_by_id(
        story.story, added["id"], "https://b.example/2", "Berth 2", global_id="b=1"
    )
    assert cloud.get_remote_issue_link_by_id(story.story, added["id"])["object"]["title"] == "Berth 2"
    jira.delete_issue_remote_link_by_id(story.story, added["id"])
    assert jira.get_issue_remote_links(story.story) == []


def people_watch_and_vote(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    jira.issue_add_watcher(story.bugs[0], EMMA)
    jira.update_issue_field(story.bugs[0], {"reporter": {"accountId": ALANA}})
    cloud.add_vote(story.bugs[0])

    assert EMMA in [one["accountId"] for one in jira.issue_get_watchers(story.bugs[0])["watchers"]]
    assert cloud.get_votes(story.bugs[0])["hasVoted"] is True
    assert keys(jira, f"project = SEA AND watcher = {EMMA}") == [story.bugs[0]]
    jira.issue_delete_watcher(story.bugs[0], account_id=EMMA)
    cloud.remove_vote(story.bugs[0])
    assert EMMA not in [one["accountId"] for one in cloud.get_issue_watchers(story.bugs[0])["watchers"]]
    assert jira.issue_field_value(story.bugs[0], "votes")["votes"] == 0
    jira.set_issue_property(story.bugs[0], "tide", {"level": 4.1})
    assert jira.get_issue_property(story.bugs[0], "tide")["value"] == {"level": 4.1}
    assert [one["key"] for one in jira.get_issue_property_keys(story.bugs[0])["keys"]] == ["tide"]


def filters_keep_searches(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    story.filter = jira.create_filter("Sea", "project = SEA ORDER BY Rank", "All of it", favourite=True)["id"]

    assert jira.get_filter(story.filter)["favourite"] is True
    assert keys(jira, f"filter = {story.filter} AND issuetype = Bug ORDER BY key") == story.bugs
    jira.update_filter(story.filter, "project = SEA", name="Sea")
    assert cloud.get_filter(story.filter)["jql"] == "project = SEA"
    assert "Sea" in names(cloud.get_my_filters())
    assert jira.approximate_issue_count(f"filter = {story.filter}")["count"] == 5


def a_sprint_is_run(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    place = {"type": "project", "projectKeyOrId": "SEA"}
    board = jira.create_agile_board("Sea board", "scrum", int(story.filter), location=place)["id"]
    sprint = jira.create_sprint("Trial 1", board, goal="Leave")["id"]
    jira.add_issues_to_sprint(sprint, [story.story, story.bugs[0]])
    jira.update_rank([story.bugs[0]], story.story, 10019)
    agile.move_issues_to_epic(story.epic, data={"issues": [story.story]})

    issues = jira.get_sprint_issues(sprint, 0, 50)["issues"]
    assert [one["key"] for one in issues if one["key"] != story.part] == [story.bugs[0], story.story]
    assert [one["key"] for one in jira.epic_issues(story.epic, fields="summary")["issues"]] == [story.story]
    dates = {"startDate": "2025-01-13T09:00:00.000Z", "endDate": "2025-01-27T09:00:00.000Z"}
    jira.update_partially_sprint(sprint, {"state": "active", **dates})
    assert names(jira.get_all_sprints_from_board(board, state="active")["values"]) == ["Trial 1"]
    jira.move_issues_to_backlog([story.bugs[0]])
    assert story.bugs[0] in [one["key"] for one in jira.get_issues_for_backlog(board)["issues"]]
    for key in (story.part, story.story):
        jira.set_issue_status(key, "Done")
    jira.update_partially_sprint(sprint, {"state": "closed"})
    assert agile.get_sprint(sprint)["state"] == "closed"
    assert story.story in keys(jira, "sprint IN closedSprints()")
    assert names(jira.get_all_agile_boards(project_key="SEA", board_type="scrum")["values"]) == [
        "SEA board",
        "Sea board",
    ]
    assert agile.get_issues_for_board(board)["total"] >= 3
    story.board = board


def versions_are_released_and_removed(
    jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story
) -> None:
    jira.update_version(story.first, name="1.0", is_released=True, is_archived=False)

    assert keys(jira, "project = SEA AND fixVersion IN releasedVersions()") == [story.story]
    assert cloud.get_version(story.first)["released"] is True
    assert cloud.get_version_related_issues(story.first)["issuesFixedCount"] == 1
    moved = {"moveFixIssuesTo": int(story.second), "moveAffectedIssuesTo": int(story.second)}
    cloud.delete_and_replace_version(story.first, data=moved)
    assert names(jira.issue_field_value(story.story, "fixVersions")) == ["2.0"]
    assert names(jira.issue_field_value(story.bugs[0], "versions")) == ["2.0"]
    cloud.delete_component(story.hull, move_issues_to=story.mast)
    assert names(jira.issue_field_value(story.story, "components")) == ["Mast"]


def people_groups_and_roles_are_kept(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    assert jira.user(account_id=EMMA)["displayName"] == "Emma Richards"
    assert [one["accountId"] for one in jira.user_find_by_user_string(query="emma")] == [EMMA]
    group = jira.create_group("pilots")
    cloud.add_user_to_group(group_id=group["groupId"], data={"accountId": ALANA})
    assert [one["accountId"] for one in jira.get_all_users_from_group("pilots")["values"]] == [ALANA]
    assert "pilots" in names(jira.get_user_groups(account_id=ALANA))
    jira.remove_group("pilots")
    assert jira.get_groups(query="pilots")["total"] == 0
    assert {"Administrators", "Member", "Viewer"} <= set(jira.get_project_roles("SEA"))
    role = cloud.add_actor_users("SEA", 10003, data={"user": [EMMA]})
    assert [one["actorUser"]["accountId"] for one in role["actors"]] == [EMMA]


def everything_is_searched_by_pages(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    common = {"project": {"key": "SEA"}, "issuetype": {"name": "Task"}}
    jira.create_issues([{"fields": {**common, "summary": f"Task {at}"}} for at in range(50)])
    jira.create_issues([{"fields": {**common, "summary": f"Task {at}"}} for at in range(50, 70)])

    page = jira.enhanced_jql("project = SEA AND summary ~ task", fields="summary", limit=25)
    assert len(page["issues"]) == 25
    assert page["nextPageToken"]
    assert len(keys(jira, "project = SEA AND summary ~ task")) == 70
    assert keys(jira, "project = SEA ORDER BY Rank")[0] == story.epic
    with pytest.raises(HTTPError, match="nonsense"):
        jira.enhanced_jql("nonsense = 1")
    with pytest.raises(HTTPError, match="removed"):
        jira.get("rest/api/2/search", params={"jql": "project = SEA"})


def everything_is_deleted(jira: Jira, cloud: JiraCloud, agile: JiraSoftware, story: Story) -> None:
    with pytest.raises(HTTPError):
        jira.delete_issue(story.story, delete_subtasks=False)
    jira.delete_issue(story.story)

    assert jira.issue_deleted(story.part)
    jira.delete_agile_board(story.board)
    jira.delete_filter(story.filter)
    jira.delete_project("SEA")
    assert "SEA" not in [one["key"] for one in jira.projects()]
    with pytest.raises(HTTPError):
        cloud.get_issue(story.epic)


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
    filters_keep_searches,
    a_sprint_is_run,
    versions_are_released_and_removed,
    people_groups_and_roles_are_kept,
    everything_is_searched_by_pages,
    everything_is_deleted,
)


def test_a_project_lives_its_whole_life(clients: tuple[Jira, JiraCloud, JiraSoftware]) -> None:
    story = SimpleNamespace()

    for step in STORY:
        step(*clients, story)
