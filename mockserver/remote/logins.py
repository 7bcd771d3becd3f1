"""Credentials of a world elsewhere: issued, listed, and revoked."""

from __future__ import annotations

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Logins(Connection):
    """The commands about credentials."""

    def login(
        self,
        service: str,
        user: str | int | None = None,
        *,
        scheme: str | None = None,
        scope: str | None = None,
        expires_in: float | None = None,
    ) -> Json:
        """A new credential of a user (by id, address or name; the default one where none is named)."""
        return self._ask(
            "login", service=service, user=user, scheme=scheme, scope=scope, expires_in=expires_in
        )

    def credentials(self, service: str) -> Json:
        """The credentials that a service knows, with whose they are and whether they are let in."""
        return self._ask("credentials", service=service)

    def revoke(self, service: str, *, secret: str | None = None, user: str | int | None = None) -> Json:
        """Revoke the credentials with a secret, or all of a user."""
        return self._ask("revoke", service=service, secret=secret, user=user)
