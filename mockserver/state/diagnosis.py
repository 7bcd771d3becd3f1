"""Why the mock answered as it did, and what of that is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mockserver.state import secrets
from mockserver.values import Broken, Json

# What is kept of a diagnosis: rules, characters of a message, members or items and characters of a value.
RULES, MESSAGE, ITEMS, TEXT = 50, 4000, 20, 500


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why the mock answered as it did, for a person; never part of a reply's body."""

    reason: str = ""
    message: str = ""
    broken: tuple[Broken, ...] = ()
    breach: bool = False


def plain(diagnosis: Diagnosis, found: list[bytes]) -> Diagnosis:
    """A diagnosis without secrets, and not larger than it need be."""
    broken = tuple(_small(one, found) for one in diagnosis.broken[:RULES])
    message = _text(diagnosis.message, found)
    if len(diagnosis.broken) > RULES:
        message += f"\n… and {len(diagnosis.broken) - RULES} more broken rules"
    return replace(diagnosis, message=message, broken=broken)


def _text(text: str, found: list[bytes], most: int = MESSAGE) -> str:
    """A text for people without secrets; of a long one the beginning."""
    raw, _ = secrets.tokens(secrets.without(secrets.raw(text), found))
    clean = secrets.text(raw)
    return clean if len(clean) <= most else f"{clean[:most]}…"


def _small(one: Broken, found: list[bytes]) -> Broken:
    """A broken rule without secrets; of a large value the beginning."""
    name = next((step for step in reversed(one.path) if isinstance(step, str)), one.key)
    got, message = one.got, one.message
    if secrets.is_secret(name) and got is not None and not isinstance(got, bool):
        if isinstance(got, str) and got:
            message = message.replace(got, secrets.REDACTED)
        got = secrets.REDACTED
    return replace(one, got=_beginning(secrets.redacted(got), found), message=_text(message, found))


def _beginning(value: Json, found: list[bytes], depth: int = 4) -> Json:
    """A value without secrets, as deep and as long as people read it."""
    if isinstance(value, str):
        return _text(value, found, TEXT)
    if isinstance(value, dict):
        return (
            {key: _beginning(value[key], found, depth - 1) for key in list(value)[:ITEMS]} if depth else "…"
        )
    if isinstance(value, list):
        return [_beginning(one, found, depth - 1) for one in value[:ITEMS]] if depth else "…"
    return value
