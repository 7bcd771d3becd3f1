"""A mock server that runs elsewhere, and all its worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.control import CONTROL
from mockserver.remote.world import RemoteWorld
from mockserver.values import Json
from mockserver.world import NotThere


class RemoteWorlds:
    """The worlds of a server that runs elsewhere, with the methods that Worlds has.

    ``default`` is the one that stands for the server: tests that share one have each their own. The commands
    of all worlds follow one another on its connection.
    """

    def __init__(self, default: RemoteWorld) -> None:
        """Nothing is sent yet."""
        self.default = default
        self._asked = {default.name: default}

    def get(self, name: str) -> RemoteWorld | None:
        """The world of that name."""
        try:
            return self.named(name)
        except NotThere:
            return None

    def named(self, name: str) -> RemoteWorld:
        """The world of that name. Raises NotThere, unless it was there when it was last made or asked for."""
        found = self._asked.get(name)
        if found is None:
            self.default.world(name)
            found = self._asked[name] = self.default._beside(name)
        return found

    def __iter__(self) -> Iterator[RemoteWorld]:
        """All worlds, oldest first."""
        return iter([self.named(name) for name in self.worlds()["worlds"]])

    def worlds(self) -> Json:
        """The names of all worlds."""
        return self.default.worlds()

    def world(self, name: str) -> Json:
        """What one world serves and how it is set."""
        return self.default.world(name)

    def create_world(
        self,
        name: str,
        *,
        seeds: Sequence[Json] | None = None,
        clock: str | None = None,
        auth: str | None = None,
        validation: str | None = None,
    ) -> Json:
        """Make a world, like the server's own where nothing else is said; one of that name is replaced."""
        made = self.default.create_world(name, seeds=seeds, clock=clock, auth=auth, validation=validation)
        self._asked.setdefault(name, self.default._beside(name))
        return made

    def drop_world(self, name: str) -> Json:
        """Forget a world and everything in it."""
        dropped = self.default.drop_world(name)
        self._asked.pop(name, None)
        return dropped

    def metrics(self) -> str:
        """What all worlds have counted, in the text format that Prometheus reads."""
        return self.default.metrics()

    def close(self) -> None:
        """Close the connection; the next command opens it again."""
        self.default.close()


class RemoteServer:
    """A mock server that runs elsewhere, as whoever holds a MockServer sees it.

    ``url``: where clients reach its default world; ``server_url``: the server itself; ``control``: the
    control endpoint of that world; ``worlds``: all of them.
    """

    def __init__(self, url: str, default: str = "default", token: str | None = None) -> None:
        """Nothing is sent yet. ``default``: the world that stands for the server."""
        world = RemoteWorld(url, default, token)
        self.url, self.server_url = world.url, world.server_url
        self.control = self.url + CONTROL
        self.worlds = RemoteWorlds(world)

    def close(self) -> None:
        """Close the connection; the server goes on."""
        self.worlds.close()
