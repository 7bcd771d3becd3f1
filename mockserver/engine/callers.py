"""Who is calling: from the credential in a request to a user of the service."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from mockserver.engine.context import Caller
from mockserver.engine.site import Site
from mockserver.spec.model import Operation
from mockserver.state.clock import instant
from mockserver.values import Call, Problem, Record

Credential = tuple[str, str, str]  # scheme, name, secret


def caller_of(site: Site, call: Call, operation: Operation) -> Caller:
    """The caller, by the world's mode of authentication.

    ``any``: an issued or seeded credential is its user, any other well-formed one the default user;
    ``strict``: only issued or seeded ones count; ``off``: everybody is the default user.
    Raises Problem unauthorized | wrong_credential, or what a revoked credential names.
    """
    auth = site.service.auth
    if site.auth == "off":
        return Caller(_default(site), "off")
    if operation.auth == "none":
        return Caller()
    credential = _credential(site, call)
    if credential is None and not _offered(site, call):
        if operation.auth == "required" or not (auth.anonymous or operation.auth == "optional"):
            raise Problem("unauthorized", diagnosis="no credential was sent")
        return Caller()
    try:
        return _known(site, call, credential)
    except Problem as problem:
        taken = problem.kind != "unreadable_token"
        if taken and auth.rejected == "anonymous" and operation.auth != "required":
            return Caller(rejected=True)
        raise


def check_scope(caller: Caller, operation: Operation) -> None:
    """Nothing, if the caller's token was issued without scopes or with all of one kind that it needs here.

    Raises Problem wrong_scope.
    """
    scope = caller.credential.get("scope")
    if scope is None or not operation.scopes:
        return
    held = set(scope.split())
    if not any(held.issuperset(needed) for needed in operation.scopes.values()):
        kinds = "; or ".join(f"{' '.join(needed)} ({kind})" for kind, needed in operation.scopes.items())
        raise Problem("wrong_scope", diagnosis=f"the token has {scope!r}; {operation.id} needs {kinds}")


def _known(site: Site, call: Call, credential: Credential | None) -> Caller:
    if credential is None:
        raise Problem("wrong_credential", diagnosis="the credential is not well-formed")
    scheme, name, secret = credential
    held = _held(site, scheme, name, secret)
    if held is not None:
        if held.get("refused"):
            raise Problem(str(held["refused"]), diagnosis="the credential was withdrawn")
        expires = held.get("expires")
        if expires is not None and site.clock.now() >= instant(expires):
            raise Problem("wrong_credential", diagnosis=f"the credential expired at {expires}")
        _check_signature(site, call, held)
        return Caller(_user(site, held), scheme, credential=held)
    if site.auth == "strict":
        reads = site.service.auth.reads
        if reads is not None and not name and not site.functions[reads](site, call, secret):
            raise Problem("unreadable_token", diagnosis="the token was never issued, and cannot be read")
        raise Problem(
            "wrong_credential", diagnosis=f"no such {scheme} credential is seeded or issued (auth: strict)"
        )
    return Caller(_default(site), scheme)


def _check_signature(site: Site, call: Call, held: Record) -> None:
    """Signatures count where credentials do. Raises Problem wrong_credential."""
    signed = site.service.auth.signed
    if signed is not None and site.auth == "strict":
        wrong = site.functions[signed](site, call, held)
        if wrong:
            raise Problem("wrong_credential", diagnosis=wrong)


def _user(site: Site, held: Record) -> Record:
    """Whose a stored credential is; nobody's is the default user's."""
    auth = site.service.auth
    if held.get("user") is None:
        return _default(site)
    user = site.table(str(auth.users)).get(held["user"])
    if user is None:
        raise Problem("inactive_user", diagnosis=f"the user {held['user']!r} of the credential is gone")
    if auth.active is not None and user.get(auth.active) is False:
        raise Problem("inactive_user", diagnosis=f"the user {held['user']!r} of the credential is not active")
    return user


def _held(site: Site, scheme: str, name: str, secret: str) -> Record | None:
    """The stored credential, if there is one."""
    collection = site.service.auth.credentials
    if collection is None:
        return None
    for record in site.table(collection).where(secret=secret):
        if record["scheme"] == scheme and (scheme != "basic" or record.get("name") == name):
            return record
    return None


def _default(site: Site) -> Record:
    auth = site.service.auth
    if auth.users is None or auth.default is None:
        return {"id": auth.default or "default"}
    users = site.table(auth.users)
    return users.get(auth.default) or {users.resource.id.field: auth.default}


def _offered(site: Site, call: Call) -> bool:
    """Whether the request tries to authenticate at all."""
    return "authorization" in call.headers or bool(_session(site, call))


def _credential(site: Site, call: Call) -> Credential | None:
    """Scheme, name and secret, where they are well-formed and of a scheme that the service takes."""
    accepts = site.service.auth.accepts
    header = call.headers.get("authorization", "")
    scheme, _, rest = header.strip().partition(" ")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme == "basic" and "basic" in accepts:
        return _basic(rest)
    if scheme in ("bearer", "token") and scheme in accepts and rest:
        secret = rest[1:-1] if len(rest) > 1 and rest[0] == rest[-1] == '"' else rest
        return (scheme, "", secret) if secret and " " not in secret else None
    if scheme == "oauth" and "oauth1" in accepts:
        found = _oauth1(rest)
        return ("oauth1", found.get("oauth_consumer_key", ""), found["oauth_token"]) if found else None
    session = _session(site, call)
    if not header and session and "session" in accepts:
        return "session", "", session
    return None


def _basic(text: str) -> Credential | None:
    try:
        name, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:  # not base64, not ASCII, not UTF-8
        return None
    return ("basic", name, secret) if colon and name else None


def _oauth1(text: str) -> Mapping[str, str]:
    """The parameters of an OAuth 1.0a header; empty unless it is complete. Signatures are not checked."""
    found = dict(re.findall(r'(oauth_\w+)="([^"]*)"', text))
    needed = {"oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature"}
    return found if needed <= found.keys() else {}


def _session(site: Site, call: Call) -> str:
    name, cookies = site.service.auth.session, call.headers.get("cookie")
    if not name or not cookies:
        return ""
    try:
        jar = SimpleCookie(cookies)
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""
