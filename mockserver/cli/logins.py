"""``login``, ``credentials``: who may call a running server, and with what."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import plural, say, show_json, table
from mockserver.cli.there import there
from mockserver.values import Json


@click.command()
@click.argument("service")
@click.argument("user", required=False)
@click.option(
    "--scheme", metavar="NAME", help="basic, bearer, token or session; what the service takes first."
)
@click.option("--scope", metavar="SCOPES", help="The scopes of an OAuth token, with spaces between.")
@click.option(
    "--expires-in", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="How long."
)
@options.steering
@options.JSON
def login(
    service: str,
    user: str | None,
    scheme: str | None,
    scope: str | None,
    expires_in: float | None,
    as_json: bool,
    **where: Any,
) -> None:
    """Issue a credential of USER (by id, address or name) and print the header that sends it."""
    done = there(where).login(service, user, scheme=scheme, scope=scope, expires_in=expires_in)
    if as_json:
        show_json(done)
        return
    for name, value in done["headers"].items():
        say(f"{name}: {value}")


@click.command()
@click.argument("service")
@click.option("--revoke", metavar="SECRET", help="Revoke the credential with this secret.")
@click.option("--revoke-user", metavar="USER", help="Revoke all credentials of a user.")
@options.steering
@options.JSON
def credentials(
    service: str, revoke: str | None, revoke_user: str | None, as_json: bool, **where: Any
) -> None:
    """List the credentials that SERVICE knows, or revoke some."""
    server = there(where)
    if revoke is not None or revoke_user is not None:
        done = server.revoke(service, secret=revoke, user=revoke_user)
        if as_json:
            show_json(done)
        else:
            say(f"revoked {plural(done['revoked'], 'credential')}")
        return
    found = server.credentials(service)["credentials"]
    if as_json:
        show_json(found)
        return
    table(("SCHEME", "NAME", "SECRET", "USER", "STATE", "SCOPE"), [_row(one) for one in found])


def _row(one: Json) -> tuple[str, ...]:
    return (one["scheme"], one["name"], one["secret"], str(one["user"]), one["state"], one["scope"] or "")
