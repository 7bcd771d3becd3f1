"""A world's time stands still, goes on, or is put forward; it is always UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mockserver.state.clock import FIRST, LAST, Clock, clock_of, instant

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


@pytest.fixture
def real_seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the machine's monotonic clock reads: a list of one number."""
    reading = [1000.0]
    monkeypatch.setattr("mockserver.state.clock.monotonic", lambda: reading[0])
    return reading


def test_a_ticking_clock_goes_on_from_its_instant(real_seconds):
    clock = Clock()
    clock.go(NOON)
    real_seconds[0] += 90.5

    assert clock.now() == NOON + timedelta(seconds=90.5)
    assert (clock.mode, clock.scale, clock.frozen) == ("ticking", 1, False)


@pytest.mark.parametrize("scale", [0.001, 2, 60, 1e6])
def test_a_scaled_clock_goes_so_many_times_as_fast(real_seconds, scale):
    clock = Clock(NOON)
    clock.go(scale=scale)
    real_seconds[0] += 10

    assert clock.now() == NOON + timedelta(seconds=10 * scale)
    assert (clock.mode, clock.scale) == ("scaled", scale)


def test_a_clock_that_goes_never_goes_back(real_seconds):
    clock = Clock(NOON)
    clock.go(scale=1e6)
    real_seconds[0] -= 5

    assert clock.now() == NOON


@pytest.mark.parametrize("scale", [0, -1, float("inf"), float("nan")])
def test_a_scale_that_is_no_positive_number_is_refused_and_the_time_stays(scale):
    clock = Clock(NOON)

    with pytest.raises(ValueError, match="positive number"):
        clock.go(scale=scale)

    assert (clock.now(), clock.frozen) == (NOON, True)


@pytest.mark.parametrize("scale", [1, 1e6, 1e300])
def test_a_clock_that_goes_stops_at_the_last_instant(real_seconds, scale):
    clock = Clock(LAST - timedelta(seconds=1))
    clock.go(scale=scale)
    real_seconds[0] += 1e9

    assert clock.now() == LAST


def test_a_clock_that_is_advanced_keeps_its_speed(real_seconds):
    clock = Clock(NOON)
    clock.go(scale=60)
    clock.advance(3600)
    real_seconds[0] += 1

    assert clock.now() == NOON + timedelta(seconds=3660)


def test_a_real_clock_that_is_advanced_is_ticking_from_then_on():
    clock = Clock()
    clock.advance(1)

    assert clock.mode == "ticking"


def test_nothing_is_advanced_by_nothing():
    clock = Clock()
    clock.advance(0)

    assert clock.mode == "real"


def test_a_clock_that_goes_can_be_frozen_where_it_is(real_seconds):
    clock = Clock(NOON)
    clock.go(scale=60)
    real_seconds[0] += 1
    clock.freeze()
    real_seconds[0] += 1

    assert (clock.now(), clock.mode) == (NOON + timedelta(minutes=1), "frozen")


def test_a_clock_made_anew_starts_where_the_other_one_started(real_seconds):
    clock = Clock(NOON)
    clock.go(scale=60)
    real_seconds[0] += 100

    assert clock.anew().now() == NOON
    assert clock.fork().now() == clock.now()


@pytest.mark.parametrize(
    "moment", [FIRST - timedelta(microseconds=1), LAST + timedelta(microseconds=1)], ids=["first", "last"]
)
def test_an_instant_outside_the_years_2_to_9998_is_refused_and_the_time_stays(moment):
    clock = Clock(NOON)

    for move in (clock.set, clock.go, Clock):
        with pytest.raises(ValueError, match="years 2 to 9998"):
            move(moment)

    assert clock.now() == NOON


def test_the_first_and_the_last_instant_can_be_shown_in_every_time_zone():
    for moment in (FIRST, LAST):
        for hours in (-14, 14):
            assert Clock(moment).now().astimezone(timezone(timedelta(hours=hours)))


@pytest.mark.parametrize("years", [10, -10])
def test_a_jump_of_ten_years_is_shown_at_once(years):
    clock = Clock(NOON)
    clock.set(NOON.replace(year=NOON.year + years))

    assert clock.now().year == NOON.year + years


def test_a_clock_does_not_go_back_by_advancing():
    with pytest.raises(ValueError, match="forward"):
        Clock(NOON).advance(-1)


def test_what_is_past_needs_no_waiting():
    assert Clock(NOON).until(NOON - timedelta(days=3650)) == 0


def test_a_clock_that_stands_still_never_gets_there():
    assert Clock(NOON).until(NOON + timedelta(seconds=1)) is None


def test_a_clock_that_goes_faster_gets_there_sooner(real_seconds):
    clock = Clock(NOON)
    clock.go(scale=1e6)

    assert clock.until(NOON + timedelta(seconds=1e6)) == 1


def test_no_clock_gets_beyond_the_last_instant(real_seconds):
    clock = Clock(NOON)
    clock.go(scale=1e6)

    assert clock.until(datetime.max.replace(tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("text", "mode", "scale", "start"),
    [
        ("real", "real", 1, None),
        ("frozen", "frozen", 0, NOON),
        ("ticking", "ticking", 1, NOON),
        ("x60", "scaled", 60, NOON),
        ("x0.5", "scaled", 0.5, NOON),
        ("x1e6", "scaled", 1e6, NOON),
        ("2030-01-01", "frozen", 0, datetime(2030, 1, 1, tzinfo=UTC)),
        ("2030-01-01T00:00:00Z,frozen", "frozen", 0, datetime(2030, 1, 1, tzinfo=UTC)),
        ("2030-01-01T02:00:00+02:00,ticking", "ticking", 1, datetime(2030, 1, 1, tzinfo=UTC)),
        ("2030-01-01,x60", "scaled", 60, datetime(2030, 1, 1, tzinfo=UTC)),
        ("2030-01-01T00:00:00,5", "frozen", 0, datetime(2030, 1, 1, microsecond=500_000, tzinfo=UTC)),
    ],
)
def test_a_clock_is_described_by_a_word_or_two(real_seconds, text, mode, scale, start):
    clock = clock_of(text, NOON)

    assert (clock.mode, clock.scale) == (mode, scale)
    assert start is None or clock.now() == start


@pytest.mark.parametrize(
    "text",
    ["", "noon", "x0", "x", "x-1", "xinf", "xnan", "x1e999", "2030-01-01,tick", "real,ticking", "0001-01-01"],
)
def test_what_describes_no_clock_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".+"):
        clock_of(text, NOON)
