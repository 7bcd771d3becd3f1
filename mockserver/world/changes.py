"""What differs between two states of a world, record by record, as data and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mockserver.spec.model import Resource, Service
from mockserver.state.store import Store
from mockserver.values import Json, Record, dumps
from mockserver.world.core import State
from mockserver.world.loading import Catalogue

WIDTH = 120  # characters of one value in the text


def changes(shared: Catalogue, before: State, after: State) -> dict[str, Json]:
    """Records added, removed and changed, and settings changed, by service; what is alike is left out.

    ``{"records": {service: {resource: {"added": […], "removed": […], "changed": […]}}}, "settings": …}``
    """
    records: dict[str, Json] = {}
    settings: dict[str, Json] = {}
    for service in shared.services.values():
        found = {
            one.name: differing
            for one in service.resources.values()
            if any((differing := _of_resource(service, one, before.store, after.store)).values())
        }
        if found:
            records[service.name] = found
        changed = members(before.settings[service.name], after.settings[service.name])
        if changed:
            settings[service.name] = changed
    return {"records": records, "settings": settings}


def members(before: Json, after: Json, name: str = "") -> dict[str, Json]:
    """The members that differ, by their dotted names, each with what it was and what it is.

    A member that was not there has no ``before``, one that is gone no ``after``.
    """
    found: dict[str, Json] = {}
    for key in [*before, *(key for key in after if key not in before)]:
        path = f"{name}.{key}" if name else key
        if key not in after:
            found[path] = {"before": before[key]}
        elif key not in before:
            found[path] = {"after": after[key]}
        elif before[key] is after[key] or _same(before[key], after[key]):
            continue
        elif isinstance(before[key], Mapping) and isinstance(after[key], Mapping):
            found.update(members(before[key], after[key], path))
        else:
            found[path] = {"before": before[key], "after": after[key]}
    return found


def told(found: Json) -> Iterator[str]:
    """The answer of ``diff`` as lines of text: ``+`` added, ``-`` removed, ``~`` changed."""
    for service, resources in found["records"].items():
        yield service
        for resource, kinds in resources.items():
            yield f"  {resource}"
            yield from (f"    + {_title(one)}" for one in kinds["added"])
            yield from (f"    - {_title(one)}" for one in kinds["removed"])
            for one in kinds["changed"]:
                yield f"    ~ {_title(one)}"
                yield from (f"        {name}: {_change(one)}" for name, one in one["members"].items())
    for service, values in found["settings"].items():
        yield f"{service} settings"
        yield from (f"  ~ {name}: {_change(one)}" for name, one in values.items())


def _of_resource(service: Service, resource: Resource, before: Store, after: Store) -> dict[str, Json]:
    name = f"{service.name}/{resource.name}"
    found: dict[str, Json] = {"added": [], "removed": [], "changed": []}
    if before[name] is after[name]:
        return found
    old, new = before[name].rows, after[name].rows
    for row_id, record in old.items():
        if row_id not in new:
            found["removed"].append(_named(service, resource, before, record))
        elif new[row_id] is not record and (differing := members(record, new[row_id])):
            shown = _named(service, resource, after, new[row_id])
            found["changed"].append({**shown, "members": differing})
    for row_id, record in new.items():
        if row_id not in old:
            found["added"].append(_named(service, resource, after, record))
    return found


def _named(service: Service, resource: Resource, store: Store, record: Record) -> dict[str, Json]:
    """How people call a record: its key or id, and what it belongs to."""
    row_id = record[resource.id.field]
    name = next((record[key] for key in resource.keys if isinstance(record.get(key), str)), row_id)
    found: dict[str, Json] = {"name": str(name), "id": row_id}
    if resource.parent is not None:
        above = service.resources[resource.parent]
        parent = store[f"{service.name}/{above.name}"].rows.get(record[above.name])
        if parent is not None:
            found["of"] = _named(service, above, store, parent)["name"]
    return found


def _same(one: Json, other: Json) -> bool:
    """Whether two values are the same in JSON, where 1 is not true."""
    return bool(one == other) and dumps(one) == dumps(other)


def _title(one: Mapping[str, Json]) -> str:
    number = "" if str(one["id"]) == one["name"] else f" (id {one['id']})"
    return f"{one['name']}{' of ' + one['of'] if 'of' in one else ''}{number}"


def _change(one: Mapping[str, Json]) -> str:
    if "after" not in one:
        return f"{_short(one['before'])} → gone"
    if "before" not in one:
        return f"new → {_short(one['after'])}"
    before, after = one["before"], one["after"]
    if isinstance(before, list) and isinstance(after, list) and (items := _items(before, after)):
        return ", ".join(items)
    return f"{_short(before)} → {_short(after)}"


def _items(before: Sequence[Json], after: Sequence[Json]) -> list[str]:
    """What came into a list and what left it."""
    gone = [f"- {_short(one)}" for one in before if one not in after]
    return [*gone, *(f"+ {_short(one)}" for one in after if one not in before)]


def _short(value: Json) -> str:
    text = dumps(value).decode()
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
