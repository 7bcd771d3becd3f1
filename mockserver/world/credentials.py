"""Credentials that a service lets in, for whoever is to call it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from mockserver.spec.model import Service
from mockserver.values import Json
from mockserver.world.errors import CommandError

SCHEMES = ("basic", "bearer", "token")  # those that are a header and need no signature


class Lets(Protocol):
    """A world that says who is let in, in this process or elsewhere."""

    def info(self) -> Json:
        """What it serves, with the schemes that each service takes."""

    def credentials(self, service: str) -> Json:
        """The credentials that a service knows."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client sends to say who it is.

    ``name`` is empty where the scheme has none; ``cookie`` is the name of the one that carries a session.
    """

    scheme: str
    name: str
    secret: str
    cookie: str = ""

    @property
    def authorization(self) -> str:
        """The value of the header ``Authorization``."""
        if self.scheme == "basic":
            return "Basic " + base64.b64encode(f"{self.name}:{self.secret}".encode()).decode()
        return f"{self.scheme.capitalize()} {self.secret}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that send it; none for a signature, which every request has its own of."""
        if self.scheme == "session":
            return {"Cookie": f"{self.cookie}={self.secret}"}
        return {"Authorization": self.authorization} if self.scheme in SCHEMES else {}

    @property
    def auth(self) -> tuple[str, str] | str:
        """Name and secret with Basic, as HTTP clients take them; else the secret."""
        return (self.name, self.secret) if self.scheme == "basic" else self.secret


def well_formed(service: Service) -> Credential:
    """A credential that nobody stored, of the first scheme that the service takes."""
    return _any(_sendable(service.auth.accepts))


def good(world: Lets, name: str) -> Credential:
    """A credential that the service of that name lets in: a stored one, or a well-formed one if none is."""
    schemes = _sendable(world.info()["services"][name]["schemes"])
    held: list[Json] = []
    with suppress(CommandError):  # there may be none that stores any
        held = world.credentials(name)["credentials"]
    for scheme in schemes:
        for one in held:
            if one["scheme"] == scheme and one["state"] == "good":
                return Credential(scheme, one["name"] if scheme == "basic" else "", one["secret"])
    return _any(schemes)


def _any(schemes: list[str]) -> Credential:
    scheme = next(iter(schemes), "basic")
    return Credential("basic", "mock", "mock") if scheme == "basic" else Credential(scheme, "", "mock-token")


def _sendable(schemes: Iterable[str]) -> list[str]:
    return [one for one in schemes if one in SCHEMES]
