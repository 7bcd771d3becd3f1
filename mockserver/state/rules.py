"""Rules that a tester armed: which of them are due on a call, and how often each was used."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from typing import Generic, TypeVar

M = TypeVar("M")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Turns:
    """On which of the calls that are meant a rule is due.

    times: how often, None for ever; after: calls let pass first; every: 1 for each call, 2 for each other
    one; ordinal: on the call of that number only; priority: higher comes first.
    """

    times: int | None = 1
    after: int = 0
    every: int = 1
    ordinal: int | None = None
    priority: int = 0

    def due(self, seen: int) -> bool:
        """Whether it is the turn of a rule that has now seen this many calls."""
        late = seen - self.after
        return late > 0 and late % self.every == 0 and self.ordinal in (None, seen)


@dataclass(slots=True)
class Rule(Generic[M, W]):
    """``what`` is due on the calls that ``match`` means, in its ``turns``.

    ``seen``: calls that were meant; ``used``: those on which it was due and came first.
    """

    number: int
    keys: Sequence[Hashable]
    match: M
    what: W
    turns: Turns = field(default_factory=Turns)
    seen: int = 0
    used: int = 0

    @property
    def left(self) -> int | None:
        """How many more times it is due; None for ever."""
        return None if self.turns.times is None else self.turns.times - self.used

    @property
    def rank(self) -> tuple[int, bool, int]:
        """What it is sorted by.

        Higher priority first; then what is due a number of times, in the order armed; then what is due for
        ever, the newest first.
        """
        forever = self.turns.times is None
        return -self.turns.priority, forever, -self.number if forever else self.number


class Rules(Generic[M, W]):
    """The rules of one world, found by key, so that those about other things cost nothing."""

    def __init__(self) -> None:
        """None armed."""
        self._armed: dict[int, Rule[M, W]] = {}
        self._index: dict[Hashable, list[Rule[M, W]]] = {}
        self._number = 0

    def __bool__(self) -> bool:
        """Whether any rule may still be due."""
        return bool(self._index)

    def about(self, keys: Iterable[Hashable]) -> bool:
        """Whether any rule under these keys may still be due."""
        return not self._index.keys().isdisjoint(keys)

    def arm(self, keys: Iterable[Hashable], match: M, what: W, turns: Turns) -> Rule[M, W]:
        """A new rule, to be found under each of ``keys``. No call has more than one of these."""
        self._number += 1
        rule = Rule(self._number, tuple(dict.fromkeys(keys)), match, what, turns)
        self._armed[rule.number] = rule
        for key in rule.keys:
            insort(self._index.setdefault(key, []), rule, key=_rank)
        return rule

    def take(self, keys: Iterable[Hashable], fits: Callable[[M], bool]) -> Rule[M, W] | None:
        """The first rule that is due on this call, counted as used; None if there is none.

        Every rule that the call fits has seen it, also those that another one came before.
        """
        found: Rule[M, W] | None = None
        lists = [self._index[key] for key in keys if key in self._index]
        for rule in lists[0] if len(lists) == 1 else merge(*lists, key=_rank):
            if fits(rule.match):
                rule.seen += 1
                if found is None and rule.turns.due(rule.seen):
                    found = rule
        if found is not None:
            found.used += 1
            if found.left == 0:
                self._forget(found)
        return found

    def all(self) -> Sequence[Rule[M, W]]:
        """Every rule armed since the last clear, oldest first, also those used up."""
        return tuple(self._armed.values())

    def disarm(self, number: int) -> Rule[M, W] | None:
        """Forget one rule; it comes back if it was armed."""
        rule = self._armed.pop(number, None)
        if rule is not None:
            self._forget(rule)
        return rule

    def clear(self) -> None:
        """Disarm all; numbers go on."""
        self._armed.clear()
        self._index.clear()

    def fork(self) -> Rules[M, W]:
        """The same rules, counted on their own from here."""
        other: Rules[M, W] = Rules()
        other._number = self._number
        other._armed = {number: replace(rule) for number, rule in self._armed.items()}
        other._index = {
            key: [other._armed[rule.number] for rule in rules] for key, rules in self._index.items()
        }
        return other

    def _forget(self, rule: Rule[M, W]) -> None:
        """Do not look at a rule any more."""
        for key in rule.keys:
            kept = [one for one in self._index.get(key, ()) if one is not rule]
            if kept:
                self._index[key] = kept
            else:
                self._index.pop(key, None)


def _rank(rule: Rule[M, W]) -> tuple[int, bool, int]:
    return rule.rank
