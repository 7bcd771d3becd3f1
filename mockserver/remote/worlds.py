"""The worlds beside one that is elsewhere, made, listed and dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mockserver.control import SEED_FILES
from mockserver.remote.connection import Connection
from mockserver.values import Json
from mockserver.world import read_text


class Worlds(Connection):
    """The commands about all worlds of the server."""

    def worlds(self) -> Json:
        """The names of all worlds."""
        return self._ask("worlds")

    def world(self, name: str) -> Json:
        """What one world serves and how it is set."""
        return self._ask("world", name=name)

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
        data = None if seeds is None else [_content(one) for one in seeds]
        return self._ask("create_world", name=name, seeds=data, clock=clock, auth=auth, validation=validation)

    def drop_world(self, name: str) -> Json:
        """Forget a world and everything in it; the default one cannot be dropped."""
        return self._ask("drop_world", name=name)

    def metrics(self) -> str:
        """What all worlds have counted, in the text format that Prometheus reads."""
        return str(self._ask("metrics"))


def _content(seed: Json) -> Json:
    """A seed as the server takes it: files are read here, on this side."""
    if isinstance(seed, Path) or (isinstance(seed, str) and seed.endswith(SEED_FILES)):
        return read_text(Path(seed).read_bytes())
    return seed
