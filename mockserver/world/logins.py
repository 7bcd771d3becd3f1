"""Credentials of a world: issued to whoever a test wants to be, listed, and revoked."""

from __future__ import annotations

from datetime import timedelta

from mockserver.engine.site import Site
from mockserver.state.clock import instant
from mockserver.values import Json, Record
from mockserver.world.core import Core
from mockserver.world.credentials import SCHEMES, Credential
from mockserver.world.errors import CommandError, NotThere, near

ISSUED = (*SCHEMES, "session")  # a signature cannot be handed out


class Logins(Core):
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
        """A new credential of a user (by id, address or name; the default one where none is named).

        scheme: else the first that the service takes; scope: those of an OAuth token, with spaces between,
        else it may do what its user may, as an API token; expires_in: seconds of the world's clock.
        """
        with self._lock:
            site = self._site(self._service(service))
            table = site.table(_resource(site))
            whose = _default(site) if user is None else _named(site, str(user))
            if expires_in is not None and expires_in <= 0:
                raise CommandError("'expires_in' must be more than 0 seconds")
            if scope is not None and "scope" not in table.resource.fields:
                raise CommandError(f"the credentials of {service} have no scopes")
            try:
                until = None if expires_in is None else site.clock.now() + timedelta(seconds=expires_in)
            except OverflowError as error:
                raise CommandError(f"'expires_in' leads beyond the year 9999: {expires_in}") from error
            chosen = _scheme(site, scheme, scope)
            values: dict[str, Json] = {
                "scheme": chosen,
                "secret": "mock-login-" + site.ids.digest(f"{service}/login"),
                "user": whose[site.table(str(site.service.auth.users)).resource.id.field],
                "expires": None if until is None else until.isoformat(),
            }
            if chosen == "basic":
                values["name"] = _name(site, whose)
            if scope is not None:
                values["scope"] = " ".join(scope.split())
            return _shown(site, table.add(values))

    def credentials(self, service: str) -> Json:
        """The credentials that a service knows, with whose they are and whether they are let in."""
        with self._lock:
            site = self._site(self._service(service))
            return {"credentials": [_shown(site, one) for one in site.table(_resource(site))]}

    def revoke(self, service: str, *, secret: str | None = None, user: str | int | None = None) -> Json:
        """Revoke the credentials with a secret, or all of a user, tokens issued over OAuth among them."""
        with self._lock:
            site = self._site(self._service(service))
            table = site.table(_resource(site))
            if (secret is None) == (user is None):
                raise CommandError("give either 'secret' or 'user'")
            if secret is not None:
                found = table.where(secret=secret)
                if not found:
                    raise NotThere(f"{service} knows no credential with that secret")
            else:
                whose = _named(site, str(user))
                key = site.table(str(site.service.auth.users)).resource.id.field
                found = [one for one in table if one.get("user") == whose[key]]
            for one in found:
                table.change(one, {"refused": site.service.auth.revoked})
            return {"revoked": len(found)}


def _resource(site: Site) -> str:
    auth = site.service.auth
    if auth.credentials is None or auth.users is None:
        raise CommandError(f"{site.service.name} stores no credentials")
    return auth.credentials


def _default(site: Site) -> Record:
    auth = site.service.auth
    found = None if auth.default is None else site.table(str(auth.users)).get(auth.default)
    if found is None:
        raise CommandError(f"{site.service.name} has no default user here: name a 'user'")
    return found


def _named(site: Site, text: str) -> Record:
    """The one user with this id, or with a member that is this text. Raises NotThere | CommandError."""
    users = site.table(str(site.service.auth.users))
    found = users.find(text)
    if found is not None:
        return found
    wanted = text.casefold()
    named = [
        one
        for one in users
        if any(isinstance(value, str) and value.casefold() == wanted for value in one.values())
    ]
    if len(named) > 1:
        raise CommandError(f"{len(named)} users of {site.service.name} are {text!r}: name one by its id")
    if not named:
        known = {_name(site, one): None for one in users}
        raise NotThere(f"{site.service.name} has no user {text!r}{near(text, known)}")
    return named[0]


def _name(site: Site, user: Record) -> str:
    """What a user sends as its name with Basic."""
    member = site.service.auth.name
    key = site.table(str(site.service.auth.users)).resource.id.field
    return str((user.get(member) if member else None) or user[key])


def _scheme(site: Site, wanted: str | None, scope: str | None) -> str:
    """The scheme asked for, else the first that is issued; a bearer where there are scopes."""
    accepts = [one for one in site.service.auth.accepts if one in ISSUED]
    if wanted is None:
        fit = [one for one in accepts if scope is None or one == "bearer"]
        if not fit:
            raise CommandError(f"{site.service.name} takes no credential that can be issued")
        return fit[0]
    if wanted not in accepts:
        known = ", ".join(accepts)
        raise CommandError(f"'scheme' must be one of {known}, not {wanted!r}{near(wanted, accepts)}")
    return wanted


def _shown(site: Site, held: Record) -> Json:
    """A credential, with the headers that send it; none for a signature, which depends on the request."""
    scheme, name = str(held["scheme"]), str(held.get("name") or "")
    sent = Credential(scheme, name, str(held["secret"]), site.service.auth.session or "")
    expires = held.get("expires")
    past = expires is not None and site.clock.now() >= instant(expires)
    state = "revoked" if held.get("refused") else "expired" if past else "good"
    return {
        "service": site.service.name,
        "user": held.get("user"),
        "scheme": scheme,
        "name": name,
        "secret": sent.secret,
        "headers": sent.headers,
        "scope": held.get("scope"),
        "expires": expires,
        "state": state,
    }
