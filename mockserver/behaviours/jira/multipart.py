"""Files out of a multipart body.

Source: https://www.rfc-editor.org/rfc/rfc7578
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from mockserver.values import Call

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

DEFAULT_TYPE = "application/octet-stream"
MOST_PARTS = 10_000


class Unreadable(Exception):
    """A body that is no multipart form; the text says why."""


@dataclass(slots=True)
class Part:
    """One part of a form: its name, the name of the file in it, and what is in it."""

    name: str = ""
    filename: str | None = None
    media_type: str = DEFAULT_TYPE
    content: bytes = b""


def parts(call: Call) -> list[Part]:
    """The parts of the body, in order. Raises Unreadable."""
    _, options = parse_options_header(call.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise Unreadable("the Content-Type names no boundary")
    reading = _Reading()
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        parser.write(call.body)
        parser.finalize()
    except (MultipartParseError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if not reading.ended:
        raise Unreadable("the last boundary is missing")
    return reading.found


class _Reading:
    """What the parser has met so far."""

    def __init__(self) -> None:
        self.found: list[Part] = []
        self.ended = False
        self._name = b""
        self._value = b""
        self._content: list[bytes] = []

    def callbacks(self) -> MultipartCallbacks:
        """The functions that the parser calls, by its names for them."""
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end_part,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.found) >= MOST_PARTS:
            raise ValueError(f"more than {MOST_PARTS} parts")
        self.found.append(Part())

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._content.append(data[start:end])

    def _end_part(self) -> None:
        self.found[-1].content = b"".join(self._content)
        self._content.clear()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        name, value = self._name.decode("latin-1").lower(), self._value.decode("utf-8", "replace").strip()
        self._name = self._value = b""
        part = self.found[-1]
        if name == "content-type" and value:
            part.media_type = value
        if name == "content-disposition":
            options = _options(value)
            part.name = options.get("name", "")
            part.filename = options.get("filename*") or options.get("filename")

    def _end(self) -> None:
        self.ended = True


def _options(value: str) -> dict[str, str]:
    """The parameters of a Content-Disposition: ``name="file"; filename*=UTF-8''na%C3%AFve.txt``."""
    found: dict[str, str] = {}
    rest = value.partition(";")[2]
    while rest:
        name, _, rest = rest.partition("=")
        name, rest = name.strip().lower(), rest.lstrip()
        if rest.startswith('"'):
            text, rest = _quoted(rest[1:])
            rest = rest.partition(";")[2]
        else:
            text, _, rest = rest.partition(";")
            text = text.strip()
        if name.endswith("*") and text.count("'") >= 2:
            charset, _, coded = text.split("'", 2)
            text = unquote(coded, encoding=_known(charset), errors="replace")
        if name:
            found[name] = text
    return found


def _quoted(text: str) -> tuple[str, str]:
    """What stands before the closing quotation mark, and the rest after it."""
    inside = ""
    at = 0
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\"):
            at += 1
        inside += text[at]
        at += 1
    return inside.replace("%22", '"'), text[at + 1 :]


def _known(charset: str) -> str:
    return "iso-8859-1" if charset.strip().lower() == "iso-8859-1" else "utf-8"
