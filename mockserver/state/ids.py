"""Predictable ids: the same calls give the same ids."""

from __future__ import annotations

import hashlib
import uuid


class Ids:
    """Counters, one a name; everything that looks random is derived from them."""

    def __init__(self, counters: dict[str, int] | None = None) -> None:
        """Continue from ``counters`` (name to last number given)."""
        self._last = dict(counters or {})
        self._lent = False  # whether forks share the counters

    def number(self, name: str, start: int = 1) -> int:
        """The next number of ``name``; the first is ``start``."""
        found = max(self._last.get(name, start - 1), start - 1) + 1
        self._own()
        self._last[name] = found
        return found

    def taken(self, name: str, number: int) -> None:
        """Never give ``number`` or a lower one again under ``name``."""
        if number > self._last.get(name, 0):
            self._own()
            self._last[name] = number

    def digest(self, name: str, size: int = 32) -> str:
        """The next ``size`` (at most 64) hexadecimal digits of ``name``."""
        text = f"{name}:{self.number(name + '#')}"
        return hashlib.sha256(text.encode()).hexdigest()[:size]

    def uuid(self, name: str) -> str:
        """The next uuid of ``name``, in lower case, marked as version 4."""
        return str(uuid.UUID(self.digest(name), version=4))

    def counters(self) -> dict[str, int]:
        """The last number given, by name."""
        return dict(self._last)

    def fork(self) -> Ids:
        """Counters of their own that continue from here."""
        other = Ids()
        other._last = self._last
        self._lent = other._lent = True
        return other

    def _own(self) -> None:
        """Have counters that nobody shares."""
        if self._lent:
            self._last = dict(self._last)
            self._lent = False
