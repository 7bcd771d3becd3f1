"""Kordiam: elements as a whole, and finding them."""

import pytest

LIST = "/api/v2/elements"
ONE = "/api/v2/elements/1001"


@pytest.fixture
def kordiam(client):
    return client("kordiam")


def slug(reply) -> str:
    return str(reply.json()["type"].rpartition("/")[2])


def ids(reply) -> list[int]:
    assert reply.status == 200, reply.json()
    return [one["id"] for one in reply.json()["content"]]


def test_a_created_element_can_be_read_listed_and_deleted(kordiam) -> None:
    created = kordiam("POST", LIST, {"title": "New", "publications": [{"platformId": 5}]})
    path = f"{LIST}/{created.json()['id']}"

    read = kordiam("GET", path)
    deleted = kordiam("DELETE", path)
    gone = kordiam("GET", path)

    assert created.status == 201
    assert read.json() == created.json()
    assert read.json()["publications"] == [{"platformId": 5, "id": 2}]
    assert (deleted.status, deleted.body) == (204, b"")
    assert (gone.status, slug(gone)) == (404, "resource-not-found")


def test_members_of_a_body_that_are_not_known_here_are_kept(kordiam) -> None:
    created = kordiam("POST", LIST, {"title": "New", "location": {"city": "Hamburg"}})

    assert created.json()["location"] == {"city": "Hamburg"}


def test_a_client_cannot_write_what_the_server_owns(kordiam) -> None:
    own = {
        "id": 5,
        "organisation": 2,
        "creationTime": "x",
        "modificationDate": "x",
        "externalElement": {"link": "x"},
    }

    created = kordiam("POST", LIST, {"title": "New", **own}).json()

    assert created["id"] == 1003
    assert created["creationTime"] == created["modificationDate"] == "2025-01-15T09:30:00Z"
    assert "organisation" not in created
    assert "externalElement" not in created


def test_put_forgets_what_it_leaves_out_and_keeps_id_creation_and_bindings(world, kordiam) -> None:
    world.advance_clock(60)
    before = kordiam("GET", ONE).json()

    after = kordiam("PUT", ONE, {"title": "Only a title"}).json()

    assert after == {
        "id": 1001,
        "creationTime": before["creationTime"],
        "modificationDate": "2025-01-15T09:31:00Z",
        "title": "Only a title",
        "externalElement": before["externalElement"],
    }
    assert kordiam("GET", ONE).json() == after


def test_patch_changes_what_it_names_clears_nulls_and_leaves_the_rest(kordiam) -> None:
    before = kordiam("GET", ONE).json()

    after = kordiam("PATCH", ONE, {"title": "Other", "statusId": None}).json()

    changed = {**before, "title": "Other", "modificationDate": "2025-01-15T09:30:00Z"}
    del changed["statusId"]
    assert after == changed


def test_a_task_keeps_its_id_when_it_is_sent_with_it(kordiam) -> None:
    after = kordiam("PATCH", ONE, {"tasks": [{"statusId": 3}, {"id": 1, "statusId": 4}]}).json()

    assert after["tasks"] == [{"statusId": 3, "id": 2}, {"id": 1, "statusId": 4}]


@pytest.mark.parametrize(("method", "path"), [("POST", LIST), ("PUT", ONE), ("PATCH", ONE)])
def test_ids_of_tasks_and_publications_that_are_not_the_elements_are_all_refused(
    world, kordiam, method, path
) -> None:
    before = world.state("kordiam")
    body = {"tasks": [{"id": 8}, {}], "publications": [{}, {"id": 9}]}

    reply = kordiam(method, path, body)

    assert (reply.status, slug(reply)) == (400, "validation-failed")
    assert [one["path"] for one in reply.json()["errors"]] == ["tasks[0].id", "publications[1].id"]
    assert world.state("kordiam") == before


def test_every_broken_rule_of_a_body_is_an_issue(kordiam) -> None:
    body = {"title": [], "confidential": "yes", "groupIds": [1, 0], "tasks": [{"formatId": 0}, 5]}

    reply = kordiam("POST", LIST, body)

    issues = {(one["scope"], one["path"], one["code"]) for one in reply.json()["errors"]}
    assert issues == {
        ("body", "title", "type"),
        ("body", "confidential", "type"),
        ("body", "groupIds[1]", "range"),
        ("body", "tasks[0].formatId", "range"),
        ("body", "tasks[1]", "type"),
    }


def test_an_issue_about_the_whole_body_has_the_global_scope_and_no_path(kordiam) -> None:
    reply = kordiam("POST", LIST, [])

    assert [(one["scope"], one["path"]) for one in reply.json()["errors"]] == [("global", None)]


