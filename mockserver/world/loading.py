"""What all worlds of a server share, loaded once: services, schemas, routes, functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.engine.garbage import no_collecting
from mockserver.engine.site import Function
from mockserver.spec.cache import Cache
from mockserver.spec.load import Folder, load
from mockserver.spec.model import Service
from mockserver.spec.routes import Routes
from mockserver.spec.schemas import Schemas
from mockserver.values import Json


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What all worlds share: services, schemas, routes, and the functions that fixtures name."""

    services: Mapping[str, Service]
    schemas: Schemas
    routes: Routes
    functions: Mapping[str, Functions]
    cache: Cache


@no_collecting()
def catalogue(
    folders: Sequence[Folder] = (),
    only: Sequence[str] = (),
    *,
    cache: Path | None = None,
    thorough: bool = True,
) -> Catalogue:
    """Everything the fixtures say, ready to serve.

    ``cache``: a folder for what was parsed, which makes the next start quicker; ``thorough``: compile
    every schema and import every function now, so that whatever is wrong with them is told before the first
    request; else each of them when it is first used. Raises FixtureErrors, UnknownFunction.
    """
    kept = Cache(cache)
    loaded = load(folders, only, cache=kept, thorough=thorough)
    functions = {name: Functions(service) for name, service in loaded.services.items()}
    if thorough:
        for one in functions.values():
            one.resolve()
    return Catalogue(loaded.services, loaded.schemas, loaded.routes, functions, kept)


class UnknownFunction(LookupError):
    """A fixture names a Python function that does not exist."""


class Functions(dict[str, Function]):
    """The functions that a service's fixtures name; each is imported when it is first asked for."""

    def __init__(self, service: Service) -> None:
        """None imported yet."""
        self._service = service

    def __missing__(self, name: str) -> Function:
        found = self[name] = resolved(self._service.name, name)
        return found

    def resolve(self) -> None:
        """Import all of them. Raises UnknownFunction."""
        for name in sorted(_names(self._service)):
            self[name]


def _names(service: Service) -> set[str]:
    """Every function that the service's fixtures name."""
    names: set[str | None] = {
        case.function for one in service.operations.values() for case in one.cases if case.does == "call"
    }
    names |= {case.reply.view for one in service.operations.values() for case in one.cases}
    names |= {one.view for one in service.resources.values()} | {
        one.seed for one in service.resources.values()
    }
    names |= {one.visible for one in service.resources.values()}
    names |= {one.select for one in service.paging.values()}
    names |= {one.envelope_function for one in service.paging.values()}
    names |= {one.accepts.checks for one in service.operations.values()}
    names |= {
        service.webhooks.deliver,
        service.auth.holds,
        service.auth.signed,
        service.auth.reads,
        service.admits,
        service.settles,
    }
    names.add(service.slips)
    return {one for one in names if one}


def resolved(service: str, name: str) -> Function:
    """The Python function that a fixture of ``service`` calls ``name``. Raises UnknownFunction."""
    module, dot, function = name.rpartition(".")
    if not dot:
        raise UnknownFunction(f"fixtures of {service} name {name!r}: expected MODULE.FUNCTION")
    path = f"mockserver.behaviours.{service}.{module}"
    try:
        found: Callable[..., Json] = getattr(importlib.import_module(path), function)
    except (ImportError, AttributeError) as error:
        raise UnknownFunction(f"fixtures of {service} name {name!r}: {error}") from error
    return found
