"""``webhooks``: what a running server tells others."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli import options
from mockserver.cli.console import CONTRACT_FAILED, faint, plural, printable, say, show_json, table
from mockserver.cli.group import Commands
from mockserver.cli.there import there
from mockserver.values import Json
from mockserver.webhooks import ALL

STATES = click.Choice(["queued", "delivered", "failed", "dropped", "held"])
EVENT = click.option("--event", metavar="NAME", help="Only of this event; * stands for anything.")
SUBSCRIPTION = click.option("--subscription", metavar="ID", help="Only to this subscription.")
TO = click.option("--to", "receiver", metavar="URL", help="Only to this URL; * stands for anything.")
SERVICE = click.option("--service", metavar="NAME", help="Only of this service.")


@click.group(cls=Commands)
def webhooks() -> None:
    """See, await, repeat and break webhooks.

    They are kept whether or not anybody receives them.
    """


@webhooks.command("list")
@click.argument("id", type=int, required=False)
@click.option(
    "-n", "count", type=click.IntRange(min=1), default=20, show_default=True, help="The last so many."
)
@EVENT
@SUBSCRIPTION
@TO
@SERVICE
@click.option("--state", type=STATES, help="Only those in this state.")
@options.steering
@options.JSON
def list_webhooks(id: int | None, count: int, receiver: str | None, as_json: bool, **given: Any) -> None:
    """List the last webhooks.

    With ID: all of that one, as JSON.
    """
    asked, where = _parted(given)
    server = there(where)
    if id is not None:
        found = server.deliveries(after=id - 1, limit=1)
        chosen = [one for one in found["deliveries"] if one["id"] == id]
        if not chosen:
            raise click.UsageError(f"there is no webhook {id}")
        show_json(chosen[0])
        return
    found = server.deliveries(url=receiver, limit=ALL, **asked)
    shown = found["deliveries"][-count:]
    if as_json:
        show_json({**found, "deliveries": shown})
        return
    _tell(shown)
    evicted = f", {found['evicted']:,} older ones are gone" if found["evicted"] else ""
    say(faint(f"{len(shown)} of {plural(found['total'], 'webhook')}{evicted}"), err=True)


@webhooks.command("wait")
@click.argument("event", required=False)
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="So many of them.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 60),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="So long.",
)
@click.option(
    "--attempts", type=int, default=0, metavar="COUNT", help="Only what was sent so often, or more."
)
@click.option("--after", type=int, default=0, metavar="ID", help="Only those that came after this one.")
@SUBSCRIPTION
@TO
@SERVICE
@click.option("--state", type=STATES, help="Only those in this state. [default: any but dropped]")
@options.steering
@options.JSON
def wait_for_webhooks(
    event: str | None,
    count: int,
    timeout: float,
    attempts: int,
    after: int,
    receiver: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Wait for webhooks of EVENT, or for any.

    Exit code 1 where they did not come in time.
    """
    asked, where = _parted(given)
    found = there(where).wait_for_deliveries(
        event=event,
        url=receiver,
        count=count,
        timeout=timeout,
        attempts=attempts,
        after=after,
        **asked,
    )
    if as_json:
        show_json(found)
    else:
        _tell(found["deliveries"])
    if not found["satisfied"]:
        say(f"{len(found['deliveries'])} of {plural(count, 'webhook')} within {timeout:g} s", err=True)
        click.get_current_context().exit(CONTRACT_FAILED)


@webhooks.command("redeliver")
@click.argument("id", type=int)
@options.steering
@options.JSON
def redeliver(id: int, as_json: bool, **where: Any) -> None:
    """Send the webhook ID again."""
    done = there(where).redeliver(id)
    if as_json:
        show_json(done)
        return
    say(f"webhook {id} is sent again to {done['url']}")


@webhooks.command("clear")
@click.option("--faults", is_flag=True, help="Let nothing go wrong any more, and keep the webhooks.")
@options.steering
@options.JSON
def clear(faults: bool, as_json: bool, **where: Any) -> None:
    """Forget all webhooks, also those that are still to be sent."""
    server = there(where)
    done = server.clear_webhook_faults() if faults else server.clear_deliveries()
    if as_json:
        show_json(done)
    elif faults:
        say(f"disarmed {plural(done['disarmed'], 'fault')}")
    else:
        say(f"forgot {plural(done['forgotten'], 'webhook')}")


@webhooks.command("fault")
@click.argument("do", type=click.Choice(["drop", "duplicate", "reorder", "delay", "status"]), required=False)
@click.argument("value", type=float, required=False)
@click.option("--times", type=click.IntRange(min=1), default=1, show_default=True, help="To so many.")
@click.option("--always", is_flag=True, help="To all until the next reset.")
@click.option(
    "--after", type=click.IntRange(min=0), default=0, metavar="COUNT", help="Let so many pass first."
)
@EVENT
@SUBSCRIPTION
@TO
@SERVICE
@options.steering
@options.JSON
def fault(
    do: str | None,
    value: float | None,
    times: int,
    always: bool,
    after: int,
    event: str | None,
    receiver: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Let something go wrong with the next webhooks; without arguments, list what is to.

    `delay SECONDS` is in the world's time; `status STATUS` is as if the receiver had answered so.
    """
    given.setdefault("state", None)
    asked, where = _parted(given)
    asked.pop("state")
    server = there(where)
    if do is None:
        found = server.webhook_faults()
        if as_json:
            show_json(found)
        else:
            _tell_faults(found["faults"])
        return
    if (value is None) == (do in ("delay", "status")):
        raise click.UsageError(f"'{do}' needs a number" if value is None else f"'{do}' takes no number")
    done = server.set_webhook_fault(
        do,
        event=event,
        url=receiver,
        times=None if always else times,
        after=after,
        seconds=value if do == "delay" else None,
        status=int(value) if do == "status" and value is not None else None,
        **asked,
    )
    if as_json:
        show_json(done)
        return
    often = "until the next reset" if always else "once" if times == 1 else f"{times} times"
    say(f"armed: {do}, {often}")


def _parted(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is asked for, and where."""
    names = ("event", "subscription", "service", "state")
    asked = {name: given.pop(name) for name in names if name in given}
    return asked, given


def _tell(shown: Json) -> None:
    rows = [
        (
            str(one["id"]),
            one["event"],
            one["subscription"],
            one["state"],
            " ".join(str(each.get("status", "no answer")) for each in one["attempts"]) or "-",
            printable(one["url"]),
        )
        for one in shown
    ]
    if rows:
        table(("ID", "EVENT", "TO", "STATE", "MET", "URL"), rows)


def _tell_faults(faults: Json) -> None:
    names = ("event", "subscription", "url", "service")
    rows = []
    for one in faults:
        about = " ".join(f"{name}={one[name]}" for name in names if one[name] is not None)
        left = "all" if one["left"] is None else str(one["left"])
        what = " ".join(
            str(each) for each in (one["do"], one["seconds"] or one["status"]) if each is not None
        )
        rows.append((str(one["id"]), what, about or "any", left, str(one["used"])))
    if rows:
        table(("ID", "FAULT", "WEBHOOKS", "LEFT", "USED"), rows)
    else:
        say(faint("nothing is to go wrong"), err=True)
