"""What a world holds: seeded, shown, kept and put back."""

from __future__ import annotations

from copy import deepcopy

import orjson

from mockserver.values import Json, dumps
from mockserver.world.changes import changes
from mockserver.world.core import Core, State
from mockserver.world.errors import CommandError, NotThere, among, near
from mockserver.world.portable import exported, imported
from mockserver.world.shown import shown_clock

# States that have a name without anybody's doing.
NAMES = {"now": "the world as it is", "seed": "the world as it was made", "empty": "nobody's work"}


class States(Core):
    """The commands about records, ids and settings as a whole."""

    def reset(self, to: str = "seed") -> Json:
        """Back to the world as it was made (``seed``), or to one without anybody's work (``empty``)."""
        with self._lock:
            among(to, ("seed", "empty"), "to")
            self._put_back(self._seeded if to == "seed" else self._empty)
            self.auth_mode, self.validation_mode = self._modes
            self.clock = self._initial_clock.anew()
            self._rules.clear()
            self._forget_deliveries()
            self.meters.clear()
            return {"reset": to, "records": self._counts(), "requests_forgotten": self._forget()}

    def seed(self, data: Json, dry_run: bool = False) -> Json:
        """Store records by service and resource, all or none; what was stored, by number."""
        with self._lock:
            before = self._present()
            try:
                counts = self._load(data)
            except CommandError:
                self._put_back(before)
                raise
            if dry_run:
                self._put_back(before)
            return {"dry_run": dry_run, "seeded": counts}

    def state(self, service: str | None = None, resource: str | None = None) -> Json:
        """The stored records by service and resource; of one service, or of one resource."""
        with self._lock:
            if service is None:
                return {name: self.state(name) for name in self.shared.services}
            site = self._site(self._service(service))
            if resource is None:
                return {name: list(site.table(name)) for name in site.service.resources}
            if resource not in site.service.resources:
                raise NotThere(
                    f"{service} has no resource {resource!r}{near(resource, site.service.resources)}"
                )
            return list(site.table(resource))

    def snapshots(self) -> Json:
        """The ids of the snapshots taken."""
        return {"snapshots": list(self._snapshots)}

    def snapshot(self, id: str | None = None) -> Json:
        """Remember records, ids and settings under ``id``, or under a new name."""
        with self._lock:
            if id in NAMES:
                raise CommandError(f"a snapshot cannot be named {id!r}: {NAMES[id]}")
            free = (f"s{number}" for number in range(1, len(self._snapshots) + 2))
            name = id or next(one for one in free if one not in self._snapshots)
            self._snapshots[name] = self._present()
            return {"id": name, "records": self._counts()}

    def restore(self, id: str) -> Json:
        """Back to a snapshot, which stays."""
        with self._lock:
            if id not in self._snapshots:
                raise NotThere(f"no snapshot {id!r}{near(id, self._snapshots)}")
            self._put_back(self._snapshots[id])
            return {"restored": id, "records": self._counts()}

    def drop_snapshot(self, id: str) -> Json:
        """Forget a snapshot; the world stays as it is."""
        with self._lock:
            if id not in self._snapshots:
                raise NotThere(f"no snapshot {id!r}{near(id, self._snapshots)}")
            del self._snapshots[id]
            return {"dropped": id}

    def diff(self, a: str, b: str) -> Json:
        """What differs between two snapshots, or ``now``, ``seed``, ``empty``: records and settings."""
        shared, before, after = self.shared, self._named(a), self._named(b)
        return {"from": a, "to": b, **changes(shared, before, after)}

    def export_state(self, service: str | None = None, snapshot: str = "now") -> Json:
        """Records, ids, settings and time of all services or of one, as a document to be imported."""
        with self._lock:
            services = list(self.shared.services) if service is None else [self._service(service).name]
            found = exported(self.shared, self._named(snapshot), self.clock, services)
        # The records are shared with the world: what leaves it is a copy.
        return orjson.loads(dumps(found))

    def import_state(self, data: Json) -> Json:
        """Put an exported document in place of what its services hold, all of it or nothing."""
        read = imported(self.shared, deepcopy(data))
        with self._lock:
            self._put_back(
                read.over(self._present(), everything=set(read.services) == set(self.shared.services))
            )
            if read.clock is not None:
                self.clock = read.clock
                self._stir()
            counts = self._counts()
            return {
                "imported": {name: counts[name] for name in read.services},
                "clock": shown_clock(self.clock),
            }

    def _named(self, name: str) -> State:
        """The state that people call so: a snapshot, ``now``, ``seed`` or ``empty``. Raises NotThere."""
        with self._lock:
            if name in self._snapshots:
                return self._snapshots[name]
            if name == "now":
                return self._present()
            if name in NAMES:
                return self._seeded if name == "seed" else self._empty
            raise NotThere(f"no snapshot {name!r}{near(name, [*self._snapshots, *NAMES])}")
