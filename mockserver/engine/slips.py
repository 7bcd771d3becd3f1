"""Mistakes that clients make again and again, in the words of the service that knows them."""

from __future__ import annotations

from mockserver.engine.site import Site
from mockserver.values import Call, Problem


def slips(site: Site, call: Call, problem: Problem | None) -> str:
    """The slips in a call that was refused with ``problem`` or, None, answered; empty for none."""
    name = site.service.slips
    if name is None:
        return ""
    found = site.functions[name](site, call, problem)
    return "; ".join(dict.fromkeys(found)) if found else ""
