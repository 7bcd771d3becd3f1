"""A world's state as a document that another server can read: exported, checked, imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mockserver.spec.model import Resource, Service
from mockserver.state.clock import MODES, Clock, instant
from mockserver.state.ids import Ids
from mockserver.state.store import RowId, Table
from mockserver.values import Json, Record, dumps
from mockserver.world.blank import defaults, indexes
from mockserver.world.core import State
from mockserver.world.errors import CommandError, near
from mockserver.world.loading import Catalogue
from mockserver.world.shown import shown_clock
from mockserver.world.steering import unfit

FORMAT = "jira-mockserver"
VERSION = 1
_MEMBERS = ("format", "version", "clock", "ids", "services")
_OF_SERVICE = ("settings", "records")
_MOST = 20  # reasons that are told


@dataclass(slots=True)
class Imported:
    """A document that was read: whole tables, settings and counters of the services that it names."""

    services: list[str]
    tables: dict[str, Table] = field(default_factory=dict)
    settings: dict[str, dict[str, Json]] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    clock: Clock | None = None

    def over(self, state: State, everything: bool) -> State:
        """``state`` with this in place of what it holds of the same services.

        everything: the document is of all services, so that no counter is anybody else's.
        """
        store = state.store.fork()
        for name, table in self.tables.items():
            store.replace(name, table)
        before = state.ids.counters()
        kept = {} if everything else {name: last for name, last in before.items() if not self._owns(name)}
        for name, last in self.ids.items():
            # A counter that no service's name begins may be another's too: it never goes back.
            kept[name] = max(last, kept.get(name, last))
        return State(store, Ids(kept), {**state.settings, **self.settings})

    def _owns(self, counter: str) -> bool:
        return counter.partition("/")[0] in self.services


def exported(shared: Catalogue, state: State, clock: Clock, services: list[str]) -> dict[str, Json]:
    """The state of some services as a document; its records are those of the store, not copies."""
    strangers = [name for name in shared.services if name not in services]
    return {
        "format": FORMAT,
        "version": VERSION,
        "clock": shown_clock(clock),
        "ids": {
            name: last
            for name, last in sorted(state.ids.counters().items())
            if name.partition("/")[0] not in strangers
        },
        "services": {
            name: {
                "settings": dict(state.settings[name]),
                "records": {
                    resource: list(rows.values())
                    for resource in shared.services[name].resources
                    if (rows := state.store[f"{name}/{resource}"].rows)
                },
            }
            for name in services
        },
    }


def written(document: Mapping[str, Json]) -> Iterator[bytes]:
    """The document as JSON with a record on each line, so that two of them can be compared."""
    head = {name: value for name, value in document.items() if name != "services"}
    yield dumps(head)[:-1] + b',"services":{'
    for at, (name, service) in enumerate(document["services"].items()):
        yield (b"," if at else b"") + b"\n" + dumps(name) + b':{"settings":' + dumps(service["settings"])
        yield b',"records":{'
        for nth, (resource, records) in enumerate(service["records"].items()):
            yield (b"," if nth else b"") + b"\n" + dumps(resource) + b":["
            for number, record in enumerate(records):
                yield (b",\n" if number else b"\n") + dumps(record)
            yield b"]"
        yield b"}}"
    yield b"}}\n"


def imported(shared: Catalogue, document: Json) -> Imported:
    """A document, checked and ready to be put in place. Raises CommandError with every reason."""
    _check_head(document)
    wrong = [_unknown(name, _MEMBERS, "") for name in document if name not in _MEMBERS]
    found = Imported([name for name in document["services"] if name in shared.services])
    found.ids = _counters(document.get("ids", {}), wrong)
    if document.get("clock") is not None:
        found.clock = _clock(document["clock"], wrong)
    rules = indexes(shared.services.values())
    for name, content in document["services"].items():
        if name not in shared.services:
            wrong.append(_unknown(name, shared.services, "services."))
        elif not isinstance(content, Mapping):
            wrong.append(f"services.{name}: expected settings and records, not {_short(content)}")
        else:
            service = shared.services[name]
            wrong.extend(_unknown(one, _OF_SERVICE, f"{name}.") for one in content if one not in _OF_SERVICE)
            found.settings[name] = _settings(service, content.get("settings", {}), wrong)
            rows = _records(service, content.get("records", {}), wrong)
            for resource, records in rows.items():
                table = found.tables[f"{name}/{resource}"] = Table(None, rules[f"{name}/{resource}"])
                for row_id, record in records.items():
                    table.put(row_id, record)
    if wrong:
        more = [f"… and {len(wrong) - _MOST} more"] if len(wrong) > _MOST else []
        raise CommandError(*wrong[:_MOST], *more)
    return found


def _check_head(document: Json) -> None:
    """Refuse what is no document of ours, or of a version that is not known. Raises CommandError."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise CommandError(f"not an export of a world: expected an object with 'format': '{FORMAT}'")
    if document.get("version") != VERSION or isinstance(document["version"], bool):
        raise CommandError(
            f"an export of version {_short(document.get('version'))}; this server reads {VERSION}"
        )
    if not isinstance(document.get("services"), Mapping):
        raise CommandError("broken export: 'services' must be an object")


