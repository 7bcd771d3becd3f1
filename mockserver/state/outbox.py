"""What is to be delivered to receivers outside: every delivery of one world, and the faults upon them.

Nothing here sends. Whoever can, asks what is due, sends it, and says what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from mockserver.values import Retry

STATES = ("queued", "delivered", "failed", "dropped", "held")
FAULTS = ("drop", "duplicate", "reorder", "delay", "status")


@dataclass(frozen=True, slots=True)
class Message:
    """What one subscriber is sent about one event.

    ``subscription``: its id, as text; ``identifier``: what the receiver knows this message by, the same
    each time it is sent. No secret belongs in here: what was signed with one is all that leaves.
    """

    subscription: str
    url: str
    event: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time a delivery was sent: the status it met, or why it met none (``error``)."""

    at: datetime
    status: int | None = None
    error: str = ""
    fault: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way. ``id``: 1, 2, … in the order in which things happened.

    state: queued (to be sent once ``due``) | delivered | failed | dropped | held (kept, not sent);
    ``reason``: why it was dropped, is held or has failed; ``tries``: how often it was sent since it was
    last queued anew.
    """

    id: int
    service: str
    message: Message
    at: datetime
    state: str = "queued"
    due: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    reason: str = ""
    tries: int = 0
    retry: Retry | None = None
    copy_of: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the next attempt."""
        if self.tries and self.retry is not None and self.retry.header:
            return {**self.message.headers, self.retry.header: str(self.tries)}
        return dict(self.message.headers)

    @property
    def line(self) -> tuple[str, str]:
        """What keeps its order: deliveries of one subscription are sent one after the other."""
        return self.service, self.message.subscription


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next ``left`` deliveries that match (None: with all), ``after`` some.

    event, url: patterns with ``*``; kind: drop | duplicate | reorder | delay (``seconds`` of the world's
    time) | status (as if the receiver had answered ``status``; nothing is sent).
    """

    id: int
    kind: str
    event: str | None = None
    subscription: str | None = None
    url: str | None = None
    service: str | None = None
    seconds: float = 0
    status: int = 0
    after: int = 0
    left: int | None = 1
    used: int = 0

    def meets(self, delivery: Delivery) -> bool:
        """Whether it is about ``delivery``."""
        message = delivery.message
        return (
            self.service in (None, delivery.service)
            and self.subscription in (None, message.subscription)
            and (self.event is None or fnmatchcase(message.event, self.event))
            and (self.url is None or fnmatchcase(message.url, self.url))
        )


def anywhere(url: str) -> str:
    """The judgement of who lets everything be sent."""
    return ""


class Outbox:
    """The deliveries of one world, oldest first, bounded by count, by bytes and by how many are waiting."""

    __slots__ = (
        "_all",
        "_barred",
        "_behind",
        "_bytes",
        "_faults",
        "_flying",
        "_kept",
        "_last",
        "_last_fault",
        "_limit",
        "_queued",
        "_waiting",
        "evicted",
        "news",
    )

    def __init__(
        self,
        barred: Callable[[str], str] = anywhere,
        *,
        waiting: int = 1000,
        kept: int = 5000,
        size: int = 32 * 1024 * 1024,
    ) -> None:
        """``barred``: why nothing may be sent to a URL, empty if it may; at most ``waiting`` are queued.

        ``kept`` deliveries and ``size`` bytes of bodies are kept for reading.
        """
        self._barred = barred
        self._waiting, self._kept, self._limit = waiting, kept, size
        self._all: dict[int, Delivery] = {}
        self._queued: dict[int, None] = {}
        self._flying: dict[int, tuple[str, str]] = {}
        self._behind: dict[tuple[str, str], list[int]] = {}
        self._faults: dict[int, Fault] = {}
        self._last = self._last_fault = self._bytes = self.evicted = 0
        self.news = False

    def __len__(self) -> int:
        """How many deliveries are kept."""
        return len(self._all)

    def __iter__(self) -> Iterator[Delivery]:
        """The deliveries kept, oldest first."""
        return iter(tuple(self._all.values()))

    def get(self, id: int) -> Delivery | None:
        """The delivery with this id, if it is kept."""
        return self._all.get(id)

    @property
    def last(self) -> int:
        """The id of the newest delivery; 0 before the first."""
        return self._last

    # ---- what happened

    def post(self, service: str, message: Message, now: datetime, retry: Retry | None = None) -> Delivery:
        """Keep a message for its subscriber, to be sent now, unless a fault says otherwise."""
        delivery = self._new(service, message, now, retry)
        fault = self._met(delivery, ("drop", "duplicate", "reorder", "delay"))
        kind = fault.kind if fault else ""
        if fault and kind == "drop":
            delivery = replace(delivery, state="dropped", due=None, reason=f"fault {fault.id}: drop")
        elif fault and kind == "delay":
            delivery = replace(delivery, due=now + timedelta(seconds=fault.seconds))
        if kind != "drop":
            delivery = self._admitted(delivery)
        if fault and kind == "reorder" and delivery.state == "queued":
            reason = f"fault {fault.id}: waits for the next delivery of its subscription"
            delivery = replace(delivery, state="held", due=None, reason=reason)
        self._put(delivery)
        if kind == "reorder" and delivery.state == "held":
            self._behind.setdefault(delivery.line, []).append(delivery.id)
        elif kind != "drop":
            self._let_pass(delivery.line, now)
        if kind == "duplicate":
            copy = self._new(service, message, now, retry)
            self._put(self._admitted(replace(copy, copy_of=delivery.id)))
        self.settle(now)
        return self._all.get(delivery.id, delivery)

    def settle(self, now: datetime) -> None:
        """Do what needs no sender: attempts that a fault answers, and giving up on what may not be sent."""
        answering = any(one.kind == "status" and one.left != 0 for one in self._faults.values())
        for id in list(self._queued):
            while (delivery := self._all[id]).state == "queued" and id not in self._flying:
                if delivery.due is None or delivery.due > now:
                    break
                fault = self._met(delivery, ("status",)) if answering else None
                if fault is not None:
                    self.record(id, delivery.due, status=fault.status, fault=fault.id)
                    continue
                barred = self._barred(delivery.message.url)
                if barred:
                    self._put(replace(delivery, state="held", due=None, reason=barred))
                break

    # ---- sending

    def begin(self, now: datetime, room: int) -> Sequence[Delivery]:
        """At most ``room`` deliveries that are due, in order, one a subscription; they are under way now."""
        self.settle(now)
        found: list[Delivery] = []
        busy = set(self._flying.values())
        for id in self._queued:
            delivery = self._all[id]
            if len(found) >= room:
                break
            if id in self._flying or delivery.due is None or delivery.due > now or delivery.line in busy:
                continue
            self._flying[id] = delivery.line
            busy.add(delivery.line)
            found.append(delivery)
        return found

    def record(
        self,
        id: int,
        at: datetime,
        *,
        status: int | None = None,
        error: str = "",
        fault: int | None = None,
        retried: bool = True,
    ) -> Delivery | None:
        """What came of sending a delivery: the status it met, or the error; None if it is forgotten.

        ``retried``: whether an error of this kind is tried again.
        """
        self._flying.pop(id, None)
        delivery = self._all.get(id)
        if delivery is None or delivery.state not in ("queued", "held"):
            return None
        tries = delivery.tries + 1
        attempts = (*delivery.attempts, Attempt(at, status, error, fault))
        told = replace(delivery, attempts=attempts, tries=tries, due=None)
        retry = delivery.retry
        if status is not None and 200 <= status < 300:
            told = replace(told, state="delivered", reason="")
        elif retry is not None and retried and retry.again(status) and tries <= len(retry.waits):
            told = replace(told, state="queued", due=at + timedelta(seconds=retry.waits[tries - 1]))
        else:
            told = replace(told, state="failed", reason=error or f"status {status}")
        self._put(told)
        return told

    def hold(self, id: int, reason: str) -> None:
        """Keep a delivery that was under way and may not be sent after all."""
        self._flying.pop(id, None)
        delivery = self._all.get(id)
        if delivery is not None and delivery.state == "queued":
            self._put(replace(delivery, state="held", due=None, reason=reason))

    def next_due(self) -> datetime | None:
        """The earliest instant at which something is to be sent; None if nothing is queued."""
        waiting = [self._all[id].due for id in self._queued if id not in self._flying]
        return min((due for due in waiting if due is not None), default=None)

    # ---- steering

    def redeliver(self, id: int, now: datetime) -> Delivery:
        """Queue a delivery anew, whatever became of it. Raises KeyError."""
        delivery = self._all[id]
        if id not in self._flying:
            for ids in self._behind.values():
                if id in ids:
                    ids.remove(id)
            self._queued.pop(id, None)
            anew = replace(delivery, state="queued", due=now, tries=0, reason="")
            self._put(self._admitted(anew))
            self.settle(now)
        return self._all[id]

    def clear(self) -> int:
        """Forget all deliveries, also those under way; how many there were. Ids go on."""
        gone = len(self._all)
        for kept in (self._all, self._queued, self._flying, self._behind):
            kept.clear()
        self._bytes = self.evicted = 0
        self.news = False
        return gone

    def arm(self, fault: Fault) -> Fault:
        """Let ``fault`` happen from now on; it comes back with the id it was given."""
        self._last_fault += 1
        armed = self._faults[self._last_fault] = replace(fault, id=self._last_fault)
        return armed

    def faults(self) -> Sequence[Fault]:
        """Every fault armed since the last ``disarm``, also those used up."""
        return tuple(self._faults.values())

    def disarm(self) -> int:
        """Forget all faults; how many there were."""
        gone = len(self._faults)
        self._faults.clear()
        return gone

    # ---- behind it

    def _new(self, service: str, message: Message, now: datetime, retry: Retry | None) -> Delivery:
        self._last += 1
        return Delivery(self._last, service, message, now, due=now, retry=retry)

    def _admitted(self, delivery: Delivery) -> Delivery:
        """``delivery``, dropped if too many are waiting."""
        if len(self._queued) < self._waiting:
            return delivery
        return replace(delivery, state="dropped", due=None, reason=f"{self._waiting} deliveries are waiting")

    def _met(self, delivery: Delivery, kinds: Iterable[str]) -> Fault | None:
        """The first fault of these kinds that is about ``delivery``, counted as used."""
        for fault in self._faults.values():
            if fault.kind not in kinds or fault.left == 0 or not fault.meets(delivery):
                continue
            if fault.after:
                self._faults[fault.id] = replace(fault, after=fault.after - 1)
                continue
            left = None if fault.left is None else fault.left - 1
            self._faults[fault.id] = used = replace(fault, left=left, used=fault.used + 1)
            return used
        return None

    def _let_pass(self, line: tuple[str, str], now: datetime) -> None:
        """Queue what waited for another delivery of this subscription."""
        for id in self._behind.pop(line, ()):
            if id in self._all:
                self._put(replace(self._all[id], state="queued", due=now, reason=""))

    def _put(self, delivery: Delivery) -> None:
        """Keep ``delivery`` as it now is, and queue it if it is to be sent."""
        if delivery.id not in self._all:
            self._bytes += len(delivery.message.body)
        self._all[delivery.id] = delivery
        if delivery.state == "queued":
            self._queued.setdefault(delivery.id)
        else:
            self._queued.pop(delivery.id, None)
        self.news = True
        self._bound()

    def _bound(self) -> None:
        """Forget the oldest deliveries that are not waiting, until what is left is within the bounds."""
        while len(self._all) > self._kept or (self._bytes > self._limit and len(self._all) > 1):
            gone = next((id for id in self._all if id not in self._queued), next(iter(self._all)))
            self._bytes -= len(self._all.pop(gone).message.body)
            self._queued.pop(gone, None)
            self.evicted += 1
