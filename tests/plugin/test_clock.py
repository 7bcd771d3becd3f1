"""A test's world has a clock that stands still until the test says otherwise."""

from __future__ import annotations

from typing import Any


def test_a_test_has_time_in_its_hand(run: Any) -> None:
    result = run(
        """
        from datetime import UTC, datetime, timedelta

        START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)

        def test_stands_still(jira_mock, mock_world):
            assert (jira_mock.clock.now, jira_mock.clock.mode) == (START, "frozen")
            assert mock_world.clock.now == START

        def test_is_put_forward(jira_mock, kordiam_mock):
            assert jira_mock.clock.advance(90) == START + timedelta(seconds=90)
            assert jira_mock.clock.advance(timedelta(days=1)) == kordiam_mock.clock.now

        def test_is_set(jira_mock):
            for to in ("2030-01-01", datetime(2030, 1, 1), datetime(2030, 1, 1, tzinfo=UTC)):
                assert jira_mock.clock.set(to) == datetime(2030, 1, 1, tzinfo=UTC)
            jira_mock.clock.set("real")
            assert jira_mock.clock.mode == "real"

        def test_goes_and_stands(jira_mock):
            clock = jira_mock.clock
            modes = []
            for move in (clock.tick, lambda: clock.scale(60), clock.freeze):
                move()
                modes.append(clock.mode)
            assert modes == ["ticking", "scaled", "frozen"]

        def test_is_its_own(jira_mock):
            assert jira_mock.clock.now == START

        def test_survives_a_reset(jira_mock):
            clock = jira_mock.clock
            clock.advance(60)
            jira_mock.reset()
            assert clock.now == START

        @pytest.mark.mock(freeze="2030-01-01")
        def test_is_frozen_elsewhere(jira_mock):
            assert (jira_mock.clock.now, jira_mock.clock.mode) == (datetime(2030, 1, 1, tzinfo=UTC), "frozen")

        @pytest.mark.mock(freeze="2030-01-01,x60")
        def test_begins_elsewhere_and_goes(jira_mock):
            assert jira_mock.clock.mode == "scaled"

        @pytest.mark.mock(freeze=False)
        def test_is_real(jira_mock):
            assert jira_mock.clock.mode == "real"
        """
    )

    result.assert_outcomes(passed=9)
