"""Credentials that a service lets in, for whoever is to call it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.spec.model import Service
from mockserver.state.clock import instant
from mockserver.values import Record
from mockserver.world.states import States

SCHEMES = ("basic", "bearer", "token")  # those that are a header and need no signature


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
    scheme = next(iter(_schemes(service)), "basic")
    return Credential("basic", "mock", "mock") if scheme == "basic" else Credential(scheme, "", "mock-token")


def good(world: States, name: str) -> Credential:
    """A credential that the service of that name lets in: a stored one, or a well-formed one if none is."""
    service = world.shared.services[name]
    for scheme in _schemes(service):
        for record in _stored(world, service):
            if record["scheme"] == scheme:
                user = str(record.get("name", "")) if scheme == "basic" else ""
                return Credential(scheme, user, str(record["secret"]))
    return well_formed(service)


def _schemes(service: Service) -> list[str]:
    return [one for one in service.auth.accepts if one in SCHEMES]


def _stored(world: States, service: Service) -> Iterator[Record]:
    """The stored credentials that are neither withdrawn nor expired."""
    resource = service.auth.credentials
    for record in [] if resource is None else world.state(service.name, resource):
        expires = record.get("expires")
        if not record.get("refused") and not (expires and world.clock.now() >= instant(expires)):
            yield record