def _counters(given: Json, wrong: list[str]) -> dict[str, int]:
    if not isinstance(given, Mapping):
        wrong.append(f"ids: expected numbers by name, not {_short(given)}")
        return {}
    for name, last in given.items():
        if not isinstance(last, int) or isinstance(last, bool) or last < 0:
            wrong.append(f"ids.{name}: expected the last number given, not {_short(last)}")
    return dict(given)


def _clock(given: Json, wrong: list[str]) -> Clock | None:
    try:
        mode, now = given["mode"], given["now"]
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r}")
        clock = Clock() if mode == "real" else Clock(instant(now))
        if mode in ("ticking", "scaled"):
            clock.go(scale=float(given["scale"]))
    except (TypeError, LookupError, ValueError) as error:
        wrong.append(f"clock: expected now, mode and scale, not {_short(given)} ({error})")
        return None
    return clock


def _settings(service: Service, given: Json, wrong: list[str]) -> dict[str, Json]:
    found = defaults([service])[service.name]
    if not isinstance(given, Mapping):
        wrong.append(f"{service.name}.settings: expected values by name, not {_short(given)}")
        return found
    for name, value in given.items():
        if name not in service.settings:
            wrong.append(f"{service.name} has no setting {name!r}{near(name, service.settings)}")
        elif reason := unfit(service.settings[name].schema, value):
            wrong.append(f"{service.name}.{name}: {reason}")
    return {**found, **given}


def _records(service: Service, given: Json, wrong: list[str]) -> dict[str, dict[RowId, Record]]:
    """Every resource's records by id; an empty table for a resource that the document does not name."""
    if not isinstance(given, Mapping):
        wrong.append(f"{service.name}.records: expected lists by resource, not {_short(given)}")
        return {}
    found: dict[str, dict[RowId, Record]] = {name: {} for name in service.resources}
    for name, records in given.items():
        if name not in service.resources:
            wrong.append(_unknown(name, service.resources, f"{service.name}."))
        elif not isinstance(records, list):
            wrong.append(f"{service.name}.{name}: expected a list of records, not {_short(records)}")
        else:
            rows = _by_id(service.resources[name], records)
            found[name] = {row_id: one for row_id, one in rows if not isinstance(one, str)}
            wrong.extend(f"{service.name}.{name}: {one}" for _, one in rows if isinstance(one, str))
    for resource in service.resources.values():
        if resource.parent is not None:
            wrong.extend(
                f"{service.name}.{resource.name}: {row_id!r} belongs to a {resource.parent} that is not there"
                for row_id, record in found[resource.name].items()
                if not _belongs(record.get(resource.parent), found[resource.parent])
            )
    return found


def _by_id(resource: Resource, records: list[Json]) -> list[tuple[RowId, Record | str]]:
    """Each record with its id, or why it is none."""
    member = resource.id.field
    kind = int if resource.id.style == "integer" else str
    found: list[tuple[RowId, Record | str]] = []
    seen: dict[Json, set[RowId]] = {key: set() for key in (member, *resource.keys)}
    for at, record in enumerate(records):
        if not isinstance(record, dict):
            found.append((at, f"[{at}]: expected a record, not {_short(record)}"))
            continue
        row_id = record.get(member)
        if not isinstance(row_id, kind) or isinstance(row_id, bool):
            found.append((at, f"[{at}]: '{member}' must be {resource.id.style}, not {_short(row_id)}"))
            continue
        twice = [key for key, values in seen.items() if _noted(values, record.get(key), key != member)]
        told = [f"[{at}]: '{key}' is another record's too: {_short(record[key])}" for key in twice]
        found.extend((at, line) for line in told)
        if not told:
            found.append((row_id, record))
    return found


def _noted(values: set[RowId], value: Json, fold: bool) -> bool:
    """Whether a value was there already; ``fold``: in any case."""
    if not isinstance(value, (str, int)):
        return False
    plain = value.casefold() if fold and isinstance(value, str) else value
    there = plain in values
    values.add(plain)
    return there


def _belongs(parent: Json, rows: Mapping[RowId, Record]) -> bool:
    return isinstance(parent, (str, int)) and parent in rows


def _unknown(name: str, known: Mapping[str, Json] | tuple[str, ...], where: str) -> str:
    return f"{where}{name}: not known{near(str(name), known)}"


def _short(value: Json) -> str:
    return dumps(value).decode()[:80]
