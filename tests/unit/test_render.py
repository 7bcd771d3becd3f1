"""Outcome to reply and problem to refusal, in the service's words; whatever happens, an answer comes back."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from mockserver.engine.render import joined, member, nested, trace, without_nulls, written
from mockserver.values import Broken, Call, Outcome, Problem

PAGE = {
    "docs": "x",
    "resources": {
        "thing": {
            "title": "Thing",
            "param": "id",
            "fields": {"name": None, "note": None},
            "hidden": ["note"],
            "computed": {"self": "{base}/things/{id}"},
            "stamps": {"created": ["made"], "updated": ["changed"]},
        }
    },
    "operations": {
        "getThing": {"route": "GET /things/{id}", "does": "get thing"},
        "createThing": {
            "route": "POST /things",
            "accepts": {"body": "Thing"},
            "does": "create thing",
            "reply": {
                "created": 201,
                "show": ["id", "self"],
                "location": "{self}",
                "headers": {"X-Name": "{name}", "X-None": "{missing}"},
            },
        },
        "changeThing": {"route": "PATCH /things/{id}", "accepts": {"body": "Any"}, "does": "merge thing"},
        "deleteThing": {"route": "DELETE /things/{id}", "does": "delete thing"},
        "astray": {"route": "GET /astray", "does": "call things.answer", "reply": {"location": "{missing}"}},
    },
}
SCHEMAS = {
    "Thing": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "note": {"type": "string"}},
    },
    "Any": {},
}


@pytest.fixture
def behaviour(monkeypatch) -> Any:
    """What ``call things.answer`` does, to be set by the test."""
    module = ModuleType("mockserver.behaviours.tiny.things")
    does: dict[str, Any] = {}
    module.__dict__["answer"] = lambda ctx: does["now"](ctx)
    monkeypatch.setitem(sys.modules, "mockserver.behaviours.tiny", ModuleType("mockserver.behaviours.tiny"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return lambda function: does.update(now=function)


@pytest.fixture
def tiny(files, behaviour):
    """A world maker: what is given overrides the service's own keys."""

    def make(**service: Any) -> Any:
        files.service(**service).page("things", PAGE).schemas("things", SCHEMAS)
        return files.world(({"tiny": {"thing": [{"id": 1, "name": "One", "note": "hush"}]}},))

    return make


def test_a_record_is_shown_without_what_is_hidden_and_with_what_is_computed(tiny, ask):
    reply = ask(tiny(dates="%H:%M"), "GET", "/tiny/things/1")

    assert reply.status == 200
    assert reply.json() == {
        "id": 1,
        "name": "One",
        "made": "09:30",
        "self": "http://localhost/tiny/things/1",
    }


def test_what_is_created_has_the_declared_status_shape_and_headers(tiny, ask):
    reply = ask(tiny(), "POST", "/things", {"name": "Two"})

    assert (reply.status, reply.json()) == (201, {"id": 2, "self": "http://localhost/things/2"})
    assert reply.headers["Location"] == "http://localhost/things/2"
    assert reply.headers["X-Name"] == "Two"
    assert "X-None" not in reply.headers


def test_a_location_without_a_value_is_not_sent(tiny, ask, behaviour):
    world = tiny()
    behaviour(lambda ctx: Outcome("created", {"a": 1}, ready=True))

    assert "Location" not in ask(world, "GET", "/astray").headers


def test_what_is_deleted_has_no_body_and_no_media_type(tiny, ask):
    reply = ask(tiny(), "DELETE", "/things/1")

    assert (reply.status, reply.body) == (204, b"")
    assert "Content-Type" not in reply.headers


def test_nulls_are_dropped_where_the_service_drops_them(tiny, ask):
    created = {"name": None}
    keeps, drops = tiny(), tiny(nulls="drop")

    assert "name" in ask(keeps, "PATCH", "/things/1", created).json()
    assert "name" not in ask(drops, "PATCH", "/things/1", created).json()


def test_a_refusal_is_in_the_words_of_the_service_and_says_that_it_is_the_mocks(tiny, ask):
    world = tiny()
    reply = ask(world, "GET", "/things/9")

    assert (reply.status, reply.json()["kind"]) == (404, "not_found")
    assert reply.headers["X-Mock-Reason"] == "state"
    assert reply.headers["X-Mock-Diagnostics"] == "1"
    assert world.request(1)["diagnosis"]["message"] == "no thing '9' in this world"


def test_a_kind_without_words_is_worded_as_the_kind_that_stands_in_for_it(tiny, ask):
    world = tiny()

    assert ask(world, "POST", "/things", raw=b" ").json()["kind"] == "malformed"
    assert ask(world, "GET", "/things/%zz").json()["kind"] == "no_route"


def test_a_kind_that_nothing_stands_in_for_is_a_defect_and_is_worded_as_one(tiny, ask, behaviour):
    world = tiny()
    behaviour(lambda ctx: (_ for _ in ()).throw(Problem("unheard_of")))

    assert ask(world, "GET", "/astray").status == 500


