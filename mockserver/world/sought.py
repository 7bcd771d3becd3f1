"""Which exchanges of a journal are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mockserver.engine.matching import pattern
from mockserver.state import secrets
from mockserver.state.entry import Line
from mockserver.world.errors import CommandError

_CLASS = re.compile(r"[1-5]xx", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sought:
    """The exchanges that have all of this; None: whatever it is.

    path: a part of the target or, with ``*``, the whole path; status: a number or a class such as ``4xx``;
    reason: of the diagnosis; text: somewhere in the target or in a body.
    """

    operation: str | None = None
    service: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | str | None = None
    breach: bool | None = None
    reason: str | None = None
    text: str | None = None

    def among(self, lines: list[Line]) -> list[Line]:
        """Those of ``lines`` that are asked for. Raises CommandError."""
        statuses, place, raw = self._statuses(), self._place(), secrets.raw(self.text or "")
        method = None if self.method is None else self.method.upper()
        return [
            one
            for one in lines
            if self.operation in (None, one.operation)
            and self.service in (None, one.service)
            and method in (None, one.method)
            and (statuses is None or one.status in statuses)
            and self.breach in (None, one.diagnosis.breach)
            and self.reason in (None, one.diagnosis.reason)
            and place(one.target)
            and (not raw or raw in one.body or raw in one.reply_body or raw in secrets.raw(one.target))
        ]

    def _statuses(self) -> range | None:
        if self.status is None:
            return None
        text = str(self.status)
        if _CLASS.fullmatch(text):
            return range(int(text[0]) * 100, int(text[0]) * 100 + 100)
        if text.isascii() and text.isdigit():
            return range(int(text), int(text) + 1)
        raise CommandError(f"'status' must be a number or a class such as 4xx, not {text!r}")

    def _place(self) -> Callable[[str], bool]:
        path = self.path
        if path is None:
            return lambda target: True
        if "*" not in path:
            return lambda target: path in target
        whole = pattern(path)
        return lambda target: whole.fullmatch(target.partition("?")[0]) is not None
