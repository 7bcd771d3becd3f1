"""Why a control command cannot be carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches

from mockserver.state.clock import Clock, clock_of, instant
from mockserver.values import Json


class CommandError(ValueError):
    """A control command that cannot be carried out; nothing was changed. ``lines``: every reason."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class NotThere(CommandError):
    """A control command about something that does not exist."""


def instant_of(text: str) -> datetime:
    """An ISO 8601 text as an instant. Raises CommandError."""
    try:
        return instant(text)
    except ValueError as error:
        raise CommandError(f"not an ISO 8601 instant: {text!r}") from error


def clock_for(text: str, start: str) -> Clock:
    """The clock that a word describes, as ``clock_of`` has it. Raises CommandError."""
    try:
        return clock_of(text, instant(start))
    except ValueError as error:
        raise CommandError(
            "not an ISO 8601 instant (of the years 2 to 9998, perhaps followed by ',ticking' or ',x60'), nor "
            f"'real', 'frozen', 'ticking' or a speed such as 'x60': {text!r}"
        ) from error


def among(value: str, known: Sequence[str], name: str) -> str:
    """``value``, if it is one of ``known``. Raises CommandError."""
    if value not in known:
        raise CommandError(
            f"{name!r} must be one of {', '.join(known)}, not {value!r}{near(str(value), known)}"
        )
    return value


def near(word: str, known: Sequence[str] | Mapping[str, Json] | set[str]) -> str:
    """`` — did you mean 'x'?`` for the known word nearest to ``word``; empty if none is near."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" — did you mean '{found[0]}'?" if found else ""
