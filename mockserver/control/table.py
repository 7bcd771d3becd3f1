"""The table of control commands: a row each, from which every face of them is made."""

from __future__ import annotations

from mockserver.control.command import Command, command, one_of
from mockserver.control.description import described
from mockserver.control.events import MEDIA_TYPE as EVENTS
from mockserver.control.rules import FAULTS, MATCH
from mockserver.state.clock import MODES as CLOCK_MODES
from mockserver.state.delivery import STATES
from mockserver.state.delivery_fault import FAULTS as WEBHOOK_FAULTS
from mockserver.values import Json
from mockserver.world import AUTH_MODES, VALIDATION_MODES, World, Worlds
from mockserver.world.deliveries import LONGEST_WAIT
from mockserver.world.following import FORMATS, LONGEST
from mockserver.world.metrics import MEDIA_TYPE as METRICS
from mockserver.world.observing import ORDERS


def openapi(world: World) -> Json:
    """The control endpoint as an OpenAPI 3.1 document."""
    return described(COMMANDS, world.name)


COMMANDS: tuple[Command, ...] = (
    command("GET /health", World.health),
    command("GET /ready", World.ready),
    command("GET /info", World.info),
    command("GET /openapi.json", openapi),
    command("GET /metrics", Worlds.metrics, server=True, text=METRICS),
    command("GET /worlds", Worlds.worlds, server=True),
    command("GET /worlds/{name}", Worlds.world, server=True),
    command(
        "PUT /worlds/{name}",
        Worlds.create_world,
        server=True,
        seeds={"items": {"type": ["object", "string"], "not": {"pattern": r"\.(yaml|yml|json)$"}}},
        auth=one_of(AUTH_MODES, null=True),
        validation=one_of(VALIDATION_MODES, null=True),
    ),
    command("DELETE /worlds/{name}", Worlds.drop_world, server=True),
    command("POST /reset", World.reset, to=one_of(("seed", "empty"))),
    command("POST /seed", World.seed, whole="data", data={"type": "object"}),
    command("GET /state", World.state, only=()),
    command("GET /state/{service}", World.state, only=("service",)),
    command("GET /state/{service}/{resource}", World.state),
    command("GET /snapshots", World.snapshots),
    command("POST /snapshots", World.snapshot),
    command("POST /snapshots/{id}/restore", World.restore),
    command("DELETE /snapshots/{id}", World.drop_snapshot),
    command("GET /snapshots/{a}/diff/{b}", World.diff),
    command("GET /export", World.export_state),
    command("POST /import", World.import_state, whole="data", data={"type": "object"}),
    command(
        "POST /force",
        World.force,
        status={"minimum": 200, "maximum": 599},
        headers={"additionalProperties": {"type": "string"}},
        times={"minimum": 1},
        match=MATCH,
    ),
    command("GET /force", World.forced),
    command("DELETE /force", World.unforce),
    command("PUT /faults", World.fault, whole="faults", faults=FAULTS),
    command("GET /faults", World.faults),
    command("DELETE /faults", World.clear_faults, number={"minimum": 1}),
    command("GET /settings", World.settings, only=()),
    command("GET /settings/{service}", World.settings),
    command("PUT /settings/{service}", World.set_settings, whole="values"),
    command("GET /limits", World.limits),
    command("PUT /limits", World.set_limits),
    command("PUT /validation", World.set_validation, mode=one_of(VALIDATION_MODES)),
    command("PUT /auth", World.set_auth, mode=one_of(AUTH_MODES)),
    command("POST /credentials", World.login, expires_in={"exclusiveMinimum": 0}),
    command("GET /credentials/{service}", World.credentials),
    command("POST /credentials/revoke", World.revoke),
    command("GET /clock", World.show_clock),
    command(
        "PUT /clock", World.set_clock, mode=one_of(CLOCK_MODES, null=True), scale={"exclusiveMinimum": 0}
    ),
    command("POST /clock/advance", World.advance_clock, seconds={"minimum": 0}),
    command("GET /requests", World.requests, limit={"minimum": 1}, order=one_of(ORDERS)),
    command("GET /requests/stream", World.follow, text=EVENTS, streams=True, timeout={"minimum": 0}),
    command(
        "POST /requests/wait",
        World.wait_for_requests,
        waits=True,
        count={"minimum": 1},
        timeout={"minimum": 0, "maximum": LONGEST},
        headers={"additionalProperties": {"type": "string"}},
    ),
    command("GET /requests/export", World.export_requests, text=FORMATS, format=one_of(tuple(FORMATS))),
    command("GET /requests/{number}", World.request),
    command("DELETE /requests", World.clear_requests),
    command(
        "POST /verify",
        World.verify,
        times={"minimum": 0},
        at_least={"minimum": 0},
        at_most={"minimum": 0},
        in_order={"items": {"type": ["object", "string"]}},
        nothing_else={"items": {"type": ["object", "string"]}},
    ),
    command(
        "GET /webhooks/deliveries", World.deliveries, limit={"minimum": 1}, state=one_of(STATES, null=True)
    ),
    command(
        "POST /webhooks/deliveries/wait",
        World.wait_for_deliveries,
        waits=True,
        state=one_of(STATES, null=True),
        count={"minimum": 1},
        attempts={"minimum": 0},
        timeout={"minimum": 0, "maximum": LONGEST_WAIT},
    ),
    command("POST /webhooks/deliveries/{id}/redeliver", World.redeliver),
    command("DELETE /webhooks/deliveries", World.clear_deliveries),
    command(
        "PUT /webhooks/faults",
        World.set_webhook_fault,
        do=one_of(WEBHOOK_FAULTS),
        times={"minimum": 1},
        after={"minimum": 0},
        seconds={"exclusiveMinimum": 0},
        status={"minimum": 200, "maximum": 599},
    ),
    command("GET /webhooks/faults", World.webhook_faults),
    command("DELETE /webhooks/faults", World.clear_webhook_faults),
    command("POST /explain", World.explain, headers={"additionalProperties": {"type": "string"}}),
    command("GET /routes", World.routes),
    command("GET /coverage", World.coverage),
    command("DELETE /coverage", World.clear_coverage),
)
