"""What queries find out about the issues of a world and the next ones need again: sizes, and orders.

Nothing here decides what a query finds, only how soon: how many issues an index knows may be told as it was
some writes ago, and an order is brought up to date before it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from operator import is_not

from mockserver.behaviours.jira.jql.field import Atom, Narrowed
from mockserver.behaviours.jira.jql.order import Sorting, ordered, placed
from mockserver.engine.collection import Collection
from mockserver.engine.context import Context
from mockserver.state.store import RowId, Table
from mockserver.values import Json, Record

MOST_SIZES, MOST_ORDERS = 10_000, 16
# A size is counted anew after so many writes, or after writes to such a part of what it counts.
SOON, PART = 64, 4
# Changes, in parts of all issues, after which an order is made anew.
MANY = 16
# An issue before and after; None before it came, and after it went.
Change = tuple[Record | None, Record | None]


class Sizes:
    """How many issues the indexes know: counting those of a large project takes longer than a search."""

    def __init__(self) -> None:
        """Nothing has been counted yet."""
        self._table: Table | None = None
        self._known: dict[tuple[str, Atom], tuple[int, int]] = {}

    def near(self, issues: Collection, member: str, atom: Atom) -> Narrowed:
        """The issues that hold ``atom`` in a member that is indexed."""
        table = issues.table
        if table is not self._table or len(self._known) > MOST_SIZES:
            self._table = table
            self._known.clear()

        def counted() -> Sequence[RowId]:
            found = issues.ids(member, atom)
            self._known[member, atom] = (len(found), table.version)
            return found

        size, version = self._known.get((member, atom), (0, -1))
        if version >= 0 and table.version - version <= max(SOON, size // PART):
            return Narrowed(size, counted)
        found = counted()
        return Narrowed(len(found), lambda: found)


@dataclass(slots=True)
class _Order:
    """Issues in an order; ``waiting``: what has changed since, before and after."""

    issues: list[Record]
    waiting: list[Change] = field(default_factory=list)


class Orders:
    """All issues of a world, in the orders in which they were last asked for."""

    def __init__(self) -> None:
        """No order has been asked for yet."""
        self._table: Table | None = None
        self._version = 0
        self._issues: list[Record] = []
        self._orders: dict[Json, _Order] = {}

    def order(self, issues: Collection, name: Json, sorts: Sequence[Sorting]) -> Sequence[Record]:
        """All issues by ``sorts``, whose keys follow from each issue's record and what ``name`` tells."""
        self._note(issues.table)
        order = self._orders.pop(name, None)
        if order is None or not _settled(order, sorts):
            order = _Order(ordered(self._issues, sorts))
        while len(self._orders) >= MOST_ORDERS:
            del self._orders[next(iter(self._orders))]
        self._orders[name] = order  # the one that was asked for last is the last to go
        return order.issues

    def _note(self, table: Table) -> None:
        """Note for each order what has changed since this was last done."""
        if table is self._table and table.version == self._version:
            return
        before, self._issues = self._issues, list(table.rows.values())
        self._table, self._version = table, table.version
        changes = _changes(before, self._issues) if self._orders else ()
        for name, order in list(self._orders.items()):
            order.waiting += changes
            if len(order.waiting) > len(order.issues) // MANY:
                del self._orders[name]


@dataclass(slots=True)
class Standing:
    """What the queries of one world have found out."""

    sizes: Sizes = field(default_factory=Sizes)
    orders: Orders = field(default_factory=Orders)


def standing(ctx: Context) -> Standing:
    """What the queries of the world that ``ctx`` calls have found out."""
    found: Standing = ctx.site.standing.setdefault("jql", Standing())
    return found


def _changes(before: Sequence[Record], now: Sequence[Record]) -> Sequence[Change]:
    """What has to go out of an order and come into it, most often in the place of the other."""
    both = min(len(before), len(now))
    at = list(compress(count(), map(is_not, before, now)))
    if len(at) > both // MANY:
        # Something is gone, and everything behind it has moved up.
        known, left = set(map(id, before)), set(map(id, now))
        return [
            *((one, None) for one in before if id(one) not in left),
            *((None, one) for one in now if id(one) not in known),
        ]
    return [
        *((before[place], now[place]) for place in at),
        *((one, None) for one in before[both:]),
        *((None, one) for one in now[both:]),
    ]


def _settled(order: _Order, sorts: Sequence[Sorting]) -> bool:
    """Whether what has changed was put in its place; False if something was not found where it had been."""
    for old, new in order.waiting:
        if old is not None:
            at = placed(order.issues, old, sorts)
            if at == len(order.issues) or order.issues[at] is not old:
                return False
            del order.issues[at]
        if new is not None:
            order.issues.insert(placed(order.issues, new, sorts), new)
    order.waiting.clear()
    return True
