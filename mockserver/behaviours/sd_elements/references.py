"""What a body names must exist: checks that are reported together with those of the schema."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.engine.context import Context
from mockserver.state.store import RowId
from mockserver.values import Broken, Json

NO_OBJECT = 'Invalid pk "{}" - object does not exist.'


def missing(ctx: Context, body: Json, member: str, resource: str) -> Iterator[Broken]:
    """The broken rule if ``member`` of ``body`` is an id, and no record of ``resource`` has it.

    What is no id at all is left to the schema.
    """
    value = body.get(member) if isinstance(body, dict) else None
    if isinstance(value, (int, str)) and not isinstance(value, bool) and key(ctx, resource, value) is None:
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


def broken(member: str, message: str) -> Broken:
    """A rule about the state that one member of the body breaks."""
    return Broken("body", (member,), member, "state", message)


def _objects(body: Json, member: str) -> Iterator[Json]:
    values = body.get(member) if isinstance(body, dict) else None
    yield from (one for one in values if isinstance(one, dict)) if isinstance(values, list) else ()
