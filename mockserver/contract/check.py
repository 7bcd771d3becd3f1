"""Everything that can be wrong with fixtures, found in one go: format, names, seeds, examples, replays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from mockserver.contract.replay import judged, replayed, undemonstrated
from mockserver.spec.load import FixtureErrors, Folder, load, say, shown
from mockserver.spec.model import Example, Operation, Place, Service
from mockserver.values import Json
from mockserver.world import Catalogue, CommandError, UnknownFunction, World, catalogue, resolved, shipped

ALL = 1_000_000  # more than a journal keeps
LONGEST = 200  # characters of one reply
DOCUMENTED = "documented"  # the seed that others may build on
_RECORD = re.compile(r"^\w+\.(?P<resource>\w+)(?:\[(?P<at>\d+)\])?: (?P<message>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Counted:
    """How much one service declares; ``examples`` and ``rungs`` by name, such as ``{"documented": 12}``."""

    title: str
    operations: int
    rungs: Mapping[str, int]
    examples: Mapping[str, int]
    replayable: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. A line each, ``file:line:column message``; both empty when all is well.

    errors: the fixtures are wrong in themselves; differences: the mock answers otherwise than they say.
    """

    errors: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    services: Mapping[str, Counted] = field(default_factory=dict)
    replayed: int = 0


def check(folders: Sequence[Folder] = (), only: Sequence[str] = (), *, replay: bool = True) -> Report:
    """The report on ``folders``, or on the shipped ones; wrong fixtures are in it, nothing is raised."""
    try:
        loaded = load(folders, only)
    except FixtureErrors as wrong:
        return Report(wrong.lines)
    services = loaded.services
    counted = {name: _counted(one) for name, one in services.items()}
    missing = tuple(line for one in services.values() for line in _missing_functions(one))
    if missing:
        return Report(missing, (), counted)
    shared = catalogue(folders, only)
    errors = [line for one in services.values() for line in _broken_seeds(shared, one)]
    errors += [line for one in services.values() for line in _wrong_examples(shared, one)]
    differences: list[str] = []
    if replay and not errors:
        differences = list(_differences(shared))
    count = sum(one.replayable for one in counted.values()) if replay and not errors else 0
    return Report(tuple(errors), tuple(differences), counted, count)


def _counted(service: Service) -> Counted:
    operations = service.operations.values()
    examples = [example for one in operations for example in one.examples.values()]
    return Counted(
        service.title,
        len(service.operations),
        dict(Counter(one.rung for one in operations)),
        dict(Counter(one.source for one in examples)),
        sum(one.call is not None for one in examples),
    )


def _missing_functions(service: Service) -> Iterator[str]:
    """Each name of a Python function that leads nowhere."""
    for name, place in _named_functions(service):
        try:
            resolved(service.name, name)
        except UnknownFunction as error:
            yield say(place, str(error))


def _named_functions(service: Service) -> Iterator[tuple[str, Place]]:
    """Each function that the fixtures name, and where."""
    found: list[tuple[str | None, Place]] = []
    for operation in service.operations.values():
        found += [(case.function, operation.place) for case in operation.cases if case.does == "call"]
        found += [(case.reply.view, operation.place) for case in operation.cases]
        found.append((operation.accepts.checks, operation.place))
    for resource in service.resources.values():
        for key, function in (("view", resource.view), ("seed", resource.seed)):
            found.append((function, Place(resource.place.file, (*resource.place.path, key))))
    own = _service_file(service)
    for paging in service.paging.values():
        for function in (paging.select, paging.envelope_function):
            found.append((function, Place(own, ("paging", paging.name))))
    found.append((service.auth.holds, Place(own, ("auth", "holds"))))
    found.append((service.auth.signed, Place(own, ("auth", "signed"))))
    found.append((service.auth.reads, Place(own, ("auth", "reads"))))
    found.append((service.admits, Place(own, ("admits",))))
    found.append((service.slips, Place(own, ("slips",))))
    yield from ((name, place) for name, place in found if name is not None)


