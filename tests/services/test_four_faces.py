"""The same operations from Python, over HTTP, from afar and on the command line: one deed, four faces."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner

from mockserver.cli import cli
from mockserver.control import Command
from mockserver.control.table import COMMANDS
from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.values import Call, Json, dumps
from mockserver.world import CommandError, World, Worlds

LINKS = "/jira/rest/api/3/issue/MKY-1/remotelink"
ISSUE = "/jira/rest/api/3/issue/MKY-1"
LIST = "getRemoteIssueLinks"
LINK = {"issue": "MKY-1", "object": {"url": "http://cases.example/1", "title": "A"}}
SENT = {"content-type": "application/json", "authorization": "Basic bW9jazptb2Nr"}
HOOK = {"name": "n", "url": "http://receiver.example/hook", "events": ["jira:issue_updated"]}
FAULT = {"operation": "getIssue", "status": 503, "times": 2}


@dataclass(frozen=True)
class Deed:
    """One command with its arguments, and the words that say the same on the command line.

    words: without ``--json`` where ``plain`` is set; stdin: what the words read from there; ``other``: why
    the command line answers otherwise than the command does. Its effect must be the same all the same.
    """

    given: Mapping[str, Json] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    stdin: Json = None
    plain: bool = False
    other: str = ""


DEEDS: dict[str, list[Deed]] = {
    "GET /health": [Deed()],
    "GET /ready": [Deed({}, ("ready",))],
    "GET /info": [Deed({}, ("world", "show", "default"), plain=True)],
    "GET /openapi.json": [Deed()],
    "GET /metrics": [Deed({}, ("metrics",), plain=True)],
    "GET /worlds": [Deed({}, ("world", "list"))],
    "GET /worlds/{name}": [Deed({"name": "blue"}, ("world", "show", "blue"), plain=True)],
    "PUT /worlds/{name}": [
        Deed({"name": "red"}, ("world", "create", "red")),
        Deed(
            {"name": "blue", "clock": "2030-01-01T00:00:00Z", "auth": "strict", "validation": "warn"},
            (
                *("world", "create", "blue", "--clock", "2030-01-01T00:00:00Z"),
                *("--auth", "strict", "--validation", "warn"),
            ),
        ),
    ],
    "DELETE /worlds/{name}": [Deed({"name": "blue"}, ("world", "drop", "blue"))],
    "POST /reset": [
        Deed({}, ("reset",)),
        Deed({"to": "empty"}, ("reset", "--to", "empty")),
    ],
    "POST /seed": [
        Deed({"data": {"jira": {"remote_link": [LINK]}}}, ("seed", "-"), {"jira": {"remote_link": [LINK]}}),
        Deed(
            {"data": {"jira": {"remote_link": [LINK]}}, "dry_run": True},
            ("seed", "-", "--dry-run"),
            {"jira": {"remote_link": [LINK]}},
        ),
    ],
    "GET /state": [Deed({}, ("state",), plain=True)],
    "GET /state/{service}": [Deed({"service": "jira"}, ("state", "jira"), plain=True)],
    "GET /state/{service}/{resource}": [
        Deed({"service": "jira", "resource": "remote_link"}, ("state", "jira", "remote_link"), plain=True)
    ],
    "GET /snapshots": [Deed({}, ("snapshot", "list"))],
    "POST /snapshots": [
        Deed({}, ("snapshot", "save")),
        Deed({"id": "mine"}, ("snapshot", "save", "mine")),
    ],
    "POST /snapshots/{id}/restore": [
        Deed({"id": "before"}, ("snapshot", "restore", "before")),
        Deed({"id": "befor"}, ("snapshot", "restore", "befor")),
    ],
    "DELETE /snapshots/{id}": [Deed({"id": "before"}, ("snapshot", "drop", "before"))],
    "GET /snapshots/{a}/diff/{b}": [
        Deed({"a": "before", "b": "after"}, ("snapshot", "diff", "before", "after"))
    ],
    "GET /export": [
        Deed({"service": "kordiam"}, ("snapshot", "export", "-", "--service", "kordiam"), plain=True),
        Deed({"snapshot": "before"}, ("snapshot", "export", "-", "--snapshot", "before"), plain=True),
    ],
    "POST /import": [Deed({"data": "EXPORTED"}, ("snapshot", "import", "-"), "EXPORTED")],
    "POST /force": [
        Deed(
            {"operation": LIST, "example": "linking_disabled", "times": None},
            ("force", LIST, "linking_disabled", "--always"),
        ),
        Deed(
            {
                "operation": LIST,
                "status": 503,
                "body": {"a": 1},
                "headers": {"X-A": "b"},
                "times": 3,
                "service": "jira",
                "match": {"query": {"globalId": "1"}},
                "priority": 2,
            },
            (
                *("force", LIST, "--status", "503", "--body", '{"a": 1}', "--header", "X-A=b"),
                *(
                    "--times",
                    "3",
                    "--service",
                    "jira",
                    "--match",
                    '{"query": {"globalId": "1"}}',
                    "--priority",
                    "2",
                ),
            ),
        ),
    ],
    "GET /force": [Deed({}, ("force", "--list"))],
    "DELETE /force": [Deed({}, ("force", "--clear"))],
    "PUT /faults": [
        Deed(
            {"faults": {"operation": LIST, "status": 500, "times": 2, "after": 1}},
            ("fault", "add", LIST, "--status", "500", "--times", "2", "--after", "1"),
        )
    ],
    "GET /faults": [Deed({}, ("fault", "list"))],
    "DELETE /faults": [Deed({}, ("fault", "clear")), Deed({"number": 1}, ("fault", "clear", "1"))],
    "GET /settings": [Deed({}, ("settings", "get"))],
    "GET /settings/{service}": [Deed({"service": "jira"}, ("settings", "get", "jira"))],
    "PUT /settings/{service}": [
        Deed(
            {"service": "jira", "values": {"issueLinkingEnabled": False}},
            ("settings", "set", "jira", "issueLinkingEnabled=false"),
        )
    ],
    "GET /limits": [
        Deed({}, ("limits", "show")),
        Deed({"service": "jira"}, ("limits", "show", "jira")),
    ],
    "PUT /limits": [
        Deed({"service": "jira", "limits": True}, ("limits", "on", "jira")),
        Deed({"service": "jira", "limits": False}, ("limits", "off", "jira")),
    ],
    "PUT /validation": [
        Deed({"mode": "warn"}, ("validation", "warn"), plain=True, other="a line for people")
    ],
    "PUT /auth": [Deed({"mode": "strict"}, ("auth", "strict"), plain=True, other="a line for people")],
    "POST /credentials": [Deed({"service": "jira"}, ("login", "jira"))],
    "GET /credentials/{service}": [
        Deed({"service": "jira"}, ("credentials", "jira"), other="prints the list that the answer holds")
    ],
    "POST /credentials/revoke": [
        Deed(
            {"service": "jira", "user": "mia@example.com"},
            ("credentials", "jira", "--revoke-user", "mia@example.com"),
        )
    ],
    "GET /clock": [Deed({}, ("clock", "show"))],
    "PUT /clock": [
        Deed({"to": "2030-01-01T00:00:00Z"}, ("clock", "set", "2030-01-01T00:00:00Z")),
    ],
    "POST /clock/advance": [Deed({"seconds": 90}, ("clock", "advance", "90"))],
    "GET /requests": [
        Deed({}, ("journal",), other="its -n is the last so many, oldest first"),
    ],
    "GET /requests/stream": [
        Deed(
            {"after": 0, "timeout": 0},
            ("journal", "--for", "0"),
            other="begins with the last ones and ends with those that come",
        )
    ],
    "POST /requests/wait": [Deed({"operation": LIST, "timeout": 0})],
    "GET /requests/export": [
        Deed({"format": "jsonl"}, ("journal", "export", "--jsonl", "-"), plain=True),
        Deed(
            {"format": "har", "service": "jira"},
            ("journal", "export", "--har", "-", "--service", "jira"),
            plain=True,
        ),
    ],
    "GET /requests/{number}": [Deed({"number": 2}, ("journal", "2"), plain=True)],
    "DELETE /requests": [Deed({}, ("journal", "--clear"), plain=True, other="a line for people")],
    "POST /verify": [
        Deed({"operation": LIST, "times": 1}, ("verify", LIST, "--times", "1")),
        Deed({"operation": "getIsue"}, ("verify", "getIsue")),
        Deed(
            {"in_order": [LIST, "createOrUpdateRemoteIssueLink"], "strict": True},
            ("verify", "--in-order", "--strict", LIST, "createOrUpdateRemoteIssueLink"),
        ),
        Deed(
            {"nothing_else": [LIST], "service": "jira"},
            ("verify", "--nothing-else", LIST, "--service", "jira"),
        ),
    ],
    "GET /webhooks/deliveries": [Deed({}, ("webhooks", "list"))],
    "POST /webhooks/deliveries/wait": [Deed({"timeout": 0}, ("webhooks", "wait", "--timeout", "0"))],
    "POST /webhooks/deliveries/{id}/redeliver": [Deed({"id": 1}, ("webhooks", "redeliver", "1"))],
    "DELETE /webhooks/deliveries": [Deed({}, ("webhooks", "clear"))],
    "PUT /webhooks/faults": [
        Deed({"do": "drop", "times": 2}, ("webhooks", "fault", "drop", "--times", "2")),
    ],
    "GET /webhooks/faults": [Deed()],
    "DELETE /webhooks/faults": [Deed({}, ("webhooks", "clear", "--faults"))],
    "POST /explain": [
        Deed({"method": "DELETE", "path": LINKS + "/10000"}, ("explain", "DELETE", LINKS + "/10000")),
        Deed(
            {"method": "POST", "path": LINKS, "body": {"object": {}}},
            ("explain", "POST", LINKS, '{"object": {}}'),
        ),
    ],
    "GET /routes": [
        Deed({}, ("routes",)),
        Deed({"service": "kordiam"}, ("routes", "--service", "kordiam")),
    ],
    "GET /coverage": [Deed({}, ("coverage", "report"))],
    "DELETE /coverage": [Deed({}, ("coverage", "clear"), plain=True, other="a line for people")],
}
# What the command line has no word for, and why.
WITHOUT_WORDS = {
    "GET /health": "`ready` asks the same and more",
    "GET /openapi.json": "it describes the endpoint to programs",
    "POST /requests/wait": "`journal -f` shows what comes, `verify` says whether it came",
    "GET /webhooks/faults": "`webhooks fault` answers what it armed",
}


def route(command: Command) -> str:
    return f"{command.method} {command.path}"


CASES = [
    pytest.param(one, deed, id=f"{route(one)}-{number}")
    for one in COMMANDS
    for number, deed in enumerate(DEEDS.get(route(one), ()), 1)
]


@pytest.fixture
def made(documented: World) -> Callable[[], Worlds]:
    """Makes worlds in which everything has happened once, the same each time."""

    def make() -> Worlds:
        world = documented.fork("default")
        worlds = Worlds(world)
        worlds.create_world("blue")
        world.snapshot("before")
        world.handle(Call("GET", LINKS, SENT))
        world.handle(Call("POST", LINKS, SENT, dumps({"object": LINK["object"]})))
        world.handle(Call("POST", LINKS, SENT, b"{}"))
        world.handle(Call("POST", "/jira/rest/webhooks/1.0/webhook", SENT, dumps(HOOK)))
        world.handle(Call("PUT", ISSUE, SENT, dumps({"fields": {"summary": "Changed"}})))
        world.snapshot("after")
        world.force("getIssue", status=503)
        world.fault(FAULT)
        return worlds

    return make


def seen(worlds: Worlds) -> Json:
    """Whatever of the worlds can be seen from outside."""
    found = {one.name: of_world(one) for one in worlds}
    metrics = [line for line in worlds.metrics().splitlines() if "process" not in line]
    return plain({"worlds": found, "metrics": metrics})


def of_world(world: World) -> Json:
    return {
        "info": world.info(),
        "state": world.state(),
        "snapshots": world.snapshots(),
        "settings": world.settings(),
        "limits": world.limits(),
        "forced": world.forced(),
        "faults": world.faults(),
        "clock": world.show_clock(),
        "requests": world.requests(),
        "coverage": world.coverage(),
        "deliveries": world.deliveries(),
        "webhook_faults": world.webhook_faults(),
    }


def plain(value: Json) -> Json:
    """A value as JSON has it; text without what only one process knows."""
    if isinstance(value, Iterator):
        value = list(value)
    if isinstance(value, str):
        return re.sub(r"(?m)^.*process.*\n?", "", value).strip()
    return json.loads(dumps(value))


def with_export(deed: Deed, worlds: Worlds) -> Deed:
    """The deed, with the document that an import takes where it says so."""
    if deed.stdin != "EXPORTED":
        return deed
    document = plain(worlds.default.export_state(snapshot="before"))
    return Deed({"data": document}, deed.words, document, deed.plain, deed.other)


def in_python(command: Command, deed: Deed, worlds: Worlds) -> Json:
    try:
        return command.function(worlds if command.server else worlds.default, **deed.given)
    except CommandError as error:
        return {"errors": list(error.lines)}


def over_http(command: Command, deed: Deed, worlds: Worlds) -> Json:
    """What the endpoint answers to a request that is put together by hand."""
    places: dict[str, dict[str, Json]] = {"path": {}, "query": {}, "body": {}, "whole": {}}
    for param in command.params:
        if param.name in deed.given:
            places[param.where][param.name] = deed.given[param.name]
    target = "/__mock__" + command.path
    for name, value in places["path"].items():
        target = target.replace("{" + name + "}", quote(str(value)))
    if places["query"]:
        target += "?" + urlencode(
            {name: json.dumps(one) if isinstance(one, bool) else one for name, one in places["query"].items()}
        )
    content = next(iter(places["whole"].values()), places["body"] or None)
    with MockServer(worlds) as server:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        headers = {"Content-Type": "application/json"} if content is not None else {}
        raw = None if content is None else json.dumps(content)
        connection.request(command.method, target, raw, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
    assert response.status in (200, 400, 404), text
    kind = response.getheader("Content-Type", "").partition(";")[0]
    if kind == "text/event-stream":
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    return text if command.text or kind != "application/json" else json.loads(text)


def from_afar(command: Command, deed: Deed, worlds: Worlds) -> Json:
    with MockServer(worlds) as server:
        remote = RemoteWorld(server.url)
        try:
            found = getattr(remote, command.name)(**deed.given)
            return list(found) if isinstance(found, Iterator) else found
        except CommandError as error:
            return {"errors": list(error.lines)}
        finally:
            remote.close()


def in_words(deed: Deed, worlds: Worlds) -> str:
    """What the command line prints."""
    with MockServer(worlds) as server:
        words = deed.words if deed.plain else (*deed.words, "--json")
        given = None if deed.stdin is None else json.dumps(deed.stdin)
        result = CliRunner(env={"MOCKSERVER_URL": server.url, "NO_COLOR": "1"}).invoke(
            cli, words, input=given, prog_name="jira-mockserver"
        )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code == 2:
        return json.dumps({"errors": result.stderr.splitlines()})
    assert result.exit_code in (0, 1), result.output
    return result.stdout


def test_a_deed_that_cannot_be_done_is_refused_in_the_same_words(made) -> None:
    refused = [
        (command, deed)
        for command, deed in (one.values for one in CASES)
        if "errors" in str(in_python(command, with_export(deed, made()), made()))[:12]
    ]

    assert [route(command) for command, _ in refused] == [
        "POST /snapshots/{id}/restore",
        "POST /verify",
        "POST /webhooks/deliveries/{id}/redeliver",
    ]


def test_every_command_has_a_deed() -> None:
    assert set(DEEDS) == {route(one) for one in COMMANDS}


def test_what_the_command_line_lacks_is_told_with_a_reason() -> None:
    without = {name for name, deeds in DEEDS.items() if not any(one.words for one in deeds)}

    assert without == set(WITHOUT_WORDS)


@pytest.mark.parametrize("face", [over_http, from_afar], ids=["http", "afar"])
@pytest.mark.parametrize(("command", "deed"), CASES)
def test_a_command_answers_and_does_the_same_from_outside(made, face, command: Command, deed: Deed) -> None:
    here, there = made(), made()
    deed = with_export(deed, here)

    expected = plain(in_python(command, deed, here))
    answered = plain(face(command, deed, there))

    assert answered == expected
    assert seen(there) == seen(here)


@pytest.mark.parametrize(("command", "deed"), [one for one in CASES if one.values[1].words])
def test_a_command_answers_and_does_the_same_in_words(
    made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command, deed: Deed
) -> None:
    monkeypatch.chdir(tmp_path)
    here, there = made(), made()
    deed = with_export(deed, here)

    expected = plain(in_python(command, deed, here))
    printed = in_words(deed, there)

    if not deed.other:
        assert (plain(printed) if isinstance(expected, str) else json.loads(printed)) == expected
    assert seen(there) == seen(here)
