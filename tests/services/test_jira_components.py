"""Components of projects: what issues hold of them, and whom they are assigned to."""

import pytest

COMPONENT = "/rest/api/3/component"
MIA, EMMA = "5b10a2844c20165700ede21g", "5b10ac8d82e05b22cc7d4ef5"


@pytest.fixture
def jira(client):
    return client("jira")


def component(jira, name, **more):
    reply = jira("POST", COMPONENT, {"name": name, "project": "MKY", **more})
    assert reply.status == 201, reply.body
    return reply.json()


def issue(jira, *names, **fields):
    given = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "A task", **fields}
    given["components"] = [{"name": name} for name in names]
    reply = jira("POST", "/rest/api/3/issue", {"fields": given})
    assert reply.status == 201, reply.body
    return reply.json()["key"]


def fields_of(jira, key):
    return jira("GET", f"/rest/api/3/issue/{key}?fields=components,assignee").json()["fields"]


def test_components_are_named_in_any_case_and_shown_by_id(jira) -> None:
    made = component(jira, "Engine")

    shown = fields_of(jira, issue(jira, "ENGINE"))["components"]

    assert [(one["id"], one["name"]) for one in shown] == [(made["id"], "Engine")]


def test_an_unknown_component_is_refused_in_the_words_of_the_field(jira) -> None:
    fields = {
        "project": {"key": "MKY"},
        "issuetype": {"name": "Task"},
        "summary": "A",
        "components": [{"name": "x"}],
    }

    reply = jira("POST", "/rest/api/3/issue", {"fields": fields})

    assert reply.status == 400
    assert reply.json()["errors"] == {"components": "Component name 'x' is not valid"}


def test_a_component_of_its_own_rule_says_who_is_assigned(jira) -> None:
    component(jira, "Engine", leadAccountId=EMMA, assigneeType="COMPONENT_LEAD")
    component(jira, "Bodywork")

    assert fields_of(jira, issue(jira, "Engine", "Bodywork"))["assignee"]["accountId"] == EMMA
    assert fields_of(jira, issue(jira, "Bodywork"))["assignee"] is None


def test_a_lead_that_is_missing_is_as_good_as_the_default(jira) -> None:
    made = component(jira, "Engine", assigneeType="COMPONENT_LEAD")

    assert made["isAssigneeTypeValid"] is False
    assert made["realAssigneeType"] == "UNASSIGNED"


def test_deleting_a_component_moves_its_issues(jira) -> None:
    engine, body = component(jira, "Engine"), component(jira, "Bodywork")
    key = issue(jira, "Engine")

    assert jira("DELETE", f"{COMPONENT}/{engine['id']}?moveIssuesTo={body['id']}").status == 204

    assert [one["name"] for one in fields_of(jira, key)["components"]] == ["Bodywork"]
    assert jira("GET", f"{COMPONENT}/{body['id']}/relatedIssueCounts").json()["issueCount"] == 1


def test_deleting_a_component_takes_it_out_of_its_issues(jira) -> None:
    engine = component(jira, "Engine")
    key = issue(jira, "Engine")

    jira("DELETE", f"{COMPONENT}/{engine['id']}")

    assert fields_of(jira, key)["components"] == []
    assert jira("GET", "/rest/api/3/project/MKY/components").json() == []


def test_a_component_can_move_issues_only_within_its_project(jira) -> None:
    engine = component(jira, "Engine")

    assert jira("DELETE", f"{COMPONENT}/{engine['id']}?moveIssuesTo={engine['id']}").status == 404
    assert jira("GET", f"{COMPONENT}/{engine['id']}").status == 200


def test_only_those_who_administer_the_project_change_its_components(jira, world) -> None:
    engine = component(jira, "Engine")
    world.set_settings("jira", {"denied": ["ADMINISTER", "ADMINISTER_PROJECTS"]})

    assert jira("PUT", f"{COMPONENT}/{engine['id']}", {"name": "Motor"}).status == 403
    assert jira("DELETE", f"{COMPONENT}/{engine['id']}").status == 403
    assert jira("GET", f"{COMPONENT}/{engine['id']}").json()["name"] == "Engine"
