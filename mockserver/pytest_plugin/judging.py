"""The worlds that tests hold, and what is held against their clients."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from mockserver.pytest_plugin.options import chosen, marked

if TYPE_CHECKING:
    from mockserver.testing import MockWorld

BROKEN = 'the client broke the contract (a test that means to is marked @pytest.mark.mock(contract="off")):'
UNEXPECTED = 'the client called what does not exist (@pytest.mark.mock(unexpected="off") allows it):'
UNUSED = "forced replies and faults that no call ever met:"
SHOWN = 20  # exchanges in the report of a failed test


class MockContractWarning(pytest.PytestWarning):
    """What the test's client did wrong, where that is to be a warning only."""


class Watched:
    """A world that a test holds, alone (``own``) or with others.

    ``since``: number of the last exchange before the current test; ``gone``: its fixture has ended, and it
    is dropped as soon as the report has been written; ``forgiven``: a test with it failed, so its
    overrides may well be unused.
    """

    def __init__(self, mock: MockWorld, drop: Callable[[], object], *, own: bool) -> None:
        """A world with nothing to hold against it. ``drop``: what to do when nobody asks any more."""
        self.mock = mock
        self.drop = drop
        self.own = own
        self.since = 0
        self.gone = False
        self.forgiven = False


WATCHED = pytest.StashKey[list[Watched]]()


def judge(node: pytest.Item | pytest.Collector, watched: list[Watched], done: list[Watched]) -> None:
    """Fail or warn if a client broke the contract, or an override of those ``done`` met no call."""
    judged = [one.mock.judged() for one in watched]
    found = {
        "contract": _listed(BROKEN, [line for broken, _ in judged for line in broken]),
        "unexpected": _listed(UNEXPECTED, [line for _, strange in judged for line in strange]),
        "unused": _listed(UNUSED, [line for one in done for line in one.mock.unused()]),
    }
    says = marked(node)
    contract = says.get("contract") or chosen(node.config, "mock_contract")
    modes = {name: says.get(name) or contract for name in found}
    warned = [line for name, lines in found.items() for line in lines if modes[name] == "warn"]
    failed = [line for name, lines in found.items() for line in lines if modes[name] == "strict"]
    if warned:
        node.warn(MockContractWarning("\n".join(warned)))
    if failed:
        pytest.fail("\n".join(failed), pytrace=False)


def _listed(title: str, lines: list[str]) -> list[str]:
    return [title, *("  " + line for line in lines)] if lines else []


def traffic(watched: Watched) -> str:
    """The last exchanges of the current test, one a line."""
    seen = [one for one in watched.mock.journal if one.number > watched.since]
    left = [f"… {len(seen) - SHOWN} earlier"] if len(seen) > SHOWN else []
    return "\n".join([*left, *(str(one) for one in seen[-SHOWN:])])


def forget(config: pytest.Config) -> None:
    """Drop the worlds whose fixtures have ended: the report about them has been written."""
    watched = config.stash[WATCHED]
    ended = [one for one in watched if one.gone]
    watched[:] = [one for one in watched if not one.gone]
    if ended:
        from mockserver.world import CommandError

        for one in ended:
            with suppress(CommandError):  # a test may have dropped it itself
                one.drop()
