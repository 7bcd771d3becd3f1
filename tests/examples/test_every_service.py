"""One world holds all four services; each has a fixture of its own."""

from __future__ import annotations

import requests


def test_enterprise_tester(enterprise_tester_mock):
    reply = requests.get(
        f"{enterprise_tester_mock.url}/api/externalsystemlinks", auth=enterprise_tester_mock.auth, timeout=10
    )

    assert reply.status_code == 200
    stored = enterprise_tester_mock.records("external_system_link")
    assert [link["Id"] for link in reply.json()["Items"]] == [link["Id"] for link in stored]
    enterprise_tester_mock.assert_called("listExternalSystemLinks", times=1)


def test_kordiam(kordiam_mock):
    headers = {"Authorization": f"Bearer {kordiam_mock.auth}"}

    reply = requests.get(f"{kordiam_mock.url}/api/v2/elements", headers=headers, timeout=10)

    assert reply.status_code == 200
    assert [one["id"] for one in reply.json()["content"]] == [1001, 1002]
    kordiam_mock.assert_called("listElements", times=1)


def test_sd_elements(sd_elements_mock):
    target = f"{sd_elements_mock.url}/api/v2/connections/issue-tracker/"

    reply = requests.get(target, headers=sd_elements_mock.headers, timeout=10)

    assert reply.status_code == 200
    stored = sd_elements_mock.records("issue_tracker_connection")
    assert [one["alias"] for one in reply.json()["results"]] == [one["alias"] for one in stored]
    sd_elements_mock.assert_called("listIssueTrackerConnections", times=1)


def test_all_services_of_a_test_are_one_world(jira_mock, kordiam_mock, mock_world):
    mock_world.seed({"jira": {"project": [{"key": "NEWS", "name": "News"}]}})

    assert jira_mock.world is kordiam_mock.world
    assert "NEWS" in [one["key"] for one in jira_mock.records("project")]
