"""A running world is given other fixtures: what they still know is kept, the rest is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mockserver.state.store import Index, Store, Table
from mockserver.values import Json
from mockserver.world.blank import defaults, indexes
from mockserver.world.core import Core, State
from mockserver.world.loading import Catalogue
from mockserver.world.steering import unfit

# States that were fitted already, by identity: worlds share the states they were made of.
Fitted = dict[int, tuple[State, State]]


class Adopting(Core):
    """The part of a world that follows its fixtures when they change."""

    def adopt(self, model: Adopting, like: Adopting, fitted: Fitted) -> bool:
        """Serve what ``model`` serves from the next request on; whether the world is as newly made.

        Records, ids and settings stay where their resources and settings still exist. like: the world that
        ``model`` stands for; worlds made as it was are reset to what ``model`` was made with. A world that
        nobody has changed is put there at once.
        """
        with self._lock:
            untouched = self._is(self._seeded)
            alike = self._seeded is like._seeded
            fit = partial(_fit, self.shared, model.shared)
            snapshots = {name: fit(one, fitted) for name, one in self._snapshots.items()}
            empty = model._empty if alike else fit(self._empty, fitted)
            seeded = model._seeded if alike else fit(self._seeded, fitted)
            present = seeded if untouched else fit(self._present(), {})
            self.shared = model.shared
            self._sites.clear()
            self._memory.clear()
            self._snapshots, self._empty, self._seeded = snapshots, empty, seeded
            self._put_back(present)
            return untouched

    def _is(self, state: State) -> bool:
        """Whether the world is just as it was when ``state`` was kept or put back."""
        return (
            self._store.same(state.store)
            and self._ids.counters() == state.ids.counters()
            and self._settings == state.settings
        )


def _fit(before: Catalogue, shared: Catalogue, state: State, fitted: Fitted) -> State:
    """``state`` with the tables and settings that the catalogue ``shared`` knows, no others."""
    known = fitted.get(id(state))
    if known is not None:
        return known[1]
    rules = indexes(shared.services.values())
    store = Store(rules)
    for name, wanted in rules.items():
        if name in state.store:
            store.replace(name, _table(state.store[name], wanted))
    found = State(store, state.ids.fork(), _settings(before, shared, state.settings))
    fitted[id(state)] = (state, found)  # what is kept here is not replaced by another with its identity
    return found


def _table(table: Table, wanted: list[Index]) -> Table:
    """The same rows under other indexes; the table itself where they are the same."""
    if list(table.indexes) == wanted:
        return table
    found = Table(None, wanted)
    for row_id, record in table.rows.items():
        found.put(row_id, record)
    return found


def _settings(
    before: Catalogue, shared: Catalogue, values: Mapping[str, Mapping[str, Json]]
) -> dict[str, dict[str, Json]]:
    """The settings there are now: those that somebody changed keep their value, if they may have it still."""
    found = defaults(shared.services.values())
    for name, settings in found.items():
        declared = shared.services[name].settings
        for key, value in values.get(name, {}).items():
            changed = value != before.services[name].settings[key].default
            if changed and key in declared and not unfit(declared[key].schema, value):
                settings[key] = value
    return found
