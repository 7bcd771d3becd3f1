"""What a world tells others: its webhooks, listed, awaited, sent again; and what goes wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mockserver.state.clock import monotonic
from mockserver.state.delivery import STATES, Delivery
from mockserver.state.delivery_fault import FAULTS, Fault, matches
from mockserver.values import Json
from mockserver.world.core import Core
from mockserver.world.errors import CommandError, NotThere, among
from mockserver.world.shown import shown_delivery, shown_webhook_fault

LONGEST_WAIT = 60.0  # seconds


class Deliveries(Core):
    """The commands about webhooks on their way."""

    def deliveries(
        self,
        *,
        event: str | None = None,
        subscription: str | None = None,
        url: str | None = None,
        state: str | None = None,
        service: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Json:
        """The webhooks that were to be sent, whether or not anybody receives them, oldest first.

        event, url: exactly, or with ``*`` for anything; after: id of the last one seen.
        """
        if limit < 1:
            raise CommandError(f"'limit' must be at least 1, not {limit}")
        with self._lock:
            found = self._deliveries(event, subscription, url, state, service, after)
            return {
                "deliveries": [shown_delivery(one) for one in found[:limit]],
                "total": len(found),
                "evicted": self.outbox.evicted,
            }

    def wait_for_deliveries(
        self,
        *,
        event: str | None = None,
        subscription: str | None = None,
        url: str | None = None,
        state: str | None = None,
        service: str | None = None,
        attempts: int = 0,
        after: int = 0,
        count: int = 1,
        timeout: float = 5.0,
    ) -> Json:
        """Wait until there are ``count`` such webhooks, or ``timeout`` seconds of real time have passed.

        state: without it, any but ``dropped``; attempts: only what was sent so often, or more. Answers
        ``satisfied`` and those there are.
        """
        if count < 1:
            raise CommandError(f"'count' must be at least 1, not {count}")
        if not 0 <= timeout <= LONGEST_WAIT:
            raise CommandError(f"'timeout' must be from 0 to {LONGEST_WAIT:g} seconds, not {timeout}")
        found: Sequence[Delivery] = ()

        def there() -> bool:
            nonlocal found
            every = self._deliveries(event, subscription, url, state, service, after)
            met = [one for one in every if len(one.attempts) >= attempts]
            found = [one for one in met if state is not None or one.state != "dropped"]
            return len(found) >= count

        with self._lock:
            woken = self._woken
            until = monotonic() + timeout
            satisfied = there()
            while not satisfied and (left := until - monotonic()) > 0:
                satisfied = self._until(there, min(left, self._next_change()))
                if self._woken != woken:
                    break
            return {"satisfied": satisfied, "deliveries": [shown_delivery(one) for one in found]}

    def redeliver(self, id: int) -> Json:
        """Send a webhook again, whatever became of it: the same, with the same identifier."""
        with self._lock:
            found = self.outbox.get(id)
            if found is None:
                raise NotThere(f"no delivery {id} ({self.outbox.evicted} older ones are gone)")
            if reason := self.outbox.barred(found.message.url):
                raise CommandError(f"delivery {id} cannot be sent: {reason}")
            done = self.outbox.redeliver(id, self.clock.now())
            self._stir()
            return shown_delivery(done)

    def clear_deliveries(self) -> Json:
        """Forget all webhooks, also those that are still to be sent; faults stay."""
        with self._lock:
            gone = self.outbox.clear()
            self._stir()
            return {"forgotten": gone}

    def set_webhook_fault(
        self,
        do: str,
        *,
        event: str | None = None,
        subscription: str | None = None,
        url: str | None = None,
        service: str | None = None,
        times: int | None = 1,
        after: int = 0,
        seconds: float | None = None,
        status: int | None = None,
    ) -> Json:
        """Let something go wrong with the next ``times`` (null: all) webhooks that match, ``after`` some.

        do: drop | duplicate | reorder (sent after the next one to the same subscription) | delay (by
        ``seconds`` of the world's time) | status (as if the receiver had answered it; nothing is sent).
        """
        among(do, FAULTS, "do")
        if service is not None:
            self._service(service)
        if times is not None and times < 1:
            raise CommandError(f"'times' must be at least 1, or null for ever, not {times}")
        if after < 0:
            raise CommandError(f"'after' must not be negative, not {after}")
        if (do == "delay") != (seconds is not None):
            raise CommandError("'seconds' and 'do': 'delay' need each other")
        if (do == "status") != (status is not None):
            raise CommandError("'status' and 'do': 'status' need each other")
        if seconds is not None and not 0 < seconds <= 10**9:
            raise CommandError(f"'seconds' must be positive, not {seconds}")
        if status is not None and not 200 <= status <= 599:
            raise CommandError(f"'status' must be from 200 to 599, not {status}")
        fault = Fault(0, do, event, subscription, url, service, seconds or 0, status or 0, after, times)
        with self._lock:
            return shown_webhook_fault(self.outbox.arm(fault))

    def webhook_faults(self) -> Json:
        """What was to go wrong with webhooks since the last reset, and how often it did."""
        return {"faults": [shown_webhook_fault(one) for one in self.outbox.faults()]}

    def clear_webhook_faults(self) -> Json:
        """Let nothing go wrong with webhooks any more."""
        with self._lock:
            return {"disarmed": self.outbox.disarm()}

    def outgoing(self, room: int) -> tuple[Sequence[Delivery], float | None]:
        """At most ``room`` deliveries to be sent now, and the real seconds until there may be more.

        Each must be answered by ``sent`` or ``unsent``.
        """
        with self._lock:
            now = self.clock.now()
            begun = self.outbox.begin(now, room)
            if self.outbox.news:
                self._stir()
            due = self.outbox.next_due(now)
            return begun, None if due is None else self.clock.until(due)

    def sent(self, id: int, status: int | None = None, error: str = "") -> None:
        """A delivery was sent, and met ``status`` or an ``error``."""
        with self._lock:
            self.outbox.record(id, self.clock.now(), status=status, error=error)
            self._stir()

    def unsent(self, id: int, reason: str = "") -> None:
        """A delivery that was to be sent was not: it may not be, for a ``reason``, or there was no time."""
        with self._lock:
            self.outbox.hold(id, reason) if reason else self.outbox.put_off(id)
            self._stir()

    def sends(self, id: int) -> bool:
        """Whether the delivery is still to be sent by whoever began to."""
        return self.outbox.under_way(id)

    def _deliveries(
        self,
        event: str | None,
        subscription: str | None,
        url: str | None,
        state: str | None,
        service: str | None,
        after: int,
    ) -> list[Delivery]:
        if state is not None:
            among(state, STATES, "state")
        self.outbox.settle(self.clock.now())
        return [
            one
            for one in self.outbox
            if one.id > after
            and service in (None, one.service)
            and subscription in (None, one.message.subscription)
            and state in (None, one.state)
            and (event is None or matches(event, one.message.event))
            and (url is None or matches(url, one.message.url))
        ]

    def _next_change(self) -> float:
        """Real seconds until time alone may change a delivery; long if it never will."""
        due: datetime | None = self.outbox.next_due(self.clock.now())
        left = None if due is None else self.clock.until(due)
        return LONGEST_WAIT if left is None else max(left, 0.01)
