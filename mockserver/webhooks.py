"""The webhooks of a world as a test sees them: read, awaited, sent again, and broken on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

from mockserver.values import Json

ALL = 1_000_000  # more than an outbox keeps
SHOWN = 20  # webhooks in a complaint


class Sending(Protocol):
    """What sends webhooks, with its commands: a World here or from afar."""

    def deliveries(self, *, service: str | None = None, limit: int = 100) -> Json:
        """The webhooks that were to be sent."""

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
        """Wait for webhooks."""

    def redeliver(self, id: int) -> Json:
        """Send one again."""

    def clear_deliveries(self) -> Json:
        """Forget all."""

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
        """Let something go wrong."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook that was to be sent.

    state: queued | delivered | failed | dropped | held, and why (``reason``); ``headers`` and ``body`` as
    they are sent, the body as data where it is JSON; ``attempts``: ``{"at", "status" or "error"}`` each.
    """

    id: int
    event: str
    subscription: str
    identifier: str
    state: str
    reason: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Json
    attempts: Sequence[Mapping[str, Json]]

    @classmethod
    def of(cls, shown: Json) -> Webhook:
        """What a command shows of a delivery, as a value."""
        return cls(**{name: shown[name] for name in cls.__slots__})

    def __str__(self) -> str:
        """All of it that fits on a line."""
        met = " ".join(str(one.get("status", one.get("error"))) for one in self.attempts)
        why = met or self.reason
        return f"#{self.id} {self.event} → {self.url}  {self.state}{f' ({why})' if why else ''}"


class Webhooks(Sequence[Webhook]):
    """The webhooks of a world, or of one of its services, oldest first, as they are whenever one looks."""

    def __init__(self, world: Sending, service: str | None = None) -> None:
        """Those of ``service`` in ``world``, or all."""
        self._world = world
        self._service = service

    def _all(self) -> list[Webhook]:
        found = self._world.deliveries(service=self._service, limit=ALL)["deliveries"]
        return [Webhook.of(one) for one in found]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Webhook]:
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> Webhook: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Webhook]: ...
    def __getitem__(self, at: int | slice) -> Webhook | Sequence[Webhook]:
        """One of them, or some."""
        return self._all()[at]

    def __repr__(self) -> str:
        return f"[{', '.join(map(str, self))}]"

    def wait(
        self,
        event: str | None = None,
        *,
        count: int = 1,
        timeout: float = 5.0,
        subscription: str | None = None,
        url: str | None = None,
        state: str | None = None,
        attempts: int = 0,
        after: int = 0,
    ) -> list[Webhook]:
        """The webhooks of this kind as soon as there are ``count`` of them.

        event, url: exactly, or with ``*`` for anything; state: ``delivered`` waits for a receiver's answer,
        without one any will do but ``dropped``; attempts: only what was sent so often, or more; after: id of
        the last one that does not count; timeout: real seconds. Raises AssertionError with what there is.
        """
        __tracebackhide__ = True
        asked = {"event": event, "subscription": subscription, "url": url, "state": state}
        found = self._world.wait_for_deliveries(
            **asked,
            service=self._service,
            attempts=attempts,
            after=after,
            count=count,
            timeout=timeout,
        )
        webhooks = [Webhook.of(one) for one in found["deliveries"]]
        if not found["satisfied"]:
            raise AssertionError(self._complaint(asked, count, len(webhooks), timeout))
        return webhooks

    def redeliver(self, webhook: Webhook | int) -> None:
        """Send a webhook again, whatever became of it. Raises CommandError where it may not be sent."""
        self._world.redeliver(webhook.id if isinstance(webhook, Webhook) else webhook)

    def clear(self) -> None:
        """Forget all webhooks of the world, also those that are still to be sent."""
        self._world.clear_deliveries()

    def fault(
        self,
        do: str,
        event: str | None = None,
        *,
        subscription: str | None = None,
        url: str | None = None,
        times: int | None = 1,
        after: int = 0,
        seconds: float | None = None,
        status: int | None = None,
    ) -> None:
        """Let something go wrong with the next ``times`` (None: all) that match: drop | duplicate | reorder |
        delay (``seconds``) | status (as if the receiver had answered ``status``). Raises CommandError.
        """
        self._world.set_webhook_fault(
            do,
            event=event,
            subscription=subscription,
            url=url,
            service=self._service,
            times=times,
            after=after,
            seconds=seconds,
            status=status,
        )

    def _complaint(self, asked: Mapping[str, str | None], count: int, found: int, timeout: float) -> str:
        wanted = ", ".join(f"{name} {value!r}" for name, value in asked.items() if value is not None)
        lines = [f"{found} of {count} webhooks ({wanted or 'of any kind'}) within {timeout:g} s"]
        there = self._all()
        left = [f"  … {len(there) - SHOWN} earlier"] if len(there) > SHOWN else []
        lines += ["what there is:", *left, *(f"  {one}" for one in there[-SHOWN:])] if there else []
        return "\n".join([*lines, *([] if there else ["there are none at all: is anybody subscribed?"])])
