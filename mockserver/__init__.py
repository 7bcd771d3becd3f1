"""A mock of Jira Cloud and of the tools that link to it, for tests and local work."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from mockserver.installation import clash

if TYPE_CHECKING:
    from mockserver.remote import RemoteWorld
    from mockserver.server import MockServer
    from mockserver.values import Call, Problem, Reply
    from mockserver.world import World

__all__ = ["Call", "MockServer", "Problem", "RemoteWorld", "Reply", "World"]

# Loaded when they are first asked for, so that ``import mockserver`` costs a test run nothing.
_HOMES = {
    "Call": "mockserver.values",
    "MockServer": "mockserver.server",
    "Problem": "mockserver.values",
    "RemoteWorld": "mockserver.remote",
    "Reply": "mockserver.values",
    "World": "mockserver.world",
}

if _sentence := clash():
    raise ImportError(_sentence)


def __getattr__(name: str) -> Any:
    """The public name, from the module where it lives. Raises AttributeError."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mockserver' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
