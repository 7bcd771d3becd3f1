"""What was found out about calls that may come again: good for as long as nothing it was read from changes.

Clients ask the same again and again, and who is calling, what the path names and what they may do there
seldom changes between two calls. What is remembered was worked out in the ordinary way, from tables that
are as they were, and from nothing that changes by itself (``Site.passing``). Calls are the same if those
headers are that were looked at; what else a client sends, such as an id of its own for each request, is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from mockserver.engine.context import Caller, Context
from mockserver.engine.render import trace
from mockserver.engine.site import Site
from mockserver.spec.model import Case
from mockserver.state.store import Seen, Store
from mockserver.values import Call, Json, Record, Reply

# Targets that are remembered for one service in one world, calls of each that differ in a header that
# matters, and bytes of a reply that is worth it.
MOST, EACH, LARGEST = 256, 16, 16 * 1024


class Noted(Mapping[str, str]):
    """The headers of a call; ``names`` are those that were looked at, there or not."""

    __slots__ = ("_given", "names")

    def __init__(self, given: Mapping[str, str]) -> None:
        """``given``, at which nobody has looked yet."""
        self._given = given
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        self.names.update(self._given)
        return iter(self._given)

    def __len__(self) -> int:
        self.names.update(self._given)
        return len(self._given)


@dataclass(slots=True)
class Known:
    """A call that was admitted, up to its body; ``reply``: the answer, where it was a mere look."""

    case: Case
    settings: Mapping[str, Json]
    auth: str
    validation: str
    seen: Seen
    caller: Caller
    path: Mapping[str, Json]
    query: Mapping[str, Json]
    parents: Mapping[str, Record]
    target: Record | None
    headers: Mapping[str, str]
    store: Store
    writes: int
    reply: Reply | None = None
    also_seen: Seen = ()

    def holds(self, site: Site) -> bool:
        """Whether it would be found out again, and ``reply`` too if there is one."""
        store = site.store
        if not (
            self.settings is site.settings and self.auth == site.auth and self.validation == site.validation
        ):
            return False
        if store is not self.store or store.writes != self.writes:
            # Something was written; was it to what this depends on?
            if not store.unchanged(self.seen):
                return False
            if not store.unchanged(self.also_seen):
                self.reply, self.also_seen = None, ()
            self.store, self.writes = store, store.writes
        return True

    def restored(self, ctx: Context) -> None:
        """Fill ``ctx`` as it was when this call was admitted."""
        ctx.caller = self.caller
        ctx.path, ctx.query = self.path, self.query
        ctx.parents, ctx.target = self.parents, self.target
        ctx.headers = dict(self.headers)


@dataclass(slots=True)
class Heard:
    """The calls of one target, by the values of the headers that were looked at."""

    names: tuple[str, ...]
    known: dict[tuple[str | None, ...], Known]


def find(site: Site, call: Call) -> Known | None:
    """What is known of such a call, if it would be found out again."""
    heard: Heard | None = site.remembered.get((call.method, call.target, call.root))
    if heard is None:
        return None
    known = heard.known.get(tuple(map(call.headers.get, heard.names)))
    return known if known is not None and known.holds(site) else None


def keep(site: Site, call: Call, known: Known, names: Set[str]) -> None:
    """Remember ``known`` of calls like this one; ``names``: the headers that it was worked out from."""
    target = (call.method, call.target, call.root)
    heard: Heard | None = site.remembered.get(target)
    if heard is None:
        if len(site.remembered) >= MOST:
            site.remembered.clear()
        heard = site.remembered[target] = Heard(tuple(sorted(names)), {})
    elif not names <= set(heard.names):
        heard.names, heard.known = tuple(sorted({*names, *heard.names})), {}
    if len(heard.known) >= EACH:
        heard.known.clear()
    heard.known[tuple(map(call.headers.get, heard.names))] = known


def known_of(ctx: Context) -> Known:
    """What is to be remembered of a call that was just admitted, with what the store saw meanwhile."""
    site = ctx.site
    return Known(
        ctx.case,
        site.settings,
        site.auth,
        site.validation,
        site.store.seen(),
        ctx.caller,
        ctx.path,
        ctx.query,
        ctx.parents,
        ctx.target,
        dict(ctx.headers),
        site.store,
        site.store.writes,
    )


def again(known: Known, site: Site) -> Reply | None:
    """The reply to a mere look that was answered before, but for its trace id; None if there is none."""
    reply = known.reply
    if reply is None:
        return None
    if not site.service.traced:
        return reply
    own = trace(site.number)
    return Reply(reply.status, {**reply.headers, **dict.fromkeys(site.service.traced, own)}, reply.body)


def looked(known: Known, ctx: Context, reply: Reply) -> None:
    """Note the reply to a call that changed nothing and would be answered so again."""
    site = ctx.site
    if not site.passing and not site.store.written and len(reply.body) <= LARGEST:
        known.reply, known.also_seen = reply, site.store.seen()