def _service_file(service: Service) -> Path:
    """The file that says how the service as a whole behaves, for messages."""
    places = [one.place for one in service.operations.values()]
    places += [one.place for one in service.resources.values()]
    return (places[0].file.parent if places else Path(service.name)) / "service.yaml"


def _broken_seeds(shared: Catalogue, service: Service) -> Iterator[str]:
    """Each record of a seed that would not be stored."""
    alone = replace(shared, services={service.name: service})
    try:
        world = World(alone, seeds=())
    except CommandError as error:
        yield from _placed(service.seeds["base"], error.lines)
        return
    others = {name: file for name, file in service.seeds.items() if name not in ("base", DOCUMENTED)}
    if DOCUMENTED in service.seeds:
        yield from _unstored(world, DOCUMENTED, service.seeds[DOCUMENTED], dry_run=False)
    for name, file in others.items():
        yield from _unstored(world, name, file)


def _unstored(world: World, name: str, file: Path, *, dry_run: bool = True) -> Iterator[str]:
    """Each record of one seed that ``world``, which has the seeds before it, would not take."""
    service = next(iter(world.shared.services))
    try:
        world.seed({service: shipped(world.shared, service, name)}, dry_run)
    except UnknownFunction as error:
        yield say(Place(file, ("generate",)), str(error))
    except CommandError as error:
        yield from _placed(file, error.lines)


def _placed(file: Path, lines: Sequence[str]) -> Iterator[str]:
    """The messages about records of ``file``, with the line and column of each record."""
    for line in lines:
        record = _RECORD.match(line)
        if record is None:
            yield line if line.startswith(shown(file)) else f"{shown(file)}:1:1 {line}"
            continue
        at: tuple[str | int, ...] = (record["resource"],)
        if record["at"] is not None:
            at = (*at, int(record["at"]))
        yield say(Place(file, at), line)


def _wrong_examples(shared: Catalogue, service: Service) -> Iterator[str]:
    """Each example that breaks its schemas, and each documented status without an example."""
    for operation, example, why in judged(service, shared.schemas):
        yield say(example.place, f"example '{example.name}' of {operation.id} breaks its schema: {why}")
    for operation, missing in groupby(undemonstrated(service), key=itemgetter(0)):
        statuses = ", ".join(str(status) for _, status in missing)
        yield say(operation.place, f"{operation.id} has no example of the documented {statuses}")


def _differences(shared: Catalogue) -> Iterator[str]:
    """Each difference between what an example documents and what the mock answers to its call."""
    try:
        documented = World(shared)
    except CommandError as error:
        yield from error.lines
        return
    for service in shared.services.values():
        for operation in service.operations.values():
            for example in operation.examples.values():
                if example.call is None:
                    continue
                for line in _replay(documented, operation, example):
                    yield say(example.place, f"example '{example.name}' of {operation.id}: {line}")


def _replay(documented: World, operation: Operation, example: Example) -> list[str]:
    """What differs, a line each; a ``given`` that cannot be had is a difference like any other.

    Where the status is another one, that and the mock's diagnosis say it all.
    """
    world = documented.fork("check")
    try:
        differences = replayed(world, operation, example)
        if differences and differences[0].startswith("status "):
            why = world.requests(limit=ALL)["requests"][-1]["diagnosis"]["message"].partition("\n")[0]
            differences = [f"{_cut(differences[0])}{f' — {why}' if why else ''}"]
        return [_cut(one, 2 * LONGEST) for one in differences]
    except CommandError as error:
        return [f"cannot be set up: {line}" for line in error.lines]
    except KeyError as error:
        return [f"cannot be set up: nothing is called {error}"]


def _cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def as_json(report: Report) -> Json:
    """The report as one JSON document."""
    return {
        "errors": list(report.errors),
        "differences": list(report.differences),
        "replayed": report.replayed,
        "services": {
            name: {
                "title": one.title,
                "operations": one.operations,
                "rungs": dict(one.rungs),
                "examples": dict(one.examples),
                "replayable": one.replayable,
            }
            for name, one in report.services.items()
        },
    }
