"""Snapshots compared, dropped, exported and imported, in the process and from afar."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.contract.replay import request
from mockserver.remote import RemoteWorld
from mockserver.server import MockServer
from mockserver.values import Call, dumps
from mockserver.world import CommandError, NotThere, World, Worlds, catalogue
from mockserver.world.changes import told
from mockserver.world.portable import written

SIGNED = {"authorization": "Basic bW9jazptb2Nr", "content-type": "application/json"}
HEAD = {"format": "jira-mockserver", "version": 1}


@pytest.fixture
def here(documented: World) -> World:
    return documented.fork("default")


@pytest.fixture(params=["here", "afar"])
def steer(request: pytest.FixtureRequest, here: World) -> Iterator[Any]:
    if request.param == "here":
        yield here
        return
    with MockServer(Worlds(here)) as server:
        remote = RemoteWorld(server.url)
        yield remote
        remote.close()


def ask(world: World, method: str, path: str, body: Any = None) -> Any:
    raw = b"" if body is None else dumps(body)
    reply = world.handle(Call(method, f"/rest/api/3/{path}", SIGNED, raw, "http://localhost"))
    assert reply.status < 300, reply.body
    return reply.json() if reply.body else None


def work(world: World) -> None:
    """A new issue, another summary, two labels, one link less, one setting."""
    task = {"project": {"key": "MKY"}, "issuetype": {"name": "Task"}, "summary": "New"}
    ask(world, "POST", "issue", {"fields": task})
    ask(world, "PUT", "issue/MKY-1", {"fields": {"summary": "Fixed", "labels": ["a", "b"]}})
    ask(world, "DELETE", "issue/MKY-1/remotelink/10000")
    world.set_settings("jira", {"issueLinkingEnabled": False})


def busy(world: World) -> None:
    """Every documented call, one after the other."""
    for service in world.shared.services.values():
        for operation in service.operations.values():
            for example in operation.examples.values():
                if example.call is not None:
                    world.handle(request(service, operation, example.call))


def test_a_difference_names_records_by_key_and_members_with_before_and_after(here: World, steer: Any) -> None:
    steer.snapshot("before")
    work(here)

    found = steer.diff("before", "now")

    jira = found["records"]["jira"]
    assert [one["name"] for one in jira["issue"]["added"]] == ["MKY-2"]
    [changed] = jira["issue"]["changed"]
    assert changed["name"] == "MKY-1"
    assert changed["members"]["fields.summary"] == {"before": "Main order flow broken", "after": "Fixed"}
    assert jira["remote_link"]["removed"] == [{"name": "10000", "id": 10000, "of": "MKY-1"}]
    assert found["settings"] == {"jira": {"issueLinkingEnabled": {"before": True, "after": False}}}
    assert list(found["records"]) == ["jira"]


def test_the_other_way_round_what_was_added_is_removed(here: World, steer: Any) -> None:
    work(here)

    there, back = steer.diff("seed", "now"), steer.diff("now", "seed")

    assert there["records"]["jira"]["issue"]["added"] == back["records"]["jira"]["issue"]["removed"]
    assert back["settings"]["jira"]["issueLinkingEnabled"] == {"before": False, "after": True}


def test_a_difference_reads_like_one_of_issues(here: World) -> None:
    work(here)

    lines = list(told(here.diff("seed", "now")))

    assert lines[0] == "jira"
    assert any(one.startswith("    + MKY-2 (id ") for one in lines)
    assert "    ~ MKY-1 (id 10002)" in lines
    assert '        fields.summary: "Main order flow broken" → "Fixed"' in lines
    assert '        fields.labels: + "a", + "b"' in lines
    assert "    - 10000 of MKY-1" in lines
    assert lines[-2:] == ["jira settings", "  ~ issueLinkingEnabled: true → false"]


def test_what_is_the_same_differs_in_nothing(steer: Any) -> None:
    steer.snapshot("a")

    for one in ("now", "seed"):
        assert steer.diff("a", one) == {"from": "a", "to": one, "records": {}, "settings": {}}


def test_what_a_seed_added_to_nobodys_work_is_all_there_is(steer: Any) -> None:
    found = steer.diff("empty", "seed")["records"]

    assert {one["name"] for one in found["jira"]["issue"]["added"]} >= {"MKY-1"}


def test_a_state_without_a_name_cannot_be_compared(steer: Any) -> None:
    steer.snapshot("before")

    with pytest.raises(NotThere, match="no snapshot 'befor' — did you mean 'before'"):
        steer.diff("befor", "now")
    with pytest.raises(NotThere, match="no snapshot 'sed' — did you mean 'seed'"):
        steer.diff("before", "sed")


@pytest.mark.parametrize("name", ["now", "seed", "empty"])
def test_a_snapshot_cannot_be_called_what_something_else_is_called(steer: Any, name: str) -> None:
    with pytest.raises(CommandError, match=f"cannot be named '{name}'"):
        steer.snapshot(name)

    assert steer.snapshots() == {"snapshots": []}


def test_a_dropped_snapshot_is_gone_and_the_world_stays(here: World, steer: Any) -> None:
    steer.snapshot("before")
    work(here)
    state = steer.state()

    assert steer.drop_snapshot("before") == {"dropped": "before"}
    assert steer.snapshots() == {"snapshots": []}
    assert steer.state() == state
    with pytest.raises(NotThere, match="no snapshot 'before'"):
        steer.drop_snapshot("before")


def test_an_export_that_was_imported_is_the_same_world(here: World, steer: Any) -> None:
    work(here)
    here.set_clock("2030-01-01")
    exported = steer.export_state()
    other = World(here.shared, seeds=[])

    other.import_state(exported)

    assert dumps(other.export_state()) == dumps(exported)
    assert other.show_clock() == here.show_clock()
    assert other.settings() == here.settings()


def test_what_is_done_after_an_import_is_answered_as_it_would_have_been(here: World) -> None:
    busy(here)
    other = World(here.shared, seeds=[])
    other.import_state(json.loads(b"".join(written(here.export_state()))))
    for world in (here, other):
        world.clear_requests()
        busy(world)
    replies = [
        [(one.operation, one.reply.status, one.reply.body) for one in world.journal]
        for world in (here, other)
    ]

    assert len(replies[0]) > 1000
    assert [pair for pair in zip(*replies, strict=True) if _untraced(pair[0]) != _untraced(pair[1])] == []
    assert dumps(other.export_state()) == dumps(here.export_state())


def _untraced(reply: tuple[str, int, bytes]) -> Any:
    """A reply without the id of its exchange: the journals of the two worlds have other numbers."""
    operation, status, body = reply
    try:
        found = json.loads(body)
    except ValueError:
        return reply
    if isinstance(found, dict):
        found.pop("traceId", None)
    return operation, status, found


def test_an_export_is_json_with_a_record_on_each_line(here: World) -> None:
    exported = here.export_state()

    text = b"".join(written(exported))

    assert json.loads(text) == exported
    assert text.count(b"\n") > sum(
        len(records) for one in exported["services"].values() for records in one["records"].values()
    )


def test_an_export_is_a_copy(here: World) -> None:
    exported = here.export_state()
    exported["services"]["jira"]["records"]["issue"][0]["fields"]["summary"] = "changed"

    assert here.state("jira", "issue")[0]["fields"]["summary"] != "changed"


def test_what_is_imported_is_a_copy(here: World) -> None:
    exported = here.export_state()
    here.import_state(exported)
    exported["services"]["jira"]["records"]["issue"][0]["fields"]["summary"] = "changed"

    assert here.state("jira", "issue")[0]["fields"]["summary"] != "changed"


def test_a_snapshot_is_exported_without_going_back_to_it(here: World, steer: Any) -> None:
    steer.snapshot("before")
    before = steer.export_state()
    work(here)

    assert steer.export_state(snapshot="before") == before
    assert steer.export_state() != before


def test_one_service_is_exported_and_leaves_the_others_alone(here: World, steer: Any) -> None:
    exported = steer.export_state("jira")
    work(here)
    here.seed({"sd_elements": {"user": [{"email": "new@example.com", "first_name": "N", "last_name": "N"}]}})
    users = here.state("sd_elements", "user")

    done = steer.import_state(exported)

    assert list(done["imported"]) == ["jira"]
    assert steer.diff("seed", "now")["records"].keys() == {"sd_elements"}
    assert here.state("sd_elements", "user") == users


def test_a_world_goes_back_to_its_seed_after_an_import(here: World, steer: Any) -> None:
    work(here)
    exported = steer.export_state()
    steer.reset()
    steer.import_state(exported)
    steer.reset()

    assert steer.diff("seed", "now")["records"] == {}


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (None, "not an export of a world"),
        ([], "not an export of a world"),
        ({}, "not an export of a world"),
        ({"format": "wiremock", "version": 1, "services": {}}, "not an export of a world"),
        ({"jira": {"issue": []}}, "not an export of a world"),
        ({**HEAD, "version": 2, "services": {}}, "an export of version 2; this server reads 1"),
        ({**HEAD, "version": "1", "services": {}}, 'an export of version "1"'),
        ({**HEAD, "version": True, "services": {}}, "an export of version true"),
        (HEAD, "'services' must be an object"),
        ({**HEAD, "services": []}, "'services' must be an object"),
        ({**HEAD, "services": {}, "clok": {}}, "clok: not known — did you mean 'clock'"),
        ({**HEAD, "services": {"jra": {}}}, "services.jra: not known — did you mean 'jira'"),
        ({**HEAD, "services": {"jira": []}}, "services.jira: expected settings and records"),
        ({**HEAD, "services": {"jira": {"record": {}}}}, "jira.record: not known — did you mean 'records'"),
        (
            {**HEAD, "services": {"jira": {"records": {"isue": []}}}},
            "jira.isue: not known — did you mean 'issue'",
        ),
        (
            {**HEAD, "services": {"jira": {"records": {"issue": {}}}}},
            "jira.issue: expected a list of records",
        ),
        ({**HEAD, "services": {"jira": {"records": {"issue": [1]}}}}, "jira.issue: .0.: expected a record"),
        ({**HEAD, "services": {"jira": {"records": {"issue": [{"id": 1}]}}}}, "'id' must be string, not 1"),
        (
            {**HEAD, "services": {"jira": {"records": {"remote_link": [{"id": 1, "issue": "77"}]}}}},
            "jira.remote_link: 1 belongs to a issue that is not there",
        ),
        (
            {
                **HEAD,
                "services": {
                    "jira": {"records": {"project": [{"id": "1", "key": "A"}, {"id": "2", "key": "a"}]}}
                },
            },
            "'key' is another record's too",
        ),
        ({**HEAD, "services": {"jira": {"settings": {"nope": 1}}}}, "jira has no setting 'nope'"),
        (
            {**HEAD, "services": {"jira": {"settings": {"issueLinkingEnabled": "x"}}}},
            "is not of type 'boolean'",
        ),
        ({**HEAD, "services": {}, "ids": {"a": -1}}, "ids.a: expected the last number given"),
        ({**HEAD, "services": {}, "ids": []}, "ids: expected numbers by name"),
        ({**HEAD, "services": {}, "clock": {"mode": "x", "now": "y"}}, "clock: expected now, mode and scale"),
        (
            {**HEAD, "services": {}, "clock": {"mode": "scaled", "now": "2025-01-01", "scale": -1}},
            "clock: expected",
        ),
        ({**HEAD, "services": {}, "clock": 5}, "clock: expected now, mode and scale"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_export_is_refused_and_changes_nothing(
    here: World, steer: Any, document: Any, line: str
) -> None:
    work(here)
    before = dumps(here.export_state())

    with pytest.raises(CommandError, match=line):
        steer.import_state(document)

    assert dumps(here.export_state()) == before


def test_an_export_with_one_bad_record_changes_nothing(here: World, steer: Any) -> None:
    exported = here.export_state()
    exported["services"]["jira"]["records"]["issue"][-1]["id"] = 5
    exported["services"]["kordiam"]["records"] = {}
    work(here)
    before = dumps(here.export_state())

    with pytest.raises(CommandError, match="'id' must be string, not 5"):
        steer.import_state(exported)

    assert dumps(here.export_state()) == before


def test_a_service_that_is_not_served_cannot_be_imported(here: World) -> None:
    kordiam = World(catalogue(only=["kordiam"]))

    with pytest.raises(CommandError, match=r"services\.jira: not known"):
        kordiam.import_state(here.export_state())


def test_no_table_is_copied_before_it_is_written_to(here: World) -> None:
    fork = here.fork("fork")
    here.snapshot("a")
    here.restore("a")
    here.reset()

    for name in here._store:
        assert here._store[name] is fork._store[name]
        assert here._snapshots["a"].store[name] is fork._store[name]


def test_only_the_written_table_is_copied_and_none_of_its_records(here: World) -> None:
    here.snapshot("a")
    ask(here, "DELETE", "issue/MKY-1/remotelink/10000")
    kept = here._snapshots["a"].store

    assert [name for name in here._store if here._store[name] is not kept[name]] == ["jira/remote_link"]
    left = here._store["jira/remote_link"].rows
    assert all(record is kept["jira/remote_link"].rows[row_id] for row_id, record in left.items())


def test_a_reader_sees_the_world_of_before_or_of_after_a_restore_and_never_half(here: World) -> None:
    here.snapshot("old")
    ask(here, "PUT", "issue/MKY-1", {"fields": {"summary": "new", "labels": ["new"]}})
    here.snapshot("new")
    done = threading.Event()
    seen: list[tuple[str, tuple[str, ...]]] = []

    def reader() -> None:
        while not done.is_set():
            fields = ask(here, "GET", "issue/MKY-1?fields=summary,labels")["fields"]
            seen.append((fields["summary"], tuple(fields["labels"])))

    readers = [threading.Thread(target=reader) for _ in range(3)]
    for one in readers:
        one.start()
    for number in range(300):
        here.restore("old" if number % 2 else "new")
    done.set()
    for one in readers:
        one.join()

    assert len(set(seen)) <= 2
    assert {one for one in seen if (one[0] == "new") != (one[1] == ("new",))} == set()
