"""Hours at work by ISO week, and what a window may claim."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rater.ratings.hours import WeekOfWork, monday_of, plausible_seconds, weekly_hours

MONDAY = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)


def test_weeks_run_from_monday_to_sunday_and_empty_ones_are_there() -> None:
    stretches = [
        (MONDAY, 3600.0),
        (MONDAY + timedelta(days=6, hours=23), 1800.0),
        (MONDAY - timedelta(seconds=1), 900.0),
        (MONDAY - timedelta(weeks=40), 9999.0),
    ]
    assert weekly_hours(stretches, now=MONDAY + timedelta(days=3), weeks=3) == [
        WeekOfWork(date(2026, 11, 2), 1.5),
        WeekOfWork(date(2026, 10, 26), 0.25),
        WeekOfWork(date(2026, 10, 19), 0.0),
    ]


def test_the_zone_decides_the_week() -> None:
    late = MONDAY - timedelta(minutes=30)
    assert monday_of(late) == date(2026, 10, 26)
    assert monday_of(late, ZoneInfo("Europe/Berlin")) == date(2026, 11, 2)


def test_weeks_across_the_change_of_the_year_and_of_the_clock() -> None:
    assert monday_of(datetime(2027, 1, 1, 12, tzinfo=UTC)) == date(2026, 12, 28)
    berlin = ZoneInfo("Europe/Berlin")
    found = weekly_hours([], now=datetime(2026, 10, 26, 0, 30, tzinfo=berlin), weeks=2, zone=berlin)
    assert [each.monday for each in found] == [date(2026, 10, 26), date(2026, 10, 19)]


@pytest.mark.parametrize(
    ("before", "told", "since", "kept"),
    [
        (0, 15, 0, 15),
        (15, 30, 15, 30),
        (30, 20, 30, 30),
        (0, 4000, 0, 60),
        (60, 4000, 100, 160),
        (60, 61, -500, 60),
    ],
)
def test_a_window_cannot_claim_more_than_the_time_that_has_passed(
    before: float, told: float, since: float, kept: float
) -> None:
    assert plausible_seconds(before, told, since) == kept
