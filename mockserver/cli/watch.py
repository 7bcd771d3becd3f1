"""``serve --watch``: fixtures and seeds that are read again when their files change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli.launch import Wanted, folders, world

if TYPE_CHECKING:
    from mockserver.world import World, Worlds

EVERY = 0.05  # seconds
SUFFIXES = (".yaml", ".yml", ".json")
Prints = dict[str, tuple[int, int, int]]


class Watch:
    """A thread that looks after the files and gives the worlds what they say.

    Files that are wrong change nothing: what was loaded goes on serving, the errors are told, and the
    server's health says so until they are put right.
    """

    def __init__(self, wanted: Wanted, worlds: Worlds, tell: Callable[[str], None], loaded: Prints) -> None:
        """Nothing is watched yet. tell: called with each line for people; loaded: prints of what was read."""
        self._wanted = wanted
        self._worlds = worlds
        self._tell = tell
        self._loaded = loaded
        self._sound = True  # what is on the disk is what is served
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._run, name="mockserver-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> bool:
        """Read everything again if a file has changed since it was read; whether one had."""
        seen = prints(self._wanted)
        if seen == self._loaded:
            return False
        changed = sorted(
            name for name in seen.keys() | self._loaded.keys() if seen.get(name) != self._loaded.get(name)
        )
        # Where seeds were edited and nothing else, the fixtures are as they were.
        only_seeds = seen.keys() == self._loaded.keys() and all(self._is_seed(name) for name in changed)
        self._loaded = seen  # as it was before the reading: what is written meanwhile is read again
        self._read([Path(one).name for one in changed], only_seeds=only_seeds and self._sound)
        return True

    def _run(self) -> None:
        while not self._end.wait(EVERY):
            self.look()

    def _is_seed(self, name: str) -> bool:
        return Path(name).parent.name == "seeds" or name in self._wanted.seeds

    def _read(self, changed: Sequence[str], *, only_seeds: bool) -> None:
        from mockserver.spec.load import FixtureErrors
        from mockserver.world import CommandError, UnknownFunction

        troubles = self._worlds.default.troubles
        try:
            model: World = world(
                self._wanted,
                thorough=any(one.endswith(".json") for one in changed),
                shared=self._worlds.default.shared if only_seeds else None,
            )
            for functions in model.shared.functions.values():
                functions.resolve()
        except (FixtureErrors, CommandError) as error:
            lines: Sequence[str] = error.lines
        except (UnknownFunction, OSError) as error:
            lines = [str(error)]
        except Exception as error:  # whatever a half-written file leads to, the old ones are served
            lines = [f"a defect in reading fixtures: {error!r}"]
        else:
            self._sound = True
            kept = self._worlds.adopt(model)
            troubles.pop("fixtures", None)
            self._tell(_done(changed, kept))
            return
        self._sound = False
        troubles["fixtures"] = f"{len(lines)} wrong, the ones of before are served: {lines[0]}"
        for line in lines:
            self._tell(line)
        self._tell("watch: the fixtures of before are still served")


def prints(wanted: Wanted) -> Prints:
    """What tells each file that a server is made of from a later version of itself."""
    found: Prints = {}
    for file in _files(wanted):
        try:
            state = file.stat()
        except OSError:
            continue  # it goes just now: its absence is its print
        found[str(file)] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found


def _files(wanted: Wanted) -> Iterator[Path]:
    for folder in folders(wanted.fixtures):
        for top in (folder.fixtures, folder.schemas):
            yield from (file for file in top.rglob("*") if file.suffix in SUFFIXES)
    yield from (Path(seed) for seed in wanted.seeds if seed.endswith(SUFFIXES))


def _done(changed: Sequence[str], kept: Sequence[str]) -> str:
    files = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
    told = f"watch: {files} read again"
    return f"{told}; records kept in {', '.join(kept)} (`reset` goes to the new seed)" if kept else told
