"""What all worlds of a server share, loaded once: services, schemas, routes, functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockserver.engine.context import Function
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
    functions: Mapping[str, Mapping[str, Function]]
    cache: Cache


def catalogue(
    folders: Sequence[Folder] = (),
    only: Sequence[str] = (),
    *,
    cache: Path | None = None,
    thorough: bool = True,
) -> Catalogue:
    """Everything the fixtures say, ready to serve.

    ``cache``: a folder for what was parsed, which makes the next start quicker; ``thorough``: compile
    every schema now. Raises FixtureErrors, UnknownFunction.
    """
    kept = Cache(cache)
    loaded = load(folders, only, cache=kept, thorough=thorough)
    functions = {name: _functions(service) for name, service in loaded.services.items()}
    return Catalogue(loaded.services, loaded.schemas, loaded.routes, functions, kept)


class UnknownFunction(LookupError):
    """A fixture names a Python function that does not exist."""


def _functions(service: Service) -> dict[str, Function]:
    """Every function that the service's fixtures name, resolved. Raises UnknownFunction."""
    names = {
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
    names |= {service.webhooks.deliver, service.auth.holds, service.auth.signed, service.admits, service.settles}
    names.add(service.slips)
    found: dict[str, Function] = {}
    for name in sorted(one for one in names if one):
        found[name] = resolved(service.name, name)
    return found


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
