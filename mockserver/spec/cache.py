"""Parsed YAML files, kept as JSON under the hash of their content, so that each is parsed once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import orjson

from mockserver.spec import yaml12
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

    def yaml(self, file: Path) -> Json:
        """The content of a YAML file. Raises OSError, YamlError."""
        content = file.read_bytes()
        if self._folder is None:
            return yaml12.parse(content)
        kept = self._folder / (hashlib.sha256(FORMAT + content).hexdigest() + ".json")
        try:
            return orjson.loads(kept.read_bytes())
        except (OSError, ValueError):
            found = yaml12.parse(content)
        self._keep(kept, found)
        return found

    def _keep(self, kept: Path, content: Json) -> None:
        """Write in one step: a reader sees all of the file or none of it."""
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=kept.parent, prefix=".new-")
        except OSError:
            return
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(content))
            Path(name).replace(kept)
        except (OSError, TypeError):
            Path(name).unlink(missing_ok=True)
