"""What a client did that the real service would not have taken, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mockserver.exchange import Exchange, redacted, shown_target
from mockserver.values import Json, dumps

# Why a call was unexpected: nothing the mock serves was asked for, or the mock itself failed.
UNEXPECTED = ("unknown-route", "wrong-method", "not-implemented", "broken")


def findings(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Each broken rule of a request schema, and each call that nothing was declared for."""
    for one in exchanges:
        yield from breaches(one)
        yield from unexpected(one)


def breaches(one: Exchange) -> Iterator[str]:
    """Each rule of its schema that a request broke."""
    line = f"{one.method} {shown_target(one.target)}"
    if one.breach and one.broken:
        for rule in one.broken:
            yield f"{line} {_rule(rule)}"
    elif one.breach:
        yield f"{line} {one.reason}: {one.explanation}"


def unexpected(one: Exchange) -> Iterator[str]:
    """That nothing was declared for a request, or that the mock itself failed."""
    if not one.breach and one.reason in UNEXPECTED:
        yield f"{one.method} {shown_target(one.target)} {one.reason}: {one.explanation}"


def unused(overrides: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    """Each override that was armed and never met a call."""
    for one in overrides:
        if not one["used"]:
            what = f"example {one['example']}" if one["example"] else f"status {one['status']}"
            yield f"{one['service']} {one['operation']}: forced to answer {what}, but never called"


def unmet(faults: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    """Each fault that a tester armed for a number of calls and that never met one."""
    for one in faults:
        if not one["used"] and one["times"] is not None and one["follows"] is None:
            names = (one["service"], one["operation"], one["method"], one["path"])
            yield f"{' '.join(name for name in names if name)}: fault {one['number']} never met a call"


def short(value: Json, most: int = 120) -> str:
    """``value`` as JSON on one line, cut to ``most`` characters."""
    text = dumps(value).decode()
    return text if len(text) <= most else text[: most - 1] + "…"


def _rule(rule: Mapping[str, Json]) -> str:
    pointer = rule["pointer"] or "/"
    name = pointer.rpartition("/")[2]
    missing = rule["rule"] == "required" and rule["got"] is None
    got = "nothing" if missing else short(redacted(rule["got"], name))
    return f"{rule['scope']} {pointer}: {rule['rule']}, expected {short(rule['expected'])}, got {got}"
