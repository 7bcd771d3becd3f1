"""Where seeds come from: shipped by name, made in any size, files, or data as given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mockserver.engine.garbage import no_collecting
from mockserver.spec.cache import Cache
from mockserver.spec.load import read_yaml, shown
from mockserver.values import Json
from mockserver.world.errors import CommandError, NotThere, near
from mockserver.world.loading import Catalogue, resolved


def data_of(shared: Catalogue, seed: Json | str | Path) -> Json:
    """Seed data by service, from a shipped name (``NAME`` or ``NAME:SIZE``), a file, or as given."""
    if isinstance(seed, str) and not seed.endswith((".yaml", ".yml", ".json")):
        stem, colon, size = seed.partition(":")
        found = {name: shipped(shared, name, stem, _size(seed, size, colon)) for name in shared.services}
        data = {name: content for name, content in found.items() if content is not None}
        if not data:
            names = {stem for one in shared.services.values() for stem in one.seeds}
            raise NotThere(f"no seed {stem!r}{near(stem, names)}")
        return data
    if isinstance(seed, (str, Path)):
        return _read(Path(seed), shared.cache)
    return seed


def shipped(shared: Catalogue, service: str, seed: str, size: int | None = None) -> Json:
    """The seed of that name that ships with a service; None if it has none.

    size: of a seed that is made by a function, in place of the one its file names. Raises CommandError,
    UnknownFunction.
    """
    file = shared.services[service].seeds.get(seed)
    if file is None:
        return None
    data = _read(file, shared.cache)
    if isinstance(data, Mapping) and "generate" in data:
        if data.keys() - {"generate", "size"}:
            raise CommandError(f"{shown(file)}:1:1 a seed that is generated holds no records of its own")
        make = resolved(service, str(data["generate"]))
        with no_collecting():
            return make(data.get("size", 1) if size is None else size)
    if size is not None:
        raise CommandError(f"the seed {seed!r} of {service} has one size: its file does not say 'generate'")
    return data


def read_text(text: str | bytes) -> Json:
    """JSON or YAML text as data. Raises CommandError with line and column."""
    from mockserver.spec.yaml12 import YamlError, parse

    try:
        return parse(text)
    except YamlError as error:
        raise CommandError(str(error)) from error


def _size(seed: str, size: str, said: str) -> int | None:
    """The number after the colon of a seed's name; None where nothing was said."""
    if not said:
        return None
    if not (size.isascii() and size.isdigit()) or len(size) > 7 or int(size) == 0:
        raise CommandError(f"expected NAME:SIZE with a whole number from 1 to 9999999, not {seed!r}")
    return int(size)


def _read(file: Path, cache: Cache) -> Json:
    errors: list[str] = []
    data = read_yaml(file, errors, cache)
    if errors:
        raise CommandError(*errors)
    if data is None:
        raise CommandError(f"{shown(file)}:1:1 the file is empty")
    return data
