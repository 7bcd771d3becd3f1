"""What a world holds, as the JSON that control commands answer."""

from __future__ import annotations

import orjson

from mockserver.spec.model import Operation, Service
from mockserver.spec.ways import routes_of, shapes_of
from mockserver.state import secrets
from mockserver.state.clock import Clock
from mockserver.state.delivery import Attempt, Delivery
from mockserver.state.delivery_fault import Fault
from mockserver.state.diagnosis import Diagnosis
from mockserver.state.entry import Cut, Entry
from mockserver.values import Json


def statuses_of(operation: Operation) -> set[int]:
    """Every status that the operation is documented to answer."""
    return set(operation.returns).union(*(case.returns for case in operation.cases))


def shown_entry(entry: Entry) -> dict[str, Json]:
    """A journal entry as JSON; bodies as text where they are UTF-8."""
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "service": entry.service,
        "operation": entry.operation,
        "method": entry.call.method,
        "target": entry.call.target,
        "headers": dict(entry.call.headers),
        "body": entry.call.body.decode(errors="replace"),
        "truncated": _shown_cut(entry.cut),
        "reply": {
            "status": entry.reply.status,
            "headers": dict(entry.reply.headers),
            "body": entry.reply.body.decode(errors="replace"),
            "truncated": _shown_cut(entry.reply_cut),
        },
        "diagnosis": shown_diagnosis(entry.diagnosis),
    }


def shown_diagnosis(diagnosis: Diagnosis) -> dict[str, Json]:
    """Why the mock answered as it did, with every broken rule."""
    return {
        "reason": diagnosis.reason,
        "message": diagnosis.message,
        "breach": diagnosis.breach,
        "broken": [
            {
                "scope": one.scope,
                "pointer": one.pointer,
                "rule": one.rule,
                "expected": one.expected,
                "got": one.got,
                "message": one.message,
            }
            for one in diagnosis.broken
        ],
    }


def _shown_cut(cut: Cut | None) -> Json:
    """Of a body of which only the beginning was kept: bytes and SHA-256 of the whole."""
    return None if cut is None else {"length": cut.length, "sha256": cut.sha256}


def shown_clock(clock: Clock) -> dict[str, Json]:
    """A world's time, whether it stands still, and how fast it goes."""
    now = clock.now().isoformat()
    return {"now": now, "mode": clock.mode, "scale": clock.scale, "frozen": clock.frozen}


def shown_routes(service: Service) -> list[dict[str, Json]]:
    """Every operation of a service: method, path, rung, evidence, documented statuses."""
    shapes = shapes_of(service)
    return [
        {
            "service": service.name,
            "operation": one.id,
            "method": one.method,
            "path": one.path,
            "also": [path for _, path in routes_of(service, one, shapes) if path != one.path],
            "rung": one.rung,
            "evidence": one.evidence,
            "statuses": sorted(statuses_of(one)),
            "examples": list(one.examples),
            "docs": one.docs,
        }
        for one in service.operations.values()
    ]


def shown_delivery(one: Delivery) -> dict[str, Json]:
    """A webhook and what became of it; its body as data where it is JSON."""
    message = one.message
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "service": one.service,
        "event": message.event,
        "subscription": message.subscription,
        "identifier": message.identifier,
        "state": one.state,
        "reason": one.reason,
        "due": None if one.due is None else one.due.isoformat(),
        "copy_of": one.copy_of,
        "attempts": [_shown_attempt(attempt) for attempt in one.attempts],
        "method": message.method,
        "url": secrets.url(message.url)[0],
        "headers": {
            name: secrets.header(value) if _is_secret(name) else value for name, value in one.headers.items()
        },
        "body": _data(message.body),
    }


def _is_secret(header: str) -> bool:
    """Whether a webhook's header is not shown; what was signed with a secret is none itself."""
    return secrets.is_secret_header(header) and "signature" not in header.lower()


def _shown_attempt(one: Attempt) -> dict[str, Json]:
    found: dict[str, Json] = {"at": one.at.isoformat()}
    found |= {"error": one.error} if one.status is None else {"status": one.status}
    return found if one.fault is None else {**found, "fault": one.fault}


def shown_webhook_fault(one: Fault) -> dict[str, Json]:
    """What goes wrong with webhooks, and how often it did."""
    return {
        "id": one.id,
        "do": one.kind,
        "event": one.event,
        "subscription": one.subscription,
        "url": one.url,
        "service": one.service,
        "seconds": one.seconds or None,
        "status": one.status or None,
        "after": one.after,
        "left": one.left,
        "used": one.used,
    }


def _data(body: bytes) -> Json:
    """A body as data; as text where it is no JSON, None where it is empty."""
    try:
        return orjson.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