def test_a_header_of_a_wording_without_a_value_is_left_out(tiny, ask):
    problems = {**tiny().shared.services["tiny"].problems}
    worded = {kind: {"status": one.status, "body": one.body} for kind, one in problems.items()}
    worded["wrong_method"]["headers"] = {"Allow": "{allow}", "Retry-After": "{retry_after}"}
    reply = ask(tiny(problems=worded), "PUT", "/things/1", {})

    assert reply.headers["Allow"] == "DELETE, GET, PATCH"
    assert "Retry-After" not in reply.headers


def test_every_broken_rule_reaches_the_body_in_each_dialect(tiny, ask):
    reply = ask(tiny(codes={"type": "bad-type"}), "POST", "/things", {"name": 1, "note": 2}).json()

    assert reply["fields"] == {"name": "name: type", "note": "note: type"}
    assert reply["lists"] == {"name": ["name: type"], "note": ["note: type"]}
    assert reply["message"] == "name: type note: type"
    assert [(one["path"], one["code"]) for one in reply["issues"]] == [
        ("name", "bad-type"),
        ("note", "bad-type"),
    ]


@pytest.mark.parametrize(
    "raised",
    [
        KeyError("x"),
        RecursionError("deep"),
        Problem(
            "invalid",
            broken=[Broken("body", ("a", "b"), "b", "x", "1"), Broken("body", ("a",), "a", "x", "2")],
        ),
        Problem(
            "invalid",
            broken=[Broken("body", ("a",), "a", "x", "2"), Broken("body", ("a", "b"), "b", "x", "1")],
        ),
        Problem("invalid", broken=[Broken("body", (), "body", "x", "1")]),
    ],
    ids=repr,
)
def test_whatever_a_behaviour_raises_is_answered(tiny, ask, behaviour, raised):
    def fail(ctx: Any) -> Outcome:
        raise raised

    world = tiny()
    behaviour(fail)

    assert ask(world, "GET", "/astray").status == (400 if isinstance(raised, Problem) else 500)


@pytest.mark.parametrize("value", [{1: 2}, object(), {"a": float}, 2**80, "\ud800", {"a": {1, 2}}])
def test_whatever_a_behaviour_returns_is_answered(tiny, ask, behaviour, value):
    world = tiny()
    behaviour(lambda ctx: Outcome("ok", value, ready=True))

    reply = ask(world, "GET", "/astray")

    assert (reply.status, reply.json()["kind"]) == (500, "broken")


@pytest.mark.parametrize(
    "target", ["*", "", "/", "//", "nothing", "?a=b", "/%", "/things/%ff", "/tiny", "/\0"]
)
def test_whatever_is_asked_for_is_answered(tiny, target):
    world = tiny()

    assert world.handle(Call("OPTIONS", target)).status in (400, 404, 405)
    assert len(world.journal) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"\xff\xfe",
        b"1" * 5000,
        b"NaN",
        b'{"name": "\\ud800"}',
        b'{"name": 1e400}',
        b"",
        b"\0",
        b"[]",
        b'{"name": null}',
        b'"text"',
        b"{} x",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_whatever_is_sent_is_refused_and_changes_nothing(tiny, ask, body):
    world = tiny()
    before = world.state()

    reply = ask(world, "POST", "/things", raw=body, content_type="application/json")

    assert reply.status == 400
    assert world.state() == before


@pytest.mark.parametrize("mode", ["warn", "off"])
@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null"])
def test_what_is_let_through_unchecked_and_cannot_be_worked_with_is_refused(tiny, ask, body, mode):
    world = tiny()
    world.set_validation(mode)

    assert ask(world, "POST", "/things", raw=body).status == 400


@pytest.mark.parametrize(
    "credential",
    [
        "Basic é",
        "Basic %%%",
        "Basic",
        "Basic \udce9",
        "Bearer",
        "Bearer a b",
        "Basic Og==",
        "x",
        "",
        "Basic /w==",
    ],
)
def test_a_credential_that_is_none_is_refused(tiny, ask, credential):
    assert ask(tiny(), "GET", "/things/1", authorization=credential).status == 401


def test_messages_are_nested_as_the_members_they_are_about():
    broken = [
        Broken("body", ("a", 0, "b"), "b", "x", "first"),
        Broken("body", ("a", 0, "b"), "b", "y", "second"),
        Broken("body", ("c",), "key", "x", "third"),
    ]

    assert nested(broken) == {"a": {"0": {"b": ["first", "second"]}}, "key": ["third"]}


def test_all_messages_make_one_text():
    assert joined([Broken("body", (), "a", "x", "One."), Broken("body", (), "a", "x", "Two.")]) == "One. Two."


def test_members_are_named_with_dots_and_brackets():
    assert [member(path) for path in ((), ("a",), ("a", 0, "b"), (1, 2))] == ["", "a", "a[0].b", "[1][2]"]


def test_nulls_go_at_any_depth_but_stay_as_items():
    assert without_nulls({"a": None, "b": [{"c": None}, None], "d": {"e": None}}) == {
        "b": [{}, None],
        "d": {},
    }


def test_the_trace_of_a_number_is_always_the_same():
    assert trace(1) == trace(1) != trace(2)
    assert len(trace(1)) == 32


def test_a_text_is_json_unless_the_headers_say_otherwise():
    assert written("a", {"Content-Type": "application/json"}) == b'"a"'
    assert written("a", {}) == b'"a"'
    assert written("a", {"Content-Type": "text/plain"}) == b"a"
    assert written(None, {}) == b""
