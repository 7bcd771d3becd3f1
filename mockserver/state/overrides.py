"""Answers that a test has forced on an operation, and how many times each is still due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.values import Reply


@dataclass(frozen=True, slots=True)
class Override:
    """``reply`` is due on ``operation`` for ``left`` more calls; None means for ever."""

    number: int
    service: str
    operation: str
    reply: Reply
    example: str = ""
    left: int | None = 1
    used: int = 0


class Overrides:
    """The overrides of one world, oldest first."""

    def __init__(self, armed: Sequence[Override] = ()) -> None:
        """Start with ``armed``."""
        self._armed = list(armed)
        self._number = max((one.number for one in armed), default=0)

    def __bool__(self) -> bool:
        """Whether any override was armed since the last clear."""
        return bool(self._armed)

    def arm(
        self, service: str, operation: str, reply: Reply, *, example: str = "", times: int | None = 1
    ) -> Override:
        """Answer ``reply`` to the next ``times`` calls of ``operation``."""
        self._number += 1
        override = Override(self._number, service, operation, reply, example, times)
        self._armed.append(override)
        return override

    def take(self, service: str, operation: str) -> Override | None:
        """The override that is due on this call, counted as used; None if there is none."""
        for at, one in enumerate(self._armed):
            if one.operation == operation and one.service == service and one.left != 0:
                left = None if one.left is None else one.left - 1
                self._armed[at] = used = replace(one, left=left, used=one.used + 1)
                return used
        return None

    def all(self) -> Sequence[Override]:
        """Every override armed since the last clear, also those used up."""
        return tuple(self._armed)

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()
