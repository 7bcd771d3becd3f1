"""What can be sent as the headers of a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockserver.values import Json

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def unsendable(headers: Json) -> Iterator[str]:
    """A line for each header that would end a line or the message, or that the server writes itself."""
    if not isinstance(headers, dict):
        yield f"'headers' must be an object, not {headers!r}"
        return
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            yield f"'headers': {name!r} is no name of a header"
        if not isinstance(value, str) or not value.isprintable():
            yield f"'headers': {name} must be printable text, not {value!r}"
        if name.lower() in ("content-length", "transfer-encoding"):
            yield f"'headers': {name} is written by the server"
