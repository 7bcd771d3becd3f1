"""The exchanges of a server, a line each and without secrets."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from mockserver.cli.console import coloured, faint, printable, say
from mockserver.values import Json

if TYPE_CHECKING:
    from mockserver.exchange import Exchange
    from mockserver.state.diagnosis import Diagnosis
    from mockserver.state.entry import Entry
    from mockserver.world import World


def reporter(style: str, *, everything: bool) -> Callable[[World, Entry], None]:
    """What reports an exchange on stderr; style: text | json. Unless ``everything``: only problems."""
    from mockserver.exchange import Exchange
    from mockserver.world import shown_entry

    def report(world: World, entry: Entry) -> None:
        if not everything and not is_problem(entry.diagnosis):
            return
        exchange = Exchange.of(shown_entry(entry))
        lines = _as_json if style == "json" else told
        with contextlib.suppress(OSError, ValueError):  # a log that nobody reads any more stops no server
            for line in lines(exchange, world.name):
                say(line, err=True)

    return report


def is_problem(one: Diagnosis | Exchange) -> bool:
    """Whether the mock has something to say about an exchange; what a test forced is no problem."""
    return one.breach or one.reason not in ("", "override", "fault")


def told(one: Exchange, world: str = "default") -> Iterator[str]:
    """One exchange for people: a line, and one for each broken rule or line of a defect's traceback."""
    from mockserver.exchange import shown_target

    prefix = "" if world == "default" else f"~{world} "
    head = f"{prefix}{one.method} {printable(shown_target(one.target))} {coloured(one.status)}"
    message = f" — {printable(one.explanation)}" if one.explanation else ""
    reason = faint(f" [{one.reason}]") if one.reason else ""
    yield head + message + reason
    for line in one.message.splitlines()[1:]:
        yield "    " + printable(line)
    for rule in one.broken:
        yield "    " + _rule(rule)


def _as_json(one: Exchange, world: str) -> Iterator[str]:
    from mockserver.exchange import redacted, shown_target

    facts = {
        "number": one.number,
        "world": world,
        "service": one.service,
        "operation": one.operation,
        "method": one.method,
        "target": shown_target(one.target),
        "status": one.status,
        "reason": one.reason,
        "message": one.message,
        "breach": one.breach,
        "broken": [{**rule, "got": redacted(rule["got"], _name(rule))} for rule in one.broken],
    }
    yield json.dumps(facts, ensure_ascii=False)


def _rule(rule: Mapping[str, Json]) -> str:
    """One broken rule: where, which, and what was found."""
    from mockserver.exchange import redacted
    from mockserver.findings import short

    facts = [f"expected {short(rule['expected'])}"] if rule["expected"] is not None else []
    facts += [f"got {short(redacted(rule['got'], _name(rule)))}"] if rule["got"] is not None else []
    ending = f" ({', '.join(facts)})" if facts else ""
    where = f"{rule['scope']} {rule['pointer'] or '/'}"
    return printable(f"{where} — {rule['rule']}: {rule['message']}{ending}")


def _name(rule: Mapping[str, Json]) -> str:
    name: str = rule["pointer"].rpartition("/")[2]
    return name
