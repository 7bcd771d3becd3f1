"""What a world of a server elsewhere holds: seeded, shown, kept and put back."""

from __future__ import annotations

from mockserver.remote.connection import Connection
from mockserver.values import Json


class States(Connection):
    """The commands about records, ids and settings as a whole."""

    def reset(self, to: str = "seed") -> Json:
        """Back to the world as it was made (``seed``), or to one without anybody's work (``empty``)."""
        return self._ask("reset", to=to)

    def seed(self, data: Json, dry_run: bool = False) -> Json:
        """Store records by service and resource, all or none; what was stored, by number."""
        return self._ask("seed", data=data, dry_run=dry_run)

    def state(self, service: str | None = None, resource: str | None = None) -> Json:
        """The stored records by service and resource; of one service, or of one resource."""
        return self._ask("state", service=service, resource=resource)

    def snapshots(self) -> Json:
        """The ids of the snapshots taken."""
        return self._ask("snapshots")

    def snapshot(self, id: str | None = None) -> Json:
        """Remember records, ids and settings under ``id``, or under a new name."""
        return self._ask("snapshot", id=id)

    def restore(self, id: str) -> Json:
        """Back to a snapshot, which stays."""
        return self._ask("restore", id=id)

    def drop_snapshot(self, id: str) -> Json:
        """Forget a snapshot; the world stays as it is."""
        return self._ask("drop_snapshot", id=id)

    def diff(self, a: str, b: str) -> Json:
        """What differs between two snapshots, or ``now``, ``seed``, ``empty``: records and settings."""
        return self._ask("diff", a=a, b=b)

    def export_state(self, service: str | None = None, snapshot: str = "now") -> Json:
        """Records, ids, settings and time of all services or of one, as a document to be imported."""
        return self._ask("export_state", service=service, snapshot=snapshot)

    def import_state(self, data: Json) -> Json:
        """Put an exported document in place of what its services hold, all of it or nothing."""
        return self._ask("import_state", data=data)
