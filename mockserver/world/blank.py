"""What services declare of a world in which nothing is stored and nothing was set."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.spec.model import Service
from mockserver.state.store import Index
from mockserver.values import Json


def indexes(services: Iterable[Service]) -> dict[str, list[Index]]:
    """The indexes of each resource's table."""
    found: dict[str, list[Index]] = {}
    for service in services:
        for one in service.resources.values():
            rules = [Index((key,), fold=True) for key in one.keys]
            rules += [Index((name,)) for name in one.index]
            if one.parent:
                rules.append(Index((one.parent,)))
                rules += [Index((one.parent, name)) for name in one.unique]
            else:
                rules += [Index((name,)) for name in one.unique if name not in one.keys]
            found[f"{service.name}/{one.name}"] = rules
    return found


def defaults(services: Iterable[Service]) -> dict[str, dict[str, Json]]:
    """The settings of each service, as they are before anybody changes one."""
    return {one.name: {key: setting.default for key, setting in one.settings.items()} for one in services}
