"""Lists of Enterprise Tester: OData options, envelopes, expansions, generations."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

LINKS = "/api/externalsystemlinks"
INCIDENT = "a01fc7ed-3492-4792-9a0b-e2b52fa10913"
REQUIREMENT = "c3d94b7e-1a52-4e86-9f30-5b6d7e8f9a01"
JIRA = "b5ee119f-bc44-4b3c-befe-919f2fe3f4f7"
PROJECT = "3afbe0dd-55ca-419e-b75d-d21c821d7281"

OLDEST = [
    "ExternalSystemId", "ProjectId", "Id", "Type", "Name", "Enabled", "LastSynchronizedAt",
    "LastDestinationToSourceSynchronizationAt", "LastSourceToDestinationSynchronizationAt", "Self",
]  # fmt: skip


@pytest.fixture
def tester(client):
    return client("enterprise_tester")


def asked(tester, path: str, **options: str):
    """The reply to GET with ``$``-options, percent-encoded."""
    query = "&".join(f"${name}={quote(value)}" for name, value in options.items())
    return tester("GET", f"{path}?{query}")


def ids(reply) -> list[str]:
    return [item["Id"] for item in reply.json()["Items"]]


def link(number: int, **members) -> dict:
    """A seed record of the link number ``number``."""
    own = {"Id": f"00000000-0000-4000-8000-{number:012d}", "Name": f"Link {number:02d}"}
    return {"ExternalSystemId": JIRA, "ProjectId": PROJECT, "Type": "Requirement", **own, **members}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Type eq 'Incident' and ProjectId eq guid'{PROJECT.upper()}'", [INCIDENT]),
        ("Type ne 'Incident'", [REQUIREMENT]),
        ("not (Type eq 'Incident') or Enabled eq true", [REQUIREMENT]),
        ("startswith(Type,'Inc') and endswith(Name,'X')", [INCIDENT]),
        ("substringof('ject',Name) eq true", [INCIDENT, REQUIREMENT]),
        ("LastSynchronizedAt ge datetime'2012-01-01T14:04:07Z'", [INCIDENT, REQUIREMENT]),
        ("LastSynchronizedAt lt datetime'2012-01-01'", []),
        ("ExternalSystemName eq 'Jira PROD' and ExternalSystem/HasPassword eq true", [INCIDENT, REQUIREMENT]),
        (f"Id gt guid'{INCIDENT}'", [REQUIREMENT]),
        ("DefectTrackerProjectId eq '123'", [INCIDENT]),
    ],
)
def test_a_filter_selects_links(tester, text: str, found: list[str]) -> None:
    reply = asked(tester, LINKS, filter=text)

    assert reply.status == 200
    assert ids(reply) == found


def test_a_filter_sees_members_that_the_generation_does_not_show(tester, world) -> None:
    world.set_settings("enterprise_tester", {"linkRepresentation": "4.6"})

    reply = asked(tester, LINKS, filter="ExternalSystemImplementationType eq 'Jira' and Type eq 'Incident'")

    assert [list(item) for item in reply.json()["Items"]] == [OLDEST]


def test_links_are_sorted_by_several_fields(tester, world) -> None:
    world.seed({"enterprise_tester": {"external_system_link": [link(1, Name="A"), link(2, Name="Z")]}})

    reply = asked(tester, LINKS, orderby="Name desc, Type")

    assert [(item["Name"], item["Type"]) for item in reply.json()["Items"]] == [
        ("Z", "Requirement"),
        ("Project X", "Incident"),
        ("Project X", "Requirement"),
        ("A", "Requirement"),
    ]


def test_a_page_has_25_links_unless_top_says_otherwise(tester, world) -> None:
    world.seed({"enterprise_tester": {"external_system_link": [link(at) for at in range(40)]}})

    page = asked(tester, LINKS, inlinecount="allpages").json()
    rest = asked(tester, LINKS, inlinecount="AllPages", skip="40", top="10").json()

    assert (page["Skip"], page["Top"], page["Total"], len(page["Items"])) == (0, 25, 42, 25)
    assert (rest["Skip"], rest["Top"], rest["Total"], len(rest["Items"])) == (40, 10, 42, 2)


def test_the_total_counts_what_the_filter_lets_through(tester) -> None:
    reply = asked(tester, LINKS, filter="Type eq 'Incident'", top="0", inlinecount="allpages")

    assert (reply.json()["Total"], reply.json()["Items"]) == (1, [])


def test_without_inlinecount_there_are_only_items(tester) -> None:
    plain = tester("GET", LINKS)
    none = asked(tester, LINKS, inlinecount="none")

    assert list(plain.json()) == ["Items"]
    assert list(none.json()) == ["Items"]


def test_the_total_can_be_the_default(tester, world) -> None:
    world.set_settings("enterprise_tester", {"inlineCount": "allpages"})

    assert list(tester("GET", LINKS).json()) == ["Skip", "Top", "Total", "Items"]
    assert list(asked(tester, LINKS, inlinecount="none").json()) == ["Items"]


@pytest.mark.parametrize(
    ("setting", "options", "present"),
    [
        ("filtered", {"filter": "Type eq 'Incident'"}, True),
        ("filtered", {"top": "1"}, False),
        ("always", {"top": "1"}, True),
        ("never", {"filter": "Type eq 'Incident'"}, False),
    ],
)
def test_a_list_says_its_own_address_when_it_should(tester, world, setting, options, present) -> None:
    world.set_settings("enterprise_tester", {"collectionSelf": setting})

    body = asked(tester, LINKS, **options).json()

    name, value = next(iter(options.items()))
    expected = f"http://localhost:8080{LINKS}?${name}={value}"
    assert body.get("Self") == (expected if present else None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": "Name eq"}, "$filter, column 8: "),
        ({"filter": "Type = 'Incident'"}, "$filter, column 6: "),
        ({"filter": "Nmae eq 'x'"}, "$filter, column 1: unknown field 'Nmae'; nearest: Name"),
        ({"orderby": "Name up"}, "$orderby, column 6: "),
        ({"orderby": "Name,"}, "$orderby, column 6: "),
        ({"top": "-1"}, "$top must be a whole number"),
        ({"skip": "ten"}, "$skip must be a whole number"),
        ({"top": "99999999999999999999"}, "$top must be a whole number"),
        ({"inlinecount": "some"}, "$inlinecount must be allpages or none, not 'some'"),
        ({"expand": "Configuration,,"}, "$expand, column 15: "),
    ],
)
def test_an_option_that_is_not_understood_is_refused_with_its_place(tester, options, message) -> None:
    reply = asked(tester, LINKS, **options)

    assert reply.status == 403
    assert list(reply.json()) == ["Message"]
    assert reply.json()["Message"].startswith(message)


def test_the_status_of_a_bad_filter_is_a_setting(tester, world) -> None:
    world.set_settings("enterprise_tester", {"badFilterStatus": 400})

    assert asked(tester, LINKS, filter="(").status == 400


def test_an_expansion_moves_out_of_expands(tester) -> None:
    one = asked(tester, f"/api/externalsystemlink/{INCIDENT}", expand="externalsystem").json()
    both = asked(tester, f"/api/externalsystemlink/{INCIDENT}", expand="Configuration, ExternalSystem").json()

    assert one["Expands"] == ["Configuration"]
    assert one["ExternalSystem"]["Name"] == "Jira PROD"
    assert "Configuration" not in one
    assert "Expands" not in both
    assert isinstance(both["Configuration"], str)


def test_an_unknown_expansion_is_ignored_or_refused(tester, world) -> None:
    ignored = asked(tester, LINKS, expand="Widgets")
    world.set_settings("enterprise_tester", {"unknownExpansion": "refuse"})
    refused = asked(tester, LINKS, expand="Widgets")

    assert ignored.status == 200
    assert refused.status == 403
    assert refused.json() == {"Message": "$expand: 'widgets' is none of Configuration, ExternalSystem"}


@pytest.mark.parametrize(
    ("generation", "more"),
    [
        ("4.6", set()),
        ("old", {"ProjectName", "ConfigurationComplete", "ConfigurationProblems", "Links"}),
        (
            "new",
            {
                "ProjectName", "ConfigurationComplete", "ConfigurationProblems", "Links", "TypeForDisplay",
                "ExternalSystemName", "ExternalSystemImplementationType", "ExternalSystemConnectionType",
            },
        ),
        (
            "newest",
            {
                "ProjectName", "ConfigurationComplete", "ConfigurationProblems", "Links", "TypeForDisplay",
                "ExternalSystemName", "ExternalSystemImplementationType", "ExternalSystemConnectionType",
                "AutoSelect", "DefectTrackerProjectId", "Expands",
            },
        ),
    ],
)  # fmt: skip
def test_each_generation_of_a_link_has_the_members_of_its_time(tester, world, generation, more) -> None:
    world.set_settings("enterprise_tester", {"linkRepresentation": generation})

    shown = tester("GET", f"/api/externalsystemlink/{INCIDENT}").json()

    assert set(shown) == {*OLDEST, *more}


@pytest.mark.parametrize("generation", ["4.6", "old", "new", "newest"])
def test_every_generation_can_be_expanded(tester, world, generation) -> None:
    world.set_settings("enterprise_tester", {"linkRepresentation": generation})

    shown = asked(tester, f"/api/externalsystemlink/{INCIDENT}", expand="Configuration").json()

    assert "Configuration" in shown


def test_names_for_display_are_null_unless_they_are_wanted(tester, world) -> None:
    printed = tester("GET", f"/api/externalsystemlink/{INCIDENT}").json()
    world.set_settings("enterprise_tester", {"displayNames": True})
    filled = tester("GET", f"/api/externalsystemlink/{INCIDENT}").json()

    assert (printed["ProjectName"], printed["TypeForDisplay"]) == (None, None)
    assert (filled["ProjectName"], filled["TypeForDisplay"]) == ("Project X", "Incident")


def test_the_links_of_a_system_take_the_same_options(tester, world) -> None:
    path = f"/api/externalsystem/{JIRA}/links"

    envelope = asked(tester, path, filter="Type eq 'Requirement'", inlinecount="allpages").json()
    world.set_settings("enterprise_tester", {"systemLinksBody": "array"})
    array = asked(tester, path, orderby="Type desc", top="1").json()

    assert (envelope["Total"], [one["Id"] for one in envelope["Items"]]) == (1, [REQUIREMENT])
    assert [one["Id"] for one in array] == [REQUIREMENT]


@pytest.mark.parametrize(
    "path",
    [
        "/api/ExternalSystemLinks",
        "/API/EXTERNALSYSTEMLINKS",
        "/enterprise-tester/api/externalsystemlinks",
        "/EnterpriseTester/api/externalsystemlinks",
    ],
)
def test_a_list_is_found_at_every_address_in_any_case(tester, path: str) -> None:
    reply = tester("GET", path)

    assert reply.status == 200
    assert len(reply.json()["Items"]) == 2


def test_links_in_replies_keep_the_application_path(tester) -> None:
    shown = tester("GET", f"/EnterpriseTester/api/externalsystemlink/{INCIDENT.upper()}").json()

    assert shown["Self"] == f"http://localhost:8080/EnterpriseTester/api/externalsystemlink/{INCIDENT}"


def test_json_is_indented_where_it_is_asked_for(tester) -> None:
    compact = tester("GET", "/api/projects")
    by_query = tester("GET", "/api/projects?indent-json=true")
    by_header = tester("GET", "/api/projects", headers={"indent-json": "true"})

    assert b"\n" not in compact.body
    assert by_query.body.startswith(b'{\n  "Items"')
    assert by_header.body == by_query.body
    assert by_query.json() == compact.json()


def test_waiting_for_the_index_can_be_switched_off(tester) -> None:
    reply = tester("GET", LINKS, headers={"wait-until-indexed": "false"})

    assert reply.status == 200


def test_the_root_document_lists_what_is_served_and_each_address_answers(tester, shared) -> None:
    links = {one["Rel"]: one for one in tester("GET", "/api").json()["Links"]}

    documented = {
        "ExternalSystemLinks", "ExternalSystems", "ExternalSourcesMetadata", "BackgroundTasks", "Projects",
        "SystemInfo", "ProjectExternalSystemLinksSearch",
    }  # fmt: skip
    assert documented <= set(links)
    assert links["ExternalSystemLinks"]["SupportedHttpMethods"] == ["GET", "POST"]
    assert links["ExternalSystemLinks"]["SupportsOData"] is True
    for one in links.values():
        path = one["Href"].removeprefix("http://localhost:8080").replace("{projectId}", PROJECT)
        if "GET" in one["SupportedHttpMethods"]:
            assert tester("GET", path).status in (200, 403), one["Rel"]
    collections = {
        operation.path
        for operation in shared.services["enterprise_tester"].operations.values()
        if re.match("/api/.", operation.path) and "{" not in operation.path and operation.rung != "absent"
    }
    hrefs = {one["Href"].removeprefix("http://localhost:8080") for one in links.values()}
    assert collections <= hrefs
