"""What a world elsewhere tells others: its webhooks, and what goes wrong with them."""

from __future__ import annotations

from mockserver.remote.connection import Connection
from mockserver.values import Json


class Deliveries(Connection):
    """The commands about webhooks."""

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
        """The webhooks that were to be sent, whether or not anybody receives them, oldest first."""
        return self._ask(
            "deliveries",
            event=event,
            subscription=subscription,
            url=url,
            state=state,
            service=service,
            after=after,
            limit=limit,
        )

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
        """Wait until there are ``count`` such webhooks, or ``timeout`` seconds of real time have passed."""
        return self._ask(
            "wait_for_deliveries",
            event=event,
            subscription=subscription,
            url=url,
            state=state,
            service=service,
            attempts=attempts,
            after=after,
            count=count,
            timeout=timeout,
        )

    def redeliver(self, id: int) -> Json:
        """Send a webhook again, whatever became of it: the same, with the same identifier."""
        return self._ask("redeliver", id=id)

    def clear_deliveries(self) -> Json:
        """Forget all webhooks, also those that are still to be sent; faults stay."""
        return self._ask("clear_deliveries")

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
        """Let something go wrong with the next ``times`` (null: all) webhooks that match, ``after`` some."""
        return self._ask(
            "set_webhook_fault",
            do=do,
            event=event,
            subscription=subscription,
            url=url,
            service=service,
            times=times,
            after=after,
            seconds=seconds,
            status=status,
        )

    def webhook_faults(self) -> Json:
        """What was to go wrong with webhooks since the last reset, and how often it did."""
        return self._ask("webhook_faults")

    def clear_webhook_faults(self) -> Json:
        """Let nothing go wrong with webhooks any more."""
        return self._ask("clear_webhook_faults")
