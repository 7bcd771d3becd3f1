"""What a world holds: seeded, shown, kept and put back."""

from __future__ import annotations

from mockserver.values import Json
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere, among, near


class States(Core):
    """The commands about records, ids and settings as a whole."""

    def reset(self, to: str = "seed") -> Json:
        """Back to the world as it was made (``seed``), or to one without anybody's work (``empty``)."""
        with self._lock:
            among(to, ("seed", "empty"), "to")
            self._put_back(self._seeded if to == "seed" else self._empty)
            self.auth_mode, self.validation_mode = self._modes
            self.clock = self._initial_clock.anew()
            self._overrides.clear()
            self._forget_deliveries()
            self.meters.clear()
            return {"reset": to, "records": self._counts(), "requests_forgotten": self._forget()}

    def seed(self, data: Json, dry_run: bool = False) -> Json:
        """Store records by service and resource, all or none; what was stored, by number."""
        with self._lock:
            before = self._kept()
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
            free = (f"s{number}" for number in range(1, len(self._snapshots) + 2))
            name = id or next(one for one in free if one not in self._snapshots)
            self._snapshots[name] = self._kept()
            return {"id": name, "records": self._counts()}

    def restore(self, id: str) -> Json:
        """Back to a snapshot, which stays."""
        with self._lock:
            if id not in self._snapshots:
                raise NotThere(f"no snapshot {id!r}{near(id, self._snapshots)}")
            self._put_back(self._snapshots[id])
            return {"restored": id, "records": self._counts()}
