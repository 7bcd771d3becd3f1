"""Where seeds come from: shipped by name, files, or data as given."""

from __future__ import annotations

from pathlib import Path

from mockserver.spec.cache import Cache
from mockserver.spec.load import read_yaml, shown
from mockserver.spec.yaml12 import YamlError
from mockserver.spec.yaml12 import parse as parse_yaml
from mockserver.values import Json
from mockserver.world.errors import CommandError, NotThere, near
from mockserver.world.loading import Catalogue


def data_of(shared: Catalogue, seed: Json | str | Path) -> Json:
    """Seed data by service, from a shipped name, a file, or as given."""
    if isinstance(seed, str) and not seed.endswith((".yaml", ".yml", ".json")):
        found = {name: shipped(shared, name, seed) for name in shared.services}
        data = {name: content for name, content in found.items() if content is not None}
        if not data:
            names = {stem for one in shared.services.values() for stem in one.seeds}
            raise NotThere(f"no seed {seed!r}{near(seed, names)}")
        return data
    if isinstance(seed, (str, Path)):
        return _read(Path(seed), shared.cache)
    return seed


def shipped(shared: Catalogue, service: str, seed: str) -> Json:
    """The seed of that name that ships with a service; None if it has none."""
    file = shared.services[service].seeds.get(seed)
    return None if file is None else _read(file, shared.cache)


def read_text(text: str | bytes) -> Json:
    """JSON or YAML text as data. Raises CommandError with line and column."""
    try:
        return parse_yaml(text)
    except YamlError as error:
        raise CommandError(str(error)) from error


def _read(file: Path, cache: Cache) -> Json:
    errors: list[str] = []
    data = read_yaml(file, errors, cache)
    if errors:
        raise CommandError(*errors)
    if data is None:
        raise CommandError(f"{shown(file)}:1:1 the file is empty")
    return data
