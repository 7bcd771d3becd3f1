"""Kordiam: linking elements with external systems."""

import pytest

LINK = "/api/v2/elements/1002/external-element/link"
UNLINK = "/api/v2/elements/1002/external-element/unlink"
BINDINGS = "/api/v2/elements/1002/external-elements"
CMS, DAM = "https://cms.example.com", "https://dam.example.com"


@pytest.fixture
def kordiam(client):
    return client("kordiam")


@pytest.fixture
def systems(world):
    """Configures external systems, ``{"url", "default"?, "active"?}``; the first replaces the shipped one."""

    def configure(*records) -> None:
        rows = [{"organisation": 1, "id": at, **record} for at, record in enumerate(records, 1)]
        world.seed({"kordiam": {"external_system": rows}})

    return configure


def slug(reply) -> str:
    return str(reply.json()["type"].rpartition("/")[2])


def test_linking_twice_leaves_one_binding(kordiam) -> None:
    first = kordiam("POST", LINK, {"externalId": "a"})
    second = kordiam("POST", LINK, {"externalId": "b"})

    assert [first.status, second.status] == [200, 200]
    assert kordiam("GET", BINDINGS).json() == [{"externalId": "b", "systemUrl": CMS}]


def test_each_system_has_its_own_binding(kordiam, systems) -> None:
    systems({"url": CMS}, {"url": DAM})

    kordiam("POST", LINK, {"externalId": "a", "systemUrl": CMS})
    kordiam("POST", LINK, {"externalId": "b", "systemUrl": DAM})

    assert [one["systemUrl"] for one in kordiam("GET", BINDINGS).json()] == [CMS, DAM]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("replace", {"link": "https://x.example", "systemUrl": CMS}),
     ("merge", {"externalId": "a", "link": "https://x.example", "systemUrl": CMS})],
)  # fmt: skip
def test_whether_linking_again_keeps_what_it_leaves_out_is_a_setting(world, kordiam, mode, expected) -> None:
    world.set_settings("kordiam", {"linkUpdate": mode})
    kordiam("POST", LINK, {"externalId": "a"})

    reply = kordiam("POST", LINK, {"link": "https://x.example"})

    assert reply.json() == expected
    assert kordiam("GET", BINDINGS).json() == [expected]


@pytest.mark.parametrize("omitted", [{}, {"systemUrl": None}, {"systemUrl": ""}, {"systemUrl": "  "}])
@pytest.mark.parametrize(
    ("configured", "resolved"),
    [
        ([{"url": DAM}], DAM),
        ([{"url": CMS}, {"url": DAM, "default": True}], DAM),
        ([{"url": CMS, "active": False}, {"url": DAM}], DAM),
    ],
)
def test_without_a_system_url_the_only_or_the_default_system_is_meant(
    kordiam, systems, omitted, configured, resolved
) -> None:
    systems(*configured)

    reply = kordiam("POST", LINK, {"externalId": "a", **omitted})

    assert reply.json() == {"externalId": "a", "systemUrl": resolved}


@pytest.mark.parametrize(
    "configured",
    [
        [{"url": CMS, "active": False}],
        [{"url": CMS}, {"url": DAM}],
        [{"url": CMS, "default": True}, {"url": DAM, "default": True}],
    ],
)
@pytest.mark.parametrize(("path", "body"), [(LINK, {"externalId": "a"}), (UNLINK, {})])
def test_without_a_system_url_no_or_several_systems_are_a_business_error(
    world, kordiam, systems, configured, path, body
) -> None:
    systems(*configured)
    before = world.state("kordiam")

    reply = kordiam("POST", path, body)

    assert (reply.status, slug(reply)) == (400, "business-error")
    assert world.state("kordiam") == before


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [("business_error", 400, "business-error"), ("not_found", 404, "resource-not-found")],
)
@pytest.mark.parametrize("path", [LINK, UNLINK])
def test_what_an_unknown_system_leads_to_is_a_setting(world, kordiam, path, answer, status, expected) -> None:
    world.set_settings("kordiam", {"unknownSystem": answer})

    reply = kordiam("POST", path, {"externalId": "a", "systemUrl": DAM})

    assert (reply.status, slug(reply)) == (status, expected)


@pytest.mark.parametrize(("normalised", "status"), [(True, 200), (False, 400)])
def test_whether_a_slash_at_the_end_matters_is_a_setting(world, kordiam, normalised, status) -> None:
    world.set_settings("kordiam", {"normaliseSystemUrl": normalised})

    reply = kordiam("POST", LINK, {"externalId": "a", "systemUrl": CMS + "/"})

    assert reply.status == status
    assert not normalised or reply.json()["systemUrl"] == CMS


@pytest.mark.parametrize("body", [{}, {"externalId": None}, {"link": ""}, {"systemUrl": CMS}, {"link": None}])
def test_a_link_without_external_id_and_link_fails_validation(world, kordiam, body) -> None:
    before = world.state("kordiam")

    reply = kordiam("POST", LINK, body)

    assert (reply.status, slug(reply)) == (400, "validation-failed")
    assert [(one["scope"], one["path"]) for one in reply.json()["errors"]] == [("global", None)]
    assert world.state("kordiam") == before


