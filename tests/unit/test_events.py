"""What a call does is announced once it has succeeded, by the name its fixture gives it or by Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mockserver.engine.context import Context
from mockserver.spec.cache import Cache
from mockserver.spec.load import FixtureErrors, load
from mockserver.state.delivery import Message
from mockserver.values import Call, Outcome, Problem, Reply, dumps
from mockserver.world import World
from mockserver.world.loading import Catalogue

PAGE = """\
docs: https://docs.example/things
resources:
  thing: {title: Thing, param: id, fields: {name: null}, unique: [name]}
operations:
  createThing:
    route: POST /things
    accepts: {body: Thing}
    does: create thing
    emits: {created: thing_made}
    returns: {201: Thing}
  putThing:
    route: PUT /things
    accepts: {body: Thing}
    cases: [{does: upsert thing, by: {name: body.name}}]
    emits: {created: thing_made, updated: thing_changed}
    returns: {200: Thing, 201: Thing}
  replaceThing:
    route: PUT /things/{id}
    accepts: {body: Thing}
    does: replace thing
    emits: {updated: thing_changed}
    returns: {200: Thing}
  mergeThing:
    route: PATCH /things/{id}
    accepts: {body: Thing}
    does: merge thing
    emits: {updated: thing_changed}
    returns: {200: Thing}
  deleteThing:
    route: DELETE /things/{id}
    does: delete thing
    emits: {deleted: thing_gone}
    returns: {204: null}
  deleteThings:
    route: DELETE /things
    accepts: {query: Query}
    cases:
      - if: query.name
        does: delete thing
        by: {name: query.name}
        emits: {deleted: thing_gone}
      - does: list thing
    returns: {200: Things, 204: null}
  useThing:
    route: POST /things/{id}/uses
    does: call things.used
    emits: {updated: thing_used, deleted: thing_worn_out}
    returns: {200: Thing, 204: null}
  breakThing:
    route: POST /things/{id}/breaks
    does: call things.broken
    returns: {200: Thing}