@pytest.mark.parametrize("bad", ["abc", "1.5", "1e3", "99999999999999999999", "-", "%20", "%D9%A1"])
def test_an_id_that_is_no_number_is_a_type_mismatch(kordiam, bad) -> None:
    replies = [kordiam("GET", f"{LIST}/{bad}"), kordiam("GET", f"{LIST}/{bad}/external-elements")]

    assert [(reply.status, slug(reply)) for reply in replies] == [(400, "type-mismatch")] * 2


@pytest.mark.parametrize("low", ["0", "-1", "-99"])
def test_an_id_below_one_is_out_of_range(kordiam, low) -> None:
    reply = kordiam("DELETE", f"{LIST}/{low}")

    assert (reply.status, slug(reply)) == (400, "validation-failed")
    assert reply.json()["errors"] == [
        {"scope": "path", "path": "id", "code": "range", "message": "must be greater than or equal to 1"}
    ]


def test_custom_fields_are_set_one_by_one(kordiam) -> None:
    path = f"{ONE}/custom-fields"
    kordiam("PATCH", path, {"customFields": [{"id": 1, "value": "a"}, {"id": 2, "value": "b"}]})

    after = kordiam("PATCH", path, {"customFields": [{"id": 2, "value": None}, {"id": 3, "value": False}]})

    assert after.status == 200
    assert after.json()["customFields"] == [{"id": 1, "value": "a"}, {"id": 3, "value": False}]
    assert kordiam("GET", ONE).json()["customFields"] == after.json()["customFields"]


def test_tasks_and_publications_come_and_go_one_by_one(kordiam) -> None:
    task = kordiam("POST", f"{ONE}/tasks", {"confirmationStatusCode": 1, "note": None})
    publication = kordiam("POST", f"{ONE}/publications", {"categoryId": 4, "assignedTaskIds": [1, 2]})
    deleted = kordiam("DELETE", f"{ONE}/publications/1")

    element = kordiam("GET", ONE).json()
    assert [task.status, publication.status, deleted.status] == [201, 201, 204]
    assert element["tasks"][1:] == [{"confirmationStatusCode": 1, "id": 2}]
    assert element["publications"] == [{"categoryId": 4, "assignedTaskIds": [1, 2], "id": 2}]


def test_the_last_publication_may_go(kordiam) -> None:
    kordiam("DELETE", f"{ONE}/publications/1")

    again = kordiam("DELETE", f"{ONE}/publications/1")

    assert kordiam("GET", ONE).json()["publications"] == []
    assert (again.status, slug(again)) == (404, "resource-not-found")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("tasks", {}),
        ("tasks", {"confirmationStatusCode": None}),
        ("publications", {}),
        ("publications", {"platformId": None, "categoryId": None}),
        ("publications", {"platformId": 5, "assignedTaskIds": [1, 2]}),
    ],
)
def test_an_incomplete_task_or_publication_is_refused(world, kordiam, path, body) -> None:
    before = world.state("kordiam")

    reply = kordiam("POST", f"{ONE}/{path}", body)

    assert (reply.status, slug(reply)) == (400, "validation-failed")
    assert world.state("kordiam") == before


def test_the_cursor_leads_through_all_elements_once(world, kordiam) -> None:
    world.seed({"kordiam": {"element": [{"title": f"Number {at}"} for at in range(43)]}})
    seen, sizes, cursor = [], [], ""

    for _ in range(4):
        page = kordiam("GET", f"{LIST}?cursor={cursor}").json()
        seen += [one["id"] for one in page["content"]]
        sizes.append(len(page["content"]))
        assert page["size"] == 20
        assert page["hasMore"] == ("nextCursor" in page)
        cursor = page.get("nextCursor")
        if not page["hasMore"]:
            break

    assert sizes == [20, 20, 5]
    assert len(set(seen)) == 45


