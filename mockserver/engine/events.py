"""From what happened in a call to the messages that its subscribers are sent."""

from __future__ import annotations

from mockserver.engine.context import Context


def announce(ctx: Context) -> None:
    """Put a message for each subscriber of each event that ``ctx`` noted into the world's outbox."""
    service = ctx.site.service
    if service.webhooks.deliver is None:
        return
    messages_of = ctx.site.functions[service.webhooks.deliver]
    now = ctx.now
    for event, about in ctx.events:
        for message in messages_of(ctx, event, about):
            ctx.site.outbox.post(service.name, message, now, service.webhooks.retry)
