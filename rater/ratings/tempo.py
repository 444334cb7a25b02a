"""A rater's own tempo: minutes at work on a session, and sessions submitted week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import median

from rater.ratings.hours import monday_of


@dataclass(frozen=True)
class SubmittedSession:
    """When a session was first submitted, and the seconds at work on it, 0 where none were counted."""

    submitted_at: datetime
    seconds: float


@dataclass(frozen=True)
class WeekOfTempo:
    """One ISO week, named by its Monday: sessions submitted in it, and the median of the minutes at work on them.

    `minutes` is None where no time was counted for any of them.
    """

    monday: date
    sessions: int
    minutes: float | None


def median_minutes(sessions: Iterable[SubmittedSession]) -> float | None:
    """The median of the minutes at work on a session, over those with time counted."""
    counted = [each.seconds / 60 for each in sessions if each.seconds > 0]
    return median(counted) if counted else None


def weekly_tempo(
    sessions: Sequence[SubmittedSession], *, now: datetime, weeks: int = 8, zone: tzinfo = UTC
) -> list[WeekOfTempo]:
    """The last weeks, the present one first, weeks without a submission too."""
    by_week: dict[date, list[SubmittedSession]] = defaultdict(list)
    for each in sessions:
        by_week[monday_of(each.submitted_at, zone)].append(each)
    mondays = (monday_of(now, zone) - timedelta(weeks=back) for back in range(weeks))
    return [WeekOfTempo(monday, len(by_week[monday]), median_minutes(by_week[monday])) for monday in mondays]
