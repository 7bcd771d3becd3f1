"""One page of a list: sizes are cut, the last page is the last, cursors are ours or refused."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.engine.paging import start_of, token

ENVELOPE = {
    "ids": "{items}",
    "start": "{start}",
    "size": "{size}",
    "total": "{total}",
    "last": "{last}",
    "more": "{more}",
    "here": "{here}",
    "next": "{next}",
    "next_or_null": "{next_or_null}",
    "previous": "{previous_or_null}",
    "token": "{token}",
    "token_or_null": "{token_or_null}",
}
STYLES = {
    "by_start": {
        "ask": {"start": "startAt", "size": "maxResults"},
        "size": {"default": 3, "most": 5},
        "envelope": ENVELOPE,
    },
    "by_page": {
        "ask": {"page": "page", "size": "size"},
        "size": {"default": 3, "most": 5},
        "envelope": ENVELOPE,
    },
    "by_token": {"ask": {"token": "cursor", "size": "size"}, "size": {"default": 3}, "envelope": ENVELOPE},
    "everything": {"ask": {}, "envelope": ENVELOPE},
    "plain": {
        "ask": {"start": "skip", "size": "top"},
        "envelope": ENVELOPE,
        "plain": {"plain": "{items}"},
    },
}


@pytest.fixture
def get(files, ask):
    """Lists eight things in the style asked for."""
    operations = {
        f"list_{style}": {
            "route": f"GET /{style}",
            "does": "list thing",
            "reply": {"paging": style, "show": ["id"]},
            "returns": {"200": None},
        }
        for style in STYLES
    }
    files.service(paging=STYLES)
    files.page("things", {"docs": "x", "resources": {"thing": {"title": "Thing"}}, "operations": operations})
    world = files.world(({"tiny": {"thing": [{} for _ in range(8)]}},))

    def send(target: str) -> Any:
        reply = ask(world, "GET", target)
        found = reply.json()
        if "ids" in found:
            found["ids"] = [one["id"] for one in found["ids"]]
        return reply.status, found

    return send


def test_the_first_page_has_the_default_size(get):
    status, page = get("/by_start")

    assert status == 200
    assert page == {
        "ids": [1, 2, 3],
        "start": 0,
        "size": 3,
        "total": 8,
        "last": False,
        "more": True,
        "here": "http://localhost/by_start?maxResults=3&startAt=0",
        "next": "http://localhost/by_start?maxResults=3&startAt=3",
        "next_or_null": "http://localhost/by_start?maxResults=3&startAt=3",
        "previous": None,
        "token": token(3),
        "token_or_null": token(3),
    }


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (5, 5), (6, 5), (999999999, 5)])
def test_a_size_above_the_most_is_cut_and_not_refused(get, asked, given):
    _, page = get(f"/by_start?maxResults={asked}")

    assert (page["size"], len(page["ids"])) == (given, given)


def test_a_style_without_a_most_gives_what_was_asked_for(get):
    _, page = get("/by_token?size=999999999")

    assert (page["size"], len(page["ids"]), page["last"]) == (999999999, 8, True)


def test_the_last_page_has_no_next(get):
    _, page = get("/by_start?startAt=6")

    assert (page["ids"], page["last"], page["next_or_null"], page["token_or_null"]) == (
        [7, 8],
        True,
        None,
        None,
    )
    assert "next" not in page
    assert "token" not in page


def test_a_page_that_ends_exactly_with_the_list_is_the_last(get):
    _, page = get("/by_start?startAt=5")

    assert (page["ids"], page["last"], page["more"]) == ([6, 7, 8], True, False)


@pytest.mark.parametrize("start", [8, 9, 999999999])
def test_a_start_behind_the_end_is_an_empty_last_page(get, start):
    status, page = get(f"/by_start?startAt={start}")

    assert (status, page["ids"], page["last"], page["total"]) == (200, [], True, 8)


def test_the_previous_page_never_starts_before_the_first(get):
    assert get("/by_start?startAt=2")[1]["previous"].endswith("startAt=0")
    assert get("/by_start?startAt=6")[1]["previous"].endswith("startAt=3")


def test_a_size_of_zero_shows_the_total_and_leads_nowhere(get):
    for style, size in (("by_start", "maxResults"), ("by_page", "size"), ("by_token", "size")):
        status, page = get(f"/{style}?{size}=0")

        assert (status, page["ids"], page["total"], page["last"]) == (200, [], 8, False)
        assert "next" not in page
        assert "token" not in page


def test_an_empty_number_counts_as_none(get):
    assert get("/by_start?startAt=&maxResults=")[1]["ids"] == [1, 2, 3]


@pytest.mark.parametrize(
    "query", ["startAt=x", "maxResults=1.5", "startAt=-1", "startAt=%C2%B2", "maxResults=1e3"]
)
def test_what_is_no_number_is_refused(get, query):
    status, refusal = get(f"/by_start?{query}")

    assert (status, refusal["kind"]) == (400, "bad_value")


def test_pages_are_counted_from_one(get):
    assert get("/by_page?page=1")[1]["ids"] == [1, 2, 3]
    assert get("/by_page?page=3")[1]["ids"] == [7, 8]
    assert get("/by_page?page=2")[1]["next"] == "http://localhost/by_page?size=3&page=3"
    assert get("/by_page?page=0")[0] == 400


def test_following_next_shows_every_record_once(get):
    for style in ("by_start?maxResults=3", "by_page?size=3", "by_token?size=3"):
        seen, target = [], f"/{style}"
        for _ in range(10):
            _, page = get(target)
            seen += page["ids"]
            if "next" not in page:
                break
            target = page["next"].removeprefix("http://localhost")

        assert seen == [1, 2, 3, 4, 5, 6, 7, 8]


def test_other_parameters_are_carried_to_the_next_page(get):
    _, page = get("/by_start?q=a%26b&startAt=0&q=c")

    assert urlsplit(page["next"]).query == "q=a%26b&q=c&maxResults=3&startAt=3"


def test_a_cursor_of_ours_leads_on(get):
    _, page = get(f"/by_token?cursor={token(6)}")

    assert (page["ids"], page["last"]) == ([7, 8], True)


@pytest.mark.parametrize("cursor", ["nonsense", "v1.", "v2." + token(3)[3:], "v1.%E2%82%AC", "7"])
def test_a_cursor_that_is_none_of_ours_is_refused(get, cursor):
    assert get(f"/by_token?cursor={cursor}")[0] == 400


@pytest.mark.parametrize("inside", ["start:²", "start:" + "9" * 5000, "start:", "start:-1", "end:3", "start"])
def test_a_cursor_with_anything_but_a_position_inside_is_none(inside):
    text = "v1." + base64.urlsafe_b64encode(inside.encode()).decode().rstrip("=")

    assert start_of(text) is None


@pytest.mark.parametrize("start", [0, 1, 50, 999999999])
def test_a_cursor_comes_back_as_its_position(start):
    assert start_of(token(start)) == start


def test_a_style_without_size_shows_everything(get):
    _, page = get("/everything")

    assert (page["ids"], page["last"], page["total"]) == ([1, 2, 3, 4, 5, 6, 7, 8], True, 8)
    assert "size" not in page
    assert page["here"] == "http://localhost/everything"


def test_a_caller_that_asks_for_no_page_gets_the_plain_list_where_there_is_one(get):
    assert [one["id"] for one in get("/plain")[1]["plain"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert get("/plain?top=2")[1]["ids"] == [1, 2]
