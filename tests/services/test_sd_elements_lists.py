"""SD Elements: what lists can be asked for, and the shape of what they answer."""

import pytest

PROJECTS = "/api/v2/projects/"
APPLICATIONS = "/api/v2/applications/"
UNITS = "/api/v2/business-units/"
TASKS = "/api/v2/projects/1/tasks/"


@pytest.fixture
def sde(client):
    return client("sd_elements")


def ids(reply) -> list[int]:
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json()["results"]]


def seed_projects(world, *names) -> None:
    world.seed({"sd_elements": {"project": [{"application": 1, "name": name} for name in names]}})


def test_page_size_turns_paging_on(world, sde) -> None:
    seed_projects(world, "C", "D", "E")

    first = sde("GET", f"{PROJECTS}?page_size=2&search=&exclude=url").json()
    second = sde("GET", first["next"].removeprefix("http://localhost:8080")).json()
    third = sde("GET", second["next"].removeprefix("http://localhost:8080")).json()

    assert list(first) == ["count", "next", "previous", "results"]
    assert [page["count"] for page in (first, second, third)] == [5, 5, 5]
    assert [one["id"] for page in (first, second, third) for one in page["results"]] == [1, 2, 3, 4, 5]
    assert first["previous"] is None
    assert third["next"] is None
    assert second["previous"] == "http://localhost:8080/api/v2/projects/?exclude=url&page_size=2&search="
    assert third["previous"].endswith("&page=2&page_size=2&search=")


def test_without_page_size_there_is_no_paging(sde) -> None:
    assert list(sde("GET", f"{PROJECTS}?page=7").json()) == ["results"]


@pytest.mark.parametrize("page", ["0", "3", "-1", "abc", "", "1.5", "99999999999"])
def test_a_page_that_is_not_there_is_not_found(sde, page) -> None:
    reply = sde("GET", f"{PROJECTS}?page_size=1&page={page}")

    assert (reply.status, reply.json()) == (404, {"detail": "Invalid page."})


def test_an_empty_list_has_one_page(sde) -> None:
    body = sde("GET", f"{PROJECTS}?name=nobody&page_size=5&page=1").json()

    assert body == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5"])
def test_a_page_size_must_be_a_number(sde, size) -> None:
    reply = sde("GET", f"{PROJECTS}?page_size={size}")

    assert (reply.status, reply.json()) == (400, {"page_size": ["A valid integer is required."]})


def test_cursors_are_not_served(sde) -> None:
    assert sde("GET", f"{PROJECTS}?cursor=abc").status == 501


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("business_unit=2", [2]),
        ("name=Finance%20App", [2]),
        ("name=finance%20app", []),
        ("priority=1-high", [2]),
        ("slug=demo-application", [1]),
        ("name__iexact=finance%20app", [2]),
        ("name__icontains=APP", [1, 2]),
        ("name__contains=APP", []),
        ("name__startswith=Fin", [2]),
        ("priority__in=1-high,2-medium", [2]),
        ("priority__gte=0-none", [1, 2]),
        ("business_unit__in=1,2", [1, 2]),
        ("business_unit__gt=1", [2]),
        ("created__gte=2015-04-16", [2]),
        ("created__lt=2015-04-16T00:00:00Z", [1]),
        ("business_unit=2&priority=0-none", []),
        ("search=finance", [2]),
        ("search=app%20demo", [1]),
        ("search=nothing", []),
        ("ordering=name", [1, 2]),
        ("ordering=-name", [2, 1]),
    ],
)
def test_applications_are_filtered_searched_and_sorted(sde, query, expected) -> None:
    assert ids(sde("GET", f"{APPLICATIONS}?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("application=1", [1]),
        ("name=Project%201", [2]),
        ("slug=demo-project", [1]),
        ("search=android", [1]),
        ("search=project", [1, 2]),
        ("ordering=-created", [2, 1]),
        ("ordering=updated", [1, 2]),
        ("ordering=-name,created", [2, 1]),
    ],
)
def test_projects_are_filtered_searched_and_sorted(sde, query, expected) -> None:
    assert ids(sde("GET", f"{PROJECTS}?{query}")) == expected


