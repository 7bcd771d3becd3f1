"""What a world holds, as the JSON that control commands answer."""

from __future__ import annotations

from mockserver.spec.model import Operation, Service
from mockserver.spec.routes import routes_of, shapes_of
from mockserver.state.clock import Clock
from mockserver.state.journal import Diagnosis, Entry
from mockserver.state.overrides import Override
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
        "reply": {
            "status": entry.reply.status,
            "headers": dict(entry.reply.headers),
            "body": entry.reply.body.decode(errors="replace"),
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


def shown_clock(clock: Clock) -> dict[str, Json]:
    """A world's time, whether it stands still, and how fast it goes."""
    now = clock.now().isoformat()
    return {"now": now, "mode": clock.mode, "scale": clock.scale, "frozen": clock.frozen}


def shown_override(one: Override) -> dict[str, Json]:
    """A forced reply, and how often it was given."""
    return {
        "number": one.number,
        "service": one.service,
        "operation": one.operation,
        "example": one.example or None,
        "status": one.reply.status,
        "left": one.left,
        "used": one.used,
    }


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