@pytest.mark.parametrize(
    "body", [{"externalId": ""}, {"externalId": " \t"}, {"externalId": "", "link": "https://x.example"},
             {"externalId": "x" * 256}, {"link": "x" * 2049}],
)  # fmt: skip
def test_a_blank_or_overlong_representation_is_an_input_parameter_error(world, kordiam, body) -> None:
    before = world.state("kordiam")

    reply = kordiam("POST", LINK, body)

    assert (reply.status, slug(reply)) == (400, "input-parameter-error")
    assert world.state("kordiam") == before


def test_the_longest_representation_is_taken(kordiam) -> None:
    reply = kordiam("POST", LINK, {"externalId": "x" * 255, "link": "y" * 2048})

    assert reply.status == 200


@pytest.mark.parametrize(
    ("link", "status"), [("see the archive", 400), ("ftp://a", 400), ("HTTPS://a.example/1", 200)]
)
def test_links_are_held_to_be_urls_only_where_that_is_set(world, kordiam, link, status) -> None:
    lax = kordiam("POST", LINK, {"link": link}).status
    world.set_settings("kordiam", {"linkFormat": "url"})

    strict = kordiam("POST", LINK, {"link": link})

    assert (lax, strict.status) == (200, status)
    assert status == 200 or [one["code"] for one in strict.json()["errors"]] == ["url"]


def test_unlinking_answers_with_the_binding_that_is_gone(kordiam) -> None:
    linked = kordiam("POST", LINK, {"externalId": "a", "link": "https://x.example"}).json()

    unlinked = kordiam("POST", UNLINK, {"systemUrl": CMS})

    assert (unlinked.status, unlinked.json()) == (200, linked)
    assert kordiam("GET", BINDINGS).json() == []


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [("not_found", 404, "resource-not-found"), ("business_error", 400, "business-error")],
)
def test_what_unlinking_nothing_leads_to_is_a_setting(world, kordiam, answer, status, expected) -> None:
    world.set_settings("kordiam", {"unlinkMissing": answer})

    reply = kordiam("POST", UNLINK, {})

    assert (reply.status, slug(reply)) == (status, expected)


@pytest.mark.parametrize(("needed", "status"), [(False, 200), (True, 400)])
def test_whether_unlinking_needs_a_body_is_a_setting(world, kordiam, needed, status) -> None:
    world.set_settings("kordiam", {"unlinkNeedsBody": needed})
    kordiam("POST", LINK, {"externalId": "a"})

    reply = kordiam("POST", UNLINK)

    assert reply.status == status
    assert not needed or slug(reply) == "bad-request"


def test_a_binding_whose_system_is_configured_no_more_becomes_historical(kordiam, systems) -> None:
    kordiam("POST", LINK, {"externalId": "a"})

    systems({"url": CMS, "active": False})

    assert kordiam("GET", BINDINGS).json() == [{"externalId": "a", "systemUrl": None}]
    assert kordiam("GET", "/api/v2/elements/1002").json()["externalElement"] == {
        "externalId": "a",
        "systemUrl": None,
    }


def test_linking_leaves_historical_rows_alone(kordiam) -> None:
    path = "/api/v2/elements/1001"
    kordiam("POST", f"{path}/external-element/unlink", {})
    kordiam("POST", f"{path}/external-element/link", {"externalId": "new"})

    bindings = kordiam("GET", f"{path}/external-elements").json()

    assert bindings == [
        {"externalId": "legacy-77", "systemUrl": None},
        {"externalId": "new", "systemUrl": CMS},
    ]


def test_the_element_shows_the_first_binding_to_a_configured_system(kordiam) -> None:
    bare = kordiam("GET", "/api/v2/elements/1002").json()
    linked = kordiam("POST", LINK, {"externalId": "a"}).json()

    shown = kordiam("GET", "/api/v2/elements/1002").json()
    listed = {one["id"]: one for one in kordiam("GET", "/api/v2/elements").json()["content"]}

    assert "externalElement" not in bare
    assert shown["externalElement"] == linked
    assert listed[1002] == shown
    assert listed[1001]["externalElement"]["externalId"] == "cms-8842"  # not legacy-77, which comes first


def test_bindings_go_with_their_element(world, kordiam) -> None:
    kordiam("DELETE", "/api/v2/elements/1001")

    assert world.state("kordiam", "external_element") == []


def test_a_seeded_binding_must_name_a_system_that_exists(world) -> None:
    with pytest.raises(ValueError, match="systemUrl"):
        world.seed(
            {"kordiam": {"external_element": [{"element": 1001, "externalId": "a", "systemUrl": DAM}]}}
        )


def test_a_seeded_binding_takes_the_systems_own_spelling(world, kordiam) -> None:
    world.seed({"kordiam": {"external_element": [{"element": 1002, "link": "x", "systemUrl": CMS + "/"}]}})

    assert kordiam("GET", BINDINGS).json() == [{"link": "x", "systemUrl": CMS}]
