"""serve --state: the world is in a file, whole, whatever happens to the process or to the disk."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.remote import RemoteWorld
from mockserver.server.statefile import StateFile
from mockserver.world import CommandError, World

LINKS = "/rest/api/3/issue/MKY-1/remotelink"
SIGNED = "Basic " + base64.b64encode(b"mock:mock").decode()
SECONDS = 20.0


def link(url: str, number: int) -> int:
    """The status of a request that stores one remote link more."""
    body = {"object": {"url": f"http://cases.example/{number}", "title": f"Case {number}"}}
    headers = {"Authorization": SIGNED, "Content-Type": "application/json"}
    asked = Request(url + LINKS, json.dumps(body).encode(), headers)
    try:
        with urlopen(asked, timeout=10) as reply:
            return reply.status
    except HTTPError as error:
        return error.code


def links(file: Path) -> int:
    """How many remote links a state file holds."""
    document = json.loads(file.read_bytes())
    assert (document["format"], document["version"]) == ("jira-mockserver", 1)
    return len(document["services"]["jira"]["records"]["remote_link"])


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + SECONDS
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


@pytest.fixture
def serve(start: Any, tmp_path: Path) -> Callable[..., tuple[Any, str, RemoteWorld]]:
    """Starts ``serve --state state.json``: the process, the URL of Jira, and the world."""

    def started(*more: str) -> tuple[Any, str, RemoteWorld]:
        ready = tmp_path / "ready.json"
        state = str(tmp_path / "state.json")
        process = start("serve", "jira", "--port", "0", "--ready-file", str(ready), "--state", state, *more)
        document = process.wait_for(ready)
        return process, document["services"]["jira"]["url"], RemoteWorld(document["url"])

    return started


@pytest.fixture
def kept(documented: World, tmp_path: Path) -> tuple[StateFile, World, list[str]]:
    world = documented.fork("default")
    told: list[str] = []
    return StateFile(tmp_path / "state.json", world, told.append), world, told


def test_the_world_is_found_again_as_it_was_left(serve: Any, tmp_path: Path) -> None:
    process, url, world = serve()
    assert [link(url, number) for number in (1, 2)] == [201, 201]
    world.set_settings("jira", {"issueLinkingEnabled": True})
    world.set_clock("2030-01-01")
    before = world.export_state()
    world.close()
    assert process.stop(signal.SIGTERM) == 0
    (tmp_path / "ready.json").unlink(missing_ok=True)

    process, url, world = serve()
    after = world.export_state()
    third = link(url, 3)
    world.close()
    process.stop()

    assert after == before
    assert third == 201
    assert links(tmp_path / "state.json") == 5


def test_what_changes_is_in_the_file_soon_after(serve: Any, tmp_path: Path) -> None:
    process, url, world = serve()
    world.close()
    link(url, 1)

    assert eventually(lambda: links(tmp_path / "state.json") == 3)
    process.stop()


def test_a_clock_that_was_asked_for_is_not_the_one_of_the_last_run(serve: Any, tmp_path: Path) -> None:
    process, _, world = serve()
    world.set_clock("2030-01-01")
    world.close()
    process.stop()
    (tmp_path / "ready.json").unlink(missing_ok=True)

    process, _, world = serve("--clock", "2040-01-01")
    shown = world.show_clock()
    world.close()
    process.stop()

    assert shown["now"].startswith("2040")


@pytest.mark.parametrize("run", range(5))
def test_a_killed_server_leaves_a_whole_file(serve: Any, tmp_path: Path, run: int) -> None:
    process, url, world = serve("--seed", "demo:300", "--seed", "documented")
    world.close()
    file = tmp_path / "state.json"
    first = links(file)
    for number in range(20 + 7 * run):
        link(url, number)
    time.sleep(0.23 * run)  # another moment of the second in which it is written
    process.popen.send_signal(signal.SIGKILL)
    process.popen.wait(SECONDS)

    assert first <= links(file) <= first + 20 + 7 * run


def test_a_write_that_is_cut_off_leaves_the_file_of_before(
    kept: tuple[StateFile, World, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, world, _ = kept
    file.save()
    before = file.path.read_bytes()
    for cut in (0, 1, 5, 50):
        world.set_clock(f"2030-01-{cut + 1:02d}" if cut < 30 else "2031-01-01")
        pieces = file._write

        def short(text: Any, cut: int = cut, write: Any = pieces) -> None:
            def some() -> Any:
                for at, piece in enumerate(text):
                    if at == cut:
                        raise OSError(28, "No space left on device")
                    yield piece

            write(some())

        monkeypatch.setattr(file, "_write", short)
        file.save()
        monkeypatch.undo()

        assert file.path.read_bytes() == before
        assert [one.name for one in file.path.parent.iterdir()] == ["state.json"]


def test_a_disk_that_is_full_degrades_the_server_until_there_is_room(
    kept: tuple[StateFile, World, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, world, told = kept

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        file.save()
        file.save()
        degraded = world.health()
    file.save()

    reason = f"{file.path} cannot be written: No space left on device"
    assert degraded == {"status": "degraded", "reasons": [f"state: {reason}"]}
    assert told == [f"state: {reason}", f"state: {file.path} is written again"]
    assert world.health() == {"status": "ok"}
    assert links(file.path) == 2


def test_a_folder_that_vanishes_degrades_the_server_which_goes_on(serve: Any, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    ready = tmp_path / "ready.json"
    process, url, world = serve("--state", str(folder / "state.json"))
    (folder / "state.json").unlink()
    folder.rmdir()
    status = link(url, 1)

    assert status == 201
    assert eventually(lambda: world.health()["status"] == "degraded")
    folder.mkdir()
    assert eventually(lambda: world.health() == {"status": "ok"})
    world.close()
    assert process.stop() == 0
    assert links(folder / "state.json") == 3
    assert not ready.exists()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is not the state of a world"),
        (b"{", "is not the state of a world"),
        (b"\xff\xfe", "is not the state of a world"),
        (b"[]", "not an export of a world"),
        (b'{"jira": {}}', "not an export of a world"),
        (b'{"format":"jira-mockserver","version":9,"services":{}}', "an export of version 9"),
        (
            b'{"format":"jira-mockserver","version":1,"services":{"jira":{"records":{"isue":[]}}}}',
            "jira.isue: not known",
        ),
    ],
    ids=["empty", "cut", "binary", "list", "foreign", "newer", "broken"],
)
def test_a_file_that_is_no_state_is_refused_and_left_alone(
    run: Any, tmp_path: Path, content: bytes, line: str
) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)

    result = run("serve", "jira", "--port", "0", "--state", str(file))

    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert line in result.stderr
    assert file.read_bytes() == content


def test_a_state_in_a_folder_that_is_not_there_is_refused(run: Any, tmp_path: Path) -> None:
    result = run("serve", "jira", "--port", "0", "--state", str(tmp_path / "nowhere" / "state.json"))

    assert result.exit_code == 2
    assert "there is no such folder" in result.stderr


def test_a_state_that_is_refused_changes_nothing(kept: tuple[StateFile, World, list[str]]) -> None:
    file, world, _ = kept
    file.path.write_text('{"format": "jira-mockserver", "version": 1, "services": {"jra": {}}}')

    with pytest.raises(CommandError, match=r"state\.json: services\.jra: not known"):
        file.load()

    assert world.diff("seed", "now")["records"] == {}


def test_nothing_is_written_where_nothing_changed(
    kept: tuple[StateFile, World, list[str]],
) -> None:
    file, world, _ = kept
    file.save()
    first = file.path.stat().st_ino
    world.state()
    world.health()
    file.save()
    same = file.path.stat().st_ino
    world.advance_clock(1)
    file.save()

    assert same == first
    assert json.loads(file.path.read_bytes())["clock"]["now"].startswith("2025-01-15T09:30:01")


def test_only_its_owner_may_read_the_file(kept: tuple[StateFile, World, list[str]]) -> None:
    file, _, _ = kept
    file.save()

    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_ticking_clock_goes_on_where_the_last_run_ended(
    kept: tuple[StateFile, World, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = [0.0]
    monkeypatch.setattr("mockserver.state.clock.monotonic", lambda: reading[0])
    file, world, _ = kept
    world.set_clock("2030-01-01", mode="ticking")
    file.save()
    reading[0] += 60
    file.stop()
    reading[0] += 1000
    world.reset()
    file.load()

    assert world.show_clock()["now"] == "2030-01-01T00:01:00+00:00"
    assert world.show_clock()["mode"] == "ticking"


def test_what_was_answered_before_the_end_is_in_the_file(serve: Any, tmp_path: Path) -> None:
    process, url, world = serve()
    world.close()
    answered: list[int] = []
    done = threading.Event()

    def client() -> None:
        while not done.is_set():
            try:
                answered.append(link(url, len(answered)))
            except OSError:
                return

    clients = [threading.Thread(target=client) for _ in range(4)]
    for one in clients:
        one.start()
    assert eventually(lambda: len(answered) > 50)
    code = process.stop(signal.SIGTERM)
    done.set()
    for one in clients:
        one.join()

    assert code == 0
    assert links(tmp_path / "state.json") >= 2 + answered.count(201)
