"""Windows and buckets count exactly, whatever the time does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mockserver.state.meters import FEW, Bucket, Meters, Reading, Window

NOON = datetime(2025, 1, 15, 12, 0, tzinfo=UTC)
NAME = ("jira", "burst", "getIssue")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_bucket_gives_back_exactly_its_rate() -> None:
    meters, bucket = Meters(), Bucket(size=5, rate=2)
    meters.spend(NAME, bucket, NOON, 5)

    left = [meters.read(NAME, bucket, after(seconds)).left for seconds in (0, 0.4, 0.5, 1, 2.49, 2.5, 60)]

    assert left == [0, 0, 1, 2, 4, 5, 5]


def test_a_bucket_tells_when_the_next_token_comes() -> None:
    meters, bucket = Meters(), Bucket(size=5, rate=3)
    meters.spend(NAME, bucket, NOON, 5)

    reading = meters.read(NAME, bucket, NOON)

    assert reading == Reading(5, 0, NOON + timedelta(microseconds=333_334))
    assert meters.read(NAME, bucket, reading.more).left == 1


def test_a_full_bucket_waits_for_nothing() -> None:
    assert Meters().read(NAME, Bucket(5, 1), NOON) == Reading(5, 5, NOON)


def test_nobody_owes_more_than_a_full_bucket() -> None:
    meters, bucket = Meters(), Bucket(size=2, rate=1)
    meters.spend(NAME, bucket, NOON, 100)

    assert meters.read(NAME, bucket, after(1)).left == 1


def test_thirds_of_a_second_add_up() -> None:
    meters, bucket = Meters(), Bucket(size=10, rate=3)
    meters.spend(NAME, bucket, NOON, 10)
    for step in range(1, 1001):
        meters.read(NAME, bucket, NOON + timedelta(microseconds=1000 * step))
        meters.spend(NAME, bucket, NOON + timedelta(microseconds=1000 * step), 0)

    assert meters.read(NAME, bucket, after(1)).left == 3


def test_a_window_opens_with_the_first_one() -> None:
    meters, window = Meters(), Window(most=2, seconds=10)
    meters.spend(NAME, window, after(3))
    meters.spend(NAME, window, after(5))

    readings = [meters.read(NAME, window, after(seconds)) for seconds in (12.9, 13)]

    assert readings == [Reading(2, 0, after(13)), Reading(2, 2, after(23))]


def test_an_aligned_window_ends_with_the_hour() -> None:
    meters, window = Meters(), Window(most=2, seconds=3600, aligned=True)
    meters.spend(NAME, window, after(1800))

    assert meters.read(NAME, window, after(3599)) == Reading(2, 1, after(3600))
    assert meters.read(NAME, window, after(3600)) == Reading(2, 2, after(7200))


@pytest.mark.parametrize("limit", [Window(2, 10), Bucket(2, 1)])
def test_a_clock_that_goes_back_begins_anew(limit: Window | Bucket) -> None:
    meters = Meters()
    meters.spend(NAME, limit, NOON, 2)

    assert meters.read(NAME, limit, after(-3600)).left == 2


def test_what_is_counted_is_listed_until_it_is_forgotten() -> None:
    meters, window = Meters(), Window(most=2, seconds=10)
    meters.spend(("jira", "a"), window, NOON)
    meters.spend(("kordiam", "b"), window, NOON)

    counted = [name for name, _ in meters.readings(NOON)]
    later = list(meters.readings(after(10)))
    meters.clear("jira")
    kept = [name for name, _ in meters.readings(NOON)]
    meters.clear()

    assert counted == [("jira", "a"), ("kordiam", "b")]
    assert later == []
    assert kept == [("kordiam", "b")]
    assert list(meters.readings(NOON)) == []


def test_names_that_count_nothing_any_more_are_forgotten() -> None:
    meters, window = Meters(), Window(most=2, seconds=1)

    for number in range(10 * FEW):
        meters.spend(("jira", str(number)), window, after(number / 100))

    assert len(meters) <= FEW
    assert meters.read(("jira", str(10 * FEW - 1)), window, after(10 * FEW / 100)).left == 1


def test_names_that_are_in_use_are_all_kept() -> None:
    meters, window = Meters(), Window(most=2, seconds=1)

    for number in range(3 * FEW):
        meters.spend(("jira", str(number)), window, NOON)

    assert len(meters) == 3 * FEW
