"""A world's time stands still, goes on, or is put forward; it is always UTC."""

from datetime import UTC, datetime, timedelta

import pytest

from mockserver.state.clock import Clock, instant

NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)


def test_a_frozen_clock_stands_still():
    clock = Clock(NOON)

    assert clock.frozen
    assert clock.now() == clock.now() == NOON


def test_a_frozen_clock_moves_when_it_is_advanced():
    clock = Clock(NOON)
    clock.advance(90.5)

    assert clock.now() == NOON + timedelta(seconds=90.5)


def test_a_real_clock_shows_the_time_of_day_and_goes_on():
    before = datetime.now(UTC)
    clock = Clock()
    shown = clock.now()

    assert not clock.frozen
    assert before <= shown <= clock.now() <= datetime.now(UTC)


def test_a_real_clock_that_was_advanced_stays_ahead():
    clock = Clock()
    clock.advance(3600)
    clock.advance(3600)

    assert clock.now() - datetime.now(UTC) > timedelta(seconds=7199)


def test_setting_a_real_clock_freezes_it():
    clock = Clock()
    clock.set(NOON)

    assert clock.frozen
    assert clock.now() == NOON


def test_a_fork_shows_the_same_time_and_is_moved_alone():
    clock = Clock(NOON)
    fork = clock.fork()
    fork.advance(60)

    assert (clock.now(), fork.now()) == (NOON, NOON + timedelta(minutes=1))


def test_a_fork_of_an_advanced_real_clock_is_ahead_too():
    clock = Clock()
    clock.advance(3600)

    assert clock.fork().now() - datetime.now(UTC) > timedelta(seconds=3599)


@pytest.mark.parametrize("seconds", [1e18, float("inf"), float("nan")])
@pytest.mark.parametrize("clock", [Clock(), Clock(NOON)], ids=["real", "frozen"])
def test_a_clock_that_cannot_go_so_far_refuses_and_keeps_its_time(clock, seconds):
    with pytest.raises((OverflowError, ValueError)):
        clock.advance(seconds)

    assert clock.now().year < 9999


def test_a_real_clock_cannot_be_put_forward_past_the_last_year_in_small_steps():
    clock = Clock()
    clock.advance(150_000_000_000)  # 4,750 years

    with pytest.raises(OverflowError):
        clock.advance(150_000_000_000)

    assert clock.now().year < 9999


@pytest.mark.parametrize(
    "text", ["2025-01-15T12:00:00Z", "2025-01-15T12:00:00", "2025-01-15T14:00:00+02:00", "20250115T120000Z"]
)
def test_an_instant_is_utc_however_it_is_written(text):
    found = instant(text)

    assert found == NOON
    assert found.utcoffset() == timedelta()


@pytest.mark.parametrize("text", ["", "noon", "2025-13-01", "0001-01-01T00:00:00+02:00"])
def test_what_is_no_instant_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".+"):
        instant(text)
