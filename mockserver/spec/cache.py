"""What was made of files, kept under the hash of their content, so that each is parsed once."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import orjson

from mockserver.spec.bundle import Bundle
from mockserver.values import Json

# Part of every hash: to be changed with what yaml12 makes of a file.
FORMAT = b"1\0"


class Cache:
    """A folder of parsed files; without one every file is parsed anew.

    What cannot be read or written there is parsed: a cache never makes anything fail.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is made when first written to."""
        self._folder = folder
        self._bundles: list[Bundle] = []

    def yaml(self, file: Path) -> Json:
        """The content of a YAML file. Raises OSError, YamlError."""
        return self.read(file)[1]

    def read(self, file: Path) -> tuple[str, Json]:
        """The hash of a YAML file, and its content. Raises OSError, YamlError."""
        text = file.read_bytes()
        digest = digest_of(text)
        for bundle in self._bundles:
            if digest in bundle.parsed:
                return digest, bundle.part(*bundle.parsed[digest])
        kept = None if self._folder is None else self._folder / f"{digest}.json"
        if kept is not None:
            try:
                return digest, orjson.loads(kept.read_bytes())
            except (OSError, ValueError):
                pass
        from mockserver.spec import yaml12

        found = yaml12.parse(text)
        if kept is not None:
            self._keep(kept, found)
        return digest, found

    def bundle(self, file: Path, maker: str) -> Bundle | None:
        """What ``maker`` wrote into that file; what it holds is parsed no more. None if it cannot be read."""
        found = None if self._folder is None else Bundle.read(file, maker)
        if found is not None:
            self._bundles.append(found)
        return found

    def bundle_of(self, folder: Path) -> Path | None:
        """The file that all of ``folder`` is kept in; None if nothing is kept."""
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        return None if self._folder is None else self._folder / f"{name}.bundle"

    def _keep(self, kept: Path, content: Json) -> None:
        with suppress(TypeError):  # a number too large for orjson
            put(kept, orjson.dumps(content))


def digest_of(text: bytes) -> str:
    """The hash of a file with this content."""
    return hashlib.sha256(FORMAT + text).hexdigest()


def put(file: Path, content: bytes) -> None:
    """Write in one step, or not at all: a reader sees all of the file or none of it."""
    import tempfile

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
