"""SD Elements: issue tracker connections and their test."""

import pytest

LIST = "/api/v2/connections/issue-tracker/"
RALLY = f"{LIST}1/"
JIRA = f"{LIST}4/"
TEST = "/api/v2/connections/test-issue-tracker/"
NEW = {"alias": "A", "connector": 1, "project": 1, "params": {}}
EVERY_PERMISSION = ["Edit Issue Tracker connections", "Edit all projects", "Sync with Issue Tracker tools"]


@pytest.fixture
def sde(client):
    return client("sd_elements")


def setting(world, **values) -> None:
    world.set_settings("sd_elements", values)


def seed(world, **records) -> None:
    world.seed({"sd_elements": records})


def test_a_list_is_its_results_and_nothing_else(sde) -> None:
    reply = sde("GET", LIST)

    assert reply.status == 200
    assert list(reply.json()) == ["results"]
    assert [one["id"] for one in reply.json()["results"]] == [1, 4]


def test_connections_are_served_under_the_mount_too(sde) -> None:
    assert sde("GET", f"/sd-elements{LIST}").json() == sde("GET", LIST).json()


def test_the_list_of_a_project_has_its_connections_only(sde) -> None:
    assert [one["id"] for one in sde("GET", f"{LIST}?project=2").json()["results"]] == [4]
    assert sde("GET", f"{LIST}?project=99").json() == {"results": []}


def test_the_last_job_is_shown_when_it_is_asked_for(sde) -> None:
    plain = sde("GET", LIST).json()["results"]
    rally, jira = sde("GET", f"{LIST}?include=last_job").json()["results"]

    assert all("last_job" not in one for one in plain)
    assert rally["last_job"]["result_message"] == "Error Message"
    assert jira["last_job"] is None


def test_the_last_job_is_the_newest(world, sde) -> None:
    job = {"succeeded": True, "last_run": "2025-01-01T00:00:00Z", "user": 1, "triggered_by": 1}
    seed(world, issue_tracker_job=[{"issue_tracker_connection": 1, **job}])

    assert sde("GET", f"{RALLY}?include=last_job").json()["last_job"]["succeeded"] is True


def test_params_are_those_of_the_project_the_connector_and_the_connection(world, sde) -> None:
    own = {"sde_min_priority": 3, "issue_tracker_project": "Mine"}
    seed(world, issue_tracker_connection=[{"project": 1, "alias": "B", "connector": 1, "params": own}])

    params = sde("GET", f"{LIST}5/").json()["params"]

    assert params["sde_businessunit"] == "General"
    assert params["sde_application"] == "Demo Application"
    assert params["sde_project"] == "Demo Project"
    assert params["jira_version"] == "5"
    assert params["sde_min_priority"] == 3
    assert params["issue_tracker_project"] == "Mine"


def test_params_follow_the_name_of_the_project(sde) -> None:
    sde("PATCH", "/api/v2/projects/1/", {"name": "Renamed"})

    assert sde("GET", RALLY).json()["params"]["sde_project"] == "Renamed"


def test_params_sent_back_as_they_were_shown_do_not_stick(sde) -> None:
    shown = sde("PATCH", RALLY, {"debug_mode": True}).json()["params"]
    sde("PATCH", RALLY, {"params": shown, "debug_mode": False})
    sde("PATCH", "/api/v2/projects/1/", {"name": "Renamed"})

    params = sde("GET", RALLY).json()["params"]

    assert params["sde_project"] == "Renamed"
    assert "session_capture_socket" not in params


def test_params_are_hidden_from_callers_who_may_not_edit_connections(world, sde) -> None:
    setting(world, denied=["Edit Issue Tracker connections"])

    assert all("params" not in one for one in sde("GET", LIST).json()["results"])
    assert "params" not in sde("GET", RALLY).json()
    assert "params" not in sde("POST", LIST, NEW).json()
    assert "params" not in sde("PATCH", RALLY, {}).json()
    assert "params" not in sde("GET", "/api/v2/connectors/issue-tracker/1/").json()


def test_the_last_successful_run_is_shown_after_one(sde) -> None:
    assert sde("GET", RALLY).json()["params"]["last_successful_run"] == "2019-11-28T20:22:32.588388+00:00"
    assert "last_successful_run" not in sde("GET", JIRA).json()["params"]


def test_the_capture_socket_is_shown_in_debug_mode_only(sde) -> None:
    before = sde("GET", JIRA).json()["params"]
    after = sde("PATCH", JIRA, {"debug_mode": True}).json()["params"]

    assert set(after) - set(before) == {"session_capture_socket"}


def test_the_command_names_the_system(sde) -> None:
    assert [one["command"] for one in sde("GET", LIST).json()["results"]] == ["sync_rally", "sync_jira"]


def test_what_runs_is_shown_in_lists_only(sde) -> None:
    assert all(one["in_progress"] is False for one in sde("GET", LIST).json()["results"])
    assert "in_progress" not in sde("GET", RALLY).json()
    assert "in_progress" not in sde("POST", LIST, NEW).json()


