"""Every documented status of an operation that is made is among its ``returns``, and so has an example."""

from __future__ import annotations

import pytest

from mockserver.spec.load import load
from mockserver.world import statuses_of

from ..openapi import WHY_NOT, documents

pytestmark = pytest.mark.skipif(not documents().there, reason=WHY_NOT)

MADE = [one for one in load().services["jira"].operations.values() if one.rung != "absent"]


def test_every_documented_status_is_returned() -> None:
    missing = {}
    for one in MADE:
        documented = documents().find(one)
        if documented is not None:
            said = {int(status) for status in documented.said["responses"] if status.isdigit()}
            missing[one.id] = sorted(said - statuses_of(one))

    assert {name: statuses for name, statuses in missing.items() if statuses} == {}
