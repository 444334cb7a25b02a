"""A rater's own hours: seconds at work, week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo


@dataclass(frozen=True)
class WeekOfWork:
    """One ISO week, named by its Monday, and the hours at work in it."""

    monday: date
    hours: float


def monday_of(moment: datetime, zone: tzinfo = UTC) -> date:
    """The Monday of the ISO week that holds the moment, as calendars in the zone have it."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def weekly_hours(
    stretches: Iterable[tuple[datetime, float]], *, now: datetime, weeks: int = 6, zone: tzinfo = UTC
) -> list[WeekOfWork]:
    """The last weeks, the present one first, weeks without work too.

    A stretch is the moment at which it began and its seconds; it counts for the week in which it began.
    """
    seconds: dict[date, float] = defaultdict(float)
    for began_at, length in stretches:
        seconds[monday_of(began_at, zone)] += length
    mondays = (monday_of(now, zone) - timedelta(weeks=back) for back in range(weeks))
    return [WeekOfWork(monday, seconds[monday] / 3600) for monday in mondays]


ALLOWED_AHEAD_S = 60.0


def plausible_seconds(before: float, told: float, since_began_s: float) -> float:
    """The seconds at work in one window after it has told a new figure.

    Never less than before, and never more than a minute beyond the time that has passed on the server since it
    first heard of the window.
    """
    return max(before, min(told, max(0.0, since_began_s) + ALLOWED_AHEAD_S))