def test_the_short_name_of_the_system_is_shown_where_the_samples_show_it(world, sde) -> None:
    shown = [
        sde("GET", LIST).json()["results"][0],
        sde("POST", LIST, NEW).json(),
        sde("GET", RALLY).json(),
        sde("PATCH", RALLY, {}).json(),
    ]
    setting(world, system_short_name="always")

    assert ["short_name" in one["system"] for one in shown] == [True, True, False, False]
    assert sde("GET", RALLY).json()["system"]["short_name"] == "CA Agile Central"


def test_secrets_are_shown_in_clear_unless_they_are_to_be_masked(world, sde) -> None:
    clear = sde("GET", RALLY).json()["params"]["issue_tracker_pass"]
    setting(world, secrets="masked")

    masked = sde("GET", RALLY).json()["params"]

    assert clear == "rally_password"
    assert masked["issue_tracker_pass"] == "********"
    assert masked["issue_tracker_user"] == "rally_user"
    assert (
        sde("GET", "/api/v2/connectors/issue-tracker/2/").json()["params"]["issue_tracker_pass"] == "********"
    )


def test_a_new_connection_is_synchronised_manually_unless_it_says_otherwise(sde) -> None:
    reply = sde("POST", LIST, NEW)

    assert reply.status == 201
    assert (reply.json()["frequency"], reply.json()["debug_mode"]) == ("manually", False)
    assert sde("GET", f"{LIST}{reply.json()['id']}/").json()["alias"] == "A"


def test_ids_may_be_written_as_text(sde) -> None:
    reply = sde("POST", LIST, {**NEW, "connector": "2", "project": "2"})

    assert (reply.json()["connector"], reply.json()["project"]) == (2, 2)


def test_all_errors_of_a_new_connection_are_reported_at_once(sde) -> None:
    body = {"connector": 99, "project": "x", "frequency": "yearly", "debug_mode": "x", "params": []}

    reply = sde("POST", LIST, body)

    assert reply.status == 400
    assert reply.json() == {
        "alias": ["This field is required."],
        "connector": ['Invalid pk "99" - object does not exist.'],
        "project": ["Incorrect type. Expected pk value, received str."],
        "frequency": ['"yearly" is not a valid choice.'],
        "debug_mode": ["Must be a valid boolean."],
        "params": ["Expected a dictionary of items."],
    }


@pytest.mark.parametrize("name", ["alias", "connector", "project", "params"])
def test_a_required_field_must_be_there_and_not_null(sde, name) -> None:
    absent = {key: value for key, value in NEW.items() if key != name}

    assert sde("POST", LIST, absent).json() == {name: ["This field is required."]}
    assert sde("POST", LIST, {**NEW, name: None}).json() == {name: ["This field may not be null."]}


@pytest.mark.parametrize(
    ("value", "kind"), [([], "list"), ({}, "dict"), (True, "bool"), (1.5, "float"), ("abc", "str")]
)
def test_what_is_no_id_is_told_from_an_unknown_one(sde, value, kind) -> None:
    reply = sde("POST", LIST, {**NEW, "connector": value})

    assert reply.json() == {"connector": [f"Incorrect type. Expected pk value, received {kind}."]}


def test_an_alias_has_at_most_255_characters_and_at_least_one_that_is_seen(sde) -> None:
    longest = sde("POST", LIST, {**NEW, "alias": "a" * 255})
    too_long = sde("POST", LIST, {**NEW, "alias": "a" * 256})
    blank = sde("POST", LIST, {**NEW, "alias": "  "})

    assert longest.status == 201
    assert too_long.json() == {"alias": ["Ensure this field has no more than 255 characters."]}
    assert blank.json() == {"alias": ["This field may not be blank."]}


def test_without_the_advanced_feature_the_only_frequency_is_manually(world, sde) -> None:
    setting(world, advanced_issue_tracker=False)

    refused = sde("POST", LIST, {**NEW, "frequency": "daily"})
    taken = sde("POST", LIST, {**NEW, "frequency": "manually"})

    assert refused.json() == {"frequency": ['"daily" is not a valid choice.']}
    assert taken.status == 201


def test_a_change_merges_params(sde) -> None:
    params = sde("PATCH", JIRA, {"params": {"issue_tracker_project": "Other"}}).json()["params"]

    assert params["issue_tracker_project"] == "Other"
    assert params["issue_tracker_parent_issue"] == "Parent"
    assert sde("GET", JIRA).json()["params"] == params


def test_a_change_replaces_params_where_that_is_set(world, sde) -> None:
    setting(world, patched_params="replace")

    params = sde("PATCH", JIRA, {"params": {"issue_tracker_project": "Other"}}).json()["params"]

    assert params["issue_tracker_project"] == "Other"
    assert "issue_tracker_parent_issue" not in params


def test_a_change_leaves_alone_what_it_does_not_name(sde) -> None:
    before = sde("GET", JIRA).json()

    after = sde("PATCH", JIRA, {"alias": "Renamed", "id": 77, "command": "x"}).json()

    assert after == {**before, "alias": "Renamed"}


