"""Forced answers are due in the order they were armed, as often as was said."""

from mockserver.state.overrides import Overrides
from mockserver.values import Reply

TEAPOT = Reply(418)
GONE = Reply(410)


def test_nothing_is_due_before_anything_was_armed():
    overrides = Overrides()

    assert not overrides
    assert overrides.take("tiny", "getThing") is None


def test_an_override_is_due_once_unless_more_was_said():
    overrides = Overrides()
    overrides.arm("tiny", "getThing", TEAPOT)

    first, second = overrides.take("tiny", "getThing"), overrides.take("tiny", "getThing")

    assert first is not None
    assert (first.reply, first.left, first.used, second) == (TEAPOT, 0, 1, None)


def test_an_override_without_a_count_is_due_for_ever():
    overrides = Overrides()
    overrides.arm("tiny", "getThing", TEAPOT, times=None)

    taken = [overrides.take("tiny", "getThing") for _ in range(5)]

    assert [one.used for one in taken if one] == [1, 2, 3, 4, 5]


def test_overrides_of_one_operation_come_in_the_order_they_were_armed():
    overrides = Overrides()
    overrides.arm("tiny", "getThing", TEAPOT, times=2)
    overrides.arm("tiny", "getThing", GONE)

    taken = [overrides.take("tiny", "getThing") for _ in range(4)]

    assert [one and one.reply.status for one in taken] == [418, 418, 410, None]


def test_an_override_is_for_one_operation_of_one_service():
    overrides = Overrides()
    overrides.arm("tiny", "getThing", TEAPOT)

    assert overrides.take("other", "getThing") is None
    assert overrides.take("tiny", "getThings") is None
    assert overrides.take("tiny", "getThing") is not None


def test_overrides_used_up_are_still_listed_until_they_are_cleared():
    overrides = Overrides()
    overrides.arm("tiny", "getThing", TEAPOT, example="teapot")
    overrides.take("tiny", "getThing")

    assert [(one.example, one.used, one.left) for one in overrides.all()] == [("teapot", 1, 0)]

    overrides.clear()

    assert overrides.all() == ()
    assert not overrides


def test_numbers_are_not_given_twice():
    overrides = Overrides()
    first = overrides.arm("tiny", "a", TEAPOT)
    second = Overrides(overrides.all()).arm("tiny", "b", TEAPOT)

    assert (first.number, second.number) == (1, 2)
