"""A world kept in a file: read at the start, written whenever it has changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import orjson

from mockserver.world import CommandError, World
from mockserver.world.marks import Mark

EVERY = 1.0  # seconds


class StateFile:
    """The file that holds a world's records, ids, settings and time.

    Written in one step: who reads it finds the state of before or of after, whenever the power fails. Where
    it cannot be written the server goes on, and its health says so. ``tell`` is called with lines for people.
    """

    def __init__(self, path: Path, world: World, tell: Callable[[str], None]) -> None:
        """Nothing is read or written yet."""
        self.path = path.resolve()
        self._world = world
        self._tell = tell
        self._mark: Mark | None = None
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def load(self, *, clock: bool = True) -> bool:
        """Put what the file holds in place of the world's state; whether there was a file.

        clock: also its time. Raises CommandError, and nothing is changed, where the file is not one of ours.
        """
        if not self.path.parent.is_dir():
            raise CommandError(f"{self.path}: there is no such folder")
        try:
            document = orjson.loads(self.path.read_bytes())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise CommandError(f"{self.path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(f"{self.path} is not the state of a world: {error}") from error
        if isinstance(document, dict) and not clock:
            document.pop("clock", None)
        try:
            self._world.import_state(document)
        except CommandError as error:
            raise CommandError(*(f"{self.path}: {line}" for line in error.lines)) from error
        return True

    def start(self) -> None:
        """Write now, and then after every change, at most once a second."""
        self.save()
        self._thread = threading.Thread(target=self._run, name="mockserver-state", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is not written yet, and end."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
        if self._mark is not None and self._mark.going:
            self._mark = None  # its time has gone on
        self.save()

    def save(self) -> None:
        """Write the world, if it has changed since it was written."""
        if self._mark is not None and self._mark.holds(self._world):
            return
        mark = Mark.of(self._world)
        try:
            self._write(mark.text())
        except OSError as error:
            self._failed(f"{self.path} cannot be written: {error.strerror}")
            return
        self._mark = mark
        if self._world.troubles.pop("state", None):
            self._tell(f"state: {self.path} is written again")

    def _run(self) -> None:
        while not self._end.wait(EVERY):
            self.save()

    def _failed(self, reason: str) -> None:
        if self._world.troubles.get("state") != reason:
            self._world.troubles["state"] = reason
            self._tell(f"state: {reason}")

    def _write(self, pieces: Iterator[bytes]) -> None:
        """Write a new file and give it the name of the old one, both safely on the disk. Raises OSError."""
        beside = self.path.with_name(f".{self.path.name}.new")
        try:
            # Credentials are in it: nobody else may read it.
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the folder's entries written too, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
