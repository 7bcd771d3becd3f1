"""Folders of fixtures and schemas to services: at once where all was read before, else file by file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from mockserver.spec.bundle import Bundle, packed
from mockserver.spec.cache import Cache, digest_of, put
from mockserver.spec.lazy import Lazy
from mockserver.spec.model import Place, Service
from mockserver.spec.routes import Routes
from mockserver.spec.schemas import Schemas, parsed
from mockserver.values import Json

PACKAGE = Path(__file__).resolve().parents[1]
# Beside the fixtures in a wheel: what was read of them when it was built.
BUNDLE = "fixtures.bundle"


class FixtureErrors(ValueError):
    """Everything that is wrong with the fixtures, a line each: ``file:line:column message``."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Folder:
    """One set of fixtures: ``fixtures/<service>/*.yaml``, their schemas in ``schemas/<service>/*.json``."""

    fixtures: Path
    schemas: Path


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the folders held."""

    services: Mapping[str, Service]
    schemas: Schemas
    routes: Routes


def shipped() -> Folder:
    """The fixtures and schemas that come with the package, installed or in a checkout."""
    installed = PACKAGE / "_data"
    top = installed if installed.is_dir() else PACKAGE.parent
    return Folder(top / "fixtures", top / "schemas")


def users(folder: Path) -> Folder:
    """A user's own folder: its ``fixtures`` and ``schemas``, or services with their schemas beside them."""
    if (folder / "fixtures").is_dir():
        return Folder(folder / "fixtures", folder / "schemas")
    return Folder(folder, folder)


def load(
    folders: Sequence[Folder] = (),
    only: Sequence[str] = (),
    *,
    cache: Cache | None = None,
    thorough: bool = True,
) -> Loaded:
    """All services of ``folders`` (the shipped ones if none are named); a later folder adds or overrides.

    ``only``: names of the services wanted; none means all. ``thorough``: compile every schema now, rather
    than when it is first used. Raises FixtureErrors.
    """
    folders = folders or [shipped()]
    cache = cache or Cache()
    maker = _maker()
    bundles = [cache.bundle(file, maker) for one in folders for file in _kept(one, cache)]
    if not thorough and len(folders) == 1:
        for bundle in bundles:
            found = None if bundle is None else _at_once(folders[0], only, bundle)
            if found is not None:
                return found
    from mockserver.spec import checked

    read = checked.read(folders, only, cache, thorough=thorough)
    target = cache.bundle_of(folders[0].fixtures)
    if target is not None and read.files is not None and not thorough and not only:
        with suppress(TypeError):
            put(target, packed(read.loaded.services, read.loaded.schemas, read.files, maker))
    return read.loaded


def compiled(folder: Folder) -> bytes:
    """The bundle of a folder, to be kept beside it. Raises FixtureErrors, ValueError."""
    from mockserver.spec import checked

    read = checked.read([folder], (), Cache(), thorough=True)
    if read.files is None:
        raise ValueError(f"{folder.fixtures} has a seed that cannot be read")
    return packed(read.loaded.services, read.loaded.schemas, read.files, _maker())


def names(folder: Folder) -> list[str]:
    """The services that a folder has fixtures of."""
    return [one for one in _below(folder.fixtures) if _inside(os.path.join(folder.fixtures, one), ".yaml")]


def sources(folder: Folder, service: str) -> dict[str, str]:
    """The files that a service is made of, by kind and name, such as ``page/board.yaml``."""
    own = os.path.join(folder.fixtures, service)
    kinds = (
        ("page", own, ".yaml"),
        ("seed", os.path.join(own, "seeds"), ".yaml"),
        ("schema", os.path.join(folder.schemas, service), ".json"),
    )
    return {
        f"{kind}/{one}": os.path.join(place, one)
        for kind, place, ending in kinds
        for one in _inside(place, ending)
    }


def meant(word: str, known: Sequence[str]) -> str:
    """`` — did you mean 'x'?`` for the known word nearest to ``word``; empty if none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f" — did you mean '{near[0]}'?" if near else ""


def say(place: Place, message: str) -> str:
    """``message`` with the file, line and column of ``place`` before it."""
    from mockserver.spec import yaml12

    try:
        line, column = yaml12.locate(place.file.read_bytes(), place.path)
    except (OSError, yaml12.YamlError):
        line, column = 1, 1
    return f"{shown(place.file)}:{line}:{column} {message}"


def shown(file: Path) -> str:
    """``file`` as a person would name it: relative to the current folder where it lies below it."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def read_yaml(file: Path, errors: list[str], cache: Cache | None = None) -> Json:
    """The content of one YAML file; what is wrong with it goes to ``errors`` and None comes back."""
    try:
        return (cache or Cache()).yaml(file)
    except ValueError as error:  # only YamlError: its module is not loaded where nothing is parsed
        errors.append(f"{shown(file)}:{error}")
    except OSError as error:
        errors.append(f"{shown(file)}:1:1 {error.strerror}")
    return None


def _at_once(folder: Folder, only: Sequence[str], bundle: Bundle) -> Loaded | None:
    """All that the folder says, out of the bundle; None if that is not what the folder says now."""
    known = [name for name in names(folder) if bundle.serves(name)]  # not where all files are empty
    if not known or set(only) - set(known):
        return None
    every = dict.fromkeys([*names(folder), *_below(folder.schemas)])  # a service may have only schemas
    found = {name: sources(folder, name) for name in every if not only or name in only}
    files = {name: each for name, each in found.items() if each}
    try:
        for name, each in files.items():
            if not bundle.fits(name, {key: digest_of(_content(file)) for key, file in each.items()}):
                return None
    except OSError:
        return None
    services = {name: bundle.service(name, each) for name, each in files.items() if name in known}
    spans = {
        (name, one.removesuffix(".json")): span
        for name in files
        for one, span in bundle.schemas(name).items()
    }
    ready = {one: span for name in services for one, span in bundle.ready(name).items()}
    schemas = Schemas(
        Lazy(spans, lambda key: parsed(bundle.text(*spans[key]))),
        Lazy(ready, lambda key: bundle.part(*ready[key])),
    )
    return Loaded(services, schemas, Routes(services.values(), checked=True))


def _kept(folder: Folder, cache: Cache) -> Iterator[Path]:
    """Where there may be a bundle of the folder: beside what is shipped, and in the cache."""
    if folder == shipped():
        yield folder.fixtures.with_name(BUNDLE)
    target = cache.bundle_of(folder.fixtures)
    if target is not None:
        yield target


def _maker() -> str:
    """What a bundle depends on besides the files in it: how they are read, and the rules they keep."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    made = hashlib.sha256()
    for file in (*sources, shipped().schemas / "fixture.json"):
        with suppress(OSError):
            made.update(file.read_bytes())
    return made.hexdigest()


def _below(folder: Path) -> list[str]:
    """The names of the folders in ``folder``, in order."""
    try:
        with os.scandir(folder) as found:
            return sorted(one.name for one in found if one.is_dir())
    except OSError:
        return []


def _content(file: str) -> bytes:
    with open(file, "rb", buffering=0) as opened:
        return opened.read()


def _inside(folder: str, ending: str) -> list[str]:
    """The names of what is in ``folder`` and ends so, in order."""
    try:
        return sorted(one for one in os.listdir(folder) if one.endswith(ending))
    except OSError:
        return []
