"""Members of bodies that may be anything, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.values import Broken, Json


def member(body: Json, *path: str) -> Json:
    """The value at ``path``; None where there is none, whatever ``body`` is."""
    for step in path:
        if not isinstance(body, dict):
            return None
        body = body.get(step)
    return body


def fault(path: Sequence[str], got: Json, message: str = "") -> Broken:
    """A member that the state does not allow: ``You must specify a valid Destination.Id.`` unless told."""
    name = ".".join(path)
    text = message or f"You must specify a valid {name}."
    return Broken("body", tuple(path), path[-1], "state", text, got=got)