def test_business_units_are_filtered_searched_and_sorted(sde) -> None:
    assert ids(sde("GET", f"{UNITS}?name=BU")) == [2]
    assert ids(sde("GET", f"{UNITS}?search=gen")) == [1]
    assert ids(sde("GET", f"{UNITS}?ordering=name")) == [2, 1]


@pytest.mark.parametrize(
    "query", ["name__regex=a", "tags__in=foo", "nothing__exact=1", "name__=a", "created__year=2015"]
)
def test_a_lookup_that_is_not_served_is_refused_and_not_ignored(sde, query) -> None:
    assert sde("GET", f"{APPLICATIONS}?{query}").status == 501


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("business_unit=abc", {"business_unit": ["Enter a number."]}),
        ("business_unit__in=1,b", {"business_unit__in": ["Enter a number."]}),
        (
            "created__gte=soon&business_unit__lt=x",
            {"created__gte": ["Enter a valid date/time."], "business_unit__lt": ["Enter a number."]},
        ),
    ],
)
def test_a_filter_with_a_value_of_the_wrong_type_is_refused(sde, query, errors) -> None:
    reply = sde("GET", f"{APPLICATIONS}?{query}")

    assert (reply.status, reply.json()) == (400, errors)


def test_unknown_names_are_ignored_unless_they_are_to_be_refused(world, sde) -> None:
    query = "include=nothing&expand=nothing&exclude=nothing&ordering=colour"
    ignored = sde("GET", f"{APPLICATIONS}?{query}")
    world.set_settings("sd_elements", {"unknown_names": "refuse"})

    assert ignored.json() == sde("GET", APPLICATIONS).json()
    for name in ("include", "expand", "ordering"):
        reply = sde("GET", f"{APPLICATIONS}?{name}=nothing")
        assert (reply.status, reply.json()) == (400, {name: ['"nothing" is not a valid choice.']})


def test_a_write_with_an_unknown_name_is_refused_before_it_is_done(world, sde) -> None:
    world.set_settings("sd_elements", {"unknown_names": "refuse"})
    before = world.state("sd_elements")

    reply = sde("POST", f"{APPLICATIONS}?include=nothing", {"name": "A", "business_unit": 1})

    assert reply.status == 400
    assert world.state("sd_elements") == before


@pytest.mark.parametrize(
    "target",
    [f"{APPLICATIONS}?include=projects", f"{PROJECTS}?expand=risk_policy", f"{TASKS}?include=how_tos"],
)
def test_a_documented_name_that_is_not_served_is_refused(sde, target) -> None:
    assert sde("GET", target).status == 501


def test_include_expand_and_exclude_can_be_combined(sde) -> None:
    query = "include=task_counts,incomplete_tasks&expand=creator&exclude=url,users&exclude=groups"

    body = sde("GET", f"{PROJECTS}1/?{query}").json()

    assert body["creator"]["email"] == "admin@example.com"
    assert body["task_counts"]["Requirements"] == {"total": 1, "complete": 0, "slug": "requirements"}
    assert body["task_counts"]["Development"] == {"total": 1, "complete": 1, "slug": "development"}
    assert body["incomplete_tasks"] == {"high": 1, "medium": 0, "low": 0}
    assert not {"url", "users", "groups"} & body.keys()


def test_lists_of_tasks_have_facets(sde) -> None:
    assert list(sde("GET", TASKS).json()) == ["facets", "results"]
    assert list(sde("GET", f"{TASKS}?page_size=1").json()) == [
        "facets",
        "count",
        "next",
        "previous",
        "results",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1-T2", "1-T31"]),
        ("accepted=true", ["1-T2", "1-T31"]),
        ("accepted=false", ["1-T98"]),
        ("relevant=False", ["1-T98"]),
        ("status=TS1", ["1-T31"]),
        ("status__in=TS1,TS2", ["1-T2", "1-T31"]),
        ("priority__gte=7", ["1-T2"]),
        ("phase=X3", ["1-T31"]),
        ("title__icontains=PASSWORD", ["1-T2"]),
    ],
)
def test_only_accepted_tasks_are_listed_unless_others_are_asked_for(sde, query, expected) -> None:
    assert ids(sde("GET", f"{TASKS}?{query}")) == expected


def test_task_statuses_are_filtered_by_meaning(sde) -> None:
    assert ids(sde("GET", "/api/v2/task-statuses/?meaning=TODO")) == ["TS2"]
