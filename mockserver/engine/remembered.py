"""What was found out about calls that may come again: good for as long as nothing it was read from changes.

Clients ask the same again and again, and who is calling, what the path names and what they may do there
seldom changes between two calls. What is remembered was worked out in the ordinary way, from tables that
are as they were, and from nothing that changes by itself (``Site.passing``). Calls are the same if those
headers are that were looked at; what else a client sends, such as an id of its own for each request, is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from mockserver.engine.admit import body_of
from mockserver.engine.context import Context
from mockserver.engine.render import trace
from mockserver.spec.routes import Match
from mockserver.state.entry import Line
from mockserver.state.store import Seen, Store
from mockserver.state.tallies import Tally
from mockserver.values import Call, Json, Reply

# Targets that are remembered in one world, calls of each that differ in a header that matters, and bytes:
# of a reply that is worth it, and of all of them.
MOST, EACH, LARGEST, ALL = 4096, 16, 16 * 1024, 8 * 1024 * 1024
# Bytes that one call takes beside its bodies; how many times its bytes a body takes as data.
OVERHEAD, PARSED = 2048, 8
# In place of the call that was admitted: another one will be answered.
NO_CALL = Call("", "")


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


class Given(NamedTuple):
    """An answer as it was given first: what the journal keeps of it, where it is counted, what was asked."""

    line: Line
    tally: Tally
    call: Call


@dataclass(slots=True)
class Known:
    """How calls of one kind are admitted, and what else was found out about them.

    match, admitted: where they lead, and the context they are admitted with, up to the body; sole: whether
    the operation has but this one case.
    settings, auth, validation, store, writes: the world as it was when that was last found to hold.
    admitted_from, answered_from: the tables that the admission, and ``reply``, were read from; tables: the
    names of both.
    reply, reply_to: an answer that changed nothing, and the body that was so answered; given: where the
    journal keeps that answer as it was.
    sent, body: the last body that kept its schema, as it came and as data.
    """

    match: Match
    admitted: Context
    sole: bool
    settings: Mapping[str, Json]
    auth: str
    validation: str
    admitted_from: Seen
    tables: Set[str]
    store: Store
    writes: int
    reply: Reply | None = None
    reply_to: bytes = b""
    answered_from: Seen = ()
    given: Given | None = None
    sent: bytes = b""
    body: Json = None

    def holds(self, store: Store, settings: Mapping[str, Json], auth: str, validation: str) -> bool:
        """Whether calls would still be admitted so; a reply that would not be given again is forgotten."""
        if store is not self.store or store.writes != self.writes:
            # Something was written; was it to what this depends on?
            if store is not self.store or not store.spared(self.tables, self.writes):
                if not store.unchanged(self.admitted_from):
                    return False
                if self.reply is not None and not store.unchanged(self.answered_from):
                    self.reply, self.answered_from, self.given = None, (), None
            self.store, self.writes = store, store.writes
        return self.settings is settings and self.auth == auth and self.validation == validation


@dataclass(slots=True)
class Heard:
    """The calls of one target, by the values of the headers that were looked at."""

    names: tuple[str, ...]
    known: dict[tuple[str | None, ...], Known]


class Memory:
    """What is remembered in one world."""

    __slots__ = ("_heard", "_same", "_size")

    def __init__(self) -> None:
        """Nothing yet."""
        self._heard: dict[tuple[str, str, str], Heard] = {}
        # Calls whose headers nobody can change, by identity: who hands over the same one asks the same.
        self._same: dict[int, tuple[Call, Known]] = {}
        self._size = 0

    def __len__(self) -> int:
        """Targets that are remembered."""
        return len(self._heard)

    def find(self, call: Call) -> Known | None:
        """What was found out about such a call; whether it still holds is another question."""
        same = self._same.get(id(call))
        if same is not None and same[0] is call:
            return same[1]
        heard = self._heard.get((call.method, call.target, call.root))
        if heard is None:
            return None
        known = heard.known.get(tuple(map(call.headers.get, heard.names)))
        if known is None or type(call.headers) is not MappingProxyType:
            return known
        if known.reply is not None and known.reply_to == call.body:
            if len(self._same) >= MOST:
                self._same.clear()
            self._same[id(call)] = call, known
        return known

    def keep(self, call: Call, known: Known, names: Set[str]) -> None:
        """Remember ``known`` of calls like this one; ``names``: the headers that it was worked out from."""
        if len(self._heard) >= MOST or self._size > ALL:
            self.clear()
        self._same.clear()
        target = (call.method, call.target, call.root)
        heard = self._heard.get(target)
        if heard is None:
            heard = self._heard[target] = Heard(tuple(sorted(names)), {})
        elif not names <= set(heard.names):
            heard.names, heard.known = tuple(sorted({*names, *heard.names})), {}
        if len(heard.known) >= EACH:
            heard.known.clear()
        heard.known[tuple(map(call.headers.get, heard.names))] = known
        self._size += OVERHEAD

    def body(self, known: Known, ctx: Context) -> Json:
        """A call's body as data, held against its schema unless it is the last one again. Raises Problem."""
        sent = ctx.call.body
        if known.sent and known.sent == sent:
            return known.body
        body = body_of(ctx)
        # Behaviours may change what they are given, check it against the state, or let pass what is broken.
        plain = ctx.case.does != "call" and ctx.operation.accepts.checks is None
        if plain and len(sent) <= LARGEST and not ctx.notes and "x-mock-validation" not in ctx.call.headers:
            self._size += PARSED * (len(sent) - len(known.sent))
            known.sent, known.body = sent, body
        return body

    def note_reply(self, known: Known, ctx: Context, reply: Reply) -> None:
        """Note the reply to a call, if it changed nothing and would be given again."""
        site, asked = ctx.site, ctx.call.body
        if site.passing or site.store.written or len(reply.body) + len(asked) > LARGEST:
            return
        self._size += len(reply.body) + len(asked)
        if known.reply is not None:
            self._size -= len(known.reply.body) + len(known.reply_to)
        known.reply, known.reply_to, known.answered_from, known.given = reply, asked, site.store.seen(), None
        known.tables = frozenset(name for name, _, _ in (*known.admitted_from, *known.answered_from))

    def clear(self) -> None:
        """Forget everything."""
        self._heard.clear()
        self._same.clear()
        self._size = 0


def known_of(ctx: Context, match: Match) -> Known:
    """What is to be remembered of a call that was just admitted, with the tables that were read for it."""
    site = ctx.site
    seen = site.store.seen()
    return Known(
        match,
        ctx.again(NO_CALL),
        len(ctx.operation.cases) == 1,
        site.settings,
        site.auth,
        site.validation,
        seen,
        frozenset(name for name, _, _ in seen),
        site.store,
        site.store.writes,
    )


def reply_again(known: Known, number: int) -> Reply:
    """The reply to a call that changed nothing, but for its trace id. Raises LookupError if there is none."""
    reply = known.reply
    if reply is None:
        raise LookupError(known)
    traced = known.admitted.site.service.traced
    if not traced:
        return reply
    headers = {**reply.headers, **dict.fromkeys(traced, trace(number))}
    return Reply(reply.status, headers, reply.body)
