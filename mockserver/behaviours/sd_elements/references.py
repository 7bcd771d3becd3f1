"""What a body names must exist: checks that are reported together with those of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mockserver.engine.context import Context
from mockserver.engine.site import Site
from mockserver.state.store import RowId
from mockserver.values import Broken, Json, Problem

NO_OBJECT = 'Invalid pk "{}" - object does not exist.'


def missing(ctx: Context, body: Json, member: str, resource: str) -> Iterator[Broken]:
    """The broken rule if ``member`` of ``body`` is there and not the id of a record of ``resource``.

    Null and what is no id at all are the schema's to word; here they are caught where nothing is
    validated. Null is let through where no schema forbids it.
    """
    value = body.get(member) if isinstance(body, dict) else None
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        yield broken(member, f"Incorrect type. Expected pk value, received {type(value).__name__}.")
    elif key(ctx, resource, value) is None:
        yield broken(member, NO_OBJECT.format(value))


def key(ctx: Context, resource: str, value: Json) -> RowId | None:
    """The stored id that ``value`` (``7`` or ``"7"``) stands for; None if there is no such record."""
    table = ctx.table(resource)
    row_id = table.id_of(str(value))
    return None if row_id is None or table.get(row_id) is None else row_id


def unknown_users(ctx: Context, body: Json, member: str) -> Iterator[Broken]:
    """The broken rule for the first ``{email}`` in ``body`` that is no user's."""
    for one in _objects(body, member):
        email = one.get("email")
        if isinstance(email, str) and not ctx.table("user").where(email=email):
            yield broken(member, f"Object with email={email} does not exist.")
            return


def unknown_groups(ctx: Context, body: Json, member: str) -> Iterator[Broken]:
    """The broken rule for the first ``{id}`` in ``body`` that is no group's."""
    for one in _objects(body, member):
        group = one.get("id")
        if isinstance(group, str) and key(ctx, "group", group) is None:
            yield broken(member, NO_OBJECT.format(group))
            return


def check_seed(site: Site, member: str, resource: str, named: Iterable[Json]) -> None:
    """Raise Problem unless every id in ``named`` (None counts as no id) is that of a stored record."""
    for row_id in named:
        if row_id is not None and site.table(resource).get(row_id) is None:
            raise Problem.field(member, f"'{member}': {NO_OBJECT.format(row_id)}")


def broken(member: str, message: str) -> Broken:
    """A rule about the state that one member of the body breaks."""
    return Broken("body", (member,), member, "state", message)


def _objects(body: Json, member: str) -> Iterator[Json]:
    values = body.get(member) if isinstance(body, dict) else None
    yield from (one for one in values if isinstance(one, dict)) if isinstance(values, list) else ()
