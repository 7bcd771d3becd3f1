"""Kordiam's global export: elements told to an external system by POST, PUT and DELETE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ELEMENTS = "/api/v2/elements"
RECEIVER = "http://localhost:9/export"


@pytest.fixture
def kordiam(client: Any, world: Any) -> Any:
    """A client of a newsroom that exports to one system."""
    _export_to(world, id=7, url=RECEIVER)
    return client("kordiam")


@pytest.fixture
def told(world: Any) -> Callable[[], list[Any]]:
    def read() -> list[Any]:
        found: list[Any] = world.deliveries(service="kordiam")["deliveries"]
        return found

    return read


def _export_to(world: Any, **system: Any) -> None:
    world.seed({"kordiam": {"external_system": [{"organisation": 1, "export": True, **system}]}})


def calls(deliveries: list[Any]) -> list[tuple[str, str]]:
    return [(one["method"], one["url"].removeprefix(RECEIVER)) for one in deliveries]


def test_an_element_is_told_by_post_then_by_the_id_that_came_back(kordiam, told) -> None:
    row = kordiam("POST", ELEMENTS, {"title": "A new tram"}).json()["id"]

    kordiam("PATCH", f"{ELEMENTS}/{row}", {"title": "A newer tram"})
    kordiam("PUT", f"{ELEMENTS}/{row}", {"title": "The newest tram"})
    kordiam("DELETE", f"{ELEMENTS}/{row}")

    found = told()
    assert calls(found) == [
        ("POST", "/element"),
        ("PUT", "/element/1"),
        ("PUT", "/element/1"),
        ("DELETE", "/element/1"),
    ]
    assert [one["body"]["title"] for one in found[:3]] == ["A new tram", "A newer tram", "The newest tram"]
    assert found[1]["body"]["externalElement"] == {"id": "1"}
    assert not found[3]["body"]


def test_the_id_that_came_back_is_the_external_id(kordiam) -> None:
    created = kordiam("POST", ELEMENTS, {"title": "A new tram"}).json()

    shown = kordiam("GET", f"{ELEMENTS}/{created['id']}").json()

    assert "externalElement" not in created
    assert shown["externalElement"] == {"externalId": "1", "systemUrl": RECEIVER}


def test_tasks_and_publications_are_told_as_changes_of_their_element(kordiam, told) -> None:
    row = kordiam("POST", ELEMENTS, {"title": "A new tram"}).json()["id"]

    kordiam("POST", f"{ELEMENTS}/{row}/tasks", {"formatId": 501, "confirmationStatusCode": 1})

    [_, changed] = told()
    assert calls([changed]) == [("PUT", "/element/1")]
    assert [one["formatId"] for one in changed["body"]["tasks"]] == [501]


def test_a_system_that_gives_no_id_is_told_by_post_each_time(kordiam, told, world) -> None:
    world.set_settings("kordiam", {"exportAnswer": "none"})

    row = kordiam("POST", ELEMENTS, {"title": "A new tram"}).json()["id"]
    kordiam("PATCH", f"{ELEMENTS}/{row}", {"title": "A newer tram"})
    kordiam("DELETE", f"{ELEMENTS}/{row}")

    assert calls(told()) == [("POST", "/element"), ("POST", "/element")]


def test_an_element_that_was_linked_by_hand_keeps_its_id(kordiam, told) -> None:
    body = {"externalId": "cms-9", "link": "https://cms.example.com/9", "systemUrl": RECEIVER}
    kordiam("POST", f"{ELEMENTS}/1002/external-element/link", body)

    kordiam("PATCH", f"{ELEMENTS}/1002", {"title": "Sunny"})

    [delivery] = told()
    assert calls([delivery]) == [("PUT", "/element/cms-9")]
    assert delivery["body"]["externalElement"] == {"id": "cms-9", "link": "https://cms.example.com/9"}


def test_what_is_refused_is_not_told(kordiam, told) -> None:
    refused = kordiam("PATCH", f"{ELEMENTS}/1001", {"tasks": [{"id": 4711}]})
    missing = kordiam("DELETE", f"{ELEMENTS}/4711")

    assert (refused.status, missing.status) == (400, 404)
    assert told() == []


def test_nothing_is_told_where_nothing_exports(client, told) -> None:
    kordiam = client("kordiam")

    kordiam("POST", ELEMENTS, {"title": "A new tram"})

    assert told() == []


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        ({"bearer": "not-a-real-one"}, {"Authorization": "Bearer not-a-real-one"}),
        ({"headers": {"X-Newsroom": "example"}}, {"X-Newsroom": "example"}),
        (None, {}),
    ],
)
def test_the_receiver_is_told_who_calls_as_it_was_agreed(client, world, auth, headers) -> None:
    _export_to(world, id=8, url="http://localhost:9/other", auth=auth)

    client("kordiam")("POST", ELEMENTS, {"title": "A new tram"})

    [delivery] = world.outbox
    sent = dict(delivery.message.headers)
    assert sent.pop("Content-Type") == "application/json"
    assert sent == headers
