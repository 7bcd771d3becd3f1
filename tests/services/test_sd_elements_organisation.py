"""SD Elements: business units, applications, projects and tasks."""

import pytest

UNITS = "/api/v2/business-units/"
APPLICATIONS = "/api/v2/applications/"
PROJECTS = "/api/v2/projects/"
TASK = "/api/v2/projects/1/tasks/1-T2/"
NOW = "2025-01-15T09:30:00.000000Z"


@pytest.fixture
def sde(client):
    return client("sd_elements")


def refused(world, call) -> dict:
    """The errors of a refused call, which must not have changed anything."""
    before = world.state("sd_elements")
    reply = call()
    assert reply.status == 400
    assert world.state("sd_elements") == before
    return reply.json()


def test_from_a_business_unit_to_a_connection(sde) -> None:
    unit = sde("POST", UNITS, {"name": "Payments"}).json()
    application = sde("POST", APPLICATIONS, {"name": "Web Shop", "business_unit": unit["id"]}).json()
    project = sde("POST", PROJECTS, {"name": "Release 1", "application": application["id"]}).json()
    body = {"alias": "A", "connector": 1, "project": project["id"], "params": {}}

    params = sde("POST", "/api/v2/connections/issue-tracker/", body).json()["params"]

    assert params["sde_businessunit"] == "Payments"
    assert params["sde_application"] == "Web Shop"
    assert params["sde_project"] == "Release 1"
    assert project["url"] == "http://localhost:8080/bunits/payments/web-shop/release-1/"


def test_a_business_unit_has_users_and_groups(sde) -> None:
    body = {"name": "A", "users": [{"email": "user1@example.com"}], "groups": [{"id": "G1"}]}

    unit = sde("POST", UNITS, body).json()

    assert [one["email"] for one in unit["users"]] == ["user1@example.com"]
    assert unit["groups"] == [{"id": "G1", "name": "Devs"}]
    assert unit["created"] == unit["updated"] == NOW
    assert sde("GET", f"{UNITS}{unit['id']}/").json() == unit


def test_all_users_excludes_some_users(world, sde) -> None:
    body = {"name": "A", "all_users": True, "users": [{"email": "user1@example.com"}]}

    assert set(refused(world, lambda: sde("POST", UNITS, body))) == {"all_users"}


def test_all_errors_of_a_business_unit_are_reported_at_once(world, sde) -> None:
    body = {
        "all_users": "yes",
        "users": [{"email": "nobody@example.com"}],
        "groups": [{"id": "G99"}],
        "default_users": [{}],
        "default_groups": "G1",
    }

    errors = refused(world, lambda: sde("POST", UNITS, body))

    assert errors == {
        "name": ["This field is required."],
        "all_users": ["Must be a valid boolean."],
        "users": ["Object with email=nobody@example.com does not exist."],
        "groups": ['Invalid pk "G99" - object does not exist.'],
        "default_users": {"0": {"email": ["This field is required."]}},
        "default_groups": ["Expected a list of items."],
    }


def test_names_may_repeat_but_slugs_do_not(sde) -> None:
    slugs = [sde("POST", UNITS, {"name": "Über uns!"}).json()["slug"] for _ in range(3)]

    assert slugs == ["uber-uns", "uber-uns-2", "uber-uns-3"]


def test_an_application_needs_a_business_unit_that_exists(world, sde) -> None:
    missing = refused(world, lambda: sde("POST", APPLICATIONS, {"name": "A"}))
    unknown = refused(world, lambda: sde("POST", APPLICATIONS, {"business_unit": 99, "priority": "high"}))

    assert missing == {"business_unit": ["This field is required."]}
    assert unknown == {
        "name": ["This field is required."],
        "business_unit": ['Invalid pk "99" - object does not exist.'],
        "priority": ['"high" is not a valid choice.'],
    }


def test_an_application_shows_its_business_unit_as_its_release_does(world, sde) -> None:
    body = {"name": "A", "business_unit": 1}
    newer = sde("POST", APPLICATIONS, body).json()["business_unit"]
    world.set_settings("sd_elements", {"application_business_unit": "id"})
    older = sde("POST", APPLICATIONS, body).json()["business_unit"]
    expanded = sde("GET", f"{APPLICATIONS}1/?expand=business_unit").json()["business_unit"]

    assert newer == expanded == {"id": 1, "slug": "general", "name": "General"}
    assert older == 1


def test_a_project_is_its_callers(world, sde) -> None:
    world.set_auth("strict")
    body = {"name": "A", "application": 1, "profile": "P9", "groups": [{"id": "G1", "role": "PR4"}]}

    project = sde("POST", PROJECTS, body, headers={"Authorization": "Token user1-token"}).json()

    assert project["creator"] == 3
    assert project["profile"]["name"] == "Android App"
    assert project["groups"] == [{"id": "G1", "name": "Devs", "role": "PR4"}]
    assert project["locked"] is False


