"""What a user says about the mock server: options, ini-file, and the marker of a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.values import Json

CONTRACT = ("strict", "warn", "off")
KEYWORDS = ("seed", "auth", "validation", "freeze", "faults", "contract", "unexpected", "unused")
MARKER = (
    "mock(seed=, auth=, validation=, freeze=, faults=, contract=, "
    "unexpected=, unused=): how the mock server's world of this test "
    "is made, what goes wrong in it, and whether a broken contract fails the test (contract='off' for one "
    "that means to send rubbish)"
)


def add_options(parser: pytest.Parser) -> None:
    """Register the options, each with its line in the ini-file."""
    group = parser.getgroup("mock", "mock server (jira-mockserver)")
    group.addoption(
        "--mock-contract",
        choices=CONTRACT,
        help="what a test's broken contract leads to: failure (strict, default), warning, nothing (off)",
    )
    group.addoption(
        "--mock-seed",
        action="append",
        metavar="SEED",
        help="a shipped seed or a YAML or JSON file that worlds start with, repeatable (default: documented)",
    )
    group.addoption("--mock-auth", choices=("any", "strict", "off"), help="who is let in (default: any)")
    group.addoption(
        "--mock-validation",
        choices=("strict", "warn", "off"),
        help="what a request that breaks its schema leads to (default: strict)",
    )
    group.addoption(
        "--mock-fixtures",
        action="append",
        metavar="DIR",
        help="a folder of fixtures that adds to the shipped ones or overrides them, repeatable",
    )
    group.addoption(
        "--mock-shared",
        action="store_true",
        default=None,
        help="with pytest-xdist: one server for all workers (default: one for each)",
    )
    parser.addini("mock_contract", "default of --mock-contract", default="strict")
    parser.addini("mock_seed", "default of --mock-seed, one a line", type="linelist", default=["documented"])
    parser.addini("mock_auth", "default of --mock-auth", default="any")
    parser.addini("mock_validation", "default of --mock-validation", default="strict")
    parser.addini("mock_fixtures", "default of --mock-fixtures", type="paths", default=[])
    parser.addini("mock_shared", "default of --mock-shared", type="bool", default=False)


def chosen(config: pytest.Config, name: str) -> Any:
    """The value of an option: as given, else from the ini-file."""
    given = config.getoption(name)
    return config.getini(name) if given is None else given


def marked(node: pytest.Item | pytest.Collector) -> Mapping[str, Any]:
    """What the markers of a test and of what it is in say, the nearest first."""
    from difflib import get_close_matches

    says: dict[str, Any] = {}
    for marker in node.iter_markers("mock"):
        if marker.args:
            pytest.fail(f"@pytest.mark.mock takes keywords only: {', '.join(KEYWORDS)}", pytrace=False)
        for name, value in marker.kwargs.items():
            if name not in KEYWORDS:
                near = get_close_matches(name, KEYWORDS, n=1)
                meant = f" — did you mean '{near[0]}'?" if near else f" (known: {', '.join(KEYWORDS)})"
                pytest.fail(f"unknown keyword '{name}' in @pytest.mark.mock{meant}", pytrace=False)
            says.setdefault(name, value)
    for name in ("contract", "unexpected", "unused"):
        if says.get(name) not in (None, *CONTRACT):
            known = ", ".join(CONTRACT)
            pytest.fail(f"{name}= must be one of {known}, not {says[name]!r}", pytrace=False)
    return says


def seeds_of(seeds: Sequence[Json], config: pytest.Config, near: Path | None) -> list[Json]:
    """Seeds, where a file is looked for ``near``, in the current folder and in the root folder."""
    folders = [one for one in (near, config.invocation_params.dir, config.rootpath) if one is not None]
    found: list[Json] = []
    for seed in seeds:
        file = isinstance(seed, Path) or (isinstance(seed, str) and seed.endswith((".yaml", ".yml", ".json")))
        there = [folder / seed for folder in folders if (folder / seed).exists()] if file else []
        found.append(there[0] if there else seed)
    return found


def instant_of(freeze: Json) -> str | None:
    """What a world's clock is made from: None for the seed's instant, ``real`` where False was said."""
    if freeze is None or isinstance(freeze, str):
        return freeze
    return "real" if freeze is False else str(freeze.isoformat())
