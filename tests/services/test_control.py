"""The control endpoint without a socket: what is a command, what is none, and how that is said."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from mockserver.control import CONTROL, Command, control
from mockserver.control.table import COMMANDS
from mockserver.remote import RemoteWorld
from mockserver.values import Call, Reply, dumps
from mockserver.world import World, Worlds

# Public methods of a world that are no commands: requests come by the socket, a fork stays in the process,
# and a server has dealings of its own with its worlds.
NOT_COMMANDS = {
    "handle",
    "respond",
    "exchange",
    "fork",
    "sown",
    "adopt",
    "wake",
    "retire",
    "watch",
    "news",
    "tell",
    "outgoing",
    "sends",
    "sent",
    "unsent",
}
# What the sender of webhooks asks for and tells, and how it is told of them.
NOT_COMMANDS |= {"outgoing", "sent", "unsent", "sends", "tell", "retire"}
Ask = Callable[..., Reply]


@pytest.fixture
def ask(worlds: Worlds) -> Ask:
    def send(
        route: str, body: Any = None, *, world: str | None = None, kind: str = "application/json"
    ) -> Reply:
        method, _, path = route.partition(" ")
        raw = body.encode() if isinstance(body, str) else b"" if body is None else dumps(body)
        return control(
            worlds, world, Call(method, CONTROL + path, {"content-type": kind} if raw else {}, raw)
        )

    return send


def named(command: Command) -> str:
    return f"{command.method} {command.path}"


def test_every_route_of_the_table_is_there_once() -> None:
    routes = [named(one) for one in COMMANDS]

    assert len(routes) == len(set(routes))


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_every_command_is_a_method_here_and_from_afar(command: Command) -> None:
    owner = Worlds if command.server else World
    if command.name != "openapi":  # it describes the endpoint, not a world
        assert getattr(owner, command.name) is command.function
        here = inspect.signature(command.function)
        there = inspect.signature(getattr(RemoteWorld, command.name))
        assert list(here.parameters.values()) == list(there.parameters.values())
    assert callable(getattr(RemoteWorld, command.name))


def test_every_power_of_a_world_is_a_command() -> None:
    public = {name for name, _ in inspect.getmembers(World, inspect.isfunction) if not name.startswith("_")}

    assert public - NOT_COMMANDS == {one.name for one in COMMANDS if not one.server} - {"openapi"}


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_every_command_says_what_it_does_and_takes(command: Command) -> None:
    assert command.about.endswith((".", ")."))
    for param in command.params:
        Draft202012Validator.check_schema(param.schema)


def test_the_endpoint_describes_itself(ask: Ask) -> None:
    document = ask("GET /openapi.json").json()

    assert document["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, one in document["paths"].items() for method in one}
    assert described == {(one.method, CONTROL + one.path) for one in COMMANDS}
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
    force = document["paths"][CONTROL + "/force"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    assert force["required"] == ["operation"]
    assert force["additionalProperties"] is False
    assert force["properties"]["times"] == {"type": ["integer", "null"], "minimum": 1, "default": 1}


def test_an_unknown_route_names_the_nearest(ask: Ask) -> None:
    reply = ask("POST /rset")

    assert reply.status == 404
    assert f"Closest: {CONTROL}/reset" in reply.json()["errors"][0]


def test_another_method_is_told_which_there_are(ask: Ask) -> None:
    reply = ask("PATCH /worlds/blue")

    assert reply.status == 405
    assert reply.headers["Allow"] == "DELETE, GET, PUT"


@pytest.mark.parametrize(
    ("route", "body", "line"),
    [
        ("POST /reset", {"too": "seed"}, "unknown field 'too' — did you mean 'to'?"),
        ("POST /reset", {"to": "sed"}, "'to' must be one of seed, empty, not 'sed' — did you mean 'seed'?"),
        ("POST /reset", [], "the body must be an object, not list"),
        ("GET /health?x=1", None, "unknown parameter 'x' (known: none)"),
        ("GET /requests?metod=GET", None, "unknown parameter 'metod' — did you mean 'method'?"),
        ("GET /requests?limit=many", None, "'limit' must be integer, not \"many\""),
        ("GET /requests?limit=0", None, "'limit' must be at least 1, not 0"),
        ("GET /requests?breach=perhaps", None, "'breach' must be boolean or null, not \"perhaps\""),
        ("GET /requests/first", None, "'number' must be integer, not \"first\""),
        ("POST /clock/advance", {}, "'seconds' is required in the body"),
        ("POST /clock/advance", {"seconds": True}, "'seconds' must be number, not true"),
        ("POST /clock/advance", {"seconds": -1}, "'seconds' must not be negative"),
        ("POST /clock/advance", {"seconds": 1e300}, "'seconds' leads beyond the year 9998: 1e+300"),
        ("PUT /clock", {"to": "noon"}, "not an ISO 8601 instant: 'noon'"),
        ("PUT /worlds/blue", {"seeds": [1]}, "each of 'seeds' must be a name or records by service, not 1"),
        ("PUT /worlds/a b", None, "a world's name has letters, digits, '-', '_' and '.', not 'a b'"),
        ("PUT /settings/jira", [1], "'values' must be object, not [1]"),
        ("POST /seed", [1], "expected records by service and resource: {service: {resource: [record, …]}}"),
        (
            "POST /force",
            {"operation": "getRemoteIssueLinks", "status": 99},
            "'status' must be from 200 to 599, not 99",
        ),
        (
            "POST /force",
            {"operation": "getRemoteIssueLinks", "status": 200, "headers": {"A\nB": "c"}},
            "'headers': 'A\\nB' is no name of a header",
        ),
        (
            "POST /force",
            {"operation": "getRemoteIssueLinks", "status": 200, "headers": {"A": "b\r\nC: d"}},
            "'headers': A must be printable text, not 'b\\r\\nC: d'",
        ),
    ],
)
def test_what_is_wrong_with_a_command_is_said(ask: Ask, route: str, body: Any, line: str) -> None:
    reply = ask(route, body)

    assert reply.json() == {"errors": [line]}
    assert reply.status == 400


def test_everything_unknown_is_named_at_once(ask: Ask) -> None:
    reply = ask("POST /force?now=1", {"operaton": "x", "exmple": "y"})

    assert reply.json()["errors"] == [
        "unknown parameter 'now' (known: none)",
        "unknown field 'operaton' — did you mean 'operation'?",
        "unknown field 'exmple' — did you mean 'example'?",
    ]


@pytest.mark.parametrize("seed", ["/etc/passwd.yaml", "../secrets.json", "my.yml"])
def test_no_file_of_the_server_can_be_read(ask: Ask, worlds: Worlds, seed: str) -> None:
    reply = ask("PUT /worlds/blue", {"seeds": [seed]})

    assert reply.status == 400
    assert reply.json()["errors"] == [f"'seeds': send the content of {seed!r}, not its name"]
    assert worlds.get("blue") is None


@pytest.mark.parametrize("body", ["{", '{"to": NaN}', "[" * 100_000, '{"to": "\\ud800"}', "\ufeff{}"])
def test_what_is_no_json_is_refused(ask: Ask, body: str) -> None:
    reply = ask("POST /reset", body)

    assert reply.status == 400


def test_a_body_may_be_yaml(ask: Ask) -> None:
    reply = ask("PUT /auth", "mode: strict  # from now on", kind="application/yaml; charset=utf-8")

    assert reply.json() == {"auth": "strict"}


@pytest.mark.parametrize(
    "body", ["mode: &a strict\nb: *a", "- " * 30_000, "mode: !!python/none x", "a: 1\na: 2"]
)
def test_yaml_that_is_more_than_data_is_refused(ask: Ask, body: str) -> None:
    reply = ask("PUT /auth", body, kind="application/yaml")

    assert reply.status == 400


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_web_page_can_send_unasked_is_no_command(ask: Ask, worlds: Worlds, kind: str) -> None:
    reply = ask("PUT /auth", '{"mode": "off"}', kind=kind)

    assert reply.status == 415
    assert worlds.default.auth_mode == "any"


def test_a_command_goes_to_the_world_that_is_asked_for(ask: Ask, worlds: Worlds) -> None:
    worlds.create_world("blue")

    ask("PUT /auth", {"mode": "off"}, world="blue")

    assert (worlds.default.auth_mode, worlds.named("blue").auth_mode) == ("any", "off")


def test_a_command_to_a_world_that_is_not_there_says_how_to_make_it(ask: Ask) -> None:
    reply = ask("GET /info", world="blue")

    assert reply.status == 404
    assert reply.json()["errors"] == ["no world 'blue'; create it with PUT /__mock__/worlds/blue"]


def test_worlds_can_be_made_from_a_world_that_is_not_there(ask: Ask, worlds: Worlds) -> None:
    reply = ask("PUT /worlds/blue", world="blue")

    assert reply.status == 200
    assert worlds.get("blue") is not None


def test_a_defect_is_answered_and_named(ask: Ask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds.default, "journal", None)

    reply = ask("GET /info")

    assert reply.status == 500
    assert reply.json()["errors"][0].startswith("defect in GET /__mock__/info: AttributeError")


def test_values_in_a_path_are_decoded(ask: Ask) -> None:
    ask("POST /snapshots", {"id": "a b/c"})

    reply = ask("POST /snapshots/a%20b%2Fc/restore")

    assert orjson.loads(reply.body)["restored"] == "a b/c"
