"""The table of docs/how-to/faults.md says what clients really make of each fault."""

from __future__ import annotations

from mockserver.engine.faults import KINDS, WHERE
from mockserver.server import MockServer
from mockserver.world import World, Worlds

from . import fault_table


def test_the_table_in_the_docs_is_what_clients_do(documented: World) -> None:
    world = documented.fork("default")
    with MockServer(Worlds(world)) as server:
        made = fault_table.table(server.url, world)

    assert made in fault_table.PAGE.read_text(encoding="utf-8"), (
        f"stale: run python -m tests.clients.fault_table\n{made}"
    )


def test_every_kind_of_fault_has_a_row() -> None:
    shown = {name for fault in fault_table.FAULTS for name in fault}
    places = {fault["delay"]["where"] for fault in fault_table.FAULTS if isinstance(fault.get("delay"), dict)}

    assert shown >= {*KINDS, "delay"}
    assert places == set(WHERE) - {"headers"}
