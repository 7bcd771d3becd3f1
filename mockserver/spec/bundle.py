"""A folder of fixtures in one file, from which each part is read when it is asked for.

The file: a line with a checksum of all that follows it and the length of the table; the table, as JSON; what
the table points into, JSON after JSON. Only what had no mistakes is ever written. Whether it is still what
the folder says is told by the hashes of the folder's files, which are in the table.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import orjson

from mockserver.spec import build
from mockserver.spec.lazy import Lazy
from mockserver.spec.model import Operation, Place, SchemaName, Service, Way
from mockserver.spec.schemas import Schemas
from mockserver.spec.ways import ways_of
from mockserver.values import Json

Span = tuple[int, int]


class Bundle:
    """What was read of a folder, and found to be right."""

    def __init__(self, table: Mapping[str, Json], content: memoryview) -> None:
        """``table``: ``{maker, services}``, with the places of its parts in ``content``."""
        self._services: Mapping[str, Json] = table["services"]
        self._content = content

    @classmethod
    def read(cls, file: Path, maker: str) -> Bundle | None:
        """What that file holds; None if it is not there, spoilt, or of another maker."""
        try:
            whole = file.read_bytes()
            begin = whole.index(b"\n") + 1
            check, length = whole[:begin].decode().split()
            rest = memoryview(whole)[begin:]
            if zlib.crc32(rest) != int(check):
                return None
            table = orjson.loads(rest[: int(length)])
        except (OSError, ValueError):
            return None
        return cls(table, rest[int(length) :]) if table["maker"] == maker else None

    @cached_property
    def parsed(self) -> Mapping[str, Span]:
        """Where the content of each YAML file is, by the hash of the file."""
        return {
            digest: (start, end)
            for one in self._services.values()
            for name, (digest, start, end) in one["files"].items()
            if not name.startswith("schema/")
        }

    def part(self, start: int, end: int) -> Json:
        """What is written there."""
        return orjson.loads(self._content[start:end])

    def text(self, start: int, end: int) -> bytes:
        """What is written there, as it is."""
        return bytes(self._content[start:end])

    def fits(self, service: str, digests: Mapping[str, str]) -> bool:
        """Whether these files, and no others, are those that the service was made of."""
        own = self._services.get(service)
        return own is not None and {name: one[0] for name, one in own["files"].items()} == digests

    def serves(self, service: str) -> bool:
        """Whether there is such a service."""
        return service in self._services and bool(self._services[service]["pages"])

    def schemas(self, service: str) -> Mapping[str, Span]:
        """Where each schema file is, by its name."""
        files = self._services[service]["files"]
        return {
            name.removeprefix("schema/"): (start, end)
            for name, (_, start, end) in files.items()
            if name.startswith("schema/")
        }

    def ready(self, service: str) -> Mapping[SchemaName, Span]:
        """Where a document with all that it takes is, of each definition that seeds are held against."""
        own = self._services[service].get("ready", ())
        return {SchemaName(service, page, name): (start, end) for page, name, start, end in own}

    def service(self, name: str, files: Mapping[str, str]) -> Service:
        """The service, with operations that are made when they are first asked for."""
        own = self._services[name]
        parts = [
            (page.removesuffix(".yaml"), Path(files[f"page/{page}"]), rest) for page, rest in own["pages"]
        ]
        seeds = {
            key.removeprefix("seed/").removesuffix(".yaml"): Path(file)
            for key, file in files.items()
            if key.startswith("seed/")
        }
        numbers: Mapping[str, int] = {key: at for at, key in enumerate(own["operations"])}
        pages, starts, ends = own["where"]

        def operation(key: str) -> Operation:
            at = numbers[key]
            page, file, rest = parts[pages[at]]
            raw = self.part(starts[at], ends[at])
            kind = "operations"
            if isinstance(raw, str):
                kind, raw = "absent", {"route": raw, "does": "absent"}
            return build.operation(name, page, key, Place(file, (kind, key)), rest.get("docs", ""), raw)

        def ways() -> Sequence[Way]:
            return [Way._make(one) for one in zip(*self.part(*own["ways"]), strict=True)]

        return build.service(name, parts, seeds, Lazy(numbers, operation), ways)


# By the name of a file, as in a table: the hash of its content, and what it holds, JSON or as it is.
Read = Mapping[str, tuple[str, Json | bytes]]


def packed(services: Mapping[str, Service], schemas: Schemas, read: Mapping[str, Read], maker: str) -> bytes:
    """A bundle of these services and all that was read, by the name of the folder in which it lay.

    Raises TypeError for a number too large for what is written here.
    """
    content = bytearray()
    table = {name: _packed(content, services.get(name), schemas, files) for name, files in read.items()}
    head = orjson.dumps({"maker": maker, "services": table})
    rest = head + content
    return f"{zlib.crc32(rest)} {len(head)}\n".encode() + rest


def _packed(content: bytearray, service: Service | None, schemas: Schemas, read: Read) -> Json:
    """The table of one service, whose parts are added to ``content``."""
    files: dict[str, Json] = {}
    spans: dict[tuple[str, str], Span] = {}
    pages: list[Json] = []
    for name, (digest, value) in read.items():
        start = len(content)
        if isinstance(value, bytes):
            content += value
        else:
            spans |= {(name, key): span for key, span in _added(content, value).items()}
        files[name] = (digest, start, len(content))
        if name.startswith("page/") and isinstance(value, dict):
            rest = {key: one for key, one in value.items() if key not in ("operations", "absent")}
            pages.append((name.removeprefix("page/"), rest))
    if service is None:
        return {"files": files, "pages": ()}
    numbers = {name: number for number, (name, _) in enumerate(pages)}
    where = [
        (numbers[one.place.file.name], *spans[f"page/{one.place.file.name}", key])
        for key, one in service.operations.items()
    ]
    start = len(content)
    content += orjson.dumps(_columns(ways_of(service)))
    end = len(content)
    held = dict.fromkeys(one.accepts for one in service.resources.values() if one.accepts is not None)
    return {
        "files": files,
        "pages": pages,
        "operations": list(service.operations),
        "where": _columns(where) or ((), (), ()),
        "ways": (start, end),
        "ready": [
            (one.page, one.name, *span) for one in held for span in _whole(content, schemas.standalone(one))
        ],
    }


def _whole(content: bytearray, document: Json) -> Iterator[Span]:
    """Where the document has come to lie in ``content``, if it can be read again as it is."""
    text = orjson.dumps(document)
    if orjson.loads(text) == document:
        start = len(content)
        content += text
        yield start, len(content)


def _columns(rows: Sequence[Sequence[Json]]) -> list[list[Json]]:
    """A table by columns: few lists of many texts are read sooner than many of a few."""
    return [list(one) for one in zip(*rows, strict=True)]


def _added(content: bytearray, value: Json) -> dict[str, Span]:
    """Where each operation of a page has come to lie in ``content``, to which all of the page is added."""
    spans: dict[str, Span] = {}
    if not isinstance(value, dict):
        content += orjson.dumps(value)
        return spans
    content += b"{"
    for key, member in value.items():
        content += (b"" if content.endswith(b"{") else b",") + orjson.dumps(key) + b":"
        if key not in ("operations", "absent") or not isinstance(member, dict):
            content += orjson.dumps(member)
            continue
        content += b"{"
        for name, one in member.items():
            content += (b"" if content.endswith(b"{") else b",") + orjson.dumps(name) + b":"
            start = len(content)
            content += orjson.dumps(one)
            spans.setdefault(name, (start, len(content)))
        content += b"}"
    content += b"}"
    return spans
