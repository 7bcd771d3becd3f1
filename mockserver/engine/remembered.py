"""What was found out about calls that may come again: good for as long as nothing it was read from changes.

Clients ask the same again and again, and who is calling, what the path names and what they may do there
seldom changes between two calls. What is remembered was worked out in the ordinary way, from tables that
are as they were, and from nothing that changes by itself (``Site.passing``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.engine.context import Caller, Context, Site
from mockserver.engine.render import trace
from mockserver.spec.model import Case
from mockserver.state.store import Seen, Store
from mockserver.values import Json, Record, Reply

# Calls that are remembered for one service in one world, and bytes of a reply that is worth it.
MOST, LARGEST = 256, 16 * 1024


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
    """The reply to a mere look that was answered before, if it would be the same; but for its trace id."""
    if known.reply is None or not known.holds(site) or known.reply is None:
        return None
    reply = known.reply
    if not site.service.traced:
        return reply
    own = trace(site.number)
    return Reply(reply.status, {**reply.headers, **dict.fromkeys(site.service.traced, own)}, reply.body)


def looked(known: Known, ctx: Context, reply: Reply) -> None:
    """Remember the reply to a call that changed nothing and would be answered so again."""
    site = ctx.site
    if not site.passing and not site.store.written and len(reply.body) <= LARGEST:
        known.reply, known.also_seen = reply, site.store.seen()