"""
SCHEMAS = {"Thing": {"type": "object"}, "Things": {}, "Query": {"properties": {"name": {"type": "string"}}}}


def used(ctx: Context) -> Outcome:
    if ctx.found()["name"] == "old":
        ctx.table("thing").drop(ctx.found())
        return Outcome("deleted")
    return Outcome("updated", ctx.found())


def broken(ctx: Context) -> Outcome:
    ctx.emit("thing_broken", thing=ctx.found(), why="dropped")
    if ctx.found()["name"] == "steel":
        raise Problem("conflict")
    return Outcome("ok", ctx.found())


def messages(ctx: Context, event: str, about: Mapping[str, Any]) -> Iterator[Message]:
    for subscription in ("1", "2"):
        yield Message(subscription, "http://receiver.example", event, dumps(about))


@pytest.fixture
def world(files: Any) -> World:
    files.service(webhooks={"deliver": "hooks.messages", "retry": {"waits": [60], "statuses": ["5xx"]}})
    files.page("things", PAGE).schemas("things", SCHEMAS)
    loaded = load([files.folder])
    functions = {"things.used": used, "things.broken": broken, "hooks.messages": messages}
    return World(
        Catalogue(loaded.services, loaded.schemas, loaded.routes, {"tiny": functions}, Cache()), seeds=()
    )


def ask(world: World, method: str, path: str, body: Any = None) -> Reply:
    headers = {"content-type": "application/json", "authorization": "Bearer x"}
    return world.handle(Call(method, f"/tiny{path}", headers, b"" if body is None else dumps(body)))


def told(world: World, after: int = 0) -> list[tuple[str, Any]]:
    """The events since a delivery, and what they were about, as the first of two subscribers is told."""
    found = world.deliveries(subscription="1", after=after)["deliveries"]
    return [(one["event"], one["body"]) for one in found]


@pytest.mark.parametrize(
    ("method", "path", "body", "event", "name"),
    [
        ("POST", "/things", {"name": "new"}, "thing_made", "new"),
        ("PUT", "/things", {"name": "new"}, "thing_made", "new"),
        ("PUT", "/things", {"name": "first"}, "thing_changed", "first"),
        ("PUT", "/things/1", {"name": "other"}, "thing_changed", "other"),
        ("PATCH", "/things/1", {"name": "other"}, "thing_changed", "other"),
        ("DELETE", "/things/1", None, "thing_gone", "first"),
        ("DELETE", "/things?name=first", None, "thing_gone", "first"),
        ("POST", "/things/1/uses", {}, "thing_used", "first"),
    ],
)
def test_what_a_verb_did_is_announced_with_its_record(world, method, path, body, event, name):
    world.seed({"tiny": {"thing": [{"name": "first"}]}})

    reply = ask(world, method, path, body)

    assert reply.status < 300, reply.body
    assert [(found, about["record"]["name"]) for found, about in told(world)] == [(event, name)]


def test_what_python_deleted_is_announced_as_it_was(world):
    world.seed({"tiny": {"thing": [{"name": "old"}]}})

    assert ask(world, "POST", "/things/1/uses", {}).status == 204

    assert told(world) == [("thing_worn_out", {"record": {"id": 1, "name": "old"}})]


def test_python_announces_what_it_likes(world):
    world.seed({"tiny": {"thing": [{"name": "glass"}]}})

    assert ask(world, "POST", "/things/1/breaks", {}).status == 200

    assert told(world) == [("thing_broken", {"thing": {"id": 1, "name": "glass"}, "why": "dropped"})]


def test_a_refused_call_announces_nothing_even_if_it_had_something_to_say(world):
    world.seed({"tiny": {"thing": [{"name": "steel"}]}})

    assert ask(world, "POST", "/things/1/breaks", {}).status >= 400
    assert ask(world, "POST", "/things", {"name": "steel"}).status >= 400

    assert told(world) == []


def test_each_subscriber_is_told_and_retried_as_the_service_says(world):
    world.set_webhook_fault("status", status=503, times=None)

    ask(world, "POST", "/things", {"name": "new"})
    world.advance_clock(60)

    found = world.deliveries()["deliveries"]
    assert [(one["subscription"], one["service"], one["state"], len(one["attempts"])) for one in found] == [
        ("1", "tiny", "failed", 2),
        ("2", "tiny", "failed", 2),
    ]


def test_what_is_read_twice_is_announced_each_time(world):
    world.seed({"tiny": {"thing": [{"name": "glass"}]}})

    for _ in range(3):
        ask(world, "POST", "/things/1/breaks", {})

    assert [event for event, _ in told(world)] == ["thing_broken"] * 3


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "    does: delete thing\n    emits",
            "    does: get thing\n    emits",
            "'emits' needs one of create, upsert, replace, merge",
        ),
        ("emits: {updated: thing_used,", "emits: {gone: thing_used,", "unknown key 'gone'"),
    ],
)
def test_what_cannot_be_announced_is_a_mistake_of_the_fixture(files, old, new, error):
    assert PAGE.count(old) == 1
    files.service(webhooks={"deliver": "hooks.messages"})
    files.page("things", PAGE.replace(old, new)).schemas("things", SCHEMAS)

    with pytest.raises(FixtureErrors, match=error):
        load([files.folder])


def test_a_service_that_announces_something_says_to_whom(files):
    files.service().page("things", PAGE).schemas("things", SCHEMAS)

    with pytest.raises(FixtureErrors, match="'emits' needs 'webhooks:"):
        load([files.folder])


def test_a_service_that_tells_nobody_announces_in_vain(files):
    files.service().page("things", PAGE.replace("emits:", "# emits:")).schemas("things", SCHEMAS)
    loaded = load([files.folder])
    functions = {"things.used": used, "things.broken": broken}
    world = World(
        Catalogue(loaded.services, loaded.schemas, loaded.routes, {"tiny": functions}, Cache()), seeds=()
    )
    world.seed({"tiny": {"thing": [{"name": "glass"}]}})

    assert ask(world, "POST", "/things/1/breaks", {}).status == 200

    assert told(world) == []
