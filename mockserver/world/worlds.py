"""The worlds of one server, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from mockserver.values import Json, dumps
from mockserver.world.adopting import Fitted
from mockserver.world.core import SEED_INSTANT
from mockserver.world.errors import CommandError, NotThere, clock_for, near
from mockserver.world.metrics import exposition
from mockserver.world.world import World


class Worlds:
    """The worlds of one server, by name; ``default`` always exists."""

    def __init__(self, default: World) -> None:
        """``default`` answers whenever no world is named; new worlds are made like it."""
        self._worlds = {default.name: default}
        self.default = default
        self._lock = threading.Lock()
        self._made: dict[str, World] = {}
        self._watcher: Callable[[World], None] | None = None

    def get(self, name: str) -> World | None:
        """The world of that name."""
        return self._worlds.get(name)

    def __iter__(self) -> Iterator[World]:
        """All worlds, oldest first."""
        return iter(list(self._worlds.values()))

    def worlds(self) -> Json:
        """The names of all worlds."""
        return {"worlds": list(self._worlds)}

    def metrics(self) -> str:
        """What all worlds have counted, in the text format that Prometheus reads."""
        return exposition(self)

    def world(self, name: str) -> Json:
        """What one world serves and how it is set."""
        return self.named(name).info()

    def create_world(
        self,
        name: str,
        *,
        seeds: Sequence[Json] | None = None,
        clock: str | None = None,
        auth: str | None = None,
        validation: str | None = None,
    ) -> Json:
        """Make a world, like the default one where nothing else is said; one of that name is replaced."""
        if not name or not all(one.isalnum() or one in "-_." for one in name) or len(name) > 100:
            raise CommandError(f"a world's name has letters, digits, '-', '_' and '.', not {name!r}")
        time = None if clock is None else clock_for(clock, SEED_INSTANT)
        model = self._model(seeds)
        with self._lock:
            if model.shared is not self.default.shared:  # the fixtures have changed just now
                model = self._model(seeds)
            made = model.fork(name, time, auth=auth, validation=validation)
            replaced = self._worlds.get(name)
            if name == self.default.name:
                raise CommandError(f"the world {name!r} cannot be replaced; reset it instead")
            self._worlds[name] = made
        self._attend(made)
        if replaced is not None:
            replaced.retire()
        return {"created": name, "replaced": replaced is not None}

    def drop_world(self, name: str) -> Json:
        """Forget a world and everything in it; the default one cannot be dropped."""
        with self._lock:
            if name == self.default.name:
                raise CommandError(f"the world {name!r} cannot be dropped; reset it instead")
            self.named(name)
            dropped = self._worlds.pop(name)
        dropped.retire()
        return {"dropped": name}

    def watch(self, watcher: Callable[[World], None] | None) -> None:
        """Call ``watcher``, from any thread, with each world that may have something to be sent."""
        self._watcher = watcher
        for world in self:
            self._attend(world)

    def unwatch(self, watcher: Callable[[World], None]) -> None:
        """Do not call ``watcher`` any more; another one stays."""
        if self._watcher == watcher:
            self.watch(None)

    def _attend(self, world: World) -> None:
        watcher = self._watcher
        world.tell(None if watcher is None else partial(watcher, world))

    def named(self, name: str) -> World:
        """The world of that name. Raises NotThere."""
        found = self._worlds.get(name)
        if found is None:
            raise NotThere(
                f"no world {name!r}{near(name, self._worlds)}; create it with PUT /__mock__/worlds/{name}"
            )
        return found

    def adopt(self, model: World) -> list[str]:
        """Let all worlds serve what ``model`` serves; the names of those that keep what they have come back.

        A world that nobody changed is as newly made. Raises nothing: no request meets half a change.
        """
        with self._lock:
            fitted: Fitted = {}
            # The default world comes last: the others are compared with what it was made of.
            each = [*(one for one in self if one is not self.default), self.default]
            return [one.name for one in each if not one.adopt(model, self.default, fitted)]

    def _model(self, seeds: Sequence[Json] | None) -> World:
        """A world with these seeds, made once and forked from then on; the default one without any."""
        if seeds is None:
            return self.default
        key = dumps([str(one) if isinstance(one, Path) else one for one in seeds]).decode()
        found = self._made.get(key)
        if found is None or found.shared is not self.default.shared:
            found = self._made[key] = self.default.sown(seeds)
        return found
