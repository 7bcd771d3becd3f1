"""Rules are due in their turn, in the order of their rank, and cost nothing to calls they are not about."""

from __future__ import annotations

from typing import Any

from mockserver.state.rules import Rule, Rules, Turns

KEY = ("tiny", "getThing")


def armed(*what: tuple[str, Turns]) -> Rules[str, str]:
    rules: Rules[str, str] = Rules()
    for name, turns in what:
        rules.arm([KEY], "", name, turns)
    return rules


def taken(rules: Rules[Any, str], calls: int) -> list[str | None]:
    found = [rules.take([KEY], lambda match: True) for _ in range(calls)]
    return [None if one is None else one.what for one in found]


def test_nothing_is_due_before_anything_was_armed() -> None:
    rules = armed()

    assert not rules
    assert taken(rules, 1) == [None]


def test_a_rule_is_due_once_unless_more_was_said() -> None:
    assert taken(armed(("a", Turns())), 3) == ["a", None, None]
    assert taken(armed(("a", Turns(times=2))), 3) == ["a", "a", None]
    assert taken(armed(("a", Turns(times=None))), 3) == ["a", "a", "a"]


def test_a_rule_lets_calls_pass_first() -> None:
    assert taken(armed(("a", Turns(after=2))), 4) == [None, None, "a", None]


def test_a_rule_is_due_on_each_nth_call() -> None:
    assert taken(armed(("a", Turns(times=2, every=3))), 10) == [None, None, "a", None, None, "a", *[None] * 4]
    assert taken(armed(("a", Turns(times=None, after=1, every=2))), 5) == [None, None, "a", None, "a"]


def test_a_rule_is_due_on_the_call_of_its_ordinal_only() -> None:
    assert taken(armed(("a", Turns(ordinal=3))), 4) == [None, None, "a", None]


def test_rules_for_a_number_of_calls_queue_in_the_order_they_were_armed() -> None:
    assert taken(armed(("a", Turns(times=2)), ("b", Turns())), 4) == ["a", "a", "b", None]


def test_a_rule_for_ever_comes_after_those_for_a_number_of_calls() -> None:
    assert taken(armed(("ever", Turns(times=None)), ("once", Turns())), 3) == ["once", "ever", "ever"]


def test_of_rules_for_ever_the_newest_comes_first() -> None:
    assert taken(armed(("old", Turns(times=None)), ("new", Turns(times=None))), 2) == ["new", "new"]


def test_a_higher_priority_comes_before_everything() -> None:
    rules = armed(("once", Turns()), ("ever", Turns(times=None, priority=1)))

    assert taken(rules, 2) == ["ever", "ever"]


def test_a_rule_sees_the_calls_that_another_came_first_on() -> None:
    rules = armed(("a", Turns()), ("b", Turns(after=1)))

    assert taken(rules, 3) == ["a", "b", None]
    assert [(one.seen, one.used, one.left) for one in rules.all()] == [(1, 1, 0), (2, 1, 0)]


def test_rules_are_found_under_any_of_their_keys_and_by_no_other() -> None:
    rules: Rules[str, str] = Rules()
    rules.arm([("tiny", "a"), ("tiny", "b")], "", "x", Turns(times=None))
    asked: list[str] = []

    def fits(match: str) -> bool:
        asked.append(match)
        return True

    assert rules.take([("tiny",), ("tiny", "c")], fits) is None
    assert asked == []
    assert rules.take([("tiny",), ("tiny", "b")], fits) is not None


def test_rules_under_several_keys_of_one_call_come_in_the_order_of_their_rank() -> None:
    rules: Rules[str, str] = Rules()
    rules.arm([("tiny", "a")], "", "narrow", Turns())
    rules.arm([("tiny",)], "", "wide", Turns(priority=1))
    keys = [("tiny",), ("tiny", "a")]

    found = [rules.take(keys, lambda match: True) for _ in range(3)]

    assert [one and one.what for one in found] == ["wide", "narrow", None]


def test_a_rule_whose_match_the_call_does_not_fit_has_not_seen_it() -> None:
    rules: Rules[str, str] = Rules()
    rules.arm([KEY], "other", "x", Turns())

    assert rules.take([KEY], lambda match: match == "mine") is None
    assert [one.seen for one in rules.all()] == [0]


def test_what_is_used_up_is_listed_but_looked_at_no_more() -> None:
    rules = armed(("a", Turns()))

    taken(rules, 2)

    assert [(one.what, one.used, one.seen) for one in rules.all()] == [("a", 1, 1)]
    assert not rules


def test_one_rule_or_all_are_disarmed_and_numbers_go_on() -> None:
    rules = armed(("a", Turns()), ("b", Turns()))

    gone = rules.disarm(1)

    assert gone is not None
    assert gone.what == "a"
    assert rules.disarm(1) is None
    assert taken(rules, 2) == ["b", None]
    rules.clear()
    assert rules.all() == ()
    assert rules.arm([KEY], "", "c", Turns()).number == 3


def test_keys_that_no_rule_is_due_under_are_told_without_looking_at_rules() -> None:
    rules = armed(("a", Turns()))

    assert rules.about([("tiny",), KEY])
    assert not rules.about([("tiny",), ("tiny", "b")])
    taken(rules, 1)
    assert not rules.about([KEY])


def test_a_fork_counts_on_its_own() -> None:
    rules = armed(("a", Turns(times=2)))
    taken(rules, 1)
    fork = rules.fork()

    assert taken(fork, 2) == ["a", None]
    assert [one.used for one in rules.all()] == [1]
    assert taken(rules, 2) == ["a", None]


def test_a_rule_tells_its_rank() -> None:
    ranks = sorted(
        Rule(number, (KEY,), "", "", turns).rank
        for number, turns in enumerate((Turns(times=None), Turns(), Turns(priority=-1), Turns(priority=2)))
    )

    assert ranks == [(-2, False, 3), (0, False, 1), (0, True, 0), (1, False, 2)]
