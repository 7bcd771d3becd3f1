"""The records of a site as fields and functions of a query read them; none where a resource is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from mockserver.behaviours.jira.jql.field import Atom, Change, Choice, Held, Meant, Narrowed
from mockserver.behaviours.jira.jql.standing import standing
from mockserver.engine.collection import Collection
from mockserver.engine.context import Context
from mockserver.state.store import RowId
from mockserver.values import Json, Record


class Records:
    """The records of one site, for the length of one request of one caller."""

    def __init__(self, ctx: Context) -> None:
        """The site that ``ctx`` calls, as its caller sees it."""
        self.ctx = ctx
        self._below: dict[str, Collection | None] = {}

    @cached_property
    def zone(self) -> tzinfo:
        """The caller's time zone; UTC for nobody and for an unknown one."""
        try:
            return ZoneInfo(str(self.ctx.caller.user.get("timeZone") or "UTC"))
        except (KeyError, ValueError, OSError):
            return UTC

    @property
    def now(self) -> datetime:
        """The world's time on the caller's clock."""
        return self.ctx.now.astimezone(self.zone)

    @property
    def caller(self) -> str | None:
        """The account id of the caller; None for nobody."""
        return self.ctx.caller.user.get("accountId")

    def has(self, resource: str) -> bool:
        """Whether this server has such records at all."""
        return resource in self.ctx.site.service.resources

    def table(self, resource: str) -> Collection:
        """The records of a resource that is always there."""
        return self.ctx.table(resource)

    def rows(self, resource: str) -> Iterable[Record]:
        """All records of a resource, oldest first."""
        return self.ctx.table(resource) if self.has(resource) else ()

    def one(self, resource: str, row_id: Json) -> Record | None:
        """The record with this id."""
        return self.ctx.table(resource).get(row_id) if self.has(resource) else None

    def under(self, resource: str, issue: Record) -> Sequence[Record]:
        """The records of a resource that belong to an issue and that the caller may know of."""
        if resource not in self._below:
            self._below[resource] = self.ctx.table(resource) if self.has(resource) else None
        table = self._below[resource]
        # Most issues have none: the index says so without a record being made.
        ids = () if table is None else table.ids("issue", issue["id"])
        if table is None or not ids:
            return ()
        found = (table.get(key) for key in ids)
        return [one for one in found if one is not None and self.ctx.sees(resource, one)]

    def ids(self, member: str, atom: Atom) -> Sequence[RowId]:
        """Ids of the issues that hold ``atom`` in a member that is indexed."""
        return self.table("issue").ids(member, atom)

    def near(self, member: str, atom: Atom) -> Narrowed:
        """The issues that hold ``atom`` in a member that is indexed; none is looked up to say how many."""
        return standing(self.ctx).sizes.near(self.table("issue"), member, atom)

    def held(self, member: str) -> Held:
        """What issues hold in a field of one value."""

        def held(issue: Record) -> Sequence[Atom]:
            found = issue["fields"].get(member)
            return () if found is None else (found,)

        return held

    def meant(self, resource: str, member: str = "name") -> Meant:
        """What a word stands for: the records of this name, in any case, else the one with this id."""

        def meant(text: str) -> Sequence[Atom] | None:
            folded = text.casefold()
            rows = list(self.rows(resource))
            called = [one["id"] for one in rows if str(one[member]).casefold() == folded]
            return called or [one["id"] for one in rows if str(one["id"]) == text] or None

        return meant

    def by_name(self, resource: str, member: str = "name") -> Callable[[Atom], Json]:
        """Sort key of a record: its name."""

        def order(atom: Atom) -> Json:
            found = self.one(resource, atom)
            return str(found[member]).casefold() if found is not None else str(atom)

        return order

    def by_place(self, resource: str) -> Callable[[Atom], Json]:
        """Sort key of a record: its ``sequence``, else its place among the others."""
        places: dict[Json, int] = {}

        def order(atom: Atom) -> Json:
            if not places:
                places.update(
                    {one["id"]: one.get("sequence", at) for at, one in enumerate(self.rows(resource))}
                )
            return places.get(atom, len(places))

        return order

    def choices(self, resource: str) -> Callable[[], Iterable[Choice]]:
        """The names of the records of a resource, to be suggested."""
        return lambda: [Choice(str(one["name"]), str(one["name"])) for one in self.rows(resource)]

    def people(self, text: str) -> Sequence[Atom] | None:
        """Account ids of the users with this id, e-mail address or display name."""
        found = self.table("user").get(text)
        if found is not None:
            return [found["accountId"]]
        folded = text.casefold()
        return [
            one["accountId"]
            for one in self.table("user")
            if folded in (str(one.get("emailAddress") or "").casefold(), _display(one).casefold())
        ] or None

    def display_name(self, atom: Atom) -> str:
        """Sort key of a user."""
        found = self.table("user").get(atom)
        return _display(found).casefold() if found is not None else str(atom)

    def users(self) -> Iterable[Choice]:
        """Every user, to be suggested."""
        for one in self.table("user"):
            mail = f" - {one['emailAddress']}" if one.get("emailAddress") else ""
            yield Choice(str(one["accountId"]), f"{_display(one)}{mail}")

    def history(self, member: str, *, several: bool = False) -> Callable[[Record], Sequence[Change]]:
        """The changes of a field; ``several``: it holds a list, and each item adds or removes one of it."""

        def changes(issue: Record) -> Sequence[Change]:
            items = [
                (one, item)
                for one in self.under("change", issue)
                for item in one["items"]
                if item.get("fieldId") == member
            ]
            if several:
                return _replayed(items, tuple(issue["fields"].get(member) or ()), self.when)
            return [
                Change(
                    self.when(one["created"]), str(one["author"] or ""), _end(item, "from"), _end(item, "to")
                )
                for one, item in items
            ]

        return changes

    def when(self, text: str) -> datetime:
        """A stored time stamp as an instant; a day as its beginning where the caller lives."""
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=self.zone)


def _replayed(
    items: Sequence[tuple[Record, Record]], after: tuple[Atom, ...], when: Callable[[str], datetime]
) -> Sequence[Change]:
    """The changes of a list, worked out backwards from what it holds now."""
    found: list[Change] = []
    for one, item in reversed(items):
        gone, come = _end(item, "from"), _end(item, "to")
        before = (*(atom for atom in after if atom not in come), *gone)
        found.append(Change(when(one["created"]), str(one["author"] or ""), before, after))
        after = before
    return found[::-1]


def _end(item: Record, end: str) -> tuple[Atom, ...]:
    value = item.get(end)
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _display(user: Record) -> str:
    return str(user.get("displayName") or user["accountId"])