def test_a_connection_can_move_to_another_project_and_connector(sde) -> None:
    moved = sde("PATCH", JIRA, {"project": 1, "connector": 2}).json()

    assert moved["command"] == "sync_rally"
    assert moved["params"]["sde_project"] == "Demo Project"
    assert len(sde("GET", f"{LIST}?project=1").json()["results"]) == 2


def test_a_refused_change_changes_nothing(world, sde) -> None:
    before = world.state("sd_elements")

    reply = sde("PATCH", RALLY, {"alias": "New", "connector": 99, "frequency": "yearly"})

    assert reply.status == 400
    assert set(reply.json()) == {"connector", "frequency"}
    assert world.state("sd_elements") == before


def test_a_deleted_connection_is_gone_with_its_jobs(world, sde) -> None:
    reply = sde("DELETE", RALLY)

    assert (reply.status, reply.body) == (204, b"")
    assert sde("GET", RALLY).status == 404
    assert world.state("sd_elements", "issue_tracker_job") == []


def test_there_is_no_put(sde) -> None:
    reply = sde("PUT", RALLY, NEW)

    assert reply.status == 405
    assert reply.json() == {"detail": 'Method "PUT" not allowed.'}
    assert reply.headers["Allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize("held", EVERY_PERMISSION)
def test_any_one_of_three_permissions_is_enough_to_edit(world, sde, held) -> None:
    setting(world, denied=[one for one in EVERY_PERMISSION if one != held])

    assert sde("PATCH", RALLY, {"alias": "New"}).status == 200


@pytest.mark.parametrize(
    ("method", "path"), [("POST", LIST), ("PATCH", RALLY), ("DELETE", RALLY), ("POST", TEST)]
)
def test_without_any_of_them_nothing_can_be_edited_or_tested(world, sde, method, path) -> None:
    setting(world, denied=EVERY_PERMISSION)
    before = world.state("sd_elements")

    reply = sde(method, path, None if method == "DELETE" else NEW)

    assert reply.status == 403
    assert reply.json() == {"detail": "You do not have permission to perform this action."}
    assert world.state("sd_elements") == before
    assert sde("GET", RALLY).status == 200


def test_a_test_names_everything_that_is_missing(sde) -> None:
    nothing = sde("POST", TEST, {})
    no_id = sde("POST", TEST, {"system": {}, "params": {}})
    no_params = sde("POST", TEST, {"system": {"id": "rally"}, "params": {}})

    assert nothing.json() == {
        "system": ["This field is required."],
        "params": ["This field is required."],
    }
    assert no_id.json() == {"system": {"id": ["This field is required."]}}
    assert no_params.json() == {"params": {"issue_tracker_project": ["This field is required."]}}


def test_a_test_takes_what_the_table_and_what_the_sample_of_the_reference_have(sde) -> None:
    system = {"id": "rally", "name": "Rally", "short_name": "Rally"}
    params = {"issue_tracker_project": "A"}

    table = sde("POST", TEST, {"name": "A", "system": system, "params": params})
    sample = sde(
        "POST", TEST, {"connector": 2, "alias": "A", "project": 2, "system": system, "params": params}
    )

    assert (table.status, sample.status) == (200, 200)


def test_a_test_counts_the_settings_of_the_connector(world, sde) -> None:
    setting(world, connection_test_requires=["issue_tracker_user"])
    body = {"system": {"id": "rally"}, "params": {}}

    assert sde("POST", TEST, body).status == 400
    assert sde("POST", TEST, {**body, "connector": 2}).status == 200


def test_a_test_of_an_unknown_connector_is_refused(sde) -> None:
    body = {"connector": 99, "project": 99, "system": {"id": "rally"}, "params": {}}

    assert set(sde("POST", TEST, body).json()) == {"connector", "project"}


def test_a_test_fails_as_it_is_set_to(world, sde) -> None:
    body = {"system": {"id": "rally"}, "params": {"issue_tracker_project": "A"}}
    setting(world, connection_test="fail_200", connection_test_message="No route to host.")
    soft = sde("POST", TEST, body)
    setting(world, connection_test="fail_400")
    hard = sde("POST", TEST, body)

    assert (soft.status, soft.json()) == (200, {"success": False, "message": "No route to host."})
    assert (hard.status, hard.json()) == (400, {"detail": "No route to host."})


def test_a_test_stores_nothing(world, sde) -> None:
    before = world.state("sd_elements")

    sde("POST", TEST, {"system": {"id": "rally"}, "params": {"issue_tracker_project": "A"}})

    assert world.state("sd_elements") == before


def test_connectors_are_read_only(sde) -> None:
    connectors = sde("GET", "/api/v2/connectors/issue-tracker/").json()["results"]

    assert [one["system"]["id"] for one in connectors] == ["jira", "rally"]
    assert sde("POST", "/api/v2/connectors/issue-tracker/", {}).status == 501
