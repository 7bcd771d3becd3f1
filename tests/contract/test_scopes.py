"""The scopes of each of Jira's operations are those that Atlassian documents, and tokens are held to them."""

from collections.abc import Iterator, Mapping

import pytest

from mockserver.spec.model import Operation

from .. import openapi

KINDS = {"Current": "classic", "Beta": "granular"}  # how the documents call the two kinds of scopes


def made(shared) -> Iterator[Operation]:
    """The operations that this server answers."""
    return (one for one in shared.services["jira"].operations.values() if one.rung != "absent")


def documented(said) -> Mapping[str, set[str]]:
    """Scopes by kind; where an operation does not tell the kinds apart, granular ones name their resource."""
    listed = said.get("x-atlassian-oauth2-scopes")
    if listed is None:
        scopes = [scope for way in said.get("security", ()) for scope in way.get("OAuth2", ())]
        kind = "granular" if any(scope.count(":") == 2 for scope in scopes) else "classic"
        found = {kind: set(scopes)}
    else:
        found = {KINDS[one["state"]]: set(one["scopes"]) for one in listed}
    return {kind: scopes for kind, scopes in found.items() if scopes}


@pytest.mark.skipif(not openapi.documents().there, reason=openapi.WHY_NOT)
def test_the_scopes_of_each_operation_are_the_documented_ones(shared) -> None:
    documents = openapi.documents()

    wrong = {
        one.id: (one.scopes, documented(found.said))
        for one in made(shared)
        if (found := documents.find(one)) is not None
        and {kind: set(scopes) for kind, scopes in one.scopes.items()} != documented(found.said)
    }

    assert wrong == {}


def test_every_operation_of_the_apis_has_scopes_but_one(shared) -> None:
    apis = ("/rest/api/", "/rest/agile/", "/rest/software/")

    without = [one.id for one in made(shared) if one.path.startswith(apis) and not one.scopes]

    assert without == ["getServerInfo"]  # documented with two empty lists: any token will do