@pytest.mark.parametrize("size", [1, 100])
def test_a_page_may_have_up_to_a_hundred_elements(kordiam, size) -> None:
    assert kordiam("GET", f"{LIST}?size={size}").json()["size"] == size


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("size=0", "validation-failed"),
        ("size=101", "validation-failed"),
        ("size=-1", "validation-failed"),
        ("size=", "type-mismatch"),
        ("size=1.5", "type-mismatch"),
        ("platformId=x", "type-mismatch"),
        ("groupIds=1,x", "type-mismatch"),
        ("cursor=a%20b", "validation-failed"),
        ("cursor=abc", "bad-request"),
        ("cursor=v1.c3RhcnQ6wrI", "bad-request"),
        ("cursor=v1.c3RhcnQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk", "bad-request"),
        ("page=2", "bad-request"),
        ("sort=title,asc", "bad-request"),
        ("dateFrom=2025-13-01", "date-format-error"),
        ("creationDateTo=2025-01-15T10:00:00", "date-format-error"),
        ("modificationDateFrom=", "date-format-error"),
        ("userId=31&deadlineFrom=tomorrow", "date-format-error"),
        ("deadlineTo=2025-01-15", "missing-parameter"),
        ("formatIds=501", "missing-parameter"),
        ("done=true", "missing-parameter"),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(kordiam, query, expected) -> None:
    reply = kordiam("GET", f"{LIST}?{query}")

    assert (reply.status, slug(reply)) == (400, expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("groupIds=11", [1001, 1002]),
        ("groupIds=12,99", [1002]),
        ("groupIds=12&groupIds=99", [1002]),
        ("groupIds=99", []),
        ("platformId=5", [1001]),
        ("platformId=6", []),
        ("dateFrom=2025-01-21", [1001]),
        ("dateFrom=2025-01-22", []),
        ("dateTo=2025-01-20", []),
        ("modificationDateFrom=2025-01-14T16:20:00Z", [1001]),
        ("modificationDateFrom=2025-01-14T16:20:01Z", []),
        ("modificationDateTo=2025-01-12", [1002]),
        ("creationDateFrom=2025-01-10&creationDateTo=2025-01-10", [1001]),
        ("creationDateFrom=2025-01-12T09:00:00%2B01:00", [1002]),
        ("creationDateFrom=0001-01-01T00:00:00%2B14:00", [1001, 1002]),
        ("userId=31", [1001]),
        ("userId=32", []),
        ("userId=31&formatIds=502", []),
        ("userId=31&formatIds=501,502&deadlineFrom=2025-01-20&deadlineTo=2025-01-20", [1001]),
        ("userId=31&deadlineFrom=2025-01-21", []),
        ("groupIds=11&platformId=5&userId=31&dateFrom=2025-01-01", [1001]),
    ],
)
def test_filters_narrow_the_list(kordiam, query, expected) -> None:
    assert ids(kordiam("GET", f"{LIST}?{query}")) == expected


def test_the_filters_on_tasks_are_met_by_one_and_the_same_task(kordiam) -> None:
    tasks = [{"userId": 31, "formatId": 502}, {"userId": 32, "formatId": 501}]
    kordiam("PUT", ONE, {"tasks": tasks})

    assert ids(kordiam("GET", f"{LIST}?userId=31&formatIds=501")) == []
    assert ids(kordiam("GET", f"{LIST}?userId=32&formatIds=501")) == [1001]


@pytest.mark.parametrize("query", ["userId=31&done=true", "modificationDateAfter=2025-01-01", "colour=red"])
def test_a_filter_that_is_not_known_is_not_passed_over_in_silence(kordiam, query) -> None:
    reply = kordiam("GET", f"{LIST}?{query}")

    assert reply.status == 501
    assert reply.headers["X-Mock-Reason"] == "not-implemented"


def test_unknown_filters_are_ignored_where_that_is_set(world, kordiam) -> None:
    world.set_settings("kordiam", {"unknownFilters": "ignore"})

    assert ids(kordiam("GET", f"{LIST}?colour=red")) == [1001, 1002]


@pytest.mark.parametrize(
    "record", [{"organisation": 9}, {"tasks": [{"id": 0}]}, {"title": 5}, {"id": "abc"}, {"groupIds": ["a"]}]
)
def test_a_seeded_element_is_checked_like_a_written_one(world, record) -> None:
    before = world.state("kordiam")

    with pytest.raises(ValueError, match=r"kordiam\.element\[0\]"):
        world.seed({"kordiam": {"element": [record]}})

    assert world.state("kordiam") == before


def test_what_a_lax_world_let_in_can_still_be_listed(world, kordiam) -> None:
    world.set_validation("off")
    odd = {"title": 5, "groupIds": 7, "customFields": "none", "tasks": [{"deadline": 3, "userId": []}]}
    created = kordiam("POST", LIST, odd).json()["id"]

    listed = kordiam("GET", f"{LIST}?groupIds=11&userId=31&deadlineFrom=2025-01-01")
    patched = kordiam("PATCH", f"{LIST}/{created}/custom-fields", {"customFields": [{"id": 1, "value": 2}]})

    assert ids(listed) == [1001]
    assert patched.json()["customFields"] == [{"id": 1, "value": 2}]
