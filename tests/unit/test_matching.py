"""A match means the calls that have every part it names, whatever else they have."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.engine.matching import Asked, Match, fits
from mockserver.values import Call, dumps

PATH = "/jira/rest/api/3/issue/MKY-1/remotelink"


def asked(
    target: str = PATH,
    body: Any = None,
    raw: bytes = b"",
    callers: frozenset[str] = frozenset(),
    **headers: str,
) -> Asked:
    content = dumps(body) if body is not None else raw
    call = Call("POST", target, {name.replace("_", "-"): value for name, value in headers.items()}, content)
    return Asked(call, {"issueIdOrKey": "MKY-1"}, lambda: callers, "/jira")


def test_an_empty_match_means_every_call() -> None:
    assert fits(Match(), asked())


@pytest.mark.parametrize(
    ("route", "found"),
    [
        (PATH, True),
        ("/rest/api/3/issue/MKY-1/remotelink", True),
        ("/rest/api/3/issue/mky-1/REMOTELINK", True),
        ("/rest/api/3/issue/*/remotelink", True),
        ("/rest/api/3/issue/{issueIdOrKey}/remotelink", True),
        ("/rest/**/remotelink", True),
        ("/**", True),
        ("/rest/api/3/issue/*", False),
        ("/issue/MKY-1/remotelink", False),
        ("/rest/api/2/issue/MKY-1/remotelink", False),
    ],
)
def test_a_route_is_the_whole_path_with_the_mount_or_without(route: str, found: bool) -> None:
    assert fits(Match(route), asked()) is found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ({"issueIdOrKey": "MKY-1"}, True),
        ({"issueIdOrKey": "MKY-2"}, False),
        ("/MKY-1/remotelink", True),
        ("/MKY-*/remotelink", True),
        ("3/**", True),
        ("/MKY-1", False),
    ],
)
def test_a_path_is_values_of_placeholders_or_how_the_path_ends(path: Any, found: bool) -> None:
    assert fits(Match(path=path), asked()) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"a": "1"}, True),
        ({"a": 1}, True),
        ({"a": "2"}, True),
        ({"a": ["1", "2"]}, True),
        ({"a": ["2", "1"]}, False),
        ({"flag": True}, True),
        ({"b": None}, True),
        ({"a": None}, False),
        ({"a": "3"}, False),
        ({"b": "1"}, False),
    ],
)
def test_a_query_has_a_value_all_values_or_none(query: Any, found: bool) -> None:
    assert fits(Match(query=query), asked(f"{PATH}?a=1&a=2&flag=true")) is found


def test_headers_are_found_in_any_case() -> None:
    call = asked(x_trace="7")

    assert fits(Match(headers={"X-Trace": "7"}), call)
    assert fits(Match(headers={"X-Trace": 7, "X-Other": None}), call)
    assert not fits(Match(headers={"X-Trace": "8"}), call)
    assert not fits(Match(headers={"X-Trace": None}), call)


BODY = {"fields": {"summary": "A", "labels": ["x", "y"], "done": True}, "n": 1}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"n": 1}, True),
        ({"fields": {"summary": "A"}}, True),
        ({"fields": {"labels": ["x", "y"]}}, True),
        ({"fields": {"labels": ["x"]}}, False),
        ({"fields": {"done": 1}}, False),
        ({"n": True}, False),
        ({"m": 1}, False),
        ({"/fields/summary": "A", "/n": 1}, True),
        ({"/fields/labels/1": "y"}, True),
        ({"/fields/labels/2": None}, True),
        ({"/fields/labels/1": None}, False),
        ({"/fields/labels/2": "z"}, False),
        ({"/fields": {"summary": "A"}}, True),
        ("text", False),
    ],
)
def test_a_body_has_members_or_values_by_json_pointer(body: Any, found: bool) -> None:
    assert fits(Match(body=body), asked(body=BODY)) is found


def test_a_pointer_may_have_slashes_and_tildes_in_its_steps() -> None:
    assert fits(Match(body={"/a~1b/c~0d": 1}), asked(body={"a/b": {"c~d": 1}}))


def test_a_body_that_is_no_json_is_text() -> None:
    assert fits(Match(body="plain"), asked(raw=b"plain"))
    assert not fits(Match(body={"a": 1}), asked(raw=b"plain"))
    assert not fits(Match(body={"a": 1}), asked())


def test_a_caller_has_any_of_its_names() -> None:
    mia = frozenset(("5b10", "mia@example.com"))

    assert fits(Match(caller="mia@example.com"), asked(callers=mia))
    assert not fits(Match(caller="emma@example.com"), asked(callers=mia))
    assert not fits(Match(caller="anonymous"), asked(callers=mia))
    assert fits(Match(caller="anonymous"), asked())


def test_nobody_is_asked_who_is_calling_unless_it_matters() -> None:
    def callers() -> frozenset[str]:
        raise AssertionError

    assert fits(Match(body={"a": 1}), Asked(Call("POST", PATH, {}, b'{"a":1}'), {}, callers))
