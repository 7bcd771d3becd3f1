"""What is to be delivered to receivers outside: every delivery of one world, and the faults upon them.

Nothing here sends. Whoever can, asks what is due, sends it, and says what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mockserver.state.delivery import Attempt, Delivery, Message
from mockserver.state.delivery_fault import Fault
from mockserver.values import Retry


def anywhere(url: str) -> str:
    """The judgement of who lets everything be sent."""
    return ""


class Outbox:
    """The deliveries of one world, oldest first, bounded by count, by bytes and by how many are waiting."""

    __slots__ = (
        "_all",
        "_behind",
        "_bytes",
        "_faults",
        "_flying",
        "_kept",
        "_last",
        "_last_fault",
        "_limit",
        "_queued",
        "_unsendable",
        "_waiting",
        "barred",
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
        self.barred = barred
        self._waiting, self._kept, self._limit = waiting, kept, size
        self._all: dict[int, Delivery] = {}
        self._queued: dict[int, tuple[str, str]] = {}
        # Queued, to be judged when due: only a fault may answer what must not be sent.
        self._unsendable: dict[int, None] = {}
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
        touched = [delivery.id]
        if kind == "reorder" and delivery.state == "held":
            self._behind.setdefault(delivery.line, []).append(delivery.id)
        elif kind != "drop":
            touched += self._let_pass(delivery.line, now)
        if kind == "duplicate":
            copy = self._new(service, message, now, retry)
            self._put(self._admitted(replace(copy, copy_of=delivery.id)))
            touched.append(copy.id)
        for id in touched:
            self._settle(id, now)
        return self._all.get(delivery.id, delivery)

    def settle(self, now: datetime) -> None:
        """Do what needs no sender: attempts that a fault answers, and giving up on what may not be sent."""
        answering = any(one.kind == "status" and one.left != 0 for one in self._faults.values())
        for id in list(self._queued if answering else self._unsendable):
            self._settle(id, now)

    def _settle(self, id: int, now: datetime) -> None:
        self._unsendable.pop(id, None)
        while (delivery := self._all.get(id)) is not None and delivery.state == "queued":
            if id in self._flying or delivery.due is None:
                return
            barred = self.barred(delivery.message.url)
            if delivery.due > now:
                if barred:
                    self._unsendable[id] = None
                return
            fault = self._met(delivery, ("status",))
            if fault is not None:
                self.record(id, delivery.due, status=fault.status, fault=fault.id)
                continue
            if barred:
                self._put(replace(delivery, state="held", due=None, reason=barred))
            return

    def begin(self, now: datetime, room: int) -> Sequence[Delivery]:
        """At most ``room`` deliveries that are due, in order, one a subscription; they are under way now."""
        self.settle(now)
        found: list[Delivery] = []
        busy = set(self._flying.values())
        for id, line in self._queued.items():
            if len(found) >= room:
                break
            if line in busy:
                continue
            delivery = self._all[id]
            if delivery.due is not None and delivery.due <= now:
                self._flying[id] = line
                busy.add(line)
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
    ) -> Delivery | None:
        """What came of sending a delivery: the status it met, or the error; None if it is forgotten."""
        self._flying.pop(id, None)
        delivery = self._all.get(id)
        if delivery is None or delivery.state != "queued":
            return None
        tries = delivery.tries + 1
        attempts = (*delivery.attempts, Attempt(at, status, error, fault))
        told = replace(delivery, attempts=attempts, tries=tries, due=None)
        retry = delivery.retry
        if status is not None and 200 <= status < 300:
            told = replace(told, state="delivered", reason="")
        elif retry is not None and retry.again(status) and tries <= len(retry.waits):
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

    def put_off(self, id: int) -> None:
        """Leave a delivery that was under way to whoever asks next what is due."""
        self._flying.pop(id, None)

    def under_way(self, id: int) -> bool:
        """Whether the delivery has begun and nothing has come of it yet."""
        return id in self._flying

    def next_due(self, now: datetime) -> datetime | None:
        """The earliest instant after ``now`` at which something is to be sent, if there is one."""
        waiting = [self._all[id].due for id in self._queued]
        return min((due for due in waiting if due is not None and due > now), default=None)

    def redeliver(self, id: int, now: datetime) -> Delivery:
        """Queue a delivery anew, whatever became of it. Raises KeyError."""
        delivery = self._all[id]
        if id not in self._flying:
            for ids in self._behind.values():
                if id in ids:
                    ids.remove(id)
            self._queued.pop(id, None)
            self._unsendable.pop(id, None)
            anew = replace(delivery, state="queued", due=now, tries=0, reason="")
            self._put(self._admitted(anew))
            self._settle(id, now)
        return self._all[id]

    def clear(self) -> int:
        """Forget all deliveries, also those under way; how many there were. Ids go on."""
        gone = len(self._all)
        for kept in (self._all, self._queued, self._flying, self._behind, self._unsendable):
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

    def _new(self, service: str, message: Message, now: datetime, retry: Retry | None) -> Delivery:
        self._last += 1
        return Delivery(self._last, service, message, now, due=now, retry=retry)

    def _admitted(self, delivery: Delivery) -> Delivery:
        """``delivery``, dropped if too many are waiting."""
        if len(self._queued) < self._waiting or self.barred(delivery.message.url):
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

    def _let_pass(self, line: tuple[str, str], now: datetime) -> list[int]:
        """Queue what waited for another delivery of this subscription; the ids."""
        passed = [id for id in self._behind.pop(line, ()) if id in self._all]
        for id in passed:
            self._put(self._admitted(replace(self._all[id], state="queued", due=now, reason="")))
        return passed

    def _put(self, delivery: Delivery) -> None:
        """Keep ``delivery`` as it now is, and queue it if it is to be sent."""
        if delivery.id not in self._all:
            self._bytes += len(delivery.message.body)
        self._all[delivery.id] = delivery
        if delivery.state == "queued":
            self._queued.setdefault(delivery.id, delivery.line)
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
            self._unsendable.pop(gone, None)
            self._flying.pop(gone, None)
            self.evicted += 1