def test_all_errors_of_a_project_are_reported_at_once(world, sde) -> None:
    body = {"application": 99, "profile": "P99", "tags": "foo", "users": [{"email": "nobody@example.com"}]}

    errors = refused(world, lambda: sde("POST", PROJECTS, body))

    assert set(errors) == {"name", "application", "profile", "tags", "users"}


def test_a_changed_project_keeps_what_is_not_named(sde) -> None:
    before = sde("GET", f"{PROJECTS}1/").json()

    after = sde("PATCH", f"{PROJECTS}1/", {"name": "New", "archived": True, "creator": 3}).json()

    assert after == {**before, "name": "New", "archived": True, "updated": NOW}


def test_a_lock_remembers_when_and_by_whom(sde) -> None:
    locked = sde("PATCH", f"{PROJECTS}1/", {"locked": True}).json()
    open_again = sde("PATCH", f"{PROJECTS}1/", {"locked": False}).json()

    assert (locked["locked"], locked["locked_on"], locked["locked_by"]) == (True, NOW, 1)
    assert (open_again["locked"], open_again["locked_on"], open_again["locked_by"]) == (False, None, None)


def test_a_refused_change_of_a_project_changes_nothing(world, sde) -> None:
    errors = refused(world, lambda: sde("PATCH", f"{PROJECTS}1/", {"name": "", "application": 99}))

    assert set(errors) == {"name", "application"}


def test_a_deleted_project_takes_its_connections_jobs_and_tasks_with_it(world, sde) -> None:
    reply = sde("DELETE", f"{PROJECTS}1/")

    assert (reply.status, reply.body) == (204, b"")
    assert [one["id"] for one in world.state("sd_elements", "issue_tracker_connection")] == [4]
    assert world.state("sd_elements", "issue_tracker_job") == []
    assert [one["id"] for one in world.state("sd_elements", "task")] == ["2-T2"]
    assert sde("GET", f"{PROJECTS}1/tasks/").status == 404


def test_a_task_belongs_to_its_project(sde) -> None:
    assert sde("GET", TASK).status == 200
    assert sde("GET", "/api/v2/projects/2/tasks/1-T2/").json() == {"detail": "Not found."}


def test_a_task_is_synchronised(sde) -> None:
    body = {"artifact_proxy": "ABC-1", "status": "TS1", "assigned_to": ["user1@example.com"]}

    task = sde("PATCH", TASK, body).json()

    assert (task["artifact_proxy"], task["status"]) == ("ABC-1", "TS1")
    assert task["assigned_to"] == [{"id": 3, "email": "user1@example.com"}]
    assert (task["updater"], task["updated"]) == (1, NOW)
    assert sde("GET", f"{TASK}?expand=status").json()["status"]["meaning"] == "DONE"


def test_the_library_decides_about_what_is_not_specific_to_the_project(world, sde) -> None:
    errors = refused(world, lambda: sde("PATCH", TASK, {"title": "Mine", "status": "TS9", "priority": 99}))
    record = {"project": 1, "id": "1-PT1", "task_id": "PT1", "title": "Own", "project_specific": True}
    world.seed({"sd_elements": {"task": [record]}})
    own = sde("PATCH", "/api/v2/projects/1/tasks/1-PT1/", {"title": "Mine", "priority": 9}).json()

    assert errors == {
        "title": ["This field can only be changed for project specific tasks."],
        "status": ['Invalid pk "TS9" - object does not exist.'],
        "priority": ["Ensure this value is less than or equal to 10."],
    }
    assert (own["title"], own["priority"]) == ("Mine", 9)


def test_tags_are_shown_by_origin_when_both_are_asked_for(sde) -> None:
    assert sde("GET", f"{TASK}?include=tags").json()["tags"] == ["foo", "bar", "baz"]
    assert sde("GET", f"{TASK}?include=tags&expand=tags").json()["tags"] == {
        "library_tags": ["foo", "bar"],
        "project_tags": ["baz"],
    }
    assert "tags" not in sde("GET", f"{TASK}?expand=tags").json()


def test_an_emptied_world_keeps_the_site_and_nobodys_work(world, sde) -> None:
    world.reset("empty")

    assert sde("GET", PROJECTS).json() == {"results": []}
    assert len(sde("GET", "/api/v2/task-statuses/").json()["results"]) == 3
    assert len(sde("GET", "/api/v2/connectors/issue-tracker/").json()["results"]) == 2
