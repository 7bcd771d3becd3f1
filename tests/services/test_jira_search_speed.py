"""An index is worth something: fifty issues out of ten thousand, found through it and by a full scan."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[1] / "bench" / "search.py"


def bench() -> Any:
    spec = importlib.util.spec_from_file_location("bench_search", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.full
def test_an_index_beats_a_full_scan_of_ten_thousand_issues() -> None:
    found = bench().figures(10_000)

    assert {issues for _, issues in found.values()} == {50}
    assert found["indexed"][0] * 5 < found["full scan"][0]
    assert found["rank, of 50"][0] * 5 < found["full scan"][0]
